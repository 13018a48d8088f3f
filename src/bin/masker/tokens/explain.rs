//! `masker explain`: what would be decided of a request, and what each check says. It does nothing.

use masker::token::authorizer::{Decision, Holder, Outcome, Record, Snapshot, Step, snapshot};
use masker::token::routes::{Asked, Method, RegistryAction};
use serde_json::{Value, json};

use super::advice::{advice, check};
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
    let admitted = match policy.suppose(asked, &query) {
        Ok(admitted) => admitted,
        Err(denied) => {
            let advice = advice(denied.record().reason, None, None);
            return Ok(answer(&args.output, &denied, &[], &advice));
        }
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
    let advice = advice(
        decision.record().reason,
        Some(admitted.route()),
        Some(&facts),
    );
    Ok(answer(&args.output, &decision, &steps, &advice))
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

fn answer(
    output: &OutputArgs,
    decision: &Decision,
    steps: &[(Step, Outcome)],
    advice: &str,
) -> Answer {
    let record = decision.record();
    let is_allowed = decision.is_allowed();
    let steps: Vec<Told> = steps
        .iter()
        .map(|(step, found)| told(*step, *found))
        .collect();
    let deciding = (!is_allowed).then(|| format!("{:?}", record.step));
    let text = text(record, &steps, deciding.as_deref(), advice);
    let steps: Vec<Value> = steps
        .iter()
        .map(|it| {
            json!({
                "step": it.step,
                "outcome": it.outcome,
                "reason": it.reason,
                "check": it.check,
            })
        })
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
        "advice": (!is_allowed).then_some(advice),
        "steps": steps,
    });
    Answer::new(output, text, &json).or_denied(is_allowed)
}

/// A check and what it found.
struct Told {
    step: String,
    check: &'static str,
    outcome: &'static str,
    reason: Option<String>,
}

/// The result, what to do, and each check, with the one that decided marked.
fn text(record: &Record, steps: &[Told], deciding: Option<&str>, advice: &str) -> String {
    let status = record.status;
    let head = match deciding {
        None => vec![format!("allowed ({status}): {}", check(Step::D18))],
        Some(step) => vec![
            format!(
                "denied ({status}) by {step}, {}: it is not so that {}",
                record.reason,
                check(record.step)
            ),
            format!("what to do: {advice}"),
        ],
    };
    let lines = steps.iter().map(|it| {
        let mark = if deciding == Some(&it.step) { ">" } else { " " };
        let outcome = match &it.reason {
            Some(reason) => format!("{}: {reason}", it.outcome),
            None => it.outcome.to_owned(),
        };
        format!("{mark} {:<4}{outcome} ({})", it.step, it.check)
    });
    head.into_iter().chain(lines).collect::<Vec<_>>().join("\n")
}

fn told(step: Step, outcome: Outcome) -> Told {
    let (outcome, reason) = match outcome {
        Outcome::Passed => ("passed", None),
        Outcome::NotApplicable => ("not applicable", None),
        Outcome::Failed(reason) => ("failed", Some(reason.to_string())),
        Outcome::NotReached => ("not reached", None),
    };
    Told {
        step: format!("{step:?}"),
        check: check(step),
        outcome,
        reason,
    }
}
