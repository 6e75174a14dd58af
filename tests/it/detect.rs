//! What the built-in rules say of credentials as people write them: real keys, containers, names of providers.

use std::fs;
use std::process::Command;

use portcullis::engine::{Engine, Scratch};
use portcullis::model::{Confidence, Finding};
use portcullis::rules::example::expand;

fn findings(text: &[u8]) -> Vec<(String, Finding)> {
    let engine = Engine::builtin();
    let found = engine.scan(&mut Scratch::default(), text);
    found.into_iter().map(|finding| (engine.rules().get(finding.rule).id.to_string(), finding)).collect()
}

pub(crate) fn drawn(template: &str, seed: u64) -> String {
    expand(template, seed).expect("a template")
}

fn says(finding: &Finding, what: &str) -> bool {
    finding.score.reasons.iter().any(|reason| reason.text.contains(what))
}

#[test]
fn a_provider_s_name_and_the_form_of_its_keys_are_told() {
    for seed in 0..20 {
        let value = drawn("{base62:24}", seed);
        let points = |name: &str| {
            let found = findings(format!("{name} = \"{value}\"\n").as_bytes());
            found.first().map_or(0, |(_, finding)| finding.score.points)
        };
        let found = findings(format!("brightData_auth = \"{value}\"\n").as_bytes());
        assert!(found.iter().any(|(_, finding)| says(finding, "Bright Data")), "{value}: {found:?}");
        assert!(points("brightData_auth") > points("brightXata_auth"), "{value}");
    }
}

#[test]
fn a_token_that_runs_over_its_end_is_told_with_less_confidence() {
    for seed in 0..20 {
        let token = drawn("PMAK-{hex:24}-{hex:34}", seed);
        let twice = findings(format!("key = {token}{token}\n").as_bytes());
        let (id, finding) = twice.first().expect("found");
        assert_eq!(id, "postman-api-key");
        assert!(finding.score.confidence == Confidence::Medium && says(finding, "more characters follow"));
        // In the middle of other text it may be chance.
        assert!(findings(format!("/{token}extra").as_bytes()).is_empty());
        let valid = drawn("ghp_{base62:30}{crc32-base62}", seed);
        let glued = findings(format!("{valid}extra").as_bytes());
        assert!(glued.iter().any(|(_, finding)| finding.score.confidence == Confidence::Certain), "{seed}");
    }
}

#[test]
fn a_container_with_a_private_key_is_one_and_a_trust_store_is_none() {
    let oid = |last: &[u8]| [&b"\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01"[..], last].concat();
    let file = |inside: &[u8]| [&b"\x30\x82\x09\x79\x02\x01\x03\x30\x82"[..], inside, &[0xa0, 0x82, 4, 0xe3]].concat();
    for (what, expected) in [(oid(&[1]), true), (oid(&[2]), true), (oid(&[3]), false)] {
        let found = findings(&file(&what));
        assert_eq!(found.iter().any(|(id, _)| id == "private-key-pkcs12"), expected, "{what:?}");
    }
    let keystore = b"\xfe\xed\xfe\xed\0\0\0\x02\0\0\0\x01\0\0\0\x01\0\x04mine\0\0\x01\x30\x0e\x06\x0a\x2b\x06\x01\x04\x01\x2a\x02\x11\x01\x01\x05\0";
    assert!(findings(keystore).iter().any(|(id, _)| id == "private-key-jks"));
    assert!(findings(b"\xfe\xed\xfe\xed\0\0\0\x02\0\0\0\x01\0\0\0\x02\0\x04mine\0\0\x01\0\x05X.509").is_empty());
}

#[test]
fn a_seed_phrase_is_proven_and_prose_is_none() {
    for seed in 0..20 {
        let found = findings(drawn("MNEMONIC=\"{mnemonic}\"\n", seed).as_bytes());
        let (id, finding) = found.first().expect("found");
        assert!(id == "bip39-seed-phrase" && finding.score.confidence == Confidence::Certain, "{found:?}");
    }
    let prose = b"mnemonic: the quick brown fox will jump over the lazy dog and then some more\n";
    assert!(findings(prose).is_empty());
}

/// `ssh-keygen` makes keys of every kind and encoding, and says what their fingerprints are.
#[test]
fn a_private_key_tells_the_fingerprint_of_its_public_half() {
    let dir = tempfile::tempdir().expect("a directory");
    for (kind, encoding) in [
        ("rsa", "PEM"),
        ("rsa", "PKCS8"),
        ("rsa", "RFC4716"),
        ("ecdsa", "PEM"),
        ("ecdsa", "PKCS8"),
        ("ed25519", "RFC4716"),
    ] {
        for passphrase in ["", "a passphrase"] {
            let path = dir.path().join(format!("{kind}-{encoding}-{}", passphrase.len()));
            let made = Command::new("ssh-keygen")
                .args(["-q", "-t", kind, "-m", encoding, "-N", passphrase, "-f"])
                .arg(&path)
                .output();
            let Ok(made) = made else {
                eprintln!("skipped: there is no ssh-keygen");
                return;
            };
            assert!(made.status.success(), "{made:?}");
            let listed = Command::new("ssh-keygen").arg("-lf").arg(path.with_extension("pub")).output().expect("runs");
            let listed = String::from_utf8(listed.stdout).expect("UTF-8");
            let fingerprint = listed.split(' ').nth(1).expect("a fingerprint");
            let found = findings(&fs::read(&path).expect("the key"));
            let (id, finding) = found.first().expect("found");
            assert!(id.starts_with("private-key"), "{id}");
            // What an older encoding encrypts is the whole key.
            let readable = passphrase.is_empty() || encoding == "RFC4716";
            assert_eq!(says(finding, fingerprint), readable, "{kind} {encoding} {passphrase:?}: {finding:?}");
            assert_eq!(finding.score.confidence == Confidence::Certain, passphrase.is_empty(), "{kind} {encoding}");
            assert!(findings(&fs::read(path.with_extension("pub")).expect("the public key")).is_empty());
        }
    }
}

/// Lines of ordinary source that look like assignments (`benches/benign` found them), and what is one all the same.
#[test]
fn ordinary_source_is_told_from_assignments() {
    let blocks = |template: &str, seed: u64| {
        findings(drawn(template, seed).as_bytes())
            .iter()
            .any(|(_, finding)| finding.score.confidence >= Confidence::Medium)
    };
    for template in [
        "{{\"files\":{{\"src/keys.rs\":\"{hex:64}\",\"tests/private.key\":\"{hex:64}\"}}}}",
        "# To enable it, pass `ranked=False`.",
        "# a low-pass residuum of the input",
        "\"input_token\": \"PaginationToken\",",
        "sign(private_key=caKey, algorithm=SHA256())",
        "return newToken(\"punctuator\", read2());",
        "pub const TOKEN_ACCESS: TOKEN_ACCESS_MASK = 16777216u32;",
        "\"ChangeToken\": \"{uuid}\"",
        "engine = create_engine(\"postgresql://scott:tiger@localhost/\")",
    ] {
        for seed in 0..10 {
            assert!(!blocks(template, seed), "{}", drawn(template, seed));
        }
    }
    for template in [
        "<password>{lower:2}{base62:14}{digits:2}</password>",
        "CREATE ROLE app WITH LOGIN PASSWORD '{lower:2}{base62:14}{digits:2}';",
        "connect(password=\"{lower:2}{base62:14}{digits:2}\")",
        "engine = create_engine(\"postgresql://app:{base62:14}{digits:2}@localhost/\")",
        "secrete[32] = \"{base62:14}{digits:2}\";",
    ] {
        for seed in 0..10 {
            assert!(blocks(template, seed), "{}", drawn(template, seed));
        }
    }
}

/// What is found in a text of one credential, of at least medium confidence.
pub(crate) fn told(text: &str) -> Vec<(String, String)> {
    let blocking = |(_, finding): &(String, Finding)| finding.score.confidence >= Confidence::Medium;
    let shown = |(id, finding): (String, Finding)| (id, String::from_utf8_lossy(finding.secret.expose()).into_owned());
    findings(text.as_bytes()).into_iter().filter(blocking).map(shown).collect()
}

/// Regression: a name on another line than its value, and passwords on command lines, were missed.
#[test]
fn pairs_and_command_lines_are_found_and_what_is_filled_in_later_is_not() {
    let forms = [
        "variable \"db_password\" {\n  type = string\n  description = \"of the app\"\n  default = \"@\"\n}",
        "- name: DB_PASSWORD\n  value: @\n",
        "- name: API_TOKEN\n  value: \"@\"\n",
        "{\"name\":\"DB_PASSWORD\",\"value\":\"@\"}",
        "{ \"Name\" : \"DB_PASSWORD\", \"Value\" : \"@\" }",
        "{\"value\":\"@\",\"name\":\"DB_PASSWORD\"}",
        "{\"key\": \"DB_PASSWORD\", \"value\": \"@\"}",
        "- ParameterKey: DbPassword\n  ParameterValue: @",
        "set {\n  name  = \"auth.password\"\n  value = \"@\"\n}",
        "environment:\n  - DB_PASSWORD=@\n",
        "helm install x --set auth.password=@,replicas=2",
        "mysql -h db -u root -p@ shop",
        "sshpass -p @ ssh host",
        "docker login -u ci -p @ registry.example.org",
        "docker login registry.example.org \\\n  -u ci \\\n  --password @",
        "curl -u ci:@ https://api.example.org/",
        "redis-cli -h cache -a @ ping",
        "PGPASSWORD=@ psql -h db",
        "ENV DB_PASSWORD @\n",
        "echo 'root:@' | chpasswd",
        "smtps://ci@example.org:@@smtp.example.org",
    ];
    for (seed, form) in forms.iter().enumerate() {
        let value = drawn("{upper:2}{lower:3}{digits:2}{base62:6}{digits:1}", seed as u64);
        let text = form.replacen("ci@", "ci\0", 1).replacen('@', &value, 1).replace('\0', "@");
        let found = told(&text);
        assert!(found.iter().any(|(_, secret)| *secret == value), "{text}: {found:?}");
        for stand_in in ["$X_PASS", "${X_PASS}", "{{ x_pass }}", "<password>", "password", "changeme", "$(X_PASS)"] {
            let text = form.replacen("ci@", "ci\0", 1).replacen('@', stand_in, 1).replace('\0', "@");
            assert_eq!(told(&text), [], "{text}");
        }
    }
}

/// Regression: a name with `hmac` or `sha256` in it hid every value of hexadecimal digits, also that of a key.
#[test]
fn the_key_of_a_digest_is_a_key_and_a_digest_is_none() {
    let hex = drawn("{hex:64}", 3);
    for name in
        ["HMAC_KEY", "HMAC_SECRET", "WEBHOOK_HMAC_SECRET", "hmacKey", "SHA256_SECRET", "HASH_SALT", "signature_secret"]
    {
        let text = format!("{name}=\"{hex}\"\n");
        assert!(told(&text).iter().any(|(_, secret)| *secret == hex), "{text}");
    }
    for name in ["secret_hash", "password_sha256", "token_digest", "checksum_key", "hashed_secret", "HMAC"] {
        let text = format!("{name}=\"{hex}\"\n");
        assert_eq!(told(&text), [], "{text}");
    }
}

#[test]
fn a_credential_beside_its_id_is_told_by_the_rule_of_its_provider() {
    for seed in 0..20 {
        let ids = |template: &str| told(&drawn(template, seed)).into_iter().map(|(id, _)| id).collect::<Vec<_>>();
        let has = |template: &str, rule: &str| {
            let found = ids(template);
            assert!(found.iter().any(|id| id == rule), "{rule}: {found:?}");
            assert!(!found.iter().any(|id| id.starts_with("generic-")), "{rule}: {found:?}");
        };
        has("aws_access_key_id = {aws-key-id}\naws_secret_access_key = {base64:40}\n", "aws-secret-access-key");
        has("{aws-key-id}\n{base64:40}\n", "aws-secret-beside-key-id");
        has("AccountName=demo;AccountKey={base64:86}==;EndpointSuffix=x", "azure-storage-connection-key");
        has("TWILIO_AUTH_TOKEN={hex:32}\n", "twilio-auth-token");
        has("twilio.rest.Client(\"AC{hex:32}\", \"{hex:32}\")", "twilio-auth-token-in-client");
        assert_eq!(ids("TWILIO_ACCOUNT_SID=AC{hex:32}\n"), [""; 0], "a SID is a name");
    }
}

/// Regression: all of these said that a provider's name stood beside.
#[test]
fn reasons_say_what_stands_beside() {
    let reason = |text: &str| {
        let found = findings(text.as_bytes());
        found.first().map(|(_, finding)| finding.score.reasons[0].text.to_string()).expect("found")
    };
    for text in ["machine a.example.org login ci password ", "sshpass -p ", "curl -u ci:"] {
        let said = reason(&drawn(&format!("{text}{{base62:14}}7\n"), 3));
        assert!(said.contains("takes a password"), "{text}: {said}");
    }
}

/// A passphrase protects an encrypted key, but not for ever: it blocks, less surely than one in the clear.
#[test]
fn encrypted_keys_block_with_a_reason() {
    let found = findings(drawn("{pem:encrypted}\n", 1).as_bytes());
    let (_, finding) = found.first().expect("found");
    assert_eq!(finding.score.confidence, Confidence::Medium, "{:?}", finding.score);
    assert!(says(finding, "a passphrase protects it"));
}

/// Only what every credential of a format begins with is shown.
#[test]
fn a_prefix_is_shown_of_formats_alone() {
    let shown = |template: &str| {
        let found = findings(drawn(template, 5).as_bytes());
        found.first().map(|(_, finding)| finding.secret.redacted()).expect("found")
    };
    assert!(shown("t = ghp_{base62:30}{crc32-base62}").starts_with("ghp_…"));
    for template in
        ["db_password = \"{base62:30}7\"", "TWILIO_AUTH_TOKEN={hex:32}", "aws_secret_access_key={base64:40}"]
    {
        assert!(shown(template).starts_with('…'), "{template}");
    }
}
