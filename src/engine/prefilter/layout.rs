//! How the prefilter's tables are built from anchors. Shared with the build script: standard library only.

use std::collections::BTreeMap;

use super::tables::{Index, Needle, Tables, Target};
use super::units;
use super::windows::Windows;
use crate::decode::encode::{Form, encoded};
use crate::rules::Anchor;

/// What makes two needles one.
type Key = (Vec<u8>, bool, [Form; 2], usize, usize);

/// Collects needles and lays the tables out.
#[derive(Debug, Default)]
pub(super) struct Builder {
    needles: BTreeMap<Key, Vec<Target>>,
}

impl Builder {
    /// Adds an anchor in every form.
    pub(super) fn add_anchor(&mut self, anchor: &Anchor, rule: usize, anchor_ix: usize) {
        let len = anchor.literal.len();
        self.add(&anchor.literal, anchor.fold, [Form::Plain; 2], len, rule, anchor_ix);
        encoded(&anchor.literal, anchor.fold, &mut |outer| {
            self.add(&outer.literal, outer.fold, [outer.form, Form::Plain], len, rule, anchor_ix);
            // Encoded twice: base64 of base64, and base64 of UTF-16 (PowerShell's -EncodedCommand).
            let twice = outer.form.is_base64() || outer.form == Form::Utf16Le;
            if twice && !outer.fold && outer.literal.len() >= units::BASE64_DIGITS {
                encoded(&outer.literal, false, &mut |twice| {
                    if twice.form.is_base64() && twice.literal.len() > units::BASE64_DIGITS {
                        let forms = [twice.form, outer.form];
                        let key = (twice.literal, twice.fold, forms, outer.literal.len(), len);
                        self.add_key(key, rule, anchor_ix);
                    }
                });
            }
        });
    }

    /// Adds one needle.
    #[expect(clippy::too_many_arguments, reason = "what makes a needle")]
    pub(super) fn add(
        &mut self,
        literal: &[u8],
        fold: bool,
        forms: [Form; 2],
        anchor_len: usize,
        rule: usize,
        anchor: usize,
    ) {
        self.add_key((literal.to_vec(), fold, forms, anchor_len, anchor_len), rule, anchor);
    }

    fn add_key(&mut self, key: Key, rule: usize, anchor: usize) {
        if key.4 < units::PLAIN - 1 {
            return; // the rules' lint refuses such anchors
        }
        let target = Target { rule: narrow(rule), anchor: narrow(anchor) };
        let targets = self.needles.entry(key).or_default();
        if !targets.contains(&target) {
            targets.push(target);
        }
    }

    /// Lays out the tables.
    ///
    /// # Panics
    /// If there are more than 65,535 rules, or four thousand million needles.
    #[must_use]
    pub(super) fn finish(self) -> Tables {
        let (mut needles, mut targets, mut literals) = (Vec::<Needle>::new(), Vec::new(), Vec::new());
        for ((literal, fold, forms, inner_len, anchor_len), mut needle_targets) in self.needles {
            needle_targets.sort_unstable();
            needles.push(Needle {
                literal: narrow(literals.len()),
                len: narrow(literal.len()),
                fold,
                forms,
                inner_len: narrow(inner_len),
                anchor_len: narrow(anchor_len),
                targets: narrow(targets.len()),
                target_count: narrow(needle_targets.len()),
                gate: None,
            });
            targets.extend(needle_targets);
            literals.extend(literal);
        }
        let mut windows = Windows::default();
        // Short ones first: they have no choice, and the others can then choose what is taken already.
        let mut order: Vec<u32> = (0..narrow(needles.len())).collect();
        order.sort_by_key(|&needle| needles[needle as usize].len);
        for needle in order {
            let Needle { literal, len, fold, forms, .. } = needles[needle as usize];
            windows.add(&literals[literal as usize..][..usize::from(len)], fold, forms[0], needle);
        }
        Tables {
            pairs: windows.pairs.into(),
            seconds: windows.seconds.into(),
            open: Index::new(windows.open, 16),
            base64_pairs: windows.base64_pairs.into(),
            base64: Index::new(windows.base64, 64),
            hex: Index::new(windows.hex, 32),
            needles: needles.into(),
            targets: targets.into(),
            literals: literals.into(),
            gates: [].as_slice().into(),
        }
    }
}

fn narrow<T: TryFrom<usize>>(n: usize) -> T {
    T::try_from(n).unwrap_or_else(|_| panic!("the prefilter's tables hold fewer than {n} items of a kind"))
}
