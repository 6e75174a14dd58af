//! From the server's configuration to what a gate goes by.

use std::collections::HashSet;
use std::env;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::cli::accepted;
use crate::cli::failure::{Failure, Shown};
use crate::cli::plan;
use crate::config::host::{Pusher, push_options};
use crate::config::server::{self, ServerConfig, Settings, TrustRepo};
use crate::engine::Engine;
use crate::git::Repo;
use crate::model::Fingerprint;
use crate::policy::{Baseline, Key, Policy};
use crate::rules::RuleSet;

/// Where the configuration is, unless said otherwise.
pub(in crate::cli) const DEFAULT: &str = "/etc/portcullis/server.toml";
/// The variable that says otherwise.
pub(super) const VARIABLE: &str = "PORTCULLIS_SERVER_CONFIG";

/// Reads the server's configuration: the file named by flag, by the environment, or the default one if it is there.
///
/// # Errors
/// If it cannot be read, or anything in it is wrong.
pub(in crate::cli) fn read(named: Option<&Path>) -> Result<(ServerConfig, Option<PathBuf>), Failure> {
    let from_env = || env::var_os(VARIABLE).filter(|name| !name.is_empty()).map(PathBuf::from);
    let named = named.map(Path::to_path_buf).or_else(from_env);
    let path = named.clone().unwrap_or_else(|| PathBuf::from(DEFAULT));
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if named.is_none() && matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok((ServerConfig::default(), None));
        }
        Err(error) => {
            return Err(Failure::because(format_args!("cannot read the server's policy `{}`", path.shown()), &error));
        }
    };
    let config = server::parse(&text, &path.shown())
        .map_err(|errors| Failure::because("the server's policy makes no sense", &errors))?;
    Ok((config, Some(path)))
}

/// The engine and policy that the settings ask for, and what of the baselines does not hold (any more).
///
/// # Errors
/// If a file they name cannot be read or is broken.
pub(in crate::cli) fn settle(settings: &Settings, repo: &Repo) -> Result<(Engine, Policy, Vec<String>), Failure> {
    let Named { rules, key, mut baseline, mut notes } = named(settings)?;
    let engine = Engine::new(rules);
    if settings.trust_repo_config == TrustRepo::DefaultBranch {
        let own = repo
            .head_blob(plan::BASELINE.as_bytes())
            .map_err(|error| Failure::because("cannot read the default branch's baseline", &error))?;
        if let Some(own) = own {
            let whose = "the default branch's";
            let own = accepted::parse(&own, format_args!("{whose} baseline"))?;
            if own.is_of(&key) {
                let (own, more) = plan::heed(own, whose, &key)?;
                baseline = baseline.and(own);
                notes.extend(more);
            } else {
                // An error would reject every push, also the one that mends it.
                notes
                    .push(format!("{whose} baseline was made with another key than the server's: nothing in it holds"));
            }
        }
    }
    let policy = Policy {
        threshold: settings.min_confidence,
        inline: settings.inline_allows,
        baseline,
        key,
        ..Policy::default()
    };
    Ok((engine, policy, notes))
}

/// What the files say that a server's policy names.
pub(in crate::cli) struct Named {
    rules: RuleSet,
    key: Key,
    baseline: Baseline,
    /// What of the baseline does not hold (any more).
    notes: Vec<String>,
}

/// Reads the files that the settings name.
///
/// # Errors
/// If one cannot be read or is broken.
pub(in crate::cli) fn named(settings: &Settings) -> Result<Named, Failure> {
    let rules = plan::rules(&settings.rules)?;
    let key = plan::fingerprint_key(settings.key_file.as_deref())?;
    let baseline = match &settings.baseline {
        None => Baseline::default(),
        Some(file) => plan::baseline(Some(file), Path::new("/"))?,
    };
    let (baseline, notes) = plan::heed(baseline, "the server's", &key)?;
    Ok(Named { rules, key, baseline, notes })
}

/// What the push's options ask for.
#[derive(Debug, Default)]
pub(super) struct Bypass {
    /// The credentials that are let through.
    pub(super) allowed: HashSet<Fingerprint>,
    /// The reason given.
    pub(super) reason: String,
    /// Why what was asked for is not granted.
    pub(super) denied: Option<String>,
}

impl Bypass {
    /// Reads the options `portcullis.allow=<fingerprint>` and `portcullis.reason=<text>`. Granted is all or nothing.
    ///
    /// # Errors
    /// If the environment's options make no sense.
    pub(super) fn read(settings: &Settings, pusher: &Pusher) -> Result<Self, Failure> {
        let options = push_options(|name| env::var_os(name)).map_err(|words| {
            Failure::new(format_args!("what git says of the push's options makes no sense: {words}"))
        })?;
        let mut bypass = Self::default();
        let mut asked = false;
        for option in &options {
            if let Some(print) = option.strip_prefix(b"portcullis.allow=") {
                asked = true;
                let text = std::str::from_utf8(print).ok();
                match text.and_then(|text| Fingerprint::parse(&text.trim().to_ascii_lowercase())) {
                    Some(print) => drop(bypass.allowed.insert(print)),
                    None => bypass.denied = Some("portcullis.allow= takes an id as shown: 32 hex digits".to_owned()),
                }
            } else if let Some(reason) = option.strip_prefix(b"portcullis.reason=") {
                String::from_utf8_lossy(reason).trim().clone_into(&mut bypass.reason);
            }
        }
        if !asked {
            return Ok(bypass);
        }
        let name = pusher.identity.as_deref().and_then(|name| std::str::from_utf8(name).ok());
        let denied = match (&settings.bypass, name) {
            (None, _) => Some("this server has no bypass; the push option is not heeded"),
            (Some(_), None) => Some("the host does not say who you are, so the push option is not heeded"),
            (Some(who), Some(name)) if !who.contains(name) => {
                Some("you are not among those who may use portcullis.allow")
            }
            (Some(_), Some(_)) if bypass.reason.is_empty() => Some("portcullis.allow needs a portcullis.reason too"),
            _ => None,
        };
        bypass.denied = denied.map(str::to_owned).or(bypass.denied);
        if bypass.denied.is_some() {
            bypass.allowed.clear();
        }
        Ok(bypass)
    }
}
