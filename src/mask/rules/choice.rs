//! Which rules to follow.

use std::fmt;
use std::str::FromStr;

/// A rule that finds secrets nobody named: a literal announces a value, and the value is masked.
///
/// The literal stays readable. A value may have any length, and ends before the first byte that
/// cannot stand in it; quotes and brackets end every value in a URL or a header. What is plainly no
/// value stays readable too: a variable by its name, as `$TOKEN`, and the stars of other maskers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// Tokens with a prefix that says what they are, as `glpat-`, `ghp_`, `xoxb-` or `AKIA`. In base64
    /// too: what follows `gitlab-ci-token:`, as in `Authorization: Basic`, and our own job tokens.
    TokenPrefix,
    /// Parameters of URLs and forms that carry credentials, in any case and behind `?`, `&`, `&amp;`
    /// or `;`, as `private_token=` or `X-Amz-Signature=`.
    UrlParameter,
    /// The password in `https://user:password@host`. What may be one is held until its `@`, or until
    /// a byte that cannot stand in one; the host behind it too, since another `@` would make it
    /// part of the password. A longer one than 256 bytes is masked as it comes.
    UserInformation,
    /// `Authorization: Bearer` and `Basic`, `JOB-TOKEN:` and `PRIVATE-TOKEN:`, in any case.
    Header,
}

impl Rule {
    const EVERY: [Rule; 4] = [
        Rule::TokenPrefix,
        Rule::UrlParameter,
        Rule::UserInformation,
        Rule::Header,
    ];

    /// The name, as [`Rules`] are written and as reports show it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Rule::TokenPrefix => "token-prefix",
            Rule::UrlParameter => "url-parameter",
            Rule::UserInformation => "user-information",
            Rule::Header => "header",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A choice of rules. Written as on the command line: `all`, `none`, or a list as
/// `token-prefix,header`.
///
/// # Examples
///
/// ```
/// use masker::{Rule, Rules};
///
/// let rules: Rules = "token-prefix,header".parse()?;
/// assert!(rules.contains(Rule::Header) && !rules.contains(Rule::UrlParameter));
/// assert_eq!(rules, Rules::NONE.with(Rule::TokenPrefix).with(Rule::Header));
/// assert_eq!(rules.to_string(), "token-prefix,header");
/// # Ok::<(), masker::UnknownRule>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rules {
    /// A bit for each rule, by its number.
    bits: u8,
}

impl Rules {
    /// No rule: only named secrets are masked.
    pub const NONE: Rules = Rules { bits: 0 };

    /// All rules. The default.
    pub const ALL: Rules = Rules::NONE
        .with(Rule::TokenPrefix)
        .with(Rule::UrlParameter)
        .with(Rule::UserInformation)
        .with(Rule::Header);

    /// These rules and one more.
    #[must_use]
    pub const fn with(self, rule: Rule) -> Rules {
        Rules {
            bits: self.bits | 1 << rule as u8,
        }
    }

    /// Whether a rule is among them.
    #[must_use]
    pub const fn contains(self, rule: Rule) -> bool {
        self.bits & 1 << rule as u8 != 0
    }

    /// The rules.
    pub fn iter(self) -> impl Iterator<Item = Rule> {
        Rule::EVERY
            .into_iter()
            .filter(move |&rule| self.contains(rule))
    }
}

/// [`Rules::ALL`].
impl Default for Rules {
    fn default() -> Rules {
        Rules::ALL
    }
}

impl FromIterator<Rule> for Rules {
    fn from_iter<I: IntoIterator<Item = Rule>>(rules: I) -> Rules {
        rules.into_iter().fold(Rules::NONE, Rules::with)
    }
}

impl FromStr for Rules {
    type Err = UnknownRule;

    fn from_str(text: &str) -> Result<Rules, UnknownRule> {
        match text {
            "all" => return Ok(Rules::ALL),
            "none" => return Ok(Rules::NONE),
            _ => {}
        }
        text.split(',')
            .map(|name| {
                let rule = Rule::EVERY.into_iter().find(|rule| rule.name() == name);
                rule.ok_or(UnknownRule(()))
            })
            .collect()
    }
}

impl fmt::Display for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Rules::ALL => return f.write_str("all"),
            Rules::NONE => return f.write_str("none"),
            _ => {}
        }
        for (number, rule) in self.iter().enumerate() {
            let comma = if number == 0 { "" } else { "," };
            write!(f, "{comma}{rule}")?;
        }
        Ok(())
    }
}

/// Shows the names.
impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rules({self})")
    }
}

/// A word in a list of rules that is the name of none. What was typed is not shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownRule(());

impl fmt::Display for UnknownRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("rules are all or none, each by itself, or a list of: ")?;
        for (number, rule) in Rule::EVERY.into_iter().enumerate() {
            let comma = if number == 0 { "" } else { ", " };
            write!(f, "{comma}{rule}")?;
        }
        Ok(())
    }
}

impl std::error::Error for UnknownRule {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_read_as_they_are_written() {
        for (text, rules) in [
            ("all", Rules::default()),
            ("none", Rules::NONE),
            ("header", Rules::NONE.with(Rule::Header)),
            (
                "url-parameter,user-information",
                [Rule::UserInformation, Rule::UrlParameter]
                    .into_iter()
                    .collect(),
            ),
            (
                "token-prefix,user-information,header",
                Rule::EVERY
                    .into_iter()
                    .filter(|&rule| rule != Rule::UrlParameter)
                    .collect(),
            ),
        ] {
            assert_eq!(text.parse(), Ok(rules));
            assert_eq!(rules.to_string(), text);
            assert_eq!(format!("{rules:?}"), format!("Rules({text})"));
            for rule in Rule::EVERY {
                let is_named = text == "all" || text.split(',').any(|it| it == rule.name());
                assert_eq!(rules.contains(rule), is_named, "{rule} in {text}");
            }
        }
        // Once more is no less.
        assert!(Rules::ALL.with(Rule::Header) == Rules::ALL);
    }

    #[test]
    fn what_is_no_rule_is_told_with_those_that_are() {
        for text in [
            "",
            "al",
            "ALL",
            "header,",
            "all,header",
            "none,none",
            " header",
        ] {
            let error = text.parse::<Rules>().expect_err(text);
            assert_eq!(
                error.to_string(),
                "rules are all or none, each by itself, or a list of: \
                 token-prefix, url-parameter, user-information, header"
            );
        }
    }
}
