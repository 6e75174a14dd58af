//! What `doctor --server` says of a server's policy, and the policy that its trial pushes go by.

use std::fs;
use std::path::Path;

use super::{audit, policy};
use crate::cli::failure::Failure;
use crate::config::server::{self, Mode, Settings};
use crate::hook::doctor::Note;
use crate::hook::server::Trial;
use crate::report::sanitize::{clean, quote, shell_word};

/// Examines the policy for the repository (or the directory of hooks) at `place`.
pub(in crate::cli) fn examine(place: &Path) -> (Vec<Note>, Option<Trial>) {
    let place = place.canonicalize().unwrap_or_else(|_| place.to_path_buf());
    let (config, file) = match policy::read(None) {
        Ok(read) => read,
        Err(failure) => return (vec![Note::problem(one_line(&failure), "portcullis config check --server")], None),
    };
    let Some(file) = file else {
        return (vec![Note::fine("there is no policy: every setting has its default")], None);
    };
    let shown = quote(file.as_os_str().as_encoded_bytes());
    let check = format!("portcullis config check --server {}", shell_word(file.as_os_str().as_encoded_bytes()));
    let settings = config.settings(&place);
    let mut notes = Vec::new();
    match policy::named(&settings) {
        Ok(_) => notes.push(Note::fine(format!("the policy {shown} makes sense"))),
        Err(failure) => notes.push(Note::problem(one_line(&failure), check)),
    }
    if settings.mode == Mode::Off {
        let text = format!("{shown} has mode = \"off\" here: nothing is looked at, and every push is let through");
        notes.push(Note::problem(text, "set it to \"report-only\" or \"enforce\""));
    }
    notes.extend(log(&settings));
    // The trial goes by what holds here, but for the log: no trial of ours belongs among the server's pushes.
    let trial = fs::read_to_string(&file).ok().and_then(|text| server::for_trial(&text, &place));
    (notes, trial.map(|policy| Trial { variable: policy::VARIABLE, policy }))
}

/// Whether the audit log can be written, by whoever runs this.
fn log(settings: &Settings) -> Option<Note> {
    let file = settings.audit_file.as_ref()?;
    let shown = quote(file.as_os_str().as_encoded_bytes());
    Some(match audit::try_append(file) {
        Ok(()) => Note::fine(format!("the audit log {shown} can be written by you; run this as the user of the hooks")),
        Err(error) => {
            let then =
                if settings.audit_required { "pushes that are to be noted are rejected" } else { "nothing is noted" };
            let look = format!("ls -ld {}", shell_word(file.as_os_str().as_encoded_bytes()));
            Note::problem(format!("the audit log {shown} cannot be written, so {then}: {error}"), look)
        }
    })
}

fn one_line(failure: &Failure) -> String {
    let text = failure.to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    clean(&text.lines().filter(|line| !line.starts_with("hint: ")).collect::<Vec<_>>().join("; "))
}
