//! `masker directory load`: the projects, users, roles, lists and plans of a file, into a store.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use masker::token::clock::Time;
use masker::token::directory::{Directory as _, Project, ProjectId, Projects, Role, User};
use masker::token::store::{Audited, Store};
use serde_json::json;

use super::args::{DirectoryArgs, DirectoryCommand};
use super::audit::operator;
use super::authority::Kept;
use super::{Answer, Failure};

/// Some hundred thousand projects.
const MAX_LENGTH: u64 = 64 << 20;

pub fn run(args: &DirectoryArgs) -> Result<Answer, Failure> {
    let DirectoryCommand::Load {
        file,
        store,
        output,
    } = &args.command;
    let projects = in_file(file)?;
    let kept = Kept::make(store)?;
    let changes = load(&*kept.store, &projects, kept.now())?;
    let (users, all) = (projects.users().count(), projects.all().count());
    let text = format!("{users} users and {all} projects, {changes} changes");
    let json = json!({ "users": users, "projects": all, "changes": changes });
    Ok(Answer::new(output, text, &json))
}

/// What the file says.
pub fn in_file(file: &Path) -> Result<Projects, Failure> {
    Projects::parse(&read(file)?)
        .map_err(|error| Failure::config(format_args!("{}, {error}", file.display())))
}

/// Reads the file. What never ends is no directory.
fn read(file: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let read =
        File::open(file).and_then(|file| file.take(MAX_LENGTH + 1).read_to_string(&mut text));
    match read {
        Ok(length) if length as u64 > MAX_LENGTH => Err(Failure::config(format_args!(
            "the file of projects {} has more than 64 MiB: load it in parts",
            file.display()
        ))),
        Ok(_) => Ok(text),
        Err(error) => Err(Failure::config(format_args!(
            "reading the file of projects {}: {error}",
            file.display()
        ))),
    }
}

#[cfg(feature = "serve")]
pub fn parse(text: &str) -> Result<Projects, Failure> {
    Projects::parse(text).map_err(|error| Failure::config(format_args!("the directory: {error}")))
}

/// Makes a store say what a directory says, and counts what that took. Written is only what differs,
/// as each write is a transaction. What the directory does not name stays.
pub fn load(store: &dyn Store, directory: &Projects, now: Time) -> Result<usize, Failure> {
    let mut changes = 0;
    for user in directory.users() {
        if store.user(user.id)?.as_ref() != Some(user) {
            store.put_user(user, now)?;
            changes += 1;
        }
    }
    for project in directory.all() {
        if stored(store, project.id)?.as_ref() != Some(project) {
            let change = Audited::Project(project.clone());
            store.change(&change, &operator(), now)?;
            changes += 1;
        }
    }
    for project in directory.all() {
        for user in directory.users() {
            changes += usize::from(set_role(store, directory, user, project)?);
        }
        changes += set_list(store, directory, project.id, now)?;
        let plan = directory.plan(project.id);
        if store.plan(project.id)? != plan {
            store.put_plan(project.id, &plan)?;
            changes += 1;
        }
    }
    Ok(changes)
}

fn stored(store: &dyn Store, project: ProjectId) -> Result<Option<Project>, Failure> {
    use masker::token::directory::ProjectReference;
    Ok(store.project(&ProjectReference::Id(project))?)
}

fn set_role(
    store: &dyn Store,
    directory: &Projects,
    user: &User,
    project: &Project,
) -> Result<bool, Failure> {
    let Ok::<Role, _>(role) = directory.role(user.id, project.id);
    let differs = store.role(user.id, project.id)? != role;
    if differs {
        store.put_member(user.id, project.id, role)?;
    }
    Ok(differs)
}

fn set_list(
    store: &dyn Store,
    directory: &Projects,
    source: ProjectId,
    now: Time,
) -> Result<usize, Failure> {
    let before = store.listed(source)?;
    let after: Vec<_> = directory.listed(source).collect();
    let gone = before.iter().filter(|target| !after.contains(target));
    let new = after.iter().filter(|target| !before.contains(target));
    // Room first: the list may be full.
    let gone = gone.map(|&target| Audited::Unlist { source, target });
    let changes: Vec<_> = gone
        .chain(new.map(|&target| Audited::List { source, target }))
        .collect();
    for change in &changes {
        store.change(change, &operator(), now)?;
    }
    Ok(changes.len())
}
