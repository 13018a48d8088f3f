//! Which forms to search for.

use std::fmt;
use std::str::FromStr;

use super::{Form, Pattern, patterns};

/// A choice of forms in which secrets are searched for. The value itself is always among them.
///
/// Written as on the command line: `raw`, `all`, or a list as `lines,json,base64`. `all` is
/// everything but [`Folded`](Form::Folded) and [`Pieces`](Form::Pieces), which are had with
/// `all,folded,pieces`.
///
/// # Examples
///
/// ```
/// use masker::{Form, Forms};
///
/// let forms: Forms = "json,base64".parse()?;
/// assert!(forms.contains(Form::Json) && forms.contains(Form::Raw));
/// assert_eq!(forms, Forms::RAW.with(Form::Json).with(Form::Base64));
/// assert_eq!(forms.to_string(), "json,base64");
/// assert_eq!(Forms::ALL.to_string(), "all");
/// # Ok::<(), masker::UnknownForm>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Forms {
    /// A bit for each form, by its number.
    bits: u16,
}

impl Forms {
    /// The value alone, byte for byte.
    pub const RAW: Forms = Forms { bits: 1 };

    /// All forms but [`Folded`](Form::Folded) and [`Pieces`](Form::Pieces). The default.
    pub const ALL: Forms = Forms::RAW
        .with(Form::Lines)
        .with(Form::Json)
        .with(Form::Url)
        .with(Form::Base64)
        .with(Form::Hex)
        .with(Form::Shell)
        .with(Form::Html)
        .with(Form::Quoted);

    /// These forms and one more.
    #[must_use]
    pub const fn with(self, form: Form) -> Forms {
        Forms {
            bits: self.bits | 1 << form as u16,
        }
    }

    /// Whether a form is among them.
    #[must_use]
    pub const fn contains(self, form: Form) -> bool {
        self.bits & 1 << form as u16 != 0
    }

    /// The forms, [`Raw`](Form::Raw) first.
    pub fn iter(self) -> impl Iterator<Item = Form> {
        Form::EVERY
            .into_iter()
            .filter(move |&form| self.contains(form))
    }

    /// The byte strings that a value is searched for by, in the order of their bytes and none
    /// twice. Those shorter than `min_length` are left out.
    ///
    /// This is what a [`MaskSet`](crate::MaskSet) is built of. A pattern that several forms share
    /// belongs to the first. O(length of the value) for each form but
    /// [`Folded`](Form::Folded) and [`Pieces`](Form::Pieces): a token of letters and digits has 6 patterns of all forms, a
    /// password with many other characters some 50 to 100, a PEM key some 10 for each line.
    ///
    /// # Examples
    ///
    /// ```
    /// use masker::{Form, Forms};
    ///
    /// let patterns = Forms::RAW.with(Form::Hex).patterns(b"password", 8);
    /// assert_eq!(patterns[0].form(), Form::Hex);
    /// assert_eq!(patterns[0].expose(), b"70617373776F7264");
    /// assert_eq!(patterns[1].expose(), b"70617373776f7264");
    /// assert_eq!(patterns[2].expose(), b"password");
    /// ```
    #[must_use]
    pub fn patterns(self, value: &[u8], min_length: usize) -> Vec<Pattern> {
        patterns(value, self, min_length)
    }
}

/// [`Forms::ALL`].
impl Default for Forms {
    fn default() -> Forms {
        Forms::ALL
    }
}

impl FromIterator<Form> for Forms {
    fn from_iter<I: IntoIterator<Item = Form>>(forms: I) -> Forms {
        forms.into_iter().fold(Forms::RAW, Forms::with)
    }
}

impl FromStr for Forms {
    type Err = UnknownForm;

    fn from_str(text: &str) -> Result<Forms, UnknownForm> {
        text.split(',').try_fold(Forms::RAW, |forms, name| {
            if name == "all" {
                return Ok(Forms {
                    bits: forms.bits | Forms::ALL.bits,
                });
            }
            let form = Form::EVERY.into_iter().find(|form| form.name() == name);
            Ok(forms.with(form.ok_or(UnknownForm(()))?))
        })
    }
}

impl fmt::Display for Forms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Forms::RAW {
            return f.write_str(Form::Raw.name());
        }
        let has_all = self.bits & Forms::ALL.bits == Forms::ALL.bits;
        let shown = |&form: &Form| form != Form::Raw && !(has_all && Forms::ALL.contains(form));
        let names = self.iter().filter(shown).map(Form::name);
        for (number, name) in has_all
            .then_some("all")
            .into_iter()
            .chain(names)
            .enumerate()
        {
            let comma = if number == 0 { "" } else { "," };
            write!(f, "{comma}{name}")?;
        }
        Ok(())
    }
}

/// Shows the names.
impl fmt::Debug for Forms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Forms({self})")
    }
}

/// A word in a list of forms that is the name of none. What was typed is not shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownForm(());

impl fmt::Display for UnknownForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("forms are all, or a list of: ")?;
        for (number, form) in Form::EVERY.into_iter().enumerate() {
            let comma = if number == 0 { "" } else { ", " };
            write!(f, "{comma}{form}")?;
        }
        Ok(())
    }
}

impl std::error::Error for UnknownForm {}
