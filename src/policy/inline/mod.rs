//! Allows written beside a credential: ours, and those that repositories already carry for other tools.
//!
//! [`MARKERS`] has one row for each. Where a marker names rules, it allows those alone. A marker never
//! reaches further than its own tool lets it: what a neighbouring line allows is said in [`Lines`].

mod read;

use std::borrow::Cow;

use memchr::memmem;

use crate::model::{AllowReason, Place, Secret};

/// Which lines a marker may stand on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lines {
    /// The first or the last line of the match.
    Ends,
    /// The last line of the match.
    Last,
    /// The line above the match.
    Above,
    /// The first or the last line; of a credential over several lines (a key block has no room for a
    /// comment) also the line above or below.
    Block,
    /// As `Block`; of a credential on one line also the line above or below, where nothing but a comment
    /// sign stands before the marker (else it belongs to that line's own credential).
    Around,
}

/// One kind of inline allow.
#[derive(Clone, Copy, Debug)]
pub struct Marker {
    /// What reports call it.
    pub name: &'static str,
    /// The tool it was made for.
    pub tool: &'static str,
    /// The lines it may stand on.
    pub lines: Lines,
    /// The text to look for.
    needle: &'static str,
    /// Whether letters match in either case; `needle` is lower case then.
    fold: bool,
    /// Says whether what stands around the needle makes it an allow.
    read: fn(&Spot<'_>) -> Option<Words>,
}

/// A place where a needle stands.
struct Spot<'a> {
    /// The rule that found the credential.
    rule_id: &'a str,
    /// The line up to the needle.
    before: &'a [u8],
    /// The line from the needle's end.
    after: &'a [u8],
}

/// The words given as a reason; may be empty.
type Words = String;

/// Every inline allow that is honoured; of several on a line the first in this order is reported.
pub const MARKERS: &[Marker] = &[
    row("portcullis:allow", "portcullis", Lines::Block, "portcullis:allow", read::own),
    row("gitleaks:allow", "gitleaks", Lines::Ends, "gitleaks:allow", read::anything),
    row("betterleaks:allow", "betterleaks", Lines::Ends, "betterleaks:allow", read::anything),
    row("pragma: allowlist secret", "detect-secrets", Lines::Ends, "pragma:", read::pragma),
    row("pragma: allowlist nextline secret", "detect-secrets", Lines::Above, "pragma:", read::pragma_next_line),
    row("pragma: allowlist secret", "ripsecrets", Lines::Ends, "pragma: allowlist secret", read::anything),
    row("trufflehog:ignore", "trufflehog", Lines::Last, "trufflehog:ignore", read::anything),
    folded("kingfisher:ignore", "kingfisher", Lines::Around, "kingfisher:ignore", read::anything),
    folded("kingfisher:allow", "kingfisher", Lines::Around, "kingfisher:allow", read::anything),
    row("ggignore", "ggshield", Lines::Ends, "ggignore", read::end_of_comment),
    row("secretlint-disable-line", "secretlint", Lines::Ends, "secretlint-disable-line", read::secretlint),
    row("secretlint-disable-next-line", "secretlint", Lines::Above, "secretlint-disable-next-line", read::secretlint),
    row("nosec B105-B107", "bandit", Lines::Ends, "nosec", read::bandit),
    row("nosec G101", "gosec", Lines::Ends, "nosec", read::gosec),
];

const fn row(
    name: &'static str,
    tool: &'static str,
    lines: Lines,
    needle: &'static str,
    read: fn(&Spot<'_>) -> Option<Words>,
) -> Marker {
    Marker { name, tool, lines, needle, fold: false, read }
}

const fn folded(
    name: &'static str,
    tool: &'static str,
    lines: Lines,
    needle: &'static str,
    read: fn(&Spot<'_>) -> Option<Words>,
) -> Marker {
    Marker { name, tool, lines, needle, fold: true, read }
}

/// The allow that stands beside the credential that the named rule found, if one does.
#[must_use]
pub fn inline_allow(rule_id: &str, secret: &Secret, place: &Place) -> Option<AllowReason> {
    MARKERS.iter().find_map(|marker| {
        let reason = marker.find(rule_id, secret, place)?;
        Some(AllowReason::Inline { marker: marker.name, reason })
    })
}

impl Marker {
    /// Looks for the marker on the lines it may stand on.
    fn find(&self, rule_id: &str, secret: &Secret, place: &Place) -> Option<Words> {
        let lines = &place.lines;
        let block = place.start.line != place.end.line;
        let (above, below) = (lines.before.as_deref(), lines.after.as_deref());
        let end = usize::try_from(place.end.column.saturating_sub(1)).unwrap_or(usize::MAX);
        // What follows the marker is only told as a reason where the credential is not in it.
        let first = || self.on_line(rule_id, &lines.first, false).map(|(_, _)| Words::new());
        let last = || {
            let (at, words) = self.on_line(rule_id, &lines.last, false)?;
            let clean = at >= end && memmem::find(words.as_bytes(), secret.expose()).is_none();
            Some(if clean { words } else { Words::new() })
        };
        let beside = |bare: bool| {
            [above, below]
                .into_iter()
                .flatten()
                .find_map(|line| self.on_line(rule_id, line, bare))
                .map(|(_, words)| words)
        };
        match self.lines {
            Lines::Ends => last().or_else(first),
            Lines::Last => last(),
            Lines::Above => above.and_then(|line| self.on_line(rule_id, line, false)).map(|(_, words)| words),
            Lines::Block => last().or_else(first).or_else(|| if block { beside(false) } else { None }),
            Lines::Around => last().or_else(first).or_else(|| beside(!block)),
        }
    }

    /// Looks for the marker on one line: its offset and the reason given.
    fn on_line(&self, rule_id: &str, line: &[u8], bare: bool) -> Option<(usize, Words)> {
        let haystack = if self.fold { Cow::Owned(line.to_ascii_lowercase()) } else { Cow::Borrowed(line) };
        memmem::find_iter(&haystack, self.needle).find_map(|at| {
            let (before, rest) = line.split_at_checked(at)?;
            let after = rest.get(self.needle.len()..)?;
            if bare && before.iter().any(u8::is_ascii_alphanumeric) {
                return None;
            }
            Some((at, (self.read)(&Spot { rule_id, before, after })?))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{LineContext, Position};

    /// The allow on a line whose credential is its first `secret` bytes.
    fn on(line: &str) -> Option<(&'static str, String)> {
        at("a-rule", &[None, Some(line), None], 1)
    }

    /// The allow for a match whose first and last line is the middle one, or which runs over `height` lines.
    fn at(rule: &str, lines: &[Option<&str>; 3], height: u64) -> Option<(&'static str, String)> {
        let bytes = |line: Option<&str>| line.map(|line| line.as_bytes().to_vec());
        let middle = bytes(lines[1]).unwrap();
        let (first, last) = if height > 1 { (b"BEGIN".to_vec(), b"END".to_vec()) } else { (middle.clone(), middle) };
        let place = Place {
            start: Position { line: 2, column: 1 },
            end: Position { line: 1 + height, column: 4 },
            lines: LineContext { before: bytes(lines[0]), first, last, after: bytes(lines[2]) },
        };
        match inline_allow(rule, &Secret::new(b"xyz"), &place)? {
            AllowReason::Inline { marker, reason } => Some((marker, reason)),
            AllowReason::Baseline { .. } | AllowReason::Config { .. } => {
                unreachable!("inline_allow gives inline allows")
            }
        }
    }

    #[expect(clippy::unnecessary_wraps, reason = "it stands beside what `on` gives")]
    fn hit(marker: &'static str, reason: &str) -> Option<(&'static str, String)> {
        Some((marker, reason.to_owned()))
    }

    #[test]
    fn ours_with_rules_and_reason() {
        let ours = "portcullis:allow";
        assert_eq!(on("xyz # portcullis:allow"), hit(ours, ""));
        assert_eq!(on("xyz # portcullis:allow  made up for a test"), hit(ours, "made up for a test"));
        assert_eq!(on("xyz /* portcullis:allow: made up */ "), hit(ours, "made up"));
        assert_eq!(on("xyz <!-- portcullis:allow -- made up -->"), hit(ours, "made up"));
        assert_eq!(on("xyz # portcullis:allow[a-rule] why"), hit(ours, "why"));
        assert_eq!(on("xyz # portcullis:allow[b-rule, a-rule]"), hit(ours, ""));
        for no in ["[b-rule]", "[]", " [b-rule]", "[a-rule", "[a-rul]", "[*]", "ed", "-not", "_x", "2"] {
            assert_eq!(on(&format!("xyz # portcullis:allow{no}")), None, "{no}");
        }
        assert_eq!(on("xyz # noportcullis:allow"), None);
        assert_eq!(on("xyz # Portcullis:Allow"), None);
        assert_eq!(on("xyz # portcullis:allow[b-rule] portcullis:allow[a-rule]"), hit(ours, ""));
    }

    #[test]
    fn ours_reaches_beside_a_block_but_not_beside_a_line() {
        for lines in [
            [Some("key: | # portcullis:allow why"), Some("xyz"), None],
            [None, Some("xyz"), Some("# portcullis:allow why")],
        ] {
            assert_eq!(at("a-rule", &lines, 3), hit("portcullis:allow", "why"));
            assert_eq!(at("a-rule", &lines, 1), None);
        }
    }

    #[test]
    fn a_reason_never_holds_the_credential() {
        assert_eq!(on("/* portcullis:allow */ xyz"), hit("portcullis:allow", ""));
        assert_eq!(on("xyz # gitleaks:allow not the real xyz"), hit("gitleaks:allow", ""));
        assert_eq!(on("xyz # gitleaks:allow not real"), hit("gitleaks:allow", "not real"));
    }

    #[test]
    fn markers_of_others() {
        for (line, marker) in [
            ("xyz # gitleaks:allow", "gitleaks:allow"),
            ("xyz gitleaks:allowed", "gitleaks:allow"),
            ("xyz // betterleaks:allow", "betterleaks:allow"),
            ("xyz # trufflehog:ignore", "trufflehog:ignore"),
            ("xyz # KingFisher:Ignore", "kingfisher:ignore"),
            ("xyz # kingfisher:ALLOW", "kingfisher:allow"),
            ("xyz # ggignore", "ggignore"),
            ("xyz  //ggignore  ", "ggignore"),
            ("xyz /* ggignore */", "ggignore"),
            ("xyz // secretlint-disable-line", "secretlint-disable-line"),
            ("xyz // secretlint-disable-line -- a sample", "secretlint-disable-line"),
            ("xyz # nosec B105", "nosec B105-B107"),
            ("xyz # nosec: B101,B106", "nosec B105-B107"),
            ("xyz //#nosec G101 -- sample", "nosec G101"),
            ("xyz /* #nosec G101 */", "nosec G101"),
        ] {
            assert_eq!(on(line).map(|(marker, _)| marker), Some(marker), "{line}");
        }
        for line in [
            "xyz # GitLeaks:Allow",
            "xyz # ggignored",
            "xyz # ggignore this",
            "xyz = ggignore",
            "xyz # secretlint-disable",
            "xyz # secretlint-disable-next-line",
            "xyz # nosec",
            "xyz # nosec B101",
            "xyz # nosec, see B105",
            "xyz nosec B105",
            "xyz # nosec B1050",
            "xyz #nosec G104",
        ] {
            assert_eq!(on(line), None, "{line}");
        }
    }

    #[test]
    fn pragmas_of_detect_secrets_and_ripsecrets() {
        let name = "pragma: allowlist secret";
        for line in [
            "xyz # pragma: allowlist secret",
            "xyz #pragma:whitelist-secret because",
            "xyz // pragma: whitelist secret",
            "xyz /* pragma: allowlist-secret */  ",
            "xyz ' pragma: allowlist-secret",
            "xyz -- pragma: allowlist-secret",
            "xyz <!-- pragma: allowlist-secret -->",
            "xyz pragma: allowlist secret",
        ] {
            assert_eq!(on(line).map(|(marker, _)| marker), Some(name), "{line}");
        }
        for line in [
            "xyz pragma: whitelist secret",
            "xyz # pragma:  whitelist secret",
            "xyz # pragma: whitelist_secret",
            "xyz /* pragma: whitelist secret",
            "xyz # pragma: allowlist nextline secret",
            "xyz # Pragma: allowlist secret",
        ] {
            assert_eq!(on(line), None, "{line}");
        }
    }

    #[test]
    fn markers_for_the_next_line() {
        for (above, marker) in [
            ("# pragma: allowlist nextline secret", "pragma: allowlist nextline secret"),
            ("  // pragma: whitelist nextline secret", "pragma: allowlist nextline secret"),
            ("// secretlint-disable-next-line", "secretlint-disable-next-line"),
            ("// Kingfisher:ignore", "kingfisher:ignore"),
        ] {
            assert_eq!(
                at("a-rule", &[Some(above), Some("xyz"), None], 1).map(|(name, _)| name),
                Some(marker),
                "{above}"
            );
        }
        for above in [
            "other # pragma: allowlist nextline secret",
            "# pragma: allowlist secret",
            "# gitleaks:allow",
            "# trufflehog:ignore",
            "# ggignore",
            "other # kingfisher:ignore",
            "// secretlint-disable-line",
        ] {
            assert_eq!(at("a-rule", &[Some(above), Some("xyz"), None], 1), None, "{above}");
        }
        assert_eq!(at("a-rule", &[None, Some("xyz"), Some("# pragma: allowlist nextline secret")], 1), None);
    }

    #[test]
    fn secretlint_rules_allow_by_provider() {
        let with = |rule, ids: &str| at(rule, &[None, Some(&format!("xyz // secretlint-disable-line {ids}")), None], 1);
        assert!(with("slack-bot-token", "@secretlint/secretlint-rule-slack").is_some());
        assert!(with("slack-bot-token", "other, slack-bot-token -- made up").is_some());
        assert!(with("slack-bot-token", "@secretlint/secretlint-rule-aws").is_none());
        assert!(with("slacker-token", "@secretlint/secretlint-rule-slack").is_none());
    }

    #[test]
    fn trufflehog_reads_the_last_line_only() {
        let place = |first: &str, last: &str| Place {
            start: Position { line: 1, column: 1 },
            end: Position { line: 3, column: 4 },
            lines: LineContext { before: None, first: first.into(), last: last.into(), after: None },
        };
        let secret = Secret::new(b"q");
        assert!(inline_allow("r", &secret, &place("BEGIN", "END # trufflehog:ignore")).is_some());
        assert!(inline_allow("r", &secret, &place("BEGIN # trufflehog:ignore", "END")).is_none());
        assert!(inline_allow("r", &secret, &place("BEGIN # gitleaks:allow", "END")).is_some());
    }

    #[test]
    fn the_registry_is_sound() {
        for (i, marker) in MARKERS.iter().enumerate() {
            assert!(!marker.fold || marker.needle == marker.needle.to_lowercase(), "{}", marker.name);
            let twin = MARKERS[..i].iter().find(|other| (other.name, other.tool) == (marker.name, marker.tool));
            assert!(twin.is_none(), "{} twice", marker.name);
        }
    }
}
