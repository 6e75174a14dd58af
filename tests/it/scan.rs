//! `portcullis scan` on real files, directories and streams.

mod feeding;
mod names;
pub(crate) mod sandbox;
#[cfg(unix)]
pub(crate) mod unix;

use std::fs;

use sandbox::{Sandbox, token};

#[test]
fn an_empty_directory_and_an_empty_file_are_clean() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("none")).unwrap();
    sandbox.write("empty", "");
    let ran = sandbox.run(&["scan", "--format", "jsonl", "none", "empty"]).exits(0);
    assert_eq!((ran.coverage()["objects"].as_u64(), ran.stderr().as_str()), (Some(1), ""));
}

#[test]
fn hidden_files_are_read_and_git_directories_are_not() {
    let sandbox = Sandbox::new();
    sandbox.leak(".env", 1);
    sandbox.leak("a/.config/b/.hidden", 2);
    sandbox.leak("a/.gitignored", 3);
    sandbox.leak(".git/config", 4);
    sandbox.leak("sub/.git/logs", 5);
    sandbox.leak("linked/.git", 6);
    let ran = sandbox.run(&["scan", "--format", "jsonl"]).exits(1);
    assert_eq!(ran.places(), [".env:2:9", "a/.config/b/.hidden:2:9", "a/.gitignored:2:9"]);
    assert_eq!(ran.coverage()["by_design"], 3, "every .git is counted");
    let ran = sandbox.run(&["scan", "--format", "jsonl", ".git/config"]).exits(1);
    assert_eq!(ran.places(), [".git/config:2:9"], "what is named is read");
}

#[test]
fn gitignore_is_heeded_only_when_asked() {
    let sandbox = Sandbox::new();
    sandbox.write(".gitignore", ".env\n");
    sandbox.leak(".env", 1);
    sandbox.leak("kept", 2);
    let ran = sandbox.run(&["scan", "--format", "jsonl"]).exits(1);
    assert_eq!(ran.places(), [".env:2:9", "kept:2:9"]);
    let ran = sandbox.run(&["scan", "--format", "jsonl", "--respect-gitignore"]).exits(1);
    assert_eq!(ran.places(), ["kept:2:9"]);
}

#[test]
fn paths_are_told_as_named_and_a_file_reached_twice_once() {
    let sandbox = Sandbox::new();
    sandbox.leak("a/b/c", 1);
    for (path, expected) in
        [("./a", "a/b/c:2:9"), ("a//b", "a//b/c:2:9"), ("a/b/c", "a/b/c:2:9"), ("./a/b/c", "a/b/c:2:9")]
    {
        assert_eq!(sandbox.run(&["scan", "--format", "jsonl", path]).exits(1).places(), [expected]);
    }
    let ran = sandbox.run(&["scan", "--format", "jsonl", "a/b/c", "./a/b/c", ".//a/b/c"]).exits(1);
    assert_eq!((ran.places().len(), ran.coverage()["objects"].as_u64()), (1, Some(1)), "it is read once");
    let ran = sandbox.run(&["scan", "--format", "jsonl", "a", "a/b", "./a/b/c"]).exits(1);
    assert_eq!(ran.places(), ["a/b/c:2:9"]);
    let inside =
        sandbox.command(&["scan", "--format", "jsonl", "../a"]).current_dir(sandbox.path("a")).output().unwrap();
    assert_eq!(sandbox::Ran(inside).exits(1).places(), ["../a/b/c:2:9"]);
}

#[test]
fn a_file_called_dash_is_a_file_when_named_so() {
    let sandbox = Sandbox::new();
    sandbox.leak("-", 1);
    assert_eq!(sandbox.run(&["scan", "--format", "jsonl", "./-"]).exits(1).places(), ["-:2:9"]);
    assert_eq!(sandbox.run(&["scan", "--format", "jsonl", "."]).exits(1).places(), ["-:2:9"]);
    sandbox.run(&["scan", "-"]).exits(0);
    let sandbox = Sandbox::new();
    sandbox.leak("-/x", 2);
    assert_eq!(sandbox.run(&["scan", "--format", "jsonl", "./-"]).exits(1).places(), ["-/x:2:9"]);
}

#[test]
fn what_is_not_there_is_not_clean_and_the_rest_is_still_scanned() {
    let sandbox = Sandbox::new();
    sandbox.leak("there", 1);
    let ran = sandbox.run(&["scan", "--format", "jsonl", "nowhere", "there"]).exits(2);
    assert_eq!(ran.places(), ["there:2:9"]);
    assert_eq!(ran.coverage()["skips"][0]["path"], "nowhere");
    assert_eq!(ran.coverage()["skips"][0]["reason"], "missing");
}

#[test]
fn standard_input_of_any_length_is_scanned_to_its_end() {
    let sandbox = Sandbox::new();
    let line = b"the quick brown fox jumps over the lazy dog, and nothing else happens here\n";
    let mut input = line.repeat(64 * 1024 * 1024 / line.len());
    let lines = input.len() / line.len();
    input.extend_from_slice(format!("token = {}", token(1)).as_bytes());
    let ran = sandbox.feed(&["scan", "--format", "jsonl", "-"], &input).exits(1);
    assert_eq!(ran.places(), [format!("<stdin>:{}:9", lines + 1)]);
    assert_eq!(ran.coverage()["bytes"], input.len());
}

#[test]
fn one_line_of_many_megabytes_is_a_line() {
    let sandbox = Sandbox::new();
    let mut line = b"x, ".repeat(10 * 1024 * 1024);
    line.extend_from_slice(format!("'{}'", token(1)).as_bytes());
    line.extend_from_slice(&b", y".repeat(1024 * 1024));
    sandbox.write("minified.js", &line);
    let column = 3 * 10 * 1024 * 1024 + 2;
    let file = sandbox.run(&["scan", "--format", "jsonl", "minified.js"]).exits(1);
    assert_eq!(file.places(), [format!("minified.js:1:{column}")]);
    let stream = sandbox.feed(&["scan", "--format", "jsonl", "-"], &line).exits(1);
    assert_eq!(stream.places(), [format!("<stdin>:1:{column}")]);
}

#[test]
fn binary_files_and_all_line_ends_are_scanned() {
    let sandbox = Sandbox::new();
    sandbox.write("core", [&[0, 255, 0, b'\n', 0, 7][..], token(1).as_bytes(), &[0, 254]].concat());
    assert_eq!(sandbox.run(&["scan", "--format", "jsonl"]).exits(1).places(), ["core:2:3"]);
}

#[test]
fn any_number_of_threads_says_the_same_in_the_same_order() {
    let sandbox = Sandbox::new();
    for at in 0..300 {
        sandbox.leak(format!("{}/{}/file{at}", at % 7, at % 3), at);
    }
    let mut long = b"some ordinary text\n".repeat(1_200_000);
    for seed in 1000..1050 {
        let at = (seed as usize * 7_919_777) % long.len();
        long.splice(at..at, format!(" {} ", token(seed)).bytes());
    }
    sandbox.write("3/long", &long);
    let one = sandbox.run(&["scan", "--format", "jsonl", "--threads", "1"]).exits(1);
    assert_eq!(one.places().len(), 350);
    for threads in ["2", "8"] {
        let many = sandbox.run(&["scan", "--format", "jsonl", "--threads", threads]).exits(1);
        assert!(many.stdout() == one.stdout(), "{threads} threads");
    }
    let streamed = sandbox.feed(&["scan", "--format", "jsonl", "-"], &long).exits(1);
    let offsets = |ran: &sandbox::Ran, path: &str| -> Vec<_> {
        let lines = ran.lines();
        let of_path = lines.iter().filter(|line| line["type"] == "finding" && line["path"] == path);
        of_path
            .map(|line| (line["start_byte"].as_u64(), line["start_line"].as_u64(), line["end_column"].as_u64()))
            .collect()
    };
    assert_eq!(offsets(&one, "3/long"), offsets(&streamed, "<stdin>"));
}

#[test]
fn ten_thousand_files_in_one_directory() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("many")).unwrap();
    for at in 0..10_000 {
        fs::write(sandbox.path(format!("many/{at}")), "nothing\n").unwrap();
    }
    sandbox.leak("many/5000", 1);
    let ran = sandbox.run(&["scan", "--format", "jsonl"]).exits(1);
    assert_eq!((ran.places(), ran.coverage()["objects"].as_u64()), (vec!["many/5000:2:9".to_owned()], Some(10_000)));
}

/// SARIF counts in characters; what a real run tells, not only a report put together by hand.
#[test]
fn sarif_has_columns_in_characters() {
    let sandbox = Sandbox::new();
    sandbox.write("a", format!("x\n\u{fc}\u{1f600} = {};\n", token(1)));
    let log: serde_json::Value =
        serde_json::from_str(&sandbox.run(&["scan", "--format", "sarif", "a"]).exits(1).stdout()).unwrap();
    let region = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"];
    let columns = (region["startLine"].as_u64(), region["startColumn"].as_u64(), region["endColumn"].as_u64());
    assert_eq!(columns, (Some(2), Some(6), Some(6 + token(1).len() as u64)), "{region}");
}
