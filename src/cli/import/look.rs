//! Looks for the credentials that another tool's file means, with our own engine: where the file says they are, and as they
//! were then.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use super::inside;
use crate::cli::args::WalkArgs;
use crate::cli::failure::Failure;
use crate::cli::scan::watched;
use crate::config::foreign::{Known, Reads};
use crate::engine::Engine;
use crate::git::{Env, Repo};
use crate::guard::feed::{Feed, Found};
use crate::guard::pipeline::Judge;
use crate::guard::scan::Target;
use crate::model::{Fingerprint, Item, Origin, Secret, Verdict};
use crate::policy::{Policy, foreign};
use crate::report::sanitize::quote;

/// What became of looking for one.
pub(super) enum Met {
    /// It is found: fingerprint, rule and place.
    Here(Vec<(Fingerprint, String, String)>),
    /// It is not; why.
    Nowhere(String),
}

/// Looks, and remembers what it saw.
pub(super) struct Look<'a> {
    engine: &'a Engine,
    policy: &'a Policy,
    top: &'a Path,
    /// None where the files lie in no repository.
    repo: Option<Repo>,
    seen: HashMap<(Option<String>, String), Option<Vec<Item>>>,
    tree: Option<Vec<Item>>,
}

impl<'a> Look<'a> {
    pub(super) fn new(engine: &'a Engine, policy: &'a Policy, top: &'a Path) -> Self {
        let repo = Repo::open(Env::default(), top).ok();
        Self { engine, policy, top, repo, seen: HashMap::new(), tree: None }
    }

    /// Whether a regex is really a credential, written as it is.
    pub(super) fn is_credential(&self, regex: &str) -> Option<Known> {
        let plain = regex.replace('\\', "");
        let found = self.items(plain.as_bytes(), None, &Origin::Stdin);
        let whole =
            |item: &Item| item.finding.secret.len() * 4 >= plain.len() * 3 && item.verdict != Verdict::BelowThreshold;
        found.iter().any(whole).then(|| {
            let secret = Secret::new(plain.as_bytes());
            Known { reads: Reads::This(secret.clone()), text: Some(secret), ..Known::default() }
        })
    }

    /// Looks for one.
    ///
    /// # Errors
    /// If the work tree has to be scanned as a whole and cannot.
    pub(super) fn find(&mut self, known: &Known) -> Result<Met, Failure> {
        let fits = |item: &&Item, line: Option<u64>| {
            let on_line = line.is_none_or(|line| (item.place.start.line..=item.place.end.line).contains(&line));
            on_line && foreign::reads(&known.reads, &item.finding.secret)
        };
        let mut all: Vec<Item> = Vec::new();
        let place = match (&known.path, known.line) {
            (Some(path), Some(line)) => format!("{path}:{line}"),
            (Some(path), None) => path.clone(),
            _ => "this work tree".to_owned(),
        };
        if let Some(path) = &known.path {
            let then = known.commit.as_deref().map(|commit| self.file(Some(commit), path));
            match then {
                Some(Some(items)) => all.extend(items.iter().filter(|item| fits(item, known.line)).cloned()),
                Some(None) if known.reads == Reads::Untold => {
                    return Ok(Met::Nowhere(format!("its commit, or {path} in it, is not in this repository")));
                }
                _ => {}
            }
            if all.is_empty() && (known.commit.is_none() || known.reads != Reads::Untold) {
                let now = self.file(None, path);
                if now.is_none() && known.text.is_none() {
                    return Ok(Met::Nowhere(format!("there is no file {path} here")));
                }
                all.extend(now.into_iter().flatten().filter(|item| fits(item, known.line)).cloned());
            }
        } else if known.reads != Reads::Untold {
            all.extend(self.tree()?.iter().filter(|item| fits(item, None)).cloned());
        }
        if all.is_empty()
            && let Some(text) = &known.text
        {
            let items = self.items(text.expose(), None, &Origin::Stdin);
            all.extend(items.into_iter().filter(|item| fits(&item, None)));
        }
        Ok(self.settle(known, all, &place))
    }

    fn settle(&self, known: &Known, mut all: Vec<Item>, place: &str) -> Met {
        if all.is_empty() {
            return Met::Nowhere(format!("portcullis finds no such credential at {place}: there is nothing to accept"));
        }
        all.retain(|item| item.verdict != Verdict::BelowThreshold);
        if all.is_empty() {
            return Met::Nowhere(format!(
                "what stands at {place} is too unsure to be reported: there is nothing to accept"
            ));
        }
        all.sort_by(|a, b| (a.fingerprint, &a.rule.id).cmp(&(b.fingerprint, &b.rule.id)));
        all.dedup_by(|a, b| a.fingerprint == b.fingerprint && a.rule.id == b.rule.id);
        let secrets = all.iter().filter(|item| item.finding.secret != all[0].finding.secret).count();
        if known.reads == Reads::Untold && secrets > 0 {
            return Met::Nowhere(format!(
                "more than one credential stands at {place}, and nothing tells which is meant"
            ));
        }
        let told = all.into_iter().map(|item| {
            let at = match item.origin {
                Origin::Stdin => String::new(),
                _ => format!("{}:{}", quote(self.shown(&item).as_bytes()), item.place.start.line),
            };
            (item.fingerprint, item.rule.id, at)
        });
        Met::Here(told.collect())
    }

    /// A place's path from the top.
    fn shown(&self, item: &Item) -> String {
        let label = String::from_utf8_lossy(item.origin.label()).into_owned();
        Path::new(&label).strip_prefix(self.top).map_or(label.clone(), |path| path.display().to_string())
    }

    /// What is found in a file, as a commit has it or as it lies here; none where there is no such file.
    fn file(&mut self, commit: Option<&str>, path: &str) -> Option<&Vec<Item>> {
        let name = (commit.map(str::to_owned), path.to_owned());
        if !self.seen.contains_key(&name) {
            let bytes = match commit {
                // One that cannot be read is told as one that is not here.
                Some(commit) => {
                    self.repo.as_ref().and_then(|repo| repo.commit_blob(commit, path.as_bytes()).ok().flatten())
                }
                None => inside(path).and_then(|path| regular(self.top, path)),
            };
            let last = path.rsplit('/').next().map(str::as_bytes);
            let items = bytes.map(|bytes| self.items(&bytes, last, &Origin::Staged(path.as_bytes().to_vec())));
            self.seen.insert(name.clone(), items);
        }
        self.seen.get(&name)?.as_ref()
    }

    fn items(&self, bytes: &[u8], name: Option<&[u8]>, origin: &Origin) -> Vec<Item> {
        let judge = Judge::new(self.engine.rules(), self.policy);
        let fed = Feed::new(self.engine).bytes(bytes, name);
        fed.found
            .into_iter()
            .map(|(finding, place)| judge.item(Found { origin: origin.clone(), finding, place }))
            .collect()
    }

    /// What is found in the whole work tree.
    fn tree(&mut self) -> Result<&[Item], Failure> {
        if self.tree.is_none() {
            let report =
                watched(&[Target::Path(self.top.to_path_buf())], &WalkArgs::default(), self.engine, self.policy);
            if !report.coverage.is_complete() {
                return Err(Failure::new("not all of this work tree could be scanned, so nothing was imported")
                    .hint("`portcullis scan` names what could not"));
            }
            self.tree = Some(report.items);
        }
        Ok(self.tree.as_deref().unwrap_or_default())
    }
}

/// The content of a regular file below `top`; a link on the way there is not followed.
fn regular(top: &Path, path: &Path) -> Option<Vec<u8>> {
    let mut whole = top.to_path_buf();
    for part in path.components() {
        whole.push(part);
        fs::symlink_metadata(&whole).ok().filter(|found| !found.is_symlink())?;
    }
    fs::metadata(&whole).ok().filter(fs::Metadata::is_file)?;
    fs::read(whole).ok()
}
