//! `.gitleaksignore`: one finding a line, as `commit:file:rule:line` or, in every commit, `file:rule:line`.

use super::{Broken, Entry, Foreign, Format, Known, lines};

pub(super) const FORMAT: Format = Format {
    name: "gitleaksignore",
    tool: "gitleaks",
    files: &[".gitleaksignore", ".betterleaksignore"],
    looks_like: |_| false,
    read,
};

#[expect(clippy::unnecessary_wraps, reason = "all readers have one signature")]
fn read(text: &str) -> Result<Foreign, Broken> {
    let mut foreign = Foreign::default();
    for (at, line) in lines(text) {
        let fields: Vec<&str> = line.split(':').collect();
        let (commit, path, number) = match *fields {
            [commit, path, _, number] => (Some(commit), path, number),
            [path, _, number] => (None, path, number),
            _ => {
                foreign.note(at, format!("{} fields, where a finding has three or four", fields.len()));
                continue;
            }
        };
        let Ok(number) = number.parse::<u64>() else {
            foreign.note(at, "its last field is no line");
            continue;
        };
        let hex = |id: &&str| (7..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        if commit.is_some_and(|id| !hex(&id)) {
            foreign.note(at, "its first field is no commit");
            continue;
        }
        if path.contains('!') {
            foreign.note(at, "it lies in an archive, which portcullis does not open");
            continue;
        }
        foreign.entry(
            at,
            Entry::Known(Known {
                path: Some(path.replace('\\', "/")),
                commit: commit.map(str::to_owned),
                line: Some(number),
                ..Known::default()
            }),
        );
    }
    Ok(foreign)
}
