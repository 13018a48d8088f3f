//! The methods of a store, each of which is one transaction of a database.

/// Implements [`Store`](crate::token::store::Store) and `Directory` for a database, and imports what
/// they name into the module of that.
macro_rules! implement_store {
    ($store:ty) => {
        use crate::token::clock::Time;
        use crate::token::directory::{
            Directory, JobName, Plan, Project, ProjectId, ProjectReference, RefName, Role, User,
            UserId,
        };
        use crate::token::id::{Accessor, Digests};
        use crate::token::journal::{Actor, AuditEvent, AuditFilter, Decision, DecisionFilter};
        use crate::token::lifecycle::{Class, Effect, Event, JobId, Record};
        use crate::token::pipelines::{NewPipeline, Pipeline, PipelineId};
        use crate::token::scope::Change;
        use crate::token::store::{
            About, Artifact, Audited, Choice, Claimant, Claimed, Fresh, Guarded, JobFilter, NewJob,
            Selection, Snapshot, Store, StoreErrorKind, Swept, TokenEntry, Trigger,
        };

        impl Store for $store {
            fn enqueue(&self, job: &NewJob, now: Time) -> Result<JobId, StoreError> {
                self.write(|tables| sql::enqueue(tables, job, now))
            }

            fn claim_chosen(
                &self,
                choice: &Choice,
                claimant: Claimant,
                token: &Fresh,
                now: Time,
            ) -> Result<Option<Claimed>, StoreError> {
                let lifecycle = self.lifecycle();
                self.write(|tables| sql::claim(tables, lifecycle, choice, claimant, token, now))
            }

            fn start(
                &self,
                job: &NewJob,
                claimant: Claimant,
                token: &Fresh,
                now: Time,
            ) -> Result<Claimed, StoreError> {
                let lifecycle = self.lifecycle();
                self.write(|tables| sql::start(tables, lifecycle, job, claimant, token, now))
            }

            fn apply(
                &self,
                job: JobId,
                event: &Event,
                now: Time,
            ) -> Result<(Record, Effect), StoreError> {
                self.write(|tables| sql::apply(tables, self.lifecycle(), job, event, now))
            }

            fn apply_by_token(
                &self,
                token: &Digests,
                job: JobId,
                event: &Event,
                now: Time,
            ) -> Result<(Record, Effect), StoreError> {
                let lifecycle = self.lifecycle();
                let done = self
                    .write(|tables| sql::apply_by_token(tables, lifecycle, token, job, event, now));
                Ok(done??)
            }

            fn retry(
                &self,
                job: JobId,
                user: Option<UserId>,
                now: Time,
            ) -> Result<JobId, StoreError> {
                self.write(|tables| sql::retry(tables, self.lifecycle(), job, user, now))
            }

            fn job(&self, job: JobId) -> Result<Record, StoreError> {
                let found = self.read(|tables| tables.job(job))?;
                Ok(found.ok_or(StoreErrorKind::NotFound)?)
            }

            fn about(&self, job: JobId) -> Result<About, StoreError> {
                let found = self.read(|tables| tables.about(job))?;
                Ok(found.ok_or(StoreErrorKind::NotFound)?)
            }

            fn jobs(
                &self,
                which: &JobFilter,
                limit: usize,
            ) -> Result<Vec<(Record, About)>, StoreError> {
                self.glance(|tables| sql::journal::jobs(tables, which, limit))
            }

            fn start_pipeline(&self, new: &NewPipeline, now: Time) -> Result<Pipeline, StoreError> {
                self.write(|tables| sql::start_pipeline(tables, new, now))
            }

            fn pipeline(&self, pipeline: PipelineId) -> Result<Pipeline, StoreError> {
                let found = self.read(|tables| tables.pipeline(pipeline))?;
                Ok(found.ok_or(StoreErrorKind::NotFound)?)
            }

            fn put_artifact(
                &self,
                job: JobId,
                artifact: &Artifact,
                now: Time,
            ) -> Result<(), StoreError> {
                let lifecycle = self.lifecycle();
                self.write(|tables| sql::put_artifact(tables, lifecycle, job, artifact, now))
            }

            fn artifact(&self, job: JobId, now: Time) -> Result<Option<Artifact>, StoreError> {
                let found = self.read(|tables| sql::artifact(tables, job, now))?;
                Ok(found.map(|(_, artifact)| artifact))
            }

            fn latest_artifact(
                &self,
                project: ProjectId,
                git_ref: &RefName,
                name: &JobName,
                now: Time,
            ) -> Result<Option<(JobId, Artifact)>, StoreError> {
                self.read(|tables| sql::latest_artifact(tables, project, git_ref, name, now))
            }

            fn expire_artifact(
                &self,
                job: JobId,
                expires_at: Option<Time>,
                now: Time,
            ) -> Result<(), StoreError> {
                self.write(|tables| sql::expire_artifact(tables, job, expires_at, now))
            }

            fn forget_artifact(&self, job: JobId, now: Time) -> Result<(), StoreError> {
                self.write(|tables| sql::forget_artifact(tables, job, now))
            }

            fn validate(
                &self,
                token: &Digests,
                class: Class,
                target: Option<&ProjectReference>,
                now: Time,
            ) -> Result<Option<Snapshot>, StoreError> {
                sql::validate(self, token, class, target, now)
            }

            fn tokens(&self, which: &Selection) -> Result<Vec<TokenEntry>, StoreError> {
                self.read(|tables| tables.tokens(which))
            }

            fn live_tokens(&self) -> Result<u64, StoreError> {
                self.glance(|tables| tables.live_tokens())
            }

            fn sweep(&self, now: Time) -> Result<Swept, StoreError> {
                self.write(|tables| sql::sweep(tables, self.lifecycle(), now))
            }

            fn time(&self) -> Result<Option<Time>, StoreError> {
                self.read(|tables| tables.highest())
            }

            fn guard(&self, keys: &Path) -> Result<Guarded, StoreError> {
                sql::guard(self, keys)
            }

            fn know_keys(&self, name: &str) -> Result<(), StoreError> {
                sql::know_keys(self, name)
            }

            fn enter_epoch(&self, epoch: u64, now: Time) -> Result<u64, StoreError> {
                self.write(|tables| sql::enter_epoch(tables, self.lifecycle(), epoch, now))
            }

            fn announce_epoch(&self) -> Result<u64, StoreError> {
                self.write(sql::announce_epoch)
            }

            fn advance_epoch(&self, epoch: u64) -> Result<(), StoreError> {
                self.write(|tables| sql::advance_epoch(tables, epoch))
            }

            fn change(&self, change: &Audited, who: &Actor, now: Time) -> Result<u64, StoreError> {
                self.write(|tables| sql::change(tables, self.lifecycle(), change, who, now))
            }

            fn record(&self, decisions: &[Decision]) -> Result<(), StoreError> {
                match decisions.is_empty() {
                    true => Ok(()),
                    false => self.note(|tables| sql::journal::record(tables, decisions)),
                }
            }

            fn decisions(
                &self,
                which: &DecisionFilter,
                limit: usize,
            ) -> Result<Vec<Decision>, StoreError> {
                self.read(|tables| sql::journal::decisions(tables, which, limit))
            }

            fn audit(&self, event: &AuditEvent) -> Result<(), StoreError> {
                self.write(|tables| sql::journal::audit(tables, event))
            }

            fn audit_events(
                &self,
                which: &AuditFilter,
                limit: usize,
            ) -> Result<Vec<AuditEvent>, StoreError> {
                self.read(|tables| sql::journal::audit_events(tables, which, limit))
            }

            fn used(&self, uses: &[(Accessor, Time)]) -> Result<(), StoreError> {
                match uses.is_empty() {
                    true => Ok(()),
                    false => self.note(|tables| sql::journal::used(tables, uses)),
                }
            }

            fn put_user(&self, user: &User, now: Time) -> Result<(), StoreError> {
                self.write(|tables| sql::put_user(tables, self.lifecycle(), user, now))
                    .map(drop)
            }

            fn edit_project(
                &self,
                project: ProjectId,
                change: &dyn Fn(&mut Project),
                who: &Actor,
                now: Time,
            ) -> Result<(Project, u64), StoreError> {
                let lifecycle = self.lifecycle();
                self.write(|tables| sql::edit_project(tables, lifecycle, project, change, who, now))
            }

            fn edit_user(
                &self,
                user: UserId,
                change: &dyn Fn(&mut User),
                who: &Actor,
                now: Time,
            ) -> Result<(User, u64), StoreError> {
                let lifecycle = self.lifecycle();
                self.write(|tables| sql::edit_user(tables, lifecycle, user, change, who, now))
            }

            fn user_named(&self, name: &str) -> Result<Option<User>, StoreError> {
                self.read(|tables| sql::user_named(tables, name))
            }

            fn put_member(
                &self,
                user: UserId,
                project: ProjectId,
                role: Role,
            ) -> Result<(), StoreError> {
                self.write(|tables| sql::put_member(tables, user, project, role))
            }

            fn put_plan(&self, project: ProjectId, plan: &Plan) -> Result<(), StoreError> {
                self.write(|tables| sql::put_plan(tables, project, plan))
            }

            fn plan(&self, project: ProjectId) -> Result<Plan, StoreError> {
                self.read(|tables| tables.plan(project))
            }

            fn put_trigger(
                &self,
                token: &Fresh,
                project: ProjectId,
                owner: UserId,
                now: Time,
            ) -> Result<(), StoreError> {
                self.write(|tables| sql::put_trigger(tables, token, project, owner, now))
            }

            fn trigger(&self, token: &Digests) -> Result<Option<Trigger>, StoreError> {
                self.read(|tables| tables.trigger(token))
            }

            fn triggers(&self, project: ProjectId) -> Result<Vec<Trigger>, StoreError> {
                self.read(|tables| tables.triggers(project))
            }

            fn delete_trigger(&self, accessor: &Accessor) -> Result<(), StoreError> {
                let was_there = self.write(|tables| tables.delete_trigger(accessor))?;
                let missing = (!was_there).then_some(StoreErrorKind::NotFound);
                missing.map_or(Ok(()), |kind| Err(kind.into()))
            }

            fn edit_scope(
                &self,
                source: ProjectId,
                editor: UserId,
                change: Change,
            ) -> Result<Project, StoreError> {
                self.write(|tables| {
                    sql::edit_scope(tables, self.lifecycle(), source, editor, change)
                })
            }

            fn listed(&self, source: ProjectId) -> Result<Vec<ProjectId>, StoreError> {
                self.read(|tables| tables.listed(source))
            }
        }

        impl Directory for $store {
            type Error = StoreError;

            fn project(&self, project: &ProjectReference) -> Result<Option<Project>, StoreError> {
                self.read(|tables| tables.project(project))
            }

            fn user(&self, user: UserId) -> Result<Option<User>, StoreError> {
                self.read(|tables| tables.user(user))
            }

            fn role(&self, user: UserId, project: ProjectId) -> Result<Role, StoreError> {
                self.read(|tables| tables.role(user, project))
            }

            fn lists(&self, source: ProjectId, target: ProjectId) -> Result<bool, StoreError> {
                self.read(|tables| tables.lists(source, target))
            }
        }
    };
}

pub(in crate::token::store) use implement_store;
