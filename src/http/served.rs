//! What of the table of routes the authority has itself, and what the document says of it.

use schemars::json_schema;

use super::openapi::{Operation, Routes};
use super::{facts, job, trigger};
use crate::token::carriers::Carrier;
use crate::token::routes::{Method, Route};

/// An endpoint of the table that is answered here. An allowed request to any other is 501.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Endpoint {
    Job,
    Trigger,
    #[cfg(feature = "artifacts")]
    Artifacts,
}

impl Endpoint {
    pub(super) fn of(route: &Route) -> Option<Endpoint> {
        match route.number {
            job::NUMBER => Some(Endpoint::Job),
            facts::TRIGGER => Some(Endpoint::Trigger),
            #[cfg(feature = "artifacts")]
            super::wanted::BY_REF
            | super::wanted::BY_JOB
            | super::wanted::CHANGE
            | super::wanted::OF_RUNNER => Some(Endpoint::Artifacts),
            _ => None,
        }
    }

    #[cfg_attr(
        not(feature = "artifacts"),
        expect(unused_variables, reason = "one path of these")
    )]
    fn describe(self, route: &Route, pattern: &str) -> Operation {
        match self {
            Endpoint::Job => Operation::new("showOwnJob", "Whose token it is.")
                .gives::<job::Shown>(200, "The job."),
            Endpoint::Trigger => of_trigger(pattern),
            #[cfg(feature = "artifacts")]
            Endpoint::Artifacts => super::artifacts::described::of_route(route, pattern),
        }
    }
}

/// Every endpoint of the table that is answered here, for the document. The fallback of the router has
/// them.
pub(super) fn routes() -> Routes {
    let mut routes = Routes::new();
    for route in Route::all() {
        let Some(endpoint) = Endpoint::of(route) else {
            continue;
        };
        for (methods, pattern) in route.paths() {
            // Where there is GET there is HEAD, as the document says.
            for method in methods.iter().filter(|it| **it != Method::Head) {
                let operation = with_credentials(route, endpoint.describe(route, pattern));
                let path = template(pattern);
                routes = routes.described(name(*method), &path, operation);
            }
        }
    }
    routes
}

fn of_trigger(pattern: &str) -> Operation {
    let operation = match pattern.contains("/ref/") {
        false => Operation::new("startPipeline", "Starts a pipeline.")
            .query::<String>("ref", "The ref, where the body does not have it."),
        true => Operation::new("startPipelineOfRef", "Starts a pipeline on a ref."),
    };
    operation
        .details("The token is that of a job, or one that an operator has made for this alone.")
        .body(
            false,
            &[
                "application/json",
                "application/x-www-form-urlencoded",
                "multipart/form-data",
            ],
            |_| {
                json_schema!({
                    "type": "object",
                    "properties": {
                        "token": { "type": "string" },
                        "ref": { "type": "string", "description": "A branch or a tag." },
                        "variables": {
                            "type": "object",
                            "description": "Variables of the jobs; in a form, variables[NAME]=VALUE.",
                            "additionalProperties": { "type": "string" },
                        },
                    },
                })
            },
        )
        .gives::<trigger::Shown>(201, "The pipeline.")
        .refuses(&[400, 403, 404])
}

/// What every decision may answer, and the credentials that the table names.
fn with_credentials(route: &Route, operation: Operation) -> Operation {
    let known = [
        (Carrier::Header, "jobToken"),
        (Carrier::Query, "jobTokenQuery"),
        (Carrier::TokenParameter, "tokenParameter"),
        (Carrier::Basic, "jobTokenBasic"),
        (Carrier::Bearer, "jobTokenBearer"),
    ];
    let taken = known.iter().filter(|it| route.carriers.contains(it.0));
    let operation = operation.refuses(&[401, 429, 503]);
    taken.fold(operation, |operation, it| {
        operation.with_credential(Some(it.1))
    })
}

fn name(method: Method) -> &'static str {
    match method {
        Method::Get => "get",
        Method::Head => "head",
        Method::Post => "post",
        Method::Put => "put",
        Method::Patch => "patch",
        Method::Delete => "delete",
        Method::Other => "trace",
    }
}

/// A pattern of the table, with names for what it leaves open.
fn template(pattern: &str) -> String {
    let mut before = "";
    let mut template = String::new();
    for part in pattern.split('/').skip(1) {
        template.push('/');
        template.push_str(match (part, before) {
            (":id", _) => "{project}",
            (":number", _) => "{job}",
            // The file of an archive stands behind `raw` or a job's number, a ref before.
            ("+", "raw") => "{path}",
            ("+", "artifacts") if !template.contains("/jobs/artifacts/") => "{path}",
            ("+", _) => "{ref}",
            (part, _) => part,
        });
        before = part;
    }
    template
}
