//! Keys made by the tools that people make them with, where those are installed.

use std::process::Command;

use super::{Outcome, prove_bytes};
use crate::model::Check;

/// What the tool printed, or what it wrote to `file`; `None` (and a word about it) where it is absent.
fn made(program: &str, arguments: &[&str], file: Option<&std::path::Path>) -> Option<Vec<u8>> {
    match Command::new(program).args(arguments).output() {
        Ok(output) if output.status.success() => Some(file.map_or(output.stdout, |file| std::fs::read(file).unwrap())),
        other => {
            println!("{program} {arguments:?} did not run: {:?}", other.map(|output| output.status));
            None
        }
    }
}

fn assert_read(key: &[u8], outcome: Outcome, what: &str) {
    let proof = prove_bytes(Check::PemPrivateKey, key, key);
    assert_eq!(proof.outcome, outcome, "{what}: {proof:?}");
    assert!(proof.notes.iter().any(|note| note.text.contains(what)), "{what}: {proof:?}");
}

#[test]
fn keys_of_openssl_are_read() {
    let cases: [(&[&str], Outcome, &str); 9] = [
        (&["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"], Outcome::Valid, "RSA, 1024 bits"),
        (&["genrsa", "-traditional", "1024"], Outcome::Valid, "RSA, 1024 bits"),
        (&["genpkey", "-algorithm", "ED25519"], Outcome::Valid, "Ed25519"),
        (&["genpkey", "-algorithm", "X448"], Outcome::Valid, "X448"),
        (&["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"], Outcome::Valid, "EC, P-521"),
        (&["ecparam", "-name", "secp256k1", "-genkey", "-noout"], Outcome::Valid, "EC, secp256k1"),
        (&["ecparam", "-name", "brainpoolP256r1", "-genkey", "-noout"], Outcome::Valid, "EC"),
        (&["genpkey", "-algorithm", "ED25519", "-aes256", "-pass", "pass:x1y2"], Outcome::Unknown, "encrypted"),
        (&["genrsa", "-traditional", "-aes128", "-passout", "pass:x1y2", "1024"], Outcome::Unknown, "encrypted"),
    ];
    for (arguments, outcome, what) in cases {
        if let Some(key) = made("openssl", arguments, None) {
            assert_read(&key, outcome, what);
        }
    }
}

#[test]
fn keys_of_ssh_keygen_are_read() {
    let cases: [(&[&str], Outcome, &str); 6] = [
        (&["-t", "ed25519", "-N", ""], Outcome::Valid, "Ed25519, unencrypted"),
        (&["-t", "rsa", "-b", "2048", "-N", ""], Outcome::Valid, "RSA, 2048 bits"),
        (&["-t", "ecdsa", "-b", "384", "-N", ""], Outcome::Valid, "EC, P-384"),
        (&["-t", "rsa", "-m", "PEM", "-b", "2048", "-N", ""], Outcome::Valid, "RSA, 2048 bits"),
        (&["-t", "ed25519", "-N", "some words"], Outcome::Unknown, "encrypted"),
        (&["-t", "rsa", "-m", "PEM", "-b", "2048", "-N", "some words"], Outcome::Unknown, "encrypted"),
    ];
    for (arguments, outcome, what) in cases {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("key");
        let arguments = [&["-q", "-f", file.to_str().unwrap()], arguments].concat();
        if let Some(key) = made("ssh-keygen", &arguments, Some(&file)) {
            assert_read(&key, outcome, what);
        }
    }
}

#[test]
fn keys_of_gnupg_are_read() {
    for (algorithm, passphrase, outcome, what) in [
        ("ed25519", "", Outcome::Valid, "OpenPGP EdDSA, unencrypted"),
        ("rsa1024", "", Outcome::Valid, "OpenPGP RSA, unencrypted"),
        ("nistp256", "", Outcome::Valid, "OpenPGP ECDSA, unencrypted"),
        ("ed25519", "x1y2", Outcome::Unknown, "encrypted"),
    ] {
        let home = tempfile::tempdir().unwrap();
        let home = home.path().to_str().unwrap();
        let common =
            ["--homedir", home, "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", passphrase];
        let make = [&common[..], &["--quick-generate-key", "me", algorithm, "sign", "never"]].concat();
        let export = [&common[..], &["--armor", "--export-secret-keys"]].concat();
        if let Some(key) = made("gpg", &make, None).and_then(|_| made("gpg", &export, None)) {
            assert_read(&key, outcome, what);
        }
        made("gpgconf", &["--homedir", home, "--kill", "gpg-agent"], None);
    }
}
