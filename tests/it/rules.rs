//! Rule files: what is accepted, what is refused and where, and what the built-in rules promise.

use portcullis::rules::{RuleSet, load};

#[test]
fn builtin_rules_are_there() {
    let set = RuleSet::builtin();
    assert!(!set.as_slice().is_empty());
}

/// A rule file with these lines in its one rule in place of the defaults of the same key.
fn file(regex: &str, anchors: &str, more: &str) -> String {
    format!(
        "provider = \"acme\"\n[[rule]]\nid = \"acme-key\"\ntitle = \"A key\"\nseverity = \"high\"\nregex = '{regex}'\n\
         anchors = {anchors}\nexamples = [\"x\"]\nrejects = [\"y\"]\n{more}\n"
    )
}

/// Regex, anchors, `fold`, and the distances (least, greatest) that must be found for each anchor.
type Leads = (&'static str, &'static str, bool, &'static [(u16, u16)]);

const LEADS: &[Leads] = &[
    ("acme_[a-z]{3}", r#"["acme_"]"#, false, &[(0, 0)]),
    ("ac[xyz]_[0-9]{3}", r#"["acx_", "acy_", "acz_"]"#, false, &[(0, 0), (0, 0), (0, 0)]),
    ("(?i)password[ =:]{1,3}[a-z]{8}", r#"["password"]"#, true, &[(0, 0)]),
    ("(?i)[a-z_]{0,9}(?:password|secret)=[a-z]{8}", r#"["password", "secret"]"#, true, &[(0, 9), (0, 9)]),
    ("[A-Z]{9}KEY_[A-Z]{4}", r#"["KEY_"]"#, false, &[(9, 9)]),
    ("[A-Z]{9}KEYX[A-Z]{4}", r#"["KEYX"]"#, false, &[(9, 9)]),
    ("(?:a{3}|b{5})-key", r#"["-key"]"#, false, &[(3, 5)]),
    ("(?:api|sdk|mob)-[0-9a-f]{8}", r#"["api-", "sdk-", "mob-"]"#, false, &[(0, 0), (0, 0), (0, 0)]),
    ("[A-Za-z0-9_~.-]{3}[78]Q~[a-z]{31,34}", r#"["7Q~", "8Q~"]"#, false, &[(3, 3), (3, 3)]),
    ("x{1,4000}END", r#"["END"]"#, false, &[(1, 4000)]),
    (r"-----BEGIN (?:RSA |EC )?PRIVATE KEY-----", r#"["-----BEGIN "]"#, false, &[(0, 0)]),
    (r"(?:aa(?:bb)?)?cc_token_[0-9]{4}", r#"["cc_token_"]"#, false, &[(0, 4)]),
];

#[test]
fn leads_are_the_known_ones() {
    for (regex, anchors, fold, leads) in LEADS {
        let rules = load(&file(regex, anchors, &format!("fold = {fold}")), "acme.toml").expect(regex);
        let found: Vec<_> = rules[0].anchors.iter().map(|anchor| (anchor.lead_min, anchor.lead_max)).collect();
        assert_eq!(&found, leads, "{regex}");
    }
}
