//! CI job tokens. What a test's name begins with, such as `s15`, is the number of the acceptance
//! statement that it holds.

#[cfg(all(unix, feature = "sqlite", feature = "postgres"))]
mod agreement;
pub mod alike;
mod announced;
mod artifacts;
#[cfg(all(unix, any(feature = "sqlite", feature = "postgres")))]
mod at_rest;
mod configuration;
mod counted;
mod decision;
mod edits;
mod format;
mod journal;
mod keys;
#[cfg(all(unix, any(feature = "sqlite", feature = "postgres")))]
mod killed;
mod leaks;
mod lifecycle;
#[cfg(all(unix, any(feature = "sqlite", feature = "postgres")))]
mod marks;
mod model;
mod pipelines;
mod plans;
#[cfg(all(unix, feature = "postgres"))]
mod postgres;
mod properties;
#[cfg(all(unix, feature = "sqlite"))]
mod restored;
mod scope_edits;
#[cfg(feature = "sqlite")]
pub mod sqlite;
mod started;
mod statements;
mod store_suite;
mod triggers;
pub mod watched;
mod world;

use std::sync::Arc;

use masker::token::lifecycle::Lifecycle;
use masker::token::store::{MemoryStore, Store};

/// Opens stores of a kind. All tests of stores take one, so each kind is held to the same.
pub trait Factory: Sync {
    /// An empty store.
    fn open(&self, lifecycle: Lifecycle) -> Arc<dyn Store>;

    /// Whether there is what it takes. If not, it says so.
    fn is_there(&self) -> bool {
        true
    }

    /// Whether it is on another machine as a rule, so that few connections and slow answers are its way.
    fn is_remote(&self) -> bool {
        false
    }

    /// The same store after a restart of its process; as it is, where it does not outlive one.
    fn reopen(&self, store: Arc<dyn Store>) -> Arc<dyn Store> {
        store
    }
}

/// What a store is known by while it lives.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
fn address(store: &Arc<dyn Store>) -> usize {
    Arc::as_ptr(store).cast::<()>().addr()
}

pub struct InMemory;

impl Factory for InMemory {
    fn open(&self, lifecycle: Lifecycle) -> Arc<dyn Store> {
        Arc::new(MemoryStore::new(lifecycle))
    }
}

/// Runs tests of stores, by their modules, on the stores of a factory.
macro_rules! on_store {
    ($store:ident: $factory:expr; $($module:ident { $($test:ident,)* })*) => {
        mod $store {
            use super::*;

            $(mod $module {
                use super::*;

                $(#[test]
                fn $test() {
                    let factory = $factory;
                    if factory.is_there() {
                        super::super::$module::$test(&factory);
                    }
                })*
            })*
        }
    };
}

/// All tests of stores, on one kind.
macro_rules! on_all_of {
    ($store:ident: $factory:expr) => {
        on_store! { $store: $factory;
            statements {
                s04_a_flipped_character_is_refused,
                s06_the_store_keeps_no_token,
                s08_accessors_are_listed_and_open_nothing,
                s09_a_job_read_again_has_no_token,
                s12_no_token_before_the_claim,
                s13_the_token_is_its_jobs,
                s14_two_jobs_have_two_tokens,
                s15_success_ends_the_token,
                s16_failure_ends_the_token,
                s17_a_cancel_that_is_not_graceful_ends_the_token_at_once,
                s18_a_graceful_cancel_lets_the_job_end_by_itself,
                s19_a_canceling_job_has_a_deadline,
                s20_runner_only_closes_resources_while_canceling,
                s21_a_timeout_ends_resources_first_and_the_runner_later,
                s22_a_long_job_keeps_its_token,
                s23_a_silent_runner_is_given_up,
                s24_a_lost_claim_is_made_again,
                s24_after_three_lost_claims_the_job_fails,
                s25_a_retry_is_a_new_job,
                s26_erasing_ends_the_token_of_a_running_job,
                s27_a_project_that_is_being_deleted_ends_its_tokens,
                s28_blocking_the_user_ends_the_token,
                s28_a_blocked_users_job_is_dropped_at_its_claim,
                s29_an_accessor_revokes_and_the_job_goes_on,
                s30_a_report_twice_is_answered_twice,
                s33_after_a_finish_no_thread_is_let_in,
                s103_a_clock_set_back_revives_nothing,
                s109_rotation_keeps_tokens_and_retirement_ends_them,
                s110_a_restored_store_revokes_all,
            }
            store_suite {
                s32_as_many_tokens_as_jobs_for_twice_as_many_runners,
                a_job_without_a_user_reaches_no_resource,
                a_refused_event_changes_nothing,
                a_lost_runner_cannot_report,
                a_key_retired_while_the_process_was_down_ends_its_tokens,
                an_erased_job_is_not_handed_out_again,
                another_jobs_token_is_an_unknown_one,
                the_deadline_that_came_first_counts,
                dead_tokens_are_deleted_after_their_retention,
                lists_hold_two_hundred,
                a_snapshot_has_what_a_decision_needs,
                paths_are_one_projects,
                paths_of_any_kind_are_looked_up,
                selections_choose,
                epochs_only_go_forward,
                another_key_ring_is_refused,
                another_key_ring_is_adopted_where_it_is_told_to,
                a_restart_keeps_everything,
            }
            scope_edits {
                a_scope_is_edited_by_those_who_may_at_that_moment,
                a_scope_that_many_edit_at_once_is_that_of_one_after_another,
            }
            announced {
                an_announced_epoch_is_no_restored_store,
            }
            counted {
                live_tokens_are_counted,
            }
            edits {
                settings_that_many_change_at_once_are_all_changed,
                an_edit_is_written_down_with_who_made_it,
                a_user_is_blocked_by_somebody,
            }
            started {
                users_have_names,
                a_job_that_is_started_waits_for_no_runner,
                a_lease_ends_a_token_whose_runner_is_silent,
                a_leased_job_is_failed_or_canceled_in_time,
                a_runner_claims_what_it_chose,
                jobs_are_listed_the_newest_first,
            }
            alike {
                s05_refused_tokens_get_the_same_answer,
                s27_a_project_that_is_being_deleted_is_not_found,
                s107_refusals_take_the_same_time,
            }
            leaks {
                s115_a_leak_is_an_event_and_the_policy_ends_the_token,
                a_token_of_nobody_is_an_event_too,
                the_last_use_is_known_to_the_minute,
            }
            journal {
                decisions_are_kept_as_they_are,
                s111_each_denial_has_one_record,
                changes_are_written_down_with_who_made_them,
                a_refused_change_is_not_written_down,
                key_rotation_is_written_down,
                the_journal_has_a_retention,
                the_journal_outlives_a_restart,
            }
            pipelines {
                a_job_is_about_what_it_was_added_with,
                a_job_is_part_of_a_pipeline_of_its_project,
                s49_jobs_act_as_who_caused_them,
                what_waits_for_something_is_enqueued,
                s50_declared_permissions_limit_the_token,
                a_pipeline_has_the_jobs_of_its_plan,
                a_pipeline_that_may_not_start_leaves_nothing,
                s77_a_job_that_triggers_is_the_upstream,
                s79_a_job_that_has_ended_triggers_nothing,
                a_chain_of_triggers_has_an_end,
            }
            triggers {
                s78_a_trigger_token_starts_pipelines_as_its_owner,
                trigger_tokens_end_with_their_keys,
            }
            artifacts {
                s81_the_latest_successful_job_counts,
                s82_what_is_erased_or_expired_is_gone,
                artifacts_can_be_kept_or_given_up,
                artifacts_are_put_while_the_job_runs,
            }
            model {
                random_histories_agree_with_the_model,
            }
        }
    };
}

on_all_of!(memory: InMemory);
#[cfg(feature = "sqlite")]
on_all_of!(in_sqlite: sqlite::Files::default());
#[cfg(all(unix, feature = "postgres"))]
on_all_of!(in_postgres: postgres::Schemas::default());
