//! What a rejected pusher is told to do, done: the commands of the message, run one after the other.

use super::pair::{Pair, token};
use crate::support::repo::Ran;

/// The commands that a message tells.
fn commands(ran: &Ran) -> Vec<String> {
    let lines = ran.stderr.lines().map(|line| line.strip_prefix("remote: ").unwrap_or(line).trim_end());
    lines.filter_map(|line| line.strip_prefix("        git ")).map(str::to_owned).collect()
}

/// Runs the commands. Before one that amends, whatever file holds the credential is emptied; the editor of a rebase
/// marks commits and merges as it is told to.
fn follow(pair: &mut Pair, ran: &Ran, secret: &str) {
    let mark = "sed -i -e 's/^pick/edit/' -e '/^merge/a break'";
    pair.client.set_env("GIT_SEQUENCE_EDITOR", mark);
    pair.client.set_env("GIT_EDITOR", "true");
    for command in commands(ran) {
        if command.starts_with("commit") {
            // As often as the rebase stops.
            for _ in 0..20 {
                take_out(pair, secret);
                pair.client.git(["commit", "-q", "-a", "--amend", "--no-verify", "--allow-empty"]).text();
                let rebasing = pair.client.git_dir().join("rebase-merge").exists();
                if !rebasing {
                    break;
                }
                // Its status says no more than that it stopped again.
                let _ = pair.client.git(["rebase", "--continue"]);
            }
            continue;
        }
        let ran = pair.client.git(command.split_whitespace());
        assert!(ran.ok || command.starts_with("rebase"), "{command}: {}", ran.stderr);
    }
}

fn take_out(pair: &Pair, secret: &str) {
    for file in pair.client.ok("ls-files").lines() {
        let path = pair.client.dir.join(file);
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        if text.contains(secret) {
            std::fs::write(path, text.replace(secret, "from the vault")).unwrap();
        }
    }
}

#[track_caller]
fn mended(mut pair: Pair, words: &str, secret: &str, wanted: &[&str]) {
    let ran = pair.push(words);
    assert!(!ran.ok && ran.stderr.contains("credential found"), "{}", ran.stderr);
    for wanted in wanted {
        assert!(ran.stderr.contains(wanted), "{wanted}\n{}", ran.stderr);
    }
    follow(&mut pair, &ran, secret);
    let again = pair.push(&format!("--force {words}"));
    assert!(again.ok, "after {:?}: {}", commands(&ran), again.stderr);
    assert!(!pair.holds(secret));
}

/// Regression: what a pusher was told to amend was whatever branch was checked out, also where another was pushed.
#[test]
fn another_branch_than_the_one_that_is_checked_out_is_named() {
    let (mut pair, secret) = (Pair::new(), token(71));
    pair.seed("a", "clean");
    pair.client.aside("topic", "s", format!("key = {secret}\n"));
    let ran = pair.push("topic");
    assert!(ran.stderr.contains("the last commit of `topic` (`git switch` to it)"), "{}", ran.stderr);
    pair.client.ok("switch -q topic");
    follow(&mut pair, &ran, &secret);
    assert!(pair.push("topic").ok && !pair.holds(&secret));
}

#[test]
fn what_is_on_no_branch_is_checked_out_by_itself_and_its_ref_moved() {
    for name in ["refs/notes/keys", "refs/tags/v1"] {
        // At the tip, and below it.
        for more in [false, true] {
            let (pair, secret) = (Pair::new(), token(72));
            pair.seed("a", "clean");
            pair.client.aside("other", "s", format!("key = {secret}\n"));
            pair.client.ok("checkout -q other");
            if more {
                pair.client.stage("later", "x");
                pair.client.commit("later");
            }
            pair.client.git(["update-ref", name, "other"]).text();
            pair.client.ok("checkout -q main");
            pair.client.ok("branch -q -D other");
            let update = format!("git update-ref {name} HEAD");
            mended(pair, &format!("{name}:{name}"), &secret, &["git checkout --detach ", &update, "git checkout -"]);
        }
    }
}

/// Regression: what an annotated tag names was taken for an older commit, and mending it made a tag without a message.
#[test]
fn what_an_annotated_tag_names_is_the_tip_and_the_tag_is_made_again() {
    let (pair, secret) = (Pair::new(), token(75));
    pair.seed("a", "clean");
    pair.client.aside("other", "s", format!("key = {secret}\n"));
    pair.client.git(["tag", "-a", "-m", "first", "inner", "other"]).text();
    pair.client.git(["tag", "-a", "-m", "the release", "v1", "inner"]).text();
    pair.client.ok("branch -q -D other");
    let wanted =
        ["still in the tip", "the commit that refs/tags/v1 names", "git commit -a --amend", "git tag -f -a v1"];
    let ran = pair.push("v1");
    assert!(!ran.stderr.contains("rebase") && !ran.stderr.contains("update-ref"), "{}", ran.stderr);
    mended(pair, "v1", &secret, &wanted);
}

/// Regression: lines of messages were counted from the first line of what git writes above them.
#[test]
fn a_line_of_a_message_is_counted_as_its_author_does() {
    let (pair, secret) = (Pair::new(), token(76));
    pair.seed("a", "clean");
    pair.client.commit(&format!("subject\n\nthe key is {secret}\n"));
    let ran = pair.push("main");
    assert!(ran.stderr.contains("  the commit's message, line 3"), "{}", ran.stderr);
    pair.client.git(["-c", "user.name=x", "tag", "-a", "-m", &format!("see {secret}"), "v2", "HEAD~1"]).text();
    let ran = pair.push("v2");
    assert!(ran.stderr.contains(", line 1 of its message"), "{}", ran.stderr);
    pair.client.ok("reset -q --hard HEAD~1");
    let tree = pair.client.ok("rev-parse HEAD^{tree}");
    let raw = format!("tree {tree}\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\nx-note {secret}\n\nm\n");
    let commit = pair.object("commit", raw.as_bytes());
    let ran = pair.push(&format!("{commit}:refs/heads/raw"));
    assert!(ran.stderr.contains("  the commit's header, line 4"), "{}", ran.stderr);
}

/// Regression: where a push is let through and told, the pusher was told to rewrite it and push again.
#[test]
fn what_was_let_through_is_to_be_revoked_and_not_rewritten() {
    let (pair, secret) = (Pair::new(), token(77));
    pair.policy("mode = \"report-only\"\n");
    pair.client.stage("s", &secret);
    pair.client.commit("bad");
    let ran = pair.push("main");
    assert!(ran.ok && ran.stderr.contains("it is in the server's repository now"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("amend") && !ran.stderr.contains("push again"), "{}", ran.stderr);
}

/// Regression: a branch's name, or a path in characters that take two columns, made a line as long as they liked.
#[test]
fn long_and_wide_names_fit_the_line() {
    let (pair, secret) = (Pair::new(), token(78));
    let wide = "日本語".repeat(12);
    pair.client.stage(&format!("{wide}/s"), &secret);
    pair.client.commit("bad");
    let ran = pair.push(&format!("HEAD:refs/heads/{}", "x".repeat(150)));
    super::pair::blocked("long", &ran, &secret);
    let place = ran.stderr.lines().find(|line| line.contains("/s:1")).unwrap();
    assert!(place.contains("...") && place.trim_end().chars().filter(|c| *c == '語').count() < 12, "{place}");
}

/// Regression: a merge cannot be marked `edit`, which is what was told.
#[test]
fn a_merge_that_brings_one_in_is_mended_after_its_line() {
    for later in [false, true] {
        let (pair, secret) = (Pair::new(), token(73));
        pair.seed("a", "clean");
        pair.client.aside("side", "b", "from the side\n");
        pair.client.stage("c", "on main\n");
        pair.client.commit("on main");
        pair.client.ok("merge -q --no-commit --no-ff side");
        pair.client.stage("s", format!("key = {secret}\n"));
        pair.client.commit("an evil merge");
        let wanted = if later { "merge add a line `break`" } else { "git commit -a --amend" };
        if later {
            pair.client.stage("d", "later\n");
            pair.client.commit("later");
        }
        mended(pair, "main", &secret, &[wanted]);
    }
}

/// The gate of a pusher's own machine knows what is checked out.
#[test]
fn before_a_push_the_branch_that_is_checked_out_is_your_last_commit() {
    let (pair, secret) = (Pair::new(), token(74));
    pair.unguard();
    pair.client.hook("pre-push", &crate::support::gate::script("pre-push"));
    pair.client.stage("s", &secret);
    pair.client.commit("bad");
    let here = pair.push("main");
    assert!(here.stderr.contains("take it out of your last commit"), "{}", here.stderr);
    pair.client.ok("checkout -q --orphan elsewhere");
    pair.client.commit("other");
    let other = pair.push("main");
    assert!(other.stderr.contains("of `main` (`git switch` to it)"), "{}", other.stderr);
}

/// Regression: a limit of the server's that was exceeded was told with a hint to look for damage.
#[test]
fn a_limit_is_no_damage() {
    let pair = Pair::new();
    for at in 0..5 {
        pair.client.stage("a", at.to_string());
        pair.client.commit("one more");
    }
    for (limit, hint) in [("objects = 2", "smaller parts"), ("refs = 1", "fewer refs at a time")] {
        pair.policy(&format!("[limits]\n{limit}\n"));
        let ran = pair.push("main main:refs/heads/b");
        assert!(!ran.ok && ran.stderr.contains(hint) && !ran.stderr.contains("fsck"), "{limit}: {}", ran.stderr);
    }
}
