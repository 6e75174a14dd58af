//! What the host of a repository tells its hooks about a push: which host it is, and who is pushing.
//!
//! The author and committer of a commit are never anybody: whoever makes it writes what they like there.

use std::ffi::OsString;

use crate::model::named::named;

named! {
    /// The host.
    Host {
        /// GitHub Enterprise Server.
        Ghes = "ghes",
        /// GitLab.
        Gitlab = "gitlab",
        /// Gitea or Forgejo.
        Gitea = "gitea",
        /// Bitbucket Data Center.
        Bitbucket = "bitbucket",
        /// Soft Serve.
        SoftServe = "soft-serve",
        /// Gerrit.
        Gerrit = "gerrit",
        /// gitolite.
        Gitolite = "gitolite",
        /// Git itself, by SSH, HTTP or a path.
        Bare = "bare",
    }
}

/// Who pushes, and by what account of the host's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pusher {
    /// The host.
    pub host: Host,
    /// The name the host gives; bytes as they stand there.
    pub identity: Option<Vec<u8>>,
    /// The variable that gave it.
    pub source: Option<&'static str>,
    /// Whether the push comes from the host's web pages.
    pub is_web: bool,
    /// The host's own name for the repository.
    pub repository: Option<Vec<u8>>,
    /// The host's name for this push, if it has one.
    pub address: Option<Vec<u8>>,
}

/// How a host is recognised, and what it tells.
struct Row {
    host: Host,
    sign: &'static str,
    identity: &'static str,
    repository: &'static str,
}

/// In the order they are tried: `GL_USER` is gitolite's, and GitLab sets more than that.
const ROWS: &[Row] = &[
    row(Host::Ghes, "GITHUB_REPO_NAME", "GITHUB_USER_LOGIN", "GITHUB_REPO_NAME"),
    row(Host::Gitlab, "GL_REPOSITORY", "GL_USERNAME", "GL_PROJECT_PATH"),
    row(Host::Gitea, "GITEA_REPO_NAME", "GITEA_PUSHER_NAME", "GITEA_REPO_NAME"),
    row(Host::Bitbucket, "BB_REPO_SLUG", "BB_USER_NAME", "BB_REPO_SLUG"),
    row(Host::SoftServe, "SOFT_SERVE_REPO_NAME", "SOFT_SERVE_USERNAME", "SOFT_SERVE_REPO_NAME"),
    row(Host::Gerrit, "GERRIT_SITE", "GERRIT_USER", "GERRIT_PROJECT"),
    row(Host::Gitolite, "GL_REPO", "GL_USER", "GL_REPO"),
];

const fn row(host: Host, sign: &'static str, identity: &'static str, repository: &'static str) -> Row {
    Row { host, sign, identity, repository }
}

impl Pusher {
    /// Reads the variables through `lookup`. Empty ones count as unset.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<OsString>) -> Self {
        let get = |name: &str| {
            let value = lookup(name).filter(|value| !value.is_empty());
            value.map(|value| value.as_encoded_bytes().to_vec())
        };
        let row = ROWS.iter().find(|row| get(row.sign).is_some());
        let (host, names): (Host, &[&'static str]) = match row {
            Some(row) => (row.host, std::slice::from_ref(&row.identity)),
            // What the web server authenticated; else the account that an SSH server let in.
            None if get("SSH_CONNECTION").is_some() => (Host::Bare, &["REMOTE_USER", "USER"]),
            None => (Host::Bare, &["REMOTE_USER"]),
        };
        let found = names.iter().find_map(|name| Some((*name, get(name)?)));
        let address = ["GITHUB_USER_IP", "REMOTE_ADDR", "SSH_CONNECTION"].iter().find_map(|name| get(name));
        let is_web = match host {
            Host::Gitlab => get("GL_PROTOCOL").is_some_and(|protocol| protocol == b"web"),
            Host::Gitea => get("GITEA_INTERNAL_PUSH").is_some_and(|flag| flag == b"true"),
            Host::Ghes => get("GITHUB_VIA").is_some(),
            _ => false,
        };
        Self {
            host,
            source: found.as_ref().map(|(name, _)| *name),
            identity: found.map(|(_, value)| value),
            is_web,
            repository: row.and_then(|row| get(row.repository)),
            address,
        }
    }

    /// Milliseconds that a hook of this host's may take: less than what the host itself allows (GitHub Enterprise
    /// Server 5 s for all hooks together, Gerrit 30 s).
    #[must_use]
    pub const fn deadline_ms(&self) -> u64 {
        match self.host {
            Host::Ghes => 4_000,
            Host::Gerrit => 25_000,
            _ => 30_000,
        }
    }

    /// Whether its web pages show only lines that say they are a hook's.
    #[must_use]
    pub const fn wants_prefix(&self) -> bool {
        matches!(self.host, Host::Gitlab) && self.is_web
    }
}

/// The values of a push's options: `GIT_PUSH_OPTION_0` and so on. Fewer than it says there are is an error.
///
/// # Errors
/// What makes no sense about them.
pub fn push_options(lookup: impl Fn(&str) -> Option<OsString>) -> Result<Vec<Vec<u8>>, &'static str> {
    const MOST: usize = 1_000;
    let Some(count) = lookup("GIT_PUSH_OPTION_COUNT").filter(|count| !count.is_empty()) else { return Ok(Vec::new()) };
    let digits = count.to_str().filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
    let count: usize = digits.and_then(|text| text.parse().ok()).ok_or("GIT_PUSH_OPTION_COUNT is no number")?;
    if count > MOST {
        return Err("more push options than anybody needs");
    }
    (0..count)
        .map(|at| lookup(&format!("GIT_PUSH_OPTION_{at}")).ok_or("a push option is missing"))
        .map(|option| option.map(|option| option.as_encoded_bytes().to_vec()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup(pairs: &'static [(&str, &str)]) -> impl Fn(&str) -> Option<OsString> {
        move |name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into())
    }

    #[test]
    fn hosts_are_told_apart_and_each_says_who() {
        for (pairs, host, who, deadline) in [
            (&[("GITHUB_REPO_NAME", "a/b"), ("GITHUB_USER_LOGIN", "octo")][..], Host::Ghes, Some("octo"), 4_000),
            (
                &[("GL_REPOSITORY", "project-1"), ("GL_USERNAME", "lab"), ("GL_ID", "user-1")],
                Host::Gitlab,
                Some("lab"),
                30_000,
            ),
            (&[("GL_REPO", "a"), ("GL_USER", "lite")], Host::Gitolite, Some("lite"), 30_000),
            (&[("GITEA_REPO_NAME", "a"), ("GITEA_PUSHER_NAME", "tea")], Host::Gitea, Some("tea"), 30_000),
            (&[("BB_REPO_SLUG", "a"), ("BB_USER_NAME", "bit")], Host::Bitbucket, Some("bit"), 30_000),
            (&[("SOFT_SERVE_REPO_NAME", "a"), ("SOFT_SERVE_USERNAME", "s")], Host::SoftServe, Some("s"), 30_000),
            (&[("GERRIT_SITE", "/x")], Host::Gerrit, None, 25_000),
            (&[("REMOTE_USER", "web"), ("USER", "git")], Host::Bare, Some("web"), 30_000),
            (&[("USER", "git")], Host::Bare, None, 30_000),
            (&[("USER", "git"), ("SSH_CONNECTION", "1 2 3 4")], Host::Bare, Some("git"), 30_000),
            (&[("GIT_AUTHOR_NAME", "mallory"), ("GIT_COMMITTER_NAME", "mallory")], Host::Bare, None, 30_000),
        ] {
            let pusher = Pusher::from_lookup(lookup(pairs));
            assert_eq!(pusher.host, host);
            assert_eq!(pusher.identity.as_deref(), who.map(str::as_bytes), "{host}");
            assert_eq!(pusher.deadline_ms(), deadline, "{host}");
        }
    }

    #[test]
    fn options_are_all_there_or_an_error() {
        let two = &[("GIT_PUSH_OPTION_COUNT", "2"), ("GIT_PUSH_OPTION_0", "a"), ("GIT_PUSH_OPTION_1", "")];
        assert_eq!(push_options(lookup(two)), Ok(vec![b"a".to_vec(), Vec::new()]));
        assert_eq!(push_options(lookup(&[])), Ok(Vec::new()));
        for bad in ["3", "-1", "x", "99999999999999999999", "100000"] {
            let with = move |name: &str| match name {
                "GIT_PUSH_OPTION_COUNT" => Some(OsString::from(bad)),
                "GIT_PUSH_OPTION_0" => Some(OsString::from("a")),
                _ => None,
            };
            assert!(push_options(with).is_err(), "{bad}");
        }
    }
}
