//! Two projects, a user, and a running job of the first project.

use masker::token::authorizer::{Decision, Holder, Policy, Snapshot, snapshot};
use masker::token::directory::{Directory, Projects, UserId};
use masker::token::lifecycle::Invalid;
use masker::token::permission::Permissions;

use super::requests::Asking;

/// What the tests vary. A is project 1, `g/a`; B is project 2, `g/sub/b`; the user is 7, `dana`.
#[derive(Clone, Copy, Debug)]
pub struct Setup<'s> {
    pub role_in_a: &'s str,
    pub role_in_b: &'s str,
    pub visibility_of_b: &'s str,
    pub external: bool,
    pub limited: bool,
    pub listed: bool,
    /// More lines of A's entry, and of B's.
    pub more_of_a: &'s str,
    pub more_of_b: &'s str,
}

impl Default for Setup<'_> {
    fn default() -> Self {
        Setup {
            role_in_a: "developer",
            role_in_b: "none",
            visibility_of_b: "private",
            external: false,
            limited: false,
            listed: false,
            more_of_a: "",
            more_of_b: "",
        }
    }
}

impl Setup<'_> {
    pub fn world(self) -> World {
        let members = |role| match role {
            "none" => String::new(),
            role => format!("members = {{ dana = '{role}' }}"),
        };
        let text = format!(
            "[[user]]\nid = 7\nname = 'dana'\nexternal = {}\n\
             [[project]]\nid = 1\npath = 'g/a'\n{}\n{}\nscope = {{ limit = {}, projects = [{}] }}\n\
             [[project]]\nid = 2\npath = 'g/sub/b'\nvisibility = '{}'\n{}\n{}\n",
            self.external,
            members(self.role_in_a),
            self.more_of_a,
            self.limited,
            if self.listed { "'g/sub/b'" } else { "" },
            self.visibility_of_b,
            members(self.role_in_b),
            self.more_of_b,
        );
        World {
            projects: Projects::parse(&text).expect("a directory"),
            policy: Policy::default().artifact_changes(true),
            permissions: None,
            private_artifact: false,
        }
    }
}

pub struct World {
    pub projects: Projects,
    pub policy: Policy,
    pub permissions: Option<Permissions>,
    pub private_artifact: bool,
}

impl World {
    /// A world where the user is Developer of A, and this in B.
    pub fn with_role_in_b(role_in_b: &str) -> World {
        Setup {
            role_in_b,
            ..Setup::default()
        }
        .world()
    }

    /// Decides with the live token of a job of A.
    pub fn decide(&self, asking: &Asking) -> Decision {
        self.decide_for("g/a", asking)
    }

    pub fn decide_for(&self, source: &str, asking: &Asking) -> Decision {
        self.decide_with(Ok(self.holder(source)), asking)
    }

    pub fn decide_with(&self, token: Result<Holder, Invalid>, asking: &Asking) -> Decision {
        asking.with(|request| match self.policy.admit(request) {
            Err(denied) => *denied,
            Ok(admitted) => {
                let facts = snapshot(&self.projects, &admitted, token).expect("no error");
                let private_artifact = self.private_artifact;
                let facts = Snapshot {
                    private_artifact,
                    ..facts
                };
                let decision = admitted.decide(&facts);
                let explained = admitted.explain(&facts);
                super::identity::explains(&decision, &explained);
                decision
            }
        })
    }

    pub fn holder(&self, source: &str) -> Holder {
        Holder {
            source: self
                .projects
                .source(source)
                .expect("a project of the world"),
            user: self
                .projects
                .user(UserId(7))
                .expect("no error")
                .expect("dana"),
            permissions: self.permissions.clone(),
        }
    }

    /// The decision as its record has it.
    pub fn says(&self, asking: &Asking) -> String {
        self.decide(asking).record().to_string()
    }
}

pub const ALLOWED: &str = "D18 allowed 200";
