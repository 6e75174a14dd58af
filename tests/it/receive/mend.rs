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
