//! `PuTTY` private key files (`.ppk`, versions 1 to 3): the header's fields and the private lines.

use super::Proof;
use super::public_key::PublicKey;
use super::text::{base64, quoted};

/// Longest file read.
const LONGEST: usize = 64 * 1024;

/// A key file from `PuTTY-User-Key-File-` on.
pub(super) fn key(secret: &[u8]) -> Proof {
    let text = String::from_utf8_lossy(&secret[..LONGEST.min(secret.len())]).replace("\\r", "").replace("\\n", "\n");
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let field = |name: &str| lines.iter().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let Some(kind) = lines.iter().find_map(|line| line.split_once("PuTTY-User-Key-File-")).map(|(_, rest)| rest) else {
        return Proof::unknown();
    };
    let (Some(encryption), Some(_)) = (field("Encryption:"), field("Private-Lines:")) else {
        return Proof::invalid("not a whole PuTTY key file");
    };
    let (count, body) = block(&lines, "Private-Lines:").unwrap_or_default();
    let decoded = base64(body.as_bytes()).unwrap_or_default();
    // The shortest private part, that of an Ed25519 key, has 36 bytes.
    if count == 0 || decoded.len() < 32 {
        return Proof::invalid("its private lines are no key");
    }
    let public = block(&lines, "Public-Lines:").and_then(|(_, body)| base64(body.as_bytes()));
    let kind = quoted(kind.split_once(':').map_or(kind, |(_, name)| name).trim());
    let proof = if encryption == "none" {
        Proof::valid("a whole PuTTY key file").tell(format!("{kind}, unencrypted"))
    } else {
        Proof::unknown()
            .tell(kind)
            .note("encrypted: a passphrase protects it, for as long as nobody guesses it")
            .demote(25)
    };
    match public {
        Some(blob) => proof.tell(format!("its public key is {}", PublicKey::of_blob(&blob).fingerprint())),
        None => proof,
    }
}

/// The lines that a field counts, joined, and how many they are.
fn block(lines: &[&str], name: &str) -> Option<(usize, String)> {
    let at = lines.iter().position(|line| line.starts_with(name))?;
    let count = lines.get(at)?.strip_prefix(name)?.trim().parse::<usize>().ok()?.min(lines.len());
    Some((count, lines.iter().skip(at + 1).take(count).copied().collect()))
}
