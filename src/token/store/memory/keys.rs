//! The key ring that a store knows.

use crate::token::store::{StoreError, StoreErrorKind};

#[derive(Default)]
pub(super) struct KnownKeys {
    name: Option<String>,
    epoch: Option<u64>,
    announced: Option<u64>,
}

impl KnownKeys {
    pub(super) fn know(&mut self, name: &str) -> Result<(), StoreError> {
        let known = self.name.get_or_insert_with(|| name.to_owned());
        match known == name {
            true => Ok(()),
            false => Err(StoreErrorKind::OtherKeys.into()),
        }
    }

    /// Whether the store was behind.
    pub(super) fn enter(&mut self, epoch: u64) -> Result<bool, StoreError> {
        let known = *self.epoch.get_or_insert(epoch);
        if known > epoch {
            return Err(StoreErrorKind::KeysBehind.into());
        }
        self.epoch = Some(epoch);
        Ok(known < epoch && self.announced != Some(epoch))
    }

    pub(super) fn announce(&mut self) -> u64 {
        let known = self.epoch.max(self.announced);
        *self.announced.insert(known.unwrap_or_default() + 1)
    }

    pub(super) fn advance(&mut self, epoch: u64) -> Result<(), StoreError> {
        if self.epoch.is_some_and(|known| known >= epoch) {
            return Err(StoreErrorKind::KeysBehind.into());
        }
        self.epoch = Some(epoch);
        Ok(())
    }

    /// Takes another ring, whatever was there before.
    pub(super) fn adopt(&mut self, name: &str, epoch: u64) {
        (self.name, self.epoch) = (Some(name.to_owned()), Some(epoch));
    }
}
