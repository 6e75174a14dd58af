//! For people at a terminal: credential by credential, what became of each, and what to do.

use std::io::{self, Write};

use super::{Redactor, date};
use crate::model::history::{CommitInfo, History, Life, Listed, LiveAt, Part, Spot};
use crate::model::{Confidence, Verdict};
use crate::report::human::{allowed_by, allowed_in_all, incomplete, is_interrupted};
use crate::report::sanitize::{clean, quote};
use crate::report::text::{Ink, Page, count, size, thousands};
use crate::report::{LOWER_THRESHOLD, Options};

/// Most refs, branches, commits and paths that are named of one credential, each.
const MOST: usize = 5;
/// Columns before what is said of a credential.
const MARGIN: usize = 15;
/// Digits of a commit's id that people need.
const SHORT_ID: usize = 12;

pub(super) fn write(history: &History, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let redactor = super::redactor(history, options);
    let mut told = Teller { page: Page::new(out, options.width, options.color), redactor: &redactor, options };
    let certain = |life: &&Life| life.finding.score.confidence == Confidence::Certain;
    let groups: [(&str, Vec<&Life>); 3] = [
        ("Still there", history.blocking().filter(|life| life.is_live()).collect()),
        ("Certain, and no longer at any tip", history.blocking().filter(|l| !l.is_live()).filter(certain).collect()),
        ("No longer at any tip", history.blocking().filter(|l| !l.is_live() && !certain(l)).collect()),
    ];
    for (title, lives) in groups.iter().filter(|(_, lives)| !lives.is_empty()) {
        let heading = format!("{title}: {}", count(lives.len() as u64, "credential", "credentials"));
        told.page.line(&told.page.ink(Ink::Bold, &heading))?;
        for life in lives {
            told.page.gap()?;
            told.life(life)?;
        }
        told.page.gap()?;
    }
    if history.blocking().next().is_some() {
        told.steps(history)?;
        told.page.gap()?;
    }
    if options.why {
        told.allowed(history)?;
    }
    told.totals(history)?;
    told.scope(history)?;
    if history.coverage.is_complete() { Ok(()) } else { incomplete(&mut told.page, &history.coverage, &redactor) }
}

struct Teller<'p, 'r> {
    page: Page<'p>,
    redactor: &'r Redactor<'r>,
    options: &'r Options,
}

impl Teller<'_, '_> {
    fn life(&mut self, life: &Life) -> io::Result<()> {
        let (rule, score) = (&life.rule, &life.finding.score);
        let severity = self.page.ink(rule.severity.into(), rule.severity.as_str());
        self.page.words(2, &format!("{}, {severity}", self.page.ink(Ink::Bold, &clean(&rule.title))))?;
        let secret = &life.finding.secret;
        self.row("secret", &self.options.shown(secret))?;
        let why = score.reasons.first().map_or_else(|| "matches the rule".into(), |reason| clean(&reason.text));
        self.row("why", &format!("{why} ({} confidence)", score.confidence))?;
        if self.options.why {
            for reason in &score.reasons {
                self.row("", &format!("{:>+4}  {}", reason.points, clean(&reason.text)))?;
            }
            self.row("rule", &clean(&rule.id))?;
        }
        self.live(&life.live)?;
        let most = if self.options.why { usize::MAX } else { 1 };
        for (at, first) in life.introduced.items.iter().take(most).enumerate() {
            let (commit, spot) = (self.commit(&first.commit), self.spot(&first.spot));
            self.row(if at == 0 { "came in" } else { "" }, &commit)?;
            self.row("", &format!("at {spot}"))?;
        }
        self.rest(&life.introduced, most, "commit brought it in anew", "commits brought it in anew")?;
        for (at, gone) in life.removed.items.iter().take(MOST).enumerate() {
            let text = format!("{}: {}", self.name(&gone.branch), self.commit(&gone.commit));
            self.row(if at == 0 { "removed" } else { "" }, &text)?;
        }
        self.rest(&life.removed, MOST, "branch", "branches")?;
        self.held(life)?;
        self.row("id", &life.fingerprint.to_string())
    }

    fn live(&mut self, live: &Listed<LiveAt>) -> io::Result<()> {
        for (at, here) in live.items.iter().take(MOST).enumerate() {
            let text = format!("{}, {}", self.name(&here.name), self.spot(&here.spot));
            let label = if at == 0 { "still at" } else { "" };
            self.row(label, &text)?;
        }
        self.rest(live, MOST, "ref", "refs")
    }

    fn held(&mut self, life: &Life) -> io::Result<()> {
        let parts = [
            (life.commits, "commit", "commits"),
            (life.blobs, "version of a file", "versions of files"),
            (life.texts, "commit or tag message", "commit and tag messages"),
        ];
        let parts =
            parts.iter().filter(|(number, ..)| *number > 0).map(|(number, one, many)| count(*number, one, many));
        let parts: Vec<String> = parts.collect();
        if !parts.is_empty() {
            self.row("held by", &parts.join(", "))?;
        }
        let one = life.introduced.items.first().and_then(|first| match &first.spot {
            Spot::File { path, .. } => Some(std::slice::from_ref(path)),
            _ => None,
        });
        if one == Some(life.paths.items.as_slice()) {
            // It was told with the commit that brought it in.
            return Ok(());
        }
        for (at, path) in life.paths.items.iter().take(MOST).enumerate() {
            let path = quote(&self.redactor.name(path));
            self.row(if at == 0 { "paths" } else { "" }, &path)?;
        }
        self.rest(&life.paths, MOST, "path", "paths")
    }

    /// How many of a list were not told.
    fn rest<T>(&mut self, list: &Listed<T>, told: usize, one: &str, many: &str) -> io::Result<()> {
        let told = list.items.len().min(told) as u64;
        if list.total > told {
            self.row(
                "",
                &format!(
                    "and {} more {}",
                    thousands(list.total - told),
                    if list.total - told == 1 { one } else { many }
                ),
            )?;
        }
        Ok(())
    }

    fn row(&mut self, label: &str, text: &str) -> io::Result<()> {
        self.page.hanging(&format!("    {label:<9}  "), MARGIN, text)
    }

    fn commit(&self, commit: &CommitInfo) -> String {
        let id = commit.id.get(..SHORT_ID).unwrap_or(&commit.id);
        let author = quote(&self.redactor.name(&commit.author));
        let subject = clean(&String::from_utf8_lossy(&self.redactor.name(&commit.subject)));
        format!("{} {id} by {author}: {subject}", date::day(commit.time, commit.zone))
    }

    fn spot(&self, spot: &Spot) -> String {
        match spot {
            Spot::File { path, line } => format!("{}:{line}", quote(&self.redactor.name(path))),
            Spot::Name { path } => format!("the name of {}", quote(&self.redactor.name(path))),
            Spot::Commit { id, line } => {
                format!("line {line} of commit {} itself", id.get(..SHORT_ID).unwrap_or(id))
            }
            Spot::Tag { line } => format!("line {line} of the tag itself"),
            Spot::Ref => "its own name".to_owned(),
            Spot::Log { line } => format!("line {line} of its reflog"),
        }
    }

    /// A ref as people call it.
    fn name(&self, name: &[u8]) -> String {
        let kinds = [(&b"refs/heads/"[..], "branch "), (b"refs/tags/", "tag "), (b"refs/remotes/", "remote branch ")];
        let kind = kinds.iter().find_map(|(area, kind)| name.strip_prefix(*area).map(|rest| (*kind, rest)));
        let (kind, rest) = kind.unwrap_or(("", name));
        format!("{kind}{}", quote(&self.redactor.name(rest)))
    }

    /// What to do, in the order in which it must be done.
    fn steps(&mut self, history: &History) -> io::Result<()> {
        self.page.line(&self.page.ink(Ink::Bold, "What to do, in this order"))?;
        let first =
            "Revoke every one of them. Whoever has a copy of this repository has them; no rewrite takes that back.";
        self.page.hanging("  1. ", 5, first)?;
        let mut told: Vec<&str> = Vec::new();
        for rule in history.blocking().map(|life| &life.rule) {
            if told.contains(&rule.id.as_str()) || (rule.revoke.is_empty() && rule.revoke_url.is_empty()) {
                continue;
            }
            told.push(&rule.id);
            let how = if rule.revoke.is_empty() { String::new() } else { format!(": {}", clean(&rule.revoke)) };
            self.page.words(5, &format!("{}{how}", clean(&rule.title)))?;
            if !rule.revoke_url.is_empty() {
                self.page.line(&format!("     {}", clean(&rule.revoke_url)))?;
            }
        }
        let steps = [
            "Take out of the files what is still there, and commit that on every branch named above.",
            "Rewrite the history: `portcullis history --rewrite-plan DIR` writes what `git filter-repo` needs, and the \
             commands in their order.",
            "Prove that the rewritten clone is clean, with `portcullis history --verify-clean DIR/fingerprints.txt`.",
            "Push the rewritten branches, tags and notes with force, and have the host drop its caches and the refs of \
             old pull requests.",
            "Tell everybody who has a clone or a fork to clone anew: what they push otherwise brings the old history back.",
        ];
        let live = history.blocking().any(Life::is_live);
        for (at, step) in steps.iter().skip(usize::from(!live)).enumerate() {
            self.page.hanging(&format!("  {}. ", at + 2), 5, step)?;
        }
        let otherwise = "A value that is no credential is accepted with `portcullis allow <id> --reason \"...\"`.";
        self.page.words(2, otherwise)
    }

    fn allowed(&mut self, history: &History) -> io::Result<()> {
        let mut any = false;
        for life in &history.lives {
            let Verdict::Allowed(by) = &life.verdict else { continue };
            if !any {
                self.page.line(&self.page.ink(Ink::Bold, "Allowed"))?;
                any = true;
            }
            let by = allowed_by(by, self.redactor);
            self.page.words(2, &format!("{} {}; {by}", clean(&life.rule.title), life.fingerprint))?;
        }
        if any { self.page.gap() } else { Ok(()) }
    }

    fn totals(&mut self, history: &History) -> io::Result<()> {
        let blocking = history.blocking().count() as u64;
        if blocking > 0 {
            let live = history.blocking().filter(|life| life.is_live()).count() as u64;
            let bands = Confidence::ALL.iter().rev().filter_map(|&band| {
                let number = history.blocking().filter(|life| life.finding.score.confidence == band).count() as u64;
                (number > 0).then(|| format!("{} {band}", thousands(number)))
            });
            let found = count(blocking, "credential in this history", "credentials in this history");
            let bands = bands.collect::<Vec<_>>().join(", ");
            let text = format!("{}: {} still there; {bands}", self.page.ink(Ink::Red, &found), thousands(live));
            self.page.words(0, &text)?;
        } else if history.coverage.is_complete() {
            self.page.line("No credentials in this history")?;
        } else {
            self.page.line("No credentials in what was scanned of this history")?;
        }
        if history.below_threshold > 0 {
            let them = if history.below_threshold == 1 { "it" } else { "them" };
            let below = thousands(history.below_threshold);
            self.page
                .words(0, &format!("{below} more below the confidence asked for; {LOWER_THRESHOLD} shows {them}"))?;
        }
        if let Some(words) = allowed_in_all(history.lives.iter().map(|life| &life.verdict)) {
            self.page.line(&words)?;
        }
        Ok(())
    }

    fn scope(&mut self, history: &History) -> io::Result<()> {
        let scope = history.scope;
        let bytes = size(history.coverage.bytes);
        if is_interrupted(&history.coverage) {
            let objects = count(history.coverage.objects, "object", "objects");
            return self.page.words(0, &format!("Scanned {objects} ({bytes}) before it was interrupted"));
        }
        let [commits, tags, trees, blobs, refs] = [
            count(scope.commits, "commit", "commits"),
            count(scope.tags, "tag", "tags"),
            count(scope.trees, "tree", "trees"),
            count(scope.blobs, "blob", "blobs"),
            count(scope.refs, "ref", "refs"),
        ];
        let refs_and_logs = format!("{refs} and {}", if scope.refs == 1 { "its reflog" } else { "their reflogs" });
        let since = scope.part.since.map(|second| format!(" since {}", date::day(second, 0))).unwrap_or_default();
        let which = match (scope.part, scope.unreachable) {
            (Part { range: true, .. }, _) => format!(": what the commits of that range{since} brought in"),
            (Part { since: Some(_), refs: true, .. }, _) => {
                format!(": what commits{since} brought in, of all that the {refs} asked for reach")
            }
            (Part { since: Some(_), .. }, _) => {
                format!(": what commits{since} brought in, of all that {refs_and_logs} reach")
            }
            (Part { refs: true, .. }, _) => format!(" that the {refs} asked for reach"),
            (_, None) => {
                format!(" that {refs_and_logs} reach; --unreachable looks at what they do not reach, too")
            }
            (_, Some(number)) => {
                let among = count(number, "object", "objects");
                format!(", which {refs_and_logs} reach, but for {among} that they do not reach")
            }
        };
        self.page.words(0, &format!("Scanned {bytes} in {commits}, {tags}, {trees}, {blobs}{which}"))?;
        match scope.remembered {
            Some(number) if number > 0 => {
                let known = count(number, "object was", "objects were");
                self.page.words(0, &format!("Of these, {known} not read again: the clean ledger knows them"))
            }
            _ => Ok(()),
        }
    }
}
