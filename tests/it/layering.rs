//! Holds the house's plan against its walls: `docs/architecture.md` is prose, this is what keeps it true.
//!
//! The check is textual. It reads every file under `src/`, blanks comments and strings, and holds what is
//! left against the tables in `table`. A re-export could fool it; a macro that pastes paths together too.

mod check;
mod read;
mod table;

use std::fs;
use std::path::{Path, PathBuf};

use check::{House, Violation};
use read::File;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every `.rs` file under a directory, by path from the package's root, sorted.
fn rust_files(under: &str) -> Vec<File> {
    let (mut left, mut found): (Vec<PathBuf>, Vec<File>) = (vec![root().join(under)], Vec::new());
    while let Some(path) = left.pop() {
        if path.is_dir() {
            left.extend(fs::read_dir(&path).expect("a directory").map(|entry| entry.expect("an entry").path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root()).expect("inside").to_str().expect("UTF-8").to_owned();
            found.push(File::new(&name, &fs::read_to_string(&path).expect("UTF-8")));
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn hold(violations: &[Violation]) {
    let lines: Vec<String> = violations.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "{} violations of tests/it/layering/table.rs:\n{}", lines.len(), lines.join("\n"));
}

#[test]
fn the_house_is_built_as_planned() {
    hold(&House::new(rust_files("src")).violations());
}

#[test]
fn every_file_keeps_to_its_budget_and_says_what_it_owns() {
    let files: Vec<File> = ["src", "tests", "build.rs"].iter().flat_map(|under| rust_files(under)).collect();
    assert!(files.len() > 100, "the house has more files than {}", files.len());
    hold(&check::budgets(&files));
}

#[test]
fn every_dependency_has_its_rooms_and_is_used_there() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("a manifest");
    let manifest: toml::Table = manifest.parse().expect("TOML");
    let names = manifest["dependencies"].as_table().expect("a table").keys().map(|name| name.replace('-', "_"));
    hold(&House::new(rust_files("src")).dependencies(&names.collect::<Vec<_>>()));
}

#[test]
fn the_plan_itself_only_points_down() {
    hold(&check::plan());
}

/// The checker on small files: one line of each kind that must not stand, and its innocent twin.
mod the_checker {
    use super::*;

    fn told(path: &str, text: &str) -> Vec<String> {
        let text = format!("//! Owns nothing.\n{text}\n");
        let house = House::new(vec![File::new(path, &text)]);
        let all = house.walls().into_iter().chain(check::budgets(house.files()));
        all.map(|violation| violation.to_string()).collect()
    }

    #[track_caller]
    fn refuses(path: &str, text: &str, expected: &str) {
        let told = told(path, text);
        assert!(told.len() == 1 && told[0].contains(expected), "{path} {text:?}: {told:#?}, expected {expected:?}");
        assert!(told[0].starts_with(&format!("{path}:")), "no place: {}", told[0]);
    }

    #[track_caller]
    fn takes(path: &str, text: &str) {
        assert_eq!(told(path, text), [""; 0], "{path} {text:?}");
    }

    #[test]
    fn refuses_arrows_that_point_up_or_sideways() {
        refuses("src/model/a.rs", "use crate::rules::Rule;", "src/model/a.rs:2: model -> rules");
        refuses("src/engine/a.rs", "\nfn f(_: crate::guard::Feed) {}", "src/engine/a.rs:3: engine -> guard");
        refuses("src/guard/a.rs", "use crate::hook::Host;", "guard -> hook");
        refuses("src/report/a.rs", "use crate::{model::Report, score::{self}};", "report -> score");
        refuses("src/score/a/b.rs", "use super::super::super::engine::Engine;", "reaches the crate's root");
        takes("src/score/a/b.rs", "use super::super::Evidence;\nuse crate::rules::Rule;");
        takes("src/cli/a.rs", "use crate::{guard::{precommit, scan}, model::Report};");
    }

    #[test]
    fn refuses_rooms_that_are_not_in_the_plan() {
        refuses("src/cellar/mod.rs", "", "no room `cellar`");
        refuses("src/cli/a.rs", "use crate::cellar::Wine;", "no room `cellar`");
        refuses("src/cellar.rs", "", "no room `cellar`");
    }

    #[test]
    fn refuses_crates_outside_their_rooms() {
        refuses("src/engine/a.rs", "use gix::ObjectId;", "engine names `gix`");
        refuses("src/git/a.rs", "fn f(_: regex::bytes::Regex) {}", "git names `regex`");
        refuses("src/model/a.rs", "use {serde_json::Value};", "model names `serde_json`");
        refuses("src/policy/a.rs", "use clap as c;", "policy names `clap`");
        takes("src/git/a.rs", "use gix::ObjectId;\nuse super::regex::Kind;\nlet x = a.regex::<u8>();");
    }

    #[test]
    fn refuses_what_some_rooms_may_not_touch() {
        refuses("src/engine/a.rs", "use std::fs;", "engine touches `std::fs`");
        refuses("src/score/a.rs", "let now = std::time::Instant::now();", "score touches `std::time`");
        refuses("src/policy/a.rs", "use std::{collections::BTreeMap, env};", "policy touches `std::env`");
        refuses("src/decode/a.rs", "let out = io::stdout();", "decode touches `stdout()`");
        refuses("src/cli/a.rs", "use std::net::TcpStream;", "cli touches `std::net`");
        takes("src/source/a.rs", "use std::fs;\nuse std::path::Path;");
    }

    #[test]
    fn refuses_what_ends_or_talks_outside_the_cli() {
        refuses("src/guard/a.rs", "fn f() { println!(); }", "guard: `println!`");
        refuses("src/hook/a.rs", "fn f() { std::process::exit(1) }", "hook: `process::exit`");
        refuses("src/git/a.rs", "fn f() { g().unwrap(); }", "git: `.unwrap()`");
        refuses("src/rules/a.rs", "fn f() { g().expect(\"so\"); }", "rules: `.expect(\"`");
        refuses("src/model/a.rs", "fn f() { panic!() }", "model: `panic!`");
        takes("src/model/a.rs", "fn f() { g().unwrap_or(0); reader.expect(TAG)?; }");
        takes(
            "src/model/a.rs",
            "/// `x.unwrap()` would panic!(). crate::guard\nconst A: &str = r#\"x.unwrap() \" gix::a\"#;",
        );
    }

    #[test]
    fn leaves_tests_alone_and_only_tests() {
        takes("src/git/a.rs", "#[cfg(test)]\nmod tests {\n    fn f() { g(\"}\").unwrap(); }\n}");
        refuses(
            "src/git/a.rs",
            "#[cfg(test)]\nmod tests { fn f() {} }\nfn f() { g().unwrap(); }",
            "src/git/a.rs:4: git",
        );
        let parent = File::new("src/git/mod.rs", "//! Git.\n#[cfg(test)]\nmod testing;\nmod real;\n");
        let files = ["testing", "real"]
            .map(|name| File::new(&format!("src/git/{name}.rs"), "//! A.\nfn f() { g().unwrap(); }"));
        let told: Vec<String> =
            House::new([parent].into_iter().chain(files).collect()).walls().iter().map(ToString::to_string).collect();
        assert!(told.len() == 1 && told[0].starts_with("src/git/real.rs:2"), "{told:#?}");
    }

    #[test]
    fn refuses_gix_in_what_the_git_room_hands_out() {
        refuses(
            "src/git/a.rs",
            "use gix::odb::Handle;\npub fn f(\n  h: &Handle,\n) {}",
            "src/git/a.rs:3: `gix` type `Handle`",
        );
        refuses("src/git/a.rs", "pub use gix::ObjectId;", "handed on");
        takes("src/git/a.rs", "use gix::odb::Handle;\npub(super) fn f(h: &Handle) {}\npub fn g() { let h: Handle; }");
    }

    #[test]
    fn refuses_unsafe_code_that_is_not_planned() {
        refuses("src/git/a.rs", "fn f() { unsafe { g() } }", "`unsafe` in a file that is not in the table");
        let planned = table::UNSAFE[0].0;
        refuses(planned, "fn f() { unsafe { g() } }", "without `// SAFETY: `");
        takes(planned, "// SAFETY: all is well.\nfn f() { unsafe { g() } }");
        takes("src/git/a.rs", "#![expect(unsafe_code)]\nfn unsafely() {}");
    }

    #[test]
    fn refuses_silent_and_long_files() {
        let silent = check::budgets(&[File::new("src/git/a.rs", "use std::fs;\n")]);
        assert_eq!(silent[0].to_string(), "src/git/a.rs:1: does not begin with `//!`, which says what it owns");
        let long = check::budgets(&[File::new("src/git/a.rs", &format!("//! A.\n{}", "\n".repeat(table::MAX_LINES)))]);
        assert!(long[0].to_string().contains("451 lines"), "{}", long[0]);
    }

    #[test]
    fn refuses_idle_and_unplanned_dependencies() {
        let house = House::new(vec![File::new("src/git/a.rs", "//! A.\nuse gix::ObjectId;\n")]);
        let told = house.dependencies(&["gix".into(), "openssl".into(), "regex".into()]);
        let told: Vec<String> = told.iter().map(ToString::to_string).collect();
        assert!(told.iter().any(|line| line.contains("`openssl` has no row")), "{told:#?}");
        assert!(told.iter().any(|line| line.contains("`regex` is named by no file of `policy`")), "{told:#?}");
        assert!(!told.iter().any(|line| line.contains("`gix`")), "{told:#?}");
    }
}
