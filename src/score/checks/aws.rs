//! AWS access key ids: the account number they carry.
//!
//! Facts: ids made since 2019 hold the account number in the bits after the prefix (worked out in
//! public by A. Steele and T. Be'ery, and true of the samples we have); older ids begin `AKIAI` or `AKIAJ`.

use super::Proof;
use super::text::{base32, distinct};

/// Greatest account number: they have twelve digits.
const ACCOUNT_MAX: u64 = 999_999_999_999;

/// An access key id: four letters, sixteen characters of base32.
pub(super) fn key_id(secret: &[u8]) -> Proof {
    let Some(body) = secret.get(4..).filter(|body| body.len() == 16) else { return Proof::unknown() };
    if body.ends_with(b"EXAMPLE") {
        return Proof::invalid("a sample from AWS's documentation").demote(60);
    }
    let Some(bytes) = base32(body) else {
        return Proof::invalid("not base32, as AWS key ids are");
    };
    if distinct(body) < 7 {
        return Proof::unknown().note("too few different characters for an AWS key id");
    }
    match body[0] {
        b'I' | b'J' => return Proof::unknown().note("of the form AWS used before 2019, without an account number"),
        b'A'..=b'P' => return Proof::unknown().note("the account number's place holds none"),
        _ => {}
    }
    let first_six = bytes.iter().take(6).fold(0u64, |bits, &byte| bits << 8 | u64::from(byte));
    let account = (first_six & 0x7fff_ffff_ff80) >> 7;
    if account > ACCOUNT_MAX {
        return Proof::invalid("the account number in it is too great");
    }
    Proof::valid("an account number decodes").tell(format!("AWS account {account:012}"))
}

#[cfg(test)]
mod tests {
    use super::super::Outcome;
    use super::*;

    /// An id of that account, written the other way round: bits to characters.
    fn id(account: u64, low: u64) -> Vec<u8> {
        let bits = u128::from(1u8) << 79 | u128::from(account) << 39 | u128::from(low & 0x7f_ffff_ffff);
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let body = (0..16).rev().map(|at| alphabet[(bits >> (5 * at)) as usize & 31]);
        [*b"AKI", *b"A\0\0"].concat().into_iter().filter(|&b| b != 0).chain(body).collect()
    }

    #[test]
    fn account_is_read_back() {
        for (account, low) in
            [(123_456_789_012, 0x12_3456_789a), (987_654_321_987, 0x45_9ab1_1e2f), (7, 0x2f_1d2c_3b4a)]
        {
            let proof = key_id(&id(account, low));
            assert_eq!(proof.outcome, Outcome::Valid, "{account}");
            assert!(proof.notes.iter().any(|note| note.text == format!("AWS account {account:012}")));
        }
    }

    /// The worked example of the article that made the layout known ("A short note on AWS KEY ID", 2023).
    #[test]
    fn published_example_decodes() {
        let id = ["ASIA", "QNZG", "KIQY", "56JQ", "7WML"].concat();
        assert!(key_id(id.as_bytes()).notes.iter().any(|note| note.text == "AWS account 029608264753"));
    }

    #[test]
    fn impossible_accounts_and_old_ids_are_told_apart() {
        assert_eq!(key_id(&id(1_000_000_000_000, 0x12_3456_789a)).outcome, Outcome::Invalid);
        let mut old = id(123_456_789_012, 0x12_3456_789a);
        old[4] = b'J';
        assert_eq!(key_id(&old).outcome, Outcome::Unknown);
        old[4] = b'1';
        assert_eq!(key_id(&old).outcome, Outcome::Invalid);
    }

    #[test]
    fn documentation_samples_are_demoted() {
        let sample = format!("{}{}{}", "AKIA", "IOSFODNN7", "EXAMPLE");
        assert!(key_id(sample.as_bytes()).adjust <= -50);
    }
}
