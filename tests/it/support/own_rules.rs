//! Rules of a user's own, beside the built-in ones.

use portcullis::rules::{Rule, RuleSet, load};

/// One with an anchor that no other rule has; one in whose matches a built-in rule finds something too; one whose anchor
/// is a built-in rule's, in any case.
const RULES: &str = r#"
provider = "acme"
name = "Acme"

[revoke]
text = "Delete the key."

[[rule]]
id = "acme-key"
title = "Acme key"
severity = "high"
regex = 'acmk[._][A-Za-z0-9]{24}'
anchors = ["acmk_", "acmk."]
references = ["https://docs.acme.example/keys"]
examples = ['key: acmk_{base62:24}', 'acmk.{base62:24}']
rejects = ['acmk_{base62:5}']

[[rule]]
id = "acme-basic"
title = "Acme login"
severity = "high"
regex = 'acme:([A-Za-z0-9]{16})@'
group = 1
anchors = ["acme:"]
references = ["https://docs.acme.example/keys"]
examples = ['https://acme:{base62:16}@acme.example']
rejects = ['acme:{base62:5}@']

[[rule]]
id = "acme-password"
title = "Acme password"
severity = "high"
regex = '(?i:password)_acme=([0-9a-f]{24})'
group = 1
anchors = ["password"]
fold = true
references = ["https://docs.acme.example/keys"]
examples = ['PASSWORD_ACME={hex:24}', 'password_acme={hex:24}']
rejects = ['password_acme={hex:5}']
"#;

/// These alone.
pub(crate) fn own() -> Vec<Rule> {
    load(RULES, "acme.toml").expect("the rules are sound")
}

/// The built-in rules and these.
pub(crate) fn with_own() -> RuleSet {
    RuleSet::builtin().with_user(own()).expect("the ids are new")
}
