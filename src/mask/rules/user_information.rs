//! `https://user:PASSWORD@host`: certain only at its `@`.

use std::ops::Range;

use super::class::USER_INFORMATION;
use super::value::Placeholder;

/// How much is held until the `@` comes, in bytes. What goes on longer is masked as it comes: a
/// password of that length is likelier to leak than a log to need it.
const LONGEST_HELD: u64 = 256;

/// Behind the `@` of an image, where the scheme stands before a name without a host, as in
/// `docker-image://alpine:3.18@sha256:..`: what stands before it is a version.
const DIGEST: &[u8] = b"sha256:";

/// What follows `://`, as it comes: the user's name, which stays readable, and a password.
#[derive(Default)]
pub(super) struct UserInformation {
    password: Option<Password>,
}

/// What may be a password, and behind an `@` its host.
///
/// Programs that meet a second `@` before the path take the last one, so the host is held too: with
/// another `@` it was part of the password, and so was what looked like none before the first.
struct Password {
    start: u64,
    /// The last `@` behind a password, or the beginning where none has come yet.
    held_from: u64,
    is_too_long: bool,
    placeholder: Option<Placeholder>,
    /// What is known behind an `@`.
    host: Option<Host>,
}

/// What an `@` makes of the bytes before it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Host {
    OfPassword,
    /// They are a placeholder or the version of an image, unless another `@` comes.
    OfNone,
    /// They are a password unless this comes, the rest of [`DIGEST`].
    Unsure {
        at: u64,
        rest: &'static [u8],
    },
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
            if !USER_INFORMATION.contains(byte) {
                break;
            }
            self.step(byte, place, &mut on_password);
            taken += 1;
        }
        if let Some(password) = self.password.as_ref().filter(|it| it.is_too_long) {
            on_password(password.start..base + taken as u64);
        }
        if taken < text.len() {
            self.ended().into_iter().for_each(on_password);
        }
        taken
    }

    /// Takes a byte of the user information or its host.
    fn step(&mut self, byte: u8, place: u64, on_password: &mut impl FnMut(Range<u64>)) {
        match (&mut self.password, byte) {
            // Behind an `@`, too: user names may be addresses of mail.
            (None, b':') => self.password = Some(Password::new(place + 1)),
            (None, _) => {}
            (Some(password), _) => password.step(byte, place, on_password),
        }
    }

    /// What is a password since no more comes.
    pub(super) fn ended(&self) -> Option<Range<u64>> {
        let password = self.password.as_ref()?;
        match password.host {
            Some(Host::Unsure { at, .. }) => Some(password.start..at),
            _ => None,
        }
    }

    /// From where on bytes are held, since it is not known yet whether they are secret.
    pub(super) fn held_from(&self) -> Option<u64> {
        let password = self.password.as_ref().filter(|it| !it.is_too_long)?;
        Some(password.held_from)
    }

    /// The last `@` behind a password. With another one, what is found from there on is part of the
    /// password, not a run of its own.
    pub(super) fn joined_from(&self) -> Option<u64> {
        let password = self.password.as_ref()?;
        (password.host == Some(Host::OfPassword)).then_some(password.held_from)
    }

    /// Where a password begins that the end of the stream cut short.
    pub(super) fn cut_short(&self) -> Option<u64> {
        let password = self.password.as_ref().filter(|it| it.host.is_none())?;
        password.placeholder.is_none().then_some(password.start)
    }
}

impl Password {
    fn new(start: u64) -> Password {
        Password {
            start,
            held_from: start,
            is_too_long: false,
            placeholder: Some(Placeholder::Begin),
            host: None,
        }
    }

    fn step(&mut self, byte: u8, place: u64, on_password: &mut impl FnMut(Range<u64>)) {
        if let Some(Host::Unsure { at, rest }) = self.host {
            match rest.strip_prefix(&[byte]) {
                Some([]) => self.host = Some(Host::OfNone),
                Some(rest) => self.host = Some(Host::Unsure { at, rest }),
                None => self.found(at, on_password),
            }
        }
        match (byte, self.host) {
            (b'@', None) if self.placeholder.is_some() => self.host = Some(Host::OfNone),
            (b'@', None) if self.may_be_image(place) => {
                let (at, rest) = (place, DIGEST);
                self.host = Some(Host::Unsure { at, rest });
            }
            (b'@', _) => self.found(place, on_password),
            _ => {
                self.placeholder = self.placeholder.and_then(|it| it.next(byte));
                self.is_too_long |= place - self.held_from >= LONGEST_HELD;
            }
        }
    }

    /// Whether there is time to see what stands behind the first `@`.
    fn may_be_image(&self, at: u64) -> bool {
        at - self.start + DIGEST.len() as u64 <= LONGEST_HELD
    }

    fn found(&mut self, at: u64, on_password: &mut impl FnMut(Range<u64>)) {
        on_password(self.start..at);
        self.host = Some(Host::OfPassword);
        self.is_too_long = false;
        self.held_from = at;
    }
}
