//! Reads Rust source as far as the checks need it: without comments, strings and tests, lines kept.

/// A source file.
pub(super) struct File {
    /// From the package's root.
    pub(super) path: String,
    /// As it is.
    pub(super) text: String,
    /// The same length and lines, but for comments, what strings hold, and tests: blanks.
    pub(super) code: String,
    /// Modules in files of their own that are declared for tests only.
    pub(super) test_modules: Vec<String>,
}

impl File {
    pub(super) fn new(path: &str, text: &str) -> Self {
        let mut code = masked(text.as_bytes());
        let test_modules = blank_tests(&mut code);
        let code = String::from_utf8(code).expect("only ASCII was put in");
        Self { path: path.to_owned(), text: text.to_owned(), code, test_modules }
    }

    /// The line of an offset, from 1.
    pub(super) fn line(&self, at: usize) -> usize {
        1 + self.code[..at].matches('\n').count()
    }

    /// The module path: `src/git/index/mod.rs` is `git`, `index`; `src/lib.rs` has none.
    pub(super) fn module(&self) -> Vec<&str> {
        let path = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        path.split('/').filter(|part| !["mod", "lib", "main"].contains(part)).collect()
    }

    /// The offsets at which `word` begins, not as a part of a longer name on the left.
    pub(super) fn places<'a>(&'a self, word: &'a str) -> impl Iterator<Item = usize> + 'a {
        let starts_in_name = word.as_bytes().first().is_some_and(|b| is_name(*b));
        self.code.match_indices(word).map(|(at, _)| at).filter(move |&at| {
            !starts_in_name || at.checked_sub(1).is_none_or(|before| !is_name(self.code.as_bytes()[before]))
        })
    }
}

pub(super) const fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

/// The name at the beginning of a text.
pub(super) fn name(text: &str) -> &str {
    &text[..text.bytes().take_while(|b| is_name(*b)).count()]
}

/// The first names of the branches of `a` or `{a::b, c}`.
pub(super) fn branches(text: &str) -> Vec<&str> {
    let Some(group) = text.strip_prefix('{') else { return vec![name(text)] };
    let (mut depth, mut from, mut all) = (0, 0, Vec::new());
    for (at, byte) in group.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth > 0 => depth -= 1,
            b',' | b'}' if depth == 0 => {
                all.push(name(group[from..at].trim_start()));
                from = at + 1;
                if byte == b'}' {
                    break;
                }
            }
            _ => {}
        }
    }
    all.retain(|name| !name.is_empty());
    all
}

/// The source with comments and the insides of literals blanked.
fn masked(text: &[u8]) -> Vec<u8> {
    let mut out = text.to_vec();
    let mut at = 0;
    while at < text.len() {
        let end = match text[at] {
            b'/' if text[at..].starts_with(b"//") => at + text[at..].iter().take_while(|&&b| b != b'\n').count(),
            b'/' if text[at..].starts_with(b"/*") => comment_end(text, at),
            b'"' => string_end(text, at),
            b'r' if at == 0 || !is_name(text[at - 1]) || text[at - 1] == b'b' => raw_string_end(text, at),
            b'\'' => char_end(text, at),
            _ => at + 1,
        };
        let inside = match text[at] {
            b'/' if end > at + 1 => at..end,
            _ => at + 1..end.saturating_sub(1).max(at + 1),
        };
        out[inside].iter_mut().filter(|b| **b != b'\n').for_each(|b| *b = b' ');
        at = end.max(at + 1);
    }
    out
}

fn comment_end(text: &[u8], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0);
    while at < text.len() {
        let step = text.get(at..at + 2);
        depth += i32::from(step == Some(b"/*")) - i32::from(step == Some(b"*/"));
        at += if step == Some(b"/*") || step == Some(b"*/") { 2 } else { 1 };
        if depth == 0 {
            break;
        }
    }
    at.min(text.len())
}

fn string_end(text: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < text.len() && text[at] != b'"' {
        at += if text[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(text.len())
}

/// The end of a raw string at `start`; the next byte where there is none.
fn raw_string_end(text: &[u8], start: usize) -> usize {
    let hashes = text[start + 1..].iter().take_while(|&&b| b == b'#').count();
    let open = start + 1 + hashes;
    if text.get(open) != Some(&b'"') {
        return start + 1;
    }
    let close = [b"\"".as_slice(), &vec![b'#'; hashes]].concat();
    let found = text[open + 1..].windows(close.len()).position(|window| window == close);
    found.map_or(text.len(), |at| open + 1 + at + close.len())
}

/// The end of a character literal at `start`; the next byte where it is a lifetime.
fn char_end(text: &[u8], start: usize) -> usize {
    let closing = |from: usize| text[from.min(text.len())..].iter().take(12).position(|&b| b == b'\'');
    match text.get(start + 1) {
        Some(b'\\') => closing(start + 3).map_or(start + 1, |at| start + 3 + at + 1),
        Some(first) => {
            let len = if first.is_ascii() { 1 } else { first.leading_ones() as usize };
            if text.get(start + 1 + len) == Some(&b'\'') { start + 2 + len } else { start + 1 }
        }
        None => start + 1,
    }
}

/// Blanks every item under `#[cfg(test)]`. The names of those that are modules in files of their own.
fn blank_tests(code: &mut [u8]) -> Vec<String> {
    const MARK: &[u8] = b"#[cfg(test)]";
    let mut modules = Vec::new();
    let mut from = 0;
    while let Some(at) = code[from..].windows(MARK.len()).position(|window| window == MARK) {
        let start = from + at;
        let mut end = start + MARK.len();
        let mut depth = 0_usize;
        while let Some(&byte) = code.get(end) {
            end += 1;
            match byte {
                b'{' => depth += 1,
                b'}' if depth <= 1 => break,
                b'}' => depth -= 1,
                b';' if depth == 0 => break,
                _ => {}
            }
        }
        let item = String::from_utf8_lossy(&code[start + MARK.len()..end]).into_owned();
        if let Some(module) = item.trim().strip_suffix(';').and_then(|item| item.rsplit_once("mod ")) {
            modules.push(module.1.trim().to_owned());
        }
        code[start..end].iter_mut().filter(|b| **b != b'\n').for_each(|b| *b = b' ');
        from = end;
    }
    modules
}
