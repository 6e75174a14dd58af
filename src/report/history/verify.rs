//! Whether what should be gone is gone.

use std::io::{self, Write};

use super::Format;
use crate::model::history::{History, Left, Life, Replaced, Spot};
use crate::report::Options;
use crate::report::text::{Page, count};

/// Tells what a history still holds of so many credentials that should be gone: for people in a sentence, then
/// what is held as any history is told.
///
/// # Errors
/// The writer's own.
pub fn write(
    history: &History,
    (wanted, replaced): (u64, Option<&Replaced>),
    format: &Format,
    options: &Options,
    out: &mut dyn Write,
) -> io::Result<()> {
    if format.name != "human" {
        return (format.write)(history, options, out);
    }
    let all = count(wanted, "credential", "credentials");
    let objects = count(history.coverage.objects, "object", "objects");
    let texts = replaced.map(|replaced| count(replaced.texts, "text", "texts"));
    let left: &[Left] = replaced.map_or(&[], |replaced| &replaced.left);
    let sentence = match (history.lives.len(), history.coverage.is_complete()) {
        (0, _) if !left.is_empty() => {
            format!("Not clean: none of the {all} on the list was met, but texts to be replaced stand there still")
        }
        (0, true) => {
            format!("Clean: of the {all} on the list, none is in any of the {objects}, reached by a ref or not")
        }
        (0, false) => format!("Not proven: none of the {all} on the list was met, but not everything could be read"),
        (left, _) => format!("Not clean: of the {all} on the list, the repository still holds {left}"),
    };
    Page::new(out, options.width, options.color).words(0, &sentence)?;
    if let Some(texts) = texts {
        let words = match (left.is_empty(), history.coverage.is_complete()) {
            (true, true) => format!("Nor does any of the {texts} to be replaced stand anywhere, byte for byte"),
            (true, false) => format!("None of the {texts} to be replaced was met"),
            (false, _) => format!("Of the {texts} to be replaced, {} still stand, byte for byte:", left.len()),
        };
        Page::new(out, options.width, options.color).words(0, &words)?;
        for left in left {
            Page::new(out, options.width, options.color).words(2, &told(left))?;
        }
    }
    if history.lives.is_empty() && history.coverage.is_complete() {
        return Ok(());
    }
    let in_commits = |life: &Life| {
        let spots = life.introduced.items.iter().map(|first| &first.spot);
        spots.chain(life.live.items.iter().map(|live| &live.spot)).any(|spot| matches!(spot, Spot::Commit { .. }))
    };
    if history.lives.iter().any(in_commits) {
        let hint = "A rewrite plan replaces what stands in messages. Where one is left in a commit itself, look whether it \
                    is the name or address of its author or committer: `git filter-repo --mailmap FILE` changes those.";
        Page::new(out, options.width, options.color).words(0, hint)?;
    }
    writeln!(out)?;
    (format.write)(history, options, out)
}

/// A text that still stands, by its line, and where.
#[must_use]
pub fn told(left: &Left) -> String {
    let more = left.holders.saturating_sub(left.first.len() as u64);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("line {}: in {}{more}", left.line, left.first.join(", "))
}
