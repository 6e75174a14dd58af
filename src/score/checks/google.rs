//! Google service-account keys: the JSON, and the private key inside it.

use serde_json::{Map, Value};

use super::text::quoted;
use super::{Outcome, Proof, pem};

/// Longest object read.
const LONGEST: usize = 64 * 1024;

/// The JSON object that a match lies in.
pub(super) fn service_account(matched: &[u8]) -> Proof {
    if matched.len() > LONGEST {
        return Proof::unknown();
    }
    // serde_json bounds its own depth.
    let Ok(object) = serde_json::from_slice::<Map<String, Value>>(matched) else {
        return not_json(matched);
    };
    let text = |name: &str| object.get(name).and_then(Value::as_str).unwrap_or_default();
    if text("type") != "service_account" {
        return Proof::unknown();
    }
    with_key(pem::private_key(text("private_key").as_bytes()), text("client_email"))
}

fn with_key(mut key: Proof, email: &str) -> Proof {
    if key.outcome == Outcome::Unknown && key.notes.is_empty() {
        return Proof::invalid("holds no private key");
    }
    // The address names a service, not a person.
    if let Some((_, domain)) = email.split_once('@').filter(|(_, domain)| domain.ends_with(".gserviceaccount.com")) {
        key = key.tell(format!("service account of {}", quoted(domain)));
    }
    key
}

/// A Python dictionary, a template, a cut file: the key inside still tells.
fn not_json(matched: &[u8]) -> Proof {
    let key = pem::private_key(matched);
    if key.outcome == Outcome::Invalid { key } else { key.note("not read as JSON") }
}
