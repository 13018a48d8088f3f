//! Who may change which projects a token reaches.

use masker::token::directory::{Directory, Project, ProjectId, Role, User, UserId};
use masker::token::scope::{
    Editor, Entry, MAX_LISTED, Refusal, RefusalKind, may_add, may_remove, may_set_limit,
};

use super::world::Setup;

const ROLES: [Role; 7] = [
    Role::None,
    Role::Guest,
    Role::Planner,
    Role::Reporter,
    Role::Developer,
    Role::Maintainer,
    Role::Owner,
];

fn a_b_dana() -> (Project, Project, User) {
    let projects = Setup::default().world().projects;
    let project = |path| projects.source(path).expect("a project of the world");
    let dana = projects.user(UserId(7)).expect("no error").expect("dana");
    (project("g/a"), project("g/sub/b"), dana)
}

fn answer(result: Result<(), Refusal>) -> u16 {
    result.map_or_else(|refusal| refusal.status(), |()| 200)
}

#[test]
fn the_limit_takes_a_maintainer() {
    let (a, _, dana) = a_b_dana();
    for role in ROLES {
        let expected = match role {
            Role::None => 404,
            Role::Maintainer | Role::Owner => 200,
            _ => 403,
        };
        assert_eq!(
            answer(may_set_limit(Editor::User(&dana, role), &a)),
            expected
        );
    }
}

#[test]
fn s58_only_a_maintainer_of_both_lists_a_project() {
    let (a, b, dana) = a_b_dana();
    for here in ROLES {
        for there in ROLES {
            let expected = match (here, there) {
                (Role::None, _) => 404,
                (here, _) if here < Role::Maintainer => 403,
                (_, Role::None) => 404,
                (_, there) if there < Role::Maintainer => 403,
                _ => 200,
            };
            let editor = Editor::User(&dana, here);
            let mut entry = Entry {
                id: b.id,
                project: Some((&b, there)),
                listed: false,
            };
            assert_eq!(
                answer(may_add(editor, &a, entry, 0)),
                expected,
                "{here:?} {there:?}"
            );
            entry.listed = true;
            assert_eq!(
                answer(may_remove(editor, &a, entry)),
                expected,
                "{here:?} {there:?}"
            );
        }
    }
}

#[test]
fn s55_s59_what_cannot_be_listed() {
    let (a, b, dana) = a_b_dana();
    let editor = Editor::User(&dana, Role::Maintainer);
    let kind = |entry, length| may_add(editor, &a, entry, length).map_err(|error| error.kind());
    let itself = Entry {
        id: a.id,
        project: Some((&a, Role::Maintainer)),
        listed: false,
    };
    assert_eq!(kind(itself, 0), Err(RefusalKind::Itself));
    let entry = Entry {
        id: b.id,
        project: Some((&b, Role::Maintainer)),
        listed: false,
    };
    assert_eq!(kind(entry, MAX_LISTED - 1), Ok(()));
    assert_eq!(kind(entry, MAX_LISTED), Err(RefusalKind::Full));
    let listed = Entry {
        listed: true,
        ..entry
    };
    assert_eq!(kind(listed, 1), Err(RefusalKind::Duplicate));
    let missing = Entry {
        id: ProjectId(99),
        project: None,
        listed: false,
    };
    assert_eq!(kind(missing, 0), Err(RefusalKind::OtherNotFound));
    for (entry, status) in [(itself, 422), (listed, 422), (missing, 404)] {
        assert_eq!(answer(may_add(editor, &a, entry, 1)), status);
    }
    assert_eq!(answer(may_add(editor, &a, entry, MAX_LISTED)), 422);
}

#[test]
fn what_is_gone_is_removed_by_a_maintainer_here() {
    let (a, mut b, dana) = a_b_dana();
    let editor = Editor::User(&dana, Role::Maintainer);
    let gone = Entry {
        id: b.id,
        project: None,
        listed: true,
    };
    assert_eq!(answer(may_remove(editor, &a, gone)), 200);
    assert_eq!(
        answer(may_remove(
            editor,
            &a,
            Entry {
                listed: false,
                ..gone
            }
        )),
        404
    );
    b.pending_delete = true;
    let going = Entry {
        project: Some((&b, Role::None)),
        ..gone
    };
    assert_eq!(answer(may_remove(editor, &a, going)), 200);
    let developer = Editor::User(&dana, Role::Developer);
    assert_eq!(answer(may_remove(developer, &a, gone)), 403);
}

#[test]
fn s61_no_change_is_made_with_a_job_token() {
    let (a, b, _) = a_b_dana();
    let entry = Entry {
        id: b.id,
        project: Some((&b, Role::Owner)),
        listed: true,
    };
    assert_eq!(answer(may_set_limit(Editor::JobToken, &a)), 401);
    assert_eq!(answer(may_add(Editor::JobToken, &a, entry, 0)), 401);
    assert_eq!(answer(may_remove(Editor::JobToken, &a, entry)), 401);
}
