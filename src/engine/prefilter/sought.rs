//! What an engine seeks: the needles of the built-in rules, and those of a user's rules in tables of their own.
//!
//! To compute the built-in rules' tables anew, with the user's among them, took 0.7 s at every start. A second, small
//! set of tables costs a second pass over the text, and only those who have rules of their own.

use std::borrow::Cow;
use std::ops::Range;

use super::builtin;
use super::tables::{Needle, Tables, Target};
use crate::rules::{Glance, RuleSet};

/// The tables of a rule set.
#[derive(Debug)]
pub struct Prefilter {
    parts: Vec<Part>,
}

/// Tables, and what the numbers of their needles begin with.
#[derive(Debug)]
struct Part {
    tables: Cow<'static, Tables>,
    first: u32,
}

/// A needle, and the tables it is of.
#[derive(Clone, Copy, Debug)]
pub struct Sought<'t> {
    tables: &'t Tables,
    /// The needle.
    pub needle: &'t Needle,
    /// Its number among all that are sought.
    pub number: u32,
}

impl<'t> Sought<'t> {
    /// The needle's bytes.
    #[must_use]
    pub fn literal(self) -> &'t [u8] {
        self.tables.literal(self.needle)
    }

    /// The rules to try where it stands.
    pub(in crate::engine) fn targets(self) -> &'t [Target] {
        self.tables.targets(self.needle)
    }

    /// The look that tells of several of them at once.
    pub(in crate::engine) fn gate(self) -> Option<&'t Glance> {
        self.tables.gates.get(usize::from(self.needle.gate?))
    }
}

impl Prefilter {
    /// The prefilter of a rule set. The built-in rules' tables are static data: only others' are computed.
    #[must_use]
    pub fn new(rules: &RuleSet) -> Self {
        let (all, builtin) = (rules.as_slice(), rules.builtin_count());
        let mut prefilter = Self { parts: Vec::new() };
        if builtin > 0 {
            prefilter.add(Cow::Borrowed(&builtin::TABLES));
        }
        if builtin < all.len() {
            prefilter.add(Cow::Owned(Tables::new(all, builtin)));
        }
        prefilter
    }

    fn add(&mut self, tables: Cow<'static, Tables>) {
        let first = self.parts.last().map_or(0, |last| last.first + last.tables.needles.len() as u32);
        self.parts.push(Part { tables, first });
    }

    /// All needles, by their numbers.
    pub fn needles(&self) -> impl Iterator<Item = Sought<'_>> {
        self.parts.iter().flat_map(|part| (0..part.tables.needles.len() as u32).map(|ix| part.sought(ix)))
    }

    /// The needle of that number.
    #[must_use]
    pub fn sought(&self, number: u32) -> Option<Sought<'_>> {
        let part = self.parts.iter().rfind(|part| part.first <= number)?;
        let ix = number - part.first;
        ((ix as usize) < part.tables.needles.len()).then(|| part.sought(ix))
    }

    /// Calls `found(at, needle)` for every needle that begins inside `core` and lies wholly in `window`, once for
    /// each; in no particular order.
    pub fn find<'t>(&'t self, window: &[u8], core: Range<usize>, mut found: impl FnMut(usize, Sought<'t>)) {
        for part in &self.parts {
            super::find(&part.tables, window, core.clone(), |at, ix| found(at, part.sought(ix)));
        }
    }
}

impl Part {
    fn sought(&self, ix: u32) -> Sought<'_> {
        Sought { tables: &self.tables, needle: self.tables.needle(ix), number: self.first + ix }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Rule;

    /// The built-in rules, and some more that are copies of theirs under other names.
    fn rules(own: usize) -> RuleSet {
        let copy = |rule: &Rule| Rule { id: format!("own-{}", rule.id).into(), ..rule.clone() };
        let builtin = RuleSet::builtin();
        let copies = builtin.as_slice().iter().filter(|rule| rule.files.is_empty()).take(own).map(copy);
        RuleSet::builtin().with_user(copies.collect()).expect("the ids are new")
    }

    #[test]
    fn a_users_rules_cost_no_tables_but_their_own() {
        for own in [0, 1, 3] {
            let prefilter = Prefilter::new(&rules(own));
            let computed = prefilter.parts.iter().filter(|part| matches!(part.tables, Cow::Owned(_)));
            let targets: Vec<usize> =
                computed.flat_map(|part| part.tables.targets.iter()).map(|target| usize::from(target.rule)).collect();
            let builtin = RuleSet::builtin().as_slice().len();
            assert_eq!(targets.is_empty(), own == 0);
            assert!(targets.iter().all(|rule| (builtin..builtin + own).contains(rule)), "{targets:?}");
        }
    }

    #[test]
    fn needles_are_numbered_one_after_the_other() {
        let prefilter = Prefilter::new(&rules(2));
        let all: Vec<Sought<'_>> = prefilter.needles().collect();
        assert!((0..).zip(&all).all(|(number, sought)| sought.number == number));
        for sought in &all {
            let again = prefilter.sought(sought.number).expect("there is one of that number");
            assert!(std::ptr::eq(again.needle, sought.needle) && std::ptr::eq(again.tables, sought.tables));
        }
        assert!(prefilter.sought(all.len() as u32).is_none());
    }

    #[test]
    fn each_part_is_searched() {
        let set = rules(1);
        let anchor = set.as_slice().last().and_then(|rule| rule.anchors.first()).expect("a rule has an anchor");
        let prefilter = Prefilter::new(&set);
        let mut rules = Vec::new();
        prefilter.find(&anchor.literal, 0..anchor.literal.len(), |_, sought| {
            rules.extend(sought.targets().iter().map(|target| usize::from(target.rule)));
        });
        assert!(rules.contains(&(set.as_slice().len() - 1)) && rules.iter().any(|&rule| rule < set.builtin_count()));
    }
}
