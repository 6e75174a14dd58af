//! From an anchor to a finding: decode around it where it is encoded, match, look beside the match, score.

use std::ops::Range;

use memchr::{memchr_iter, memchr2};

use super::compiled::{Match, Memory, Supposed};
use super::glance::{self, Glimpse};
use super::prefilter::Sought;
use super::prefilter::gates::is_behind;
use super::prefilter::tables::Target;
use super::stats::{RuleCost, Stats};
use super::text::{Text, decode_within, seen_within};
use super::{Engine, boundary, extend};
use crate::decode::{Form, FormInfo, Hit, Lens, Limit, Seen, View};
use crate::model::{Finding, RuleIx, Secret};
use crate::rules::{CONTEXT, Glance, Rule, Step};
use crate::score::{self, Evidence};

/// Reusable memory for one thread's scanning.
#[derive(Debug, Default)]
pub struct Scratch {
    /// For the text itself.
    lens: Lens,
    /// For what stands encoded in a stretch of text that the lens decoded, and in which of them.
    inner: (Lens, u64),
    /// For what stands encoded in decoded text else.
    views: [View; 2],
    /// By rule; of those that were compiled, which are few.
    regexes: Vec<Option<Box<Memory>>>,
    /// Only where somebody wants to know; one pointer else.
    stats: Option<Box<Stats>>,
}

impl Scratch {
    /// Memory that counts what each rule costs.
    #[must_use]
    pub fn counting(stats: Stats) -> Self {
        Self { stats: Some(Box::new(stats)), ..Self::default() }
    }

    /// How many bytes were decoded: what encoded text costs.
    #[must_use]
    pub const fn decoded(&self) -> u64 {
        self.lens.decoded() + self.inner.0.decoded()
    }

    /// To be called before a text is scanned.
    pub(super) fn forget(&mut self) {
        self.lens.forget();
        self.inner.1 = 0;
    }

    /// What was counted, if anything was to be.
    #[must_use]
    pub fn stats(&self) -> Option<&Stats> {
        self.stats.as_deref()
    }
}

impl Engine {
    /// Tries the rules of a needle that stands at `at`. Where somebody kept count, tells how far the bytes had a part in
    /// what came of it: nearly always a few, of the hundreds that the rules may look at.
    pub(super) fn confirm(
        &self,
        scratch: &mut Scratch,
        text: Text<'_>,
        at: usize,
        sought: Sought<'_>,
        findings: &mut Vec<Finding>,
    ) -> Option<Around> {
        let (needle, targets) = (sought.needle, sought.targets());
        let Scratch { lens, inner: (inner_lens, looked_in), views: [inner, part], regexes, stats } = scratch;
        let (anchor_len, stats) = (usize::from(needle.anchor_len), stats.as_deref_mut());
        // Who asks what each rule costs is told what it would cost without the others.
        let gate = sought.gate().filter(|_| stats.is_none());
        let attempt = Attempt { engine: self, targets, gate, anchor_len, lens: None, part, regexes, stats, findings };
        if needle.forms[0] == Form::Plain {
            return Attempt { lens: Some(lens), ..attempt }.run(text, at);
        }
        if needle.forms[0].is_base64() && !self.is_spelled(text, at, sought, lens, inner) {
            return None;
        }
        let mut attempt = attempt;
        let limit = attempt.limit();
        let nested = needle.forms[1] != Form::Plain;
        // The inner encoding is at most four bytes a byte, and never longer than what a window holds.
        let outer_limit = if nested { Limit { before: limit.before * 4, after: limit.after * 4 } } else { limit };
        let inner_len = usize::from(needle.inner_len);
        let hit = Hit { at, anchor_len: inner_len };
        let [form, inner_form] = needle.forms;
        let seen = lens.look(form, text.bytes, hit, outer_limit)?;
        if !nested {
            let (decoded, at) = seen_within(text, form, seen)?;
            // How far that is in the text as it is written, nobody counts.
            attempt.run(decoded, at);
            return None;
        }
        let info = FormInfo::of(inner_form)?;
        let (before, after) = (info.reach(limit.before), info.reach(limit.after));
        let (anchor, anchor_len) = (seen.anchor, attempt.anchor_len);
        if let Some((whole, number)) = seen.stretch
            && anchor >= before
            && anchor + after <= seen.bytes.len()
        {
            // All that may be looked at lies within what was seen: then what is about that does not matter.
            if *looked_in != number {
                inner_lens.forget();
                *looked_in = number;
            }
            let seen = Seen { bytes: whole, anchor: seen.first + anchor, first: 0, ..seen };
            let (decoded, at) = seen_within(text, form, seen)?;
            let seen = inner_lens.look(inner_form, decoded.bytes, Hit { at, anchor_len }, limit)?;
            let (decoded, at) = seen_within(decoded, inner_form, seen)?;
            attempt.run(decoded, at);
            return None;
        }
        let (decoded, at) = seen_within(text, form, seen)?;
        let (decoded, at) = decode_within(decoded, inner_form, at, anchor_len, limit, inner)?;
        attempt.run(decoded, at);
        None
    }

    /// Whether the anchor of a base64 needle stands there to its last bit: a needle is made of the digits that hold
    /// nothing else, and in a megabyte of digits some stand there by chance. To decode all that a rule can look at
    /// costs ten times as much.
    fn is_spelled(&self, text: Text<'_>, at: usize, sought: Sought<'_>, lens: &mut Lens, inner: &mut View) -> bool {
        let needle = sought.needle;
        // The digits on both sides that hold the rest of the anchor, be there a line break between.
        let limit = |len: usize| Limit { before: NEAR, after: len + NEAR };
        let (inner_len, anchor_len) = (usize::from(needle.inner_len), usize::from(needle.anchor_len));
        let hit = Hit { at, anchor_len: inner_len };
        let seen = lens.glimpse(needle.forms[0], text.bytes, hit, limit(inner_len));
        let Some((decoded, at)) = seen.and_then(|seen| seen_within(text, needle.forms[0], seen)) else {
            return false;
        };
        let stands = |text: Text<'_>, at: usize| {
            let bytes = text.bytes.get(at..at + anchor_len).unwrap_or_default();
            sought.targets().iter().any(|target| {
                let rule = &self.rules().as_slice()[usize::from(target.rule)];
                rule.anchors.get(usize::from(target.anchor)).is_some_and(|anchor| anchor.is(bytes))
            })
        };
        if needle.forms[1] == Form::Plain {
            return stands(decoded, at);
        }
        decode_within(decoded, needle.forms[1], at, anchor_len, limit(anchor_len), inner)
            .is_some_and(|(decoded, at)| stands(decoded, at))
    }

    /// Tries a rule that is bound to file names over a whole object.
    pub(super) fn confirm_everywhere(&self, bytes: &[u8], ix: usize, findings: &mut Vec<Finding>) {
        let rule = &self.rules().as_slice()[ix];
        let (Some(regex), text) = (self.regexes.get(ix, rule), Text::raw(bytes, 0)) else { return };
        findings.extend(regex.find_all(bytes).filter_map(|found| judge(rule, ix, text, found)));
    }
}

/// Bytes decoded on each side of a base64 anchor to see whether it stands there.
const NEAR: usize = 24;

/// Looks beside a match, extends a block to its end, and scores it.
fn judge(rule: &Rule, ix: usize, text: Text<'_>, mut found: Match) -> Option<Finding> {
    let bytes = text.bytes;
    if let Some(kind) = rule.extend {
        let Range { start, end } = extend::extend(kind, bytes, found.start, found.end)?;
        found = Match { start, end, secret_start: start, secret_end: end };
    }
    let Match { start, end, secret_start, secret_end } = found;
    if secret_start >= secret_end
        || !boundary::left_holds(rule.left, bytes, secret_start)
        || !(boundary::right_holds(rule.right, bytes, secret_end)
            || boundary::may_run_over(rule, bytes, secret_start, secret_end))
    {
        return None;
    }
    let from = start.saturating_sub(CONTEXT);
    let evidence = Evidence {
        rule,
        text: &bytes[from..bytes.len().min(end + CONTEXT)],
        matched: start - from..end - from,
        secret: secret_start - from..secret_end - from,
        encoded: text.is_encoded(),
    };
    let score = score::judge(&evidence)?;
    Some(Finding {
        rule: RuleIx(ix as u32),
        span: text.span(start, end),
        secret_span: text.span(secret_start, secret_end),
        secret: Secret::with_prefix(evidence.secret(), evidence.rule.public_prefix(evidence.secret())),
        via: text.via(),
        score,
    })
}

/// One needle's rules, tried on one text after the other.
struct Attempt<'a> {
    engine: &'a Engine,
    targets: &'a [Target],
    gate: Option<&'a Glance>,
    anchor_len: usize,
    /// For escapes in the text itself; none where that is decoded text.
    lens: Option<&'a mut Lens>,
    part: &'a mut View,
    regexes: &'a mut Vec<Option<Box<Memory>>>,
    stats: Option<&'a mut Stats>,
    findings: &'a mut Vec<Finding>,
}

impl Attempt<'_> {
    /// How much of the text around an anchor these rules can look at.
    fn limit(&self) -> Limit {
        let rules = self.engine.rules().as_slice();
        self.targets.iter().fold(Limit { before: 0, after: 0 }, |limit, target| {
            let reach = limit_of(&rules[usize::from(target.rule)], target.anchor);
            Limit { before: limit.before.max(reach.before), after: limit.after.max(reach.after) }
        })
    }

    /// Tries every rule with its anchor at `at`; where one does not match and the text has escapes, tries it
    /// again on the text without them. Tells how far the bytes had a part in that, if that is known.
    fn run(&mut self, text: Text<'_>, at: usize) -> Option<Around> {
        let closed = self.gate.and_then(|gate| match glance::through(gate, text.bytes, at + self.anchor_len) {
            Glimpse::No { to } => {
                let is_plain = is_unescaped(text.bytes, at.saturating_sub(BEFORE)..to);
                is_plain.then_some(Around { before: BEFORE, after: to - at })
            }
            Glimpse::Perhaps { .. } => None,
        });
        let mut around = Some(closed.unwrap_or_default());
        for &target in self.targets {
            if closed.is_some() && is_behind(self.engine.rules().as_slice(), target) {
                continue;
            }
            let began = self.stats.as_deref().map(Stats::now);
            let own = self.run_rule(target, text, at);
            around = around.zip(own).map(|(all, own)| all.and(own));
            if let (Some(began), Some(stats)) = (began, self.stats.as_deref_mut()) {
                let nanos = stats.now().saturating_sub(began);
                self.count(target, |cost| {
                    cost.anchors += 1;
                    cost.nanos += nanos;
                });
            }
        }
        around
    }

    /// Lets a rule's counters change, where there are any.
    fn count(&mut self, target: Target, change: impl FnOnce(&mut RuleCost)) {
        if let Some(cost) = self.stats.as_deref_mut().and_then(|stats| stats.rule(usize::from(target.rule))) {
            change(cost);
        }
    }

    fn run_rule(&mut self, target: Target, text: Text<'_>, at: usize) -> Option<Around> {
        let rule = &self.engine.rules().as_slice()[usize::from(target.rule)];
        let wider = |Around { before, after }| Around { before: before + BEFORE, after };
        let around = match self.try_rule(rule, target, text, at) {
            Tried::Found { around } => return around.map(wider),
            Tried::Not { around } => around.map(wider),
        };
        if rule.extend.is_some() {
            return around; // the parsers of blocks read escapes themselves
        }
        let limit = limit_of(rule, target.anchor);
        let Around { before, after } = around.unwrap_or(Around { before: limit.before, after: limit.after });
        let looked_at = at.saturating_sub(before)..text.bytes.len().min(at + after);
        if is_unescaped(text.bytes, looked_at.clone()) {
            return around; // nearly always
        }
        for (form, mark) in [(Form::PartBackslash, b'\\'), (Form::PartPercent, b'%')] {
            if !has_escape(text.bytes, mark, looked_at.clone()) {
                continue;
            }
            let hit = if let Some(lens) = self.lens.take() {
                let seen = lens.look(form, text.bytes, Hit { at, anchor_len: self.anchor_len }, limit);
                let hit = seen.and_then(|seen| seen_within(text, form, seen)).is_some_and(|(decoded, at)| {
                    matches!(self.try_rule(rule, target, decoded, at), Tried::Found { .. })
                });
                self.lens = Some(lens);
                hit
            } else {
                let mut part = std::mem::take(self.part);
                let hit =
                    decode_within(text, form, at, self.anchor_len, limit, &mut part).is_some_and(|(decoded, at)| {
                        matches!(self.try_rule(rule, target, decoded, at), Tried::Found { .. })
                    });
                *self.part = part;
                hit
            };
            if hit {
                break;
            }
        }
        None
    }

    /// Tries one rule at every start that puts its anchor at `at`.
    fn try_rule(&mut self, rule: &Rule, target: Target, text: Text<'_>, at: usize) -> Tried {
        let (rule_ix, anchor_ix) = (usize::from(target.rule), usize::from(target.anchor));
        let Some(anchor) = rule.anchors.get(anchor_ix) else { return Tried::Not { around: None } };
        let (mut found_any, mut around) = (false, Some(Around::default()));
        let (mut windows, mut confirms, mut found) = (0, 0, 0);
        for lead in usize::from(anchor.lead_min)..=usize::from(anchor.lead_max) {
            // That the text begins too late for a match has a part in it as well.
            around = around.map(|around| around.and(Around { before: lead, after: 0 }));
            let Some(start) = at.checked_sub(lead) else { break };
            // An anchor far inside a match leads to many places where it may have begun. Most are none.
            if lead > 0
                && text.bytes.get(start).is_some_and(|&first| rule.glance.step(Glance::START, first) == Step::No)
            {
                continue;
            }
            if rule.group == 0 && rule.extend.is_none() && !boundary::left_holds(rule.left, text.bytes, start) {
                continue;
            }
            // One byte more than the longest match: what a look-ahead such as `\b` needs.
            let end = text.bytes.len().min(start + rule.max_len as usize + 1);
            windows += 1;
            let secret = match glance::at(&rule.glance, text.bytes, start, end) {
                Glimpse::No { to } => {
                    around = around.map(|around| around.and(Around { before: 0, after: to.saturating_sub(at) }));
                    continue;
                }
                Glimpse::Perhaps { secret } => secret,
            };
            let mut note = |to: usize| {
                // Where a block ends, its parser says, and that looks far.
                let kept = around.filter(|_| to < usize::MAX && rule.extend.is_none());
                around = kept.map(|around| around.and(Around { before: lead + CONTEXT, after: to.saturating_sub(at) }));
            };
            let Some(regex) = self.engine.regexes.get(rule_ix, rule) else {
                note(usize::MAX);
                break;
            };
            let memory = memory(self.regexes, rule_ix);
            // Nearly all credentials that generic rules match are none, which they tell themselves, whether there is a
            // match or not. To find a match and its groups takes ten times as long.
            let supposed = secret.map(|secret| regex.supposed(text.bytes, [start, secret, end], memory));
            let (supposed, read) = supposed.unwrap_or((Supposed::Unknown, start));
            note(read);
            let finding = match supposed {
                Supposed::None => continue,
                Supposed::Match(supposed) => {
                    note(supposed.end + CONTEXT);
                    let finding = judge(rule, rule_ix, text, supposed);
                    if finding.is_some() {
                        let told = regex.end_at(text.bytes, start, end, memory);
                        note(told.read);
                        if told.found.is_none() {
                            continue;
                        }
                    }
                    debug_assert!(
                        finding.is_none() || regex.match_at(text.bytes, start, end, memory).found == Some(supposed),
                        "{}",
                        rule.id
                    );
                    finding
                }
                Supposed::Unknown => {
                    let told = regex.match_at(text.bytes, start, end, memory);
                    note(told.read);
                    let Some(matched) = told.found else { continue };
                    note(matched.end + CONTEXT);
                    judge(rule, rule_ix, text, matched)
                }
            };
            confirms += 1;
            if let Some(finding) = finding {
                found_any = true;
                found += 1;
                self.findings.push(finding);
            }
        }
        self.count(target, |cost| {
            cost.windows += windows;
            cost.confirms += confirms;
            cost.findings += found;
        });
        if found_any { Tried::Found { around } } else { Tried::Not { around } }
    }
}

/// How many bytes before and after the place of a needle had a part in what came of it. (Of a match, the bytes right
/// before it as well.)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Around {
    pub(super) before: usize,
    pub(super) after: usize,
}

impl Around {
    /// The bytes of both.
    fn and(self, other: Self) -> Self {
        Self { before: self.before.max(other.before), after: self.after.max(other.after) }
    }
}

/// What came of trying a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tried {
    /// A finding at least.
    Found { around: Option<Around> },
    /// None.
    Not { around: Option<Around> },
}

/// Bytes before a match that have a part in whether it may begin there, and in what an escape that reaches
/// into it means.
const BEFORE: usize = 16;

/// Whether nothing there can be an escape.
fn is_unescaped(text: &[u8], around: Range<usize>) -> bool {
    memchr2(b'\\', b'%', text.get(around).unwrap_or_default()).is_none()
}

/// Whether there is an escape that begins with `mark` among the bytes that made a rule fail: without it, it might
/// not.
fn has_escape(text: &[u8], mark: u8, around: Range<usize>) -> bool {
    let from = around.start;
    let is_escape = |at: usize| match text.get(at + 1..) {
        Some([high, low, ..]) if mark == b'%' => high.is_ascii_hexdigit() && low.is_ascii_hexdigit(),
        Some([_, ..]) => mark != b'%',
        _ => false,
    };
    memchr_iter(mark, &text[around]).any(|found| is_escape(from + found))
}

/// How much of the text around an anchor a rule can look at.
pub(super) fn limit_of(rule: &Rule, anchor: u16) -> Limit {
    let lead = rule.anchors.get(usize::from(anchor)).map_or(0, |anchor| usize::from(anchor.lead_max));
    let (behind, ahead) =
        if rule.extend.is_some() { (extend::LOOK_BACK, extend::REACH) } else { (0, rule.max_len as usize) };
    Limit { before: lead + behind + CONTEXT, after: ahead + CONTEXT }
}

fn memory(regexes: &mut Vec<Option<Box<Memory>>>, ix: usize) -> &mut Memory {
    if regexes.len() <= ix {
        regexes.resize_with(ix + 1, Option::default);
    }
    regexes[ix].get_or_insert_default()
}
