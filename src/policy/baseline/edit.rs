//! Changing a baseline's text, a line at a time: what else stands in it stays as it is.

use super::{Baseline, BaselineError, Entry};
use crate::model::Fingerprint;

impl Baseline {
    /// The text with that entry in it. Where the same credential is accepted under the same rule, that line is replaced;
    /// else the entry gets its place in the order, so that two branches rarely add at the same one.
    ///
    /// # Errors
    /// If the text is no baseline.
    pub fn put(text: &str, entry: &Entry) -> Result<String, BaselineError> {
        let baseline = Self::parse(text.as_bytes())?;
        let same = |own: &&Entry| own.fingerprint == entry.fingerprint && own.rule == entry.rule;
        let old = baseline.entries.iter().find(same).map(|own| own.line);
        let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
        let at = |line: u64| usize::try_from(line.saturating_sub(1)).unwrap_or(usize::MAX).min(lines.len());
        let crlf = lines.iter().any(|line| line.ends_with("\r\n"));
        let new = format!("{entry}{}", if crlf { "\r\n" } else { "\n" });
        if let Some(line) = old {
            let at = at(line);
            lines.splice(at..lines.len().min(at + 1), [new.as_str()]);
            return Ok(lines.concat());
        }
        let after = baseline.entries.iter().filter(|own| own.fingerprint > entry.fingerprint);
        let place = after.map(|own| own.line).min().map_or(lines.len(), |line| above_comments(&lines, at(line)));
        let open = place > 0 && lines.get(place - 1).is_some_and(|line| !line.ends_with('\n'));
        let new = if open { format!("\n{new}") } else { new };
        lines.insert(place, &new);
        Ok(lines.concat())
    }
}

/// What begins the comment that says that a credential was looked at and is real.
const REAL: &str = "# real: ";

impl Baseline {
    /// The text without what accepts that credential under that rule (or any).
    ///
    /// # Errors
    /// If the text is no baseline.
    pub fn without(text: &str, print: Fingerprint, rule: &str) -> Result<String, BaselineError> {
        let baseline = Self::parse(text.as_bytes())?;
        let same = |own: &&Entry| own.fingerprint == print && own.rule.as_deref().is_none_or(|own| own == rule);
        let gone: Vec<u64> = baseline.entries.iter().filter(same).map(|own| own.line).collect();
        let lines = (1..).zip(text.split_inclusive('\n'));
        Ok(lines.filter(|(line, _)| !gone.contains(line)).map(|(_, text)| text).collect())
    }

    /// The text with a comment that says that the credential is real. It accepts nothing.
    #[must_use]
    pub fn with_real(text: &str, print: Fingerprint, rule: &str) -> String {
        let gap = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        format!("{text}{gap}{REAL}{print}  {rule}\n")
    }

    /// The credentials that such comments speak of.
    #[must_use]
    pub fn reals(text: &str) -> Vec<(Fingerprint, String)> {
        let real = |line: &str| {
            let mut words = line.strip_prefix(REAL)?.split_ascii_whitespace();
            Some((Fingerprint::parse(words.next()?)?, words.next()?.to_owned()))
        };
        text.lines().filter_map(real).collect()
    }
}

/// The place before the comments that stand right above a line, which are about it; but not before those at the file's
/// top, which are about the file.
fn above_comments(lines: &[&str], at: usize) -> usize {
    let is_comment = |line: &&&str| line.starts_with('#');
    let comments = lines.get(..at).unwrap_or_default().iter().rev().take_while(is_comment).count();
    if comments == at { at } else { at - comments }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Day;

    fn entry(digit: u8, reason: &str) -> Entry {
        Entry { fingerprint: Fingerprint([digit; 16]), rule: None, until: None, reason: reason.to_owned(), line: 0 }
    }

    #[test]
    fn an_entry_gets_its_place_and_the_rest_stays() {
        let print = |digit: u8| Fingerprint([digit; 16]).to_string();
        let text = format!("# top\n\n# on two\n{}  a-rule\n# on four\n{} # why\n", print(2), print(4));
        let put = |entry: &Entry| Baseline::put(&text, entry).unwrap();
        let with = |at: usize, line: String| {
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            lines.insert(at, line);
            lines.join("\n") + "\n"
        };
        assert_eq!(put(&entry(1, "x")), with(2, format!("{}  # x", print(1))));
        assert_eq!(put(&entry(3, "")), with(4, print(3)));
        assert_eq!(put(&entry(5, "")), with(6, print(5)));
        // Of the same rule or none it is another entry; the same one is replaced.
        assert_eq!(put(&entry(2, "")), with(4, print(2)));
        let again = Entry { until: Day::parse("2027-01-31"), ..entry(4, "new") };
        assert_eq!(put(&again), text.replace("  # why", "").replace(" # why", "  until:2027-01-31  # new"));
        // The comment at the top stays there; ends of line stay as they are.
        assert_eq!(
            Baseline::put(&format!("# top\n{}\n", print(2)), &entry(1, "")).unwrap().lines().nth(1),
            Some(&*print(1))
        );
        assert_eq!(Baseline::put(&format!("{}\r\n", print(2)), &entry(3, "")).unwrap().matches("\r\n").count(), 2);
        assert_eq!(Baseline::put(&print(2), &entry(3, "")).unwrap(), format!("{}\n{}\n", print(2), print(3)));
        assert_eq!(Baseline::put("", &entry(3, "")).unwrap(), format!("{}\n", print(3)));
        assert!(Baseline::put("=======\n", &entry(3, "")).is_err());
    }

    #[test]
    fn what_is_real_is_remembered_and_accepts_nothing() {
        let print = Fingerprint([7; 16]);
        let text = format!("# top\n{print}  a-rule # why\n{print} # any\n{print}  b-rule\n");
        let text = Baseline::without(&text, print, "a-rule").unwrap();
        assert_eq!(text, format!("# top\n{print}  b-rule\n"));
        let text = Baseline::with_real(text.trim_end(), print, "a-rule");
        assert!(text.ends_with(&format!("b-rule\n# real: {print}  a-rule\n")));
        assert_eq!(Baseline::reals(&text), [(print, "a-rule".to_owned())]);
        assert_eq!(Baseline::parse(text.as_bytes()).unwrap().lookup(print, "a-rule"), None);
    }
}
