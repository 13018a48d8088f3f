//! The table of rules: which literals announce a value, and what the value is like.
//!
//! The prefixes are those that GitLab, GitHub, Slack, Stripe, npm, PyPI, Docker, DigitalOcean,
//! HashiCorp Vault and AWS document for their tokens and keys, and those of our own job tokens.

use super::Rule;
use super::value::Shape;
use crate::search::Literal;
use crate::secret::forms::base64_images;

/// A literal that announces a value.
pub(super) struct Announcement {
    pub(super) rule: Rule,
    /// The literal as people know it, for reports.
    pub(super) name: Box<str>,
    pub(super) literal: Literal,
    pub(super) follows: Follows,
}

/// What follows a literal.
#[derive(Clone, Copy)]
pub(super) enum Follows {
    Value(Shape),
    /// The rest of a header behind its name.
    Header {
        shape: Shape,
    },
    /// The rest of a URL behind its `://`.
    UserInformation,
}

/// Prefixes that begin nothing but tokens.
const TOKENS: [&str; 20] = [
    "glpat-",
    "gloas-",
    "gldt-",
    "glrt-",
    "glrtr-",
    "glcbt-",
    "glptt-",
    "glft-",
    "glimt-",
    "glagent-",
    "glsoat-",
    "glffct-",
    "glwt-",
    "github_pat_",
    "xoxa-",
    "xoxb-",
    "xoxp-",
    "xoxr-",
    "xoxs-",
    "dckr_pat_",
];

/// Prefixes that also stand in common words. What follows must look like a token.
const AMBIGUOUS: [(&str, Shape); 19] = [
    ("mjt_", Shape::PlainToken),
    ("mrt_", Shape::PlainToken),
    ("sk_live_", Shape::PlainToken),
    ("rk_live_", Shape::PlainToken),
    ("dop_v1_", Shape::PlainToken),
    ("doo_v1_", Shape::PlainToken),
    ("dor_v1_", Shape::PlainToken),
    ("ghp_", Shape::PlainToken),
    ("gho_", Shape::PlainToken),
    ("ghu_", Shape::PlainToken),
    ("ghs_", Shape::PlainToken),
    ("ghr_", Shape::PlainToken),
    ("npm_", Shape::LongToken),
    ("pypi-", Shape::LongToken),
    ("hvs.", Shape::VaultToken),
    ("hvb.", Shape::VaultToken),
    ("hvr.", Shape::VaultToken),
    ("AKIA", Shape::AccessKey),
    ("ASIA", Shape::AccessKey),
];

const PARAMETERS: [&str; 13] = [
    "private_token",
    "job_token",
    "token",
    "access_token",
    "authenticity_token",
    "rss_token",
    "x-amz-signature",
    "x-amz-credential",
    "x-amz-security-token",
    "sig",
    "signature",
    "client_secret",
    "password",
];

/// What stands before a parameter. The last is how JSON encoders that spare HTML write `&`; `&amp;`
/// ends as the third does.
const BEFORE_PARAMETER: [&str; 4] = ["?", "&", ";", "\\u0026"];

/// Headers, and what their values are: before credentials stands a scheme.
const HEADERS: [(&str, Shape); 3] = [
    ("authorization", Shape::Credentials),
    ("job-token", Shape::Header),
    ("private-token", Shape::Header),
];

/// What stands before user information, also in the JSON of encoders that escape slashes.
const BEFORE_USER_INFORMATION: [&str; 2] = ["://", ":\\/\\/"];

/// What stands in base64 before a token of any kind, and what such tokens begin with where it is
/// encoded alone or behind something else. Of all prefixes there would be far more literals than are
/// worth their time.
const ENCODED: [&str; 3] = ["gitlab-ci-token:", "mjt_", "mrt_"];

/// All announcements of a rule.
pub(super) fn announcements(rule: Rule) -> Vec<Announcement> {
    match rule {
        Rule::TokenPrefix => {
            let certain = TOKENS.iter().map(|&prefix| (prefix, Shape::Token));
            let tokens = certain.chain(AMBIGUOUS).map(|(prefix, shape)| {
                announcement(rule, prefix, prefix.into(), false, Follows::Value(shape))
            });
            let session = "_gitlab_session=";
            let follows = Follows::Value(Shape::Parameter);
            tokens
                .chain([announcement(rule, session, session.into(), false, follows)])
                .chain(ENCODED.into_iter().flat_map(encoded))
                .collect()
        }
        Rule::UrlParameter => product(&BEFORE_PARAMETER, &PARAMETERS, |before, name| {
            let literal = format!("{before}{name}=").into();
            announcement(rule, name, literal, true, Follows::Value(Shape::Parameter))
        }),
        Rule::Header => HEADERS
            .iter()
            .map(|&(name, shape)| {
                announcement(rule, name, name.into(), true, Follows::Header { shape })
            })
            .collect(),
        Rule::UserInformation => BEFORE_USER_INFORMATION
            .iter()
            .map(|&before| {
                let follows = Follows::UserInformation;
                announcement(rule, rule.name(), before.into(), false, follows)
            })
            .collect(),
    }
}

/// The announcements of tokens with a prefix that the user names.
pub(super) fn token_prefix(prefix: &str) -> impl Iterator<Item = Announcement> {
    let (rule, follows) = (Rule::TokenPrefix, Follows::Value(Shape::Token));
    [announcement(rule, prefix, prefix.into(), false, follows)]
        .into_iter()
        .chain(encoded(prefix))
}

/// What base64 makes of what stands before a token, by how many bytes come before it.
fn encoded(prefix: &str) -> impl Iterator<Item = Announcement> {
    let (rule, follows) = (Rule::TokenPrefix, Follows::Value(Shape::LongToken));
    let images = base64_images(prefix.as_bytes()).into_iter();
    images.map(move |image| announcement(rule, prefix, image, false, follows))
}

fn announcement(
    rule: Rule,
    name: &str,
    literal: Vec<u8>,
    any_case: bool,
    follows: Follows,
) -> Announcement {
    Announcement {
        rule,
        name: name.into(),
        literal: Literal {
            bytes: literal,
            any_case,
        },
        follows,
    }
}

fn product<A: Copy, B: Copy, T>(a: &[A], b: &[B], make: impl Fn(A, B) -> T) -> Vec<T> {
    let make = &make;
    a.iter()
        .flat_map(|&a| b.iter().map(move |&b| make(a, b)))
        .collect()
}
