//! Histories of any size to write pages about: made up, the same every time, some of their names hostile.

use portcullis::model::history::{CommitInfo, History, Introduction, Life, Listed, LiveAt, Part, Removal, Scope, Spot};
use portcullis::model::{
    AllowReason, Confidence, Finding, Fingerprint, Reason, RuleInfo, RuleIx, Score, Secret, Span, Verdict,
};
use portcullis::rules::{Rule, RuleSet};

use crate::support::draw::Draw;

/// When the pages were made: 22 November 2026.
pub(super) const AT: i64 = 1_795_305_600;
const DAY: i64 = 86_400;

const AUTHORS: [&str; 14] = [
    "Ada Byron",
    "Mei-Ling Chen",
    "Jonas Weber",
    "Olu Adeyemi",
    "Sofía Marín",
    "Priya Raman",
    "Tomáš Novák",
    "Grace Kim",
    "renovate[bot]",
    "Yusuf Demir",
    "Lena Fischer",
    "deploy",
    "Noah Okafor",
    "Ивана Петровић",
];
const PATHS: [&str; 16] = [
    "config/production.yml",
    "deploy/terraform/main.tf",
    "src/main/resources/application.properties",
    ".env",
    "scripts/release.sh",
    "docker-compose.yml",
    "services/billing/internal/gateway/client_test.go",
    "notebooks/churn.ipynb",
    "infra/k8s/secrets.yaml",
    "web/.npmrc",
    "ci/pipeline.groovy",
    "docs/setup.md",
    "tests/fixtures/responses/login.json",
    "android/app/google-services.json",
    "ansible/group_vars/all.yml",
    "README.md",
];
const SUBJECTS: [&str; 8] = [
    "Add the staging environment",
    "Wire up billing",
    "wip",
    "Fix the nightly build",
    "Move settings out of the code",
    "Try the new client, with a longer subject than most people would write for so small a change as this one is",
    "Rotate and remove keys",
    "Initial import",
];

/// Names that would do something, were they taken for markup.
pub(super) const HOSTILE: [&str; 5] = [
    "</script><script>document.title='run'</script>",
    "<img src=http://127.0.0.1:9/beacon onerror=document.title='run'>",
    "evil\u{202e}gpj.exe",
    "{{data}}<!--<script>",
    "javascript:document.title='run'//\u{2028}\u{0}",
];

/// A history that holds `count` credentials.
pub(crate) fn history(count: usize) -> History {
    let rules = RuleSet::builtin();
    let mut draw = Draw(7);
    let mut lives: Vec<Life> = (0..count).map(|at| life(at, rules.as_slice(), &mut draw)).collect();
    lives.sort_by_key(|life| (!life.is_live(), std::cmp::Reverse(life.finding.score.confidence)));
    let scope = Scope {
        refs: 41,
        commits: 18_204,
        tags: 12,
        trees: 61_077,
        blobs: 90_418,
        unreachable: None,
        remembered: None,
        part: Part::default(),
    };
    History { lives, below_threshold: 3, scope, ..History::default() }
}

fn life(at: usize, rules: &[Rule], draw: &mut Draw) -> Life {
    let rule = info(&rules[draw.below(rules.len()).min(draw.below(rules.len()))]);
    let hostile = (at < HOSTILE.len()).then(|| HOSTILE[at]);
    let start = AT - DAY * i64::try_from(draw.below(3000).min(draw.below(3400)) + 2).unwrap();
    let first = commit(draw, start, hostile);
    let path = hostile.map_or_else(|| path(draw), str::to_owned).into_bytes();
    let file = |line: usize| Spot::File { path: path.clone(), line: line as u64 };
    let mut introduced = vec![Introduction { commit: first, spot: file(1 + draw.below(120)) }];
    let mut removed = Vec::new();
    let mut time = start;
    let again = draw.below(9) == 0;
    let stay = DAY * i64::try_from(1 + draw.below(30) * draw.below(30)).unwrap();
    let live = draw.below(6) == 0 || start + stay + 130 * DAY > AT;
    if !live || again {
        time += stay;
        removed.push(removal(draw, "refs/heads/main", time.min(AT - DAY)));
    }
    if again {
        time += 40 * DAY;
        introduced.push(Introduction { commit: commit(draw, time.min(AT - DAY), None), spot: file(3) });
    }
    if again && !live {
        time += 90 * DAY;
        removed.push(removal(draw, "refs/heads/release/2.x", time.min(AT)));
    }
    let refs = [&b"refs/heads/main"[..], b"refs/heads/release/2.x", b"refs/tags/v1.4.0"];
    let still: Vec<LiveAt> = refs
        .iter()
        .take(if live { 1 + draw.below(3) } else { 0 })
        .map(|name| LiveAt { name: name.to_vec(), spot: file(9) })
        .collect();
    let orphan = at > 8 && draw.below(40) == 0 && !live;
    if orphan {
        (introduced, removed) = (Vec::new(), Vec::new());
    }
    let verdict = if at > 5 && draw.below(30) == 0 {
        Verdict::Allowed(AllowReason::Baseline { line: 3, reason: "a fixture".into() })
    } else {
        Verdict::Block
    };
    let commits = if orphan { 0 } else { 1 + draw.below(900) as u64 };
    Life {
        finding: finding(draw),
        rule,
        fingerprint: Fingerprint(std::array::from_fn(|_| u8::try_from(draw.below(256)).unwrap())),
        verdict,
        introduced: listed(introduced),
        paths: if orphan { Listed::default() } else { listed(vec![path]) },
        blobs: 1 + draw.below(40) as u64,
        commits,
        texts: 0,
        live: listed(still),
        removed: listed(removed),
        forms: Vec::new(),
    }
}

fn finding(draw: &mut Draw) -> Finding {
    let confidence = [Confidence::Certain, Confidence::High, Confidence::Medium, Confidence::High][draw.below(4)];
    let reasons = vec![
        Reason::new(70, "has the format that the provider documents"),
        Reason::new(20, "its letters look drawn at random"),
        Reason::new(-10, "stands in a test"),
    ];
    let (span, secret) = (Span::new(0, 40), Secret::new(draw.token().as_bytes()));
    let score = Score { points: 80, confidence, reasons };
    Finding { rule: RuleIx(0), span, secret_span: span, secret, via: Vec::new(), score }
}

fn path(draw: &mut Draw) -> String {
    let path = PATHS[draw.below(PATHS.len()).min(draw.below(PATHS.len()))];
    if draw.below(3) == 0 { format!("modules/m{}/{path}", draw.below(60)) } else { path.to_owned() }
}

fn removal(draw: &mut Draw, branch: &str, time: i64) -> Removal {
    Removal { branch: branch.into(), commit: commit(draw, time, None) }
}

fn commit(draw: &mut Draw, time: i64, hostile: Option<&str>) -> CommitInfo {
    let author = hostile.unwrap_or(AUTHORS[draw.below(AUTHORS.len()).min(draw.below(AUTHORS.len()))]);
    CommitInfo {
        id: format!("{:016x}{:016x}{:08x}", draw.next(), draw.next(), draw.below(1 << 32)),
        author: author.into(),
        time,
        zone: [0, 60, -300, 330][draw.below(4)],
        subject: hostile.unwrap_or(SUBJECTS[draw.below(SUBJECTS.len())]).into(),
    }
}

fn info(rule: &Rule) -> RuleInfo {
    RuleInfo {
        id: rule.id.to_string(),
        title: rule.title.to_string(),
        provider: rule.provider.to_string(),
        severity: rule.severity,
        revoke: rule.revoke.to_string(),
        revoke_url: rule.revoke_url.to_string(),
    }
}

fn listed<T>(items: Vec<T>) -> Listed<T> {
    let total = items.len() as u64;
    Listed { items, total }
}
