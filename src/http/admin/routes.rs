//! What operators can ask, and what the document says of it.

use super::directory::{ProjectShown, UserShown, UserVerb};
use super::explain::Explained;
use super::jobs::{Claimed, Verb, Whole};
use super::keys::Keys;
use super::leaks::Leak;
use super::{decisions, directory, explain, jobs, keys, leaks, tokens, triggers};
use crate::http::openapi::{Operation, Routes};
use crate::http::scope_api;
use crate::http::shown::{Decision, Job, Token};

/// All that takes the admin token, where there is one.
pub(in crate::http) fn routes() -> Routes {
    of_jobs()
        .merge(of_artifacts())
        .merge(of_tokens())
        .merge(of_decisions())
        .merge(of_directory())
        .merge(of_triggers())
        .merge(of_keys())
        .merge(scope_api::routes())
        .each(|operation| {
            operation
                .with_credential(Some("adminToken"))
                .with_credential(None)
                .refuses(&[401, 429, 503])
        })
}

fn of_jobs() -> Routes {
    let verb = "What is done: finish says how it ended, play and retry may say for whom.";
    Routes::new()
        .post(
            "/admin/jobs",
            jobs::enqueue,
            Operation::new("addJob", "Adds a job.")
                .gives::<Whole>(201, "The job.")
                .refuses(&[404]),
        )
        .post(
            "/admin/jobs/claim",
            jobs::claim,
            Operation::new(
                "claimJob",
                "Gives the job that has waited longest to a runner.",
            )
            .gives_token::<Claimed>(201, "The job, and its token, which is shown this once.")
            .says(204, "No job waits."),
        )
        .get(
            "/admin/jobs/{job}",
            jobs::show,
            Operation::new("showJob", "A job.")
                .gives::<Whole>(200, "The job.")
                .refuses(&[404]),
        )
        .post(
            "/admin/jobs/{job}/leaks",
            leaks::seen,
            Operation::new(
                "tellOfLeak",
                "Tells that a token was seen in the log of a job.",
            )
            .gives::<Leak>(200, "Whose it is, if that is known.")
            .refuses(&[404]),
        )
        .post(
            "/admin/jobs/{job}/{verb}",
            jobs::change,
            Operation::new(
                "changeJob",
                "Moves a job on in its life; its token ends with it.",
            )
            .path::<Verb>("verb", verb)
            .gives::<Job>(200, "The job, changed.")
            .gives::<Whole>(201, "Of retry: the new job.")
            .refuses(&[404, 409]),
        )
}

#[cfg(feature = "artifacts")]
fn of_artifacts() -> Routes {
    use crate::http::artifacts::{Uploaded, by_operator, described};

    Routes::new().put(
        "/admin/jobs/{job}/artifacts",
        by_operator,
        described::uploaded(Operation::new("putArtifacts", "Keeps artifacts of a job."))
            .gives::<Uploaded>(201, "What is kept.")
            .refuses(&[400, 404, 409, 501]),
    )
}

#[cfg(not(feature = "artifacts"))]
fn of_artifacts() -> Routes {
    Routes::new()
}

fn of_tokens() -> Routes {
    Routes::new()
        .get(
            "/admin/tokens",
            tokens::list,
            Operation::new("listTokens", "What is known of tokens of jobs.")
                .query::<u64>("job", "Those of this job.")
                .query::<String>("project", "Those of the jobs of this project.")
                .query::<String>("user", "Those of the jobs of this user.")
                .query::<bool>("live", "Those that are live, or those that are not.")
                .gives::<Vec<Token>>(200, "The tokens, by names that may be shown.")
                .refuses(&[400, 404]),
        )
        .delete(
            "/admin/tokens/{accessor}",
            tokens::revoke,
            by_somebody(Operation::new(
                "revokeToken",
                "Ends a token; its job goes on.",
            ))
            .says(204, "The token has ended.")
            .refuses(&[404]),
        )
}

fn of_decisions() -> Routes {
    Routes::new()
        .get(
            "/admin/decisions",
            decisions::last,
            Operation::new("listDecisions", "The last decisions, the latest first.")
                .query::<u64>("job", "Those about the token of this job.")
                .query::<String>("reason", "Those for this reason.")
                .query::<u16>("status", "Those with this status.")
                .query::<u64>("limit", "How many there may be: up to 100.")
                .gives::<Vec<Decision>>(200, "The decisions.")
                .refuses(&[400]),
        )
        .get(
            "/admin/decisions/{request_id}",
            decisions::of_request,
            Operation::new(
                "showDecisions",
                "What was decided about a request, and why.",
            )
            .gives::<Vec<Decision>>(200, "The decisions, the first one first.")
            .refuses(&[404]),
        )
        .post(
            "/admin/explain",
            explain::explain,
            Operation::new(
                "explain",
                "What would be decided of a request. Nothing is done.",
            )
            .gives::<Explained>(200, "What would be decided, and what each check says."),
        )
}

fn of_directory() -> Routes {
    Routes::new()
        .post(
            "/admin/projects/{project}/pending-delete",
            directory::pending_delete,
            by_somebody(Operation::new(
                "deleteProject",
                "Ends the tokens of the jobs of a project, for good.",
            ))
            .gives::<ProjectShown>(200, "The project.")
            .refuses(&[404]),
        )
        .post(
            "/admin/projects/{project}/settings",
            directory::settings,
            by_somebody(Operation::new(
                "setProject",
                "Changes settings of a project.",
            ))
            .gives::<ProjectShown>(200, "The project.")
            .refuses(&[404]),
        )
        .post(
            "/admin/users/{user}/{verb}",
            directory::user,
            by_somebody(Operation::new(
                "changeUser",
                "Blocks a user, which ends the tokens of its jobs, or unblocks it.",
            ))
            .path::<UserVerb>("verb", "What is done.")
            .gives::<UserShown>(200, "The user.")
            .refuses(&[404]),
        )
}

fn of_keys() -> Routes {
    Routes::new().post(
        "/admin/keys/rotate",
        keys::rotate,
        by_somebody(Operation::new(
            "rotateKeys",
            "Adds a key, with which new tokens are made.",
        ))
        .gives::<Keys>(201, "The keys, by their numbers.")
        .refuses(&[409, 501]),
    )
}

/// What is written down together with who did it.
fn by_somebody(operation: Operation) -> Operation {
    operation
        .header(
            "Sudo",
            "The user as whom it is written down: its number or its name.",
        )
        .header("X-User", "The same, where there is no Sudo.")
        .refuses(&[404])
}

fn of_triggers() -> Routes {
    Routes::new()
        .get(
            "/admin/projects/{project}/triggers",
            triggers::list,
            Operation::new(
                "listTriggers",
                "The tokens that start pipelines of a project.",
            )
            .gives::<Vec<triggers::Shown>>(200, "What is known of them.")
            .refuses(&[404]),
        )
        .post(
            "/admin/projects/{project}/triggers",
            triggers::make,
            Operation::new(
                "addTrigger",
                "Makes a token that starts pipelines of a project.",
            )
            .gives_token::<triggers::Made>(201, "It, and its token, which is shown this once.")
            .refuses(&[404]),
        )
        .delete(
            "/admin/triggers/{accessor}",
            triggers::delete,
            Operation::new("deleteTrigger", "Ends a token that starts pipelines.")
                .says(204, "It has ended.")
                .refuses(&[404]),
        )
}
