//! Tokens that decode to something telling: JSON for Grafana, Sentry, 1Password and Mapbox, a user id
//! for Discord.

use serde_json::{Map, Value};

use super::Proof;
use super::text::{base64, day_of, quoted};

/// Longest encoded JSON read.
const LONGEST: usize = 16 * 1024;

fn object(encoded: &[u8]) -> Option<Map<String, Value>> {
    // serde_json bounds its own depth.
    base64(encoded.get(..LONGEST.min(encoded.len()))?).and_then(|json| serde_json::from_slice(&json).ok())
}

fn text<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    object.get(name)?.as_str().filter(|text| !text.is_empty())
}

/// Grafana cloud tokens (`glc_`: `{o, n, k, m}`) and old API keys (`{k, n, id}`); `k` is the key.
pub(super) fn grafana(secret: &[u8]) -> Proof {
    let encoded = secret.strip_prefix(b"glc_").unwrap_or(secret);
    let Some(object) = object(encoded) else { return Proof::malformed("does not decode to Grafana's JSON") };
    if text(&object, "k").is_none() {
        return Proof::malformed("its JSON holds no key");
    }
    let proof = Proof::valid("decodes to Grafana's JSON with a key");
    match object.get("m").and_then(|m| m.get("r")).and_then(Value::as_str) {
        Some(region) => proof.tell(format!("region {}", quoted(region))),
        None => proof,
    }
}

/// Sentry organisation tokens: `sntrys_`, base64 of `{iat, url, region_url, org}`, `_`, 43 characters.
pub(super) fn sentry_org(secret: &[u8]) -> Proof {
    let body = secret.strip_prefix(b"sntrys_").unwrap_or(secret);
    let encoded = body.split(|&b| b == b'_').next().unwrap_or_default();
    let Some(object) = object(encoded) else { return Proof::malformed("does not decode to Sentry's JSON") };
    let Some(org) = text(&object, "org") else { return Proof::malformed("its JSON names no organisation") };
    let proof = Proof::valid("decodes to Sentry's JSON").tell(format!("Sentry organisation {}", quoted(org)));
    match object.get("iat").and_then(Value::as_f64).and_then(|at| day_of(at as i64)) {
        Some(day) => proof.tell(format!("made {day}")),
        None => proof,
    }
}

/// 1Password service accounts: `ops_`, base64url of JSON with the account's keys.
pub(super) fn onepassword(secret: &[u8]) -> Proof {
    let encoded = secret.strip_prefix(b"ops_").unwrap_or(secret);
    let Some(object) = object(encoded) else { return Proof::malformed("does not decode to 1Password's JSON") };
    let telling = ["muk", "secretKey", "srpX", "signInAddress", "userAuth", "deviceUuid"];
    if telling.iter().filter(|name| object.contains_key(**name)).count() < 2 {
        return Proof::malformed("its JSON holds none of 1Password's keys");
    }
    Proof::valid("decodes to 1Password's JSON with an account's keys")
}

/// Mapbox: kind, `.`, base64url of `{u, a}`, `.`, 22 characters. Kind `pk` is public by design.
pub(super) fn mapbox(secret: &[u8]) -> Proof {
    let mut parts = secret.splitn(3, |&b| b == b'.');
    let (kind, claims) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let Some(object) = object(claims) else { return Proof::malformed("does not decode to Mapbox's JSON") };
    let Some(user) = text(&object, "u") else { return Proof::malformed("its JSON names no Mapbox user") };
    if kind == b"pk" {
        return Proof::unknown().note("a public Mapbox token").demote(40);
    }
    Proof::valid("decodes to Mapbox's JSON").tell(format!("Mapbox user {}", quoted(user)))
}

/// Discord bots: base64 of the bot's decimal id, a timestamp, an HMAC.
pub(super) fn discord(secret: &[u8]) -> Proof {
    /// First second of Discord's ids.
    const EPOCH: u64 = 1_420_070_400;
    let first = secret.split(|&b| b == b'.').next().unwrap_or_default();
    let id = base64(first).filter(|id| (17..=20).contains(&id.len())).and_then(|id| String::from_utf8(id).ok());
    let Some(number) = id.and_then(|id| id.parse::<u64>().ok()) else {
        return Proof::malformed("its first part is no Discord user id");
    };
    let proof = Proof::valid("a Discord user id decodes").tell(format!("Discord bot {number}"));
    match i64::try_from((number >> 22) / 1000 + EPOCH).ok().and_then(day_of) {
        Some(day) => proof.tell(format!("account made {day}")),
        None => proof,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Outcome;
    use super::super::testing::to_base64;
    use super::*;

    fn token(head: &str, json: &str, tail: &str) -> Vec<u8> {
        format!("{head}{}{tail}", to_base64(json.as_bytes())).into_bytes()
    }

    fn told(proof: &Proof, what: &str) -> bool {
        proof.notes.iter().any(|note| note.text == what)
    }

    #[test]
    fn json_inside_is_read() {
        let proof = grafana(&token("glc_", r#"{"o":"7","n":"x","k":"abcdef","m":{"r":"prod-0"}}"#, ""));
        assert!(proof.outcome == Outcome::Valid && told(&proof, "region prod-0"));
        let proof = sentry_org(&token("sntrys_", r#"{"iat":1546387200.5,"url":"","org":"acme"}"#, "_tail"));
        assert!(proof.outcome == Outcome::Valid && told(&proof, "Sentry organisation acme"));
        assert!(told(&proof, "made 2019-01-02"));
        let proof = onepassword(&token("ops_", r#"{"secretKey":"A3","muk":{"k":"x"}}"#, ""));
        assert_eq!(proof.outcome, Outcome::Valid);
        assert_eq!(mapbox(&token("sk.", r#"{"u":"ann","a":"c"}"#, ".tail")).outcome, Outcome::Valid);
        assert!(mapbox(&token("pk.", r#"{"u":"ann","a":"c"}"#, ".tail")).adjust < -30);
    }

    #[test]
    fn what_does_not_decode_is_malformed() {
        for spoiled in [r#"{"o":"7","n":"x","q":"abcdef"}"#, r#"{"k":7}"#, r#"["k"]"#, r#"{"k":"a""#, "[[[[[["] {
            assert!(grafana(&token("", spoiled, "")).is_malformed());
            assert!(sentry_org(&token("sntrys_", spoiled, "_x")).is_malformed());
            assert!(onepassword(&token("ops_", spoiled, "")).is_malformed());
            assert!(mapbox(&token("sk.", spoiled, ".x")).is_malformed());
        }
    }

    #[test]
    fn discord_ids_are_decimal() {
        let proof = discord(&token("", "80351110224678912", ".Cl2FMQ.rest"));
        assert!(proof.outcome == Outcome::Valid && told(&proof, "account made 2015-08-10"), "{proof:?}");
        assert!(discord(&token("", "8035111022467891x", ".Cl2FMQ.rest")).is_malformed());
        assert!(discord(&token("", "803511102246789", ".Cl2FMQ.rest")).is_malformed());
    }
}
