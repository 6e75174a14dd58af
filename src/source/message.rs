//! The text of a commit message file that will become the message.
//!
//! When git's commit-msg hook runs, the file still holds what git wrote for the editor: comment lines,
//! and under `git commit -v` a whole diff below a "scissors" line, with the lines the commit removes.

use crate::git::{Cleanup, Comment, MessageConfig};

/// What git writes after the comment character to mark the end of the message.
const SCISSORS: &[u8] = b" ------------------------ >8 ------------------------";
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
/// Git cuts under `-v` and `--cleanup=scissors`, which the hook is not told. It writes the line only for
/// an editor, and writes comments below it. So in a message that met no editor, such a line is cut at only
/// if it has that form: nobody's `-m` text must hide what follows.
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
            let as_written = file.get(next..).is_some_and(|rest| rest.starts_with(&[comment, b" "].concat()));
            if ours && (as_written || !config.no_editor) {
                return start;
            }
        }
        start = next;
    }
    file.len()
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
        # ------------------------ >8 ------------------------\n# Do not modify\n-removed\n";

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
    fn without_an_editor_text_is_not_hidden() {
        let file = b"s\n# ------------------------ >8 ------------------------\ntext\n# more\n";
        let config = MessageConfig { comment: hash(), cleanup: Cleanup::Default, no_editor: true };
        assert_eq!(kept(file, &config), file);
        assert_eq!(kept(file, &MessageConfig { no_editor: false, ..config }), b"s\n");
    }
}
