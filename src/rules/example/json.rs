//! Tokens that decode to something: JSON, macaroons, a user id.

use super::Rng;
use super::classes::{BASE36, BASE62, BASE64, BASE64_URL, DIGITS, HEX, LOWER, base64, base64url, uuid};
use super::keys;

/// A second between 2021 and 2025.
fn second(rng: &mut Rng) -> usize {
    rng.between(1_610_000_000, 1_760_000_000)
}

/// Grafana: a cloud token, or an old API key.
pub(super) fn grafana(cloud: bool, rng: &mut Rng) -> String {
    let name = rng.pick(LOWER, 9);
    if cloud {
        let (org, key) = (rng.between(100_000, 999_999), rng.pick(BASE62, 24));
        let json = format!(r#"{{"o":"{org}","n":"{name}","k":"{key}","m":{{"r":"us"}}}}"#);
        return format!("glc_{}", base64(json.as_bytes()));
    }
    let (key, id) = (rng.pick(BASE62, 32), rng.between(1, 99));
    base64(format!(r#"{{"k":"{key}","n":"{name}","id":{id}}}"#).as_bytes())
}

/// A signed JSON Web Token.
pub(super) fn jwt(rng: &mut Rng) -> String {
    let (subject, made) = (rng.pick(DIGITS, 9), second(rng));
    let header = base64url(br#"{"alg":"HS256","typ":"JWT"}"#);
    let claims = format!(r#"{{"sub":"7{subject}","iat":{made},"exp":{}}}"#, made + 86_400);
    format!("{header}.{}.{}", base64url(claims.as_bytes()), base64url(&rng.bytes(32)))
}

/// A Discord bot's token: its id, seconds since the first of 2011, an HMAC.
pub(super) fn discord(rng: &mut Rng) -> String {
    let id = rng.between(200_000_000_000_000_000, 1_300_000_000_000_000_000);
    let id = base64url(id.to_string().as_bytes());
    let time = base64url(&(rng.between(140_000_000, 500_000_000) as u32).to_be_bytes());
    format!("{id}.{time}.{}", rng.pick(BASE64_URL, 38))
}

/// A macaroon of version 2 (libmacaroons, `doc/format.txt`): fields of type, length and bytes.
pub(super) fn pypi(production: bool, rng: &mut Rng) -> String {
    let location = if production { "pypi.org" } else { "test.pypi.org" };
    let caveat = format!(r#"[3, "{}"]"#, uuid(rng));
    let mut bytes = vec![2];
    let field = |kind: u8, value: &[u8]| [&[kind, value.len() as u8], value].concat();
    bytes.extend(field(1, location.as_bytes()));
    bytes.extend(field(2, uuid(rng).as_bytes()));
    bytes.push(0);
    bytes.extend(field(2, caveat.as_bytes()));
    bytes.extend([0, 0]);
    bytes.extend(field(6, &rng.bytes(32)));
    format!("pypi-{}", base64url(&bytes))
}

/// A Sentry organisation's token.
pub(super) fn sentry(rng: &mut Rng) -> String {
    let (made, fraction, org) = (second(rng), rng.between(100_001, 999_999), rng.pick(LOWER, 8));
    let json = format!(
        r#"{{"iat":{made}.{fraction},"url":"https://sentry.io","region_url":"https://us.sentry.io","org":"{org}"}}"#
    );
    format!("sntrys_{}_{}", base64(json.as_bytes()), rng.pick(BASE64, 43))
}

/// A 1Password service account's token.
pub(super) fn onepassword(rng: &mut Rng) -> String {
    let group = |rng: &mut Rng, count| rng.pick(BASE36, count).to_ascii_uppercase();
    let key: Vec<String> = [6, 6, 5, 5, 5, 5].into_iter().map(|count| group(rng, count)).collect();
    let (email, muk, srp) = (rng.pick(BASE36, 13), base64url(&rng.bytes(32)), rng.pick(HEX, 64));
    let json = format!(
        concat!(
            r#"{{"signInAddress":"my.1password.com","userAuth":{{"method":"SRPg-4096","alg":"PBES2g-HS256","#,
            r#""iterations":650000,"salt":"{salt}"}},"email":"{email}@1passwordserviceaccounts.com","#,
            r#""srpX":"{srp}","muk":{{"alg":"A256GCM","ext":true,"k":"{muk}","key_ops":["encrypt","decrypt"],"#,
            r#""kty":"oct","kid":"mp"}},"secretKey":"A3-{key}","deviceUuid":"{device}"}}"#
        ),
        salt = base64url(&rng.bytes(16)),
        email = email,
        srp = srp,
        muk = muk,
        key = key.join("-"),
        device = rng.pick(BASE36, 26),
    );
    format!("ops_{}", base64url(json.as_bytes()))
}

/// A Mapbox token of that kind.
pub(super) fn mapbox(kind: &str, rng: &mut Rng) -> String {
    let json = format!(r#"{{"u":"{}","a":"ck{}"}}"#, rng.pick(LOWER, 10), rng.pick(BASE36, 23));
    format!("{kind}.{}.{}", base64url(json.as_bytes()), rng.pick(BASE64_URL, 22))
}

/// What docker writes as `auth`.
pub(super) fn docker(rng: &mut Rng) -> String {
    base64(format!("{}:{}", rng.pick(LOWER, 7), rng.pick(BASE62, 18)).as_bytes())
}

/// A Google service account's key file.
pub(super) fn google(rng: &mut Rng) -> String {
    let project = format!("{}-{}", rng.pick(LOWER, 7), rng.pick(DIGITS, 6));
    let key = keys::pkcs8_rsa(rng).replace('\n', "\\n");
    let (id, client, name) = (rng.pick(HEX, 40), rng.pick(DIGITS, 20), rng.pick(LOWER, 8));
    format!(
        "{{\n  \"type\": \"service_account\",\n  \"project_id\": \"{project}\",\n  \"private_key_id\": \"{id}\",\n  \
         \"private_key\": \"{key}\",\n  \"client_email\": \"{name}@{project}.iam.gserviceaccount.com\",\n  \
         \"client_id\": \"1{client}\",\n  \"auth_uri\": \"https://accounts.google.com/o/oauth2/auth\",\n  \
         \"token_uri\": \"https://oauth2.googleapis.com/token\"\n}}"
    )
}
