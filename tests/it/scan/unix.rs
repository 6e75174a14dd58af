//! What only Unix has: links, FIFOs, names that are no text, files that say they are empty.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::process::{Command, Stdio};
#[cfg(target_os = "linux")]
use std::time::{Duration, Instant};

use super::sandbox::{Ran, Sandbox, token};

#[test]
fn links_are_counted_and_not_followed_in_loops_or_out() {
    let outside = Sandbox::new();
    outside.leak("secret", 1);
    let sandbox = Sandbox::new();
    sandbox.leak("real", 2);
    symlink(".", sandbox.path("loop")).unwrap();
    symlink(outside.path("secret"), sandbox.path("file")).unwrap();
    symlink(outside.path("."), sandbox.path("dir")).unwrap();
    symlink("nowhere", sandbox.path("dangling")).unwrap();
    let ran = sandbox.run(&["scan", "--format", "jsonl"]).exits(1);
    assert_eq!((ran.places(), ran.coverage()["by_design"].as_u64()), (vec!["real:2:9".to_owned()], Some(4)));
}

#[test]
fn a_link_that_is_named_is_what_it_points_to() {
    let outside = Sandbox::new();
    outside.leak("dir/secret", 1);
    let sandbox = Sandbox::new();
    symlink(outside.path("dir"), sandbox.path("d")).unwrap();
    symlink(outside.path("dir/secret"), sandbox.path("f")).unwrap();
    symlink("nowhere", sandbox.path("dangling")).unwrap();
    assert_eq!(sandbox.run(&["scan", "--format", "jsonl", "d", "f"]).exits(1).places(), ["d/secret:2:9", "f:2:9"]);
    let ran = sandbox.run(&["scan", "--format", "jsonl", "dangling"]).exits(2);
    assert_eq!(ran.coverage()["skips"][0]["reason"], "missing");
}

#[test]
fn fifos_and_sockets_are_passed_over_and_never_waited_for() {
    let sandbox = Sandbox::new();
    assert!(Command::new("mkfifo").arg(sandbox.path("fifo")).status().expect("mkfifo").success());
    let _socket = UnixListener::bind(sandbox.path("socket")).unwrap();
    let ran = sandbox.run(&["scan", "--format", "jsonl"]).exits(0);
    assert_eq!(ran.coverage()["by_design"], 2);
    let ran = sandbox.run(&["scan", "fifo"]).exits(2);
    assert!(ran.stdout().contains("FIFO"), "{}", ran.stdout());
}

#[test]
fn null_is_empty_and_a_shells_substitution_is_a_stream() {
    let sandbox = Sandbox::new();
    sandbox.run(&["scan", "/dev/null"]).exits(0);
    sandbox.leak("x", 1);
    let mut shell = Command::new("bash");
    let script = format!("'{}' scan --format jsonl <(cat x)", env!("CARGO_BIN_EXE_portcullis"));
    let ran = Ran(shell.args(["-c", &script]).current_dir(sandbox.path(".")).output().expect("bash")).exits(1);
    assert!(ran.places()[0].starts_with("/dev/fd/"), "{:?}", ran.places());
}

#[test]
fn names_that_are_no_text_are_told_as_bytes() {
    let sandbox = Sandbox::new();
    let name = OsStr::from_bytes(b"caf\xe9\n.env");
    sandbox.leak(name, 1);
    let ran = sandbox.run(&["scan", "--format", "jsonl"]).exits(1);
    assert_eq!(ran.lines()[0]["path_b64"], "Y2Fm6QouZW52");
    sandbox.run(&["scan"]).exits(1);
    let named = Ran(sandbox.command(&["scan", "--format", "jsonl"]).arg(name).output().unwrap()).exits(1);
    assert_eq!(named.lines()[0]["path_b64"], "Y2Fm6QouZW52");
}

#[test]
fn what_may_not_be_read_is_told() {
    let sandbox = Sandbox::new();
    sandbox.leak("open", 1);
    sandbox.leak("closed/file", 2);
    sandbox.leak("shut", 3);
    fs::set_permissions(sandbox.path("closed"), fs::Permissions::from_mode(0o0)).unwrap();
    fs::set_permissions(sandbox.path("shut"), fs::Permissions::from_mode(0o0)).unwrap();
    let other = Other::new();
    let ran = if fs::read(sandbox.path("shut")).is_ok() {
        // Root may read everything; so somebody else looks.
        fs::set_permissions(sandbox.path("."), fs::Permissions::from_mode(0o755)).unwrap();
        let mut command = other.command("", &["scan", "--format", "jsonl"]);
        Ran(command.current_dir(sandbox.path(".")).output().expect("as nobody"))
    } else {
        sandbox.run(&["scan", "--format", "jsonl"])
    };
    fs::set_permissions(sandbox.path("closed"), fs::Permissions::from_mode(0o755)).unwrap();
    let ran = ran.exits(2);
    assert_eq!(ran.places(), ["open:2:9"]);
    let skips = ran.coverage()["skips"].clone();
    assert_eq!((&skips[0]["path"], &skips[1]["path"]), (&"closed".into(), &"shut".into()));
}

/// The binary as another user: as root, nobody else than root itself is kept from anything.
struct Other(Sandbox);

impl Other {
    fn new() -> Self {
        let home = Sandbox::new();
        fs::set_permissions(home.path("."), fs::Permissions::from_mode(0o755)).unwrap();
        Self(home)
    }

    /// A shell that runs it after those words: as nobody, where this process is root.
    fn command(&self, words: &str, args: &[&str]) -> Command {
        use std::os::unix::fs::MetadataExt as _;
        use std::os::unix::process::CommandExt as _;
        const NOBODY: u32 = 65_534;
        // Where the build lies, nobody but its owner may have a way to.
        let binary = self.0.path("portcullis");
        fs::copy(env!("CARGO_BIN_EXE_portcullis"), &binary).unwrap();
        let mut command = Command::new("/bin/sh");
        command.arg("-c").arg(format!("{words} exec \"$0\" \"$@\"")).arg(&binary).args(args);
        command.env_clear().stdin(Stdio::null());
        if fs::metadata(&binary).unwrap().uid() == 0 {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    }
}

/// Regression: a machine that gives no more threads ended a run of more than a few files.
#[test]
#[cfg(target_os = "linux")]
fn without_threads_one_does_it_alone() {
    let sandbox = Sandbox::new();
    fs::set_permissions(sandbox.path("."), fs::Permissions::from_mode(0o755)).unwrap();
    let names: Vec<String> = (0..20).map(|seed| format!("file-{seed:02}")).collect();
    for (seed, name) in (0..).zip(&names) {
        sandbox.leak(name, seed);
    }
    let mut args = vec!["scan", "--format", "jsonl", "--threads", "4"];
    args.extend(names.iter().map(String::as_str));
    let other = Other::new();
    let mut command = other.command("ulimit -u 1;", &args);
    let ran = Ran(command.current_dir(sandbox.path(".")).output().expect("as nobody")).exits(1);
    assert_eq!(ran.places().len(), names.len());
}

/// Reading a process's memory from address 0 fails for everybody, root too.
#[test]
#[cfg(target_os = "linux")]
fn a_read_that_fails_is_told() {
    let sandbox = Sandbox::new();
    let ran = sandbox.run(&["scan", "--format", "jsonl", "/proc/self/mem"]).exits(2);
    assert_eq!(ran.coverage()["skips"][0]["reason"], "unreadable");
}

/// Files of `/proc` say that they are empty.
#[test]
#[cfg(target_os = "linux")]
fn a_file_that_says_it_is_empty_is_read_to_its_end() {
    let sandbox = Sandbox::new();
    let small = sandbox.command(&["scan", "--format", "jsonl", "/proc/self/environ"]).env("TOKEN", token(1)).output();
    assert_eq!(Ran(small.unwrap()).exits(1).places(), ["/proc/self/environ:1:7"]);
    let filler = "x ".repeat(60_000);
    let mut large = sandbox.command(&["scan", "--format", "jsonl", "/proc/self/environ"]);
    large.env("A", &filler).env("TOKEN", token(1));
    assert_eq!(Ran(large.output().unwrap()).exits(1).places().len(), 1);
}

/// Ctrl-C while standard input gives nothing: the run ends, says so, and tells what it has found.
#[test]
#[cfg(target_os = "linux")]
fn an_interrupt_ends_a_run_that_waits_and_what_was_found_is_told() {
    let sandbox = Sandbox::new();
    let ran = interrupted(&sandbox, "jsonl");
    assert_eq!((ran.places().len(), ran.coverage()["skips"][0]["reason"].as_str()), (1, Some("interrupted")));
    let told = interrupted(&sandbox, "human").stdout();
    assert!(told.contains("INCOMPLETE: interrupted; the rest was not scanned"), "{told}");
}

/// A report that nobody reads holds a run up for ever: a second interrupt ends it.
#[test]
#[cfg(target_os = "linux")]
fn a_second_interrupt_ends_a_run_at_once() {
    use std::io::Read as _;
    let sandbox = Sandbox::new();
    let lines: String = (0..400).map(|seed| format!("token = {}\n", token(seed))).collect();
    sandbox.write("many", lines);
    let mut command = sandbox.command(&["scan", "--format", "jsonl", "many"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut [0]).unwrap();
    let pid = child.id().to_string();
    for _ in 0..2 {
        std::thread::sleep(Duration::from_millis(300));
        assert_eq!(child.try_wait().unwrap(), None, "the pipe has no room for the report");
        assert!(Command::new("kill").args(["-INT", &pid]).status().expect("kill").success());
    }
    let patience = Instant::now() + Duration::from_secs(20);
    let status = loop {
        match child.try_wait().unwrap() {
            None if Instant::now() < patience => std::thread::sleep(Duration::from_millis(20)),
            status => break status,
        }
    };
    let _ = child.kill();
    assert_eq!(status.and_then(|status| status.code()), Some(2));
}

/// What a scan of standard input tells that is interrupted while it waits for more.
#[cfg(target_os = "linux")]
fn interrupted(sandbox: &Sandbox, format: &str) -> Ran {
    let mut command = sandbox.command(&["scan", "--format", format, "-"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(format!("token = {}\n", token(1)).as_bytes()).unwrap();
    let pid = child.id().to_string();
    while !catches_interrupts(&pid) {
        std::thread::yield_now();
    }
    assert!(Command::new("kill").args(["-INT", &pid]).status().expect("kill").success());
    let ran = Ran(child.wait_with_output().unwrap()).exits(2);
    drop(stdin);
    ran
}

/// Whether the process has a handler for SIGINT (signal 2) yet.
#[cfg(target_os = "linux")]
pub(crate) fn catches_interrupts(pid: &str) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("the process is alive");
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).expect("a mask");
    u64::from_str_radix(caught.trim(), 16).expect("hexadecimal") & 0b10 != 0
}
