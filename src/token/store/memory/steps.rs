//! The steps of jobs, and what they do to the tables.

use crate::token::clock::Time;
use crate::token::lifecycle::{Effect, Event, JobId, Record, Why};
use crate::token::store::{
    Claimant, Claimed, Fresh, MemoryStore, Selection, StoreError, StoreErrorKind,
};

use super::tables::Tables;

impl MemoryStore {
    pub(super) fn step(
        &self,
        tables: &mut Tables,
        job: JobId,
        event: &Event,
        now: Time,
    ) -> Result<(Record, Effect), StoreError> {
        let record = tables.jobs.get(&job).ok_or(StoreErrorKind::NotFound)?;
        let (record, effect) = self.lifecycle.step(record, event, now)?;
        if effect != Effect::Unchanged {
            tables.save(record.clone());
            tables.persist(now);
        }
        Ok((record, effect))
    }

    /// T1, for a job whose project and user were looked at.
    pub(super) fn give(
        &self,
        tables: &mut Tables,
        job: &Record,
        claimant: Claimant,
        token: &Fresh,
        now: Time,
    ) -> Result<Claimed, StoreError> {
        let claim = Event::Claim {
            runner: claimant.runner,
            cancels_gracefully: claimant.cancels_gracefully,
        };
        let (record, _) = self.lifecycle.step(job, &claim, now)?;
        tables.issue(token, &record);
        tables.save(record.clone());
        tables.persist(now);
        Ok(Claimed {
            job: record,
            accessor: token.accessor.clone(),
        })
    }

    pub(super) fn revoke_in(
        &self,
        tables: &mut Tables,
        which: &Selection,
        why: Why,
        now: Time,
    ) -> Result<u64, StoreError> {
        let mut revoked = 0;
        for job in tables.live_in(which) {
            let (_, effect) = self.step(tables, job, &Event::Revoke(why), now)?;
            revoked += u64::from(effect != Effect::Unchanged);
        }
        Ok(revoked)
    }
}
