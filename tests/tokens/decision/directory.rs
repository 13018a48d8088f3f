//! Files of projects.

use masker::token::directory::{
    Directory, DirectoryErrorKind, ProjectId, ProjectReference, Projects, Role, UserId,
};

#[test]
fn a_mistake_is_named_by_its_line_and_key() {
    let user = "user = [{ id = 7, name = 'dana' }]\n";
    let project = "[[project]]\nid = 1\npath = 'g/a'\n";
    let cases = [
        (
            "[[project]]\nid = 1\npth = 'g/a'",
            "line 3, `pth`: unknown field `pth`",
        ),
        (
            "[[project]]\nid = 'glpat-1'\npath = 'g/a'",
            "line 2, `id`: expected u64",
        ),
        ("[[project]]\nid = 1\n", "line 1: missing field `path`"),
        (
            "[[project]]\nid = 1\nid = 2\n",
            "line 3, `id`: duplicate key",
        ),
        (
            "[[project]]\nid = 1\npath = 'a'",
            "line 3, `path`: a path is",
        ),
        (
            "[[project]]\nid = 1\npath = 'g//a'",
            "line 3, `path`: a path is",
        ),
        (
            "[[project]]\nid = 1\npath = 'g/../a'",
            "line 3, `path`: a path is",
        ),
        (
            &format!("{project}visibility = 'glpat-1'"),
            "line 4, `visibility`: expected",
        ),
        (
            &format!("{project}members = {{ eve = 'owner' }}"),
            "line 4, `members`: it names a user",
        ),
        (
            &format!("{user}{project}members = {{ dana = 'none' }}"),
            "line 5, `members`: expected",
        ),
        (
            &format!("{project}scope = {{ projects = ['g/b'] }}"),
            "line 4, `scope`: it lists",
        ),
        (
            &format!("{project}scope = {{ projects = ['g/a'] }}"),
            "line 4, `scope`: a project is in",
        ),
        (
            &format!("{project}{project}"),
            "line 6, `path`: another project has this path",
        ),
        (
            &format!("{project}[[project]]\nid = 1\npath = 'g/b'"),
            "line 5, `id`: another project",
        ),
        (
            &format!("{user}user2 = 1"),
            "line 2, `user2`: unknown field",
        ),
        ("glpat-1", "line 1: "),
        ("", ""),
    ];
    for (text, expected) in cases {
        match Projects::parse(text) {
            Ok(_) => assert!(text.is_empty(), "{text}"),
            Err(error) => {
                let shown = format!("{error}");
                assert!(shown.starts_with(expected), "{shown:?} for {text:?}");
                assert!(!format!("{error:?} {error}").contains("glpat"), "{error:?}");
            }
        }
    }
    let error = Projects::parse("nothing").expect_err("no TOML");
    assert_eq!(error.kind(), DirectoryErrorKind::Malformed);
}

#[test]
fn the_highest_role_of_all_that_is_above_counts() {
    let projects = Projects::parse(
        "user = [{ id = 7, name = 'dana' }]
        group = [
            { path = 'g', members = { dana = 'maintainer' } },
            { path = 'g/sub', members = { dana = 'guest' } },
        ]
        project = [
            { id = 1, path = 'g/sub/a', members = { dana = 'reporter' } },
            { id = 2, path = 'g2/a' },
        ]",
    )
    .expect("a directory");
    let role = |project| {
        projects
            .role(UserId(7), ProjectId(project))
            .expect("no error")
    };
    assert_eq!(
        (role(1), role(2), role(3)),
        (Role::Maintainer, Role::None, Role::None)
    );
}

#[test]
fn an_image_is_of_the_nearest_project() {
    let projects =
        Projects::parse("project = [{ id = 1, path = 'g/a' }, { id = 2, path = 'g/a/b' }]")
            .expect("a directory");
    let project = |path: &str| {
        let reference = ProjectReference::Image(path.to_owned());
        projects
            .project(&reference)
            .expect("no error")
            .map(|project| project.id.0)
    };
    assert_eq!(project("g/a"), Some(1));
    assert_eq!(project("g/a/x/y"), Some(1));
    assert_eq!(project("g/a/b/x"), Some(2));
    assert_eq!(project("g/ab"), None);
}
