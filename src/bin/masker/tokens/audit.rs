//! `masker audit`: what was written down of changes and decisions. None of it is a secret.

use masker::token::journal::{Actor, AuditEvent, AuditFilter, Decision, DecisionFilter, RequestId};
use masker::token::lifecycle::JobId;
use serde_json::json;

use super::args::{AuditArgs, AuditCommand};
use super::authority::Kept;
use super::token::accessor;
use super::{Answer, Failure, named, shown};

pub fn run(args: &AuditArgs) -> Result<Answer, Failure> {
    match &args.command {
        AuditCommand::List {
            project,
            accessor: text,
            listed,
        } => {
            let accessor = text.as_deref().map(accessor).transpose()?;
            let kept = Kept::open(&listed.store)?;
            let project = project.as_deref();
            let project = project.map(|text| named::project(&*kept.store, text));
            let which = AuditFilter {
                project: project.transpose()?.map(|project| project.id),
                accessor,
                ..AuditFilter::default()
            };
            let events = kept.store.audit_events(&which, listed.limit)?;
            let lines: Vec<_> = events.iter().map(event_text).collect();
            Ok(Answer::new(
                &listed.output,
                lines.join("\n"),
                &json!(events),
            ))
        }
        AuditCommand::Decisions {
            request,
            job,
            accessor: text,
            listed,
        } => {
            let accessor = text.as_deref().map(accessor).transpose()?;
            let kept = Kept::open(&listed.store)?;
            let which = DecisionFilter {
                request_id: request.as_deref().map(RequestId::new),
                job: job.map(JobId),
                accessor,
                ..DecisionFilter::default()
            };
            let decisions = kept.store.decisions(&which, listed.limit)?;
            let lines: Vec<_> = decisions.iter().map(decision_text).collect();
            Ok(Answer::new(
                &listed.output,
                lines.join("\n"),
                &json!(decisions),
            ))
        }
    }
}

/// Who works with the commands: the user of the machine.
pub fn operator() -> Actor {
    #[cfg(unix)]
    let name = format!("uid {}", rustix::process::getuid().as_raw());
    #[cfg(not(unix))]
    let name = "command";
    Actor::operator(name.as_ref())
}

fn event_text(event: &AuditEvent) -> String {
    let mut text = format!("{}  {}  {}", shown::time(event.time), event.who, event.what);
    let numbers = [
        ("project", event.project.map(|it| it.0)),
        ("user", event.user.map(|it| it.0)),
        ("job", event.job.map(|it| it.0)),
    ];
    for (name, number) in numbers {
        if let Some(number) = number {
            text.push_str(&format!("  {name} {number}"));
        }
    }
    if let Some(accessor) = &event.accessor {
        text.push_str(&format!("  {accessor}"));
    }
    let none = String::new();
    if event.before.is_some() || event.after.is_some() {
        let (before, after) = (event.before.as_ref(), event.after.as_ref());
        let (before, after) = (before.unwrap_or(&none), after.unwrap_or(&none));
        // A path may have any characters.
        text.push_str(&format!("  {before:?} -> {after:?}"));
    }
    text
}

fn decision_text(decision: &Decision) -> String {
    let time = shown::time(decision.time);
    let mut text = format!(
        "{time}  {}  {} {} {}",
        decision.request_id, decision.step, decision.reason, decision.status
    );
    let numbers = [
        ("job", decision.job.map(|it| it.0)),
        ("user", decision.user.map(|it| it.0)),
        ("from project", decision.source.map(|it| it.0)),
        ("to project", decision.target.map(|it| it.0)),
    ];
    for (name, number) in numbers {
        if let Some(number) = number {
            text.push_str(&format!("  {name} {number}"));
        }
    }
    if let Some(route) = &decision.route {
        text.push_str(&format!("  {route}"));
    }
    text
}
