//! Where everything is kept: what `--store` and its variable name.

use std::env;
use std::path::Path;
use std::sync::Arc;

use masker::token::clock::Clock as _;
use masker::token::lifecycle::Lifecycle;
#[cfg(feature = "serve")]
use masker::token::store::Inspected;
#[cfg(feature = "postgres")]
use masker::token::store::PostgresStore;
#[cfg(feature = "sqlite")]
use masker::token::store::SqliteStore;
use masker::token::store::{MemoryStore, Store};
use masker::token::system::SystemClock;

use super::args::StoreArgs;
use super::{Failure, directory};

/// The variable that stands for `--store`.
pub const STORE: &str = "MASKER_STORE";

const MEMORY: &str = "memory:";
#[cfg(feature = "sqlite")]
const SQLITE: &str = "sqlite:";
/// The first two begin URLs, which are passed on whole.
#[cfg(feature = "postgres")]
const POSTGRES: [&str; 3] = ["postgres://", "postgresql://", "postgres:"];

/// A place that was named. It is never shown: a URL may hold a password.
pub struct Place(String);

impl Place {
    /// What the command line names, or else the environment.
    pub fn of(args: &StoreArgs) -> Result<Place, Failure> {
        if let Some(name) = &args.store {
            #[cfg(feature = "postgres")]
            refuse_password(name)?;
            return Place::named(name.clone());
        }
        Place::named(env::var(STORE).unwrap_or_default())
    }

    fn named(name: String) -> Result<Place, Failure> {
        match name.is_empty() {
            false => Ok(Place(name)),
            true => Err(Failure::usage(format_args!(
                "say where jobs and tokens are kept, with --store or {STORE}: {}",
                kinds()
            ))),
        }
    }

    /// Whether the command line or the environment names one.
    pub fn is_named(args: &StoreArgs) -> bool {
        args.store.is_some() || env::var_os(STORE).is_some_and(|it| !it.is_empty())
    }

    /// Whether what is kept there ends with the process.
    pub fn is_in_memory(&self) -> bool {
        self.0.starts_with(MEMORY)
    }

    /// Opens it; makes it, if that is what is asked for.
    pub fn open(&self, makes: bool, lifecycle: Lifecycle) -> Result<Arc<dyn Store>, Failure> {
        #[cfg(not(feature = "sqlite"))]
        let _ = makes;
        match self.kind()? {
            Kind::Memory(path) => in_memory(path, lifecycle),
            #[cfg(feature = "sqlite")]
            Kind::Sqlite(path) => in_file(path, makes, lifecycle),
            #[cfg(feature = "postgres")]
            Kind::Postgres(configuration) => in_postgres(configuration, lifecycle),
        }
    }

    /// Looks at it, and changes nothing. Nothing is found of what ends with the process.
    #[cfg(feature = "serve")]
    pub fn inspect(&self) -> Result<Option<Inspected>, Failure> {
        match self.kind()? {
            Kind::Memory(path) => in_memory(path, Lifecycle::default()).map(|_| None),
            Kind::Sqlite(path) => {
                must_be_there(path)?;
                Ok(SqliteStore::inspect(path).map(Some)?)
            }
            Kind::Postgres(configuration) => Ok(PostgresStore::inspect(configuration).map(Some)?),
        }
    }

    /// The word for this kind of place, which may be shown.
    #[cfg(feature = "serve")]
    pub fn word(&self) -> &'static str {
        match self.kind() {
            Ok(Kind::Sqlite(_)) => "sqlite",
            Ok(Kind::Postgres(_)) => "postgres",
            _ => "memory",
        }
    }

    fn kind(&self) -> Result<Kind<'_>, Failure> {
        let name = &self.0;
        if let Some(path) = name.strip_prefix(MEMORY) {
            return Ok(Kind::Memory(Path::new(path)));
        }
        #[cfg(feature = "sqlite")]
        if let Some(path) = name.strip_prefix(SQLITE).filter(|path| !path.is_empty()) {
            return Ok(Kind::Sqlite(Path::new(path)));
        }
        #[cfg(feature = "postgres")]
        if let Some(configuration) = configuration(name) {
            return Ok(Kind::Postgres(configuration));
        }
        Err(Failure::usage(format_args!("--store takes {}", kinds())))
    }
}

/// A place, read.
enum Kind<'p> {
    Memory(&'p Path),
    #[cfg(feature = "sqlite")]
    Sqlite(&'p Path),
    #[cfg(feature = "postgres")]
    Postgres(&'p str),
}

/// What `--store` takes.
fn kinds() -> String {
    let kinds = [
        #[cfg(feature = "sqlite")]
        "sqlite:PATH",
        #[cfg(feature = "postgres")]
        "postgres://USER@HOST/DATABASE",
        "or memory:FILE, for trials",
    ];
    let missing = match (cfg!(feature = "sqlite"), cfg!(feature = "postgres")) {
        (false, false) => "; this masker was built without the features sqlite and postgres",
        (false, true) => "; this masker was built without the feature sqlite",
        (true, false) => "; this masker was built without the feature postgres",
        (true, true) => "",
    };
    format!("{}{missing}", kinds.join("; "))
}

/// A path that is mistyped would otherwise be a new store without a word, where nothing is found.
#[cfg(feature = "sqlite")]
fn in_file(path: &Path, makes: bool, lifecycle: Lifecycle) -> Result<Arc<dyn Store>, Failure> {
    match makes {
        false => must_be_there(path)?,
        true => must_have_folder(path)?,
    }
    let store = SqliteStore::open(path, lifecycle)?;
    Ok(Arc::new(store))
}

#[cfg(feature = "sqlite")]
fn must_be_there(path: &Path) -> Result<(), Failure> {
    match path.exists() {
        true => Ok(()),
        false => Err(Failure::store(format_args!(
            "--store: there is no store at {}; `masker directory load` makes one, or name another",
            path.display()
        ))),
    }
}

/// The database itself would only say that it cannot be opened.
#[cfg(feature = "sqlite")]
fn must_have_folder(path: &Path) -> Result<(), Failure> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    match folder.filter(|folder| !folder.is_dir()) {
        None => Ok(()),
        Some(folder) => Err(Failure::store(format_args!(
            "--store: there is no folder {}; make it first, or name another",
            folder.display()
        ))),
    }
}

/// Its tables are made by whoever comes first: a database is there already, or it is an error.
#[cfg(feature = "postgres")]
fn in_postgres(configuration: &str, lifecycle: Lifecycle) -> Result<Arc<dyn Store>, Failure> {
    let store = PostgresStore::connect(configuration, lifecycle)?;
    Ok(Arc::new(store))
}

/// What PostgreSQL's own programs would take, if the name is of such a store.
#[cfg(feature = "postgres")]
fn configuration(name: &str) -> Option<&str> {
    let [url, long_url, pairs] = POSTGRES;
    match name.starts_with(url) || name.starts_with(long_url) {
        true => Some(name),
        false => name.strip_prefix(pairs),
    }
}

/// Refuses a password that every user of the machine can read.
#[cfg(feature = "postgres")]
fn refuse_password(name: &str) -> Result<(), Failure> {
    let Some(configuration) = configuration(name) else {
        return Ok(());
    };
    let parsed: Result<postgres::Config, _> = configuration.parse();
    match parsed.is_ok_and(|parsed| parsed.get_password().is_none()) {
        true => Ok(()),
        // One that cannot be read may hold a password all the same.
        false => Err(Failure::usage(format_args!(
            "--store holds a password, or is none that PostgreSQL knows (not shown): every user of \
             the machine can read a command line, so put a password into the variable {STORE}, and \
             replace it if it was one"
        ))),
    }
}

/// A store that ends with the process, with the projects and users of a file.
fn in_memory(path: &Path, lifecycle: Lifecycle) -> Result<Arc<dyn Store>, Failure> {
    let store = MemoryStore::new(lifecycle);
    if !path.as_os_str().is_empty() {
        let now = SystemClock::starting_after(None).now();
        directory::load(&store, &directory::in_file(path)?, now)?;
    }
    Ok(Arc::new(store))
}
