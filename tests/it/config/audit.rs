//! `baseline audit`, fed by a pipe: lines are all it needs of a terminal.

use std::fs;

use super::{Sandbox, blocked, project, scan, token};
use crate::scan::sandbox::Ran;

fn audit(sandbox: &Sandbox, answers: &str) -> Ran {
    sandbox.feed(&["baseline", "audit"], answers.as_bytes())
}

fn read(sandbox: &Sandbox) -> String {
    fs::read_to_string(sandbox.path(".portcullis.baseline")).unwrap_or_default()
}

#[test]
fn each_answer_is_written_at_once_and_what_is_judged_is_not_asked_again() {
    let sandbox = project("");
    sandbox.leak("z", 3);
    let told = audit(&sandbox, "f made up for the manual\n").exits(1).stdout();
    assert!(told.contains("1 of 3: GitHub") && told.contains("2 of 3: ") && !told.contains("3 of 3"), "{told}");
    assert!(told.contains("0 real, 1 false, 0 for tests, 2 left"), "{told}");
    assert!(
        read(&sandbox).starts_with("# portcullis key ")
            && read(&sandbox).contains("  # false: made up for the manual\n")
    );
    assert_eq!(blocked(&scan(&sandbox)), ["tests/b", "z"]);

    let told = audit(&sandbox, "t\nr\n").exits(1).stdout();
    assert!(told.contains("1 of 2: ") && told.contains("1 real, 0 false, 1 for tests, 0 left"), "{told}");
    assert!(told.contains("real: z:2: ") && told.contains("https://github.com/settings/tokens"), "{told}");
    assert!(read(&sandbox).contains("  # test\n"));
    assert_eq!(blocked(&scan(&sandbox)), ["z"], "what is real still counts");

    let told = audit(&sandbox, "").exits(1).stdout();
    assert!(!told.contains(" of 1") && told.contains("0 left"), "{told}");
    // An update keeps what was said.
    sandbox.run(&["baseline", "diff"]).exits(1);
    sandbox.write("z", "clean\n");
    sandbox.run(&["baseline", "update"]).exits(0);
    assert!(read(&sandbox).contains("# real: ") && read(&sandbox).contains("# false: made up"));
}

/// Regression: a credential that was judged real and is gone kept an audit at status 1 for ever.
#[test]
fn a_real_one_that_is_gone_needs_nothing_more() {
    let sandbox = project("");
    audit(&sandbox, "r\nt\n").exits(1);
    audit(&sandbox, "").exits(1);
    sandbox.write("src/a", "clean\n");
    assert!(read(&sandbox).contains("# real: "), "it is still remembered");
    audit(&sandbox, "").exits(0);
    sandbox.leak("src/a", 1);
    audit(&sandbox, "").exits(1);
}

#[test]
fn an_answer_can_be_taken_back_put_off_and_misunderstood() {
    let sandbox = project("");
    let told = audit(&sandbox, "f\nu\nu\nwhat\ns\nr\nu\nt\nu\nu\nf second thoughts\nq\n").exits(1).stdout();
    assert!(told.contains("there is nothing to take back") && told.contains("answer with one of"), "{told}");
    assert!(told.contains("0 real, 1 false, 0 for tests, 1 left"), "{told}");
    let entries: Vec<String> =
        read(&sandbox).lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect();
    assert!(entries.len() == 1 && entries[0].ends_with("# false: second thoughts"), "{entries:?}");
    assert!(!read(&sandbox).contains("# real"));
    assert_eq!(blocked(&scan(&sandbox)), ["tests/b"]);
}

#[test]
fn entries_without_a_word_are_asked_about_and_real_ones_taken_out() {
    let sandbox = project("");
    sandbox.run(&["baseline", "create"]).exits(0);
    let told = audit(&sandbox, "r\nt a fixture\n").exits(1).stdout();
    assert!(told.contains("1 real, 0 false, 1 for tests, 0 left"), "{told}");
    assert_eq!(blocked(&scan(&sandbox)), ["src/a"]);
    assert_eq!(read(&sandbox).matches("github-pat-classic").count(), 2, "{}", read(&sandbox));
}

#[test]
fn the_lines_around_are_shown_with_every_credential_in_them_masked() {
    let sandbox = project("");
    let other = token(4);
    sandbox.write("src/a", format!("one\ntwo\nnext = {other}\nhere \u{1b}[31m= {} # so\nfive\nsix\nseven\n", token(1)));
    let ran = audit(&sandbox, &format!("s\ns\nf {}\nf it is {}\n", token(1), token(2)));
    let told = ran.stdout();
    assert!(told.contains("     2 | two\n") && told.contains("     6 | six\n") && !told.contains("seven"), "{told}");
    assert!(told.contains(" # so\n") && told.contains("     3 | next = [ghp_… (40 bytes)]\n"), "{told}");
    assert!(told.contains("that holds a credential"), "{told}");
    for seed in [1, 2, 4] {
        assert!(!told.contains(&token(seed)[8..]) && !read(&sandbox).contains(&token(seed)[8..]), "{told}");
    }
    assert!(!told.contains('\u{1b}'), "no terminal acts on it");
    let shown = sandbox.feed(&["baseline", "audit", "--show-secrets"], b"q\n").stdout();
    assert!(shown.contains(&token(1)), "{shown}");
}

#[test]
fn it_judges_nothing_of_a_part_and_reads_answers_from_nowhere_else() {
    let sandbox = project("");
    // It ends before it reads: what is written to it then might be written to nobody.
    assert!(sandbox.feed(&["baseline", "audit", "-"], b"").exits(2).stderr().contains("gives the answers"));
    assert!(sandbox.feed(&["baseline", "audit", "nowhere"], b"").exits(2).stderr().contains("could not be scanned"));
    sandbox.write(".portcullis.baseline", ">>>>>>> theirs\n");
    assert!(audit(&sandbox, "").exits(2).stderr().contains("merge conflict"));
    assert_eq!(read(&sandbox), ">>>>>>> theirs\n");
    sandbox.write(".portcullis.baseline", "");
    for name in ["src/a", "tests/b"] {
        sandbox.write(name, "clean\n");
    }
    audit(&sandbox, "").exits(0);
}
