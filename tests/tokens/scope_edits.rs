//! Changes of a scope, in the transaction that finds whether the editor may.

use masker::token::directory::{Project, ProjectId, ProjectReference, Role, UserId};
use masker::token::scope::{Change, MAX_LISTED, RefusalKind};
use masker::token::store::StoreErrorKind;

use super::Factory;
use super::world::{A, ALICE, B, World};

pub fn a_scope_is_edited_by_those_who_may_at_that_moment(factory: &dyn Factory) {
    let world = World::new(factory);
    let store = &world.store;
    let set = |project, role| store.put_member(ALICE, project, role).expect("both exist");
    let edit = |change| {
        let edited = store.edit_scope(A, ALICE, change);
        edited.map(|it| it.outbound_limit).map_err(|it| it.kind())
    };
    let refused = |change| match edit(change) {
        Err(StoreErrorKind::ScopeRefused(refusal)) => Some(refusal.kind()),
        _ => None,
    };
    let limit = || {
        let found = store.project(&ProjectReference::Id(A)).expect("it works");
        found.expect("it is there").outbound_limit
    };
    let nobody = store.edit_scope(A, UserId(99), Change::Limit(true));
    assert_eq!(nobody.expect_err("nobody").kind(), StoreErrorKind::NotFound);
    assert_eq!(
        refused(Change::Limit(true)),
        Some(RefusalKind::NotMaintainer)
    );
    assert!(!limit());
    set(A, Role::Maintainer);
    assert_eq!(edit(Change::Limit(true)), Ok(true));
    assert!(limit());
    assert_eq!(refused(Change::Add(B)), Some(RefusalKind::OtherNotFound));
    assert_eq!(
        refused(Change::Add(ProjectId(9))),
        Some(RefusalKind::OtherNotFound)
    );
    set(B, Role::Developer);
    assert_eq!(
        refused(Change::Add(B)),
        Some(RefusalKind::NotMaintainerOfOther)
    );
    set(B, Role::Maintainer);
    assert_eq!(refused(Change::Add(A)), Some(RefusalKind::Itself));
    assert_eq!(edit(Change::Add(B)), Ok(true));
    assert_eq!(refused(Change::Add(B)), Some(RefusalKind::Duplicate));
    assert_eq!(store.listed(A).expect("it works"), [B]);
    // What was allowed a moment ago is not any more.
    set(A, Role::Developer);
    for change in [Change::Limit(false), Change::Remove(B)] {
        assert_eq!(refused(change), Some(RefusalKind::NotMaintainer));
    }
    assert_eq!(
        (limit(), store.listed(A).expect("it works")),
        (true, vec![B])
    );
    set(A, Role::Owner);
    assert_eq!(edit(Change::Remove(B)), Ok(true));
    assert_eq!(refused(Change::Remove(B)), Some(RefusalKind::NotListed));
    assert_eq!(edit(Change::Limit(false)), Ok(false));
    assert!(!limit());
}

pub fn a_scope_that_many_edit_at_once_is_that_of_one_after_another(factory: &dyn Factory) {
    const EDITORS: u64 = 8;
    let world = World::new(factory);
    let store = &world.store;
    let maintain = |id| store.put_member(ALICE, id, Role::Maintainer);
    maintain(A).expect("both exist");
    let ids = 100..100 + MAX_LISTED as u64 + EDITORS;
    for id in ids.clone() {
        let project = Project::new(ProjectId(id), format!("group/{id}"));
        store.put_project(&project, world.now).expect("it is new");
        maintain(ProjectId(id)).expect("both exist");
    }
    // Each edits what no other does, and the last ones are too many. The limit must survive it all.
    let edit = |change| store.edit_scope(A, ALICE, change);
    let done: Vec<_> = std::thread::scope(|scope| {
        let editor = |first: u64| {
            let mine = ids.clone().skip(first as usize).step_by(EDITORS as usize);
            move || {
                mine.filter(|&id| edit(Change::Add(ProjectId(id))).is_ok())
                    .count()
            }
        };
        let editors: Vec<_> = (0..EDITORS).map(|it| scope.spawn(editor(it))).collect();
        edit(Change::Limit(true)).expect("a maintainer may");
        editors.into_iter().map(|it| it.join()).collect()
    });
    let done = done.into_iter().map(|it| it.expect("no editor panicked"));
    assert_eq!(done.sum::<usize>(), MAX_LISTED);
    assert_eq!(store.listed(A).expect("it works").len(), MAX_LISTED);
    let found = store.project(&ProjectReference::Id(A)).expect("it works");
    assert!(found.expect("it is there").outbound_limit);
}
