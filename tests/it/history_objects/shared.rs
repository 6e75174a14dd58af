//! How the work is shared out.

use std::collections::HashMap;
use std::io::Read;
use std::num::NonZero;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::thread::ThreadId;

use portcullis::git::{Limits, Object, ObjectKind, Oid, Parent, Visit};

use super::super::support::Repo;
use super::hostile::{adding, blob, name, ref_delta, write};
use super::store;

/// Counts which thread saw how many objects.
#[derive(Default)]
struct Threads(Mutex<HashMap<ThreadId, u32>>);

impl Visit for Threads {
    type Worker = ();
    type State = ();

    fn worker(&self) {}

    fn object(&self, (): &mut (), _: Object<'_>, _: Option<Parent<'_, ()>>) -> Option<()> {
        *self.0.lock().expect("lock").entry(std::thread::current().id()).or_default() += 1;
        // What scanning an object costs; without it one thread would be done before the other has begun.
        std::thread::sleep(std::time::Duration::from_micros(200));
        Some(())
    }

    fn stream(&self, (): &mut (), _: Oid, _: ObjectKind, _: u64, _: &mut dyn Read) -> std::io::Result<()> {
        Ok(())
    }

    fn weight(&self, (): &()) -> usize {
        0
    }
}

#[test]
fn a_family_that_is_the_whole_pack_is_shared_between_threads() {
    let repo = Repo::init(&[]);
    let base = vec![b'x'; 1000];
    let mut entries = vec![(name(0), blob(&base))];
    // Half of them stand on the base, and one on each of those.
    entries.extend((1..700).map(|at| (name(at), ref_delta(name(0), &adding(1000, &at.to_be_bytes())))));
    entries.extend((700..1400).map(|at| (name(at), ref_delta(name(at - 699), &adding(1004, &at.to_be_bytes())))));
    entries.pop();
    write(&repo, &entries);
    let threads = Threads::default();
    let limits = Limits { threads: NonZero::new(3), ..Limits::default() };
    let stop = AtomicBool::new(false);
    let troubles = store(&repo.dir).visit(|_, _| true, &threads, limits, &stop).expect("walks");
    assert!(troubles.is_empty(), "{troubles:?}");
    let counts: Vec<u32> = threads.0.into_inner().expect("lock").into_values().collect();
    assert_eq!(counts.iter().sum::<u32>(), 1399);
    assert!(counts.len() == 3 && counts.iter().all(|count| *count > 100), "{counts:?}");
}
