//! The keys that turn tokens into what is kept of them.

use core::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::{IdError, IdErrorKind, Random, Token, base62};
use crate::secret::Secret;

/// The most keys that are live at once.
pub const MAX_KEYS: usize = 3;

/// The first line of a written ring: what it is, and which version of the format.
const HEADING: &str = "masker-keys 1";
const KEY: usize = 32;

/// The number of a key. Never used twice in a ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub u32);

/// HMAC-SHA-256 of a token: all that a store keeps of it.
///
/// Compared in a time that does not depend on where two differ, and shown by no `Debug`.
#[derive(Clone, Copy)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Takes the bytes that a store kept.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Digest {
        Digest(bytes)
    }

    /// The bytes, for a store to keep.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl PartialEq for Digest {
    fn eq(&self, other: &Digest) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for Digest {}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest([REDACTED])")
    }
}

/// A digest, and the key it was made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyedDigest {
    /// The key.
    pub key: KeyId,
    /// The digest under that key.
    pub digest: Digest,
}

/// The digests of one token under every live key: one of them is in the store if the token is.
#[derive(Clone, Debug)]
pub struct Digests(Vec<KeyedDigest>);

impl Digests {
    /// One for each live key, at most [`MAX_KEYS`], the newest key's first.
    #[must_use]
    pub fn as_slice(&self) -> &[KeyedDigest] {
        &self.0
    }
}

/// The live keys, at most [`MAX_KEYS`], and the epoch in which they are used.
///
/// A ring keeps its name, which is no secret, whatever becomes of its keys. A store knows the name, so a
/// ring that has nothing to do with it is told: see
/// [`Store::know_keys`](crate::token::store::Store::know_keys).
///
/// New tokens get the newest key; a token under an older one goes on working until that is
/// retired. The epoch tells a database that was restored from a backup: see
/// [`Store::enter_epoch`](crate::token::store::Store::enter_epoch).
///
/// # Examples
///
/// ```
/// use masker::token::id::KeyRing;
/// use masker::token::system::OsRandom;
///
/// let mut keys = KeyRing::generate(&mut OsRandom)?;
/// let old = keys.newest();
/// keys.rotate(&mut OsRandom)?;
/// assert_eq!(keys.ids().count(), 2);
/// keys.retire(old)?;
/// assert!(keys.ids().all(|key| key != old));
///
/// let written = keys.to_secret("JOB_TOKEN_KEYS");
/// assert_eq!(KeyRing::parse(written.expose())?.newest(), keys.newest());
/// # Ok::<(), masker::token::id::IdError>(())
/// ```
pub struct KeyRing {
    name: String,
    epoch: u64,
    next: u32,
    /// From the oldest to the newest, and never none.
    keys: Vec<Key>,
}

struct Key {
    id: KeyId,
    bytes: Zeroizing<[u8; KEY]>,
    /// HMAC that has taken in the key, which is half of its work for a token. Wiped when dropped.
    mac: Hmac<Sha256>,
}

impl Key {
    fn new(id: KeyId, bytes: Zeroizing<[u8; KEY]>) -> Key {
        let mac = Hmac::new_from_slice(&bytes[..]).expect("HMAC takes keys of any length");
        Key { id, bytes, mac }
    }

    fn digest(&self, token: &Token) -> KeyedDigest {
        let mac = self.mac.clone().chain_update(token.expose());
        KeyedDigest {
            key: self.id,
            digest: Digest(mac.finalize().into_bytes().into()),
        }
    }
}

impl KeyRing {
    /// Makes a ring of one new key, in epoch 1, with a new name.
    ///
    /// # Errors
    ///
    /// If the source of random numbers fails.
    pub fn generate(random: &mut dyn Random) -> Result<KeyRing, IdError> {
        let mut name = Vec::with_capacity(base62::NAME);
        base62::push_name(random, &mut name)?;
        let mut ring = KeyRing {
            name: String::from_utf8(name).expect("digits are ASCII"),
            epoch: 1,
            next: 1,
            keys: Vec::with_capacity(MAX_KEYS),
        };
        ring.rotate(random)?;
        Ok(ring)
    }

    /// Adds a key, which new tokens get from now on, and returns its number.
    ///
    /// # Errors
    ///
    /// If there are [`MAX_KEYS`] already, or the source of random numbers fails. The ring is
    /// then as it was.
    pub fn rotate(&mut self, random: &mut dyn Random) -> Result<KeyId, IdError> {
        if self.keys.len() == MAX_KEYS {
            return Err(IdErrorKind::TooManyKeys.into());
        }
        let mut key = Zeroizing::new([0; KEY]);
        random.fill(&mut *key)?;
        let id = KeyId(self.next);
        self.next = self.next.checked_add(1).ok_or(IdErrorKind::KeyRing)?;
        self.keys.push(Key::new(id, key));
        Ok(id)
    }

    /// Removes a key. No token under it authenticates from now on.
    ///
    /// The store is to be told as well, so that its tokens stay dead even if somebody puts the key back:
    /// [`Store::revoke`](crate::token::store::Store::revoke).
    ///
    /// # Errors
    ///
    /// If no live key has the number, or it is the newest.
    pub fn retire(&mut self, id: KeyId) -> Result<(), IdError> {
        if id == self.newest() {
            return Err(IdErrorKind::KeyInUse.into());
        }
        let place = self.keys.iter().position(|key| key.id == id);
        self.keys.remove(place.ok_or(IdErrorKind::UnknownKey)?);
        Ok(())
    }

    /// Its name: 16 letters or digits that no other ring has.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The numbers of the live keys, the oldest first.
    pub fn ids(&self) -> impl Iterator<Item = KeyId> {
        self.keys.iter().map(|key| key.id)
    }

    /// The key that new tokens get.
    #[must_use]
    pub fn newest(&self) -> KeyId {
        self.last().id
    }

    /// The epoch.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Begins the next epoch and returns it.
    ///
    /// The ring is to be written before a store takes the new epoch: a store that is behind fails
    /// closed, one that is ahead is refused.
    pub fn advance_epoch(&mut self) -> u64 {
        self.epoch = self.epoch.saturating_add(1).min(i64::MAX as u64);
        self.epoch
    }

    /// The digest of a new token, under the newest key. One HMAC.
    #[must_use]
    pub fn digest(&self, token: &Token) -> KeyedDigest {
        self.last().digest(token)
    }

    /// The digests of a presented token under all live keys. One HMAC for each; allocates once.
    #[must_use]
    pub fn digests(&self, token: &Token) -> Digests {
        let newest_first = self.keys.iter().rev();
        Digests(newest_first.map(|key| key.digest(token)).collect())
    }

    /// Reads a ring that [`to_secret`](KeyRing::to_secret) wrote.
    ///
    /// # Errors
    ///
    /// [`NoKey`](IdErrorKind::NoKey) if there is nothing to read or no key in it, and
    /// [`KeyRing`](IdErrorKind::KeyRing) or [`TooManyKeys`](IdErrorKind::TooManyKeys) where the
    /// text does not follow the format.
    pub fn parse(text: &[u8]) -> Result<KeyRing, IdError> {
        let text = str::from_utf8(text).map_err(|_| IdErrorKind::KeyRing)?;
        if text.trim().is_empty() {
            return Err(IdErrorKind::NoKey.into());
        }
        let mut lines = text.lines();
        if lines.next() != Some(HEADING) {
            return Err(IdErrorKind::KeyRing.into());
        }
        let name = lines.next().and_then(|line| line.strip_prefix("name "));
        let name = name.filter(|name| base62::is_name(name));
        let mut number = |name: &str| number_after(lines.next()?, name);
        let epoch = number("epoch ").filter(|epoch| *epoch <= i64::MAX as u64);
        let next = number("next ").and_then(|next| u32::try_from(next).ok());
        let mut ring = KeyRing {
            name: name.ok_or(IdErrorKind::KeyRing)?.to_owned(),
            epoch: epoch.ok_or(IdErrorKind::KeyRing)?,
            next: next.ok_or(IdErrorKind::KeyRing)?,
            keys: Vec::with_capacity(MAX_KEYS),
        };
        for line in lines {
            ring.add(line)?;
        }
        match ring.keys.is_empty() {
            true => Err(IdErrorKind::NoKey.into()),
            false => Ok(ring),
        }
    }

    /// Writes the ring, to be kept where only the authority can read it. Never in the database.
    #[must_use]
    pub fn to_secret(&self, name: impl Into<String>) -> Secret {
        const LINE: usize = 80;
        // All of its room at once: growing would leave keys in memory given back.
        let mut text = String::with_capacity(LINE * (4 + MAX_KEYS));
        text.push_str(&format!(
            "{HEADING}\nname {}\nepoch {}\nnext {}\n",
            self.name, self.epoch, self.next
        ));
        for key in &self.keys {
            text.push_str(&format!("key {} ", key.id.0));
            for nibble in key.bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]) {
                text.push(char::from(b"0123456789abcdef"[usize::from(nibble)]));
            }
            text.push('\n');
        }
        Secret::new(name, text)
    }

    fn add(&mut self, line: &str) -> Result<(), IdError> {
        let (id, digits) = line
            .strip_prefix("key ")
            .and_then(|rest| rest.split_once(' '))
            .ok_or(IdErrorKind::KeyRing)?;
        let id = id.parse().map(KeyId).map_err(|_| IdErrorKind::KeyRing)?;
        // Numbers rise, so none is there twice, and the next one is new.
        let rises = self.keys.last().is_none_or(|last| last.id < id) && id.0 < self.next;
        let key = key(digits).filter(|_| rises).ok_or(IdErrorKind::KeyRing)?;
        if self.keys.len() == MAX_KEYS {
            return Err(IdErrorKind::TooManyKeys.into());
        }
        self.keys.push(Key::new(id, key));
        Ok(())
    }

    fn last(&self) -> &Key {
        self.keys.last().expect("a ring has a key")
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRing")
            .field("name", &self.name)
            .field("epoch", &self.epoch)
            .field("ids", &self.ids().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

fn number_after(line: &str, name: &str) -> Option<u64> {
    line.strip_prefix(name)?.parse().ok()
}

fn key(digits: &str) -> Option<Zeroizing<[u8; KEY]>> {
    let mut key = Zeroizing::new([0; KEY]);
    if digits.len() != 2 * KEY {
        return None;
    }
    for (byte, pair) in key.iter_mut().zip(digits.as_bytes().as_chunks().0) {
        let [high, low] = pair.map(|digit| char::from(digit).to_digit(16));
        *byte = (high? << 4 | low?) as u8;
    }
    Some(key)
}
