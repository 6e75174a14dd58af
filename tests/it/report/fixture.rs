//! Reports to write. Credentials are made when the test runs: none stands in this repository.

use portcullis::model::{
    AllowReason, Confidence, Coverage, Finding, Fingerprint, Item, LineContext, Origin, Place, Position, Reason,
    Report, RuleInfo, RuleIx, Score, Secret, Severity, SkipReason, Span, Verdict,
};

/// A credential of `length` letters and digits, the same every time.
pub(super) fn token(seed: u64, length: usize) -> String {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let alphabet: Vec<char> = ('a'..='z').chain('A'..='Z').chain('0'..='9').collect();
    std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        alphabet[(state % 62) as usize]
    })
    .take(length)
    .collect()
}

/// A private key block: not a real one, but of its shape.
pub(super) fn key_block() -> String {
    let edge = |word: &str| format!("-----{word} PRIVATE KEY-----");
    format!("{}\n{}\n{}\n{}", edge("BEGIN"), token(90, 64), token(91, 64), edge("END"))
}

pub(super) fn acme() -> RuleInfo {
    RuleInfo {
        id: "acme-api-key".into(),
        title: "Acme API key".into(),
        provider: "acme".into(),
        severity: Severity::Critical,
        revoke:
            "Delete the key under Settings > API keys, then create a new one and hand it to the services that use it."
                .into(),
        revoke_url: "https://acme.example/settings/keys".into(),
    }
}

fn rule(id: &str, title: &str, severity: Severity) -> RuleInfo {
    RuleInfo {
        id: id.into(),
        title: title.into(),
        provider: "generic".into(),
        severity,
        revoke: String::new(),
        revoke_url: String::new(),
    }
}

/// A finding on line `line` of `origin`, whose line is `head`, the credential, `tail`.
pub(super) fn item(rule: RuleInfo, origin: Origin, line: u64, secret: &[u8], (head, tail): (&str, &str)) -> Item {
    let text = [head.as_bytes(), secret, tail.as_bytes()].concat();
    let lines: Vec<&[u8]> = text.split(|&byte| byte == b'\n').collect();
    let rows = secret.split(|&byte| byte == b'\n').count() as u64;
    let last_row = secret.rsplit(|&byte| byte == b'\n').next().unwrap().len();
    let start = Position { line, column: head.len() as u64 + 1 };
    let end_column = if rows == 1 { head.len() + last_row } else { last_row } as u64 + 1;
    let chars = |bytes: &[u8]| String::from_utf8_lossy(bytes).chars().count() as u64;
    let before_last = if rows == 1 { chars(head.as_bytes()) } else { 0 };
    let end_char = before_last + chars(secret.rsplit(|&byte| byte == b'\n').next().unwrap()) + 1;
    let offset = 40 * line;
    let span = Span::new(offset, offset + secret.len() as u64);
    let mut print = *b"0123456789abcdef";
    for (at, byte) in secret.iter().enumerate() {
        print[at % 16] = print[at % 16].rotate_left(3) ^ byte;
    }
    Item {
        finding: Finding {
            rule: RuleIx(0),
            span,
            secret_span: span,
            secret: Secret::new(secret),
            via: Vec::new(),
            score: Score {
                points: 60,
                confidence: Confidence::Medium,
                reasons: vec![Reason::new(45, "a telling name stands before it"), Reason::new(15, "it looks random")],
            },
        },
        rule,
        origin,
        place: Place {
            start,
            end: Position { line: line + rows - 1, column: end_column },
            lines: LineContext {
                before: None,
                first: lines[0].to_vec(),
                last: lines[lines.len() - 1].to_vec(),
                after: None,
            },
        },
        columns: Some((chars(head.as_bytes()) + 1, end_char)),
        fingerprint: Fingerprint(print),
        verdict: Verdict::Block,
    }
}

fn scored(mut item: Item, points: u8, confidence: Confidence, reason: &'static str) -> Item {
    item.finding.score = Score { points, confidence, reasons: vec![Reason::new(i16::from(points), reason)] };
    item
}

/// Every sort of finding: proven, encoded, over several lines, under hostile names, allowed, too unsure.
pub(super) fn mixed() -> Report {
    let file = |path: &[u8]| Origin::File(path.to_vec());
    let assignment = || rule("generic-assignment", "High-entropy value under a telling name", Severity::Medium);
    let hostile = b"bad \x1b[31m\n\xff\xe2\x80\xae.env";
    let mut encoded = item(acme(), file(b"k8s/secret.yaml"), 12, token(2, 40).as_bytes(), ("  token: ", ""));
    encoded.finding.via = vec!["utf-16le", "base64"];
    let mut allowed = item(acme(), file(b"tests/sample.rs"), 3, token(3, 40).as_bytes(), ("let k = \"", "\";"));
    let leaky = format!("a sample, unlike {} from production", token(1, 40));
    allowed.verdict = Verdict::Allowed(AllowReason::Inline { marker: "portcullis:allow", reason: leaky });
    let mut known = item(assignment(), file(b"tests/sample.rs"), 9, token(4, 20).as_bytes(), ("password = ", ""));
    known.verdict = Verdict::Allowed(AllowReason::Baseline { line: 7, reason: "the emulator's fixed password".into() });
    let mut unsure = item(assignment(), file(b"tests/sample.rs"), 11, token(5, 20).as_bytes(), ("id = ", ""));
    unsure = scored(unsure, 35, Confidence::Low, "it may be an identifier");
    unsure.verdict = Verdict::BelowThreshold;
    let config = file(b"src/deploy/config.py");
    let block = key_block();
    let private = rule("private-key", "Private key", Severity::High);
    let mut report = Report {
        command: "scan",
        items: vec![
            item(assignment(), file(hostile), 1, b"\xff\xfe not text \x1b[2J", ("p=", "")),
            item(assignment(), file(b"deploy \"prod\".env"), 2, b"hunter2hunter", ("DB_PASSWORD=", " # h\u{fc}bsch")),
            encoded,
            scored(
                item(private, file(b"keys/id.pem"), 1, block.as_bytes(), ("", "")),
                90,
                Confidence::High,
                "the block parses",
            ),
            scored(
                item(acme(), config.clone(), 12, token(1, 40).as_bytes(), ("KEY = \u{fc}\"", "\"")),
                100,
                Confidence::Certain,
                "the checksum holds",
            ),
            item(assignment(), config, 48, token(6, 24).as_bytes(), ("    api_secret = '", "'")),
            allowed,
            known,
            unsure,
        ],
        coverage: Coverage { objects: 1204, bytes: 18_349_000, skips: Vec::new(), by_design: 3 },
        ..Report::default()
    };
    report.items.sort_by(|a, b| (&a.origin, a.place.start).cmp(&(&b.origin, b.place.start)));
    report
}

/// Nothing found, all scanned.
pub(super) fn clean() -> Report {
    let coverage = Coverage { objects: 3, bytes: 512, ..Coverage::default() };
    Report { command: "scan", coverage, ..Report::default() }
}

/// Some things could not be scanned; one error's words repeat a credential.
pub(super) fn incomplete(command: &'static str, mut items: Vec<Item>) -> Report {
    let mut coverage = Coverage { objects: 2, bytes: 1_500, ..Coverage::default() };
    coverage.skip(
        Origin::Staged(b"src/\x1bodd\xff".to_vec()),
        SkipReason::Unreadable,
        "Permission denied (os error 13)",
    );
    coverage.skip(Origin::Staged(b"big.bin".to_vec()), SkipReason::Budget, "");
    coverage.skip(Origin::Staged(b"link".to_vec()), SkipReason::Symlink, "");
    if let Some(item) = items.first_mut() {
        let words = format!("cannot parse near {}", String::from_utf8_lossy(item.finding.secret.expose()));
        coverage.skip(Origin::Staged(b"a.yaml".to_vec()), SkipReason::Missing, words);
    }
    Report { command, items, coverage, ..Report::default() }
}

/// A commit with `number` credentials in as many files.
pub(super) fn staged(number: u64) -> Report {
    let items = (1..=number).map(|n| {
        let origin = Origin::Staged(format!("src/service_{n:02}.py").into_bytes());
        scored(
            item(acme(), origin, n, token(n, 40).as_bytes(), ("key = ", "")),
            100,
            Confidence::Certain,
            "the checksum holds",
        )
    });
    let items = items.collect();
    Report {
        command: "pre-commit",
        items,
        coverage: Coverage { objects: number, bytes: 4_000, ..Coverage::default() },
        ..Report::default()
    }
}

/// One credential in the commit's message.
pub(super) fn message() -> Report {
    let items = vec![item(acme(), Origin::CommitMessage, 3, token(1, 40).as_bytes(), ("use ", " for now"))];
    Report {
        command: "commit-msg",
        items,
        coverage: Coverage { objects: 1, bytes: 80, ..Coverage::default() },
        ..Report::default()
    }
}
