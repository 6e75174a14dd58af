//! Scanning along deltas against scanning whole.

use std::sync::LazyLock;

use portcullis::engine::delta::{Ask, Copied, Tracer};
use portcullis::engine::{Engine, Scratch};
use portcullis::model::Confidence;

use super::engine::written;
use super::taker::Taker;

static ENGINE: LazyLock<Engine> = LazyLock::new(Engine::builtin);
static TRACER: LazyLock<Tracer<'_>> = LazyLock::new(|| Tracer::new(&ENGINE));

/// A text, and texts made of it by copies and inserts, one after the other: what is found along the way is what is
/// found in each by itself.
pub(crate) fn against_whole(data: &[u8]) {
    let mut take = Taker(data);
    let edits = take.below(200).min(take.0.len() / 2);
    let mut edits = Taker(take.bytes(edits));
    let (mut scratch, mut other) = (Scratch::default(), Scratch::default());
    let mut base = written(&mut take);
    let (_, mut trace) =
        TRACER.whole(&mut scratch, &base, Ask { keep: true, least: Confidence::Low, go_on: &mut |_| true });
    for _ in 0..4 {
        let Some(known) = &trace else { return };
        let (mut text, mut copied) = (Vec::new(), Vec::new());
        for _ in 0..=edits.byte() % 6 {
            let from = edits.below(base.len() + 1);
            let len = edits.below(base.len() - from + 1);
            copied.push(Copied { from, to: text.len(), len });
            text.extend_from_slice(&base[from..from + len]);
            // What is put between is a piece of the base, so that tokens cut in two come together again.
            let again = edits.below(base.len() + 1);
            let count = usize::from(edits.byte() % 40).min(base.len() - again);
            text.extend_from_slice(&base[again..again + count]);
        }
        if text.len() > 64 * 1024 {
            return;
        }
        let expected = ENGINE.scan(&mut other, &text);
        let (found, next) = TRACER.made(
            &mut scratch,
            known,
            copied,
            &text,
            Ask { keep: true, least: Confidence::Low, go_on: &mut |_| true },
        );
        let places = |all: &[portcullis::model::Finding]| {
            all.iter().map(|f| (f.rule, f.span, f.secret_span)).collect::<Vec<_>>()
        };
        assert_eq!(places(&found), places(&expected), "along deltas, and whole");
        assert!(found == expected, "the same places, but not the same findings");
        (base, trace) = (text, next);
    }
}
