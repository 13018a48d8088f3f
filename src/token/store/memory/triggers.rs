//! Tokens that start pipelines.

use crate::token::directory::ProjectId;
use crate::token::id::{Accessor, Digest, Digests, KeyId};
use crate::token::store::{Fresh, StoreError, StoreErrorKind, Trigger};

/// In the order in which they were made. They are few.
#[derive(Default)]
pub(super) struct Triggers(Vec<(Digest, Trigger)>);

impl Triggers {
    pub(super) fn put(&mut self, token: &Fresh, trigger: Trigger) -> Result<(), StoreError> {
        let is_same = |(digest, other): &(Digest, Trigger)| {
            *digest == token.digest.digest || other.accessor == trigger.accessor
        };
        if self.0.iter().any(is_same) {
            return Err(StoreErrorKind::Duplicate.into());
        }
        self.0.push((token.digest.digest, trigger));
        Ok(())
    }

    pub(super) fn find(&self, token: &Digests) -> Option<Trigger> {
        let is_presented = |(digest, trigger): &&(Digest, Trigger)| {
            let mut presented = token.as_slice().iter();
            presented.any(|it| it.digest == *digest && it.key == trigger.key)
        };
        let found = self.0.iter().find(is_presented);
        found.map(|(_, trigger)| trigger.clone())
    }

    pub(super) fn of(&self, project: ProjectId) -> Vec<Trigger> {
        let all = self.0.iter().map(|(_, trigger)| trigger);
        all.filter(|it| it.project == project).cloned().collect()
    }

    pub(super) fn delete(&mut self, accessor: &Accessor) -> Result<(), StoreError> {
        let place = self.0.iter().position(|(_, it)| it.accessor == *accessor);
        self.0.remove(place.ok_or(StoreErrorKind::NotFound)?);
        Ok(())
    }

    /// Deletes those under other keys than these.
    pub(super) fn retain(&mut self, keys: &[KeyId]) {
        self.0.retain(|(_, trigger)| keys.contains(&trigger.key));
    }
}
