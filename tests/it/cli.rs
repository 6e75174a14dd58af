//! The command line's manners: exit statuses, streams, colours, files written.

use std::fs;
use std::process::Stdio;

use crate::scan::sandbox::{Sandbox, token};
use crate::support::Repo;

#[test]
fn the_exit_status_says_clean_found_or_unknown() {
    let sandbox = Sandbox::new();
    sandbox.write("clean", "nothing here\n");
    sandbox.leak("leak", 1);
    sandbox.run(&["scan", "clean"]).exits(0);
    sandbox.run(&["scan", "leak"]).exits(1);
    sandbox.run(&["scan", "clean", "nowhere"]).exits(2);
    sandbox.run(&["scan", "leak", "nowhere"]).exits(2);
    for usage in
        [&["scan", "--nonsense"][..], &["nonsense"], &[], &["scan", "--format", "xml"], &["scan", "--threads", "0"]]
    {
        let ran = sandbox.run(usage).exits(2);
        assert!(!ran.stderr().is_empty() && ran.stdout().is_empty(), "{usage:?}");
    }
    for asked in [&["--help"][..], &["--version"], &["scan", "--help"], &["help", "rules"]] {
        assert!(!sandbox.run(asked).exits(0).stdout().is_empty());
    }
}

#[test]
fn no_output_of_any_format_holds_the_credential_unless_asked() {
    let sandbox = Sandbox::new();
    sandbox.leak("leak", 1);
    let secret = token(1);
    for format in ["human", "json", "jsonl", "sarif"] {
        let ran = sandbox.run(&["scan", "--format", format, "--why"]).exits(1);
        assert!(ran.stdout().contains("leak") && !ran.stdout().contains(&secret[8..]), "{format}");
    }
    assert!(sandbox.run(&["scan", "--show-secrets"]).exits(1).stdout().contains(&secret));
}

#[test]
fn colours_are_for_terminals_and_for_those_who_insist() {
    let sandbox = Sandbox::new();
    sandbox.leak("leak", 1);
    let escapes = |args: &[&str], no_color: &str| {
        let output = sandbox.command(args).env("NO_COLOR", no_color).output().unwrap();
        String::from_utf8_lossy(&output.stdout).contains('\u{1b}')
    };
    assert!(!escapes(&["scan"], ""));
    assert!(!escapes(&["scan"], "1"));
    assert!(!escapes(&["scan", "--color", "never"], ""));
    assert!(escapes(&["scan", "--color", "always"], "1"));
}

#[test]
fn a_report_goes_into_a_file_and_replaces_what_was_there() {
    let sandbox = Sandbox::new();
    sandbox.leak("tree/leak", 1);
    sandbox.write("report.jsonl", "old\n".repeat(10_000));
    let ran = sandbox.run(&["scan", "--format", "jsonl", "--output", "report.jsonl", "tree"]).exits(1);
    assert_eq!(ran.stdout(), "");
    let written = fs::read_to_string(sandbox.path("report.jsonl")).unwrap();
    let direct = sandbox.run(&["scan", "--format", "jsonl", "tree"]).exits(1).stdout();
    assert_eq!(written, direct);
}

#[test]
fn a_report_is_not_written_over_what_is_to_be_scanned() {
    let sandbox = Sandbox::new();
    sandbox.leak("d/leak", 1);
    let before = fs::read(sandbox.path("d/leak")).unwrap();
    fs::hard_link(sandbox.path("d/leak"), sandbox.path("another name")).unwrap();
    for output in ["d/leak", "./d/../d/leak", "another name"] {
        for flag in ["--output", "--report"] {
            let ran = sandbox.run(&["scan", "d/leak", flag, output]).exits(2);
            assert!(ran.stderr().contains("the report would be written over it"), "{}", ran.stderr());
            assert_eq!(fs::read(sandbox.path("d/leak")).unwrap(), before, "{flag} {output}");
        }
    }
    // An old report lies in the directory that is scanned, and is written anew.
    for _ in 0..2 {
        sandbox.run(&["scan", "d", "--output", "d/report"]).exits(1);
    }
    #[cfg(target_os = "linux")]
    sandbox.run(&["scan", "/dev/null", "--output", "/dev/null"]).exits(0);
}

#[test]
fn a_report_that_cannot_be_written_is_an_error_and_not_clean() {
    let sandbox = Sandbox::new();
    let ran = sandbox.run(&["scan", "--output", "no/such/dir/report"]).exits(2);
    assert!(ran.stderr().starts_with("error: cannot write to no/such/dir/report: "), "{}", ran.stderr());
    #[cfg(target_os = "linux")]
    {
        let ran = sandbox.run(&["scan", "--output", "/dev/full"]).exits(2);
        assert!(ran.stderr().contains("/dev/full"), "{}", ran.stderr());
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let status = sandbox.command(&["scan"]).stdout(full).stderr(Stdio::null()).status().unwrap();
        assert_eq!(status.code(), Some(2));
    }
}

#[test]
#[cfg(target_os = "linux")]
fn help_that_cannot_be_written_is_an_error() {
    for args in [&["--help"][..], &["scan", "--help"], &["--version"]] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = Sandbox::new().command(args).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("cannot write to standard output"));
    }
}

#[test]
fn a_filter_whose_reader_has_seen_enough_says_nothing() {
    let sandbox = Sandbox::new();
    let mut child = sandbox
        .command(&["redact"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().unwrap();
    // Until nobody reads any more.
    while std::io::Write::write_all(&mut stdin, &b"a line\n".repeat(1000)).is_ok() {}
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0));
}

#[test]
fn a_reader_that_went_away_is_no_crash() {
    let sandbox = Sandbox::new();
    for at in 0..500 {
        sandbox.leak(format!("leak{at}"), at);
    }
    let mut command = sandbox.command(&["scan", "--format", "jsonl"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.len()), (Some(1), 0));
}

#[test]
fn a_finding_is_explained_allowed_and_then_quiet() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path(".git")).unwrap();
    sandbox.leak("deep/down/leak", 1);
    let print =
        sandbox.run(&["scan", "--format", "jsonl"]).exits(1).lines()[0]["fingerprint"].as_str().unwrap().to_owned();
    let told = sandbox.run(&["explain", &print[..8]]).exits(0).stdout();
    assert!(told.contains("deep/down/leak:2:9") && told.contains(&print), "{told}");
    sandbox.run(&["explain", "0123456789abcdef"]).exits(2);
    sandbox.run(&["explain", "xyz"]).exits(2);

    let below = |args: &[&str]| {
        let output = sandbox.command(args).current_dir(sandbox.path("deep/down")).output().unwrap();
        output.status.code()
    };
    assert_eq!(below(&["allow", &print, "--reason", "it's a fixture"]), Some(0));
    let baseline = fs::read_to_string(sandbox.path(".portcullis.baseline")).expect("at the top of the work tree");
    assert!(baseline.ends_with(&format!("{print}  # it's a fixture\n")), "{baseline}");
    assert_eq!(below(&["allow", &print, "--reason", "it's a fixture"]), Some(0), "twice is fine");
    assert_eq!(fs::read_to_string(sandbox.path(".portcullis.baseline")).unwrap(), baseline, "and changes nothing");

    sandbox.run(&["scan"]).exits(0);
    assert_eq!(below(&["scan"]), Some(0));
    sandbox.run(&["scan", "--baseline", "/dev/null"]).exits(1);
    let told = sandbox.run(&["explain", &print]).exits(0).stdout();
    assert!(told.contains("baseline, line 3") && told.contains("points"), "{told}");
    assert!(!told.contains("What to do") && !told.contains("credential found"), "{told}");
}

#[test]
fn allow_says_what_it_was_that_was_allowed() {
    let sandbox = Sandbox::new();
    sandbox.leak("leak", 1);
    let print = sandbox.run(&["scan", "--format", "jsonl"]).exits(1).lines()[0]["fingerprint"].clone();
    let (print, unseen) = (print.as_str().unwrap(), "0123456789abcdef0123456789abcdef");

    let ran = sandbox.run(&["allow", print, "--reason", "a test"]).exits(2);
    assert!(ran.stderr().contains("in no git repository") && ran.stderr().contains("--baseline"), "{}", ran.stderr());
    assert!(!sandbox.path(".portcullis.baseline").exists());
    sandbox.run(&["allow", print, "--reason", "a test", "--baseline", "own"]).exits(0);
    assert!(fs::read_to_string(sandbox.path("own")).unwrap().contains(print));

    assert!(
        std::process::Command::new("git")
            .args(["init", "-q"])
            .current_dir(sandbox.path("."))
            .status()
            .unwrap()
            .success()
    );
    let said = sandbox.run(&["allow", print, "--reason", "a test"]).exits(0).stdout();
    assert!(said.contains("that is GitHub personal access token (classic) in ") && said.contains("line 2"), "{said}");
    let said = sandbox.run(&["allow", unseen, "--reason", "a test"]).exits(0).stdout();
    assert!(said.contains("nothing that is staged or in the work tree has this id"), "{said}");
    for malformed in ["0123", &format!("{print}0"), "../../etc"] {
        let ran = sandbox.run(&["allow", malformed, "--reason", "a test"]).exits(2);
        assert!(ran.stderr().contains("32 hexadecimal digits"), "{}", ran.stderr());
    }
    assert_eq!(fs::read_to_string(sandbox.path(".portcullis.baseline")).unwrap().lines().count(), 4);
}

/// The id in what a gate told.
fn id(told: &str) -> String {
    told.split("id      ").nth(1).expect("an id")[..32].to_owned()
}

#[test]
fn what_a_gate_tells_of_is_explained_and_allowed_wherever_one_stands() {
    let mut repo = Repo::init(&[]);
    repo.write("d/e/clean", "clean\n");
    repo.stage("staged only", format!("token = {}\n", token(1)));
    let staged = id(&repo.portcullis(&["pre-commit"]).stderr);
    repo.write("staged only", "clean\n");
    repo.write("high up", format!("token = {}\n", token(2)));
    fs::write(repo.git_dir().join("COMMIT_EDITMSG"), format!("token = {}\n", token(3))).unwrap();
    let message = id(&repo.portcullis(&["commit-msg", ".git/COMMIT_EDITMSG"]).stderr);
    let high = id(&String::from_utf8(repo.portcullis(&["scan", "high up"]).stdout).unwrap());
    let top = repo.dir.clone();
    for dir in ["", "d/e"] {
        repo.dir = top.join(dir);
        for (print, place) in [(&staged, "staged only:1:9"), (&message, "commit message"), (&high, "high up:1:9")] {
            for digits in [32, 8] {
                let told = repo.portcullis(&["explain", &print[..digits]]).text();
                assert!(told.contains(place) && told.contains(print.as_str()), "{dir}: {told}");
            }
        }
        let ran = repo.portcullis(&["explain", "0123456789"]);
        assert!(ran.code == Some(2) && ran.stderr.contains("portcullis history"), "{}", ran.stderr);
    }
    for print in [&staged, &message, &high] {
        let told = repo.portcullis(&["allow", &print[..8], "--reason", "a test"]).text();
        assert!(told.contains(&format!("allowed {print} ")) && told.contains("that is GitHub"), "{told}");
    }
    let ran = repo.portcullis(&["allow", "01234567", "--reason", "a test"]);
    assert!(ran.code == Some(2) && ran.stderr.contains("32 hexadecimal digits"), "{}", ran.stderr);
    assert_eq!(fs::read_to_string(top.join(".portcullis.baseline")).unwrap().matches("# a test").count(), 3);
}

#[test]
fn a_baseline_or_rule_file_that_makes_no_sense_stops_everything() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path(".git")).unwrap();
    sandbox.write(".portcullis.baseline", "what is this\n");
    let ran = sandbox.run(&["scan"]).exits(2);
    assert!(ran.stderr().contains("line 1"), "{}", ran.stderr());
    sandbox.run(&["scan", "--baseline", "nowhere"]).exits(2);
    let print = "0123456789abcdef0123456789abcdef";
    sandbox.run(&["allow", print, "--reason", "x"]).exits(2);
    sandbox.run(&["allow", print, "--reason", "a test"]).exits(2);
    sandbox.run(&["allow", print, "--baseline", "new", "--reason", "two\nlines"]).exits(2);
    sandbox.write("bad.toml", "[[rule]]\nid = 3\n");
    let ran = sandbox.run(&["rules", "lint", "bad.toml"]).exits(2);
    assert!(ran.stderr().contains("bad.toml:2:"), "{}", ran.stderr());
    sandbox.run(&["scan", "--baseline", "/dev/null", "--rules", "bad.toml"]).exits(2);
}

#[test]
fn an_inline_allow_counts_unless_told_otherwise() {
    let sandbox = Sandbox::new();
    sandbox.write("x", format!("a = '{}' # portcullis:allow a fixture\n", token(1)));
    sandbox.run(&["scan"]).exits(0);
    sandbox.run(&["scan", "--no-inline-allow"]).exits(1);
}

#[test]
fn the_gates_block_a_commit_and_are_silent_otherwise() {
    let sandbox = Sandbox::new();
    let git = |args: &[&str]| {
        let mut git = std::process::Command::new("git");
        git.args(["-c", "user.name=n", "-c", "user.email=e@x"]).args(args).current_dir(sandbox.path("."));
        assert!(git.stdout(Stdio::null()).status().expect("git").success(), "git {args:?}");
    };
    git(&["init", "-q"]);
    sandbox.write("clean", "nothing\n");
    git(&["add", "clean"]);
    let quiet = |args: &[&str]| {
        let ran = sandbox.run(args).exits(0);
        assert_eq!((ran.stdout(), ran.stderr()), (String::new(), String::new()));
    };
    quiet(&["pre-commit"]);
    sandbox.leak("leak", 1);
    quiet(&["pre-commit"]);
    git(&["add", "leak"]);
    let ran = sandbox.run(&["pre-commit"]).exits(1);
    assert!(ran.stderr().contains("leak:2") && !ran.stderr().contains(&token(1)[8..]), "{}", ran.stderr());

    let print = sandbox.run(&["scan", "--format", "jsonl", "leak"]).exits(1).lines()[0]["fingerprint"].clone();
    sandbox.run(&["allow", print.as_str().unwrap(), "--reason", "a fixture"]).exits(0);
    sandbox.run(&["pre-commit"]).exits(1);
    git(&["add", ".portcullis.baseline"]);
    quiet(&["pre-commit"]);

    sandbox.write("MSG", "A subject\n");
    quiet(&["commit-msg", "MSG"]);
    sandbox.write("MSG", format!("A subject\n\nwith {}\n", token(2)));
    sandbox.run(&["commit-msg", "MSG"]).exits(1);
    sandbox.run(&["commit-msg", "nowhere"]).exits(2);
    let elsewhere = Sandbox::new();
    let ran = elsewhere.run(&["pre-commit"]).exits(2);
    assert!(ran.stderr().contains("hint: "), "{}", ran.stderr());
}

/// Regression: a file that others could read went on being one when credentials were written to it.
#[test]
#[cfg(unix)]
fn a_report_that_shows_credentials_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = Sandbox::new();
    sandbox.leak("leak", 1);
    let mode = |name: &str| fs::metadata(sandbox.path(name)).unwrap().permissions().mode() & 0o777;
    sandbox.write("old", "an older report\n");
    fs::set_permissions(sandbox.path("old"), fs::Permissions::from_mode(0o644)).unwrap();
    let reader = fs::File::open(sandbox.path("old")).unwrap();
    for name in ["old", "new"] {
        sandbox.run(&["scan", "leak", "--show-secrets", "--output", name]).exits(1);
        assert!(fs::read_to_string(sandbox.path(name)).unwrap().contains(&token(1)));
        assert_eq!(mode(name), 0o600, "{name}");
    }
    assert_eq!(std::io::read_to_string(reader).unwrap(), "an older report\n", "whoever had it open reads nothing new");
    // Without them, a file stays whose it was; a device is written to.
    fs::set_permissions(sandbox.path("old"), fs::Permissions::from_mode(0o644)).unwrap();
    sandbox.run(&["scan", "leak", "--output", "old"]).exits(1);
    assert_eq!(mode("old"), 0o644);
    let ran = sandbox.run(&["scan", "leak", "--show-secrets", "--output", "/dev/stderr"]).exits(1);
    assert!(ran.stderr().contains(&token(1)), "{}", ran.stderr());
}

/// Regression: an hour's report was lost to a page that could not be written.
#[test]
#[cfg(unix)]
fn a_page_that_cannot_be_written_costs_the_page_alone() {
    let sandbox = Sandbox::new();
    sandbox.leak("leak", 1);
    let line = "trap '' XFSZ; ulimit -f 1; exec \"$0\" scan leak --format jsonl --report page.html";
    let mut command = std::process::Command::new("/bin/sh");
    command.args(["-c", line, env!("CARGO_BIN_EXE_portcullis")]).current_dir(sandbox.path(".")).env_clear();
    let ran = crate::scan::sandbox::Ran(command.output().unwrap()).exits(2);
    assert_eq!(ran.places(), ["leak:2:9"]);
    assert!(ran.stderr().contains("cannot write to page.html"), "{}", ran.stderr());
    assert!(!sandbox.path("page.html").exists());
}

/// Regression: a name could add lines of its own to an error, and turn its text round.
#[test]
fn names_in_errors_are_one_line_that_reads_as_it_is() {
    let sandbox = Sandbox::new();
    let name = "x\nhint: do evil\u{202e}\u{200b}";
    for args in [&["scan", "--rules", name][..], &["scan", "--baseline", name], &["report", name], &["history", name]] {
        let told = sandbox.run(args).exits(2).stderr();
        let lines: Vec<&str> = told.lines().collect();
        assert!(lines[0].starts_with("error: "), "{args:?}: {told}");
        assert!(lines[1..].iter().all(|line| !line.contains("do evil")), "{args:?}: {told}");
        assert!(!told.chars().any(|c| c != '\n' && portcullis::report::sanitize::is_hostile(c)), "{args:?}: {told:?}");
    }
}

/// Regression: texts that a newcomer stumbled over.
#[test]
fn mistakes_are_told_with_what_to_do() {
    let sandbox = Sandbox::new();
    sandbox.leak("leak", 1);
    let told = sandbox.run(&["scan", "--threads", "0"]).exits(2).stderr();
    assert!(told.contains("at least 1") && !told.contains("zero"), "{told}");
    for format in ["json", "sarif", "gitlab", "junit"] {
        sandbox.run(&["scan", "--format", format, "--output", "saved", "leak"]).exits(1);
        let told = sandbox.run(&["report", "saved"]).exits(2).stderr();
        assert!(told.contains("save the report with `--format jsonl`"), "{format}: {told}");
    }
    let told = sandbox.run(&["baseline", "create"]).exits(2).stderr();
    assert!(told.contains("in no git repository") && told.contains("--baseline FILE"), "{told}");
    assert!(!sandbox.path(".portcullis.baseline").exists());
    sandbox.run(&["baseline", "create", "--baseline", "own"]).exits(0);
}
