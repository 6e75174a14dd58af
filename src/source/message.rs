//! The text of a commit message file that will become the message.
//!
//! When git's commit-msg hook runs, the file still holds what git wrote for the editor: comment lines,
//! and under `git commit -v` a whole diff below a "scissors" line, with the lines the commit removes.

use crate::git::{Cleanup, Comment, MessageConfig};

/// What git writes after the comment character to mark the end of the message.
const SCISSORS: &[u8] = b" ------------------------ >8 ------------------------";
/// Comment lines that git writes below that one, to say what it is for.
const EXPLAINED: usize = 2;
/// What a diff of `git commit -v` begins with: of files, or of submodules where those are told in words.
const DIFFS: [&[u8]; 3] = [b"diff --git ", b"diff --cc ", b"Submodule "];
/// Longest comment string that is believed when the configuration does not name one.
const MAX_COMMENT: usize = 8;

/// The part of `file` that becomes the message. What git will take out is overwritten with spaces, or cut
/// off where nothing follows it, so that offsets and line numbers remain those of the file.
#[must_use]
pub fn kept(file: &[u8], config: &MessageConfig) -> Vec<u8> {
    let end = end_of_message(file, config);
    let mut text = file.get(..end).unwrap_or(file).to_vec();
    let strips = match config.cleanup {
        Cleanup::Strip => true,
        Cleanup::Default => !config.no_editor,
        Cleanup::Keep => false,
    };
    if let (true, Comment::Text(comment)) = (strips, &config.comment) {
        for line in text.split_mut(|&b| b == b'\n').filter(|line| line.starts_with(comment)) {
            line.fill(b' ');
        }
    }
    text
}

/// Where the scissors line begins that git cuts at; the file's length if there is none.
///
/// Git cuts under `-v` and `--cleanup=scissors`, which the hook is not told. A scissors line that somebody typed is kept
/// otherwise, with what follows it. So a line is cut at only where git's own block stands below it, down to the diff;
/// without a diff nothing but comment lines is below git's scissors.
fn end_of_message(file: &[u8], config: &MessageConfig) -> usize {
    let mut start = 0;
    for line in file.split(|&b| b == b'\n') {
        let next = start + line.len() + 1;
        if let Some(comment) = line.strip_suffix(SCISSORS) {
            let ours = match &config.comment {
                Comment::Text(text) => comment == text,
                Comment::Unknown => {
                    (1..=MAX_COMMENT).contains(&comment.len()) && !comment.iter().any(u8::is_ascii_alphanumeric)
                }
            };
            if ours && is_diff_of_git(file.get(next..).unwrap_or_default(), comment) {
                return start;
            }
        }
        start = next;
    }
    file.len()
}

/// Whether a text is what git writes below its scissors for `-v`: what to do with them, in two comment lines of
/// whatever language, perhaps a heading, and a diff.
fn is_diff_of_git(text: &[u8], comment: &[u8]) -> bool {
    let mut comments = 0;
    for line in text.split(|&b| b == b'\n') {
        if line.starts_with(comment) {
            comments += 1;
        } else if !line.is_empty() {
            return comments >= EXPLAINED && DIFFS.iter().any(|begins| line.starts_with(begins));
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited(comment: Comment, cleanup: Cleanup) -> MessageConfig {
        MessageConfig { comment, cleanup, no_editor: false }
    }

    fn hash() -> Comment {
        Comment::Text(b"#".to_vec())
    }

    const VERBOSE: &str = "subject\n\n# On branch main\n\
        # ------------------------ >8 ------------------------\n# Do not modify or remove the line above.\n\
        # Everything below it will be ignored.\ndiff --git a/f b/f\n-removed\n";

    #[test]
    fn below_the_scissors_nothing_is_kept() {
        let text = kept(VERBOSE.as_bytes(), &edited(hash(), Cleanup::Default));
        assert_eq!(String::from_utf8_lossy(&text), "subject\n\n                \n");
        let text = kept(VERBOSE.as_bytes(), &edited(hash(), Cleanup::Keep));
        assert_eq!(String::from_utf8_lossy(&text), "subject\n\n# On branch main\n");
    }

    #[test]
    fn other_comment_strings_and_chosen_ones() {
        for comment in [";", "//", "%"] {
            let file = VERBOSE.replace('#', comment);
            let known = Comment::Text(comment.as_bytes().to_vec());
            let text = kept(file.as_bytes(), &edited(known, Cleanup::Default));
            assert!(text.starts_with(b"subject\n\n   ") && !text.contains(&b'b'.to_ascii_uppercase()));
            let text = kept(file.as_bytes(), &edited(Comment::Unknown, Cleanup::Default));
            assert_eq!(text, format!("subject\n\n{comment} On branch main\n").as_bytes());
        }
        let text = kept(VERBOSE.as_bytes(), &edited(Comment::Text(b";".to_vec()), Cleanup::Default));
        assert_eq!(text, VERBOSE.as_bytes(), "another character's scissors are text");
    }

    #[test]
    fn only_gits_own_block_is_cut_off() {
        let scissors = "# ------------------------ >8 ------------------------\n";
        for below in [
            "text\n# more\n",
            "# more\ntext\n",
            "# one\n# two\ntext\ndiff --git a/f b/f\n",
            "# one\ndiff --git a/f b/f\n",
            "diff --git a/f b/f\n",
            "# one\n# two\n",
            "",
        ] {
            let file = format!("s\n{scissors}{below}");
            for no_editor in [true, false] {
                let config = MessageConfig { no_editor, ..edited(hash(), Cleanup::Keep) };
                assert_eq!(kept(file.as_bytes(), &config), file.as_bytes(), "{below:?}");
            }
        }
        for below in ["# eins\n# zwei\ndiff --git a/f b/f\n", "# 1\n# 2\n# Changes to be committed:\ndiff --cc f\n"] {
            let file = format!("s\n{scissors}{below}-old\n");
            assert_eq!(kept(file.as_bytes(), &edited(hash(), Cleanup::Keep)), b"s\n", "{below:?}");
        }
    }
}
