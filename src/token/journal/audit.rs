//! The record of a change, and of who made it.

use core::fmt;
use core::str::FromStr;

use serde::ser::{Serialize, SerializeStruct as _, Serializer};

use super::text::rfc3339;
use crate::token::clock::Time;
use crate::token::directory::{ProjectId, UserId};
use crate::token::id::Accessor;
use crate::token::lifecycle::{JobId, UnknownName};

/// Who changes something. Has a text: `system`, `user:7`, `operator:NAME`.
///
/// # Examples
///
/// ```
/// use masker::token::directory::UserId;
/// use masker::token::journal::Actor;
///
/// assert_eq!("user:7".parse(), Ok(Actor::User(UserId(7))));
/// assert_eq!(Actor::operator("dana").to_string(), "operator:dana");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Actor {
    /// The authority itself, by its rules.
    #[default]
    System,
    /// A user.
    User(UserId),
    /// Whoever runs the authority: see [`Actor::operator`].
    Operator(String),
}

impl Actor {
    /// Whoever runs the authority, by a name of at most 100 characters. Control characters in it are
    /// question marks.
    #[must_use]
    pub fn operator(name: &str) -> Actor {
        let visible = |it: char| if it.is_control() { '?' } else { it };
        Actor::Operator(name.chars().take(100).map(visible).collect())
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Actor::System => f.write_str("system"),
            Actor::User(user) => write!(f, "user:{}", user.0),
            Actor::Operator(name) => write!(f, "operator:{name}"),
        }
    }
}

impl FromStr for Actor {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Actor, UnknownName> {
        match text.split_once(':') {
            None if text == "system" => Ok(Actor::System),
            Some(("user", number)) => {
                let number = number.parse().map_err(|_| UnknownName)?;
                Ok(Actor::User(UserId(number)))
            }
            Some(("operator", name)) => Ok(Actor::operator(name)),
            _ => Err(UnknownName),
        }
    }
}

/// What was done. Has the name that databases and logs have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Deed {
    /// Settings of a project were changed.
    Setting,
    /// What is known of a user was changed, as that they are blocked.
    User,
    /// A project was put on a list.
    Listed,
    /// A project was taken off a list.
    Unlisted,
    /// Tokens were revoked before their jobs ended.
    Revoked,
    /// The key ring was changed.
    Keys,
    /// A token was seen in the log of a job.
    Leaked,
    /// The store was found to be an old copy.
    Restored,
}

impl Deed {
    /// All there are.
    pub const ALL: &[Deed] = &[
        Deed::Setting,
        Deed::User,
        Deed::Listed,
        Deed::Unlisted,
        Deed::Revoked,
        Deed::Keys,
        Deed::Leaked,
        Deed::Restored,
    ];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Deed::Setting => "setting_changed",
            Deed::User => "user_changed",
            Deed::Listed => "project_listed",
            Deed::Unlisted => "project_unlisted",
            Deed::Revoked => "tokens_revoked",
            Deed::Keys => "keys_changed",
            Deed::Leaked => "token_leaked",
            Deed::Restored => "store_restored",
        }
    }
}

impl fmt::Display for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Deed {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Deed, UnknownName> {
        let mut all = Deed::ALL.iter();
        let found = all.find(|deed| deed.as_str() == name);
        found.copied().ok_or(UnknownName)
    }
}

/// Somebody changed something. `Serialize` gives an object with every field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEvent {
    /// When.
    pub time: Time,
    /// Who.
    pub who: Actor,
    /// What.
    pub what: Deed,
    /// The project whose settings, list or tokens it is about.
    pub project: Option<ProjectId>,
    /// The user it is about, or whose tokens.
    pub user: Option<UserId>,
    /// The job whose tokens it is about, or in whose log one was seen.
    pub job: Option<JobId>,
    /// The token it is about, by its name that may be shown.
    pub accessor: Option<Accessor>,
    /// What was so before.
    pub before: Option<String>,
    /// What is so now.
    pub after: Option<String>,
}

impl AuditEvent {
    /// An event of which no more is known.
    #[must_use]
    pub fn new(time: Time, who: Actor, what: Deed) -> AuditEvent {
        AuditEvent {
            time,
            who,
            what,
            project: None,
            user: None,
            job: None,
            accessor: None,
            before: None,
            after: None,
        }
    }
}

impl Serialize for AuditEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut line = serializer.serialize_struct("AuditEvent", 9)?;
        line.serialize_field("time", &rfc3339(self.time))?;
        line.serialize_field("who", &self.who.to_string())?;
        line.serialize_field("what", self.what.as_str())?;
        line.serialize_field("project", &self.project.map(|it| it.0))?;
        line.serialize_field("user", &self.user.map(|it| it.0))?;
        line.serialize_field("job", &self.job.map(|it| it.0))?;
        line.serialize_field("accessor", &self.accessor.as_ref().map(Accessor::as_str))?;
        line.serialize_field("before", &self.before)?;
        line.serialize_field("after", &self.after)?;
        line.end()
    }
}

/// Which audit events: those for which all that is given holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// By whom.
    pub who: Option<Actor>,
    /// Of this kind.
    pub what: Option<Deed>,
    /// About this project.
    pub project: Option<ProjectId>,
    /// About this token.
    pub accessor: Option<Accessor>,
    /// Not before.
    pub since: Option<Time>,
}

impl AuditFilter {
    /// Whether an event is one of these.
    #[must_use]
    pub fn takes(&self, event: &AuditEvent) -> bool {
        self.who.as_ref().is_none_or(|it| *it == event.who)
            && self.what.is_none_or(|it| it == event.what)
            && self.project.is_none_or(|it| event.project == Some(it))
            && (self.accessor.is_none() || self.accessor == event.accessor)
            && self.since.is_none_or(|since| since <= event.time)
    }
}
