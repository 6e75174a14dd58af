//! Private keys in DER: PKCS#1 (RFC 8017), PKCS#8 (RFC 5958), SEC 1 (RFC 5915), DSA as OpenSSL writes it.
//!
//! A reader of tag, length and value, no deeper than these formats go; nothing recurses.

use super::public_key::PublicKey;

/// What a key's encoding says about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    /// Kind and size: `RSA, 2048 bits`.
    pub(super) what: String,
    /// Whether a passphrase protects it.
    pub(super) encrypted: bool,
    /// Its public half, where the encoding holds it.
    pub(super) public: Option<PublicKey>,
}

const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const OID: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
const BITS: u8 = 0x03;
const PARAMETERS: u8 = 0xa0;
/// The public key of SEC 1, in brackets of its own.
const PUBLIC: u8 = 0xa1;
/// The public key of RFC 5958, a bit string without brackets.
const PUBLIC_BITS: u8 = 0x81;

/// Algorithms by the bytes of their object identifiers.
const ALGORITHMS: [(&[u8], &str); 15] = [
    (RSA, "RSA"),
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a], "RSA-PSS"),
    (EC, "EC"),
    (&[0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x01], "DSA"),
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x03, 0x01], "Diffie-Hellman"),
    (&[0x2b, 0x65, 0x6e], "X25519"),
    (&[0x2b, 0x65, 0x6f], "X448"),
    (&[0x2b, 0x65, 0x70], "Ed25519"),
    (&[0x2b, 0x65, 0x71], "Ed448"),
    (&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x11], "ML-DSA-44"),
    (&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x12], "ML-DSA-65"),
    (&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x13], "ML-DSA-87"),
    (&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x04, 0x01], "ML-KEM-512"),
    (&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x04, 0x02], "ML-KEM-768"),
    (&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x04, 0x03], "ML-KEM-1024"),
];
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];

/// Curves by the bytes of their object identifiers.
const CURVES: [(&[u8], &str); 5] = [
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07], "P-256"),
    (&[0x2b, 0x81, 0x04, 0x00, 0x0a], "secp256k1"),
    (&[0x2b, 0x81, 0x04, 0x00, 0x21], "P-224"),
    (&[0x2b, 0x81, 0x04, 0x00, 0x22], "P-384"),
    (&[0x2b, 0x81, 0x04, 0x00, 0x23], "P-521"),
];

/// Encryption of PKCS#8: PKCS#5 and PKCS#12's older ciphers.
const PASSWORD_BASED: [&[u8]; 2] =
    [&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05], &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x01]];

/// Elements of one sequence, in order.
struct Elements<'a>(&'a [u8]);

impl<'a> Elements<'a> {
    fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let (&[tag, first], rest) = self.0.split_first_chunk()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
            0x81..=0x83 => {
                let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
                (digits.iter().fold(0, |length, &b| length << 8 | usize::from(b)), rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((tag, content))
    }

    fn expect(&mut self, wanted: u8) -> Option<&'a [u8]> {
        self.next().filter(|(tag, _)| *tag == wanted).map(|(_, content)| content)
    }
}

/// Reads any of the private-key encodings; `None` where `bytes` is no whole one.
pub(super) fn private_key(bytes: &[u8]) -> Option<Key> {
    let mut inside = Elements(Elements(bytes).expect(SEQUENCE)?);
    match inside.next()? {
        (SEQUENCE, algorithm) => {
            let oid = Elements(algorithm).expect(OID)?;
            inside.expect(OCTETS)?;
            let encrypted = PASSWORD_BASED.iter().any(|prefix| oid.starts_with(prefix));
            encrypted.then(|| Key { what: "kind hidden by encryption".to_owned(), encrypted, public: None })
        }
        (INTEGER, version) => match inside.next()? {
            (INTEGER, first) => integers(version, first, inside),
            (OCTETS, scalar) => sec1(version, scalar, inside, None),
            (SEQUENCE, algorithm) => {
                let key = inside.expect(OCTETS)?;
                pkcs8(algorithm, key, inside)
            }
            _ => None,
        },
        _ => None,
    }
}

fn plain(what: String, public: Option<PublicKey>) -> Key {
    Key { what, encrypted: false, public }
}

/// Whether `bytes` begins as a private key does, though it need not be whole.
pub(super) fn begins_private_key(bytes: &[u8]) -> bool {
    let ([SEQUENCE, 0x81, _, head @ ..] | [SEQUENCE, 0x82, _, _, head @ ..] | [SEQUENCE, 0..=0x7f, head @ ..]) = bytes
    else {
        return false;
    };
    matches!(head, [INTEGER, 1, 0 | 1, INTEGER | OCTETS | SEQUENCE, ..])
}

/// RSA has nine integers, the version among them (more with extra primes); DSA six.
fn integers(version: &[u8], first: &[u8], mut rest: Elements<'_>) -> Option<Key> {
    let mut others = Vec::new();
    while !rest.0.is_empty() {
        let (tag, content) = rest.next()?;
        if tag == INTEGER {
            others.push(content);
        }
    }
    match (version, others.as_slice()) {
        ([0 | 1], [exponent, ..]) if others.len() == 7 => {
            Some(plain(format!("RSA, {} bits", bits(first)), Some(PublicKey::rsa(first, exponent))))
        }
        ([0], &[q, g, y, _]) => {
            Some(plain(format!("DSA, {} bits", bits(first)), Some(PublicKey::dsa([first, q, g, y]))))
        }
        _ => None,
    }
}

/// `known`: the curve, where something around the key has told it already.
fn sec1(version: &[u8], scalar: &[u8], mut rest: Elements<'_>, known: Option<&'static str>) -> Option<Key> {
    if version != [1] || !(16..=72).contains(&scalar.len()) {
        return None;
    }
    let (mut own, mut point) = (known, None);
    while let Some((tag, content)) = rest.next() {
        match tag {
            PARAMETERS => own = Elements(content).expect(OID).and_then(curve).or(own),
            PUBLIC => point = Elements(content).expect(BITS).and_then(|bits| bits.strip_prefix(&[0])),
            _ => {}
        }
    }
    let public = own.zip(point).and_then(|(curve, point)| PublicKey::ec(curve, point));
    Some(plain(own.map_or_else(|| "EC".to_owned(), |curve| format!("EC, {curve}")), public))
}

fn pkcs8(algorithm: &[u8], key: &[u8], mut rest: Elements<'_>) -> Option<Key> {
    let mut algorithm = Elements(algorithm);
    let oid = algorithm.expect(OID)?;
    if oid == RSA {
        let mut inside = Elements(Elements(key).expect(SEQUENCE)?);
        let (version, modulus) = (inside.expect(INTEGER)?, inside.expect(INTEGER)?);
        return integers(version, modulus, inside);
    }
    if oid == EC
        && let Some(curve) = algorithm.expect(OID).and_then(curve)
    {
        let inside = Elements(key).expect(SEQUENCE).map(Elements).and_then(|mut inside| {
            let (version, scalar) = (inside.expect(INTEGER)?, inside.expect(OCTETS)?);
            sec1(version, scalar, inside, Some(curve))
        });
        return inside.or_else(|| Some(plain(format!("EC, {curve}"), None)));
    }
    let known = ALGORITHMS.iter().find(|(bytes, _)| *bytes == oid).map_or("of a kind we do not know", |(_, name)| name);
    let mut public = None;
    while let Some((tag, content)) = rest.next() {
        if let (PUBLIC_BITS, "Ed25519", Some(point)) = (tag, known, content.strip_prefix(&[0])) {
            public = Some(PublicKey::ed25519(point));
        }
    }
    (key.len() >= 16).then(|| plain(known.to_owned(), public))
}

fn curve(oid: &[u8]) -> Option<&'static str> {
    CURVES.iter().find(|(bytes, _)| *bytes == oid).map(|(_, name)| *name)
}

/// Length of a positive integer in bits.
pub(super) fn bits(integer: &[u8]) -> usize {
    let zeros = integer.iter().take_while(|&&b| b == 0).count();
    integer.get(zeros).map_or(0, |top| (integer.len() - zeros) * 8 - top.leading_zeros() as usize)
}
