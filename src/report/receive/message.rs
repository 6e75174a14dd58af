//! The message for the pusher: what, where, why, the exact commands that mend it, and whom to ask.

use std::io::{self, Write};

use super::mend;
use crate::model::Secret;
use crate::model::push::{Culprit, Leak, Push, Spot};
use crate::report::Options;
use crate::report::redact::Redactor;
use crate::report::sanitize::{clean, quote};
use crate::report::text::{Page, count, thousands};

/// Width of every line.
const WIDTH: usize = 72;
/// Most credentials that are told one by one.
const MOST: usize = 10;
/// Up to so many are told in full.
const FEW: usize = 5;
/// Digits of a commit's id that commands name it by.
const SHORT: usize = 16;

/// Who reads the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// A pusher whom a server answers.
    Pusher,
    /// Somebody whose own machine looks before it pushes.
    Sender,
}

/// How a push is told.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// Who reads it.
    pub audience: Audience,
    /// Whether the push goes through all the same: nothing is blocked, only told.
    pub only_told: bool,
    /// Whom to ask for an exception, in the admin's words.
    pub help: Option<&'a str>,
    /// Whether comments such as `portcullis:allow` count here.
    pub inline_allows: bool,
    /// Whether `-o portcullis.allow=` works here.
    pub bypass: bool,
    /// Why the bypass asked for was not granted.
    pub denied: Option<&'a str>,
    /// What of the baselines does not hold (any more).
    pub notes: &'a [String],
    /// Whether every line begins with what GitLab's pages look for.
    pub prefixed: bool,
    /// The commit that is checked out where the push comes from, as far as that is known.
    pub checked_out: Option<&'a str>,
}

/// Writes what a push would bring in, and what could not be looked at; nothing where there is nothing to say.
///
/// # Errors
/// Only the writer's own.
pub fn push(push: &Push, told: &Told<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut text = Vec::new();
    body(push, told, &mut Page::new(&mut text, WIDTH, false))?;
    deliver(&text, told.prefixed, out)
}

/// Writes why a push was refused that nobody could look at.
///
/// # Errors
/// Only the writer's own.
pub fn refusal(what: &str, hint: &str, told: &Told<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut text = Vec::new();
    let mut page = Page::new(&mut text, WIDTH, false);
    let (label, verdict) = if told.only_told { ("warning: ", "push accepted unseen") } else { verdict(told) };
    page.hanging(label, label.len(), &clean(&format!("portcullis: {verdict}: {what}")))?;
    if !hint.is_empty() {
        page.hanging("hint: ", 6, &clean(hint))?;
    }
    deliver(&text, told.prefixed, out)
}

/// The verdict, and the word before it: what comes from a server is marked as git marks it, and a push that is stopped
/// here is told as a commit is.
const fn verdict(told: &Told<'_>) -> (&'static str, &'static str) {
    match told.audience {
        Audience::Pusher => ("error: ", "push rejected"),
        Audience::Sender => ("", "push blocked"),
    }
}

fn deliver(text: &[u8], prefixed: bool, out: &mut dyn Write) -> io::Result<()> {
    if !prefixed {
        // In one piece: others write to the same place.
        return out.write_all(text);
    }
    let lines = text.split_inclusive(|&b| b == b'\n');
    out.write_all(&lines.flat_map(|line| [b"GL-HOOK-ERR: ", line].concat()).collect::<Vec<u8>>())
}

fn body(push: &Push, told: &Told<'_>, page: &mut Page<'_>) -> io::Result<()> {
    let found: Vec<&Leak> = push.blocking().collect();
    let excused: Vec<&Leak> = push.leaks.iter().filter(|leak| leak.excuse.is_some()).collect();
    let missed = push.coverage.skips.len();
    let mut causes = Vec::new();
    if !found.is_empty() {
        let number = found.len() as u64;
        causes.push(if push.more {
            format!("{} or more credentials found", thousands(number))
        } else {
            count(number, "credential found", "credentials found")
        });
    }
    if missed > 0 {
        causes.push(format!("{} not looked at", count(missed as u64, "object", "objects")));
    }
    if !causes.is_empty() {
        let (label, words) = if told.only_told { ("warning: ", "push accepted") } else { verdict(told) };
        page.hanging(label, label.len(), &format!("portcullis: {words}: {}", causes.join(", ")))?;
    }
    let secrets = push.leaks.iter().map(|leak| &leak.finding.secret);
    let redactor = Redactor::of(secrets, &Options::default());
    if found.len() > FEW {
        page.gap()?;
    }
    for leak in found.iter().take(MOST) {
        if found.len() > FEW {
            brief(page, leak, &redactor)?;
        } else {
            page.gap()?;
            one(page, leak, &redactor)?;
        }
    }
    if found.len() > MOST {
        page.line(&format!("  and {} more", thousands((found.len() - MOST) as u64)))?;
    }
    if !found.is_empty() {
        page.gap()?;
        remedies(page, &found, told, &redactor)?;
        exceptions(page, &found, told)?;
    }
    if missed > 0 {
        unseen(page, push, &redactor)?;
    }
    if !excused.is_empty() {
        let words = count(excused.len() as u64, "credential", "credentials");
        page.hanging("warning: ", 9, &format!("portcullis: {words} let through by push option, as you asked; noted"))?;
    }
    Ok(())
}

/// Where it is, on one line.
fn place(leak: &Leak, redactor: &Redactor<'_>) -> String {
    let name = |path: &[u8]| quote(&redactor.name(path));
    match &leak.spot {
        Spot::File { path, line } => format!("{}:{line}", fit(&name(path), 56)),
        Spot::Name(path) => format!("the file name {}", fit(&name(path), 56)),
        Spot::Commit { part, line } => format!("the commit's {}, line {line}", part.as_str()),
        Spot::Tag { id, part, line } => format!("tag {}, line {line} of its {}", short(id), part.as_str()),
        Spot::Ref(ref_name) => format!("the ref name {}", fit(&name(ref_name), 56)),
        Spot::Object { kind, id, line } => format!("{kind} {}, line {line}, in no commit of this push", short(id)),
    }
}

/// One of many, in four lines.
fn brief(page: &mut Page<'_>, leak: &Leak, redactor: &Redactor<'_>) -> io::Result<()> {
    page.line(&format!("  {}", place(leak, redactor)))?;
    if let Some(culprit) = &leak.culprit {
        let tip = match culprit.at_tip {
            Some(true) => ", still in the tip",
            Some(false) => ", gone from the tip",
            None => "",
        };
        page.line(&format!("      commit {}{tip}", short(&culprit.id)))?;
    }
    page.words(6, &format!("{} ({})", clean(&leak.rule.title), leak.rule.severity))?;
    page.words(6, &format!("{}, id {}", leak.finding.secret.redacted(), leak.fingerprint))
}

fn one(page: &mut Page<'_>, leak: &Leak, redactor: &Redactor<'_>) -> io::Result<()> {
    page.line(&format!("  {}", place(leak, redactor)))?;
    if let Some(culprit) = &leak.culprit {
        page.line(&format!("      commit  {}", short(&culprit.id)))?;
        match culprit.at_tip {
            Some(true) => page.line("      still in the tip of what you push")?,
            Some(false) => page.line("      gone from the tip, but still in the older commit")?,
            None => {}
        }
    }
    page.words(6, &format!("{} ({})", clean(&leak.rule.title), leak.rule.severity))?;
    page.line(&format!("      secret  {}", leak.finding.secret.redacted()))?;
    page.line(&format!("      id      {}", leak.fingerprint))
}

/// The end of a text that is too long.
pub(super) fn fit(text: &str, room: usize) -> String {
    let mut length: usize = text.chars().map(columns).sum();
    if length <= room {
        return text.to_owned();
    }
    let too_long = |c: &char| {
        let was = length;
        length -= columns(*c);
        was + 3 > room
    };
    format!("...{}", text.chars().skip_while(too_long).collect::<String>())
}

/// Columns that a character takes on a terminal, roughly: those of East Asia and pictures take two.
fn columns(c: char) -> usize {
    let is_wide = matches!(c,
        '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}' | '\u{ff01}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}' | '\u{1f300}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}');
    1 + usize::from(is_wide)
}

pub(super) fn short(id: &str) -> &str {
    id.get(..SHORT).unwrap_or(id)
}

fn remedies(page: &mut Page<'_>, found: &[&Leak], told: &Told<'_>, redactor: &Redactor<'_>) -> io::Result<()> {
    let words = if told.only_told && told.audience == Audience::Pusher {
        // To take it out of what is pushed comes too late, and would take a forced push.
        "it is in the server's repository now, and counts as leaked: revoke it"
    } else {
        let culprits: Vec<&Culprit> = found.iter().filter_map(|leak| leak.culprit.as_ref()).collect();
        mend::commits(page, &culprits, told.checked_out, redactor)?;
        if found.iter().any(|leak| matches!(leak.spot, Spot::Tag { .. })) {
            page.hanging("hint: ", 6, "make the tag again without it: `git tag -f -a <tag> <commit>`")?;
        }
        if found.iter().any(|leak| matches!(leak.spot, Spot::Ref(_))) {
            page.hanging("hint: ", 6, "push to a ref with another name")?;
        }
        "if it ever reached another remote, a mail or a chat, it counts as leaked: revoke it"
    };
    page.hanging("hint: ", 6, words)?;
    let mut told: Vec<&str> = Vec::new();
    for rule in found.iter().take(MOST).map(|leak| &leak.rule) {
        if !told.contains(&rule.id.as_str()) && !rule.revoke_url.is_empty() && told.len() < 3 {
            told.push(&rule.id);
            // Whole, however long: what is left of an address cannot be opened.
            page.line(&format!("        {}", clean(&rule.revoke_url)))?;
        }
    }
    Ok(())
}

fn exceptions(page: &mut Page<'_>, found: &[&Leak], told: &Told<'_>) -> io::Result<()> {
    for words in told.notes {
        page.hanging("note: ", 6, &clean(words))?;
    }
    if let Some(denied) = told.denied {
        page.hanging("warning: ", 9, &clean(denied))?;
    }
    if told.audience == Audience::Sender {
        page.hanging("hint: ", 6, "if it is no credential, say so in the baseline and commit that:")?;
        page.line(&format!("        portcullis allow {} --reason \"...\"", first_id(found)))?;
        page.line("        git add :/.portcullis.baseline && git commit")?;
        return page.hanging("hint: ", 6, "`git push --no-verify` goes around this guard, but not around a server's");
    }
    if told.only_told {
        return Ok(());
    }
    if let Some(help) = told.help {
        page.hanging("hint: ", 6, &format!("if it is no credential: {}", clean(help)))?;
    } else {
        let whose = if first_id(found).starts_with('<') { "an id" } else { "the id" };
        let words = format!("if it is no credential, ask an admin of this server, and name {whose} above");
        page.hanging("hint: ", 6, &words)?;
    }
    if told.inline_allows {
        page.hanging("hint: ", 6, "or say so in a comment on its line: `portcullis:allow <reason>`")?;
    } else {
        page.hanging("hint: ", 6, "a comment such as `portcullis:allow` does not count on this server")?;
    }
    if told.bypass {
        page.hanging("hint: ", 6, "whoever may let it through can push with")?;
        page.line(&format!("        -o portcullis.allow={}", first_id(found)))?;
        page.line("        -o portcullis.reason=\"<why>\"")?;
    }
    Ok(())
}

fn first_id(found: &[&Leak]) -> String {
    match found.first() {
        Some(first) if found.iter().all(|leak| leak.fingerprint == first.fingerprint) => first.fingerprint.to_string(),
        _ => "<id>".to_owned(),
    }
}

fn unseen(page: &mut Page<'_>, push: &Push, redactor: &Redactor<'_>) -> io::Result<()> {
    page.gap()?;
    for skip in push.coverage.skips.iter().take(MOST) {
        let name = redactor.label(&skip.origin);
        let detail = clean(redactor.text(&skip.detail));
        page.hanging(&format!("  {:<12}", skip.reason.as_str()), 14, &format!("{}: {detail}", fit(&name, 56)))?;
    }
    if push.coverage.skips.len() > MOST {
        page.line(&format!("  and {} more", thousands((push.coverage.skips.len() - MOST) as u64)))?;
    }
    page.hanging("hint: ", 6, "what nobody could look at may hold a credential, so it does not count as clean")
}

/// The credentials of a push, for whoever has to keep them out of a text.
pub(super) fn secrets(push: &Push) -> impl Iterator<Item = &Secret> {
    push.leaks.iter().map(|leak| &leak.finding.secret)
}
