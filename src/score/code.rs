//! Values that are code: a call, a variable, a lookup in the environment.

use super::placeholder::contains;
use super::words;

/// Whether an unquoted `value` is an expression rather than text. `after` is what follows it on the line.
#[must_use]
pub(crate) fn is_expression(value: &[u8], after: &[u8]) -> bool {
    let name = value.iter().take_while(|&&b| is_name_byte(b)).count();
    let rest = value.get(name..).unwrap_or_default();
    let starts_name = value.first().is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'$' | b'@'));
    // f(…), a[…], a::b, a->b, a?.b, !x
    let called = starts_name && rest.starts_with(b"(");
    if called || contains(value, b"=>") || starts_name && name >= 2 && (opens(rest) || rest.is_empty() && opens(after))
    {
        return true;
    }
    if matches!(value.first(), Some(b'(' | b'[' | b'{' | b'!' | b'&' | b'*' | b'|' | b'\\' | b'=' | b'+')) {
        return true;
    }
    // `toggleKey:x}=f(c)`, `key=8388608]="x"`, `lastKey=n>0?r(l,t)`: assignments and conditions of minified programs.
    if contains(value, b"}=")
        || contains(value, b"]=")
        || contains(value, b"!==")
        || value.contains(&b'?') && value.contains(&b'(') && name <= 2
    {
        return true;
    }
    // Minified `token:r}]}})`.
    if starts_name && name <= 2 && !rest.is_empty() && rest.iter().all(|b| matches!(b, b')' | b']' | b'}')) {
        return true;
    }
    starts_name
        && rest.iter().all(|&b| matches!(b, b')' | b']' | b'}' | b'?' | b'!' | b'|'))
        && is_reference(value.get(..name).unwrap_or_default())
}

/// `self.password`, `config.auth.token`, `PASSWORD_KEY`, `someVariable`: made of words.
fn is_reference(name: &[u8]) -> bool {
    const KNOWN: &[&[u8]] = &[
        b"self.",
        b"this.",
        b"process.env",
        b"os.environ",
        b"system.",
        b"config.",
        b"settings.",
        b"params.",
        b"props.",
        b"req.",
        b"request.",
        b"options.",
        b"opts.",
        b"args.",
        b"ctx.",
        b"c.",
        b"s.",
        b"cfg.",
        b"env.",
        b"data.",
        b"user.",
        b"app.",
        b"var.",
        b"local.",
        b"module.",
        b"secrets.",
    ];
    let cover = words::cover(name);
    let is_dotted =
        || name.split(|&b| b == b'.').all(|part| part.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_'));
    let starts = |start: &&[u8]| name.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start));
    if name.contains(&b'.') && (cover.share() >= 0.5 && is_dotted() || cover.share() >= 0.4 && KNOWN.iter().any(starts))
    {
        return true;
    }
    cover.letters >= 3 && cover.share() >= 0.75 && !name.iter().any(u8::is_ascii_digit)
}

fn opens(rest: &[u8]) -> bool {
    rest.starts_with(b"(")
        || rest.starts_with(b"[")
        || rest.starts_with(b"::")
        || rest.starts_with(b"->")
        || rest.starts_with(b"?.")
        || rest.starts_with(b"![")
        || rest.starts_with(b"!(")
        || rest.starts_with(b"<") && !rest.starts_with(b"</")
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'.' | b'@' | b'-')
}

/// Whether a quoted `value` holds code that is filled in or run elsewhere: `"${x}"` is a template; this is
/// for `"os.environ['X']"`, `"get_secret()"`, `"a.b.c"`.
#[must_use]
pub(crate) fn is_quoted_code(value: &[u8]) -> bool {
    let name = value.iter().take_while(|&&b| is_name_byte(b)).count();
    let rest = value.get(name..).unwrap_or_default();
    let call = name >= 3 && rest.starts_with(b"(") && rest.ends_with(b")");
    let dotted = rest.is_empty()
        && value.contains(&b'.')
        && value
            .split(|&b| b == b'.')
            .all(|part| part.len() >= 2 && part.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_'))
        && words::cover(value).share() >= 0.6;
    // JMESPath: `Jobs[-1].JobId`
    let indexed = rest.starts_with(b"[") && contains(rest, b"].");
    indexed || call && words::cover(value.get(..name).unwrap_or_default()).share() >= 0.5 || dotted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_seen() {
        let cases: [(&str, &str); 10] = [
            ("get_secret_key()", ""),
            ("getpass", "(\"x\")"),
            ("request.headers[", ""),
            ("self.password", ","),
            ("process.env.API_KEY", ";"),
            ("os.environ[", ""),
            ("someVariable", ";"),
            ("Config::default", ""),
            ("!important", ""),
            ("vec![42u8", "; 4];"),
        ];
        for (value, after) in cases {
            assert!(is_expression(value.as_bytes(), after.as_bytes()), "{value}");
        }
    }

    #[test]
    fn values_are_not() {
        for value in ["hunter2", "b4U4DlCFHHpZqQh", "m{{h}o)p${e]nob", "tqvyuikedjsy", "9fk2-99"] {
            assert!(!is_expression(value.as_bytes(), b""), "{value}");
        }
        assert!(is_quoted_code(b"getSecret(name)"));
        assert!(is_quoted_code(b"django.contrib.auth"));
        assert!(!is_quoted_code(b"mF_9.B5f-4.1JqM"));
    }
}
