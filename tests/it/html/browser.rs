//! The page as a real browser shows it: headless Chromium, where there is one.
//!
//! The page keeps what is chosen in its address, so that a filter, an order or a page of the table can be asked
//! for from outside, and what became of it read from the document that the browser gives back.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{file, scan};

/// The browser: what `PORTCULLIS_CHROMIUM` names, or what is on the path under the usual names.
fn chromium() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("PORTCULLIS_CHROMIUM") {
        return Some(named.into());
    }
    let path = std::env::var_os("PATH")?;
    let names = ["chromium", "chromium-browser", "google-chrome", "chrome"];
    std::env::split_paths(&path).flat_map(|dir| names.map(|name| dir.join(name))).find(|file| file.is_file())
}

/// What the browser made of a page.
struct Seen {
    /// The document, after the scripts have run.
    dom: String,
    /// What was written to the console.
    console: Vec<String>,
    /// Every address that was asked for.
    asked: Vec<String>,
}

fn look(browser: &Path, page: &Path, fragment: &str) -> Seen {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let log = dir.path().join("net.json");
    let address = format!("file://{}{fragment}", page.display());
    let output = Command::new(browser)
        .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"])
        .args([
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-extensions",
        ])
        .args(["--disable-features=OptimizationHints,MediaRouter,Translate", "--metrics-recording-only"])
        .args(["--enable-logging=stderr", "--v=0", "--window-size=1280,900", "--dump-dom"])
        .arg(format!("--user-data-dir={}", dir.path().join("profile").display()))
        .arg(format!("--log-net-log={}", log.display()))
        .arg(&address)
        .stdin(Stdio::null())
        .output()
        .expect("the browser runs");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{stderr}");
    let net = fs::read_to_string(log).expect("the log of the network");
    let asked = net.split("\"url\":\"").skip(1).filter_map(|rest| rest.split('"').next());
    Seen {
        dom: String::from_utf8_lossy(&output.stdout).into_owned(),
        console: stderr.lines().filter(|line| line.contains("CONSOLE")).map(str::to_owned).collect(),
        asked: asked.map(str::to_owned).collect(),
    }
}

impl Seen {
    fn rows(&self) -> usize {
        self.dom.matches("<tr class=\"one\"").count()
    }

    /// The text of the element with that id, if it holds nothing but text.
    fn text(&self, id: &str) -> &str {
        let rest = self.dom.split_once(&format!(" id=\"{id}\"")).expect(id).1;
        rest.split_once('>').expect("its end").1.split('<').next().unwrap_or_default()
    }

    /// The days on which the shown credentials came in, in order.
    fn came(&self) -> Vec<String> {
        let rows = self.dom.split("<tr class=\"one\"").skip(1);
        rows.map(|row| row.split("<td>").nth(4).expect("a fourth cell").chars().take(10).collect()).collect()
    }

    #[track_caller]
    fn is_quiet(&self, browser_alone: &[String]) {
        assert!(self.dom.contains("data-ready=\"yes\""), "the script did not come to its end: {:?}", self.console);
        assert_eq!(self.console, Vec::<String>::new());
        assert!(!self.dom.contains("<title>run</title>"), "a name was run as a script");
        let beyond: Vec<&String> = self.asked.iter().filter(|url| !browser_alone.contains(&host(url))).collect();
        assert!(beyond.iter().all(|url| url.starts_with("file:")), "{beyond:?}");
    }
}

fn host(url: &str) -> String {
    url.split('/').take(3).collect::<Vec<_>>().join("/")
}

/// Without a browser this says so, in the test's own output (`--nocapture` or `--show-output` shows it), unless
/// `PORTCULLIS_CHROMIUM` demands one.
#[test]
fn in_a_browser() {
    let Some(browser) = chromium() else {
        eprintln!("NOT RUN: no Chromium here (PORTCULLIS_CHROMIUM can name one); the HTML report was not opened");
        return;
    };
    // What the browser itself asks for, on a page that asks for nothing.
    let blank = file(0).with_file_name("blank.html");
    fs::write(&blank, "<!doctype html><title>blank</title>").unwrap();
    let alone: Vec<String> = look(&browser, &blank, "").asked.iter().map(|url| host(url)).collect();
    for (count, fragment, rows, told) in [
        (0, "", 0, "Showing 0 credentials"),
        (10, "", 10, "Showing 10 credentials"),
        (10, "#q=no+such+thing", 0, "Showing 0 credentials (10 in all)"),
        (10_000, "#state=all", 50, "Showing 1–50 of 10,000 credentials"),
        (10_000, "#state=all&page=200", 50, "Showing 9,951–10,000 of 10,000 credentials"),
        (10_000, "#state=all&page=999", 50, "Showing 9,951–10,000 of 10,000 credentials"),
    ] {
        let seen = look(&browser, &file(count), fragment);
        seen.is_quiet(&alone);
        assert_eq!((seen.rows(), seen.text("count")), (rows, told), "{count} {fragment}");
        assert_eq!(seen.text("title"), "acme/&lt;b&gt;shop&lt;/b&gt;");
    }
    let page = fs::read_to_string(file(10)).unwrap();
    let id = super::data(&page)["lives"][6]["id"].as_str().unwrap().to_uppercase();
    let found = look(&browser, &file(10), &format!("#q=bytes+{id}"));
    found.is_quiet(&alone);
    assert!(found.rows() == 1 && found.dom.contains(&format!("data-id=\"{}\"", id.to_lowercase())), "{id}");
    for direction in ["ascending", "descending"] {
        let seen = look(&browser, &file(10), &format!("#sort=came&direction={direction}"));
        seen.is_quiet(&alone);
        let (came, mut sorted) = (seen.came(), seen.came());
        sorted.sort();
        if direction == "descending" {
            sorted.reverse();
        }
        assert!(came.len() == 10 && came == sorted && came[0] != came[9], "{direction}: {came:?}");
        assert!(seen.dom.contains(&format!("aria-sort=\"{direction}\"")));
    }
    let live = look(&browser, &file(10_000), "#state=live&severity=critical&confidence=certain");
    live.is_quiet(&alone);
    assert!(live.rows() > 10 && live.dom.matches("state state-live").count() == live.rows(), "{}", live.rows());
    assert_eq!(live.dom.matches("class=\"severity-critical\"").count(), live.rows());
    let told = look(&browser, &scan::file(40), "#group=path");
    told.is_quiet(&alone);
    assert_eq!((told.rows(), told.text("count")), (39, "Showing 39 findings (40 in all)"));
    assert!(told.dom.contains("id=\"when\" aria-labelledby=\"when-title\" hidden") && !told.dom.contains(">undefined"));
    let told = look(&browser, &scan::file(40), "#state=accepted&group=author");
    told.is_quiet(&alone);
    assert_eq!((told.rows(), told.dom.matches("state state-accepted").count()), (1, 1));
    let told = look(&browser, &scan::file(0), "");
    told.is_quiet(&alone);
    assert_eq!(told.text("lead"), "Nothing was found in what could be scanned, and not everything could be.");
}
