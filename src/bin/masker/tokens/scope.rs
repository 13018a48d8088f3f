//! `masker scope`: how far the tokens of a project reach, and changes of that by those who may.

use masker::token::directory::{Project, User};
use masker::token::scope::{Editor, Entry, Refusal, may_add, may_remove, may_set_limit};
use masker::token::store::Store;
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
            let role = kept.store.role(user.id, project.id)?;
            may_set_limit(Editor::User(&user, role), &project).map_err(refused)?;
            let project = Project {
                outbound_limit: matches!(limit, OnOff::On),
                ..project
            };
            kept.store.put_project(&project, kept.now())?;
            show(&kept, &project, &edit.output)
        }
        ScopeCommand::Allow {
            project,
            target,
            edit,
        } => change(edit, project, target, true),
        ScopeCommand::Disallow {
            project,
            target,
            edit,
        } => change(edit, project, target, false),
    }
}

/// Adds to the list or takes off it. A target that is not there and one that the user cannot see are
/// refused in the same words.
fn change(edit: &EditArgs, source: &str, target: &str, adds: bool) -> Result<Answer, Failure> {
    let (kept, user, source) = begin(edit, source)?;
    let store = &*kept.store;
    let editor = Editor::User(&user, store.role(user.id, source.id)?);
    // Who may not change the list learns nothing of the other project.
    may_set_limit(editor, &source).map_err(refused)?;
    let target = named::project(store, target)?;
    let role = store.role(user.id, target.id)?;
    let entry = Entry {
        id: target.id,
        project: Some((&target, role)),
        listed: store.lists(source.id, target.id)?,
    };
    if adds {
        let length = store.listed(source.id)?.len();
        may_add(editor, &source, entry, length).map_err(refused)?;
        store.list(source.id, target.id)?;
    } else {
        may_remove(editor, &source, entry).map_err(refused)?;
        store.unlist(source.id, target.id)?;
    }
    show(&kept, &source, &edit.output)
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

fn path(store: &dyn Store, id: masker::token::directory::ProjectId) -> Result<String, Failure> {
    use masker::token::directory::ProjectReference;
    let project = store.project(&ProjectReference::Id(id))?;
    Ok(project.map_or_else(|| id.0.to_string(), |project| project.path))
}
