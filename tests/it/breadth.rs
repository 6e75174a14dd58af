//! Every format of its own in the forms people write: configuration, source, containers, logs. Every value is drawn.

use portcullis::engine::{Engine, Scratch};
use portcullis::model::{Confidence, Finding};
use portcullis::rules::example::expand;
use portcullis::rules::{Kind, Rule, RuleSet};

/// A credential stands at `@`, in base64 at `#`; the provider's name at `UPPER` and `lower`.
const FORMS: [&str; 16] = [
    "service:\n  lower_token: @\n  region: eu\n",
    "{\"lowerToken\": \"@\", \"x\": 1}\n",
    "APP=1\nUPPER_TOKEN=@\nDEBUG=0\n",
    "export UPPER_TOKEN='@'\n",
    "provider \"lower\" {\n  token = \"@\"\n}\n",
    "FROM x\nENV UPPER_TOKEN @\n",
    "{\"cells\": [{\"source\": [\"lower_token = \\\"@\\\"\\n\"]}]}\n",
    "<config>\n  <lowerToken>@</lowerToken>\n</config>\n",
    "lower.api.token=@\n",
    "private static final String UPPER_TOKEN = \"@\";\n",
    "\tlowerToken := \"@\"\n",
    "const lowerToken = '@';\n",
    "kind: Secret\ndata:\n  lower-token: #\n",
    "https://api.example.com/v1/items?lower_token=@&page=2\n",
    "@@ -1 +1 @@\n-UPPER_TOKEN=\n+UPPER_TOKEN=@\n",
    "time=10:00:01 level=info msg=\"auth\" lower_token=@ user=7\n",
];

/// The credential of a rule's first example, if it stands alone there: what is part of a URL has no other form.
fn credential(rule: &Rule) -> Option<String> {
    let text = expand(&rule.examples[0], 7).expect("a template");
    let regex = regex::bytes::RegexBuilder::new(&rule.regex).unicode(false).build().expect("a regex");
    let found = regex.captures(text.as_bytes())?;
    let (whole, secret) = (found.get(0)?, found.get(rule.group.into())?);
    let secret = std::str::from_utf8(secret.as_bytes()).ok()?;
    let plain = secret.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
    (plain && whole.len() == secret.len()).then(|| secret.to_owned())
}

fn formats() -> impl Iterator<Item = (Rule, String)> {
    let own = |rule: &&Rule| rule.kind == Kind::Token && rule.extend.is_none() && rule.files.is_empty();
    let rules: Vec<Rule> = RuleSet::builtin().as_slice().iter().filter(own).cloned().collect();
    rules.into_iter().filter_map(|rule| credential(&rule).map(|secret| (rule, secret)))
}

fn blocking(engine: &Engine, text: &str) -> Vec<Finding> {
    let found = engine.scan(&mut Scratch::default(), text.as_bytes());
    found.into_iter().filter(|finding| finding.score.confidence >= Confidence::Medium).collect()
}

fn written(form: &str, rule: &Rule, secret: &str) -> String {
    let lower = rule.provider.replace('-', "_");
    let form = form.replace("@@", "\0").replace("UPPER", &lower.to_uppercase()).replace("lower", &lower);
    // What a mask holds may be no template.
    let encoded = |text: &str| expand(&format!("{{b64:{text}}}"), 1).expect("a template");
    let form = if form.contains('#') { form.replace('#', &encoded(secret)) } else { form };
    form.replace('@', secret).replace('\0', "@@")
}

#[test]
fn every_format_is_found_in_every_form() {
    let engine = Engine::builtin();
    let mut count = 0;
    for (rule, secret) in formats() {
        count += 1;
        for form in FORMS {
            let text = written(form, &rule, &secret);
            assert!(!blocking(&engine, &text).is_empty(), "{}: {text}", rule.id);
        }
    }
    assert!(count >= 300, "{count} formats of their own");
}

/// Regression: a mask longer than forty characters, or of zeros, behind a token's prefix blocked.
#[test]
fn masks_behind_a_prefix_block_nowhere() {
    let engine = Engine::builtin();
    for (rule, secret) in formats() {
        // What every drawn token begins with.
        let other = expand(&rule.examples[0], 8).expect("a template");
        let shared = (1..secret.len()).rev().find(|&end| other.contains(&secret[..end])).unwrap_or(0);
        let (prefix, body) = secret.split_at(shared);
        if body.len() < 12 {
            continue;
        }
        let filled = |mask: char| body.replace(|c: char| c.is_ascii_alphanumeric(), &mask.to_string());
        for mask in [filled('x'), filled('*'), filled('X'), "*".repeat(48), "${TOKEN}".to_owned(), "...".to_owned()] {
            for form in FORMS.iter().filter(|form| !form.contains('#')) {
                let text = written(form, &rule, &format!("{prefix}{mask}"));
                assert!(blocking(&engine, &text).is_empty(), "{}: {text}", rule.id);
            }
        }
    }
}
