//! Whether a credential is the one that another tool's file means.

use memchr::memmem;
use sha1::{Digest, Sha1};

use crate::config::foreign::Reads;
use crate::model::Secret;

/// Shortest credential that is taken for a part of a longer one.
const LEAST_PART: usize = 8;

/// Whether what is told of a credential's bytes fits this one. A part of what was accepted is accepted, too: what is a
/// whole URL elsewhere is its password here.
#[must_use]
pub fn reads(told: &Reads, secret: &Secret) -> bool {
    let bytes = secret.expose();
    match told {
        Reads::Untold => true,
        Reads::Sha1(sha1) => Sha1::digest(bytes).as_slice() == sha1,
        Reads::This(known) => {
            known == secret || (bytes.len() >= LEAST_PART && memmem::find(known.expose(), bytes).is_some())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_is_known_by_its_bytes_or_their_hash() {
        let secret = Secret::new(b"abcdefghij");
        // `printf abcdefghij | sha1sum`
        let sha1 = *b"\xd6\x8c\x19\xa0\xa3\x45\xb7\xea\xb7\x8d\x5e\x11\xe9\x91\xc0\x26\xec\x60\xdb\x63";
        assert!(reads(&Reads::Untold, &secret) && reads(&Reads::Sha1(sha1), &secret));
        assert!(!reads(&Reads::Sha1(sha1), &Secret::new(b"abcdefghik")));
        let this = |text: &[u8]| reads(&Reads::This(Secret::new(text)), &secret);
        assert!(this(b"abcdefghij") && this(b"https://u:abcdefghij@h"));
        assert!(!this(b"abcdefghi") && !this(b""));
        assert!(!reads(&Reads::This(Secret::new(b"abcdefghij")), &Secret::new(b"abc")));
    }
}
