//! What is public by design, or known to everybody: the open half of a pair of keys, the sample of a documentation.

use sha2::{Digest, Sha256};

use super::facts::Facts;
use super::name;
use super::placeholder::contains;
use super::source;
use crate::model::Reason;
use crate::rules::Kind;

/// Tokens that documentations show, by the first eight bytes of their SHA-256: none stands in this repository.
const SAMPLES: &[(u64, &str)] = &[
    // https://docs.stripe.com/api/authentication and its earlier versions
    (0x2caf_c097_0149_a84f, "the value is the test key that Stripe's documentation shows"),
    (0xf2d6_ca16_5150_33e5, "the value is the test key that Stripe's documentation shows"),
    (0x2d1f_7723_aabc_5c7a, "the value is the test key that Stripe's documentation shows"),
    // https://jwt.io, its samples of HS256 from 2015 on
    (0x7f75_367e_7881_2551, "the value is the sample that jwt.io shows"),
    (0xc794_fa6d_20c6_4efb, "the value is the sample that jwt.io shows"),
    (0xda81_6f9f_2c16_e6c5, "the value is the sample that jwt.io shows"),
];

/// Why a match is no secret although its form is right, if anything says so.
pub(super) fn see(facts: &Facts<'_>) -> Option<Reason> {
    match facts.kind {
        Kind::Token => sample(facts.value).map(|told| Reason::new(-45, told)),
        Kind::Context if is_named_public(facts) => {
            Some(Reason::new(-45, "its name says that it is the half which everybody may see"))
        }
        Kind::Context if source::is_file_digest(facts) => Some(Reason::new(-45, "the value is the digest of a file")),
        Kind::Url if is_sentry(facts) => {
            Some(Reason::new(-60, "Sentry's address for clients holds a public key, and no secret one"))
        }
        Kind::Assignment if contains(&facts.name.to_ascii_lowercase(), b"algolia") && is_search(facts) => {
            Some(Reason::new(-45, "Algolia's key for searching is public"))
        }
        // The widget of a documentation's search takes a key that searches, and nothing else.
        Kind::Assignment if contains(facts.before, b"docsearch(") => {
            Some(Reason::new(-45, "the key of a documentation's search is public"))
        }
        _ => None,
    }
}

fn sample(value: &[u8]) -> Option<&'static str> {
    let digest = Sha256::digest(value);
    let head = u64::from_be_bytes(*digest.first_chunk()?);
    SAMPLES.iter().find(|(known, _)| *known == head).map(|(_, told)| *told)
}

/// `RECAPTCHA_SITE_KEY`, `stripePublishableKey`; Algolia's key for searching.
fn is_named_public(facts: &Facts<'_>) -> bool {
    let words = name::split(facts.name);
    let secret = words.iter().any(|word| matches!(word.as_str(), "secret" | "private" | "admin"));
    !secret
        && words.iter().any(|word| match word.as_str() {
            "site" | "sitekey" | "publishable" | "pk" => true,
            "search" => facts.provider == "algolia",
            _ => false,
        })
}

fn is_search(facts: &Facts<'_>) -> bool {
    name::split(facts.name).iter().any(|word| word == "search")
}

/// `https://<32 digits>@o1.ingest.sentry.io/2`: one name and no password.
fn is_sentry(facts: &Facts<'_>) -> bool {
    let Some(host) = facts.after.strip_prefix(b"@") else { return false };
    let (host, path) = host.split_at(memchr::memchr(b'/', host).unwrap_or(host.len()));
    let project = path.iter().skip(1).take_while(|b| b.is_ascii_digit()).count();
    facts.value.len() == 32
        && facts.value.iter().all(u8::is_ascii_hexdigit)
        && contains(host, b"sentry")
        && project > 0
        && !facts.joint.ends_with(b":")
}
