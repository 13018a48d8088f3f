//! The programs that encode: each reads texts with a NUL behind each, and prints them so.

use std::process::{Command, Stdio};

use crate::support::programs::{command, is_there, output};

/// A way to encode.
pub struct Program {
    pub name: &'static str,
    way: Way,
}

enum Way {
    /// In this process.
    Here(fn(&str) -> Vec<u8>),
    /// A script for `python3`, of an expression of the text `t`.
    Python(&'static str),
    /// A filter for `jq`.
    Jq(&'static str),
    /// A script for `node`, of an expression of the text `t`.
    Node(&'static str),
    /// A statement of `bash` that prints what it makes of `$t`, in a locale, with this program.
    Bash(&'static str, &'static str, &'static str),
    /// A script for another program: its name, the flag, the script.
    Script(&'static str, &'static [&'static str]),
    /// All texts at once, by a program.
    AtOnce(&'static str, fn(&[Vec<u8>]) -> Vec<Vec<u8>>),
    /// What a shell shows with `set -x`: of the program, with arguments before `-xc`, in a locale.
    Trace(&'static [&'static str], &'static str),
}

const UTF8: &str = "C.UTF-8";

macro_rules! programs {
    ($($name:literal: $way:expr,)*) => {
        &[$(Program { name: $name, way: $way }),*]
    };
}

pub const PROGRAMS: &[Program] = programs! {
    "base64 -w0": Way::Bash("printf %s \"$t\" | base64 -w0", UTF8, "base64"),
    "basenc --base64url": Way::Bash("printf %s \"$t\" | basenc --base64url -w0", UTF8, "basenc"),
    "openssl base64 -A": Way::Bash("printf %s \"$t\" | openssl base64 -A", UTF8, "openssl"),
    "python base64": Way::Python("base64.b64encode(t.encode()).decode()"),
    "python urlsafe base64": Way::Python("base64.urlsafe_b64encode(t.encode()).decode()"),
    "python base64 of json": Way::Python("base64.b64encode(('{\"a\":\"'+t+'\"}').encode()).decode()"),
    "jq @base64": Way::Jq("@base64"),
    "curl -v -u": Way::AtOnce("curl", super::curl::basic_headers),
    "xxd -p": Way::Bash("printf %s \"$t\" | xxd -p | tr -d '\\n'", UTF8, "xxd"),
    "xxd -p -u": Way::Bash("printf %s \"$t\" | xxd -p -u | tr -d '\\n'", UTF8, "xxd"),
    "od": Way::Bash("printf %s \"$t\" | od -An -v -tx1 | tr -d ' \\n'", UTF8, "od"),
    "python hex": Way::Python("t.encode().hex().upper()"),

    "jq tojson": Way::Jq("tojson"),
    "jq tojson twice": Way::Jq("tojson|tojson"),
    "python json": Way::Python("json.dumps(t)"),
    "python json twice": Way::Python("json.dumps(json.dumps({'a':t}))"),
    "python json UTF-8": Way::Python("json.dumps(t,ensure_ascii=False)"),
    "python json in UTF-8": Way::Python("json.dumps({'a':json.dumps(t,ensure_ascii=False)})"),
    "python html-safe json": Way::Python(
        "json.dumps(t).replace('<','\\\\u003c').replace('>','\\\\u003e').replace('&','\\\\u0026').replace(\"'\",'\\\\u0027')"),
    "node JSON.stringify": Way::Node("JSON.stringify(t)"),
    "node JSON.stringify twice": Way::Node("JSON.stringify({a:JSON.stringify(t)})"),
    "php json_encode": Way::Script("php", &["-r", "foreach(explode(\"\\0\",stream_get_contents(STDIN),-1) as $t) echo json_encode($t),\"\\0\";"]),
    "perl JSON::PP": Way::Script("perl", &["-MJSON::PP", "-0ne", "chomp; print JSON::PP->new->allow_nonref->encode($_),\"\\0\""]),
    "perl JSON::PP ascii": Way::Script("perl", &["-MJSON::PP", "-MEncode", "-0ne", "chomp; print JSON::PP->new->allow_nonref->ascii->encode(decode('UTF-8',$_)),\"\\0\""]),

    "jq @uri": Way::Jq("@uri"),
    "python quote all": Way::Python("urllib.parse.quote(t,safe='')"),
    "python quote": Way::Python("urllib.parse.quote(t)"),
    "python quote_plus": Way::Python("urllib.parse.quote_plus(t)"),
    "python quote twice": Way::Python("urllib.parse.quote(urllib.parse.quote(t,safe=''),safe='')"),
    "python quote_plus twice": Way::Python("urllib.parse.quote_plus(urllib.parse.quote_plus(t))"),
    "python quote in lower case": Way::Python(
        "re.sub('%..',lambda m:m[0].lower(),urllib.parse.quote(t,safe=''))"),
    "node encodeURIComponent": Way::Node("encodeURIComponent(t)"),
    "node encodeURIComponent twice": Way::Node("encodeURIComponent(encodeURIComponent(t))"),
    "node encodeURI": Way::Node("encodeURI(t)"),
    "node URLSearchParams": Way::Node("new URLSearchParams({t}).toString()"),
    "node URL password": Way::Node("(()=>{const u=new URL('https://u@h/');u.password=t;return u.href})()"),
    "php urlencode": Way::Script("php", &["-r", "foreach(explode(\"\\0\",stream_get_contents(STDIN),-1) as $t) echo urlencode($t),\"\\0\";"]),
    "curl --data-urlencode": Way::Bash(
        "curl -sG --connect-timeout 1 --data-urlencode \"t=$t\" -w '%{url_effective}' http://127.0.0.1:9/ || :",
        UTF8, "curl"),

    "python shlex.quote": Way::Python("shlex.quote(t)"),
    "jq @sh": Way::Jq("@sh"),
    "bash printf %q": Way::Bash("printf %q \"$t\"", UTF8, "bash"),
    "bash printf %q in C": Way::Bash("printf %q \"$t\"", "C", "bash"),
    "bash @Q": Way::Bash("printf %s \"${t@Q}\"", UTF8, "bash"),
    "bash declare -p": Way::Bash("declare -p t", UTF8, "bash"),
    "bash declare -p in C": Way::Bash("declare -p t", "C", "bash"),
    "bash -x": Way::Trace(&["bash"], UTF8),
    "bash -x in C": Way::Trace(&["bash"], "C"),
    "dash -x": Way::Trace(&["dash"], UTF8),
    "busybox sh -x": Way::Trace(&["busybox", "sh"], UTF8),
    "zsh -x": Way::Trace(&["zsh"], UTF8),
    "zsh -x in C": Way::Trace(&["zsh"], "C"),
    "dash export -p": Way::Bash("t=$t dash -c 'export -p' | grep -zo \"export t='.*\" | tr -d '\\0'", UTF8, "dash"),
    "zsh %q": Way::Bash("zsh -c 'printf %q \"$1\"' zsh \"$t\"", UTF8, "zsh"),
    "zsh %q in C": Way::Bash("zsh -c 'printf %q \"$1\"' zsh \"$t\"", "C", "zsh"),
    "ls": Way::Bash("ls -d --quoting-style=shell-escape -- \"$t\" 2>&1 || :", UTF8, "ls"),
    "ls in C": Way::Bash("ls -d --quoting-style=shell-escape -- \"$t\" 2>&1 || :", "C", "ls"),
    "ruby shellescape": Way::Script("ruby", &["-Ku", "-rshellwords", "-e", "STDIN.read.force_encoding('UTF-8').split(\"\\0\").each{|t| print t.shellescape,\"\\0\"}"]),

    "python html.escape": Way::Python("html.escape(t)"),
    "python html.escape in ASCII": Way::Python("html.escape(t).encode('ascii','xmlcharrefreplace').decode()"),
    "python saxutils.escape": Way::Python("xml.sax.saxutils.escape(t)"),
    "python quoteattr": Way::Python("xml.sax.saxutils.quoteattr(t)"),
    "python html in hex": Way::Python("''.join(f'&#x{ord(c):x};' if c in '<>&\\'\"' or ord(c)>126 else c for c in t)"),
    "python html in decimal": Way::Python("''.join(f'&#{ord(c)};' if c in '<>&\\'\"' or ord(c)>126 else c for c in t)"),
    "jq @html": Way::Jq("@html"),
    "php htmlentities": Way::Script("php", &["-r", "foreach(explode(\"\\0\",stream_get_contents(STDIN),-1) as $t) echo htmlentities($t),\"\\0\";"]),
    "php ENT_XML1": Way::Script("php", &["-r", "foreach(explode(\"\\0\",stream_get_contents(STDIN),-1) as $t) echo htmlspecialchars($t,ENT_QUOTES|ENT_XML1),\"\\0\";"]),
    "perl HTML::Entities": Way::Script("perl", &["-MHTML::Entities", "-MEncode", "-0ne", "chomp; print encode_entities(decode('UTF-8',$_)),\"\\0\""]),
    "ruby CGI.escapeHTML": Way::Script("ruby", &["-rcgi", "-e", "STDIN.read.split(\"\\0\").each{|t| print CGI.escapeHTML(t),\"\\0\"}"]),

    "crate serde_json": Way::Here(|text| serde_json::json!({ "a": text }).to_string().into_bytes()),
    "rust {:?}": Way::Here(|text| format!("{text:?}").into_bytes()),
    "rust escape_default": Way::Here(|text| text.escape_default().to_string().into_bytes()),
    "rust escape_ascii": Way::Here(|text| text.as_bytes().escape_ascii().to_string().into_bytes()),
    "python repr": Way::Python("repr(t)"),
    "python ascii": Way::Python("ascii(t)"),
    "python repr of bytes": Way::Python("repr(t.encode())"),
    "node util.inspect": Way::Node("util.inspect(t)"),
    "perl Data::Dumper": Way::Script("perl", &["-MData::Dumper", "-0ne", "chomp; print Dumper($_),\"\\0\""]),
    "perl Data::Dumper Useqq": Way::Script("perl", &["-MData::Dumper", "-0ne", "chomp; $Data::Dumper::Useqq=1; print Dumper($_),\"\\0\""]),
    "ruby inspect": Way::Script("ruby", &["-Ku", "-e", "STDIN.read.force_encoding('UTF-8').split(\"\\0\").each{|t| print t.inspect,\"\\0\"}"]),
    "ls -b": Way::Bash("ls -db -- \"$t\" 2>&1 || :", UTF8, "ls"),
    "ls -Q in C": Way::Bash("ls -dQ -- \"$t\" 2>&1 || :", "C", "ls"),
    "jq @csv": Way::Jq("[.]|@csv"),
    // In one line: to fold it is for `pieces`.
    "python yaml": Way::Script("python3", &["-c", "import sys,yaml\nfor t in sys.stdin.buffer.read().decode().split('\\0')[:-1]: sys.stdout.buffer.write(yaml.safe_dump({'a':t},width=9999,default_style='\"').encode()+b'\\0')"]),
    "python yaml in UTF-8": Way::Script("python3", &["-c", "import sys,yaml\nfor t in sys.stdin.buffer.read().decode().split('\\0')[:-1]: sys.stdout.buffer.write(yaml.safe_dump({'a':t},width=9999,allow_unicode=True,default_style='\"').encode()+b'\\0')"]),
    "tar": Way::AtOnce("tar", super::messages::tar),
    "cat -v": Way::Bash("printf %s \"$t\" | cat -v", UTF8, "cat"),
    "cat -A": Way::Bash("printf %s \"$t\" | cat -A", UTF8, "cat"),
    "python re.escape": Way::Python("re.escape(t)"),
    "perl quotemeta": Way::Script("perl", &["-0ne", "chomp; print quotemeta,\"\\0\""]),
    "ruby Regexp.escape": Way::Script("ruby", &["-Ku", "-e", "STDIN.read.force_encoding('UTF-8').split(\"\\0\").each{|t| print Regexp.escape(t),\"\\0\"}"]),
    "php preg_quote": Way::Script("php", &["-r", "foreach(explode(\"\\0\",stream_get_contents(STDIN),-1) as $t) echo preg_quote($t),\"\\0\";"]),
    "node as MDN escapes": Way::Node("t.replace(/[.*+?^${}()|[\\]\\\\]/g,'\\\\$&')"),
    "sed for sed": Way::Script("sed", &["-z", "s/[&/\\\\]/\\\\&/g"]),
};

impl Program {
    /// What it makes of the texts; `None` where it is not on this machine.
    pub fn encode(&self, texts: &[Vec<u8>]) -> Option<Vec<Vec<u8>>> {
        let needs = match self.way {
            Way::Here(encode) => {
                let of_text = |text| encode(std::str::from_utf8(text).expect("texts are UTF-8"));
                return Some(texts.iter().map(|text| of_text(text)).collect());
            }
            Way::Python(_) => "python3",
            Way::Jq(_) => "jq",
            Way::Node(_) => "node",
            Way::Bash(_, _, program) | Way::Script(program, _) | Way::AtOnce(program, _) => program,
            Way::Trace(program, _) => program[0],
        };
        if !is_there(needs) || !self.has_its_modules() {
            println!(
                "skipped: {}, since {needs} or a module of it is not on this machine",
                self.name
            );
            return None;
        }
        let encoded = self.run(texts);
        assert_eq!(
            encoded.len(),
            texts.len(),
            "{} encodes every text",
            self.name
        );
        Some(encoded)
    }

    fn has_its_modules(&self) -> bool {
        let Way::Script(program, args) = self.way else {
            return true;
        };
        // Without input it does nothing but load them.
        let mut command = Command::new(program);
        command
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }

    fn run(&self, texts: &[Vec<u8>]) -> Vec<Vec<u8>> {
        let input: Vec<u8> = texts
            .iter()
            .flat_map(|text| [text, &b"\0"[..]].concat())
            .collect();
        let (mut command, input) = match self.way {
            Way::Here(_) => unreachable!("it needs no program"),
            Way::Python(expression) => (python(expression), input),
            Way::Node(expression) => (node(expression), input),
            Way::Jq(filter) => {
                let all = format!("split(\"\\u0000\")[]|select(length>0)|({filter}),\"\\u0000\"");
                (command("jq", &["-Rsj", &all]), input)
            }
            Way::Bash(statement, locale, _) => {
                let all = format!("while IFS= read -rd '' t; do {statement}; printf '\\0'; done");
                let mut command = command("bash", &["-c", &all]);
                command.env("LC_ALL", locale);
                (command, input)
            }
            Way::Script(program, args) => (command(program, args), input),
            Way::AtOnce(_, encode) => return encode(texts),
            Way::Trace(program, locale) => return trace(program, locale, texts),
        };
        parts(&output(&mut command, &input), b'\0')
    }
}

fn python(expression: &str) -> Command {
    let script = format!(
        "import sys,json,urllib.parse,html,shlex,base64,re,xml.sax.saxutils\n\
         for t in sys.stdin.buffer.read().decode().split('\\0')[:-1]:\n \
         sys.stdout.buffer.write(({expression}).encode()+b'\\0')"
    );
    command("python3", &["-c", &script])
}

fn node(expression: &str) -> Command {
    let script = format!(
        "const util=require('util');const texts=require('fs').readFileSync(0,'utf8').split('\\0');\
         process.stdout.write(texts.slice(0,-1).map(t=>({expression})+'\\0').join(''))"
    );
    command("node", &["-e", &script])
}

/// The texts are arguments, and the shell prints what it does with each behind a mark.
fn trace(program: &[&str], locale: &str, texts: &[Vec<u8>]) -> Vec<Vec<u8>> {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    let mut command = command(program[0], &program[1..]);
    command.args(["-c", "PS4='@mark@'; set -x; for t; do : \"$t\"; done", "sh"]);
    command.args(texts.iter().map(|text| OsStr::from_bytes(text)));
    command.env("LC_ALL", locale).stdout(Stdio::null());
    let output = command
        .stderr(Stdio::piped())
        .output()
        .expect("a shell that is there runs");
    let calls = parts(&output.stderr.replace_mark(), b'\0');
    calls
        .into_iter()
        .filter(|call| call.starts_with(b": "))
        .collect()
}

trait ReplaceMark {
    fn replace_mark(&self) -> Vec<u8>;
}

impl ReplaceMark for Vec<u8> {
    /// A NUL in the place of each mark.
    fn replace_mark(&self) -> Vec<u8> {
        let mut replaced = Vec::new();
        let mut rest = &self[..];
        while let Some((&byte, behind)) = rest.split_first() {
            rest = match rest.strip_prefix(b"@mark@") {
                Some(behind) => {
                    replaced.push(0);
                    behind
                }
                None => {
                    replaced.push(byte);
                    behind
                }
            };
        }
        replaced.push(0);
        replaced
    }
}

fn parts(text: &[u8], end: u8) -> Vec<Vec<u8>> {
    let parts = text.split_inclusive(|&byte| byte == end);
    parts.map(|part| part[..part.len() - 1].to_vec()).collect()
}
