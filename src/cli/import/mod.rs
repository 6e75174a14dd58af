//! `import`: what other scanners' files accept, written down in ours.
//!
//! All is read and settled before anything is written: a file that makes no sense leaves everything as it is.

mod look;
mod rules;
mod sources;
mod write;

use std::path::{Path, PathBuf};

use super::args::ImportArgs;
use super::config::{self, Place};
use super::exit::ExitStatus;
use super::failure::Failure;
use super::output::to_stdout;
use super::plan;
use crate::config::foreign::{Allow, Entry as ForeignEntry, Known};
use crate::config::local::Flags;
use crate::config::local::edit::{Additions, NewAllow};
use crate::engine::Engine;
use crate::policy::{Entry, Globs, Policy, secret_regex};
use crate::report::sanitize::clean;
use crate::rules::RuleSet;
use look::{Look, Met};
use sources::Source;

/// What becomes of one entry.
enum Fate {
    /// It is written down; in words.
    Carried(String),
    /// It is not, or not as it was; why.
    Lost(String),
}

/// What is to be written, and what is told.
struct Import<'a> {
    rules: &'a RuleSet,
    own: rules::Imported,
    additions: Additions,
    entries: Vec<Entry>,
    told: Vec<(String, usize, Fate)>,
}

/// Runs `import`.
///
/// # Errors
/// If there is nothing to import, a file makes no sense, or ours cannot be written.
pub(super) fn run(args: &ImportArgs) -> Result<ExitStatus, Failure> {
    let here = PathBuf::from(".");
    let top = config::top(&here);
    let sources = sources::find(args, &top)?;
    let settled = config::settle(&Place::Disk(&here), &args.known, Flags::default())?;
    let key = plan::fingerprint_key(args.known.key_file.as_deref())?;
    let baseline = args.known.baseline.clone().unwrap_or_else(|| top.join(plan::BASELINE));
    let engine = Engine::new(settled.rules.clone());
    let policy = Policy { key: key.clone(), ..settled.policy.clone() };
    let mut look = Look::new(&engine, &policy, &top);
    let mut import = Import {
        rules: &settled.rules,
        own: rules::Imported::default(),
        additions: Additions::default(),
        entries: Vec::new(),
        told: Vec::new(),
    };
    // Rules first: allow-lists speak of them.
    for source in &sources {
        import.rules_of(source);
    }
    for source in &sources {
        import.take(source, &mut look)?;
    }
    let plan = write::plan(&import, &settled, &top, &baseline, &key)?;
    import.tell(&sources)?;
    if args.dry_run {
        to_stdout(|out| writeln!(out, "\nnothing is written: that was a dry run"))?;
    } else {
        plan.write()?;
    }
    Ok(ExitStatus::Clean)
}

impl Import<'_> {
    fn carried(&mut self, source: &Source, line: usize, words: String) {
        self.told.push((source.name.clone(), line, Fate::Carried(words)));
    }

    fn lost(&mut self, source: &Source, line: usize, words: impl Into<String>) {
        self.told.push((source.name.clone(), line, Fate::Lost(words.into())));
    }

    fn rules_of(&mut self, source: &Source) {
        for (line, entry) in &source.foreign.entries {
            let ForeignEntry::Rule(rule) = entry else { continue };
            match self.own.add(rule) {
                Ok(id) => {
                    self.carried(source, *line, format!("the rule `{}`, as `{id}`", rule.id));
                    if rule.pattern.bounded {
                        let words = format!("the rule `{}`: repetitions without end end after 256 here", rule.id);
                        self.lost(source, *line, words);
                    }
                }
                Err(why) => self.lost(source, *line, format!("the rule `{}`: {why}", rule.id)),
            }
        }
    }

    fn take(&mut self, source: &Source, look: &mut Look<'_>) -> Result<(), Failure> {
        for note in &source.foreign.notes {
            self.lost(source, note.line, note.words.clone());
        }
        for (line, entry) in &source.foreign.entries {
            match entry {
                ForeignEntry::Rule(_) => {}
                ForeignEntry::Disabled(id) if self.rules.find(id).is_some() => {
                    self.additions.disabled.push((id.clone(), format!("disabled in {}", source.name)));
                    self.carried(source, *line, format!("the rule `{id}` is disabled"));
                }
                ForeignEntry::Disabled(id) => {
                    self.lost(source, *line, format!("the rule `{id}`: there is none of that name here"));
                }
                ForeignEntry::Allow(allow) => self.allow(source, *line, allow, look)?,
                ForeignEntry::Known(known) => self.known(source, *line, known, look)?,
            }
        }
        Ok(())
    }

    fn allow(&mut self, source: &Source, line: usize, allow: &Allow, look: &mut Look<'_>) -> Result<(), Failure> {
        let mut new = NewAllow { comment: format!("from {}:{line}", source.name), ..NewAllow::default() };
        for id in &allow.rules {
            match self.own.id(id).or_else(|| self.rules.find(id).map(|_| id.clone())) {
                Some(own) => new.rules.push(own),
                None => self.lost(
                    source,
                    line,
                    format!("what is accepted of the rule `{id}`: there is none of that name here"),
                ),
            }
        }
        for glob in &allow.paths {
            match Globs::new(std::slice::from_ref(glob)) {
                Ok(_) => new.paths.push(glob.clone()),
                Err(why) => self.lost(source, line, format!("the path `{glob}`: {why}")),
            }
        }
        let mut known = Vec::new();
        for regex in &allow.secrets {
            // A credential in plain text is looked for, and not written down once more.
            if let Some(secret) = look.is_credential(regex) {
                known.push(secret);
            } else if let Err(why) = secret_regex(regex) {
                self.lost(source, line, format!("a regex on the credential: {why}"));
            } else {
                new.secrets.push(regex.clone());
            }
        }
        // With a list left out, an allow would accept more than it did.
        let whole =
            (allow.rules.is_empty() || !new.rules.is_empty()) && (allow.paths.is_empty() || !new.paths.is_empty());
        let secrets = allow.secrets.is_empty() || !new.secrets.is_empty();
        if whole && secrets && !(new.rules.is_empty() && new.paths.is_empty() && new.secrets.is_empty()) {
            new.reason = reason(&allow.reason, &source.name);
            self.carried(source, line, format!("an allow by {}", sorts(&new)));
            self.additions.allows.push(new);
        }
        for secret in known {
            if !allow.paths.is_empty() || !allow.rules.is_empty() {
                self.lost(
                    source,
                    line,
                    "a credential in plain text that is accepted at some paths or of some rules only",
                );
                continue;
            }
            self.known(source, line, &secret, look)?;
        }
        Ok(())
    }

    fn known(&mut self, source: &Source, line: usize, known: &Known, look: &mut Look<'_>) -> Result<(), Failure> {
        match look.find(known)? {
            Met::Here(found) => {
                for (fingerprint, rule, place) in found {
                    let entry = Entry {
                        fingerprint,
                        rule: Some(rule.clone()),
                        until: None,
                        reason: reason(&known.reason, &source.name),
                        line: 0,
                    };
                    if !self.entries.iter().any(|own| own.fingerprint == fingerprint && own.rule == entry.rule) {
                        self.entries.push(entry);
                    }
                    self.carried(source, line, format!("{fingerprint}  {rule}  {place}"));
                }
            }
            Met::Nowhere(why) => self.lost(source, line, why),
        }
        Ok(())
    }

    /// Line by line what became of each file's entries.
    fn tell(&self, sources: &[Source]) -> Result<(), Failure> {
        to_stdout(|out| {
            for source in sources {
                writeln!(out, "{} ({})", clean(&source.name), source.format.tool)?;
                let mut lines: Vec<_> = self.told.iter().filter(|(name, ..)| *name == source.name).collect();
                lines.sort_by_key(|(_, line, _)| *line);
                if lines.is_empty() {
                    writeln!(out, "  nothing in it says what is accepted")?;
                }
                for (_, line, fate) in lines {
                    match fate {
                        Fate::Carried(words) => writeln!(out, "  line {line}: {}", clean(words))?,
                        Fate::Lost(words) => writeln!(out, "  line {line}: NOT CARRIED OVER: {}", clean(words))?,
                    }
                }
            }
            let lost = self.told.iter().filter(|(.., fate)| matches!(fate, Fate::Lost(_))).count();
            writeln!(out, "{} carried over, {lost} not", self.told.len() - lost)
        })
    }
}

fn reason(words: &str, name: &str) -> String {
    let words = clean(words).trim().to_owned();
    if words.is_empty() { format!("accepted in {}", clean(name)) } else { format!("{words} (from {})", clean(name)) }
}

fn sorts(allow: &NewAllow) -> String {
    let lists = [("path", &allow.paths), ("rule", &allow.rules), ("regex", &allow.secrets)];
    let named = lists.iter().filter(|(_, list)| !list.is_empty()).map(|(name, list)| match (*name, list.len()) {
        ("regex", 1) => "a regex on the credential".to_owned(),
        ("regex", many) => format!("{many} regexes on the credential"),
        (name, _) => format!("{name}: {}", list.join(", ")),
    });
    named.collect::<Vec<_>>().join("; ")
}

/// A path from the top of the work tree that leads nowhere else.
fn inside(path: &str) -> Option<&Path> {
    let path = Path::new(path);
    let plain = path.components().all(|part| matches!(part, std::path::Component::Normal(_)));
    (plain && !path.as_os_str().is_empty()).then_some(path)
}
