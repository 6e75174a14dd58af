//! Speaks to `git receive-pack` by hand, as no git client would.

use std::io::{Read, Write};

use super::pair::{Pair, piped};
use crate::support::Repo;
use crate::support::repo::Ran;

/// A pack of these objects, made by git.
pub(super) fn pack(repo: &Repo, oids: &[String]) -> Vec<u8> {
    let mut child = piped(&mut repo.command("git")).args(["pack-objects", "-q", "--stdout"]).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(oids.iter().map(|oid| format!("{oid}\n")).collect::<String>().as_bytes()).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    output.stdout
}

/// Pushes commands (`old new ref`) and a pack. What came back on the side band is `stderr`, the report `stdout`.
pub(super) fn push(pair: &Pair, commands: &[Vec<u8>], pack: &[u8]) -> Ran {
    let mut command = pair.client.command("git");
    let mut child = piped(&mut command).arg("receive-pack").arg(&pair.server.dir).spawn().unwrap();
    let (mut input, mut output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    while let Some(line) = packet(&mut output) {
        if line.is_empty() {
            break;
        }
    }
    // The server may have hung up already.
    let _ = input.write_all(&request(commands, pack));
    drop(input);
    let (mut said, mut report) = (Vec::new(), Vec::new());
    while let Some(line) = packet(&mut output) {
        match line.split_first() {
            Some((1, rest)) => report.extend_from_slice(rest),
            Some((_, rest)) => said.extend_from_slice(rest),
            None => break,
        }
    }
    let mut rest = String::new();
    let _ = child.stderr.take().unwrap().read_to_string(&mut rest);
    let code = child.wait().unwrap().code();
    let stderr = String::from_utf8_lossy(&said).into_owned() + &rest;
    let says = |words: &[u8]| memchr::memmem::find(&report, words).is_some();
    Ran { ok: says(b"unpack ok") && !says(b"ng refs/"), code, stdout: report, stderr }
}

/// What a client sends: commands, then the pack.
fn request(commands: &[Vec<u8>], pack: &[u8]) -> Vec<u8> {
    let format = if commands[0].iter().position(|b| *b == b' ') == Some(64) { "sha256" } else { "sha1" };
    let mut request = Vec::new();
    for (at, line) in commands.iter().enumerate() {
        let mut line = line.clone();
        if at == 0 {
            line.extend(format!("\0 report-status side-band-64k object-format={format}").as_bytes());
        }
        request.extend(format!("{:04x}", line.len() + 4).as_bytes());
        request.extend(line);
    }
    [&request[..], b"0000", pack].concat()
}

/// The same push by HTTP: `git http-backend` as a web server runs it, which has let in somebody of that name. What it
/// answered is `stdout`.
pub(super) fn push_by_http(pair: &Pair, who: &str, commands: &[Vec<u8>], pack: &[u8]) -> Ran {
    let body = request(commands, pack);
    let mut command = pair.client.command("git");
    let root = pair.server.dir.parent().unwrap().to_path_buf();
    let path = format!("/{}/git-receive-pack", pair.server.dir.file_name().unwrap().to_str().unwrap());
    command.arg("http-backend").env("GIT_PROJECT_ROOT", root).env("GIT_HTTP_EXPORT_ALL", "1");
    command
        .env("REQUEST_METHOD", "POST")
        .env("PATH_INFO", path)
        .env("REMOTE_USER", who)
        .env("REMOTE_ADDR", "192.0.2.1");
    command.env("CONTENT_TYPE", "application/x-git-receive-pack-request").env("CONTENT_LENGTH", body.len().to_string());
    let mut child = piped(&mut command).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let _ = input.write_all(&body);
    drop(input);
    let output = child.wait_with_output().unwrap();
    let says = |words: &[u8]| memchr::memmem::find(&output.stdout, words).is_some();
    Ran {
        ok: says(b"unpack ok") && !says(b"ng refs/"),
        code: output.status.code(),
        stderr: String::from_utf8_lossy(&output.stdout).into_owned(),
        stdout: output.stdout,
    }
}

/// One packet; an empty one is a flush.
fn packet(from: &mut impl Read) -> Option<Vec<u8>> {
    let mut head = [0; 4];
    from.read_exact(&mut head).ok()?;
    let length = usize::from_str_radix(std::str::from_utf8(&head).ok()?, 16).ok()?;
    let mut body = vec![0; length.saturating_sub(4)];
    from.read_exact(&mut body).ok()?;
    Some(body)
}

/// `old new ref` as bytes.
pub(super) fn line(old: &str, new: &str, name: &[u8]) -> Vec<u8> {
    [old.as_bytes(), b" ", new.as_bytes(), b" ", name].concat()
}

/// The id that means "no object".
pub(super) fn null() -> String {
    "0".repeat(40)
}
