//! Checksums of the CRC family that vendors build into tokens.
//!
//! Facts: GitHub's blog "Behind GitHub's new authentication token formats" (2021) for base62; GitLab's
//! `routable_token.rb`; the others were worked out from public samples and hold on them, except Azure
//! DevOps, which is as Microsoft's security-utilities describes it.

use crc32fast::hash as crc32;

use super::Proof;
use super::text::{BASE62, base32, base36, base62_of, base64, base64_value};

/// GitHub classic and npm: `prefix_`, 30 characters, six of base62 CRC32 of those 30.
///
/// `ghr_` refresh tokens are longer: 70 characters and their CRC32 (worked out from public samples).
pub(super) fn base62_of_30(secret: &[u8]) -> Proof {
    base62_tail(secret, if secret.len() == 80 && secret.starts_with(b"ghr_") { 70 } else { 30 })
}

/// Vercel: as GitHub, over 50 characters.
pub(super) fn vercel(secret: &[u8]) -> Proof {
    base62_tail(secret, 50)
}

fn base62_tail(secret: &[u8], length: usize) -> Proof {
    let Some((rest, tail)) = secret.split_last_chunk::<6>() else { return Proof::unknown() };
    let Some((prefix, body)) = rest.len().checked_sub(length).and_then(|at| rest.split_at_checked(at)) else {
        return Proof::unknown();
    };
    // GitHub's newer, longer `ghs_` tokens carry something else: only the known length is judged.
    if prefix.len() > 8 || !prefix.ends_with(b"_") || !tail.iter().all(|b| BASE62.contains(b)) {
        return Proof::unknown();
    }
    Proof::checksum(*tail == base62_of(crc32(body)))
}

/// Cloudflare (`cfut_`, 40 characters, 8 hex) and Zuplo (`zpka_`, 32 characters, `_`, 8 hex).
pub(super) fn hex_of_body(secret: &[u8]) -> Proof {
    let Some(at) = secret.iter().position(|&b| b == b'_') else { return Proof::unknown() };
    let Some((body, sum)) = secret[at + 1..].split_last_chunk::<8>() else { return Proof::unknown() };
    let body = body.strip_suffix(b"_").unwrap_or(body);
    hex_checksum(*sum, body)
}

/// Grafana service accounts: little-endian CRC32 of the prefix and the 32 characters after it.
pub(super) fn grafana(secret: &[u8]) -> Proof {
    let Some((rest, sum)) = secret.split_last_chunk::<8>() else { return Proof::unknown() };
    let Some(body) = rest.strip_suffix(b"_") else { return Proof::unknown() };
    let Some(claimed) = hex8(*sum) else { return Proof::unknown() };
    Proof::checksum(claimed.swap_bytes() == crc32(body))
}

/// Atlassian: upper-case CRC32 of all before it, the `=` included.
pub(super) fn atlassian(secret: &[u8]) -> Proof {
    let Some((body, sum)) = secret.split_last_chunk::<8>() else { return Proof::unknown() };
    if !body.ends_with(b"=") {
        return Proof::unknown();
    }
    hex_checksum(*sum, body)
}

fn hex_checksum(sum: [u8; 8], body: &[u8]) -> Proof {
    hex8(sum).map_or_else(Proof::unknown, |claimed| Proof::checksum(claimed == crc32(body)))
}

fn hex8(digits: [u8; 8]) -> Option<u32> {
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u32::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()
}

/// GitLab routable tokens: payload, `.`, `01.` (newer ones), two base36 digits of the payload's length,
/// seven of the CRC32 of everything before them.
pub(super) fn gitlab_routable(secret: &[u8]) -> Proof {
    let Some((body, sum)) = secret.split_last_chunk::<7>() else { return Proof::unknown() };
    let Some((front, length)) = body.split_last_chunk::<2>() else { return Proof::unknown() };
    let (Some(claimed), Some(length)) = (base36(sum), base36(length)) else { return Proof::unknown() };
    let Some(front) = front.strip_suffix(b".") else { return Proof::unknown() };
    if claimed != u64::from(crc32(body)) {
        return Proof::checksum(false);
    }
    let proof = Proof::checksum(true);
    let Some(dash) = front.iter().position(|&b| b == b'-') else { return proof };
    let payload = front[dash + 1..].split(|&b| b == b'.').next().unwrap_or_default();
    if length == payload.len() as u64 { proof.note("its length field holds too") } else { proof }
}

/// Confluent: `cflt`, 54 characters, the first six base64 characters of their little-endian CRC32.
pub(super) fn confluent(secret: &[u8]) -> Proof {
    let Some((body, sum)) = secret.split_last_chunk::<6>() else { return Proof::unknown() };
    let Some(body) = body.strip_prefix(b"cflt").filter(|body| body.len() == 54) else { return Proof::unknown() };
    // Six characters hold 36 bits: the checksum's 32 and four that are zero.
    let written = sum.iter().try_fold(0u64, |bits, &b| Some(bits << 6 | u64::from(base64_value(b)?)));
    Proof::checksum(written == Some(u64::from(crc32(body).swap_bytes()) << 4))
}

/// Elastic Cloud: `essu_`, base64 of the key (itself base64 of `id:secret`) and its CRC32, a big-endian number of
/// eight bytes. Worked out from one public sample, so one that fails proves nothing.
pub(super) fn elastic(secret: &[u8]) -> Proof {
    let bytes = secret.strip_prefix(b"essu_").and_then(base64).unwrap_or_default();
    let Some((key, sum)) = bytes.split_last_chunk::<8>() else { return Proof::unknown() };
    Proof::claimed_checksum(u64::from_be_bytes(*sum) == u64::from(crc32(key)))
}

/// Azure DevOps personal access tokens of the old form: 32 bytes in base32, of which four are the
/// CRC32 of the others, exclusive-or a constant that says for whom the token was made.
pub(super) fn azure_devops(secret: &[u8]) -> Proof {
    const PLACES: [usize; 4] = [22, 8, 7, 2];
    const USER: u32 = 0xe0b9_692d;
    const APP: u32 = 0x1019_f92e;
    let Some(bytes) = base32(&secret.to_ascii_uppercase()).filter(|bytes| bytes.len() == 32) else {
        return Proof::unknown();
    };
    let body: Vec<u8> = (0..32).filter(|at| !PLACES.contains(at)).map(|at| bytes[at]).collect();
    let sum = crc32(&body);
    let written = PLACES.map(|at| bytes[at]);
    // Which of the four is the lowest byte is not said; both orders together are still no chance.
    let holds = [USER, APP].iter().any(|key| {
        let expected = sum ^ key;
        written == expected.to_be_bytes() || written == expected.to_le_bytes()
    });
    Proof::claimed_checksum(holds)
}

#[cfg(test)]
mod tests {
    use super::super::Outcome;
    use super::super::testing::{Draw, to_base64};
    use super::*;

    #[test]
    fn elastic_keys_end_in_their_checksum() {
        let key = Draw(5).bytes(60);
        let token = |sum: u64| format!("essu_{}", to_base64(&[&key[..], &sum.to_be_bytes()].concat())).into_bytes();
        let sum = u64::from(crc32(&key));
        assert_eq!(elastic(&token(sum)).outcome, Outcome::Valid);
        assert_eq!(elastic(&token(sum ^ 1)).outcome, Outcome::Unknown);
        assert_eq!(elastic(&token(sum | 1 << 40)).outcome, Outcome::Unknown);
        assert_eq!(elastic(b"essu_").outcome, Outcome::Unknown);
    }
}
