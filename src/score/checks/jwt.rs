//! JSON Web Tokens (RFC 7515, 7516, 7519): header and claims, read but not verified.
//!
//! A proof reads no clock: it says until when a token is good, and leaves the rest to people.

use serde_json::{Map, Value};

use super::Proof;
use super::text::{base64, day_of, quoted};

/// Longest header or claims set parsed.
const LONGEST: usize = 16 * 1024;
/// Points lost by what is JSON, but no token: three parts with dots between are not enough to block.
const NO_TOKEN: i16 = 35;

/// A signed (three parts) or encrypted (five parts) token.
pub(super) fn token(secret: &[u8]) -> Proof {
    let parts: Vec<&[u8]> = secret.splitn(7, |&b| b == b'.').collect();
    let Some(header) = parts.first().and_then(|part| object(part)) else {
        return Proof::malformed("its header is no JSON");
    };
    let Some(algorithm) = header.get("alg").and_then(Value::as_str) else {
        return Proof::unknown().note("its header names no algorithm").demote(NO_TOKEN);
    };
    let named = format!("JWT, {}", quoted(algorithm));
    match parts.as_slice() {
        [_, _, _, _, _] if header.contains_key("enc") => {
            Proof::valid("its header decodes").tell(named).note("encrypted")
        }
        [_, claims, signature] => match object(claims) {
            Some(claims) => with_claims(signed(algorithm, signature).tell(named), &claims),
            None => Proof::unknown().note("its claims are no JSON").demote(NO_TOKEN).tell(named),
        },
        _ => Proof::unknown().tell(named),
    }
}

fn object(part: &[u8]) -> Option<Map<String, Value>> {
    // serde_json bounds its own depth.
    base64(part.get(..LONGEST.min(part.len()))?).and_then(|json| serde_json::from_slice(&json).ok())
}

/// What the signature's length says: each algorithm has its own.
fn signed(algorithm: &str, signature: &[u8]) -> Proof {
    if algorithm.eq_ignore_ascii_case("none") || signature.is_empty() {
        return Proof::unknown().note("not signed: whoever takes it would take any").demote(20);
    }
    let length = signature.len() * 6 / 8;
    let fits = match algorithm {
        "HS256" => length == 32,
        "HS384" => length == 48,
        "HS512" | "ES256" | "ES256K" => length == 64,
        "ES384" => length == 96,
        "ES512" => length == 132,
        "RS256" | "RS384" | "RS512" | "PS256" | "PS384" | "PS512" => length >= 128,
        "EdDSA" | "Ed25519" => length == 64 || length == 114,
        _ => length >= 16,
    };
    if fits {
        Proof::valid("its header and claims decode")
    } else {
        Proof::unknown().note("its signature has the wrong length")
    }
}

fn with_claims(mut proof: Proof, claims: &Map<String, Value>) -> Proof {
    // RFC 7519 dates are seconds, fractions allowed.
    let day = |name: &str| claims.get(name).and_then(Value::as_f64).and_then(|at| day_of(at as i64));
    proof = match (day("exp"), day("iat")) {
        (Some(day), _) => proof.tell(format!("good until {day}")),
        (None, Some(day)) => proof.tell(format!("made {day}, without an end")),
        (None, None) => proof,
    };
    for (name, what) in [("iss", "issued by"), ("aud", "for")] {
        let claim = claims.get(name);
        let first = claim.and_then(Value::as_array).and_then(|all| all.first());
        if let Some(text) =
            first.or(claim).and_then(Value::as_str).filter(|text| !text.is_empty() && !text.contains('@'))
        {
            proof = proof.tell(format!("{what} {}", quoted(text)));
        }
    }
    let claim = |name: &str| claims.get(name).and_then(Value::as_str);
    match (claim("iss"), claim("role")) {
        // Supabase gives every browser the first of these.
        (Some("supabase" | "supabase-demo"), Some("anon")) => {
            proof.outcome = super::Outcome::Unknown;
            proof.note("Supabase's anonymous role: public by design").demote(40)
        }
        (Some("supabase"), Some("service_role")) => proof.note("Supabase's service role: passes by all row security"),
        _ if claim("sub") == Some("1234567890") && claim("name") == Some("John Doe") => {
            proof.outcome = super::Outcome::Unknown;
            proof.note("holds the claims of jwt.io's sample").demote(30)
        }
        _ => proof,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Outcome;
    use super::super::testing::{Draw, to_base64};
    use super::*;

    fn jwt(header: &str, claims: &str, signature: usize) -> Proof {
        let parts = [header.as_bytes(), claims.as_bytes(), &Draw(1).bytes(signature)].map(to_base64);
        token(parts.join(".").as_bytes())
    }

    fn told(proof: &Proof) -> Vec<&str> {
        proof.notes.iter().map(|note| note.text.as_ref()).collect()
    }

    const HS256: &str = r#"{"typ":"JWT","alg":"HS256"}"#;

    #[test]
    fn claims_are_told_and_persons_are_not() {
        let claims =
            r#"{"iss":"https://id.example","aud":["a","b"],"exp":1546387200.9,"email":"ann@example.org","sub":"ann"}"#;
        let proof = jwt(HS256, claims, 32);
        assert_eq!(proof.outcome, Outcome::Valid);
        assert_eq!(told(&proof)[1..], ["JWT, HS256", "good until 2019-01-02", "issued by https://id.example", "for a"]);
        let proof = jwt(HS256, r#"{"iss":"ann@example.org","iat":1546387200}"#, 32);
        assert_eq!(told(&proof)[1..], ["JWT, HS256", "made 2019-01-02, without an end"]);
    }

    #[test]
    fn hostile_claims_are_quoted_and_bounded() {
        let claims = format!(r#"{{"iss":"\u001b[31m{}","exp":1e300,"aud":7}}"#, "x".repeat(500));
        let proof = jwt(HS256, &claims, 32);
        assert_eq!(told(&proof)[2], format!("issued by ?[31m{}…", "x".repeat(35)));
        assert_eq!(proof.notes.len(), 3);
        let deep = format!(r#"{{"a":{}"#, "[".repeat(5000));
        assert_eq!(jwt(HS256, &deep, 32).outcome, Outcome::Unknown);
    }

    #[test]
    fn unsigned_cut_and_foreign_ones_are_not_valid() {
        assert_eq!(jwt(r#"{"alg":"none"}"#, "{}", 0).outcome, Outcome::Unknown);
        assert_eq!(jwt(HS256, "{}", 31).outcome, Outcome::Unknown);
        assert_eq!(jwt(HS256, "[]", 32).outcome, Outcome::Unknown);
        for (header, claims) in [(r#"{"typ":"JWT"}"#, "{}"), (HS256, "claims")] {
            let proof = jwt(header, claims, 32);
            assert!(proof.outcome == Outcome::Unknown && proof.adjust == -NO_TOKEN, "{proof:?}");
        }
        assert!(jwt("HS256", "{}", 32).is_malformed());
    }

    #[test]
    fn public_tokens_are_demoted() {
        let proof = |role: &str| jwt(HS256, &format!(r#"{{"iss":"supabase","ref":"x","role":"{role}"}}"#), 32);
        assert!(proof("anon").adjust < -30 && proof("anon").outcome == Outcome::Unknown);
        assert!(proof("service_role").adjust == 0 && proof("service_role").outcome == Outcome::Valid);
    }
}
