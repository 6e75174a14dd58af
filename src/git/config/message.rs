//! The settings that say which part of a commit message file becomes the message.

use std::ffi::OsStr;

use gix::config::{File, Source, file, path};

use super::super::Repo;

/// `core.commentChar` or `core.commentString`: what begins a line that is not part of the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Comment {
    /// This text.
    Text(Vec<u8>),
    /// `auto`: a character git chose so that no line of the message begins with it. Or not known.
    Unknown,
}

/// `commit.cleanup`: what git takes out of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cleanup {
    /// Comment lines, if the message was edited.
    Default,
    /// Comment lines.
    Strip,
    /// No comment lines: `whitespace`, `verbatim`, `scissors`; or not known.
    Keep,
}

/// What git's configuration says of commit messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageConfig {
    /// What begins a comment line.
    pub comment: Comment,
    /// What is taken out.
    pub cleanup: Cleanup,
    /// Whether the message came without an editor (`-m`, `-F`): then git wrote nothing into the file.
    pub no_editor: bool,
}

impl Repo {
    /// Reads git's settings for commit messages: of the system, the user, the repository and `git -c`.
    ///
    /// Where they cannot be read, nothing is known, and more of the file is scanned rather than less.
    #[must_use]
    pub fn message_config(&self) -> MessageConfig {
        let mut settings = Settings::default();
        match self.config_files() {
            Some(file) => settings.file(&file),
            None => settings.unknown = true,
        }
        if let Ok(Some(file)) = File::from_env(file::init::Options::default()) {
            settings.file(&file);
        }
        for (key, value) in self.env().config_parameters.as_deref().map(parameters).unwrap_or_default() {
            settings.set(&key, &value);
        }
        settings.finish(self.env().no_editor)
    }

    pub(super) fn config_files(&self) -> Option<File> {
        // Not the installation's own file: finding that would mean running git.
        let sources = [Source::System, Source::Git, Source::User, Source::Local, Source::Worktree];
        let paths = sources.into_iter().filter_map(|source| {
            let path = source.storage_location(&mut |name| std::env::var_os(name))?;
            let path = match source {
                Source::Local => self.common_dir.join(path),
                Source::Worktree if self.format.worktree_config => self.git_dir.join(path),
                Source::Worktree => return None,
                _ => path,
            };
            path.is_file().then(|| file::Metadata::from(source).at(path))
        });
        let home = std::env::home_dir();
        let interpolate = path::interpolate::Context { home_dir: home.as_deref(), ..Default::default() };
        let conditional = file::includes::conditional::Context { git_dir: Some(&self.git_dir), branch_name: None };
        let options = file::init::Options {
            includes: file::includes::Options::follow(interpolate, conditional),
            ..Default::default()
        };
        File::from_paths_metadata(paths, options).map(Option::unwrap_or_default).ok()
    }
}

/// The settings as they are met, later ones counting.
#[derive(Default)]
struct Settings {
    comment: Option<Vec<u8>>,
    cleanup: Option<Vec<u8>>,
    unknown: bool,
}

impl Settings {
    fn file(&mut self, file: &File) {
        for section in file.sections() {
            if section.header().subsection_name().is_some() {
                continue;
            }
            let name = section.header().name().to_string();
            for (key, value) in section.body() {
                self.set(format!("{name}.{key}").as_bytes(), &value);
            }
        }
    }

    fn set(&mut self, key: &[u8], value: &[u8]) {
        match key.to_ascii_lowercase().as_slice() {
            b"core.commentchar" | b"core.commentstring" => self.comment = Some(value.to_vec()),
            b"commit.cleanup" => self.cleanup = Some(value.to_vec()),
            _ => {}
        }
    }

    fn finish(self, no_editor: bool) -> MessageConfig {
        let comment = match self.comment {
            _ if self.unknown => Comment::Unknown,
            None => Comment::Text(b"#".to_vec()),
            Some(text) if text.is_empty() || text.eq_ignore_ascii_case(b"auto") => Comment::Unknown,
            Some(text) => Comment::Text(text),
        };
        let cleanup = match self.cleanup.as_deref() {
            _ if self.unknown => Cleanup::Keep,
            None | Some(b"default") => Cleanup::Default,
            Some(b"strip") => Cleanup::Strip,
            Some(_) => Cleanup::Keep,
        };
        MessageConfig { comment, cleanup, no_editor }
    }
}

/// Takes `GIT_CONFIG_PARAMETERS` apart: `'name'='value'`, or `'name=value'` as older gits wrote it.
fn parameters(text: &OsStr) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut found = Vec::new();
    let mut words = Vec::new();
    let mut word = Vec::new();
    let (mut quoted, mut escaped) = (false, false);
    for &byte in text.as_encoded_bytes() {
        match byte {
            _ if escaped => {
                word.push(byte);
                escaped = false;
            }
            b'\\' if !quoted => escaped = true,
            b'\'' => quoted = !quoted,
            b' ' if !quoted => words.push(std::mem::take(&mut word)),
            _ => word.push(byte),
        }
    }
    words.push(word);
    for word in words {
        if let Some(at) = memchr::memchr(b'=', &word) {
            found.push((word.get(..at).unwrap_or_default().to_vec(), word.get(at + 1..).unwrap_or_default().to_vec()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_of_both_writings_are_taken_apart() {
        let text = r"'core.commentchar'=';' 'commit.cleanup=strip' 'a.b'='it'\''s = x y'";
        let found = parameters(OsStr::new(text));
        let want: [(&[u8], &[u8]); 3] =
            [(b"core.commentchar", b";"), (b"commit.cleanup", b"strip"), (b"a.b", b"it's = x y")];
        assert_eq!(found, want.map(|(key, value)| (key.to_vec(), value.to_vec())));
    }

    #[test]
    fn what_is_not_known_keeps_comment_lines() {
        let settings = Settings { unknown: true, ..Settings::default() };
        let want = MessageConfig { comment: Comment::Unknown, cleanup: Cleanup::Keep, no_editor: false };
        assert_eq!(settings.finish(false), want);
    }
}
