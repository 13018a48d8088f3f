//! `masker scope`: how far the tokens of a project reach, and changes of that by those who may.

use masker::token::directory::{Project, ProjectId, ProjectReference, User};
use masker::token::scope::{Change, Editor, Entry, Refusal, may_add, may_set_limit};
use masker::token::store::{Store, StoreErrorKind};
use serde_json::json;

use super::args::{EditArgs, OnOff, OutputArgs, ScopeArgs, ScopeCommand};
use super::authority::Kept;
use super::{Answer, Failure, named};

pub fn run(args: &ScopeArgs) -> Result<Answer, Failure> {
    match &args.command {
        ScopeCommand::Show {
            project,
            store,
            output,
        } => {
            let kept = Kept::open(store)?;
            let project = named::project(&*kept.store, project)?;
            show(&kept, &project, output)
        }
        ScopeCommand::Limit {
            project,
            limit,
            edit,
        } => {
            let (kept, user, project) = begin(edit, project)?;
            let change = Change::Limit(matches!(limit, OnOff::On));
            apply(&kept, &user, &project, change, &edit.output)
        }
        ScopeCommand::Allow {
            project,
            target,
            edit,
        } => change(edit, project, target, Change::Add),
        ScopeCommand::Disallow {
            project,
            target,
            edit,
        } => change(edit, project, target, Change::Remove),
    }
}

/// Adds to the list or takes off it. A target that is not there and one that the user cannot see are
/// refused in the same words.
fn change(
    edit: &EditArgs,
    source: &str,
    target: &str,
    change: fn(ProjectId) -> Change,
) -> Result<Answer, Failure> {
    let (kept, user, source) = begin(edit, source)?;
    let store = &*kept.store;
    let editor = Editor::User(&user, store.role(user.id, source.id)?);
    // Who may not change the list learns nothing of the other project.
    may_set_limit(editor, &source).map_err(refused)?;
    match store.project(&named::reference(target))? {
        Some(target) => apply(&kept, &user, &source, change(target.id), &edit.output),
        None => {
            let unseen = Entry {
                id: ProjectId(0),
                project: None,
                listed: false,
            };
            let refusal = may_add(editor, &source, unseen, 0);
            Err(refusal.map_or_else(refused, |()| Failure::denied("there is no such project")))
        }
    }
}

/// Looks whether the user may and changes it, in one transaction.
fn apply(
    kept: &Kept,
    user: &User,
    project: &Project,
    change: Change,
    output: &OutputArgs,
) -> Result<Answer, Failure> {
    let edited = kept.store.edit_scope(project.id, user.id, change);
    let project = edited.map_err(|error| match error.kind() {
        StoreErrorKind::ScopeRefused(refusal) => refused(refusal),
        _ => error.into(),
    })?;
    show(kept, &project, output)
}

fn begin(edit: &EditArgs, project: &str) -> Result<(Kept, User, Project), Failure> {
    let kept = Kept::open(&edit.store)?;
    let user = named::user(&*kept.store, &edit.user)?;
    let project = named::project(&*kept.store, project)?;
    Ok((kept, user, project))
}

fn refused(refusal: Refusal) -> Failure {
    Failure::denied(format_args!("{refusal}; nothing was changed"))
}

fn show(kept: &Kept, project: &Project, output: &OutputArgs) -> Result<Answer, Failure> {
    let limit = project.outbound_limit;
    let listed = kept.store.listed(project.id)?;
    let mut names = Vec::new();
    for id in &listed {
        names.push(path(&*kept.store, *id)?);
    }
    let list = match names.is_empty() {
        true => "no project".to_owned(),
        false => names.join(", "),
    };
    let switched = if limit { "on" } else { "off" };
    let text = format!("{}: the limit is {switched}; listed: {list}", project.path);
    let projects: Vec<_> = listed.iter().map(|id| id.0).zip(&names).collect();
    let projects: Vec<_> = projects
        .into_iter()
        .map(|(id, path)| json!({ "project": id, "path": path }))
        .collect();
    let json = json!({
        "project": project.id.0,
        "path": project.path,
        "limit": limit,
        "listed": projects,
    });
    Ok(Answer::new(output, text, &json))
}

fn path(store: &dyn Store, id: ProjectId) -> Result<String, Failure> {
    let project = store.project(&ProjectReference::Id(id))?;
    Ok(project.map_or_else(|| id.0.to_string(), |project| project.path))
}
