//! The commit-msg gate, wired as git's own hook: C34, C35, and what lies between them.

use crate::support::draw::Draw;
use crate::support::{Repo, gate};

/// A repository whose one file holds a token that is about to be removed, under `git commit -v`.
fn removing(setting: Option<&str>) -> Repo {
    let mut repo = Repo::init(&[]);
    repo.stage("f", format!("{}\nrest\n", Draw(34).token()));
    repo.commit("past the gate");
    gate::wire(&repo);
    repo.stage("f", "rest\n");
    if let Some((key, value)) = setting.and_then(|setting| setting.split_once('=')) {
        repo.git(["config", key, value]).text();
    }
    // An editor that leaves what git wrote, and puts a subject before it.
    repo.set_env("GIT_EDITOR", "sed -i '1s/^/subject/'");
    repo
}

#[track_caller]
fn passes(repo: &Repo, args: &[&str]) {
    let before = repo.ok("rev-parse HEAD");
    repo.git(args).text();
    assert_ne!(before, repo.ok("rev-parse HEAD"));
}

#[track_caller]
fn blocks(repo: &Repo, args: &[&str]) -> String {
    let ran = repo.git(args);
    assert!(!ran.ok, "the commit was made");
    assert!(ran.stderr.contains("blocked"), "not by the gate: {}", ran.stderr);
    ran.stderr
}

#[test]
fn c34_below_the_scissors_is_not_the_message() {
    let settings = [
        None,
        Some("core.commentChar=;"),
        Some("core.commentChar=auto"),
        Some("core.commentString=//"),
        Some("commit.cleanup=scissors"),
        Some("commit.cleanup=verbatim"),
        Some("commit.cleanup=whitespace"),
    ];
    for setting in settings {
        let repo = removing(setting);
        passes(&repo, &["commit", "-v", "--edit"]);
        let repo = removing(None);
        if let Some(setting) = setting {
            passes(&repo, &["-c", setting, "commit", "-v", "--edit"]);
        }
    }
}

#[test]
fn c34_with_an_editor_that_does_nothing() {
    let mut repo = removing(None);
    repo.set_env("GIT_EDITOR", ":");
    passes(&repo, &["commit", "-v", "--edit", "-m", "subject"]);
}

#[test]
fn c35_a_token_in_the_message() {
    let repo = removing(None);
    let token = Draw(35).token();
    blocks(&repo, &["commit", "-m", &token]);
    blocks(&repo, &["commit", "-m", "subject", "-m", &format!("body {token} of it")]);
    blocks(&repo, &["commit", "-m", &format!("subject\n\n# kept by -m {token}")]);
    let scissors = "# ------------------------ >8 ------------------------";
    blocks(&repo, &["commit", "-m", &format!("subject\n{scissors}\n{token}\n")]);
    passes(&repo, &["commit", "-m", "clean"]);
}

#[test]
fn c35_above_the_scissors_with_its_line_number() {
    let mut repo = removing(None);
    repo.set_env("GIT_EDITOR", format!("sed -i '1s/^/subject\\n\\n  {}/'", Draw(36).token()));
    let said = blocks(&repo, &["commit", "-v", "--edit"]);
    assert!(said.contains("line 3, column 3"), "{said}");
}

#[test]
fn a_line_of_the_message_can_be_allowed_as_one_of_a_file_can() {
    let repo = removing(None);
    let token = Draw(38).token();
    blocks(&repo, &["commit", "-m", &format!("subject\n\n{token}\nportcullis:allow on another line\n")]);
    passes(&repo, &["commit", "-m", &format!("subject\n\nas in {token} (portcullis:allow made up)\n")]);
}

#[test]
fn comment_lines_count_only_where_they_are_kept() {
    let editor = format!("sed -i '1s/^/subject\\n# {}\\n/'", Draw(37).token());
    let mut repo = removing(None);
    repo.set_env("GIT_EDITOR", &editor);
    passes(&repo, &["commit"]);
    let mut repo = removing(Some("commit.cleanup=whitespace"));
    repo.set_env("GIT_EDITOR", editor);
    blocks(&repo, &["commit"]);
}

/// Git cuts at the scissors it wrote, under `-v`; elsewhere they are text like any other, and so is what follows them.
#[test]
fn c35_below_scissors_that_somebody_typed() {
    const SCISSORS: &str = "# ------------------------ >8 ------------------------";
    let mut repo = removing(Some("commit.cleanup=whitespace"));
    let token = Draw(39).token();
    for below in [format!("# a note\n{token}\n"), format!("{token}\n"), format!("# one\n# two\n{token}\n")] {
        repo.write("message", format!("subject\n{SCISSORS}\n{below}"));
        blocks(&repo, &["commit", "-F", "message"]);
        repo.set_env("GIT_EDITOR", "cp message");
        blocks(&repo, &["commit"]);
        // Past the gate, git does keep it.
        repo.git(["commit", "-q", "--no-verify", "-F", "message"]).text();
        assert!(repo.ok("log -1 --format=%B").contains(&token));
        repo.ok("reset -q --soft HEAD~1");
    }
}

/// Git's words below the scissors are in the user's language: it is their form that counts.
#[test]
fn c34_with_the_comments_of_a_merge_and_all_that_v_shows() {
    for args in [&["commit", "-v", "-v", "--edit"][..], &["commit", "-v", "--cleanup=scissors", "--edit"]] {
        let repo = removing(None);
        repo.write("f", "rest\nand more\n");
        passes(&repo, args);
    }
}
