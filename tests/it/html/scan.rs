//! The page about a scan: the same room, without lives.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use portcullis::model::{
    AllowReason, Coverage, Item, LineContext, Origin, Place, Position, Report, SkipReason, Verdict,
};
use portcullis::report::Options;
use portcullis::report::html::{About, write_scan};

use super::{data, fixture, markup, put};
use crate::scan::sandbox::{Sandbox, token};

/// A scan that found so many, the first of them in files with hostile names, the last of them allowed.
fn report(count: usize) -> Report {
    let items = fixture::history(count).lives.into_iter().enumerate().map(|(at, life)| {
        let path =
            fixture::HOSTILE.get(at).map_or_else(|| format!("src/part{}/f{at}.rs", at % 7), |name| (*name).into());
        let position = Position { line: at as u64 + 1, column: 3 };
        let allowed = AllowReason::Config { entry: ".portcullis.toml:4".into(), reason: "<b>a fixture</b>".into() };
        Item {
            finding: life.finding,
            rule: life.rule,
            origin: Origin::File(path.into_bytes()),
            place: Place { start: position, end: position, lines: LineContext::default() },
            columns: None,
            fingerprint: life.fingerprint,
            verdict: if at > 0 && at + 1 == count { Verdict::Allowed(allowed) } else { Verdict::Block },
        }
    });
    let mut coverage = Coverage { objects: 1234, bytes: 5_600_000, by_design: 2, ..Coverage::default() };
    coverage.skip(Origin::File(fixture::HOSTILE[1].into()), SkipReason::Unreadable, "Permission denied");
    Report { command: "scan", items: items.collect(), coverage, ..Report::default() }
}

fn page(count: usize, options: &Options) -> String {
    let mut out = Vec::new();
    let about = About { repository: b"acme/<b>shop</b>", at: fixture::AT };
    write_scan(&report(count), about, options, &mut out).unwrap();
    String::from_utf8(out).expect("UTF-8")
}

/// The page, as a file that a browser can open.
pub(super) fn file(count: usize) -> PathBuf {
    put(&format!("scan-{count}.html"), &page(count, &Options::default()))
}

#[test]
fn hostile_names_are_data_and_no_credential_is_told() {
    let secrets: Vec<String> = report(40)
        .items
        .iter()
        .map(|item| String::from_utf8(item.finding.secret.expose().to_vec()).expect("ASCII"))
        .collect();
    for show_secrets in [false, true] {
        let page = page(40, &Options { show_secrets, ..Options::default() });
        assert_eq!(page.matches("</script>").count(), 2, "the page's own two");
        assert!(!page.contains("<img") && !page.contains("<b>") && !page.contains('\u{202e}') && !page.contains('\0'));
        assert!(!markup(&page).contains("{{"), "a placeholder is left");
        assert_eq!(secrets.iter().all(|secret| page.contains(&secret[4..])), show_secrets);
        assert_eq!(secrets.iter().any(|secret| page.contains(&secret[4..])), show_secrets);
        let told = data(&page);
        for name in ["</script><script>", "<img src=", "{{data}}"] {
            assert!(told.to_string().contains(name), "the data lost {name}");
        }
        assert_eq!((told["kind"].as_str(), told["findings"].as_array().map(Vec::len)), (Some("scan"), Some(40)));
        assert_eq!(told["findings"][39]["allowed"], ".portcullis.toml:4: <b>a fixture</b>");
        assert_eq!((&told["skipped"], &told["skips"][0][0]), (&1.into(), &"unreadable".into()));
    }
}

#[test]
fn scan_and_report_write_the_page_and_keep_their_exit_status() {
    let sandbox = Sandbox::new();
    sandbox.leak("src/leak", 1);
    sandbox.write(format!("{}.txt", token(2)), "nothing\n");
    let ran = sandbox.run(&["scan", "--report", "page.html", "-f", "jsonl", "-o", "saved.jsonl"]).exits(1);
    assert_eq!(ran.stdout() + &ran.stderr(), "");
    let file = sandbox.path("page.html");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let direct = sandbox.run(&["scan", "-f", "html"]).exits(1).stdout();
    let told = sandbox.run(&["report", "saved.jsonl", "-f", "html"]).exits(1).stdout();
    for page in [std::fs::read_to_string(&file).unwrap(), direct, told] {
        assert!(!page.contains(&token(1)[8..]) && !page.contains(&token(2)[8..]), "a credential is told");
        let findings = data(&page)["findings"].as_array().cloned().expect("findings");
        let places: Vec<&str> = findings.iter().filter_map(|finding| finding["place"].as_str()).collect();
        assert!(places.contains(&"src/leak:2") && places.contains(&"the name of (credential).txt"), "{places:?}");
    }
    let shown = sandbox.run(&["scan", "src", "--show-secrets", "-f", "html"]).exits(1).stdout();
    assert!(shown.contains(&token(1)));
    sandbox.write("clean", "nothing\n");
    assert!(sandbox.run(&["scan", "clean", "-f", "html"]).exits(0).stdout().contains("\"findings\":[]"));
    sandbox.run(&["scan", "clean", "nowhere", "-f", "html"]).exits(2);
    let ran = sandbox.run(&["scan", "clean", "--report", "nowhere/page.html"]).exits(2);
    assert!(ran.stdout().is_empty() && ran.stderr().starts_with("error: cannot write to"), "{}", ran.stderr());
    // What changed between two has no page.
    sandbox.run(&["report", "--against", "saved.jsonl", "saved.jsonl", "-f", "html"]).exits(2);
}

#[test]
fn a_saved_history_becomes_the_page_with_its_lives() {
    let repo = crate::support::Repo::init(&[]);
    let secret = crate::support::draw::Draw(1).token();
    repo.stage("f", format!("{secret}\n"));
    repo.commit("one");
    let saved = repo.beside("saved.jsonl");
    let saved = saved.to_str().unwrap();
    assert_eq!(repo.portcullis(&["history", "-f", "jsonl", "-o", saved]).code, Some(1));
    // The page is about the day on which that was saved.
    let day = std::time::UNIX_EPOCH + std::time::Duration::from_secs(24 * 20_000 * 3600);
    std::fs::File::options()
        .append(true)
        .open(saved)
        .and_then(|file| file.set_modified(day))
        .expect("a time of its own");
    let page = String::from_utf8(repo.portcullis(&["report", saved, "-f", "html"]).stdout).expect("UTF-8");
    assert_eq!(data(&page)["at"], 24 * 20_000 * 3600, "{:?}", data(&page)["at"]);
    for args in [&["report", saved, "-f", "html"][..], &["history", "-f", "html"]] {
        let ran = repo.portcullis(args);
        assert_eq!(ran.code, Some(1), "{}", ran.stderr);
        let page = String::from_utf8(ran.stdout).expect("UTF-8");
        assert!(!page.contains(&secret[4..]));
        let told = data(&page);
        assert_eq!((&told["kind"], &told["lives"][0]["paths"][0]), (&"history".into(), &"f".into()));
    }
}
