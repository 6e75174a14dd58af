//! Expands example templates: made-up credentials of the right form, from a seed.
//!
//! The repository may hold no text that looks like a credential, so rules carry templates, and whoever
//! needs an example (tests, `rules test`, the lint of a user's rules) draws as many as they like. What
//! has a checksum or a structure gets a right one; nothing here was ever valid anywhere.

mod checksums;
mod classes;
mod json;
mod keys;
mod microsoft;
mod rng;

pub use rng::Rng;

use super::template::{self, Generator, Piece, TemplateError};

/// Expands a template. The same seed gives the same text.
///
/// # Errors
/// If the template is not well formed.
pub fn expand(template: &str, seed: u64) -> Result<String, TemplateError> {
    Ok(text(&template::parse(template)?, &mut Rng::new(seed)))
}

/// Expands a parsed template with that generator's next numbers.
#[must_use]
pub fn text(pieces: &[Piece], rng: &mut Rng) -> String {
    let (mut out, mut before) = (String::new(), 0..0);
    for piece in pieces {
        let made = match piece {
            Piece::Literal(literal) => {
                out.push_str(literal);
                continue;
            }
            Piece::Chars { class, min, max } => {
                let count = rng.between(*min, *max);
                rng.pick(classes::alphabet(*class), count)
            }
            Piece::Base64 { url: true, inner } => classes::base64url(text(inner, rng).as_bytes()),
            Piece::Base64 { url: false, inner } => classes::base64(text(inner, rng).as_bytes()),
            Piece::Made { generator, args } => {
                let args: Vec<&str> = args.iter().map(String::as_str).collect();
                make(*generator, &args, out.get(before.clone()).unwrap_or(""), rng)
            }
        };
        before = out.len()..out.len() + made.len();
        out.push_str(&made);
    }
    out
}

/// `before` is what the placeholder before this one made.
fn make(generator: Generator, args: &[&str], before: &str, rng: &mut Rng) -> String {
    let arg = |at: usize, default: &'static str| args.get(at).map_or(default.to_owned(), |&arg| arg.to_owned());
    match generator {
        Generator::Uuid => classes::uuid(rng),
        Generator::Crc32Base62 => checksums::crc32_base62(before.as_bytes()),
        Generator::Crc32Hex => checksums::crc32_hex(before.as_bytes()),
        Generator::Crc32HexBody => checksums::cloudflare(&arg(0, "cfut_"), rng),
        Generator::VercelCrc32 => checksums::vercel(&arg(0, "vcp_"), rng),
        Generator::GrafanaCrc32 => checksums::grafana(rng),
        Generator::AtlassianCrc32 => checksums::atlassian(&arg(0, "ATATT3"), rng),
        Generator::GitlabRoutable => checksums::gitlab_routable(&arg(0, "glpat-"), arg(1, "v1") == "v1", rng),
        Generator::ConfluentCrc32 => checksums::confluent(rng),
        Generator::AwsKeyId => checksums::aws_key_id(&arg(0, "AKIA"), rng),
        Generator::Age => checksums::age(rng),
        Generator::Wif => checksums::wif(rng),
        Generator::NatsSeed => checksums::nats_seed(&arg(0, "U"), rng),
        Generator::Base64Of32Bytes => checksums::wireguard(rng),
        Generator::PasswordHash => checksums::password_hash(&arg(0, "bcrypt"), rng),
        Generator::AzureIdentifiable => microsoft::identifiable(&arg(0, "+ASt"), &arg(1, "88"), rng),
        Generator::AzureCask => microsoft::cask(&arg(0, "AZDO"), rng),
        Generator::EntraSecret => microsoft::entra(rng),
        Generator::AzureDevopsPat => microsoft::devops(rng),
        Generator::GrafanaJson => json::grafana(args.is_empty(), rng),
        Generator::Jwt => json::jwt(rng),
        Generator::Mnemonic => checksums::mnemonic(rng),
        Generator::DiscordBot => json::discord(rng),
        Generator::PypiMacaroon => json::pypi(args.is_empty(), rng),
        Generator::SentryOrg => json::sentry(rng),
        Generator::OnePasswordService => json::onepassword(rng),
        Generator::MapboxToken => json::mapbox(&arg(0, "sk"), rng),
        Generator::DockerAuth => json::docker(rng),
        Generator::GoogleServiceAccount => json::google(rng),
        Generator::Pem => keys::pem(&arg(0, "rsa"), rng),
        Generator::Putty => keys::putty(&arg(0, "3"), rng),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_seed_same_text_and_other_seed_other_text() {
        let template = "a {base62:30}{crc32-base62} {uuid} {jwt}";
        assert_eq!(expand(template, 7), expand(template, 7));
        assert_ne!(expand(template, 7), expand(template, 8));
    }

    /// Each generator's text against the shape that formats.md gives; the regexes are written for this test.
    #[test]
    fn every_generator_has_the_known_shape() {
        let cases = [
            ("{uuid}", "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"),
            ("{base62:30}{crc32-base62}", "[0-9A-Za-z]{36}"),
            ("{base62:40}{crc32-hex}", "[0-9A-Za-z]{40}[0-9a-f]{8}"),
            ("{crc32-hex-body}", "cfut_[A-Za-z0-9]{40}[a-f0-9]{8}"),
            ("{vercel-crc32:vck_}", "vck_[A-Za-z0-9]{56}"),
            ("{grafana-crc32}", "glsa_[A-Za-z0-9]{32}_[a-f0-9]{8}"),
            ("{grafana-json}", "glc_eyJ[A-Za-z0-9+/]{36,400}={0,2}"),
            ("{grafana-json:legacy}", "eyJrIjoi[A-Za-z0-9+/]{40,400}={0,2}"),
            ("{atlassian-crc32}", "ATATT3[A-Za-z0-9_=-]{177}=[A-F0-9]{8}"),
            ("{gitlab-routable}", r"glpat-[A-Za-z0-9_-]{27,300}\.01\.[0-9a-z]{9}"),
            ("{gitlab-routable:glrt-t1_:v0}", r"glrt-t1_[A-Za-z0-9_-]{27,300}\.[0-9a-z]{9}"),
            ("{confluent-crc32}", "cflt[A-Za-z0-9+/]{60}"),
            ("{azure-identifiable:+ASt:88}", r"[A-Za-z0-9/+]{76}\+ASt[A-Za-z0-9/+]{5}[AQgw]=="),
            ("{azure-identifiable:AzCa:44}", "[A-Za-z0-9/+]{33}AzCa[A-P][A-Za-z0-9/+]{5}="),
            ("{azure-identifiable:+ACR:52}", r"[A-Za-z0-9/+]{42}\+ACR[A-D][A-Za-z0-9/+]{5}"),
            ("{azure-identifiable:AzFu:56}", "[A-Za-z0-9_-]{44}AzFu[A-Za-z0-9_-]{5}[AQgw]=="),
            ("{azure-identifiable:AzSe:52}", "[A-Za-z0-9]{42}AzSe[A-D][A-Za-z0-9]{5}"),
            ("{azure-cask}", "[A-Za-z0-9]{52}JQQJ99[A-Za-z0-9][A-L][A-Za-z0-9]{16}AZDO[A-Za-z0-9]{4}"),
            ("{entra-secret}", "[A-Za-z0-9_~.-]{3}8Q~[A-Za-z0-9_~.-]{34}"),
            ("{azure-devops-pat}", "[a-z2-7]{52}"),
            ("{aws-key-id:ASIA}", "ASIA[A-Z2-7]{16}"),
            ("{age}", "AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}"),
            ("{wif}", "[5KL][1-9A-HJ-NP-Za-km-z]{50,51}"),
            ("{nats-seed:A}", "SA[A-Z2-7]{56}"),
            ("{jwt}", r"eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{43}"),
            ("{discord-bot}", r"[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,38}"),
            ("{pypi-macaroon}", "pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,1000}"),
            ("{pypi-macaroon:test}", "pypi-AgENdGVzdC5weXBpLm9yZw[A-Za-z0-9_-]{50,1000}"),
            ("{sentry-org}", "sntrys_eyJpYXQiO[A-Za-z0-9+/=]{40,400}_[A-Za-z0-9+/]{43}"),
            ("{onepassword-service}", "ops_eyJ[A-Za-z0-9+/_-]{250,}"),
            ("{mapbox-token}", r"sk\.[A-Za-z0-9_-]{60,}\.[A-Za-z0-9_-]{22}"),
            ("{base64-of-32-bytes}", "[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]="),
            ("{docker-auth}", "[A-Za-z0-9+/]{24,}={0,2}"),
            ("{password-hash:bcrypt}", r"\$2b\$[01][0-9]\$[./A-Za-z0-9]{53}"),
            ("{putty}", r"(?s)PuTTY-User-Key-File-3: ssh-ed25519\n.*Private-MAC: [0-9a-f]{64}"),
            ("{google-service-account}", r#"(?s)\{.*"type": "service_account",.*PRIVATE KEY-----\\n.*\}"#),
            ("{pem:pgp}", r"(?s)-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n.*\n=[A-Za-z0-9+/]{4}\n-----END [A-Z ]+-----"),
            (
                "{pem:openssh}",
                r"(?s)-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA.*-----END [A-Z ]+-----",
            ),
            ("{pem:rsa}", r"(?s)-----BEGIN RSA PRIVATE KEY-----\nMII.*-----END RSA PRIVATE KEY-----"),
            ("{pem:encrypted}", r"(?s)-----BEGIN ENCRYPTED PRIVATE KEY-----\nMI.*-----END ENCRYPTED PRIVATE KEY-----"),
        ];
        for (template, shape) in cases {
            let shape =
                regex::Regex::new(&format!("^(?:{})$", shape.replace("[A-Za-z0-9]{250,}", "[A-Za-z0-9]+"))).unwrap();
            for seed in 0..40 {
                let made = expand(template, seed).unwrap();
                assert!(shape.is_match(&made), "{template} made {made}");
            }
        }
    }
}
