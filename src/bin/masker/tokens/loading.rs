//! Variables by which a program is found, or loads code, before it does anything.
//!
//! Who may start a pipeline chooses its variables, and the command of `masker run` starts as our own user,
//! who can read the keys, though it may change the user first. So it must be that command which runs.

/// As sudo takes them from what it runs (`initial_badenv_table`), with the path, which sudo has from its
/// policy, and what runtimes and git have been given since.
const NAMES: [&str; 45] = [
    "BASHOPTS",
    "BASH_ENV",
    "CDPATH",
    "ENV",
    "FPATH",
    "GCONV_PATH",
    "GETCONF_DIR",
    "GIT_ASKPASS",
    "GIT_EXEC_PATH",
    "GIT_EXTERNAL_DIFF",
    "GIT_PROXY_COMMAND",
    "GIT_SSH",
    "GIT_SSH_COMMAND",
    "GLIBC_TUNABLES",
    "GLOBIGNORE",
    "HOSTALIASES",
    "IFS",
    "JAVA_TOOL_OPTIONS",
    "JDK_JAVA_OPTIONS",
    "LIBPATH",
    "LOCALDOMAIN",
    "LOCPATH",
    "NLSPATH",
    "NODE_OPTIONS",
    "NULLCMD",
    "PATH",
    "PERL5DB",
    "PERL5LIB",
    "PERL5OPT",
    "PERLIO_DEBUG",
    "PERLLIB",
    "PROMPT_COMMAND",
    "PS4",
    "PYTHONHOME",
    "PYTHONINSPECT",
    "PYTHONPATH",
    "PYTHONSTARTUP",
    "PYTHONUSERBASE",
    "READNULLCMD",
    "RES_OPTIONS",
    "RUBYLIB",
    "RUBYOPT",
    "SHELLOPTS",
    "SHLIB_PATH",
    "ZDOTDIR",
];

/// What such names begin with.
const BEGINNINGS: [&str; 5] = ["DYLD_", "GIT_CONFIG", "LDR_", "LD_", "_RLD"];

/// Whether a variable of this name can have other code run than the command.
pub fn chooses_code(name: &str) -> bool {
    NAMES.contains(&name) || BEGINNINGS.iter().any(|it| name.starts_with(it))
}
