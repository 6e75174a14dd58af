//! git-secrets: `.gitallowed`, a regex a line, and `secrets.allowed` and `secrets.patterns` in git's configuration.
//!
//! It strikes out lines of the form `path:line:text` in which the regex is found anywhere, so that one may mean the path,
//! the credential or what stands beside it. Taken over as a regex on the credential, it accepts less, never more.

use super::pattern::Pattern;
use super::{Allow, Broken, Entry, Foreign, Format, Rule, glob, lines};

pub(super) const FORMAT: Format = Format {
    name: "gitallowed",
    tool: "git-secrets",
    files: &[".gitallowed"],
    looks_like: |_| false,
    read: |text| {
        let mut foreign = Foreign::default();
        lines(text).for_each(|(at, line)| allowed(&mut foreign, at, line));
        Ok(foreign)
    },
};

/// What `git config --null --get-regexp '^secrets\.'` prints: names and values, each pair ended by a zero byte.
pub(super) const CONFIG: Format =
    Format { name: "git-secrets-config", tool: "git-secrets", files: &[], looks_like: |_| false, read: config };

fn allowed(foreign: &mut Foreign, at: usize, regex: &str) {
    // A colon after a path-like beginning: the regex means a file (and perhaps a line of it).
    let (path, rest) = regex.split_once(':').unwrap_or((regex, ""));
    let is_path = path.contains('/') && path.chars().all(|c| c.is_ascii_alphanumeric() || "/._-\\^*".contains(c));
    if is_path && regex.contains(':') {
        if matches!(rest, "" | ".*" | "[0-9]+:.*" | "[0-9]*:.*") {
            return glob::allow_paths(foreign, at, &[format!("^{}$", path.trim_start_matches('^'))], "allowed file");
        }
        return foreign
            .note(at, "it asks for a place and a text at once: write an [[allow]] with `paths` and `secrets`");
    }
    if path.contains('/') && is_path {
        foreign.note(at, "taken as a regex on the credential; if it means a path, write `paths` instead");
    }
    foreign.allow(at, Allow { secrets: vec![regex.to_owned()], ..Allow::default() });
}

#[expect(clippy::unnecessary_wraps, reason = "all readers have one signature")]
fn config(text: &str) -> Result<Foreign, Broken> {
    let mut foreign = Foreign::default();
    for (at, pair) in text.split('\0').filter(|pair| !pair.is_empty()).enumerate() {
        let at = at + 1;
        let (name, value) = pair.split_once('\n').unwrap_or((pair, ""));
        match name {
            "secrets.allowed" => allowed(&mut foreign, at, value),
            "secrets.patterns" if is_aws(value) => {}
            "secrets.patterns" => match Pattern::read(value, &[]) {
                Ok(pattern) => {
                    let id = format!("git-secrets-{at}");
                    let title = "A pattern of git-secrets".to_owned();
                    foreign.entry(at, Entry::Rule(Rule { id, title, pattern, group: None }));
                }
                Err(why) => foreign.note(at, format!("secrets.patterns: {why}")),
            },
            "secrets.providers" if value.contains("--aws-provider") => {}
            "secrets.providers" => foreign.note(at, "secrets.providers: a program that prints patterns is not run"),
            other => foreign.note(at, format!("`{other}` says nothing that portcullis knows")),
        }
    }
    Ok(foreign)
}

/// Whether it is one of those that `git secrets --register-aws` writes: portcullis has its own rules for AWS.
fn is_aws(pattern: &str) -> bool {
    pattern.contains("AKIA") || pattern.contains("(AWS|aws|Aws)?_?")
}
