//! Values that are a run of the keyboard, the alphabet or the digits.

/// Rows that people run a finger along.
const ROWS: &[&[u8]] = &[
    b"01234567890123456789",
    b"98765432109876543210",
    b"abcdefghijklmnopqrstuvwxyz",
    b"zyxwvutsrqponmlkjihgfedcba",
    b"qwertyuiop",
    b"asdfghjkl",
    b"zxcvbnm",
    b"qazwsxedcrfvtgb",
    b"1q2w3e4r5t6y7u8i9o0p",
    b"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
    b"abc123",
    b"azertyuiop",
    b"poiuytrewq",
    b"0123456789abcdef",
    b"123456789abcdef",
    b"1234567890abcdef",
    b"1a2b3c4d5e6f",
    b"a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6q7r8s9t0u1v2w3x4y5z6",
];

/// Bytes of all rows, with one between each two.
const LENGTH: usize = {
    let (mut row, mut length) = (0, 0);
    while row < ROWS.len() {
        length += ROWS[row].len() + 1;
        row += 1;
    }
    length
};
/// Stands between rows, and in none.
const BETWEEN: u8 = 0;

/// All rows, one after the other.
static ALL: [u8; LENGTH] = ALL_ROWS;
const ALL_ROWS: [u8; LENGTH] = {
    let (mut all, mut row, mut end) = ([BETWEEN; LENGTH], 0, 0);
    while row < ROWS.len() {
        let mut at = 0;
        while at < ROWS[row].len() {
            all[end + at] = ROWS[row][at];
            at += 1;
        }
        end += at + 1;
        row += 1;
    }
    all
};

/// For each byte the first place in [`ALL`] where it stands, and for each place the next one of the same byte: one more
/// than that, or 0.
static PLACES: ([u16; 256], [u16; LENGTH]) = {
    let (mut first, mut next, mut at) = ([0; 256], [0; LENGTH], LENGTH);
    while at > 0 {
        at -= 1;
        let byte = ALL_ROWS[at] as usize;
        next[at] = first[byte];
        first[byte] = at as u16 + 1;
    }
    (first, next)
};

/// For each letter and digit, which may follow it in one of the [`ROWS`].
static FOLLOWS: [u64; 256] = {
    let mut follows = [0; 256];
    let mut row = 0;
    while row < ROWS.len() {
        let mut at = 1;
        while at < ROWS[row].len() {
            follows[ROWS[row][at - 1] as usize] |= 1 << (ROWS[row][at] % 64);
            at += 1;
        }
        row += 1;
    }
    follows
};

/// Whether a row of the keyboard, alphabet or digits makes up most of the value's `body`.
pub(super) fn is_sequence(body: &[u8], strict: bool) -> bool {
    body.len() >= 3 && (in_rows(body) * 10 >= body.len() * if strict { 9 } else { 8 } || is_interleaved(body, strict))
}

/// `a9b8c7d6e5`, `px-a1b2c3d4e5f6g8h0`: letters and digits in turn, and one of the two is a row.
fn is_interleaved(body: &[u8], strict: bool) -> bool {
    let changes = body.windows(2).filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit()).count();
    if body.len() < 10 || changes * 10 < (body.len() - 1) * if strict { 9 } else { 8 } {
        return false;
    }
    let (digits, letters): (Vec<u8>, Vec<u8>) = body.iter().partition(|b| b.is_ascii_digit());
    // Five in a row are no chance where every second character is left out.
    [letters, digits].iter().any(|part| {
        let run = in_rows(part);
        run >= 5 && run * 10 >= part.len() * if strict { 9 } else { 7 }
    })
}

/// How many characters of `body` lie in runs of at least three.
fn in_rows(body: &[u8]) -> usize {
    let follows = |a: u8, b: u8| FOLLOWS[usize::from(a)] >> (b % 64) & 1 != 0;
    let mut covered = 0;
    let mut at = 0;
    while let Some(&[a, b, c, ..]) = body.get(at..) {
        let may_run = follows(a, b) && follows(b, c);
        let longest = if may_run { longest_run(&body[at..]) } else { 0 };
        if longest >= 3 {
            covered += longest;
            at += longest;
        } else {
            at += 1;
        }
    }
    covered
}

/// Length of the longest start of `text` that lies somewhere in a row.
fn longest_run(text: &[u8]) -> usize {
    let (first, next) = &PLACES;
    let places = text.first().map(|&byte| first[usize::from(byte)]);
    let places = std::iter::successors(places, |&place| next.get(usize::from(place).checked_sub(1)?).copied());
    let run = |place: u16| {
        let row = usize::from(place).checked_sub(1).and_then(|at| ALL.get(at..)).unwrap_or_default();
        text.iter().zip(row).take_while(|(a, b)| a == b && **b != BETWEEN).count()
    };
    places.take_while(|&place| place > 0).map(run).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_run_is_that_of_any_row() {
        let by_rows = |text: &[u8]| {
            let all = ROWS.iter().flat_map(|row| (0..row.len()).map(|at| &row[at..]));
            all.map(|row| text.iter().zip(row).take_while(|(a, b)| a == b).count()).max().unwrap_or(0)
        };
        for row in ROWS {
            for (from, to) in (0..row.len()).flat_map(|from| (from..=row.len()).map(move |to| (from, to))) {
                for text in [row[from..to].to_vec(), [&row[from..to], &b"\0q1"[..]].concat()] {
                    assert_eq!(longest_run(&text), by_rows(&text), "{}", text.escape_ascii());
                }
            }
        }
    }

    #[test]
    fn letters_and_digits_in_turn_are_a_row() {
        for body in ["a1b2c3d4e5f6", "abcdef123456", "a9b8c7d6e5f4", "1q2w3e4r5t6y", "a7b1c9d3e0f2g8", "k1x2m3v4c5t6"] {
            assert!(is_sequence(body.as_bytes(), false), "{body}");
        }
        for body in ["k7m1x9d3t0f2g8", "a1b2c3zk9q0w", "c4270963abd509e67069adab", "b5t8c1w9d6k3"] {
            assert!(!is_sequence(body.as_bytes(), false), "{body}");
        }
    }
}
