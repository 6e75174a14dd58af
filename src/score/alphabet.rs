//! Which alphabet a value is drawn from: what its entropy must be measured against.

/// A set of characters that credentials are drawn from, smallest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Alphabet {
    /// `0-9`.
    Digits,
    /// `0-9a-f` or `0-9A-F`.
    Hex,
    /// `a-z` or `A-Z` alone.
    Letters,
    /// `A-Z2-7`, or its lower-case form.
    Base32,
    /// `0-9a-z` or `0-9A-Z`.
    Base36,
    /// `0-9A-Za-z`.
    Base62,
    /// `0-9A-Za-z` with `-_` or `+/=`.
    Base64,
    /// Any printable ASCII.
    Printable,
    /// Anything else: UTF-8 text or binary.
    Bytes,
}

impl Alphabet {
    /// The smallest alphabet that holds every byte of `value`. Hex wants both a digit and a letter, or
    /// eight characters of one of them, so that `face` is a word and `1234` a number.
    #[must_use]
    pub(crate) fn of(value: &[u8]) -> Self {
        let (mut digit, mut lower, mut upper, mut base64, mut other, mut wide) =
            (false, false, false, false, false, false);
        for &byte in value {
            match byte {
                b'0'..=b'9' => digit = true,
                b'a'..=b'z' => lower = true,
                b'A'..=b'Z' => upper = true,
                b'+' | b'/' | b'=' | b'-' | b'_' => base64 = true,
                0x20..=0x7e => other = true,
                _ => wide = true,
            }
        }
        let one_case = !(lower && upper);
        if wide {
            Self::Bytes
        } else if other {
            Self::Printable
        } else if base64 {
            Self::Base64
        } else if digit && !lower && !upper {
            Self::Digits
        } else if one_case && digit && value.iter().all(u8::is_ascii_hexdigit) {
            Self::Hex
        } else if one_case && !digit {
            Self::Letters
        } else if one_case
            && value.len() >= 16
            && value.iter().all(|b| matches!(b, b'a'..=b'z' | b'A'..=b'Z' | b'2'..=b'7'))
        {
            Self::Base32
        } else if one_case {
            Self::Base36
        } else {
            Self::Base62
        }
    }

    /// How many different characters it has.
    #[must_use]
    pub(crate) const fn size(self) -> u16 {
        match self {
            Self::Digits => 10,
            Self::Hex => 16,
            Self::Letters => 26,
            Self::Base32 => 32,
            Self::Base36 => 36,
            Self::Base62 => 62,
            Self::Base64 => 64,
            Self::Printable => 95,
            Self::Bytes => 256,
        }
    }

    /// Its name, for reasons.
    #[must_use]
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Digits => "digits",
            Self::Hex => "hex",
            Self::Letters => "letters",
            Self::Base32 => "base32",
            Self::Base36 => "base36",
            Self::Base62 => "base62",
            Self::Base64 => "base64",
            Self::Printable => "printable",
            Self::Bytes => "bytes",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Alphabet;

    #[test]
    fn the_smallest_alphabet_wins() {
        let cases: [(&[u8], Alphabet); 9] = [
            (b"0192837465", Alphabet::Digits),
            (b"deadbeef01", Alphabet::Hex),
            (b"face", Alphabet::Letters),
            (b"abc2def3ghi4jkl5", Alphabet::Base32),
            (b"abc9def8ghi0", Alphabet::Base36),
            (b"aBc9", Alphabet::Base62),
            (b"aBc9+/=", Alphabet::Base64),
            (b"aBc9!", Alphabet::Printable),
            (b"\xc3\xa4", Alphabet::Bytes),
        ];
        for (value, want) in cases {
            assert_eq!(Alphabet::of(value), want, "{value:?}");
        }
    }
}
