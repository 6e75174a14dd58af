//! How a pusher takes a credential out of commits: the commands, for the ref that was pushed.

use std::io;

use super::message::{fit, short};
use crate::model::push::Culprit;
use crate::report::redact::Redactor;
use crate::report::sanitize::{quote, shell_word};
use crate::report::text::Page;

/// What of a ref's name says that somebody works on it, so that it can be checked out by name.
const BRANCHES: [&[u8]; 2] = [b"refs/heads/", b"refs/for/"];

/// Writes how to take what was found out of these commits. `checked_out` is the commit that the pusher is on, where
/// that is known.
pub(super) fn commits(
    page: &mut Page<'_>,
    culprits: &[&Culprit],
    checked_out: Option<&str>,
    redactor: &Redactor<'_>,
) -> io::Result<()> {
    let Some(first) = culprits.first() else { return Ok(()) };
    let branch = |name: &[u8]| BRANCHES.iter().find_map(|area| name.strip_prefix(*area).map(<[u8]>::to_vec));
    let branches: Vec<Vec<u8>> = first.refs.iter().filter_map(|name| branch(name)).collect();
    // Tags and notes are on no branch: what they name is checked out by itself, and the ref is moved by hand.
    let apart = if branches.is_empty() { first.refs.first() } else { None };
    if culprits.iter().all(|culprit| culprit.is_tip && culprit.id == first.id) {
        let whose = match (apart, branches.first(), checked_out) {
            (Some(name), ..) => format!("the commit that {} names", fit(&quote(&redactor.name(name)), 56)),
            (None, Some(_), Some(here)) if here == first.id => "your last commit".to_owned(),
            (None, Some(branch), _) => {
                format!("the last commit of `{}` (`git switch` to it)", fit(&quote(&redactor.name(branch)), 56))
            }
            _ => "the last commit".to_owned(),
        };
        page.hanging("hint: ", 6, &format!("take it out of {whose}, then push again:"))?;
        if apart.is_some() {
            page.line(&format!("        git checkout --detach {}", short(&first.id)))?;
        }
        page.line("        git commit -a --amend")?;
    } else {
        let on = if apart.is_some() { "" } else { "on the branch you push, " };
        let words =
            format!("a new commit on top does not help: {on}rewrite from the first bad one on, then push again:");
        page.hanging("hint: ", 6, &words)?;
        if let Some(name) = apart {
            page.line(&format!("        git checkout --detach {}", shell_word(&redactor.name(name))))?;
        }
        let base = if first.parents == 0 { "--root".to_owned() } else { format!("{}~1", short(&first.id)) };
        page.line(&format!("        git rebase -i --rebase-merges {base}"))?;
        // A merge is made anew, which loses what was changed by hand; it has no `edit`.
        if culprits.iter().any(|culprit| culprit.parents > 1) {
            page.line("        (mark the bad commits `edit`, and after the line of a bad")?;
            page.line("        merge add a line `break`; at each, take it out, then)")?;
        } else {
            page.line("        (mark the bad commits `edit`; at each, take it out, then)")?;
        }
        page.line("        git commit -a --amend && git rebase --continue")?;
    }
    if let Some(name) = apart {
        match name.strip_prefix(b"refs/tags/") {
            // The tag is an object of its own, and is made again.
            Some(tag) if first.tagged => {
                page.line(&format!("        git tag -f -a {}", shell_word(&redactor.name(tag))))?;
            }
            _ => page.line(&format!("        git update-ref {} HEAD", shell_word(&redactor.name(name))))?,
        }
        page.line("        git checkout -")?;
    }
    Ok(())
}
