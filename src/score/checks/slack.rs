//! Slack's configuration and refresh tokens.

use super::Proof;
use super::text::base64;

/// Hex digits at the end of what a token decodes to.
const DIGITS: usize = 64;

/// `xoxe.xoxp-1-` or `xoxe-1-`, and base64 of ids and 64 hex digits with dashes between (worked out from public
/// samples). A token that decodes to fewer digits was cut; one that does not decode so proves nothing.
pub(super) fn configuration(secret: &[u8]) -> Proof {
    let body = secret.rsplit(|&b| b == b'-').next().unwrap_or_default();
    // One digit too many is no base64: read what is left of it.
    let whole = body.len() - usize::from(body.len() % 4 == 1);
    let bytes = body.get(..whole).and_then(base64).unwrap_or_default();
    let mut parts = bytes.rsplit(|&b| b == b'-');
    let digits = parts.next().unwrap_or_default();
    let (mut ids, mut numeric) = (0, true);
    for id in parts {
        ids += 1;
        numeric &= !id.is_empty() && id.iter().all(u8::is_ascii_digit);
    }
    if ids < 3 || !numeric || !digits.iter().all(u8::is_ascii_hexdigit) {
        return Proof::unknown();
    }
    if digits.len() == DIGITS && whole == body.len() {
        Proof::valid("decodes to Slack's ids and a key")
    } else {
        Proof::invalid("what it decodes to was cut")
    }
}

#[cfg(test)]
mod tests {
    use super::super::Outcome;
    use super::super::testing::to_base64;
    use super::*;

    #[test]
    fn a_cut_token_is_told_from_a_whole_one() {
        let key = "0123456789abcdef".repeat(4);
        for ids in ["2-2-1234567890123-1234567890124-1234567890125-1234567890126", "3-1-1234567890123-1-2"] {
            let whole = format!("xoxe.xoxp-1-{}", to_base64(format!("{ids}-{key}").as_bytes()).trim_end_matches('='));
            assert_eq!(configuration(whole.as_bytes()).outcome, Outcome::Valid, "{whole}");
            for cut in 1..4 {
                let token = &whole[..whole.len() - cut];
                assert_eq!(configuration(token.as_bytes()).outcome, Outcome::Invalid, "{token}");
            }
        }
        let other = format!("xoxe-1-{}", to_base64(b"nothing that anybody knows"));
        assert_eq!(configuration(other.as_bytes()).outcome, Outcome::Unknown);
        assert_eq!(configuration(b"xoxe-1-").outcome, Outcome::Unknown);
    }
}
