//! `--rewrite-plan`: a directory of files that only its owner may enter, outside any repository.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::cli::args::HistoryArgs;
use crate::cli::failure::{Failure, Shown};
use crate::cli::output::cannot_write;
use crate::cli::private::{create_dir, create_new};
use crate::git::Repo;
use crate::model::history::History;
use crate::policy::{Baseline, Key};
use crate::report::rewrite::{About, FILES, is_needed};
use crate::report::sanitize::shell_word;

/// Where a plan will lie.
pub(super) struct Plan {
    dir: PathBuf,
}

impl Plan {
    /// Finds out whether a plan can lie there, if one is wanted, before the work begins.
    ///
    /// # Errors
    /// If the directory is there already, cannot be made, or lies in a repository: it will hold credentials.
    pub(super) fn begin(args: &HistoryArgs, repo: &Repo) -> Result<Option<Self>, Failure> {
        let Some(dir) = &args.answer.rewrite_plan else { return Ok(None) };
        let shown = dir.shown();
        let parent = dir.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let name = dir.file_name().ok_or_else(|| Failure::new(format!("`{shown}` names no new directory")))?;
        let parent = parent.canonicalize().map_err(|error| cannot_write(&shown, &error))?;
        let dir = parent.join(name);
        if fs::symlink_metadata(&dir).is_ok() {
            return Err(Failure::new(format!(
                "`{shown}` is there already, and a plan is written into a new directory"
            ))
            .hint("name one that is not there yet: it is made so that only you can read it"));
        }
        let top = repo.top().canonicalize().ok();
        if let Some(around) = parent.ancestors().find(|around| is_repository(around) || top.as_deref() == Some(around))
        {
            let message = format!("a plan holds credentials in plaintext, and `{}` is a repository", around.shown());
            return Err(Failure::new(message).hint("name a directory outside of it"));
        }
        Ok(Some(Self { dir }))
    }

    /// Writes it; says so, or that there is nothing to rewrite. Where it fails, nothing is left.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn write(self, history: &History, args: &HistoryArgs, key: &Key) -> Result<String, Failure> {
        if !is_needed(history) {
            return Ok("there is nothing to rewrite, and no plan was written".to_owned());
        }
        let shown = self.dir.shown();
        create_dir(&self.dir).map_err(|error| cannot_write(&shown, &error))?;
        let same = same(args);
        let about =
            About { dir: self.dir.as_os_str().as_encoded_bytes(), key_line: &Baseline::key_line(key), same: &same };
        for file in FILES.iter().filter(|file| (file.needed)(history)) {
            let path = self.dir.join(file.name);
            let write = || {
                let mut out = BufWriter::new(create_new(&path)?);
                (file.write)(history, &about, &mut out)?;
                out.flush()
            };
            if let Err(error) = write() {
                let _ = fs::remove_dir_all(&self.dir);
                return Err(cannot_write(path.shown(), &error));
            }
        }
        Ok(format!("the plan holds credentials in plaintext; begin with `{}`", self.dir.join("STEPS.md").shown()))
    }
}

/// Whether a directory is the top of a work tree, or a repository itself.
fn is_repository(dir: &Path) -> bool {
    dir.join(".git").exists() || (dir.join("HEAD").is_file() && dir.join("objects").is_dir())
}

/// What makes another run use the same key and rules.
fn same(args: &HistoryArgs) -> String {
    let word = |path: &PathBuf| shell_word(path.canonicalize().as_ref().unwrap_or(path).as_os_str().as_encoded_bytes());
    let known = &args.policy.known;
    let key = known.key_file.iter().map(|file| format!(" --key-file {}", word(file)));
    let rules = known.rules.iter().map(|file| format!(" --rules {}", word(file)));
    key.chain(rules).collect()
}
