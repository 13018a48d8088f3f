//! `masker explain`: what would be decided of a request, and what each check says. It does nothing.

use masker::token::authorizer::{Decision, Holder, Outcome, Snapshot, Step, snapshot};
use masker::token::routes::{Asked, Method, RegistryAction};
use serde_json::{Value, json};

use super::args::{ExplainArgs, OutputArgs};
use super::authority::Kept;
use super::token::{accessor, from_standard_input};
use super::{Answer, Failure};

pub fn run(args: &ExplainArgs) -> Result<Answer, Failure> {
    let (path, query) = args.path.split_once('?').unwrap_or((&args.path, ""));
    let query = parameters(query)?;
    let asked = asked(&args.method, path)?;
    let accessor = args.accessor.as_deref().map(accessor).transpose()?;
    let kept = Kept::open(&args.store)?;
    let policy = kept.configuration.policy();
    let policy = policy.artifact_changes(args.allow_artifact_changes);
    let admitted = match policy.suppose(asked, &query) {
        Ok(admitted) => admitted,
        Err(denied) => return Ok(answer(&args.output, &denied, &[])),
    };
    let class = admitted.route().class;
    let facts = match accessor {
        Some(accessor) => {
            let token = Holder::by_accessor(&*kept.store, accessor, class, kept.now())?;
            snapshot(&*kept.store, &admitted, token)?
        }
        None => {
            let issuer = kept.issuer(&args.keys, &args.store)?;
            let text = from_standard_input()?;
            match issuer.authenticate(&text, class, admitted.project(), kept.now()) {
                Ok(found) => Snapshot::from(&found),
                Err(error) => match error.invalid() {
                    Some(why) => Snapshot::invalid(why),
                    None => return Err(error.into()),
                },
            }
        }
    };
    let (decision, steps) = (admitted.decide(&facts), admitted.explain(&facts));
    Ok(answer(&args.output, &decision, &steps))
}

fn asked<'a>(method: &str, path: &'a str) -> Result<Asked<'a>, Failure> {
    let action = match method {
        "pull" => Some(RegistryAction::Pull),
        "push" => Some(RegistryAction::Push),
        "delete" => Some(RegistryAction::Delete),
        _ => None,
    };
    let repository = path;
    match (action, Method::named(method)) {
        (Some(action), _) => Ok(Asked::Registry { repository, action }),
        (None, Method::Other) => Err(Failure::usage(
            "the first word is the method, in capitals, as GET; or pull, push or delete of an image",
        )),
        (None, method) => Ok(Asked::Http { method, path }),
    }
}

/// The parameters of a query. A token has no place on a command line.
fn parameters(query: &str) -> Result<Vec<(&str, &str)>, Failure> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let pairs: Vec<_> = pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .collect();
    match pairs.iter().any(|(name, _)| name.ends_with("token")) {
        true => Err(Failure::usage(
            "leave the token out of the path: it is read from standard input, or named by --accessor",
        )),
        false => Ok(pairs),
    }
}

fn answer(output: &OutputArgs, decision: &Decision, steps: &[(Step, Outcome)]) -> Answer {
    let record = decision.record();
    let outcomes: Vec<_> = steps
        .iter()
        .map(|(step, outcome)| told(*step, *outcome))
        .collect();
    let lines = outcomes.iter().map(|(step, outcome, reason)| match reason {
        Some(reason) => format!("{step} {outcome}: {reason}"),
        None => format!("{step} {outcome}"),
    });
    let lines: Vec<_> = std::iter::once(record.to_string()).chain(lines).collect();
    let steps: Vec<Value> = outcomes
        .iter()
        .map(
            |(step, outcome, reason)| json!({ "step": step, "outcome": outcome, "reason": reason }),
        )
        .collect();
    let json = json!({
        "allowed": decision.is_allowed(),
        "step": format!("{:?}", record.step),
        "reason": record.reason.to_string(),
        "status": record.status,
        "route": record.route,
        "action": record.action.map(|action| action.to_string()),
        "user": record.user.map(|user| user.0),
        "source": record.source.map(|project| project.0),
        "target": record.target.map(|project| project.0),
        "steps": steps,
    });
    Answer::new(output, lines.join("\n"), &json).or_denied(decision.is_allowed())
}

fn told(step: Step, outcome: Outcome) -> (String, &'static str, Option<String>) {
    let (outcome, reason) = match outcome {
        Outcome::Passed => ("passed", None),
        Outcome::NotApplicable => ("not applicable", None),
        Outcome::Failed(reason) => ("failed", Some(reason.to_string())),
        Outcome::NotReached => ("not reached", None),
    };
    (format!("{step:?}"), outcome, reason)
}
