//! The message of a blocked commit, for standard error: what, where, why, and the ways out.
//!
//! Whoever reads it wants to commit, now. So: at most ten findings, 72 columns, exact commands.

use std::io::{self, Write};

use super::human::each_skip;
use super::redact::Redactor;
use super::sanitize::{clean, shell_word};
use super::text::{Ink, Page, count, thousands};
use super::{Options, block};
use crate::model::{Item, Origin, Report};

/// Most findings, and most skips, that are told one by one.
pub const MOST: usize = 10;
/// Up to so many findings are told in full, and as many files and kinds of credentials each with its remedy.
const FEW: usize = 5;
/// Width of a page that every terminal and every hook's output has room for.
pub const WIDTH: usize = 72;

/// Writes why the commit is blocked; nothing where it is not: where nothing counts and all was scanned.
///
/// # Errors
/// Only the writer's own.
pub fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let found: Vec<&Item> = report.blocking().collect();
    let redactor = Redactor::new(report, options);
    let missed = report.coverage.skips.len();
    if found.is_empty() && missed == 0 {
        return Ok(());
    }
    let mut page = Page::new(out, options.width.min(WIDTH), options.color);
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
        remedies(&mut page, &found, &redactor)?;
        page.gap()?;
        allowing(&mut page, &found)?;
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
        page.line(&format!("  and {} more", thousands((found.len() - MOST) as u64)))?;
    }
    Ok(())
}

fn remedies(page: &mut Page<'_>, found: &[&Item], redactor: &Redactor<'_>) -> io::Result<()> {
    page.line(&page.ink(Ink::Bold, "What to do"))?;
    let in_name = |item: &&&Item| matches!(item.origin, Origin::Name { .. });
    let files = found.iter().filter(|item| !in_name(item));
    let mut paths: Vec<&[u8]> = files.filter_map(|item| item.origin.path()).collect();
    paths.dedup();
    if !paths.is_empty() {
        let leave = "Take it out of the file and `git add` that, or leave the file out of this commit:";
        page.hanging("  - ", 4, leave)?;
        let all = paths.len();
        // A command with something else in the place of a name would do nothing.
        paths.retain(|path| redactor.name(path) == *path);
        for path in paths.iter().take(FEW) {
            page.line(&format!("      git reset -q -- {}", pathspec(path)))?;
        }
        let told = paths.len().min(FEW);
        if all > told {
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
    let mut told: Vec<&str> = Vec::new();
    for rule in found.iter().take(MOST).map(|item| &item.rule) {
        if told.contains(&rule.id.as_str()) || (rule.revoke.is_empty() && rule.revoke_url.is_empty()) {
            continue;
        }
        told.push(&rule.id);
        if told.len() > FEW {
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
        page.words(6, &format!("and {more} of credentials: `portcullis explain <id>` says how"))?;
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

fn allowing(page: &mut Page<'_>, found: &[&Item]) -> io::Result<()> {
    page.line(&page.ink(Ink::Bold, "If it is no credential"))?;
    if found.iter().any(|item| !matches!(item.origin, Origin::CommitMessage | Origin::Name { .. })) {
        page.hanging("  - ", 4, "Say so in a comment on its line:")?;
        page.line("      portcullis:allow <reason>")?;
    }
    page.hanging("  - ", 4, "Record it in the baseline, and stage that:")?;
    let first = found.first().map(|item| item.fingerprint);
    let id = match first {
        Some(print) if found.iter().all(|item| item.fingerprint == print) => print.to_string(),
        _ => "<id>".to_owned(),
    };
    page.line(&format!("      portcullis allow {id} --reason \"...\""))?;
    page.line("      git add .portcullis.baseline")
}

fn incomplete(page: &mut Page<'_>, report: &Report, redactor: &Redactor<'_>) -> io::Result<()> {
    page.line(&page.ink(Ink::Bold, "Not scanned"))?;
    let skips = super::record::sorted_skips(&report.coverage);
    each_skip(page, &skips, (MOST, 2), redactor)?;
    let advice = "What was not scanned may hold a credential, so the commit is blocked. Mend the cause and \
                  commit again. `git commit --no-verify` skips this guard, and every other hook.";
    page.words(2, advice)
}
