//! A site that is protected as the README says: `masker serve`, nginx with the README's own
//! configuration, git's server, a registry and a service of packages.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::packages::Packages;
use crate::support::command::{Call, Outcome, masker, shell};
use crate::support::programs::is_there;
use crate::support::service::{Service, free_port, wait_for};

/// What of the README the tests run.
const README: &str = include_str!("../../README.md");

/// Alice works on `a`, reads `b`, and knows nothing of `c`. All of them are private.
pub const DIRECTORY: &str = r#"
[[user]]
id = 7
name = "alice"

[[user]]
id = 8
name = "bob"

[[project]]
id = 1
path = "g/a"
members = { alice = "developer", bob = "maintainer" }

[[project]]
id = 2
path = "g/b"
members = { alice = "reporter" }

[[project]]
id = 3
path = "g/c"

[[project]]
id = 4
path = "g/infrastructure"
members = { alice = "maintainer" }
"#;

/// A protected site of a test's own.
pub struct Site {
    folder: TempDir,
    /// Of nginx.
    port: u16,
    of_authority: u16,
    of_registry: u16,
    authority: Option<Service>,
    services: Vec<Service>,
    packages: Packages,
}

/// A job that runs, and its token.
pub struct Job {
    pub id: String,
    pub token: String,
}

impl Site {
    /// Starts one. `None`, with a message, where a program is missing.
    pub fn start(programs: &[&str]) -> Option<Site> {
        Site::start_with(programs, "", "")
    }

    /// The same, with more in the blocks of nginx's `http` and `server`.
    pub fn start_with(programs: &[&str], upstreams: &str, locations: &str) -> Option<Site> {
        for program in ["nginx", "git", "bash", "curl"].iter().chain(programs) {
            if !is_there(program) {
                println!("skipped: {program} is not on this machine");
                return None;
            }
        }
        let mut site = Site {
            folder: tempfile::tempdir().expect("a folder of the site"),
            port: free_port(),
            of_authority: free_port(),
            of_registry: free_port(),
            authority: None,
            services: Vec::new(),
            packages: Packages::start(),
        };
        site.keep();
        site.serve();
        let configuration = site.configuration(upstreams, locations);
        site.protect(configuration);
        Some(site)
    }

    /// Where it is, as it stands in a URL.
    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The port where nginx expects the registry of images.
    pub fn registry_port(&self) -> u16 {
        self.of_registry
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What the service of packages was sent.
    pub fn packages(&self) -> &Packages {
        &self.packages
    }

    /// Starts another program beside the site.
    pub fn add(&mut self, service: Service) {
        self.services.push(service);
    }

    /// A command that knows the store and the keys.
    pub fn call(&self, args: &[&str]) -> Call {
        let store = format!("sqlite:{}", self.path("store.db").display());
        masker(args)
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path())
            .env("MASKER_STORE", store)
            .env("MASKER_KEY_FILE", self.path("keys"))
    }

    #[track_caller]
    pub fn ask(&self, args: &[&str]) -> Outcome {
        let outcome = self.call(args).run("");
        outcome.has_status(0);
        outcome
    }

    /// A job of a project that Alice has caused, and that runs.
    #[track_caller]
    pub fn job_of(&self, project: &str) -> Job {
        let enqueued = self.ask(&["job", "enqueue", "--project", project, "--user", "alice"]);
        let started = self.ask(&["job", "start", "--print-token"]);
        let line = |outcome: &Outcome| {
            let text = String::from_utf8(outcome.stdout.clone()).expect("it is text");
            text.trim_end().to_owned()
        };
        Job {
            id: line(&enqueued),
            token: line(&started),
        }
    }

    #[track_caller]
    pub fn finish(&self, job: &Job) {
        self.ask(&["job", "finish", &job.id, "success"]);
    }

    /// Turns the limit of a project on.
    #[track_caller]
    pub fn limit(&self, project: &str) {
        self.ask(&["scope", "limit", project, "on", "--as", "bob"]);
    }

    /// What the journal has of a request. It is written beside the answers, so it may take a moment.
    pub fn decisions(&self, request: &str) -> Vec<serde_json::Value> {
        let patience = Instant::now() + Duration::from_secs(20);
        loop {
            let printed = self.ask(&["audit", "decisions", "--request", request, "--json"]);
            let found = serde_json::from_slice(&printed.stdout).expect("it prints JSON");
            let serde_json::Value::Array(found) = found else {
                panic!("no list of decisions")
            };
            if !found.is_empty() || Instant::now() > patience {
                return found;
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Runs a script as a job does, with `$CI_JOB_TOKEN` and `$HOST`.
    pub fn script(&self, token: &str, script: &str) -> Outcome {
        let script = format!("cd \"$HOME\"; {script}");
        let call = shell(&script).env("HOME", self.folder.path());
        let call = call.env("CI_JOB_TOKEN", token).env("HOST", self.host());
        call.env("GIT_TERMINAL_PROMPT", "0").run("")
    }

    /// The status of the answer to curl with these arguments and a path.
    #[track_caller]
    pub fn status(&self, arguments: &str, path: &str, token: &str) -> String {
        let script =
            format!("curl -s -o body -w '%{{http_code}}' {arguments} \"http://$HOST{path}\"");
        let outcome = self.script(token, &script);
        outcome.has_status(0);
        String::from_utf8(outcome.stdout).expect("a number")
    }

    /// The body that came with it.
    pub fn body(&self) -> String {
        fs::read_to_string(self.path("body")).unwrap_or_default()
    }

    /// A bare repository with one commit on `main`.
    pub fn make_repository(&self, name: &str) {
        let script = r#"
            export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org
            export GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.org
            git init -q --bare -b main "$1" && cd "$1" &&
            tree=$(git mktree </dev/null) && commit=$(git commit-tree -m one $tree) &&
            git update-ref refs/heads/main $commit
        "#;
        let path = self.path("git").join(name);
        let made = Command::new("bash")
            .args(["-c", script, "bash"])
            .arg(path)
            .env("HOME", self.folder.path())
            .status();
        assert!(made.expect("there is a shell").success());
    }

    fn keep(&self) {
        fs::write(self.path("directory.toml"), DIRECTORY).expect("a file can be written");
        fs::create_dir(self.path("git")).expect("a folder can be made");
        self.ask(&["keys", "new"]);
        let file = self.path("directory.toml");
        let load = self.call(&["directory", "load"]).arg(file).run("");
        load.has_status(0);
    }

    /// Starts the authority, also after it was stopped.
    pub fn serve(&mut self) {
        let listen = format!("127.0.0.1:{}", self.of_authority);
        let store = format!("sqlite:{}", self.path("store.db").display());
        let (key, certificate) = (self.path("registry.key"), self.path("registry.crt"));
        let (key, certificate) = (key.display().to_string(), certificate.display().to_string());
        let mut program = vec![env!("CARGO_BIN_EXE_masker"), "serve", "--listen", &listen];
        program.extend([
            "--registry-key",
            &key,
            "--registry-certificate",
            &certificate,
            "--registry-service",
            "container_registry",
        ]);
        let log = File::create(self.path("authority.log")).expect("a file can be made");
        let service = Service::start(&program, |command| {
            command.env("MASKER_STORE", store);
            command.env("MASKER_KEY_FILE", self.path("keys"));
            command.stderr(log);
        });
        self.authority = Some(service);
        wait_for(self.of_authority);
    }

    pub fn stop_authority(&mut self) {
        self.authority = None;
    }

    /// Starts nginx and what is behind it.
    fn protect(&mut self, configuration: String) {
        let socket = self.path("git.socket");
        let of_git = format!("unix:{}", socket.display());
        self.services
            .push(Service::start(&["fcgiwrap", "-s", &of_git], |_| {}));
        fs::write(self.path("job-tokens.conf"), snippet()).expect("a file can be written");
        fs::write(self.path("nginx.conf"), configuration).expect("a file can be written");
        let prefix = self.folder.path().display().to_string();
        let program = [
            "nginx",
            "-p",
            &prefix,
            "-c",
            "nginx.conf",
            "-e",
            "error.log",
        ];
        self.services.push(Service::start(&program, |_| {}));
        wait_for(self.port);
    }

    /// Puts Caddy in nginx's place, as the README says.
    pub fn put_behind_caddy(&mut self) {
        self.port = free_port();
        fs::write(self.path("Caddyfile"), of_readme("```caddy")).expect("a file can be written");
        let here = |port: u16| format!("127.0.0.1:{port}");
        let caddy = Service::start(&["caddy", "run"], |command| {
            command.current_dir(self.folder.path());
            command.env("HOME", self.folder.path());
            command.env("SITE", format!("http://{}", self.host()));
            command.env("JOB_TOKENS", here(self.of_authority));
            command.env("REGISTRY", here(self.of_registry));
            command.env("PACKAGES", self.packages.host());
            command.env("GIT", format!("unix/{}", self.path("git.socket").display()));
            command.env("GIT_ROOT", self.path("git"));
        });
        self.services.push(caddy);
        wait_for(self.port);
    }

    fn configuration(&self, upstreams: &str, locations: &str) -> String {
        let user = match rustix::process::geteuid().is_root() {
            true => "user root;",
            false => "",
        };
        let folder = self.folder.path().display();
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .iter()
            .map(|kind| format!("{kind}_temp_path {folder}/{kind};\n"))
            .collect();
        let packages = self.packages.host();
        let (port, authority, registry) = (self.port, self.of_authority, self.of_registry);
        format!(
            "{user} daemon off; pid nginx.pid; worker_processes 2;
            events {{ worker_connections 512; }}
            http {{
                {temporary}
                upstream job_tokens {{ server 127.0.0.1:{authority}; }}
                upstream git {{ server unix:{folder}/git.socket; }}
                upstream packages {{ server {packages}; }}
                upstream registry {{ server 127.0.0.1:{registry}; }}
                {upstreams}
                log_format no_query '$remote_addr [$time_iso8601] \"$request_method $uri\" $status';
                server {{
                    listen 127.0.0.1:{port};
                    access_log access.log no_query;
                    set $git_root {folder}/git;
                    {locations}
                    include job-tokens.conf;
                }}
            }}"
        )
    }
}

/// The README's part of nginx's configuration, byte for byte.
pub fn snippet() -> String {
    let text = of_readme("```nginx\n   # Every location asks");
    let lines = text.lines();
    let lines = lines.map(|line| line.strip_prefix("   ").unwrap_or(line));
    lines.map(|line| format!("{line}\n")).collect()
}

/// The block of the README that begins with these words, without its fences.
fn of_readme(beginning: &str) -> String {
    let start = README.find(beginning).expect("the README has it");
    let lines = README[start..].lines().skip(1);
    let lines = lines.take_while(|line| line.trim() != "```");
    lines.map(|line| format!("{line}\n")).collect()
}

/// Whether a file holds some bytes.
pub fn holds(path: &Path, bytes: &[u8]) -> bool {
    let content = fs::read(path).unwrap_or_default();
    content.windows(bytes.len()).any(|window| window == bytes)
}
