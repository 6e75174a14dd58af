//! Values that name a file.

/// Whether a value is a path, or ends like a file's name.
#[must_use]
pub(super) fn is_path(value: &[u8]) -> bool {
    let starts = |text: &[u8]| value.starts_with(text);
    if starts(b"./") || starts(b"../") || starts(b"~/") || starts(b"$HOME/") || starts(b"file:") {
        return true;
    }
    if let [drive, b':', b'\\' | b'/', ..] = value {
        return drive.is_ascii_alphabetic();
    }
    let segments = value.split(|&b| b == b'/').filter(|s| !s.is_empty()).count();
    let words = super::words::cover(value);
    if segments >= 2
        && !value.contains(&b'+')
        && !value.ends_with(b"=")
        && (words.share() >= 0.6 || starts(b"/") && words.share() >= 0.4)
    {
        return true;
    }
    starts(b"/") && segments == 1 && words.share() >= 0.6 || has_extension(value)
}

/// Whether it ends like a file name.
fn has_extension(value: &[u8]) -> bool {
    const KNOWN: &[&[u8]] = &[
        b"pem",
        b"key",
        b"crt",
        b"cer",
        b"p12",
        b"pfx",
        b"jks",
        b"txt",
        b"json",
        b"yml",
        b"yaml",
        b"xml",
        b"html",
        b"htm",
        b"js",
        b"ts",
        b"py",
        b"rb",
        b"go",
        b"java",
        b"php",
        b"cs",
        b"css",
        b"scss",
        b"png",
        b"jpg",
        b"svg",
        b"gif",
        b"md",
        b"rst",
        b"conf",
        b"cfg",
        b"ini",
        b"properties",
        b"sh",
        b"env",
        b"log",
        b"db",
        b"sql",
        b"toml",
        b"lock",
        b"gpg",
        b"creds",
        b"asc",
        b"pub",
        b"der",
        b"csr",
        b"keystore",
        b"tpl",
        b"vue",
        b"tsx",
        b"jsx",
        b"rs",
        b"c",
        b"h",
        b"cpp",
    ];
    // `src/a.rs:12:10` is a place in a file.
    let place = value.iter().rev().take_while(|b| b.is_ascii_digit() || **b == b':').count();
    let value = if value.contains(&b':') { value.get(..value.len() - place).unwrap_or_default() } else { value };
    let Some(dot) = memchr::memrchr(b'.', value) else { return false };
    let (stem, extension) = (&value[..dot], value.get(dot + 1..).unwrap_or_default());
    KNOWN.contains(&extension)
        && stem.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'/' | b'{' | b'}' | b'*'))
}
