//! Choosing refs by their names.

use super::Tips;

/// A pattern for names of refs: `*` stands for any bytes, `?` for one. Without either it is a name, or the name of a
/// directory of refs. It is held against the full name, and against what follows `refs/`, `refs/heads/`,
/// `refs/tags/` and `refs/remotes/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefGlob(Vec<u8>);

/// What may be left out at the front of a ref's name.
const FRONTS: [&[u8]; 4] = [b"refs/", b"refs/heads/", b"refs/tags/", b"refs/remotes/"];

impl RefGlob {
    /// The pattern of that text.
    #[must_use]
    pub fn new(text: &[u8]) -> Self {
        Self(text.strip_suffix(b"/").unwrap_or(text).to_vec())
    }

    /// Whether a ref of that full name is meant.
    #[must_use]
    pub fn matches(&self, name: &[u8]) -> bool {
        let shortened = FRONTS.iter().filter_map(|front| name.strip_prefix(*front));
        std::iter::once(name).chain(shortened).any(|name| self.fits(name))
    }

    /// The pattern's text.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        &self.0
    }

    fn fits(&self, name: &[u8]) -> bool {
        if self.0.iter().any(|b| matches!(b, b'*' | b'?')) {
            return glob(&self.0, name);
        }
        name.strip_prefix(self.0.as_slice()).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
    }
}

/// Whether a text fits a pattern, in time that grows with their product at worst.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut seen, mut star) = (0, 0, None);
    while seen < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at + 1, seen));
                at += 1;
            }
            Some(byte) if *byte == b'?' || text.get(seen) == Some(byte) => (at, seen) = (at + 1, seen + 1),
            _ => {
                let Some((after, from)) = star else { return false };
                (at, seen) = (after, from + 1);
                star = Some((after, from + 1));
            }
        }
    }
    pattern.get(at..).unwrap_or_default().iter().all(|byte| *byte == b'*')
}

impl Tips {
    /// Keeps the refs that one of `only` means, if there are any, and that none of `but` does. With `only`, what
    /// reflogs alone remember is left out; otherwise the logs of refs that are left out are.
    pub fn narrow(&mut self, only: &[RefGlob], but: &[RefGlob]) {
        let meant = |globs: &[RefGlob], name: &[u8]| globs.iter().any(|glob| glob.matches(name));
        let chosen = |name: &[u8]| (only.is_empty() || meant(only, name)) && !meant(but, name);
        self.refs.retain(|one| chosen(&one.name));
        self.broken.retain(|(name, _)| chosen(name));
        if only.is_empty() {
            self.logged.retain(|(name, _)| !meant(but, name));
            self.logs.retain(|log| !meant(but, &log.name));
        } else {
            self.logged.clear();
            self.logs.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RefGlob;

    #[test]
    fn patterns_mean_what_they_say() {
        for (pattern, name, expected) in [
            ("main", "refs/heads/main", true),
            ("main", "refs/heads/main2", false),
            ("main", "refs/tags/main", true),
            ("heads/main", "refs/heads/main", true),
            ("refs/heads", "refs/heads/a/b", true),
            ("refs/heads/", "refs/heads/a/b", true),
            ("heads", "refs/heads/a", true),
            ("feature/*", "refs/heads/feature/a/b", true),
            ("feature/*", "refs/heads/features", false),
            ("v?.0", "refs/tags/v1.0", true),
            ("v?.0", "refs/tags/v10.0", false),
            ("*", "HEAD", true),
            ("HEAD", "HEAD", true),
            ("*a*b*c", "refs/heads/xaxbxc", true),
            ("*a*b*c", "refs/heads/xaxcxb", false),
            ("origin/main", "refs/remotes/origin/main", true),
        ] {
            assert_eq!(RefGlob::new(pattern.as_bytes()).matches(name.as_bytes()), expected, "{pattern} {name}");
        }
    }
}
