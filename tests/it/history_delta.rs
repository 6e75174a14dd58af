//! What is found along deltas is what is found in whole objects, byte for byte: on random edit histories with
//! credentials put on, beside and across the places where copies meet.

use std::sync::atomic::AtomicBool;

use portcullis::engine::delta::{Ask, Copied, Trace, Tracer};
use portcullis::engine::{Engine, Scratch};
use portcullis::git::{Env, Limits, Repo as Ours, Store};
use portcullis::guard::history::{ObjectFindings, Options, scan_objects};
use portcullis::guard::watch::{Unwatched, Watch};
use portcullis::model::{Confidence, Finding, Secret};
use portcullis::rules::{RuleSet, example};

mod large;

use super::support::Repo;
use super::support::draw::Draw;
use super::support::own_rules::with_own;

/// A credential as some rule's example draws it, or a piece of one, in one of several dresses.
fn credential(draw: &mut Draw, engine: &Engine) -> Vec<u8> {
    let (rules, builtin) = (engine.rules().as_slice(), RuleSet::builtin().as_slice().len());
    loop {
        // A user's rules are few beside the built-in ones, and would hardly ever be drawn.
        let own = rules.len() > builtin && draw.below(6) == 0;
        let rule = &rules[if own { builtin + draw.below(rules.len() - builtin) } else { draw.below(rules.len()) }];
        if rule.examples.is_empty() {
            continue;
        }
        let template = &rule.examples[draw.below(rule.examples.len())];
        let text = example::expand(template, draw.next()).expect("an example expands").into_bytes();
        return match draw.below(8) {
            0 => text.iter().flat_map(|byte| [*byte, 0]).collect(),
            1 => text.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect(),
            2 => String::from_utf8_lossy(&text).replace('"', "\\\"").replace('\n', "\\n").into_bytes(),
            3 => text.iter().flat_map(|byte| format!("%{byte:02X}").into_bytes()).collect(),
            4 => text[..draw.below(text.len() + 1)].to_vec(),
            _ => text,
        };
    }
}

fn words(draw: &mut Draw, count: usize) -> Vec<u8> {
    const WORDS: [&str; 14] = [
        "lorem ",
        "password = ",
        "\n",
        "key: ",
        "0123456789abcdef",
        "token=\"",
        "\"",
        "\\n",
        "%20",
        "-----",
        "}",
        "{",
        "aB3xK9",
        " ",
    ];
    (0..count).flat_map(|_| WORDS[draw.below(WORDS.len())].bytes()).collect()
}

/// A text with a credential here and there.
fn text(draw: &mut Draw, engine: &Engine, parts: usize) -> Vec<u8> {
    let mut text = Vec::new();
    for _ in 0..parts {
        let count = draw.below(120);
        text.extend(words(draw, count));
        if draw.below(2) == 0 {
            text.extend(credential(draw, engine));
        }
    }
    text
}

/// A child made of copies (also out of order, also twice) and inserts.
fn edit(draw: &mut Draw, engine: &Engine, base: &[u8]) -> (Vec<u8>, Vec<Copied>) {
    let (mut bytes, mut copied, mut at) = (Vec::new(), Vec::new(), 0);
    for _ in 0..1 + draw.below(6) {
        let from =
            if draw.below(5) == 0 { draw.below(base.len() + 1) } else { at + draw.below(40).min(base.len() - at) };
        let len = match draw.below(4) {
            0 => draw.below(60).min(base.len() - from),
            1 => base.len() - from,
            _ => draw.below(base.len() - from + 1),
        };
        copied.push(Copied { from, to: bytes.len(), len });
        bytes.extend_from_slice(&base[from..from + len]);
        at = from + len;
        match draw.below(4) {
            0 => bytes.extend(credential(draw, engine)),
            1 => {
                let count = draw.below(9);
                bytes.extend(words(draw, count));
            }
            2 => {
                // The rest of a credential that the copy cut in two.
                let rest = at..(at + draw.below(50)).min(base.len());
                bytes.extend_from_slice(&base[rest]);
            }
            _ => {}
        }
    }
    (bytes, copied)
}

#[test]
fn random_edit_histories() {
    let engine = Engine::new(with_own());
    let tracer = Tracer::new(&engine);
    let (mut scratch, mut other) = (Scratch::default(), Scratch::default());
    let (mut found, mut short) = (0, 0);
    for seed in 0..30 {
        let mut draw = Draw(seed);
        let parts = 1 + draw.below(25);
        let mut base = text(&mut draw, &engine, parts);
        let (_, trace) =
            tracer.whole(&mut scratch, &base, Ask { keep: true, least: Confidence::Low, go_on: &mut |_| true });
        let Some(mut trace) = trace else { continue };
        for version in 0..12 {
            let (bytes, copied) = edit(&mut draw, &engine, &base);
            let expected = engine.scan(&mut other, &bytes);
            let (findings, next) = tracer.made(
                &mut scratch,
                &trace,
                copied.iter().copied(),
                &bytes,
                Ask { keep: true, least: Confidence::Low, go_on: &mut |_| true },
            );
            assert_same(&findings, &expected, &format!("seed {seed}, version {version}"));
            found += findings.len();
            short += usize::from(bytes.len() < 60_000);
            // Long chains of small things and now and then a fresh start.
            let fresh = bytes.len() > 200_000 || bytes.is_empty();
            base = if fresh { text(&mut draw, &engine, parts) } else { bytes };
            let next = if fresh {
                tracer.whole(&mut scratch, &base, Ask { keep: true, least: Confidence::Low, go_on: &mut |_| true }).1
            } else {
                next
            };
            trace = next.unwrap_or_else(|| traced(&tracer, &base));
        }
    }
    assert!(found > 500 && short > 50, "{found} findings in {short} short texts: the test looks at nothing");
}

fn traced(tracer: &Tracer<'_>, bytes: &[u8]) -> Trace {
    tracer
        .whole(&mut Scratch::default(), bytes, Ask { keep: true, least: Confidence::Low, go_on: &mut |_| true })
        .1
        .expect("a trace")
}

#[track_caller]
fn assert_same(found: &[Finding], expected: &[Finding], what: &str) {
    let places = |findings: &[Finding]| findings.iter().map(|f| (f.rule, f.span, f.secret_span)).collect::<Vec<_>>();
    assert_eq!(places(found), places(expected), "{what}");
    assert!(found == expected, "{what}: the same places, but not the same findings");
}

fn scan(repo: &Repo, options: Options) -> ObjectFindings {
    let store = Store::open(&Ours::open(Env::default(), &repo.dir).expect("opens")).expect("store");
    let stop = AtomicBool::new(false);
    scan_objects(&store, |_, _| true, &Engine::builtin(), options, Watch { stop: &stop, progress: &Unwatched })
        .expect("scans")
}

/// A repository of one file with many versions, credentials coming and going, packed in long chains.
fn repository(seed: u64, versions: usize) -> Repo {
    let engine = Engine::builtin();
    let repo = Repo::init(&[]);
    let mut draw = Draw(seed);
    let mut lines: Vec<Vec<u8>> = (0..200).map(|_| words(&mut draw, 9)).collect();
    for version in 0..versions {
        let at = draw.below(lines.len());
        match draw.below(4) {
            0 => lines[at] = credential(&mut draw, &engine),
            1 => lines.insert(at, credential(&mut draw, &engine)),
            2 => drop(lines.remove(at)),
            _ => lines.insert(at, words(&mut draw, 9)),
        }
        repo.stage("file", lines.join(&b'\n'));
        repo.commit(&format!("version {version}"));
    }
    repo.ok("repack -adfq --depth=250 --window=50");
    repo
}

#[test]
fn a_repository_is_scanned_the_same_along_deltas_whole_and_in_little_memory() {
    let repo = repository(3, 80);
    let whole = scan(&repo, Options { whole: true, ..Options::default() });
    assert!(whole.skips.is_empty() && whole.found.len() > 50, "{:?}", whole.skips);
    let tight = Limits { ancestors: 1, small: 1, ..Limits::default() };
    for limits in [Limits::default(), tight] {
        let delta = scan(&repo, Options { whole: false, limits, ..Options::default() });
        assert_eq!(delta.objects, whole.objects);
        assert_eq!(delta.bytes, whole.bytes);
        assert!(delta.skips.is_empty(), "{:?}", delta.skips);
        assert!(delta.found == whole.found, "other findings along deltas");
    }
}

#[test]
fn objects_over_the_limit_are_streamed_with_the_same_findings_and_what_hangs_on_them_is_told() {
    let repo = repository(5, 12);
    let whole = scan(&repo, Options::default());
    repo.ok("-c pack.window=0 repack -adfq");
    let streamed = scan(&repo, Options { limits: Limits { object: 64, ..Limits::default() }, ..Options::default() });
    assert!(streamed.skips.is_empty(), "{:?}", streamed.skips);
    assert!(streamed.found == whole.found, "other findings in streams");
    repo.ok("repack -adfq --depth=250 --window=50");
    let cut = scan(&repo, Options { limits: Limits { object: 64, ..Limits::default() }, ..Options::default() });
    assert!(!cut.skips.is_empty());
    assert_eq!(cut.objects + cut.skips.len() as u64, whole.objects);
    let secrets = |result: &ObjectFindings| {
        let mut secrets: Vec<Secret> =
            result.found.iter().flat_map(|f| f.findings.iter().map(|f| f.secret.clone())).collect();
        secrets.dedup();
        secrets.len()
    };
    assert!(secrets(&cut) <= secrets(&whole));
}

#[test]
fn the_command_says_the_same_along_deltas_and_whole_and_in_little_memory() {
    let repo = repository(9, 60);
    let told = |args: &[&str]| {
        let ran = repo.portcullis(&[&["history", "--format", "json", "--min-confidence", "low"], args].concat());
        assert_eq!(ran.code, Some(1), "{}", ran.stderr);
        String::from_utf8(ran.stdout).expect("UTF-8")
    };
    let whole = told(&["--no-delta"]);
    for args in [&[][..], &["--memory", "16"], &["--threads", "1"], &["--threads", "5"]] {
        assert_eq!(told(args), whole, "{args:?}");
    }
    assert_eq!(repo.portcullis(&["history", "--memory", "15"]).code, Some(2));
}
