//! `.secretsignore` of ripsecrets: globs as in a `.gitignore`, then, under `[secrets]`, credentials or patterns of them.

use super::{Allow, Broken, Entry, Foreign, Format, Known, Reads, lines};
use crate::model::Secret;

pub(super) const FORMAT: Format =
    Format { name: "secretsignore", tool: "ripsecrets", files: &[".secretsignore"], looks_like: |_| false, read };

#[expect(clippy::unnecessary_wraps, reason = "all readers have one signature")]
fn read(text: &str) -> Result<Foreign, Broken> {
    let (mut foreign, mut secrets) = (Foreign::default(), false);
    for (at, line) in lines(text) {
        if line.starts_with('[') && line.ends_with(']') {
            secrets = line == "[secrets]";
            if !secrets {
                foreign.note(at, "a section that is not known");
            }
        } else if secrets && line.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-+/=.:@".contains(&byte)) {
            let secret = Secret::new(line.as_bytes());
            let known = Known { reads: Reads::This(secret.clone()), text: Some(secret), ..Known::default() };
            foreign.entry(at, Entry::Known(known));
        } else if secrets {
            foreign.allow(at, Allow { secrets: vec![line.to_owned()], ..Allow::default() });
        } else if line.starts_with('!') {
            foreign.note(at, "a glob that takes back another: name what is left instead");
        } else {
            foreign.allow(at, Allow { paths: vec![line.to_owned()], ..Allow::default() });
        }
    }
    Ok(foreign)
}
