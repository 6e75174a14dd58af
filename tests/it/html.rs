//! The HTML report: what the file says of itself here, and what a browser makes of it in `browser`.

mod browser;
pub(crate) mod fixture;
mod scan;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use portcullis::report::Options;
use portcullis::report::html::{About, write};
use serde_json::Value;

use crate::support::Repo;
use crate::support::draw::Draw;

/// The page about a history of so many credentials.
fn page(count: usize, options: &Options) -> String {
    let mut out = Vec::new();
    let about = About { repository: "acme/<b>shop</b>".as_bytes(), at: fixture::AT };
    write(&fixture::history(count), about, options, &mut out).unwrap();
    String::from_utf8(out).expect("UTF-8")
}

/// The page, as a file that people and browsers can look at.
fn file(count: usize) -> PathBuf {
    put(&format!("history-{count}.html"), &page(count, &Options::default()))
}

fn put(name: &str, page: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let draft = path.with_extension(format!("{:?}", std::thread::current().id()));
    fs::write(&draft, page).unwrap();
    fs::rename(draft, &path).unwrap();
    path
}

/// What stands between two texts.
fn between<'t>(text: &'t str, start: &str, end: &str) -> &'t str {
    let from = text.find(start).expect(start) + start.len();
    &text[from..from + text[from..].find(end).expect(end)]
}

/// The page without its data.
fn markup(page: &str) -> String {
    page.replace(between(page, "type=\"application/json\">", "</script>"), "")
}

fn data(page: &str) -> Value {
    serde_json::from_str(between(page, "<script id=\"data\" type=\"application/json\">", "</script>")).expect("JSON")
}

#[test]
fn hostile_names_are_data_and_nothing_else() {
    let page = page(10, &Options::default());
    assert_eq!(page.matches("</script>").count(), 2, "the page's own two");
    assert!(!page.contains("<img") && !page.contains("\u{202e}") && !page.contains('\0'));
    assert!(!markup(&page).contains("{{"), "a placeholder is left");
    let told = data(&page).to_string();
    for name in ["</script><script>", "<img src=", "{{data}}"] {
        assert!(told.contains(name), "the data lost {name}");
    }
}

#[test]
fn the_policy_names_the_very_script_and_style() {
    use sha2::{Digest as _, Sha256};
    let page = page(10, &Options::default());
    let policy = between(&page, "Content-Security-Policy\" content=\"", "\"");
    assert!(policy.starts_with("default-src 'none'; ") && !policy.contains("unsafe"), "{policy}");
    for (directive, text) in
        [("style-src", between(&page, "<style>", "</style>")), ("script-src", between(&page, "<script>", "</script>"))]
    {
        let digest: Vec<u8> = Sha256::digest(text.as_bytes()).to_vec();
        let base64 = between(policy, &format!("{directive} 'sha256-"), "'");
        assert_eq!(decode(base64), digest, "{directive}");
    }
}

fn decode(text: &str) -> Vec<u8> {
    let digit = |c: char| {
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".find(c).map(|at| u32::try_from(at).unwrap())
    };
    let bits = text.chars().filter_map(digit);
    let (mut bytes, mut held, mut count) = (Vec::new(), 0_u32, 0);
    for bit in bits {
        (held, count) = (held << 6 | bit, count + 6);
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(held >> count & 0xff).unwrap());
        }
    }
    bytes
}

#[test]
fn nothing_in_it_asks_for_anything_elsewhere() {
    let markup = markup(&page(10, &Options::default()));
    for word in ["src=", "url(", "@import", "fetch(", "XMLHttpRequest", "innerHTML", "eval(", "WebSocket", "sendBeacon"]
    {
        assert!(!markup.contains(word), "{word}");
    }
    // The namespace of SVG is a name, not an address.
    assert_eq!(markup.matches("http://").count(), markup.matches("\"http://www.w3.org/2000/svg\"").count());
}

#[test]
fn it_is_redacted_unless_asked_and_only_its_owner_reads_it() {
    let repo = Repo::init(&[]);
    let token = Draw(1).token();
    repo.stage("f", format!("{token}\n"));
    repo.commit(&format!("use {token}"));
    let path = repo.beside("out.html");
    fs::write(&path, "old").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    for (args, shown) in [(&[][..], false), (&["--show-secrets"], true)] {
        let ran = repo.portcullis(&[&["history", "--report", path.to_str().unwrap()], args].concat());
        assert_eq!(ran.code, Some(1), "{}", ran.stderr);
        assert!(String::from_utf8_lossy(&ran.stdout).contains("1 credential in this history"), "the report goes on");
        let page = fs::read_to_string(&path).unwrap();
        assert_eq!(page.contains(&token), shown);
        let told = data(&page);
        assert_eq!(told["lives"].as_array().map(Vec::len), Some(1));
        assert_eq!(told["repository"], "repo");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let left: Vec<_> = fs::read_dir(path.parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains(".tmp")), "{left:?}");
}

/// As root, a page for /dev/null took the device's place.
#[test]
fn a_page_goes_where_a_link_leads_and_never_in_a_devices_place() {
    let repo = Repo::init(&[]);
    repo.stage("f", "nothing");
    repo.commit("one");
    let (link, file, pipe) = (repo.beside("link.html"), repo.beside("file.html"), repo.beside("pipe"));
    fs::write(&file, "old").unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    let report = |path: &std::path::Path| repo.portcullis(&["history", "--report", path.to_str().unwrap()]);
    assert_eq!(report(&link).code, Some(0));
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(fs::read_to_string(&file).unwrap().contains("<html"));
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    assert_eq!(report(&pipe).code, Some(2));
    assert!(!fs::metadata(&pipe).unwrap().is_file());
}

#[test]
fn a_place_that_cannot_be_written_is_told_before_the_scan() {
    let repo = Repo::init(&[]);
    for place in ["nowhere/out.html", "."] {
        let ran = repo.portcullis(&["history", "--report", place]);
        assert_eq!((ran.code, ran.stdout.len()), (Some(2), 0), "{}", ran.stderr);
        assert!(ran.stderr.starts_with("error: cannot write to"), "{}", ran.stderr);
    }
}
