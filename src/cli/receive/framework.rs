//! What the pre-commit framework, and prek after its fashion, says of a push: they read git's lines themselves and
//! hand their hooks variables instead.
//!
//! Of a push of several refs they tell only the first one that has something new
//! (`pre_commit/commands/hook_impl.py`); `hooks/README.md` says what that means.

use std::ffi::OsString;

use crate::cli::failure::Failure;
use crate::git::{Oid, Repo, Store};

/// A push as such a framework tells it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Told {
    to: String,
    from: Option<String>,
    name: String,
    /// The remote's name and address, where they are told.
    pub(super) remote: Option<(OsString, Option<OsString>)>,
}

/// What is told, or `None` where no framework runs us.
///
/// # Errors
/// If one runs us and does not say what is pushed: an empty standard input then does not mean that nothing is.
pub(super) fn told(lookup: impl Fn(&str) -> Option<OsString>) -> Result<Option<Told>, Failure> {
    let get = |name: &str| lookup(name).filter(|value| !value.is_empty());
    if get("PRE_COMMIT").is_none() {
        return Ok(None);
    }
    let text = |name: &str| get(name).and_then(|value| value.into_string().ok());
    let branch = text("PRE_COMMIT_LOCAL_BRANCH");
    let Some(to) = text("PRE_COMMIT_TO_REF").or_else(|| branch.clone()) else {
        return Err(Failure::new("the hook framework does not say what is being pushed")
            .hint("run it with `--from-ref` and `--to-ref`, or let git run `portcullis pre-push` itself"));
    };
    let name = text("PRE_COMMIT_REMOTE_BRANCH").or(branch).unwrap_or_else(|| to.clone());
    let remote = get("PRE_COMMIT_REMOTE_NAME").map(|name| (name, get("PRE_COMMIT_REMOTE_URL")));
    Ok(Some(Told { to, from: text("PRE_COMMIT_FROM_REF"), name, remote }))
}

impl Told {
    /// The same as the line that git would have written.
    ///
    /// # Errors
    /// If the framework names a commit that this repository has not.
    pub(super) fn line(&self, repo: &Repo) -> Result<Vec<u8>, Failure> {
        let range = format!("{}..{}", self.from.as_deref().unwrap_or_default(), self.to);
        let found = Store::open(repo).and_then(|store| repo.range(&store, &range));
        let range =
            found.map_err(|error| Failure::because("cannot tell which commits the hook framework means", &error))?;
        let old = range.from.map_or_else(|| "0".repeat(range.to.to_string().len()), |oid: Oid| oid.to_string());
        Ok(format!("pushed {} {} {old}\n", range.to, self.name).into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &'static [(&str, &str)]) -> Result<Option<Told>, Failure> {
        told(|name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into()))
    }

    #[test]
    fn without_a_framework_nothing_is_told() {
        assert_eq!(of(&[("PRE_COMMIT_TO_REF", "main")]).unwrap(), None);
        assert_eq!(of(&[("PRE_COMMIT", "")]).unwrap(), None);
    }

    #[test]
    fn a_framework_that_says_nothing_is_no_empty_push() {
        assert!(of(&[("PRE_COMMIT", "1")]).is_err());
    }

    #[test]
    fn a_whole_branch_is_told_by_its_name_alone() {
        let told = of(&[
            ("PRE_COMMIT", "1"),
            ("PRE_COMMIT_LOCAL_BRANCH", "refs/heads/a"),
            ("PRE_COMMIT_REMOTE_BRANCH", "refs/heads/b"),
            ("PRE_COMMIT_REMOTE_NAME", "up"),
        ]);
        let told = told.unwrap().unwrap();
        assert_eq!((told.to.as_str(), told.name.as_str(), told.from), ("refs/heads/a", "refs/heads/b", None));
        assert_eq!(told.remote, Some(("up".into(), None)));
    }
}
