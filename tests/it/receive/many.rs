//! Pushes that take more than a row to tell: many credentials, old and new ones, and clients that speak by hand.

use super::pair::{Pair, blocked, token};
use super::raw;

#[test]
fn at_most_ten_are_told_and_all_are_counted() {
    let pair = Pair::new();
    let secrets: Vec<String> = (200..215).map(token).collect();
    pair.client.stage("s", secrets.join("\n"));
    pair.client.commit("dump");
    let ran = pair.push("main");
    blocked("many", &ran, &secrets[0]);
    assert!(ran.stderr.contains("15 credentials found") && ran.stderr.contains("and 5 more"), "{}", ran.stderr);
    assert!(ran.stderr.contains("s:1") && ran.stderr.matches(", id ").count() == 10, "{}", ran.stderr);
    assert!(ran.stderr.lines().count() <= 60, "short enough to be read: {}", ran.stderr);
    let many: Vec<String> = (300..400).map(token).collect();
    let files: Vec<_> = many.iter().enumerate().collect();
    files.iter().for_each(|(n, secret)| pair.client.stage(&format!("f{n}"), secret.as_str()));
    pair.client.commit("more");
    let ran = pair.push("main");
    assert!(ran.stderr.contains(" or more credentials found"), "{}", ran.stderr);
}

#[test]
fn many_credentials_beside_a_file_that_rules_are_bound_to_keep_their_commit() {
    let pair = Pair::new();
    let secrets: Vec<String> = (500..525).map(token).collect();
    for (n, secret) in secrets.iter().enumerate() {
        pair.client.stage(&format!("f{n:02}"), secret.as_str());
    }
    pair.client.stage(".netrc", "hello\n");
    let commit = pair.client.commit("all in one");
    let ran = pair.push("main");
    blocked("many and .netrc", &ran, &secrets[0]);
    assert!(!ran.stderr.contains("in no commit of this push"), "{}", ran.stderr);
    assert_eq!(ran.stderr.matches(&format!("commit {}", &commit[..16])).count(), 10, "{}", ran.stderr);
    let told = ran.stderr.lines().filter(|line| line.trim_end().ends_with(":1")).count();
    assert!(told == 10 && ran.stderr.contains("git commit -a --amend"), "{}", ran.stderr);
}

#[test]
fn a_new_credential_is_found_behind_many_old_ones() {
    let pair = Pair::new();
    let old: String = (400..440).map(|n| token(n) + "\n").collect();
    pair.seed("old", &old);
    let secret = token(441);
    pair.client.stage("old", format!("more\n{old}"));
    pair.client.stage("zzz", &secret);
    pair.client.commit("edit");
    let ran = pair.push("main");
    blocked("behind", &ran, &secret);
    assert!(ran.stderr.contains("1 credential found"), "{}", ran.stderr);
}

#[test]
fn r10_r11_r13_r14_r37_spoken_by_hand() {
    let (pair, secret) = (Pair::new(), token(10));
    pair.seed("a", "clean");
    let main = pair.client.ok("rev-parse HEAD");
    pair.client.stage("b", "clean too");
    let next = pair.client.commit("clean");
    let blob = pair.object("blob", secret.as_bytes());
    let new = |tip: &str| -> Vec<String> {
        let list = pair.client.ok(&format!("rev-list --objects --no-object-names {tip} ^{main}"));
        list.lines().map(str::to_owned).collect()
    };
    let smuggled = raw::pack(&pair.client, &[new(&next), vec![blob.clone()]].concat());
    let ran = raw::push(&pair, &[raw::line(&main, &next, b"refs/heads/main")], &smuggled);
    blocked("R10", &ran, &secret);
    assert!(!pair.holds(&secret) && ran.stderr.contains("in no commit of this push"), "R10: {}", ran.stderr);

    pair.client.stage("s", &secret);
    let bad = pair.client.commit("bad");
    let pack = raw::pack(&pair.client, &new(&bad));
    let ran = raw::push(&pair, &[raw::line(&bad, &bad, b"refs/heads/leak")], &pack);
    blocked("R11", &ran, &secret);
    assert!(!pair.holds(&secret), "R11");
    let injected =
        [b"refs/heads/x\n".as_slice(), raw::null().as_bytes(), b" ", main.as_bytes(), b" refs/heads/y"].concat();
    let clean = raw::pack(&pair.client, &new(&next));
    let ran = raw::push(&pair, &[raw::line(&raw::null(), &next, &injected)], &clean);
    assert!(!ran.ok && !pair.server.ok_or_not("rev-parse -q --verify refs/heads/x"), "R13: {}", ran.stderr);
    let ran = raw::push(&pair, &[raw::line(&raw::null(), &bad, b"refs/heads/e\x1b[2J")], &pack);
    blocked("R14", &ran, &secret);
    assert!(!pair.holds(&secret), "R14");
    let missing = "1".repeat(40);
    let ran = raw::push(&pair, &[raw::line(&raw::null(), &missing, b"refs/heads/m")], &raw::pack(&pair.client, &[]));
    assert!(!ran.ok, "R37: {}", ran.stderr);
}
