//! The contract of the rules, as patterns too simple to be wrong, for the whole text: what announces
//! a value is found wherever it stands, and the value is what stands behind it. For tests only.

use std::ops::Range;

use regex::bytes::Regex;

use crate::support::oracle;

/// What is held of a password at most until its `@` comes, in bytes.
const HELD: usize = 256;

/// Behind these nothing but a token begins.
const TOKENS: &str = "glpat-|gloas-|gldt-|glrt-|glrtr-|glcbt-|glptt-|glft-|glimt-|glagent-|glsoat-|\
    glffct-|glwt-|github_pat_|xoxa-|xoxb-|xoxp-|xoxr-|xoxs-|\
    dckr_pat_";
const TOKEN: &str = "[A-Za-z0-9_-][A-Za-z0-9_.=-]*";

const PARAMETERS: &str = "private_token|job_token|token|access_token|authenticity_token|rss_token|\
    x-amz-signature|x-amz-credential|x-amz-security-token|sig|signature|client_secret|password";
const PARAMETER: &str = r##"[!-~\x80-\xff&&[^&;#"'`<>()\[\]{}\\]]"##;

const HEADER: &str = r##"[!-~\x80-\xff&&[^,;"'`<>()\[\]{}\\]]"##;

const USER_INFORMATION: &str = r##"[!-~\x80-\xff&&[^/?#"'`<>\[\]{}\\]]"##;

/// Behind the `@` of an image.
const DIGEST: &[u8] = b"sha256:";

/// What base64 makes of these announces what it makes of a token.
const ENCODED: [&str; 3] = ["gitlab-ci-token:", "mjt_", "mrt_"];

/// `$NAME`, `$`, stars or dots, or nothing at all.
const PLACEHOLDER: &str = r"(?:\$(?:[A-Z_][A-Z0-9_]{0,63})?|\*{0,64}|\.{0,64})";

/// All rules, and prefixes of tokens besides.
pub struct Rules {
    rules: Vec<Rule>,
    placeholder: Regex,
}

struct Rule {
    kind: Kind,
    announced_by: Regex,
    value: Regex,
    /// A value at the end of a text that more may make a secret.
    doubt: Option<Regex>,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Token,
    /// A placeholder is none.
    Value,
    UserInformation,
}

impl Rules {
    pub fn new(prefixes: &[String]) -> Rules {
        let mut rules = vec![
            Rule::new(Kind::Token, &format!("(?:{TOKENS})"), TOKEN, None),
            Rule::long(
                "(?:gh[pousr]_|m[jr]t_|[sr]k_live_|do[por]_v1_)",
                10,
                "[A-Za-z0-9]",
                "[A-Za-z0-9_-]",
            ),
            Rule::long("(?:npm_|pypi-)", 16, "[A-Za-z0-9]", "[A-Za-z0-9_-]"),
            Rule::long(r"hv[sbr]\.", 16, "[A-Za-z0-9_-]", "[A-Za-z0-9_-]"),
            Rule::long("A[KS]IA", 16, "[A-Z0-9]", "[A-Z0-9]"),
            Rule::value(
                &format!(r"(?i:(?:[?&;]|\\u0026)(?:{PARAMETERS})=)"),
                PARAMETER,
            ),
            Rule::value("_gitlab_session=", PARAMETER),
            Rule::value(
                r#"(?i:job-token|private-token)["'\\]*:[ \t"'\[\\]*"#,
                HEADER,
            ),
            Rule::value(
                r#"(?i:authorization)["'\\]*:[ \t"'\[\\]*(?i:basic|bearer)[ \t]+"#,
                HEADER,
            ),
            Rule::new(
                Kind::UserInformation,
                &format!(r":(?://|\\/\\/)[{USER_INFORMATION}&&[^:]]*:"),
                &format!("{USER_INFORMATION}*"),
                None,
            ),
        ];
        let of_user = prefixes.iter().map(|prefix| regex::escape(prefix));
        rules.extend(of_user.map(|prefix| Rule::new(Kind::Token, &prefix, TOKEN, None)));
        let prefixes = prefixes.iter().map(String::as_str);
        for image in ENCODED.into_iter().chain(prefixes).flat_map(images) {
            let image = regex::escape(&image);
            rules.push(Rule::long(&image, 16, "[A-Za-z0-9]", "[A-Za-z0-9_-]"));
        }
        Rules {
            rules,
            placeholder: regex(&format!(r"\A{PLACEHOLDER}\z")),
        }
    }

    /// What rules cover of the whole stream.
    pub fn occurrences(&self, text: &[u8]) -> Vec<Range<usize>> {
        self.occurrences_in(text, false)
    }

    fn occurrences_in(&self, text: &[u8], may_go_on: bool) -> Vec<Range<usize>> {
        let values = self.each(text, |rule| Some(&rule.value));
        let covered = |(kind, value): (Kind, Range<usize>)| match kind {
            Kind::Token => value,
            Kind::Value if self.is_placeholder(&text[value.clone()]) => 0..0,
            Kind::Value => value,
            Kind::UserInformation => {
                let may_go_on = may_go_on && value.end == text.len();
                let password = self.of_password(&text[value.clone()], may_go_on);
                value.start..value.start + password.masked
            }
        };
        let covered = values.map(covered);
        covered.filter(|covered| !covered.is_empty()).collect()
    }

    /// From where on the end of `text` is held, since more may make it a secret.
    pub fn held_from(&self, text: &[u8]) -> usize {
        let doubts = self.each(text, |rule| rule.doubt.as_ref());
        let doubts = doubts.map(|(_, value)| value.start);
        let passwords = self.passwords_at_end(text);
        let passwords = passwords.filter_map(|(start, it)| Some(start + it.held_from?));
        doubts.chain(passwords).min().unwrap_or(text.len())
    }

    /// The last `@` behind a password: another one would join what begins there with the password.
    fn joined_from(&self, text: &[u8]) -> Option<usize> {
        let passwords = self.passwords_at_end(text);
        let at = passwords
            .filter_map(|(start, it)| Some(start + it.held_from.filter(|_| it.masked > 0)?));
        at.min()
    }

    /// What the end of the stream cut short, and would have been a secret with more behind it.
    pub fn cut_short(&self, text: &[u8]) -> Vec<Range<usize>> {
        let doubts = self.each(text, |rule| rule.doubt.as_ref());
        let tokens = doubts
            .filter(|(kind, _)| *kind == Kind::Token)
            .map(|(_, value)| value.start);
        let passwords = self.passwords_at_end(text);
        let passwords = passwords.filter(|(start, it)| {
            let run = &text[*start..];
            it.held_from == Some(0) && !self.is_placeholder(run) && !run.contains(&b'@')
        });
        let starts = tokens.chain(passwords.map(|(start, _)| start));
        starts.map(|start| start..text.len()).collect()
    }

    /// The values that such a pattern of each rule finds behind what announces them, wherever that
    /// stands.
    fn each<'t>(
        &'t self,
        text: &'t [u8],
        value: impl Fn(&'t Rule) -> Option<&'t Regex>,
    ) -> impl Iterator<Item = (Kind, Range<usize>)> {
        let mut found = Vec::new();
        for rule in &self.rules {
            let Some(value) = value(rule) else {
                continue;
            };
            let mut from = 0;
            while let Some(announced) = rule.announced_by.find_at(text, from) {
                let start = announced.end();
                if let Some(value) = value.find(&text[start..]) {
                    found.push((rule.kind, start..start + value.end()));
                }
                from = announced.start() + 1;
            }
        }
        found.into_iter()
    }

    fn passwords_at_end<'t>(
        &'t self,
        text: &'t [u8],
    ) -> impl Iterator<Item = (usize, Password)> + 't {
        let found = self.each(text, |rule| Some(&rule.value));
        let passwords =
            found.filter(|(kind, value)| *kind == Kind::UserInformation && value.end == text.len());
        passwords.map(|(_, value)| (value.start, self.of_password(&text[value], true)))
    }

    /// What becomes of a run of bytes behind `://user:`, that may go on or not.
    fn of_password(&self, run: &[u8], may_go_on: bool) -> Password {
        let ats: Vec<_> = (0..run.len()).filter(|&at| run[at] == b'@').collect();
        let last = match ats[..] {
            [] => 0,
            [at] if self.is_placeholder(&run[..at]) => 0,
            [at] if is_image(&run[at + 1..], may_go_on) && at + DIGEST.len() <= HELD => 0,
            [.., last] => last,
        };
        if run.len() - last > HELD {
            return Password {
                masked: run.len(),
                held_from: None,
            };
        }
        Password {
            masked: last,
            held_from: Some(last),
        }
    }

    fn is_placeholder(&self, value: &[u8]) -> bool {
        self.placeholder.is_match(value)
    }
}

fn is_image(host: &[u8], may_go_on: bool) -> bool {
    host.starts_with(DIGEST) || may_go_on && DIGEST.starts_with(host)
}

/// What becomes of a password, of its first bytes.
struct Password {
    masked: usize,
    /// Where that begins which is held when the text is at its end.
    held_from: Option<usize>,
}

impl Rule {
    fn new(kind: Kind, announced_by: &str, value: &str, doubt: Option<&str>) -> Rule {
        Rule {
            kind,
            announced_by: regex(announced_by),
            value: regex(&format!(r"\A{value}")),
            doubt: doubt.map(|doubt| regex(&format!(r"\A{doubt}\z"))),
        }
    }

    /// A token that begins with so many bytes of a class.
    fn long(prefix: &str, least: usize, head: &str, class: &str) -> Rule {
        let secret = format!("{head}{{{least}}}{class}*");
        let doubt = format!("{head}{{0,{}}}", least - 1);
        Rule::new(Kind::Token, prefix, &secret, Some(&doubt))
    }

    fn value(announced_by: &str, class: &str) -> Rule {
        let secret = format!("{class}+");
        Rule::new(Kind::Value, announced_by, &secret, Some(PLACEHOLDER))
    }
}

/// What of a text in base64 is the same whatever stands before it and behind it, in both alphabets;
/// but not where that is next to nothing.
pub fn images(text: &str) -> Vec<String> {
    let mut images = Vec::new();
    for before in 0..3 {
        let between =
            |byte: u8| base64(&[&vec![byte; before], text.as_bytes(), &[byte; 2]].concat());
        let (low, high) = (between(0), between(0xff));
        let same = low.chars().zip(high.chars()).filter(|(a, b)| a == b);
        let image: String = same.map(|(a, _)| a).collect();
        if image.len() >= 4 {
            images.push(image.replace('+', "-").replace('/', "_"));
            images.push(image);
        }
    }
    images
}

/// Base64 without padding, and without the bits of a last character that is not whole.
pub fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits = bytes
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1));
    let bits: Vec<u8> = bits.collect();
    let number = |six: &[u8]| {
        six.iter()
            .fold(0, |number, bit| 2 * number + usize::from(*bit))
    };
    let characters = bits
        .chunks_exact(6)
        .map(|six| char::from(ALPHABET[number(six)]));
    characters.collect()
}

fn regex(pattern: &str) -> Regex {
    Regex::new(&format!("(?-u){pattern}")).expect("the patterns of the oracle are right")
}

/// What `text` must come out as, and at its end: what is held is masked from `truncated` bytes on,
/// if that is given.
pub fn mask(rules: &Rules, secrets: &[Vec<u8>], text: &[u8], truncated: Option<usize>) -> Vec<u8> {
    let mut occurrences = oracle::occurrences(secrets, text);
    occurrences.extend(rules.occurrences(text));
    if let Some(least) = truncated {
        let live = text.len() - oracle::live(secrets, text)..text.len();
        let cut_short = rules.cut_short(text).into_iter().chain([live]);
        occurrences.extend(cut_short.filter(|it| it.len() >= least.max(1)));
    }
    oracle::mask_all(&occurrences, text)
}

/// What must have come out after `text` when more may follow.
pub fn so_far(rules: &Rules, secrets: &[Vec<u8>], text: &[u8]) -> Vec<u8> {
    let mut occurrences = oracle::occurrences(secrets, text);
    occurrences.extend(rules.occurrences_in(text, true));
    let live_from = text.len() - oracle::live(secrets, text);
    let settled = live_from.min(rules.held_from(text));
    let may_join = rules.joined_from(text) == Some(settled);
    oracle::settled_until(settled, !may_join, &occurrences, text)
}
