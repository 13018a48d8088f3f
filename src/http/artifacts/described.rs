//! What the document says of artifacts.

use schemars::json_schema;

use crate::http::openapi::Operation;
use crate::http::wanted::{BY_REF, CHANGE, OF_RUNNER};
use crate::token::routes::{Action, Route};

/// Of a row of the table that has artifacts.
pub(in crate::http) fn of_route(route: &Route, pattern: &str) -> Operation {
    let is_file = pattern.ends_with('+');
    let job = "The name of the job.";
    let operation = match (route.number, route.action, is_file) {
        (OF_RUNNER, Action::Write, _) => return by_runner(),
        (CHANGE, action, _) => return change(action),
        (OF_RUNNER, ..) => {
            Operation::new("downloadForRunner", "The artifacts of a job, for runners.")
                .details("Runners are told 403 where others are told 404.")
        }
        (BY_REF, _, false) => Operation::new(
            "downloadLatest",
            "The artifacts of the last job of a name, on a ref, that ended well.",
        )
        .query::<String>("job", job)
        .required(),
        (BY_REF, _, true) => Operation::new("downloadLatestFile", "One file of them.")
            .query::<String>("job", job)
            .required(),
        (_, _, false) => Operation::new("download", "The artifacts of a job."),
        (_, _, true) => Operation::new("downloadFile", "One file of the artifacts of a job."),
    };
    let operation = operation.refuses(&[400, 403, 404, 501]);
    match is_file {
        true => operation
            .gives_bytes(200, "application/octet-stream", "The file.")
            .refuses(&[422]),
        false => operation
            .header("Range", "One range of bytes.")
            .header("If-Range", "The ETag that the range belongs to.")
            .gives_bytes(200, "application/zip", "The archive.")
            .gives_bytes(206, "application/zip", "The range of it.")
            .refuses(&[416]),
    }
}

/// Taken only where the operator lets jobs do it.
fn change(action: Action) -> Operation {
    let operation = match action {
        Action::Delete => Operation::new("deleteArtifacts", "Deletes the artifacts of a job.")
            .says(204, "They are gone."),
        _ => Operation::new("keepArtifacts", "Keeps the artifacts of a job for good.")
            .gives::<super::change::Kept>(200, "What is kept."),
    };
    operation
        .details("Job tokens may do this only where the operator lets them.")
        .refuses(&[400, 403, 404, 501])
}

fn by_runner() -> Operation {
    uploaded(Operation::new(
        "upload",
        "Keeps artifacts, for the runner of the job.",
    ))
    .tells(
        "Job-Status",
        "How the job is, if the token is or was its own.",
    )
    .gives::<crate::http::answer::Message>(201, "They are kept.")
    .refuses(&[400, 403, 501])
}

/// What an upload says, as parts of a form or in the query.
pub(in crate::http) fn uploaded(operation: Operation) -> Operation {
    operation
        .details("Parameters may stand in the query or in the form. A body that is no form is the file.")
        .query::<String>("expire_in", "How long they stay, as 30 days, or never.")
        .query::<String>("file_name", "The name of the archive.")
        .query::<bool>("private", "Whether they are for developers only.")
        .query::<String>("accessibility", "The same in other words: public or private.")
        .query::<String>("artifact_type", "archive")
        .query::<String>("artifact_format", "zip")
        .body(true, &["multipart/form-data", "application/octet-stream"], |_| {
            json_schema!({
                "type": "object",
                "properties": {
                    "file": { "type": "string", "contentMediaType": "application/octet-stream" },
                },
            })
        })
}
