//! Regexes on paths, as other tools have them, as globs of a `.gitignore`, as ours has them: where that can be said.

use regex_syntax::hir::{Class, Hir, HirKind, Look};

use super::{Allow, Foreign};

/// Most globs that are made of one regex.
const MOST: usize = 64;

/// A piece of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    /// This.
    Text(String),
    /// One character of a name, as a glob writes it.
    One(String),
    /// Anything within a name.
    Name,
    /// Anything.
    Any,
    /// The path's beginning.
    Start,
    /// Its end.
    End,
}

/// Notes what accepts the paths that one of these regexes is found in; what cannot be said is noted instead.
pub(super) fn allow_paths(foreign: &mut Foreign, line: usize, regexes: &[String], what: &str) {
    let mut paths = Vec::new();
    for regex in regexes {
        match globs(regex) {
            Ok(globs) => paths.extend(globs.into_iter().filter(|glob| !paths.contains(glob)).collect::<Vec<_>>()),
            Err(why) => foreign.note(line, format!("{what} `{regex}`: {why}; write globs under `paths`")),
        }
    }
    foreign.allow(line, Allow { paths, ..Allow::default() });
}

/// The globs that fit the paths in which the regex is found.
///
/// # Errors
/// Why there are none that fit the same.
pub(super) fn globs(regex: &str) -> Result<Vec<String>, String> {
    let hir = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).nest_limit(32).build().parse(regex);
    let hir = hir.map_err(|_| "it is no regex that can be read".to_owned())?;
    let all = pieces(&hir)?;
    let mut globs: Vec<String> = Vec::new();
    for one in &all {
        for glob in render(one)? {
            if !globs.contains(&glob) {
                globs.push(glob);
            }
        }
    }
    if globs.len() > MOST { Err("it says too many things at once".to_owned()) } else { Ok(globs) }
}

/// Every way to read the regex, as pieces.
fn pieces(hir: &Hir) -> Result<Vec<Vec<Piece>>, String> {
    let one = |piece| Ok(vec![vec![piece]]);
    match hir.kind() {
        HirKind::Empty => Ok(vec![Vec::new()]),
        HirKind::Literal(text) => {
            let text = std::str::from_utf8(&text.0).map_err(|_| "it asks for bytes that are no text".to_owned())?;
            one(Piece::Text(text.to_owned()))
        }
        HirKind::Class(class) => match any_of(class) {
            Some(_) => one(Piece::One("?".to_owned())),
            None => class_pieces(class),
        },
        HirKind::Look(Look::Start) => one(Piece::Start),
        HirKind::Look(Look::End) => one(Piece::End),
        HirKind::Look(_) => Err("a glob cannot ask for what stands beside".to_owned()),
        HirKind::Repetition(repetition) => match (repetition.min, repetition.max, hir_class(&repetition.sub)) {
            (0 | 1, None, Some(Wide::All)) => one(Piece::Any),
            (0, None, Some(Wide::ButSlash)) => one(Piece::Name),
            (1, None, Some(Wide::ButSlash)) => Ok(vec![vec![Piece::One("?".to_owned()), Piece::Name]]),
            (0, Some(1), _) => {
                let mut ways = pieces(&repetition.sub)?;
                ways.push(Vec::new());
                Ok(ways)
            }
            (1, Some(1), _) => pieces(&repetition.sub),
            _ => Err("a glob cannot count".to_owned()),
        },
        HirKind::Capture(capture) => pieces(&capture.sub),
        HirKind::Concat(parts) => {
            let mut ways: Vec<Vec<Piece>> = vec![Vec::new()];
            for part in parts {
                let next = pieces(part)?;
                if ways.len() * next.len() > MOST {
                    return Err("it says too many things at once".to_owned());
                }
                ways = ways.iter().flat_map(|way| next.iter().map(move |more| [&way[..], more].concat())).collect();
            }
            Ok(ways)
        }
        HirKind::Alternation(parts) => {
            let mut ways = Vec::new();
            for part in parts {
                ways.extend(pieces(part)?);
            }
            if ways.len() > MOST { Err("it says too many things at once".to_owned()) } else { Ok(ways) }
        }
    }
}

/// A class that leaves out at most a line's end, or that and the slash.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wide {
    All,
    ButSlash,
}

fn hir_class(hir: &Hir) -> Option<Wide> {
    if let HirKind::Class(class) = hir.kind() { any_of(class) } else { None }
}

fn any_of(class: &Class) -> Option<Wide> {
    let bytes = bytes(class);
    let has = |byte: u8| bytes.contains(&byte);
    let rest = (b' '..=b'~').filter(|byte| *byte != b'/').all(has);
    match (rest, has(b'/')) {
        (true, true) => Some(Wide::All),
        (true, false) => Some(Wide::ButSlash),
        _ => None,
    }
}

/// The bytes of a class.
pub(super) fn bytes(class: &Class) -> Vec<u8> {
    match class {
        Class::Bytes(class) => class.iter().flat_map(|range| range.start()..=range.end()).collect(),
        Class::Unicode(class) => {
            let ranges = class.iter().map(|range| (range.start() as u32, range.end() as u32));
            ranges.flat_map(|(from, to)| (from..=to.min(255)).filter_map(|code| u8::try_from(code).ok())).collect()
        }
    }
}

/// A class of few characters, as a glob writes it.
fn class_pieces(class: &Class) -> Result<Vec<Vec<Piece>>, String> {
    let bytes = bytes(class);
    let plain = bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_. ".contains(byte));
    // Either slash: paths have one kind here.
    if bytes.iter().all(|byte| matches!(byte, b'/' | b'\\')) && bytes.contains(&b'/') {
        return Ok(vec![vec![Piece::Text("/".to_owned())]]);
    }
    if !plain || bytes.is_empty() {
        return Err("a glob cannot ask for those characters".to_owned());
    }
    let mut text = String::from("[");
    text.extend(bytes.iter().map(|byte| char::from(*byte)));
    text.push(']');
    Ok(vec![vec![Piece::One(text)]])
}

/// The globs that say the same. Of a regex that is found anywhere, what stands around it is anything.
fn render(pieces: &[Piece]) -> Result<Vec<String>, String> {
    let anchored = matches!(pieces.first(), Some(Piece::Start));
    let ended = matches!(pieces.last(), Some(Piece::End));
    let inner =
        pieces.iter().skip(usize::from(anchored)).take(pieces.len() - usize::from(anchored) - usize::from(ended));
    let mut texts: Vec<String> = vec![String::new()];
    let mut open_start = !anchored;
    let mut open_end = !ended;
    let inner: Vec<&Piece> = inner.collect();
    for (at, piece) in inner.iter().enumerate() {
        let (first, last) = (at == 0, at + 1 == inner.len());
        match piece {
            Piece::Start | Piece::End => return Err("it asks for beginning or end in its middle".to_owned()),
            Piece::Any if first => open_start = true,
            Piece::Any if last => open_end = true,
            // Within one name, or over several.
            Piece::Any => {
                let mut more: Vec<String> = texts.iter().map(|text| format!("{text}*/**/*")).collect();
                append(&mut texts, "*");
                texts.append(&mut more);
            }
            Piece::Name => append(&mut texts, "*"),
            Piece::One(class) => append(&mut texts, class),
            Piece::Text(plain) => {
                let escaped: String = plain.chars().flat_map(escape).collect();
                append(&mut texts, &escaped);
            }
        }
    }
    if texts.iter().all(|text| text.chars().all(|c| "*/?".contains(c))) {
        return Err("it fits every path".to_owned());
    }
    Ok(texts.into_iter().map(|text| around(&text, open_start, open_end)).collect())
}

fn append(texts: &mut [String], more: &str) {
    for text in texts {
        text.push_str(more);
    }
}

fn around(text: &str, open_start: bool, open_end: bool) -> String {
    let (body, slash) = text.strip_prefix('/').map_or((text, false), |rest| (rest, true));
    let mut glob = match (open_start, slash) {
        // A slash before it: the name begins there; below any directory, but not at the top, as in the regex.
        (true, true) => format!("*/**/{body}"),
        (true, false) if body.contains('/') => format!("**/*{body}"),
        (true, false) => format!("*{body}"),
        (false, _) => format!("/{body}"),
    };
    if open_end {
        glob.push_str(if glob.ends_with('/') { "**" } else { "*" });
    }
    glob.replace("***", "**").replace("**/**/", "**/")
}

fn escape(c: char) -> impl Iterator<Item = char> {
    let special = "*?[]\\!#{} ".contains(c);
    special.then_some('\\').into_iter().chain(std::iter::once(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_said_with_globs_is() {
        for (regex, wanted) in [
            (r"gitleaks\.toml", &["*gitleaks.toml*"][..]),
            (r"^vendor/", &["/vendor/**"]),
            (r"(^|/)go\.sum$", &["/go.sum", "*/**/go.sum"]),
            (r"(.*?)\.(jpg|gif)$", &["*.jpg", "*.gif"]),
            (r"^src/.*\.test\.js$", &["/src/*.test.js", "/src/*/**/*.test.js"]),
            (r"node_modules/", &["**/*node_modules/**"]),
            (r"tests/fixtures/", &["**/*tests/fixtures/**"]),
            (r"^a/[^/]+/b$", &["/a/?*/b"]),
            (r"file[0-3]\.txt$", &["*file[0123].txt"]),
        ] {
            assert_eq!(
                globs(regex).as_deref(),
                Ok(wanted.iter().map(|&glob| glob.to_owned()).collect::<Vec<_>>()).as_deref(),
                "{regex}"
            );
        }
        for no in [".*", "", r"\bword\b", "a{3}", "(", "a^b", "[^a]b*"] {
            assert!(globs(no).is_err(), "{no}");
        }
    }
}
