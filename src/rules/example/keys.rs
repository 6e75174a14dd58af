//! Private key files: whole in structure, with random numbers in it. No key here was ever a key.

use sha2::{Digest, Sha256};

use super::Rng;
use super::classes::{HEX, LOWER, base64};

/// A PEM block (or armoured PGP block) of that kind, without a newline at its end.
pub(super) fn pem(kind: &str, rng: &mut Rng) -> String {
    match kind {
        "ec" => block("EC ", "", &sec1(rng)),
        "dsa" => block("DSA ", "", &numbers(&[0, 256, 32, 256, 256, 31], rng)),
        "pkcs8" if rng.draw() & 1 == 0 => pkcs8_rsa(rng),
        "pkcs8" => block("", "", &pkcs8(&[6, 3, 0x2b, 0x65, 0x70], &tlv(4, &rng.bytes(32)))),
        "encrypted" => block("ENCRYPTED ", "", &encrypted(rng)),
        "openssh" => block("OPENSSH ", "", &openssh(rng)),
        "pgp" => pgp(rng),
        _ => block("RSA ", "", &rsa(rng)),
    }
}

/// PKCS#8 with an RSA key inside.
pub(super) fn pkcs8_rsa(rng: &mut Rng) -> String {
    const RSA: [u8; 13] = [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0];
    block("", "", &pkcs8(&RSA, &rsa(rng))) + "\n"
}

/// The line that begins or ends a block. Joined here, so that no such line stands in our own source.
fn line(edge: &str, label: &str, tail: &str) -> String {
    format!("-----{edge} {label}PRIVATE {}{tail}-----", "KEY")
}

fn block(label: &str, tail: &str, bytes: &[u8]) -> String {
    let body = wrapped(&base64(bytes), 64);
    format!("{}\n{body}\n{}", line("BEGIN", label, tail), line("END", label, tail))
}

fn wrapped(text: &str, width: usize) -> String {
    let lines: Vec<_> = text.as_bytes().chunks(width).map(String::from_utf8_lossy).collect();
    lines.join("\n")
}

/// A DER element: tag, length, content.
fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let head = match length {
        0..0x80 => vec![tag, length as u8],
        0x80..0x100 => vec![tag, 0x81, length as u8],
        _ => vec![tag, 0x82, (length >> 8) as u8, length as u8],
    };
    [head, content.to_vec()].concat()
}

/// A positive number of that many bytes; 0 bytes is the number zero.
fn integer(size: usize, rng: &mut Rng) -> Vec<u8> {
    let mut bytes = rng.bytes(size);
    match bytes.first_mut() {
        Some(first) => *first |= 0x80, // so it needs a zero byte before it
        None => return tlv(2, &[0]),
    }
    tlv(2, &[vec![0], bytes].concat())
}

fn numbers(sizes: &[usize], rng: &mut Rng) -> Vec<u8> {
    let items: Vec<Vec<u8>> = sizes.iter().map(|&size| integer(size, rng)).collect();
    tlv(0x30, &items.concat())
}

/// PKCS#1: version, n, e, d, p, q, and the three numbers of the Chinese remainder.
fn rsa(rng: &mut Rng) -> Vec<u8> {
    let mut items = vec![tlv(2, &[0]), integer(256, rng), tlv(2, &[1, 0, 1])];
    items.extend([256, 128, 128, 128, 128, 128].map(|size| integer(size, rng)));
    tlv(0x30, &items.concat())
}

/// SEC1: version 1, the key, the curve (P-256), the public point.
fn sec1(rng: &mut Rng) -> Vec<u8> {
    const P256: [u8; 10] = [6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
    let point = [vec![0, 4], rng.bytes(64)].concat();
    let items = [tlv(2, &[1]), tlv(4, &rng.bytes(32)), tlv(0xa0, &P256), tlv(0xa1, &tlv(3, &point))];
    tlv(0x30, &items.concat())
}

fn pkcs8(algorithm: &[u8], key: &[u8]) -> Vec<u8> {
    tlv(0x30, &[tlv(2, &[0]), tlv(0x30, algorithm), tlv(4, key)].concat())
}

/// PKCS#8 encrypted by PBES2 (PBKDF2 with HMAC-SHA-256, AES-256-CBC).
fn encrypted(rng: &mut Rng) -> Vec<u8> {
    const PKCS5: [u8; 8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5];
    const HMAC_SHA256: [u8; 12] = [6, 8, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 2, 9, 5, 0];
    const AES256_CBC: [u8; 11] = [6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 42];
    let named = |last: u8| tlv(6, &[&PKCS5[..], &[last]].concat());
    let kdf = [tlv(4, &rng.bytes(8)), tlv(2, &[8, 0]), tlv(0x30, &HMAC_SHA256)].concat();
    let kdf = tlv(0x30, &[named(12), tlv(0x30, &kdf)].concat());
    let cipher = tlv(0x30, &[AES256_CBC.to_vec(), tlv(4, &rng.bytes(16))].concat());
    let scheme = tlv(0x30, &[named(13), tlv(0x30, &[kdf, cipher].concat())].concat());
    tlv(0x30, &[scheme, tlv(4, &rng.bytes(144))].concat())
}

/// A length in four bytes, and the bytes (RFC 4251).
fn ssh_string(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u32).to_be_bytes()[..], bytes].concat()
}

/// OpenSSH's container (`PROTOCOL.key`), unencrypted: the two check numbers are the same.
fn openssh(rng: &mut Rng) -> Vec<u8> {
    let (public, check) = (rng.bytes(32), rng.bytes(4));
    let name = ssh_string(b"ssh-ed25519");
    let blob = [name.clone(), ssh_string(&public)].concat();
    let key = [rng.bytes(32), public.clone()].concat();
    let comment = format!("{}@{}", rng.pick(LOWER, 5), rng.pick(LOWER, 7));
    let mut private =
        [check.clone(), check, name, ssh_string(&public), ssh_string(&key), ssh_string(comment.as_bytes())].concat();
    for pad in 1..=8 {
        if private.len().is_multiple_of(8) {
            break;
        }
        private.push(pad);
    }
    let none = ssh_string(b"none");
    let head = [b"openssh-key-v1\0".to_vec(), none.clone(), none, ssh_string(b""), vec![0, 0, 0, 1]].concat();
    [head, ssh_string(&blob), ssh_string(&private)].concat()
}

/// An `OpenPGP` secret key packet (RFC 4880, 5.5.3), version 4, RSA, unencrypted, and a user id.
fn pgp(rng: &mut Rng) -> String {
    let number = |size: usize, rng: &mut Rng| {
        let mut bytes = rng.bytes(size);
        if let Some(first) = bytes.first_mut() {
            *first |= 0x80;
        }
        [&(size as u16 * 8).to_be_bytes()[..], &bytes].concat()
    };
    let secret = [256, 128, 128, 128].map(|size| number(size, rng)).concat();
    let sum = secret.iter().fold(0_u16, |sum, &byte| sum.wrapping_add(byte.into()));
    let time = (rng.between(1_610_000_000, 1_760_000_000) as u32).to_be_bytes().to_vec();
    let exponent = vec![0, 17, 1, 0, 1];
    let parts = [vec![4], time, vec![1], number(256, rng), exponent, vec![0], secret, sum.to_be_bytes().to_vec()];
    let user = format!("{0} <{0}@example.org>", rng.pick(LOWER, 6));
    let bytes = [packet(5, &parts.concat()), packet(13, user.as_bytes())].concat();
    let mut crc = 0x00b7_04ce_u32; // CRC24, RFC 4880, 6.1
    for &byte in &bytes {
        crc ^= u32::from(byte) << 16;
        for _ in 0..8 {
            crc <<= 1;
            if crc >> 24 & 1 == 1 {
                crc ^= 0x0186_4cfb;
            }
        }
    }
    let sum = base64(crc.to_be_bytes().get(1..).unwrap_or_default());
    let (begin, end) = (line("BEGIN", "PGP ", " BLOCK"), line("END", "PGP ", " BLOCK"));
    format!("{begin}\n\n{}\n={sum}\n{end}", wrapped(&base64(&bytes), 64))
}

/// A packet with a new-format header (RFC 4880, 4.2.2).
fn packet(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = match length {
        0..192 => vec![0xc0 | tag, length as u8],
        _ => vec![0xc0 | tag, ((length - 192) >> 8) as u8 + 192, (length - 192) as u8],
    };
    [head, body.to_vec()].concat()
}

/// A `PuTTY` key file, unencrypted. Version 3 has a right MAC (HMAC-SHA-256 under the empty key);
/// version 2 would need SHA-1 and has a random one.
pub(super) fn putty(version: &str, rng: &mut Rng) -> String {
    let (name, cipher) = ("ssh-ed25519", "none");
    let comment = format!("ed25519-key-2024{:02}{:02}", rng.between(1, 12), rng.between(1, 28));
    let public = [ssh_string(name.as_bytes()), ssh_string(&rng.bytes(32))].concat();
    let private = ssh_string(&rng.bytes(32));
    let mac = if version == "3" {
        let parts = [name.as_bytes(), cipher.as_bytes(), comment.as_bytes(), &public, &private];
        hex(&hmac_empty_key(&parts.map(ssh_string).concat()))
    } else {
        rng.pick(HEX, 40)
    };
    let lines = |bytes: &[u8]| {
        let text = wrapped(&base64(bytes), 64);
        format!("{}\n{text}", text.lines().count())
    };
    format!(
        "PuTTY-User-Key-File-{version}: {name}\nEncryption: {cipher}\nComment: {comment}\nPublic-Lines: {}\n\
         Private-Lines: {}\nPrivate-MAC: {mac}",
        lines(&public),
        lines(&private)
    )
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

fn hmac_empty_key(message: &[u8]) -> Vec<u8> {
    let inner = Sha256::digest([&[0x36; 64][..], message].concat());
    Sha256::digest([&[0x5c; 64][..], &inner].concat()).to_vec()
}
