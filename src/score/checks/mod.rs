//! Named offline proofs: what a credential's own bytes say about whether it is real.
//!
//! A proof reads the match and nothing else: no clock, no network, no file. It never decides whether
//! something is reported; it says what holds, what does not, and what a person would want to know.
//! Everything here reads hostile bytes: lengths are bounded, nothing recurses, nothing panics.
//!
//! To add a check: name it in `model/check.rs`, write its function in the file of its family, and the
//! compiler asks for the line in [`prove`].

mod aws;
mod base58;
mod bech32;
mod crc;
mod der;
mod google;
mod hash;
mod json_tokens;
mod jwt;
mod macaroon;
mod marvin;
mod mnemonic;
mod nats;
mod openssh;
mod pem;
mod pgp;
pub(super) mod plain;
mod public_key;
mod putty;
mod slack;
mod text;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tool_tests;

#[cfg(test)]
mod corpus_tests;
#[cfg(test)]
mod drawn_tests;
#[cfg(test)]
mod key_tests;

use crate::model::{Check, Reason};

use super::Evidence;

/// How a proof came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A checksum or a parsed structure holds.
    Valid,
    /// It does not hold: the text only has the shape. Formats change and test suites are full of
    /// made-up tokens, so this demotes and never drops.
    Invalid,
    /// Nothing could be proven either way.
    Unknown,
}

/// Points a password's hash loses in a program's text or settings.
const STORED_HASH: i16 = 60;
/// Points a credential loses whose structure cannot be read.
const MALFORMED: i16 = 25;

/// What a check found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// Whether the credential's own redundancy holds.
    pub outcome: Outcome,
    /// What was read from it, for people. Points are always zero. Never holds any of the secret part.
    pub notes: Vec<Reason>,
    /// Points for what was read (a documentation sample, an encrypted key): zero or less.
    pub adjust: i16,
}

impl Proof {
    fn new(outcome: Outcome) -> Self {
        Self { outcome, notes: Vec::new(), adjust: 0 }
    }

    fn valid(note: &'static str) -> Self {
        Self::new(Outcome::Valid).note(note)
    }

    fn invalid(note: &'static str) -> Self {
        Self::new(Outcome::Invalid).note(note)
    }

    /// For a structure that cannot be read where the prefix says it should: likely changed by hand, or cut.
    fn malformed(note: &'static str) -> Self {
        Self::unknown().note(note).demote(MALFORMED)
    }

    fn unknown() -> Self {
        Self::new(Outcome::Unknown)
    }

    #[cfg(test)]
    fn is_malformed(&self) -> bool {
        self.outcome == Outcome::Unknown && self.adjust == -MALFORMED
    }

    /// `Valid` where `holds`, else `Invalid`, for checksums we have seen hold on real credentials.
    fn checksum(holds: bool) -> Self {
        if holds { Self::valid("its checksum holds") } else { Self::invalid("its checksum does not hold") }
    }

    /// For checksums that are published but that no real credential has confirmed to us: one that
    /// holds cannot be chance, one that fails may be our error.
    fn claimed_checksum(holds: bool) -> Self {
        if holds { Self::valid("its checksum holds") } else { Self::unknown() }
    }

    fn note(mut self, text: &'static str) -> Self {
        self.notes.push(Reason::new(0, text));
        self
    }

    fn tell(mut self, text: String) -> Self {
        self.notes.push(Reason::with(0, text));
        self
    }

    fn demote(mut self, points: i16) -> Self {
        self.adjust -= points;
        self
    }
}

/// Runs a named check on a match.
#[must_use]
pub fn prove(check: Check, evidence: &Evidence<'_>) -> Proof {
    let part = |range: &std::ops::Range<usize>| evidence.text.get(range.clone()).unwrap_or_default();
    let proof = prove_bytes(check, part(&evidence.secret), part(&evidence.matched));
    // In `.htpasswd` and `/etc/shadow` a hash stands at the line's start or after `user:`; after a space or quote it
    // is what some program holds passwords against.
    let quoted = evidence.secret.start.checked_sub(1).and_then(|at| evidence.text.get(at));
    if check == Check::PasswordHash && matches!(quoted, Some(b'"' | b'\'' | b' ' | b'`' | b';')) {
        return proof.demote(STORED_HASH);
    }
    proof
}

/// [`prove`] on the credential's bytes and those of the whole match around it.
fn prove_bytes(check: Check, secret: &[u8], matched: &[u8]) -> Proof {
    match check {
        Check::Crc32Base62 => crc::base62_of_30(secret),
        Check::VercelCrc32 => crc::vercel(secret),
        Check::Crc32HexBody => crc::hex_of_body(secret),
        Check::GrafanaCrc32 => crc::grafana(secret),
        Check::AtlassianCrc32 => crc::atlassian(secret),
        Check::GitlabRoutable => crc::gitlab_routable(secret),
        Check::ElasticCrc32 => crc::elastic(secret),
        Check::SlackConfiguration => slack::configuration(secret),
        Check::ConfluentCrc32 => crc::confluent(secret),
        Check::AzureDevopsPat => crc::azure_devops(secret),
        Check::AzureIdentifiable => marvin::identifiable(secret),
        Check::AzureCask => marvin::cask(secret),
        Check::AwsKeyId => aws::key_id(secret),
        Check::AgeBech32 => bech32::age(secret),
        Check::Wif => base58::wif(secret),
        Check::NatsSeed => nats::seed(secret),
        Check::Bip39 => mnemonic::phrase(secret),
        Check::Jwt => jwt::token(secret),
        Check::PemPrivateKey => pem::private_key(secret),
        Check::GrafanaJson => json_tokens::grafana(secret),
        Check::SentryOrg => json_tokens::sentry_org(secret),
        Check::OnePasswordService => json_tokens::onepassword(secret),
        Check::MapboxToken => json_tokens::mapbox(secret),
        Check::DiscordBot => json_tokens::discord(secret),
        Check::PypiMacaroon => macaroon::pypi(secret),
        Check::PuttyKey => putty::key(secret),
        Check::GoogleServiceAccount => google::service_account(matched),
        Check::Base64Of32Bytes => plain::base64_of_32_bytes(secret),
        Check::DockerAuth => plain::docker_auth(secret),
        Check::PasswordHash => hash::password_hash(secret),
    }
}
