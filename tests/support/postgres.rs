//! A PostgreSQL of one's own, on a unix socket in a temporary folder. It ends with the process that
//! started it, however that ends.

use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Whom the server runs as when the tests run as root, which it refuses: `nobody`, by number.
const NOBODY: u32 = 65_534;

/// Reads from a pipe whose other end is in the process that started it, and so learns of its end.
const SCRIPT: &str = r#"
    cd "$1" || exit
    "$2/initdb" -D data -U masker -A trust -E UTF8 --locale=C --no-sync >initdb.log 2>&1 || exit
    "$2/postgres" -D data -k "$1" -c listen_addresses= -c max_connections=300 -c fsync="$3" \
        >postgres.log 2>&1 &
    read -r _
    kill -INT $!
    wait
    cd / && rm -rf "$1"
"#;

pub struct Server {
    folder: PathBuf,
    /// Its standard input is closed when the process ends, which ends the server.
    _lifeline: Child,
}

impl Server {
    /// The one that all tests share. `None`, with a message, where there is no PostgreSQL.
    ///
    /// It does not wait for the disk: what is killed here is the tests' own process at most.
    pub fn shared() -> Option<&'static Server> {
        static SHARED: OnceLock<Option<Server>> = OnceLock::new();
        SHARED.get_or_init(|| Server::start("off")).as_ref()
    }

    /// Starts one that waits for the disk (`on`) or does not (`off`).
    pub fn start(fsync: &str) -> Option<Server> {
        let Some(programs) = programs() else {
            println!("skipped: there is no PostgreSQL here (Debian: apt-get install postgresql)");
            return None;
        };
        // The script removes what is in it.
        let folder = TempDir::new().expect("there is a temporary folder").keep();
        let mut shell = unprivileged(&folder);
        shell.arg("-c").arg(SCRIPT).arg("sh");
        shell.arg(&folder).arg(programs).arg(fsync);
        let child = shell
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("there is a shell");
        let server = Server {
            folder,
            _lifeline: child,
        };
        server.wait();
        Some(server)
    }

    /// How to connect to it, with tables in a schema of this name.
    pub fn config(&self, schema: &str) -> String {
        let host = self.folder.display();
        format!("host={host} user=masker dbname=postgres options='-c search_path={schema}'")
    }

    /// The same as a URL.
    #[cfg(feature = "cli")]
    pub fn url(&self, schema: &str) -> String {
        let host = self.folder.to_str().expect("temporary folders are text");
        let host = host.replace('/', "%2F");
        format!("postgres://masker@{host}/postgres?options=-csearch_path%3D{schema}")
    }

    /// Runs statements beside all stores.
    pub fn run(&self, statements: &str) {
        let mut client = postgres::Client::connect(&self.config("public"), postgres::NoTls)
            .expect("the server works");
        client.batch_execute(statements).expect("it is SQL");
    }

    /// Where its files are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn wait(&self) {
        let patience = Instant::now() + Duration::from_secs(120);
        loop {
            let config = self.config("public");
            let Err(error) = postgres::Client::connect(&config, postgres::NoTls) else {
                return;
            };
            let log = |name| std::fs::read_to_string(self.folder.join(name)).unwrap_or_default();
            assert!(
                Instant::now() < patience,
                "PostgreSQL does not start: {error}\n{}{}",
                log("initdb.log"),
                log("postgres.log")
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// Where `initdb` and `postgres` are: in the PATH, or where Debian has them.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let versions = versions.flatten().map(|version| version.path().join("bin"));
    folders.extend(versions);
    let has_both = |folder: &PathBuf| {
        ["initdb", "postgres"]
            .iter()
            .all(|it| folder.join(it).exists())
    };
    folders.into_iter().find(has_both)
}

/// A shell that is not root's.
fn unprivileged(folder: &Path) -> Command {
    if !rustix::process::geteuid().is_root() {
        return Command::new("sh");
    }
    chown(folder, Some(NOBODY), Some(NOBODY)).expect("root may");
    // Whoever may not write to it has to reach it all the same.
    let reachable = std::fs::Permissions::from_mode(0o711);
    std::fs::set_permissions(folder, reachable).expect("root may");
    let mut command = Command::new("setpriv");
    let [user, group] = ["--reuid", "--regid"].map(|option| format!("{option}={NOBODY}"));
    command.args([user.as_str(), group.as_str(), "--clear-groups", "--", "sh"]);
    command
}
