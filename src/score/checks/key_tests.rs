//! Private keys of every kind, encoded here and read back, in all the dress people give them.

use super::testing::{Draw, to_base64};
use super::{Outcome, Proof, prove_bytes};
use crate::model::Check;

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut bytes = vec![tag];
    match length {
        0..=127 => bytes.push(length as u8),
        128..=255 => bytes.extend([0x81, length as u8]),
        _ => bytes.extend([0x82, (length >> 8) as u8, length as u8]),
    }
    bytes.extend(content);
    bytes
}

fn number(draw: &mut Draw, bits: usize) -> Vec<u8> {
    let mut bytes = draw.bytes(bits / 8);
    bytes[0] |= 0x80;
    bytes.insert(0, 0);
    tlv(2, &bytes)
}

fn rsa(bits: usize) -> Vec<u8> {
    let draw = &mut Draw(bits as u64);
    let mut inside = vec![2, 1, 0];
    inside.extend(number(draw, bits));
    inside.extend([2, 3, 1, 0, 1]);
    inside.extend(number(draw, bits));
    for _ in 0..5 {
        inside.extend(number(draw, bits / 2));
    }
    tlv(0x30, &inside)
}

fn pkcs8(oid: &[u8], curve: &[u8], key: &[u8]) -> Vec<u8> {
    let parameters = if curve.is_empty() { vec![5, 0] } else { tlv(6, curve) };
    tlv(0x30, &[vec![2, 1, 0], tlv(0x30, &[tlv(6, oid), parameters].concat()), tlv(4, key)].concat())
}

fn sec1(curve: &[u8], size: usize) -> Vec<u8> {
    tlv(0x30, &[vec![2, 1, 1], tlv(4, &Draw(5).bytes(size)), tlv(0xa0, &tlv(6, curve))].concat())
}

fn string(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u32).to_be_bytes(), bytes].concat()
}

fn openssh(cipher: &[u8]) -> Vec<u8> {
    let draw = &mut Draw(6);
    let public = [string(b"ssh-ed25519"), string(&draw.bytes(32))].concat();
    let check = draw.bytes(4);
    let private = [check.clone(), check, public.clone(), string(&draw.bytes(64)), string(b"me")].concat();
    let kdf: &[u8] = if cipher == b"none" { b"none" } else { b"bcrypt" };
    [
        b"openssh-key-v1\0".to_vec(),
        string(cipher),
        string(kdf),
        string(b""),
        vec![0, 0, 0, 1],
        string(&public),
        string(&private),
    ]
    .concat()
}

/// An old-format secret key packet, version 4, on Edwards curve 25519.
fn pgp(usage: u8) -> Vec<u8> {
    let mut body = vec![4, 0x5c, 0, 0, 0, 22, 9, 0x2b, 6, 1, 4, 1, 0xda, 0x47, 0x0f, 1, 1, 7];
    body.extend(Draw(8).bytes(33));
    body.push(usage);
    body.extend(Draw(9).bytes(36));
    [vec![0x95, 0, body.len() as u8], body].concat()
}

/// A secret key packet of version 5 or 6: the length of the public numbers stands before them.
fn pgp_later(version: u8, usage: u8) -> Vec<u8> {
    let mut body = vec![version, 0x5c, 0, 0, 0, 27, 0, 0, 0, 32];
    body.extend(Draw(8).bytes(32));
    body.push(usage);
    body.extend(Draw(9).bytes(60));
    [vec![0xc5, body.len() as u8], body].concat()
}

const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];

fn characters(bytes: &[u8]) -> String {
    let text = to_base64(bytes).replace('-', "+").replace('_', "/");
    let padding = text.len().next_multiple_of(4) - text.len();
    text + &"="[..].repeat(padding)
}

fn dressed(label: &str, bytes: &[u8], before: &str, after: &str) -> String {
    let text = characters(bytes);
    let lines = text.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned());
    let all = [format!("-----BEGIN {label}-----")].into_iter().chain(lines).chain([format!("-----END {label}-----")]);
    all.map(|line| [before, &line, after].concat()).collect()
}

fn prove(text: &str) -> Proof {
    prove_bytes(Check::PemPrivateKey, text.as_bytes(), text.as_bytes())
}

fn told(proof: &Proof, what: &str) -> bool {
    proof.notes.iter().any(|note| note.text.contains(what))
}

#[test]
fn every_encoding_is_named() {
    let ed25519 = tlv(4, &Draw(4).bytes(32));
    let keys = [
        ("RSA PRIVATE KEY", rsa(2048), "RSA, 2048 bits, unencrypted"),
        ("PRIVATE KEY", pkcs8(RSA, &[], &rsa(4096)), "RSA, 4096 bits, unencrypted"),
        ("PRIVATE KEY", pkcs8(&[0x2b, 0x65, 0x70], &[], &ed25519), "Ed25519, unencrypted"),
        ("PRIVATE KEY", pkcs8(&[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1], P256, &sec1(P256, 32)), "EC, P-256, unencrypted"),
        ("EC PRIVATE KEY", sec1(&[0x2b, 0x81, 4, 0, 0x22], 48), "EC, P-384, unencrypted"),
        ("OPENSSH PRIVATE KEY", openssh(b"none"), "Ed25519, unencrypted"),
        ("PGP PRIVATE KEY BLOCK", pgp(0), "OpenPGP EdDSA, unencrypted"),
    ];
    for (label, bytes, what) in keys {
        let proof = prove(&dressed(label, &bytes, "", "\n"));
        assert!(proof.outcome == Outcome::Valid && told(&proof, what), "{what}: {proof:?}");
    }
}

#[test]
fn dress_does_not_hide_a_key() {
    let dresses = [
        ("", "\r\n"),
        ("    ", "\n"),
        ("", "\\n"),
        ("", "\\\\r\\\\n"),
        ("  \"", "\\n\" +\n"),
        ("'", "',\n"),
        ("", " "),
        ("", "\\\n"),
        ("2026-04-26 12:36:01 ", "\n"),
        ("#5 0.228 ", "\\r\\n"),
    ];
    for (before, after) in dresses {
        let text = dressed("RSA PRIVATE KEY", &rsa(1024), before, after);
        assert_eq!(prove(&text).outcome, Outcome::Valid, "{before:?} {after:?}");
    }
    let escaped =
        dressed("PRIVATE KEY", &pkcs8(RSA, &[], &rsa(1024)), "", "\\n").replace('+', "\\u002b").replace('/', "\\/");
    assert_eq!(prove(&escaped).outcome, Outcome::Valid);
}

#[test]
fn encrypted_keys_are_said_to_be() {
    let pbes2 = tlv(0x30, &[tlv(6, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 0x0d]), tlv(0x30, &[])].concat());
    let pkcs8 = tlv(0x30, &[pbes2, tlv(4, &Draw(2).bytes(80))].concat());
    let legacy = dressed("RSA PRIVATE KEY", &Draw(3).bytes(600), "", "\n").replacen(
        "KEY-----\n",
        "KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00FF\n\n",
        1,
    );
    for text in [
        dressed("ENCRYPTED PRIVATE KEY", &pkcs8, "", "\n"),
        dressed("OPENSSH PRIVATE KEY", &openssh(b"aes256-ctr"), "", "\n"),
        dressed("PGP PRIVATE KEY BLOCK", &pgp(254), "", "\n"),
        legacy,
    ] {
        let proof = prove(&text);
        assert!(proof.outcome == Outcome::Unknown && proof.adjust < 0 && told(&proof, "encrypted"), "{proof:?}");
    }
}

#[test]
fn armour_checksums_count_where_present() {
    let block = |sum: &[u8]| {
        let text = dressed("PGP PRIVATE KEY BLOCK", &pgp(0), "", "\n");
        text.replace("-----END", &format!("={}\n-----END", characters(sum)))
    };
    // CRC-24/OPENPGP bit by bit over the whole message.
    let mut sum = 0x00b7_04ce_u32;
    for bit in pgp(0).iter().flat_map(|byte| (0..8).rev().map(move |at| u32::from(byte >> at & 1))) {
        let top = sum >> 23 & 1 ^ bit;
        sum = (sum << 1 & 0x00ff_ffff) ^ (top * 0x0086_4cfb);
    }
    assert_eq!(prove(&block(&sum.to_be_bytes()[1..])).outcome, Outcome::Valid);
    assert_eq!(prove(&block(&(sum ^ 1).to_be_bytes()[1..])).outcome, Outcome::Unknown);
}

#[test]
fn placeholders_are_no_keys() {
    let (begin, end) = ("-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----");
    for body in ["", "...", "MIIE...", "<key>", "your key here, in base64", &"A".repeat(200), &"xX".repeat(100)] {
        assert_eq!(prove(&format!("{begin}\n{body}\n{end}")).outcome, Outcome::Invalid, "{body}");
    }
    let code = format!("if text.starts_with(\"{begin}\") {{ return strip(text, \"{end}\") }}");
    assert_eq!(prove(&code).outcome, Outcome::Invalid);
    assert_eq!(prove("no block at all").outcome, Outcome::Unknown);
}

#[test]
fn cut_keys_are_neither_proven_nor_dismissed() {
    let whole = dressed("RSA PRIVATE KEY", &rsa(2048), "", "\n");
    let proof = prove(&whole[..800]);
    assert!(proof.outcome == Outcome::Unknown && told(&proof, "cut"), "{proof:?}");
    // What is base64 but no key we know is not called a key.
    assert_eq!(prove(&dressed("PRIVATE KEY", &Draw(1).bytes(300), "", "\n")).outcome, Outcome::Unknown);
}

#[test]
fn google_keys_are_read_through_their_json() {
    let key = dressed("PRIVATE KEY", &pkcs8(RSA, &[], &rsa(2048)), "", "\\n");
    let json = format!(
        "{{\"type\": \"service_account\", \"private_key\": \"{key}\", \"client_email\": \"x@proj.iam.gserviceaccount.com\"}}"
    );
    let prove = |text: &str| prove_bytes(Check::GoogleServiceAccount, text.as_bytes(), text.as_bytes());
    let proof = prove(&json);
    assert!(proof.outcome == Outcome::Valid && told(&proof, "service account of proj."), "{proof:?}");
    assert_eq!(prove(&json.replace('"', "'").replace("\\n", "\n")).outcome, Outcome::Valid);
    assert_eq!(prove("{\"type\": \"service_account\", \"private_key\": \"...\"}").outcome, Outcome::Invalid);
    assert_eq!(prove("{\"type\": \"service_account\"}").outcome, Outcome::Invalid);
}

#[test]
fn putty_files_are_read() {
    let line = characters(&Draw(1).bytes(48));
    let file = |encryption: &str, lines: usize| {
        let fields =
            ["2: ssh-ed25519", &format!("Encryption: {encryption}"), &format!("Private-Lines: {lines}"), &line]
                .join("\n");
        format!("PuTTY-User-Key-File-{fields}\nPrivate-MAC: 00")
    };
    let prove = |text: &str| prove_bytes(Check::PuttyKey, text.as_bytes(), text.as_bytes());
    let proof = prove(&file("none", 1));
    assert!(proof.outcome == Outcome::Valid && told(&proof, "ssh-ed25519, unencrypted"), "{proof:?}");
    assert_eq!(prove(&file("none", 1).replace('\n', "\\n")).outcome, Outcome::Valid);
    let proof = prove(&file("aes256-cbc", 1));
    assert!(proof.outcome == Outcome::Unknown && proof.adjust < 0);
    assert_eq!(prove(&file("none", 0)).outcome, Outcome::Invalid);
    assert_eq!(prove("PuTTY-User-Key-File-2: ssh-rsa").outcome, Outcome::Invalid);
}

/// Regression: every key of a version after the fourth was told to be unencrypted, and for certain.
#[test]
fn keys_of_later_versions_of_openpgp_are_encrypted_or_not() {
    let prove = |bytes: &[u8]| prove(&dressed("PGP PRIVATE KEY BLOCK", bytes, "", "\n"));
    for version in [5, 6] {
        let open = prove(&pgp_later(version, 0));
        assert!(open.outcome == Outcome::Valid && told(&open, "OpenPGP EdDSA, unencrypted"), "{version}: {open:?}");
        let closed = prove(&pgp_later(version, 253));
        assert!(
            closed.outcome == Outcome::Unknown && told(&closed, "encrypted: a passphrase"),
            "{version}: {closed:?}"
        );
    }
    // What cannot be read says neither.
    let mut cut = pgp_later(6, 0);
    cut[10] = 0xff;
    for bytes in [&cut, &pgp_later(7, 0)] {
        let proof = prove(bytes);
        assert!(proof.outcome == Outcome::Unknown && !told(&proof, "encrypted"), "{proof:?}");
    }
}
