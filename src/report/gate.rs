//! The message of a blocked commit, for standard error: what, where, why, and the ways out.
//!
//! Whoever reads it wants to commit, now. So: at most ten findings, 72 columns, exact commands.

use std::io::{self, Write};

use super::human::each_skip;
use super::redact::Redactor;
use super::sanitize::{clean, shell_word};
use super::text::{Ink, Page, count, thousands};
use super::{Options, block};
use crate::model::{Fingerprint, Item, Origin, Report};

/// Most findings, and most skips, that are told one by one.
pub const MOST: usize = 10;
/// Up to so many findings are told in full, and as many files and kinds of credentials each with its remedy.
const FEW: usize = 5;
/// Width of a page that every terminal and every hook's output has room for.
pub const WIDTH: usize = 72;

/// How it stands around the commit: what the advice depends on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Around<'a> {
    /// The credentials that the baseline in the work tree accepts, and the staged one does not.
    pub recorded: &'a [Fingerprint],
    /// Whether it is a merge, of which no file can be left out.
    pub merging: bool,
}

/// Writes why the commit is blocked; nothing where it is not: where nothing counts and all was scanned.
///
/// # Errors
/// Only the writer's own.
pub fn write(report: &Report, options: &Options, around: Around<'_>, out: &mut dyn Write) -> io::Result<()> {
    let found: Vec<&Item> = report.blocking().collect();
    let redactor = Redactor::new(report, options);
    let missed = report.coverage.skips.len();
    if found.is_empty() && missed == 0 {
        return Ok(());
    }
    let mut page = Page::new(out, options.width.min(WIDTH), options.color).strict();
    let mut causes = Vec::new();
    if !found.is_empty() {
        causes.push(count(found.len() as u64, "credential found", "credentials found"));
    }
    if missed > 0 {
        causes.push(format!("{} not scanned", count(missed as u64, "object", "objects")));
    }
    let head = page.ink(Ink::Red, "commit blocked");
    page.line(&format!("portcullis: {head}: {}", causes.join(", ")))?;
    if !found.is_empty() {
        page.gap()?;
        findings(&mut page, &found, options, &redactor)?;
        page.gap()?;
        remedies(&mut page, &found, around.merging, &redactor)?;
        page.gap()?;
        allowing(&mut page, &found, around.recorded)?;
    }
    if missed > 0 {
        page.gap()?;
        incomplete(&mut page, report, &redactor)?;
    }
    Ok(())
}

fn findings(page: &mut Page<'_>, found: &[&Item], options: &Options, redactor: &Redactor<'_>) -> io::Result<()> {
    let many = found.len() > FEW;
    for (at, item) in found.iter().take(MOST).enumerate() {
        if many {
            block::brief(page, item, 2, options, redactor)?;
            continue;
        }
        if at > 0 {
            page.gap()?;
        }
        block::write(page, item, 2, options, redactor)?;
    }
    if found.len() > MOST {
        let more = thousands((found.len() - MOST) as u64);
        page.line(&format!("  and {more} more; `portcullis scan` names them all"))?;
    }
    Ok(())
}

fn remedies(page: &mut Page<'_>, found: &[&Item], merging: bool, redactor: &Redactor<'_>) -> io::Result<()> {
    page.line(&page.ink(Ink::Bold, "What to do"))?;
    let in_name = |item: &&&Item| matches!(item.origin, Origin::Name { .. });
    let files = found.iter().filter(|item| !in_name(item));
    let mut paths: Vec<&[u8]> = files.filter_map(|item| item.origin.path()).collect();
    paths.dedup();
    if merging && !paths.is_empty() {
        let mend = "It comes in with this merge. Take it out of the file, `git add` that and `git commit`. Or take the \
                    merge back, and have it taken out of the other branch first:";
        page.hanging("  - ", 4, mend)?;
        page.line("      git merge --abort")?;
    } else if !paths.is_empty() {
        let leave = "Take it out of the file and `git add` that, or leave the file out of this commit:";
        page.hanging("  - ", 4, leave)?;
        let all = paths.len();
        // A command with something else in the place of a name would do nothing.
        paths.retain(|path| redactor.name(path) == *path);
        let commands = paths.iter().map(|path| format!("      git reset -q -- {}", pathspec(path)));
        // Half a command would be worse than none.
        let commands: Vec<String> = commands.filter(|command| page.fits(command)).take(FEW).collect();
        for command in &commands {
            page.line(command)?;
        }
        let told = commands.len();
        if told == 0 {
            page.line("      git reset -q        (unstages all)")?;
        } else if all > told {
            let more = count((all - told) as u64, "more file", "more files");
            page.words(6, &format!("and so for {more}; `git reset -q` unstages all"))?;
        }
    }
    if found.iter().any(|item| in_name(&item)) {
        let rename = "Give the file or directory another name (`git mv`), or leave it out of this commit \
                      (`git reset -q` unstages all).";
        page.hanging("  - ", 4, rename)?;
    }
    if found.iter().any(|item| item.origin == Origin::CommitMessage) {
        page.hanging("  - ", 4, "Take it out of the message, which git has kept for you:")?;
        page.line("      git commit -e -F \"$(git rev-parse --git-path COMMIT_EDITMSG)\"")?;
    }
    let revoke = "If it was ever pushed or shared, revoke it: removing it is not enough.";
    page.hanging("  - ", 4, revoke)?;
    let (mut told, mut unnamed): (Vec<&str>, bool) = (Vec::new(), false);
    for (at, rule) in found.iter().map(|item| &item.rule).enumerate() {
        if told.contains(&rule.id.as_str()) || (rule.revoke.is_empty() && rule.revoke_url.is_empty()) {
            continue;
        }
        told.push(&rule.id);
        if told.len() > FEW {
            // Past the findings that are told, no id stands above by which it could be explained.
            unnamed |= at >= MOST;
            continue;
        }
        let how = if rule.revoke.is_empty() { String::new() } else { format!(": {}", clean(&rule.revoke)) };
        page.words(6, &format!("{}{how}", clean(&rule.title)))?;
        if !rule.revoke_url.is_empty() {
            page.line(&format!("      {}", clean(&rule.revoke_url)))?;
        }
    }
    if told.len() > FEW {
        let more = count((told.len() - FEW) as u64, "more kind", "more kinds");
        let who = if unnamed { "portcullis scan" } else { "portcullis explain <id>" };
        page.words(6, &format!("and {more} of credentials: `{who}` says how"))?;
    }
    Ok(())
}

/// The path as git takes it on the command line, from any directory of the work tree: one file, whatever its
/// name looks like. (`git reset` and not `git restore --staged`: that fails before the first commit.)
fn pathspec(path: &[u8]) -> String {
    let magic =
        path.first().is_some_and(|byte| b"!^/:(-".contains(byte)) || path.iter().any(|byte| b"*?[\\".contains(byte));
    let top: &[u8] = if magic { b":(top,literal)" } else { b":/" };
    shell_word(&[top, path].concat())
}

fn allowing(page: &mut Page<'_>, found: &[&Item], recorded: &[Fingerprint]) -> io::Result<()> {
    let number = found.iter().filter(|item| recorded.contains(&item.fingerprint)).count();
    if number > 0 {
        let which = match number {
            _ if number < found.len() => format!("{} of them", thousands(number as u64)),
            1 => "It".to_owned(),
            _ => "All of them".to_owned(),
        };
        let stands = if number == 1 { "stands" } else { "stand" };
        page.line(&page.ink(Ink::Bold, "Recorded, but not staged"))?;
        let words = format!("{which} {stands} in the baseline of the work tree. What counts is the staged one:");
        page.hanging("  - ", 4, &words)?;
        page.line("      git add :/.portcullis.baseline")?;
        if number == found.len() {
            return Ok(());
        }
        page.gap()?;
    }
    let found: Vec<&Item> = found.iter().filter(|item| !recorded.contains(&item.fingerprint)).copied().collect();
    page.line(&page.ink(Ink::Bold, "If it is no credential"))?;
    if found.iter().any(|item| !matches!(item.origin, Origin::CommitMessage | Origin::Name { .. })) {
        page.hanging("  - ", 4, "Say so in a comment on its line (spelt as here, reason optional):")?;
        page.line("      portcullis:allow <reason>")?;
    }
    page.hanging("  - ", 4, "Record it in the baseline, and stage that:")?;
    let first = found.first().map(|item| item.fingerprint);
    let id = match first {
        Some(print) if found.iter().all(|item| item.fingerprint == print) => print.to_string(),
        _ => "<id>".to_owned(),
    };
    page.line(&format!("      portcullis allow {id} --reason \"...\""))?;
    page.line("      git add :/.portcullis.baseline")
}

fn incomplete(page: &mut Page<'_>, report: &Report, redactor: &Redactor<'_>) -> io::Result<()> {
    page.line(&page.ink(Ink::Bold, "Not scanned"))?;
    let skips = super::record::sorted_skips(&report.coverage);
    each_skip(page, &skips, (MOST, 2), redactor)?;
    let advice = "What was not scanned may hold a credential, so the commit is blocked. Mend the cause and \
                  commit again. `git commit --no-verify` skips this guard, and every other hook.";
    page.words(2, advice)
}
