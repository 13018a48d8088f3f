//! The tables, and the questions that an index of a database would answer.

use core::ops::Bound;
use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::token::clock::Time;
use crate::token::directory::{ProjectReference, Role};
use crate::token::id::{Accessor, Digest, Digests};
use crate::token::lifecycle::{Class, JobId, JobState, Record, Standing, validity};
use crate::token::pipelines::{Pipeline, PipelineId};

use super::directory::EmbeddedDirectory;
use super::journal::Journal;
use super::keys::KnownKeys;
use super::triggers::Triggers;
use crate::token::store::{
    About, Artifact, Choice, Fresh, JobFilter, Selection, Snapshot, TokenEntry,
};

#[derive(Default)]
pub(super) struct Tables {
    pub(super) jobs: BTreeMap<JobId, Record>,
    pub(super) abouts: BTreeMap<JobId, About>,
    pub(super) pipelines: BTreeMap<PipelineId, Pipeline>,
    pub(super) triggers: Triggers,
    pub(super) artifacts: BTreeMap<JobId, Artifact>,
    pub(super) directory: EmbeddedDirectory,
    pub(super) journal: Journal,
    pub(super) highest: Option<Time>,
    pub(super) keys: KnownKeys,
    /// In the order in which they were issued.
    tokens: BTreeMap<u64, (Digest, TokenEntry)>,
    by_digest: HashMap<[u8; 32], u64>,
    by_accessor: HashMap<Accessor, u64>,
    by_job: HashMap<JobId, Vec<u64>>,
    pending: BTreeSet<JobId>,
    executing: BTreeSet<JobId>,
    issued: u64,
}

impl Tables {
    /// The later of a time and the highest that was persisted.
    pub(super) fn effective(&self, now: Time) -> Time {
        now.max(self.highest.unwrap_or_default())
    }

    pub(super) fn persist(&mut self, now: Time) {
        self.highest = self.highest.max(Some(now));
    }

    pub(super) fn next_job(&self) -> JobId {
        JobId(self.jobs.last_key_value().map_or(1, |(last, _)| last.0 + 1))
    }

    /// Adds a job that nothing has happened to yet.
    pub(super) fn add(&mut self, record: Record, about: About) {
        self.abouts.insert(record.id, about);
        self.save(record);
    }

    /// Keeps a record, and the same in the row of its last token.
    pub(super) fn save(&mut self, record: Record) {
        let id = record.id;
        mark(&mut self.pending, id, record.state == JobState::Pending);
        mark(&mut self.executing, id, record.state.is_executing());
        let row = self.by_job.get(&id).and_then(|rows| rows.last());
        let row = row.and_then(|row| self.tokens.get_mut(row));
        if let (Some((_, entry)), Some(token)) = (row, &record.token)
            && entry.attempt == record.attempt
        {
            entry.token.clone_from(token);
        }
        self.jobs.insert(id, record);
    }

    pub(super) fn is_taken(&self, token: &Fresh) -> bool {
        self.by_digest.contains_key(token.digest.digest.as_bytes())
            || self.by_accessor.contains_key(&token.accessor)
    }

    /// Adds the row of the token that was issued for a record.
    pub(super) fn issue(&mut self, token: &Fresh, record: &Record) {
        let Some(state) = &record.token else { return };
        self.issued += 1;
        let (row, Fresh { digest, accessor }) = (self.issued, token);
        self.by_digest.insert(*digest.digest.as_bytes(), row);
        self.by_accessor.insert(accessor.clone(), row);
        self.by_job.entry(record.id).or_default().push(row);
        let entry = TokenEntry {
            accessor: accessor.clone(),
            key: digest.key,
            job: record.id,
            attempt: record.attempt,
            token: state.clone(),
            last_used_at: None,
        };
        self.tokens.insert(row, (digest.digest, entry));
    }

    /// The row of a token that was presented.
    pub(super) fn find(&self, token: &Digests) -> Option<TokenEntry> {
        let mut found = None;
        // Every key's digest is looked up, whichever is the right one.
        for presented in token.as_slice() {
            let row = self.by_digest.get(presented.digest.as_bytes());
            let row = row.and_then(|row| self.tokens.get(row));
            found = found.or(row.filter(|(digest, entry)| {
                *digest == presented.digest && entry.key == presented.key
            }));
        }
        found.map(|(_, entry)| entry.clone())
    }

    /// All that a decision about a presented token needs.
    pub(super) fn snapshot(
        &self,
        token: &Digests,
        class: Class,
        target: Option<&ProjectReference>,
        now: Time,
    ) -> Option<Snapshot> {
        let token = self.find(token)?;
        let job = self.jobs[&token.job].clone();
        let standing = self.standing(&job);
        let target = target.and_then(|target| self.directory.project(target));
        let user = job.user.and_then(|user| self.directory.user(user));
        let (role, is_listed) = target.as_ref().map_or((Role::None, false), |target| {
            let role = job.user.map(|user| self.directory.role(user, target.id));
            let is_listed = self.directory.is_listed(job.project, target.id);
            (role.unwrap_or_default(), is_listed)
        });
        Some(Snapshot {
            now,
            validity: validity(&job, token.attempt, &token.token, standing, class, now),
            source: self.directory.by_id(job.project).cloned(),
            about: self.abouts[&job.id].clone(),
            token,
            job,
            user,
            target,
            role,
            is_listed,
        })
    }

    /// Notes a use of a token that is there, if it is the latest.
    pub(super) fn used(&mut self, accessor: &Accessor, at: Time) {
        let row = self.by_accessor.get(accessor);
        if let Some((_, entry)) = row.and_then(|row| self.tokens.get_mut(row)) {
            entry.last_used_at = entry.last_used_at.max(Some(at));
        }
    }

    pub(super) fn selected(&self, which: &Selection) -> impl Iterator<Item = &TokenEntry> {
        let is_of = |entry: &TokenEntry, test: fn(&Record, &Selection) -> bool| {
            self.jobs
                .get(&entry.job)
                .is_some_and(|job| test(job, which))
        };
        // Rows are counted from 1, so nothing is at 0.
        let (first, last) = match which {
            Selection::Accessor(accessor) => {
                let row = self.by_accessor.get(accessor).copied().unwrap_or(0);
                (row, row)
            }
            _ => (0, u64::MAX),
        };
        let rows = self.tokens.range(first..=last);
        let entries = rows.map(|(_, (_, entry))| entry);
        entries.filter(move |entry| match which {
            Selection::Accessor(accessor) => entry.accessor == *accessor,
            Selection::Job(job) => entry.job == *job,
            Selection::Project(_) | Selection::User(_) => is_of(entry, is_owned),
            Selection::OtherKeys(keys) => !keys.contains(&entry.key),
            Selection::All => true,
        })
    }

    /// The jobs whose live tokens are in a selection.
    pub(super) fn live_in(&self, which: &Selection) -> Vec<JobId> {
        let live = self.selected(which).filter(|entry| entry.token.is_live());
        live.map(|entry| entry.job).collect()
    }

    /// How many tokens live: each is that of a job that is executed.
    pub(super) fn live_tokens(&self) -> u64 {
        let executing = self.executing.iter().map(|job| &self.jobs[job]);
        let live = executing.filter_map(|job| job.token.as_ref());
        live.filter(|token| token.is_live()).count() as u64
    }

    pub(super) fn standing(&self, record: &Record) -> Standing {
        let project = self.directory.by_id(record.project);
        Standing {
            project_alive: project.is_some_and(|project| !project.pending_delete),
            user_active: record
                .user
                .is_none_or(|user| self.directory.is_active(user)),
        }
    }

    /// The pending job with the next number of those that were chosen.
    pub(super) fn pending_after(&self, last: Option<JobId>, choice: &Choice) -> Option<JobId> {
        let after = last.map_or(Bound::Unbounded, Bound::Excluded);
        let mut rest = self.pending.range((after, Bound::Unbounded));
        rest.find(|job| choice.fits(&self.jobs[job])).copied()
    }

    pub(super) fn executing(&self) -> Vec<JobId> {
        self.executing.iter().copied().collect()
    }

    /// The jobs that a filter takes, the newest first.
    pub(super) fn listed(&self, which: &JobFilter, limit: usize) -> Vec<(Record, About)> {
        let is_wanted = |job: &&Record| {
            which.state.is_none_or(|state| job.state == state)
                && which.project.is_none_or(|project| job.project == project)
        };
        let newest = self.jobs.values().rev().filter(is_wanted).take(limit);
        newest
            .map(|job| (job.clone(), self.abouts[&job.id].clone()))
            .collect()
    }

    /// Deletes the rows of tokens that died long ago, and returns how many.
    pub(super) fn forget(&mut self, retention: Duration, now: Time) -> u64 {
        let is_old = |entry: &TokenEntry| {
            let revoked = entry.token.revoked.as_ref();
            revoked.is_some_and(|revoked| revoked.at + retention <= now)
        };
        let rows = self.tokens.iter().filter(|(_, (_, entry))| is_old(entry));
        let old: Vec<u64> = rows.map(|(row, _)| *row).collect();
        for row in &old {
            if let Some((digest, entry)) = self.tokens.remove(row) {
                self.by_digest.remove(digest.as_bytes());
                self.by_accessor.remove(&entry.accessor);
                if let Some(rows) = self.by_job.get_mut(&entry.job) {
                    rows.retain(|it| it != row);
                }
            }
        }
        old.len() as u64
    }
}

fn is_owned(job: &Record, which: &Selection) -> bool {
    match which {
        Selection::Project(project) => job.project == *project,
        Selection::User(user) => job.user == Some(*user),
        _ => false,
    }
}

fn mark(set: &mut BTreeSet<JobId>, job: JobId, belongs: bool) {
    if belongs {
        set.insert(job);
    } else {
        set.remove(&job);
    }
}
