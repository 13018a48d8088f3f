//! `https://user:PASSWORD@host`: certain only at its `@`.

use std::ops::Range;

use super::class::USER_INFORMATION;
use super::value::Placeholder;

/// How much is held until the `@` comes, in bytes. What goes on longer is masked as it comes: a
/// password of that length is likelier to leak than a log to need it.
const LONGEST_HELD: u64 = 256;

/// What follows `://`, as it comes: the user's name, which stays readable, and a password.
#[derive(Default)]
pub(super) struct UserInformation {
    password: Option<Password>,
}

/// What may be a password, and behind an `@` its host.
///
/// Programs that meet a second `@` before the path take the last one, so the host is held too: with
/// another `@` it was part of the password.
struct Password {
    start: u64,
    /// The last `@`, or the beginning where none has come yet.
    held_from: u64,
    has_at: bool,
    is_too_long: bool,
    placeholder: Option<Placeholder>,
}

impl UserInformation {
    /// Takes what `text`, which begins at `base` in the stream, has of the user information and
    /// its host. Returns how much that is; where it is less than all of the text, they are at their
    /// end. Adds what turns out to be a password, or part of one.
    pub(super) fn take(
        &mut self,
        text: &[u8],
        base: u64,
        mut on_password: impl FnMut(Range<u64>),
    ) -> usize {
        let mut taken = 0;
        while let Some(&byte) = text.get(taken) {
            let place = base + taken as u64;
            if !USER_INFORMATION.contains(byte) || !self.step(byte, place, &mut on_password) {
                break;
            }
            taken += 1;
        }
        if let Some(password) = self.password.as_ref().filter(|it| it.is_too_long) {
            on_password(password.start..base + taken as u64);
        }
        taken
    }

    /// Takes a byte. Returns whether it belongs to the user information or its host.
    fn step(&mut self, byte: u8, place: u64, on_password: &mut impl FnMut(Range<u64>)) -> bool {
        match (&mut self.password, byte) {
            (None, b'@') => return false,
            (None, b':') => self.password = Some(Password::new(place + 1)),
            (None, _) => {}
            (Some(password), b'@') => {
                if password.placeholder.is_some() {
                    return false;
                }
                on_password(password.start..place);
                password.has_at = true;
                password.is_too_long = false;
                password.held_from = place;
            }
            (Some(password), _) => {
                password.placeholder = password.placeholder.and_then(|it| it.next(byte));
                password.is_too_long |= place - password.held_from >= LONGEST_HELD;
            }
        }
        true
    }

    /// From where on bytes are held, since it is not known yet whether they are secret.
    pub(super) fn held_from(&self) -> Option<u64> {
        let password = self.password.as_ref().filter(|it| !it.is_too_long)?;
        Some(password.held_from)
    }

    /// The last `@` behind a password. With another one, what is found from there on is part of the
    /// password, not a run of its own.
    pub(super) fn joined_from(&self) -> Option<u64> {
        let password = self.password.as_ref().filter(|it| it.has_at)?;
        Some(password.held_from)
    }

    /// Where a password begins that the end of the stream cut short.
    pub(super) fn cut_short(&self) -> Option<u64> {
        let password = self.password.as_ref().filter(|it| !it.has_at)?;
        password.placeholder.is_none().then_some(password.start)
    }
}

impl Password {
    fn new(start: u64) -> Password {
        Password {
            start,
            held_from: start,
            has_at: false,
            is_too_long: false,
            placeholder: Some(Placeholder::Begin),
        }
    }
}
