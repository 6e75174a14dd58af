//! Hashes of passwords (crypt(5), htpasswd, PHC strings): what they are, and that they are no password.

use super::Proof;

/// A hash as `crypt`, `htpasswd` or a PHC library writes it.
pub(super) fn password_hash(secret: &[u8]) -> Proof {
    let mut parts = secret.splitn(7, |&b| b == b'$');
    if parts.next() != Some(b"") {
        return Proof::unknown();
    }
    let kind = parts.next().unwrap_or_default();
    let rest: Vec<&[u8]> = parts.collect();
    let last = rest.last().copied().unwrap_or_default();
    let (name, holds) = match kind {
        b"2a" | b"2b" | b"2x" | b"2y" => {
            ("bcrypt", rest.len() == 2 && bcrypt_cost(rest[0]).is_some() && is_crypt(last, 53))
        }
        b"1" | b"apr1" => ("MD5-crypt", rest.len() == 2 && is_crypt(last, 22)),
        b"5" => ("SHA-256-crypt", (2..=3).contains(&rest.len()) && is_crypt(last, 43)),
        b"6" => ("SHA-512-crypt", (2..=3).contains(&rest.len()) && is_crypt(last, 86)),
        b"8" => ("Cisco type 8, PBKDF2", rest.len() == 2 && rest[0].len() == 14 && is_crypt(last, 43)),
        b"9" => ("Cisco type 9, scrypt", rest.len() == 2 && rest[0].len() == 14 && is_crypt(last, 43)),
        b"y" => ("yescrypt", rest.len() == 3 && is_crypt(last, 43)),
        b"argon2i" | b"argon2d" | b"argon2id" => ("Argon2", rest.len() >= 3 && last.len() >= 16),
        b"scrypt" => ("scrypt", rest.len() == 3 && last.len() >= 16),
        b"pbkdf2-sha1" | b"pbkdf2-sha256" | b"pbkdf2-sha512" => ("PBKDF2", rest.len() == 3 && last.len() >= 16),
        _ => return Proof::unknown().note("a password's hash, not the password"),
    };
    let whole = if holds {
        Proof::valid("a well-formed hash")
    } else {
        Proof::invalid("shaped like a hash, but not a whole one")
    };
    let whole = match bcrypt_cost(rest.first().copied().unwrap_or_default()).filter(|_| name == "bcrypt") {
        Some(cost) => whole.tell(format!("bcrypt, cost {cost}")),
        None => whole.note(name),
    };
    whole.note("a password's hash, not the password")
}

fn bcrypt_cost(digits: &[u8]) -> Option<u8> {
    let &[tens @ b'0'..=b'3', ones @ b'0'..=b'9'] = digits else { return None };
    Some((tens - b'0') * 10 + ones - b'0').filter(|cost| (4..=31).contains(cost))
}

fn is_crypt(text: &[u8], length: usize) -> bool {
    text.len() == length && text.iter().all(|&b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'/'))
}

#[cfg(test)]
mod tests {
    use super::super::Outcome;
    use super::super::testing::Draw;
    use super::*;

    #[test]
    fn hashes_are_told_by_name_and_length() {
        let body = Draw(3).text(b"./0123456789abcdefXYZ", 86);
        let cases = [
            (format!("$2y$10${}", &body[..53]), Outcome::Valid),
            (format!("$2y$99${}", &body[..53]), Outcome::Invalid),
            (format!("$2y$10${}", &body[..52]), Outcome::Invalid),
            (format!("$apr1$salt${}", &body[..22]), Outcome::Valid),
            (format!("$6$rounds=5000$salt${body}"), Outcome::Valid),
            (format!("$6$salt${}", &body[..85]), Outcome::Invalid),
            ("$HOME$".to_owned(), Outcome::Unknown),
            (String::new(), Outcome::Unknown),
        ];
        for (text, outcome) in cases {
            assert_eq!(password_hash(text.as_bytes()).outcome, outcome, "{text}");
        }
    }
}
