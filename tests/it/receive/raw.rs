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
    let format = if commands[0].iter().position(|b| *b == b' ') == Some(64) { "sha256" } else { "sha1" };
    for (at, line) in commands.iter().enumerate() {
        let mut line = line.clone();
        if at == 0 {
            line.extend(format!("\0 report-status side-band-64k object-format={format}").as_bytes());
        }
        input.write_all(format!("{:04x}", line.len() + 4).as_bytes()).unwrap();
        input.write_all(&line).unwrap();
    }
    // The server may have hung up already.
    let _ = input.write_all(b"0000").and_then(|()| input.write_all(pack));
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
