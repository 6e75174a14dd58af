//! The commands about rules: list, show, lint, test and stats.

use portcullis::rules::example::expand;

use crate::scan::sandbox::Sandbox;

#[test]
fn rules_are_listed_and_shown() {
    let sandbox = Sandbox::new();
    let list = sandbox.run(&["rules", "list"]).exits(0).stdout();
    let id = list.lines().next().and_then(|line| line.split(' ').next()).expect("a rule");
    assert!(sandbox.run(&["rules", "show", id]).exits(0).stdout().contains(id));
    sandbox.run(&["rules", "show", "no-such-rule"]).exits(2);
}

/// Regression: what scoring, a boundary or another part of the same rule kept from being found, or did not.
#[test]
fn the_builtin_rules_are_judged_as_their_examples_say() {
    Sandbox::new().run(&["rules", "test"]).exits(0);
}

#[test]
fn rules_are_tested_and_a_file_of_good_ones_is_used() {
    let sandbox = Sandbox::new();
    let rule = r#"
provider = "acme"
[[rule]]
id = "acme-key"
title = "Acme key"
severity = "high"
regex = 'acmekey_[a-z0-9]{24}'
anchors = ["acmekey_"]
examples = ["acmekey_{base36:24}"]
rejects = ["acmekey_{base36:9}"]
"#;
    sandbox.write("acme.toml", rule);
    sandbox.run(&["rules", "lint", "acme.toml"]).exits(0);
    sandbox.run(&["rules", "test", "acme.toml"]).exits(0);
    sandbox.write("wrong.toml", rule.replace("acmekey_{base36:9}", "acmekey_{base36:24}"));
    let ran = sandbox.run(&["rules", "test", "wrong.toml"]);
    assert!(
        ran.stdout().contains("acme-key: found in 20 of 20") || ran.stderr().contains("wrong.toml:9"),
        "{}",
        ran.stderr()
    );
    assert_ne!(ran.0.status.code(), Some(0));
    sandbox.write("x", format!("see {} there\n", expand("acmekey_{base36:24}", 1).unwrap()));
    sandbox.run(&["scan", "x"]).exits(0);
    let ran = sandbox.run(&["scan", "--format", "jsonl", "--rules", "acme.toml", "x"]).exits(1);
    assert_eq!(ran.lines()[0]["rule"], "acme-key");
    sandbox.run(&["scan", "--rules", "acme.toml", "--rules", "acme.toml", "x"]).exits(2);
}

#[test]
fn rules_stats_says_what_each_rule_costs() {
    let sandbox = Sandbox::new();
    sandbox.leak("a/leak", 1);
    sandbox.write("a/mention", "ghp_ is how a token begins\n");
    let told = sandbox.run(&["rules", "stats", "a"]).exits(0).stdout();
    let row = told.lines().find(|line| line.starts_with("github-pat-classic ")).expect("a row");
    let counts: Vec<&str> = row.split_whitespace().collect();
    // Two anchors, tried where they stand; one is a token.
    assert_eq!(counts[1..5], ["2", "2", "1", "1"], "{told}");
    assert!(told.contains("2 files"), "{told}");
    sandbox.run(&["rules", "stats", "nowhere"]).exits(2);
}

/// Regression: what no scan reads was counted as what could not be read, and a link that was named was not followed.
#[test]
#[cfg(unix)]
fn rules_stats_passes_over_what_a_scan_passes_over() {
    let sandbox = Sandbox::new();
    sandbox.leak("tree/leak", 1);
    sandbox.leak("tree/.git/config", 2);
    std::os::unix::fs::symlink("leak", sandbox.path("tree/link")).unwrap();
    std::os::unix::fs::symlink("tree/leak", sandbox.path("named")).unwrap();
    let told = sandbox.run(&["rules", "stats", "tree", "named"]).exits(0).stdout();
    assert!(told.contains("2 files") && !told.contains("could not"), "{told}");
}

/// Regression: a rule whose regex was barely too large passed lint, and found nothing.
#[test]
fn a_rule_that_cannot_be_compiled_is_no_rule() {
    let sandbox = Sandbox::new();
    let rule = |count: u32| {
        format!(
            "provider = \"x\"\n[[rule]]\nid = \"x-large\"\ntitle = \"x\"\nseverity = \"low\"\nkind = \"token\"\n\
             anchors = [\"zq_\"]\nregex = 'zq_(?:[a-f][0-9]|[g-m][0-9]|[n-z][0-9]|[A-F]x|[G-Z]y){{4,{count}}}'\nexamples = [\"zq_{{hex:32}}\"]\nrejects = [\"zz_{{hex:32}}\"]\n"
        )
    };
    let mut told = String::new();
    sandbox.write("x", format!("zq_{}\n", "a1b2c3d4".repeat(4)));
    for count in [40, 2000, 4000, 5000, 6000, 7000, 8000] {
        sandbox.write("own.toml", rule(count));
        let lint = sandbox.run(&["rules", "lint", "own.toml"]);
        let scan = ["scan", "--rules", "own.toml", "--format", "jsonl", "--min-confidence", "low", "x"];
        if lint.0.status.code() == Some(0) {
            assert_eq!(sandbox.run(&scan).exits(1).places().len(), 1, "{count}: what passes lint finds");
        } else {
            sandbox.run(&scan).exits(2);
        }
        told += &lint.stderr();
    }
    assert!(told.contains("the regex of `x-large` takes too much memory"), "{told}");
}
