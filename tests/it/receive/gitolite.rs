//! The gate behind gitolite itself, where that is installed: its account, its configuration, its links to our hook.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::pair::{blocked, token};
use crate::support::Repo;

/// Where gitolite's program for SSH lies; nothing where there is none, which is said. With `PORTCULLIS_HOSTS=require`
/// that is a failure instead.
#[expect(clippy::print_stderr, reason = "says why it had nothing to do")]
fn shell(repo: &Repo) -> Option<PathBuf> {
    let asked = repo.command("gitolite").args(["query-rc", "GL_BINDIR"]).output();
    let dir = asked.ok().map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    let shell = dir.map(|dir| Path::new(&dir).join("gitolite-shell")).filter(|shell| shell.is_file());
    if shell.is_none() {
        let words = "NOT RUN: no gitolite here (Debian's package is gitolite3), so its recipe was not tried";
        assert!(std::env::var("PORTCULLIS_HOSTS").as_deref() != Ok("require"), "{words}");
        eprintln!("{words}");
    }
    shell
}

fn executable(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// A client whose home is gitolite's, too, and that reaches it by what sshd would run.
fn client() -> Option<Repo> {
    let mut client = Repo::init(&[]);
    let shell = shell(&client)?;
    let ssh = client.beside("ssh");
    let text = format!(
        "#!/bin/sh\nwhile [ $# -gt 1 ]; do shift; done\nexport SSH_ORIGINAL_COMMAND=\"$1\"\n\
         SSH_CONNECTION='192.0.2.1 1 192.0.2.2 22' exec '{}' \"$WHO\"\n",
        shell.display()
    );
    executable(&ssh, &text);
    client.set_env("GIT_SSH_COMMAND", ssh.display().to_string());
    client.set_env("WHO", "admin");
    let home = client.beside("home");
    let setup = client.command("gitolite").args(["setup", "-a", "admin"]).output().unwrap();
    assert!(setup.status.success(), "{}", String::from_utf8_lossy(&setup.stderr));
    let rc = fs::read_to_string(home.join(".gitolite.rc")).unwrap();
    let local = format!("LOCAL_CODE => \"{}\",\n    UMASK", home.join("local").display());
    assert!(rc.contains("UMASK"), "{rc}");
    fs::write(home.join(".gitolite.rc"), rc.replacen("UMASK", &local, 1)).unwrap();
    Some(client)
}

#[test]
fn every_repository_of_gitolites_is_guarded_also_one_that_is_made_later() {
    let Some(mut client) = client() else { return };
    let home = client.beside("home");
    let (local, seen, log) = (home.join("local"), home.join("seen"), home.join("audit.jsonl"));
    let policy = home.join("server.toml");
    fs::write(&policy, format!("[audit]\nfile = {log:?}\n")).unwrap();
    client.set_env("PORTCULLIS_SERVER_CONFIG", policy.display().to_string());
    // A hook of the admin's own for all repositories is there already.
    executable(&local.join("hooks/common/pre-receive"), &format!("#!/bin/sh\ncat >> '{}'\n", seen.display()));
    let hooks_only = |client: &Repo| {
        let ran = client.command("gitolite").args(["setup", "--hooks-only"]).output().unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    };
    hooks_only(&client);
    let ran = client.portcullis(&["install", "--server", local.to_str().unwrap(), "--host", "gitolite"]);
    assert!(ran.ok && String::from_utf8_lossy(&ran.stdout).contains("gitolite setup --hooks-only"), "{}", ran.stderr);
    hooks_only(&client);

    // A repository that is made by a push to gitolite's own configuration, which meets the gate as any other.
    let admin = client.beside("admin");
    client.git(["clone", "-q", "git@host:gitolite-admin", admin.to_str().unwrap()]).text();
    let conf = admin.join("conf/gitolite.conf");
    let text = fs::read_to_string(&conf).unwrap();
    fs::write(&conf, text + "\nrepo fresh\n    RW+ = alice\n").unwrap();
    client.git(["-C", admin.to_str().unwrap(), "commit", "-q", "-am", "fresh"]).text();
    client.git(["-C", admin.to_str().unwrap(), "push", "-q", "origin", "HEAD"]).text();

    client.set_env("WHO", "alice");
    for name in ["testing", "fresh"] {
        let url = format!("git@host:{name}");
        let repo = home.join(format!("repositories/{name}.git"));
        let doctor = client.portcullis(&["doctor", "--server", repo.to_str().unwrap()]);
        assert!(doctor.ok, "{name}: {}", String::from_utf8_lossy(&doctor.stdout));
        client.stage("a", name);
        client.commit("clean");
        let push = |to: &str| client.git(["push", "-q", &url, &format!("HEAD:refs/heads/{to}")]);
        let ran = push("main");
        assert!(ran.ok, "{name}: {}", ran.stderr);
        let secret = token(800 + name.len() as u64);
        client.stage("s", &secret);
        client.commit("bad");
        blocked(name, &push("main"), &secret);
        client.ok("reset -q --hard HEAD~1");
        let lines = fs::read_to_string(&seen).unwrap();
        assert!(lines.lines().any(|line| line.ends_with(" refs/heads/main")), "{name}: the admin's own hook: {lines}");
        let last = fs::read_to_string(&log).unwrap().lines().last().map(str::to_owned).unwrap();
        let last: serde_json::Value = serde_json::from_str(&last).unwrap();
        let who = (&last["host"], &last["identity"], &last["identity_source"], &last["repository"]);
        assert_eq!(who, (&"gitolite".into(), &"alice".into(), &"GL_USER".into(), &name.into()));
    }

    // Taken out, the links of the repositories lead to the admin's own hook again.
    let ran = client.portcullis(&["uninstall", "--server", local.to_str().unwrap(), "--host", "gitolite"]);
    assert!(ran.ok, "{}", ran.stderr);
    client.stage("s", token(820));
    client.commit("bad");
    let before = fs::read_to_string(&seen).unwrap().lines().count();
    assert!(client.git(["push", "-q", "git@host:testing", "HEAD:refs/heads/main"]).ok);
    assert_eq!(fs::read_to_string(&seen).unwrap().lines().count(), before + 1);
}
