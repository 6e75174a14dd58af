//! Parsers of files that come from a repository or a user.

use portcullis::engine::{Engine, Scratch};
use portcullis::git::{Cleanup, Comment, HashKind, Index, MessageConfig};
use portcullis::policy::Baseline;
use portcullis::report::sanitize;
use portcullis::rules::{self, RuleSet, example};
use portcullis::source::message;

use super::taker::Taker;

/// A rule file as it is, and one whose skeleton is right and whose values are the fuzzer's. What passes lint
/// must run.
pub(crate) fn rules(data: &[u8]) {
    let mut take = Taker(data);
    let text = if take.byte() % 2 == 0 {
        String::from_utf8_lossy(take.0).into_owned()
    } else {
        let mut parts = take.0.split(|&byte| byte == 0).map(|part| String::from_utf8_lossy(part).replace("'''", ""));
        let mut next = || parts.next().unwrap_or_default();
        format!(
            "provider = 'acme'\nname = 'Acme'\n[[rule]]\nid = 'acme-key'\ntitle = 'Acme key'\nseverity = 'high'\n\
             regex = '''{}'''\nanchors = ['''{}''']\nexamples = ['''{}''']\nrejects = ['''{}''']\n{}",
            next(),
            next(),
            next(),
            next(),
            next()
        )
    };
    let Ok(rules) = rules::load(&text, "acme.toml") else { return };
    let examples: Vec<u8> = rules
        .iter()
        .flat_map(|rule| rule.examples.iter().chain(rule.rejects.iter()))
        .flat_map(|template| example::expand(template, 1).expect("the lint read it").into_bytes())
        .take(1 << 16)
        .collect();
    let engine = Engine::new(RuleSet::new(rules));
    for finding in engine.scan(&mut Scratch::default(), &examples) {
        assert!(finding.span.end <= examples.len() as u64);
    }
}

/// The index, whole or split.
pub(crate) fn index(data: &[u8]) {
    let mut take = Taker(data);
    let choice = take.byte();
    let hash = if choice & 1 == 0 { HashKind::Sha1 } else { HashKind::Sha256 };
    let shared_len = if choice & 2 == 0 { 0 } else { take.below(take.0.len()) };
    let shared = take.bytes(shared_len);
    let bytes = take.0;
    let parsed =
        Index::parse(bytes, hash, |_| if choice & 2 == 0 { Err("there is none") } else { Ok(shared.to_vec()) });
    if let Ok(index) = parsed {
        // An entry takes 62 bytes at least: no few bytes may claim millions of entries.
        assert!(index.len() * 62 <= bytes.len() + shared.len(), "{} entries in {} bytes", index.len(), bytes.len());
    }
}

/// A baseline is read whole or refused, and what was read can be looked up.
pub(crate) fn baseline(data: &[u8]) {
    let lines = data.split(|&byte| byte == b'\n').count();
    match Baseline::parse(data) {
        Ok(baseline) => {
            assert!(baseline.entries().len() <= lines);
            for entry in baseline.entries() {
                let rule = entry.rule.clone().unwrap_or_default();
                assert!(baseline.lookup(entry.fingerprint, &rule).is_some(), "line {} cannot be found", entry.line);
            }
        }
        Err(error) => assert!((1..=lines as u64).contains(&error.line), "line {} of {lines}", error.line),
    }
}

/// What git takes out of a commit message becomes blanks or is cut off; nothing else changes.
pub(crate) fn commit_message(data: &[u8]) {
    let mut take = Taker(data);
    let choice = take.byte();
    let comment_len = usize::from(choice >> 5);
    let config = MessageConfig {
        comment: if choice & 1 == 0 { Comment::Unknown } else { Comment::Text(take.bytes(comment_len).to_vec()) },
        cleanup: [Cleanup::Default, Cleanup::Strip, Cleanup::Keep, Cleanup::Keep][usize::from(choice >> 1 & 3)],
        no_editor: choice & 8 != 0,
    };
    let file = take.0;
    let kept = message::kept(file, &config);
    assert!(kept.len() <= file.len());
    for (at, (ours, theirs)) in kept.iter().zip(file).enumerate() {
        let blanked = *ours == b' ' && *theirs != b'\n' && config.cleanup != Cleanup::Keep;
        assert!(ours == theirs || blanked, "byte {at} became another");
    }
    let rest = &file[kept.len()..];
    let whole_lines = kept.is_empty() || kept.ends_with(b"\n") || rest.is_empty();
    assert!(whole_lines, "a line was cut in two");
}

/// Names from a repository, as people see them: no control bytes, no text that runs backwards.
pub(crate) fn names(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for shown in [sanitize::quote(data), sanitize::clean(&text), sanitize::shell_word(data)] {
        let hostile = shown.chars().find(|c| c.is_control() || sanitize::is_hostile(*c));
        assert!(hostile.is_none(), "{hostile:?} gets through");
    }
}
