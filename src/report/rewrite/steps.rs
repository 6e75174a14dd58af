//! The steps of a rewrite, in the order in which they must be done, with the commands.

use std::io::{self, Write};

use super::expressions::{is_plain, shortest};
use super::{About, BLOBS, EXPRESSIONS, FINGERPRINTS, NAMES, REFS};
use crate::model::history::{History, Life, LiveAt};
use crate::report::Options;
use crate::report::history::redactor;
use crate::report::sanitize::{clean, quote, shell_word};
use crate::report::text::count;

/// Forms shorter than this, in bytes, may stand elsewhere and mean something else.
const SHORT: usize = 10;

pub(super) fn write(history: &History, about: &About<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut steps = Steps { history, about, out, number: 0 };
    writeln!(
        steps.out,
        "# Taking {} out of a history\n\n\
         This directory holds them in plaintext. Keep it to yourself, and delete it when you are done.",
        count(history.blocking().count() as u64, "credential", "credentials")
    )?;
    steps.revoke()?;
    steps.tips()?;
    steps.rewrite()?;
    steps.refs()?;
    steps.prove()?;
    steps.push()?;
    steps.tell()
}

struct Steps<'a> {
    history: &'a History,
    about: &'a About<'a>,
    out: &'a mut dyn Write,
    number: u32,
}

impl Steps<'_> {
    fn step(&mut self, title: &str, text: &str) -> io::Result<()> {
        self.number += 1;
        writeln!(self.out, "\n## {}. {title}\n\n{text}", self.number)
    }

    fn commands(&mut self, lines: &[String]) -> io::Result<()> {
        writeln!(self.out, "\n```sh\n{}\n```", lines.join("\n"))
    }

    /// A file of the plan, as a word of a command.
    fn file(&self, name: &str) -> String {
        shell_word(&[self.about.dir, b"/", name.as_bytes()].concat())
    }

    fn revoke(&mut self) -> io::Result<()> {
        self.step(
            "Revoke every one of them",
            "Whoever has a copy of this repository has them, and no rewrite takes that back. Do this first: the steps \
             below draw attention to them.\n",
        )?;
        for Life { rule, finding, fingerprint, .. } in self.history.blocking() {
            let shown = finding.secret.redacted();
            writeln!(self.out, "- [ ] **{}** `{shown}` ({fingerprint})", clean(&rule.title))?;
            let how = [clean(&rule.revoke), clean(&rule.revoke_url)].join(" ");
            if !how.trim().is_empty() {
                writeln!(self.out, "  {}", how.trim())?;
            }
        }
        Ok(())
    }

    fn tips(&mut self) -> io::Result<()> {
        let redactor = redactor(self.history, &Options::default());
        let live = self.history.blocking().flat_map(|life| life.live.items.iter());
        let mut refs: Vec<&[u8]> = live.map(|LiveAt { name, .. }| name.as_slice()).collect();
        refs.sort_unstable();
        refs.dedup();
        if refs.is_empty() {
            return Ok(());
        }
        self.step(
            "Take out of the files what still stands there",
            "Have the programs that use these credentials read them from somewhere else, and commit that on every \
             branch that goes on. The rewrite would only put `***REMOVED***` in their place. They still stand at:\n",
        )?;
        refs.into_iter().try_for_each(|name| writeln!(self.out, "- {}", quote(&redactor.name(name))))
    }

    fn rewrite(&mut self) -> io::Result<()> {
        self.step(
            "Rewrite a fresh mirror clone",
            &format!(
                "Ask everybody to push what they have, and to stop. The refs that will change are in `{REFS}`. It takes \
                 git-filter-repo (`pip install git-filter-repo`). Use the address that everybody pushes to:"
            ),
        )?;
        let mut command = format!("git filter-repo --replace-text {0} --replace-message {0}", self.file(EXPRESSIONS));
        let reach = &self.history.reach;
        if !reach.binary.is_empty() {
            command = format!("{command} --strip-blobs-with-ids {}", self.file(BLOBS));
        }
        if !reach.names.is_empty() {
            command = format!("{command} --paths-from-file {}", self.file(NAMES));
        }
        let clone = "git clone --mirror \"$URL\" rewritten.git && cd rewritten.git";
        self.commands(&["URL=...".to_owned(), clone.to_owned(), command])?;
        let mut notes = Vec::new();
        if !reach.binary.is_empty() {
            notes.push(format!(
                "{} a credential in a form that text replacement does not reach (UTF-16, an archive, a program): the \
                 commits lose {}, listed in `{BLOBS}`. Commit a clean version again where it is needed.",
                count(reach.binary.len() as u64, "version of a file holds", "versions of files hold"),
                if reach.binary.len() == 1 { "it" } else { "them" }
            ));
        }
        if reach.names.iter().any(|name| !is_plain(name)) {
            notes.push(
                "Some names that hold a credential have an end of line or `==>` in them; rename those with \
                 `--filename-callback`."
                    .to_owned(),
            );
        }
        if shortest(self.history) < SHORT {
            notes.push(format!(
                "Some credentials are shorter than {SHORT} bytes, and are replaced wherever these bytes stand: read \
                 `{EXPRESSIONS}` first, and take out lines that would hit too much."
            ));
        }
        notes.push(
            "Where one stands in the name or address of an author or committer, add `--mailmap FILE`. Notes stay, but \
             go on naming the old commits."
                .to_owned(),
        );
        notes.into_iter().try_for_each(|note| writeln!(self.out, "\n{note}"))
    }

    fn refs(&mut self) -> io::Result<()> {
        if self.history.reach.ref_names.is_empty() {
            return Ok(());
        }
        self.step("Drop the refs whose own names hold one", "Give those that are still needed another name first:")?;
        let names = &self.history.reach.ref_names;
        let lines: Vec<String> = names.iter().map(|name| format!("git update-ref -d {}", shell_word(name))).collect();
        self.commands(&lines)
    }

    fn prove(&mut self) -> io::Result<()> {
        self.step(
            "Prove that it is clean",
            "Still in the rewritten clone. Exit status 0: no object holds any of them.",
        )?;
        let same = self.about.same;
        let (file, texts) = (self.file(FINGERPRINTS), self.file(EXPRESSIONS));
        self.commands(&[
            "git reflog expire --expire=now --all && git gc --quiet --prune=now".to_owned(),
            format!("portcullis history --verify-clean {file} --replacements {texts}{same}"),
        ])
    }

    fn push(&mut self) -> io::Result<()> {
        self.step(
            "Push with force",
            "Lift the protection of branches for as long as it takes. Refs of pull requests cannot be pushed: ask the \
             host to drop those, its caches, and what nothing reaches any more.",
        )?;
        let mut lines = vec![
            "git push --force \"$URL\" 'refs/heads/*:refs/heads/*' 'refs/tags/*:refs/tags/*' 'refs/notes/*:refs/notes/*'"
                .to_owned(),
        ];
        let names = self.history.reach.ref_names.iter();
        lines.extend(names.map(|name| format!("git push \"$URL\" --delete {}", shell_word(name))));
        self.commands(&lines)
    }

    fn tell(&mut self) -> io::Result<()> {
        self.step(
            "Tell everybody who has a clone or a fork",
            "They clone anew, and take over unpushed work with `git rebase`, never with `git merge` or `git pull`: \
             what is pushed from an old clone brings the old history back. Forks on the host have to be rewritten or \
             deleted, too. A pre-receive hook (`portcullis pre-receive`) refuses what comes back all the same.",
        )?;
        self.step("Delete this directory", "It holds every one of them in plaintext:")?;
        let dir = shell_word(self.about.dir);
        self.commands(&[format!("rm -r {dir}")])
    }
}
