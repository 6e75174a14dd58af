//! A repository that is repacked and pruned while it is read.

use std::sync::Once;
use std::sync::atomic::AtomicBool;

use portcullis::engine::Engine;
use portcullis::git::{Env, Repo as Ours};
use portcullis::guard::history::{self, Request};
use portcullis::guard::watch::{Progress, Watch};
use portcullis::policy::Policy;

use crate::support::Repo;
use crate::support::draw::Draw;

/// Does something when the first object has been scanned.
struct Meddler<'a> {
    once: Once,
    what: &'a (dyn Fn() + Sync),
}

impl Progress for Meddler<'_> {
    fn advance(&self, _: u64, _: u64) {
        self.once.call_once(self.what);
    }
}

#[test]
fn what_git_moves_meanwhile_is_found_where_it_went() {
    // All loose, then packed and pruned; in several packs, then in one; in one, then in another.
    for (before, meanwhile) in [
        (&[][..], &["repack -adfq", "prune-packed"][..]),
        (&["repack -dq"], &["repack -adfq --depth=10", "prune-packed"]),
        (&["repack -adq"], &["-c pack.window=0 repack -adFq"]),
    ] {
        let repo = Repo::init(&[]);
        for at in 0..30 {
            repo.stage("a/file", format!("{at}\n{}\n", Draw(500 + at).token()));
            repo.commit(&format!("version {at}"));
            if at == 15 {
                before.iter().for_each(|words| drop(repo.ok(words)));
            }
        }
        let meddle = || meanwhile.iter().for_each(|words| drop(repo.ok(words)));
        let meddler = Meddler { once: Once::new(), what: &meddle };
        let stop = AtomicBool::new(false);
        let watch = Watch { stop: &stop, progress: &meddler };
        let ours = Ours::open(Env::default(), &repo.dir).expect("opens");
        let (engine, policy) = (Engine::builtin(), Policy::default());
        let told = history::run(&ours, &engine, &policy, &Request::default(), None, watch).expect("runs");
        assert!(meddler.once.is_completed());
        assert!(told.coverage.is_complete(), "{before:?}: {:?}", told.coverage.skips);
        assert_eq!(told.lives.len(), 30, "{before:?}");
    }
}
