//! Rule files: what is accepted, what is refused and where, and what the built-in rules promise.

use proptest::prelude::*;
use regex_syntax::hir::{Class, Hir, HirKind};

use portcullis::engine::{Engine, Scratch};
use portcullis::rules::example::{Rng, expand};
use portcullis::rules::{Boundary, Kind, MOST_RULES, NotAdded, Rule, RuleSet, load};

/// Draws per template: enough to meet every length and most characters of a class.
const SEEDS: u64 = 25;

fn compiled(rule: &Rule) -> regex::bytes::Regex {
    let regex = format!(r"\A(?:{})", rule.regex);
    regex::bytes::RegexBuilder::new(&regex).unicode(false).build().unwrap_or_else(|e| panic!("{}: {e}", rule.id))
}

/// Whether a match at `start` holds an anchor where the rule says one must be.
fn has_anchor(rule: &Rule, text: &[u8], start: usize) -> bool {
    rule.anchors.is_empty()
        || rule.anchors.iter().any(|anchor| {
            (anchor.lead_min..=anchor.lead_max).any(|lead| {
                let at = start + usize::from(lead);
                text.get(at..at + anchor.literal.len()).is_some_and(|found| {
                    found == &*anchor.literal || anchor.fold && found.eq_ignore_ascii_case(&anchor.literal)
                })
            })
        })
}

fn allows(boundary: Boundary, byte: Option<&u8>) -> bool {
    let Some(&byte) = byte else { return true };
    let more: &[u8] = match boundary {
        Boundary::None => return true,
        Boundary::Alnum => b"",
        Boundary::Word => b"_",
        Boundary::Token => b"_-",
        Boundary::Base64 => b"+/=_-",
    };
    !byte.is_ascii_alphanumeric() && !more.contains(&byte)
}

/// The credentials a rule sees in a text, read the slow way: every start, no windows, no escapes.
fn naive(rule: &Rule, text: &[u8], boundaries: bool) -> Vec<Vec<u8>> {
    let regex = compiled(rule);
    let mut found = Vec::new();
    for start in 0..text.len() {
        let Some(captures) = regex.captures(&text[start..]) else { continue };
        let group = captures.get(rule.group.into()).expect("the lint promises that the group takes part");
        let (from, to) = (start + group.start(), start + group.end());
        let left = from.checked_sub(1).and_then(|before| text.get(before));
        let beside = allows(rule.left, left) && allows(rule.right, text.get(to));
        if has_anchor(rule, text, start) && (beside || !boundaries) {
            found.push(text[from..to].to_vec());
        }
    }
    found
}

#[test]
fn examples_of_every_builtin_rule_match_with_an_anchor_in_place() {
    for rule in RuleSet::builtin().as_slice() {
        for template in rule.examples.iter() {
            for seed in 0..SEEDS {
                let text = expand(template, seed).unwrap_or_else(|e| panic!("{}: {e:?}", rule.id));
                // Escapes before a credential count as what they stand for, which only the engine knows.
                assert!(!naive(rule, text.as_bytes(), false).is_empty(), "{}: {template} made {text}", rule.id);
            }
        }
    }
}

#[test]
fn counter_examples_of_every_builtin_rule_do_not_match() {
    // Of the other kinds, scoring may reject what the regex takes.
    let by_regex = |rule: &&Rule| matches!(rule.kind, Kind::Token | Kind::Hash) && rule.extend.is_none();
    for rule in RuleSet::builtin().as_slice().iter().filter(by_regex) {
        for template in rule.rejects.iter() {
            for seed in 0..SEEDS {
                let text = expand(template, seed).unwrap_or_else(|e| panic!("{}: {e:?}", rule.id));
                assert!(naive(rule, text.as_bytes(), true).is_empty(), "{}: {template} made {text}", rule.id);
            }
        }
    }
}

/// A random match of a regex, written from its syntax tree alone.
fn draw(hir: &Hir, rng: &mut Rng, out: &mut Vec<u8>) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => out.extend(&*literal.0),
        HirKind::Class(Class::Bytes(class)) => {
            let range = class.ranges()[rng.between(0, class.ranges().len() - 1)];
            out.push(rng.between(range.start().into(), range.end().into()) as u8);
        }
        HirKind::Class(Class::Unicode(class)) => {
            let range = class.ranges()[rng.between(0, class.ranges().len() - 1)];
            out.push(rng.between(range.start() as usize, range.end() as usize) as u8);
        }
        HirKind::Repetition(repetition) => {
            let (min, max) = (repetition.min as usize, repetition.max.expect("bounded") as usize);
            // The edges are where distances go wrong.
            let count = [min, max, rng.between(min, max)][rng.between(0, 2)];
            (0..count).for_each(|_| draw(&repetition.sub, rng, out));
        }
        HirKind::Capture(capture) => draw(&capture.sub, rng, out),
        HirKind::Concat(parts) => parts.iter().for_each(|part| draw(part, rng, out)),
        HirKind::Alternation(branches) => draw(&branches[rng.between(0, branches.len() - 1)], rng, out),
    }
}

fn assert_drawn_matches_hold_an_anchor(rule: &Rule, rng: &mut Rng) {
    let mut parser = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build();
    let hir = parser.parse(&rule.regex).expect("the lint promises that it parses");
    for _ in 0..200 {
        let mut text = Vec::new();
        draw(&hir, rng, &mut text);
        assert!(text.len() <= rule.max_len as usize, "{}: a match of {} bytes", rule.id, text.len());
        assert!(has_anchor(rule, &text, 0), "{}: no anchor in {}", rule.id, text.escape_ascii());
    }
}

#[test]
fn every_random_match_of_a_builtin_rule_holds_an_anchor() {
    let mut rng = Rng::new(1);
    for rule in RuleSet::builtin().as_slice() {
        assert_drawn_matches_hold_an_anchor(rule, &mut rng);
    }
}

/// The text of a rule file with one rule.
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
    ("(?i)acme[ =](?-i)[a-d]{8}[A-M]", r#"["acme"]"#, true, &[(0, 0)]),
    ("[A-Z]{9}KEY_[A-Z]{4}", r#"["KEY_"]"#, false, &[(9, 9)]),
    ("[A-Z]{9}KEYX[A-Z]{4}", r#"["KEYX"]"#, false, &[(9, 9)]),
    ("(?:[A-Z]{3}|[A-Z]{9})KEYX[0-9]{4}", r#"["KEYX"]"#, false, &[(3, 9)]),
    ("(?:a{3}|b{5})-key", r#"["-key"]"#, false, &[(3, 5)]),
    ("(?:api|sdk|mob)-[0-9a-f]{8}", r#"["api-", "sdk-", "mob-"]"#, false, &[(0, 0), (0, 0), (0, 0)]),
    ("[A-Za-z0-9_~.-]{3}[78]Q~[a-z]{31,34}", r#"["7Q~", "8Q~"]"#, false, &[(3, 3), (3, 3)]),
    ("x{1,4000}END", r#"["END"]"#, false, &[(1, 4000)]),
    (r"-----BEGIN (?:RSA |EC )?PRIVATE KEY-----", r#"["-----BEGIN "]"#, false, &[(0, 0)]),
    (r"(?:aa(?:bb)?)?cc_token_[0-9]{4}", r#"["cc_token_"]"#, false, &[(0, 4)]),
    (r"\bacme(?:-(?:a|b|))?_(?:x|y)z[0-9]", r#"["acme"]"#, false, &[(0, 0)]),
];

#[test]
fn leads_are_the_known_ones_and_hold_for_random_matches() {
    let mut rng = Rng::new(2);
    for (regex, anchors, fold, leads) in LEADS {
        let rules = load(&file(regex, anchors, &format!("fold = {fold}")), "acme.toml").expect(regex);
        let found: Vec<_> = rules[0].anchors.iter().map(|anchor| (anchor.lead_min, anchor.lead_max)).collect();
        assert_eq!(&found, leads, "{regex}");
        assert_drawn_matches_hold_an_anchor(&rules[0], &mut rng);
    }
}

#[test]
fn a_user_rule_gets_the_defaults_of_the_schema() {
    let rules = load(&file("acme_([a-z]{3,9})", r#"["acme_"]"#, ""), "mine.toml").unwrap();
    let rule = &rules[0];
    assert_eq!((rule.id.as_ref(), rule.provider.as_ref(), rule.kind), ("acme-key", "acme", Kind::Token));
    assert_eq!((rule.group, rule.max_len, rule.min_entropy), (1, 14, 0));
    assert_eq!((rule.left, rule.right, rule.check, rule.extend), (Boundary::Alnum, Boundary::Alnum, None, None));
    let set = RuleSet::builtin().with_user(rules.clone()).unwrap();
    assert_eq!(set.as_slice().len(), RuleSet::builtin().as_slice().len() + 1);
    assert_eq!(set.with_user(rules.clone()).unwrap_err(), NotAdded::Duplicate("acme-key".into()));
    // The engine's tables are made when rules are read: there is no room in them for any number.
    let many = |count| (0..count).map(|at| Rule { id: format!("acme-{at}").into(), ..rule.clone() }).collect();
    assert_eq!(RuleSet::default().with_user(many(MOST_RULES + 1)).unwrap_err(), NotAdded::TooMany);
    let most = RuleSet::default().with_user(many(MOST_RULES)).unwrap();
    assert!(Engine::new(most).scan(&mut Scratch::default(), b"nothing here").is_empty());
}

/// The lines of the rule that a row of [`BAD`] changes: key, and the line it stands in.
const GOOD: &[&str] = &[
    r#"provider = "acme""#,
    "[[rule]]",
    r#"id = "acme-key""#,
    r#"title = "A key""#,
    r#"severity = "high""#,
    r"regex = 'acme_[a-z]{9}'",
    r#"anchors = ["acme_"]"#,
    r#"examples = ["acme_{lower:9}"]"#,
    r#"rejects = ["acme_{lower:2}"]"#,
];

/// The line (from 1) that is replaced, its text, and the place and words of the complaint.
type Bad = (usize, &'static str, (usize, usize), &'static str);

const BAD: &[Bad] = &[
    (1, r#"provider = "Acme""#, (1, 12), "a provider is written in lower case"),
    (1, "provider = 7", (1, 12), "expected a string, found a value of type integer"),
    (1, "", (1, 1), "`provider` is missing"),
    (1, r#"provider = "acme"; x"#, (1, 18), "not valid TOML"),
    (1, "provider = \"acme\"\ncolour = 1", (2, 1), "unknown key `colour`"),
    (2, "[rule]", (2, 1), "`rule` must be a list of tables"),
    (3, r#"id = "other-key""#, (3, 6), "an id begins with the provider, `acme-`"),
    (3, r#"id = "acme_key""#, (3, 6), "an id is lower case letters"),
    (3, "", (2, 1), "`id` is missing"),
    (4, r#"title = " ""#, (4, 9), "`title` is empty"),
    (4, r#"titel = "A key""#, (4, 1), "unknown key `titel` (hint: did you mean `title`?)"),
    (5, r#"severity = "hi""#, (5, 12), "unknown severity `hi`"),
    (5, "", (2, 1), "`severity` is missing"),
    (5, "severity = \"high\"\nkind = \"tocken\"", (6, 8), "unknown kind `tocken` (hint: did you mean `token`?)"),
    (5, "severity = \"high\"\nleft = \"worm\"", (6, 8), "unknown boundary `worm` (hint: did you mean `word`?)"),
    (5, "severity = \"high\"\ncheck = \"crc33-base62\"", (6, 9), "unknown check `crc33-base62` (hint: did you mean"),
    (5, "severity = \"high\"\nextend = \"x\"", (6, 10), "unknown extend `x` (hint: known: pem, putty, json-object)"),
    (5, "severity = \"high\"\ngroup = 1", (6, 9), "there is no group 1; the regex has 0"),
    (5, "severity = \"high\"\ngroup = -1", (6, 9), "there is no group -1"),
    (5, "severity = \"high\"\nmin_entropy = 101", (6, 15), "`min_entropy` is a percentage"),
    (5, "severity = \"high\"\nfiles = [\"a/b\"]", (6, 10), "`files` are names without directories"),
    (5, "severity = \"high\"\nfold = 1", (6, 8), "expected true or false"),
    (5, "severity = \"high\"\nrevoke = {url = \"http://x\"}", (2, 1), "is no https:// URL"),
    (6, r"regex = 'acme_[a-z{9}'", (6, 15), "in the regex: unclosed character class"),
    (6, r"regex = 'acme_\p{Greek}'", (6, 15), "in the regex: Unicode not allowed here"),
    (6, r"regex = 'acme_[a-z]+'", (6, 9), "matches have no longest length"),
    (6, r"regex = 'acme_[a-z]{16999}'", (6, 9), "matches can be 17004 bytes long"),
    (6, r"regex = '(?:acme_)?'", (6, 9), "the regex matches the empty text"),
    (6, r"regex = '[^\x00-\xff]'", (6, 9), "the regex matches nothing"),
    (6, r"regex = '^acme_[a-z]{9}'", (6, 9), "the beginning or end of the whole text"),
    (6, r"regex = 'acme_(?:[a-z]{9}|([0-9]{9}))'", (2, 1), "group 1 is not part of every match"),
    (6, r"regex = 'acm[ef]_[a-z]{9}'", (7, 12), "without one: `acmf_aaaaaaaaa`"),
    (6, r"regex = '(?i)acme_[a-z]{9}'", (7, 12), "not every match contains an anchor"),
    (6, r"regex = '(?:[a-z][a-z]){0,8000}|(?:[a-z0-9]{1,99}){0,80}acme_'", (6, 9), "the regex matches the empty text"),
    (7, r#"anchors = ["acme_", "acme_"]"#, (7, 21), "the anchor stands here twice"),
    (7, r#"anchors = ["ac"]"#, (7, 12), "an anchor has 3 to 64 bytes"),
    (7, "anchors = [\"acmé\"]\nfold = true", (7, 12), "with `fold`, an anchor must be ASCII"),
    (7, r#"anchors = ["acme_", "zzzz"]"#, (7, 21), "no match needs this anchor"),
    (7, "anchors = [\"Acme\"]\nfold = true", (7, 12), "anchors are written in lower case"),
    (7, "anchors = []", (2, 1), "`anchors` is missing"),
    (8, "examples = []", (2, 1), "`examples` is missing"),
    (8, r#"examples = ["acme_{lowr:9}"]"#, (8, 20), "unknown placeholder `lowr` (hint: did you mean `lower`?)"),
    (8, r#"examples = ["acme_{lower:9"]"#, (8, 19), "a placeholder is not closed"),
    (9, r#"rejects = ["{pem:foo}"]"#, (9, 14), "`pem` does not know `foo`"),
    (9, "rejects = [\"y\"]\nrejects = [\"y\"]", (10, 1), "not valid TOML: duplicate key"),
];

#[test]
fn bad_rule_files_are_refused_where_they_are_bad() {
    let good = GOOD.join("\n");
    load(&good, "acme.toml").expect("the file that the table spoils is good");
    for (line, replacement, (at_line, column), message) in BAD {
        let mut lines = GOOD.to_vec();
        lines[line - 1] = replacement;
        let errors = load(&lines.join("\n"), "acme.toml").expect_err(replacement);
        let wanted = format!("acme.toml:{at_line}:{column}: ");
        let hit = errors.0.iter().map(ToString::to_string).any(|e| e.starts_with(&wanted) && e.contains(message));
        assert!(hit, "{replacement}\nwanted {wanted}{message}\nfound  {errors}");
    }
}

#[test]
fn all_mistakes_are_told_at_once_in_order() {
    let text = GOOD.join("\n").replace("high", "hi").replace("acme_[", "acme_[[").replace("{lower:9}", "{lower}");
    let errors = load(&text, "f.toml").unwrap_err();
    let places: Vec<_> = errors.0.iter().map(|problem| problem.line).collect();
    assert_eq!(places, [5, 6, 8], "{errors}");
}

#[test]
fn ids_are_unique_within_a_file() {
    let text = format!("{}\n{}", GOOD.join("\n"), GOOD[1..].join("\n"));
    let errors = load(&text, "acme.toml").unwrap_err();
    assert_eq!(errors.0.len(), 1, "{errors}");
    assert_eq!((errors.0[0].line, errors.0[0].column), (11, 6));
    assert!(errors.0[0].message.contains("is taken by the rule in line 3"));
}

#[test]
fn hostile_regexes_end_in_an_answer() {
    let regexes = [
        "(?:a?){1000}{1000}".to_owned(),
        "((a{0,100}){0,100}){0,100}xyz".to_owned(),
        "(?:(?:a?){8000}){2}xyz".to_owned(),
        format!("(?:{})xyz", (0..999).map(|n| format!("[a-f{n}]{{0,16}}")).collect::<Vec<_>>().join("|")),
        format!("{}a{}", "(".repeat(9999), ")".repeat(9999)),
        "(?:[a-z]?[b-y]?[c-x]?){2000}xyz".to_owned(),
        "[a-z]{0,5000}[b-y]{0,5000}xyz[a-z]{0,5000}".to_owned(),
        "(?u)[\\x{100}-\\x{10ffff}]xyz".to_owned(),
        "(?:|a|b|(?:|c)){9999}xyz".to_owned(),
    ];
    for regex in regexes {
        // Either answer is fine; a panic, a hang or a swollen process is not.
        if let Ok(rules) = load(&file(&regex, r#"["xyz"]"#, ""), "acme.toml") {
            compiled(&rules[0]);
        }
    }
    let long = format!("provider = \"a\"\n#{}", "x".repeat(1 << 20));
    assert!(load(&long, "a.toml").unwrap_err().to_string().contains("longer than"));
    let deep = format!("provider = {}", "[".repeat(100_000));
    assert!(load(&deep, "a.toml").is_err());
}

/// Pieces that mutations splice in: what the grammar of TOML and of regexes turns on.
const SPLICES: &[&str] = &[
    "",
    "\"",
    "'",
    "'''",
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    "{{",
    "=",
    "\n",
    "\\",
    "#",
    "é",
    "\u{0}",
    "(?i)",
    "{9999}",
    "*",
    "|",
    "rule",
    "revoke",
    "-1",
    "1e9",
    "[[rule]]\n",
    "anchors",
    "(",
    ")",
    "\u{feff}",
    "{b64:",
    "true",
];

proptest! {
    #[test]
    fn the_parser_answers_whatever_it_is_given(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..12_usize, any::<prop::sample::Index>()), 1..12)
    ) {
        let mut text: Vec<char> = GOOD.join("\n").chars().collect();
        for (at, cut, splice) in edits {
            let from = at.index(text.len() + 1);
            let to = (from + cut).min(text.len());
            let splice: Vec<char> = SPLICES[splice.index(SPLICES.len())].chars().collect();
            text.splice(from..to, splice);
        }
        let text: String = text.into_iter().collect();
        match load(&text, "acme.toml") {
            Ok(rules) => prop_assert!(!rules.is_empty()),
            Err(errors) => {
                prop_assert!(!errors.0.is_empty());
                let lines: Vec<&str> = text.split('\n').collect();
                for problem in &errors.0 {
                    let line = lines.get(problem.line - 1);
                    prop_assert!(line.is_some_and(|line| problem.column <= line.chars().count() + 1), "{problem}");
                }
            }
        }
    }
}

/// A link to revoke by leads to the provider: a page about a standard, or about bad habits, revokes nothing.
#[test]
fn no_link_to_revoke_by_leads_to_a_standard() {
    let built_in = RuleSet::builtin();
    let hosts =
        built_in.as_slice().iter().map(|rule| (&*rule.id, rule.revoke_url.split('/').nth(2).unwrap_or_default()));
    let (mut linked, mut wrong) = (0, Vec::new());
    for (id, host) in hosts.filter(|(_, host)| !host.is_empty()) {
        linked += 1;
        let is = |domain: &str| host == domain || host.ends_with(&format!(".{domain}"));
        if ["ietf.org", "rfc-editor.org", "owasp.org", "w3.org", "wikipedia.org"].into_iter().any(is) {
            wrong.push(format!("{id}: {host}"));
        }
    }
    assert!(linked > 100, "{linked}");
    assert_eq!(wrong, Vec::<String>::new());
}
