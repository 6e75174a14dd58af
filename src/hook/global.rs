//! Hooks for all of a user's repositories.
//!
//! Three ways, the best that works: a git that runs hooks named in its configuration gets them there, and
//! no repository can shadow them by accident. Where a directory of hooks for all repositories is set
//! already, they go into that. Else they go into the template that new repositories are made from. We set no
//! `core.hooksPath` ourselves: it would switch off every hook that repositories have of their own.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use super::ask::{Git, Version};
use super::error::HookError;
use super::install::{self, Step};
use super::{HOOKS, Hook, script};

/// What a new repository's `info/exclude` says: ours replaces git's own template, which has one.
const EXCLUDE: &str = "# Files that git leaves alone in this repository only; see `git help ignore`.\n";

/// Where hooks for all repositories were put, or taken from.
#[derive(Clone, Debug)]
pub enum Way {
    /// Into git's configuration, as hooks of these names.
    Configured(Vec<String>),
    /// Into the directory that `core.hooksPath` names.
    HooksPath(Vec<Step>),
    /// Into the template for new repositories.
    Template {
        /// The template.
        dir: PathBuf,
        /// What was done there.
        steps: Vec<Step>,
        /// Whether `init.templateDir` was set, or unset, as well.
        setting_changed: bool,
    },
}

/// Installs the hooks for all repositories, for the program at `guard`.
///
/// # Errors
/// If git's configuration or the files cannot be written.
pub fn install(git: &Git, guard: &Path, force: bool) -> Result<Way, HookError> {
    if git.version()? >= Version::CONFIGURED_HOOKS {
        return configure(git, guard).map(Way::Configured);
    }
    if let Some(dir) = git.path_setting(&["--global", "--get", "core.hooksPath"])? {
        if dir.exists() && !dir.is_dir() {
            return Err(HookError::NoDirectory(dir));
        }
        return Ok(Way::HooksPath(install::install(&dir, guard, force)?));
    }
    let set = template(git)?;
    let dir = set.clone().map_or_else(own_template, Ok)?;
    if set.is_none() {
        let info = dir.join("info");
        fs::create_dir_all(&info).map_err(HookError::io("make the directory", &info))?;
        let exclude = info.join("exclude");
        fs::write(&exclude, EXCLUDE).map_err(HookError::io("write", &exclude))?;
    }
    let steps = install::install(&dir.join("hooks"), guard, force)?;
    if set.is_none() {
        git.run(&[OsStr::new("config"), "--global".as_ref(), "init.templateDir".as_ref(), dir.as_os_str()])?;
    }
    Ok(Way::Template { dir, steps, setting_changed: set.is_none() })
}

/// Takes the hooks for all repositories away, wherever an install may have put them: git may have been
/// upgraded since.
///
/// # Errors
/// As [`install()`].
pub fn uninstall(git: &Git, force: bool) -> Result<Vec<Way>, HookError> {
    let mut ways = Vec::new();
    let named: Vec<String> = HOOKS.iter().map(section).collect();
    let mut gone = Vec::new();
    for name in named {
        if git.setting(&["--global", "--get-regexp", &format!("^{}\\.", name.replace('.', "\\."))])?.is_some() {
            git.run(&["config", "--global", "--remove-section", &name])?;
            gone.push(name);
        }
    }
    if !gone.is_empty() {
        ways.push(Way::Configured(gone));
    }
    if let Some(dir) = git.path_setting(&["--global", "--get", "core.hooksPath"])? {
        ways.push(Way::HooksPath(install::uninstall(&dir, force)?));
    }
    if let Some(dir) = template(git)? {
        let steps = install::uninstall(&dir.join("hooks"), force)?;
        let ours = own_template().is_ok_and(|own| own == dir);
        if ours {
            git.run(&["config", "--global", "--unset", "init.templateDir"])?;
            // Only what we made: a directory that holds anything else stays.
            let _ = fs::remove_file(dir.join("info/exclude"));
            for part in ["info", "hooks", ""] {
                let _ = fs::remove_dir(dir.join(part));
            }
        }
        ways.push(Way::Template { dir, steps, setting_changed: ours });
    }
    Ok(ways)
}

/// Whether git's configuration runs this gate by itself.
pub(super) fn is_configured(git: &Git, hook: &Hook) -> Result<bool, HookError> {
    if git.version()? < Version::CONFIGURED_HOOKS {
        return Ok(false);
    }
    Ok(git.setting(&["--get", &format!("{}.command", section(hook))])?.is_some())
}

fn configure(git: &Git, guard: &Path) -> Result<Vec<String>, HookError> {
    HOOKS
        .iter()
        .map(|hook| {
            let section = section(hook);
            set(git, &format!("{section}.event"), hook.name.as_bytes())?;
            set(git, &format!("{section}.command"), &script::command(hook, guard))?;
            Ok(section)
        })
        .collect()
}

fn set(git: &Git, key: &str, value: &[u8]) -> Result<(), HookError> {
    let value: OsString = script::path(value).into_os_string();
    let args: [&OsStr; 5] = ["config".as_ref(), "--global".as_ref(), "--replace-all".as_ref(), key.as_ref(), &value];
    git.run(&args).map(drop)
}

/// The section of a configured hook. Its name must not be that of an event.
fn section(hook: &Hook) -> String {
    format!("hook.portcullis-{}", hook.name)
}

fn template(git: &Git) -> Result<Option<PathBuf>, HookError> {
    git.path_setting(&["--global", "--get", "init.templateDir"])
}

/// Where our own template is, or would be.
fn own_template() -> Result<PathBuf, HookError> {
    let data = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from).filter(|dir| dir.is_absolute());
    let data = data.or_else(|| Some(std::env::home_dir()?.join(".local/share")));
    Ok(data.ok_or(HookError::NoHome)?.join("portcullis/git-template"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Git older than the one that runs configured hooks must at least keep them as they were written.
    #[test]
    fn configured_commands_go_through_git_and_the_shell_as_they_are() {
        let home = tempfile::tempdir().unwrap();
        let guard = home.path().join("it's a \"dir\"/x");
        fs::create_dir_all(&guard).unwrap();
        let guard = guard.join("portcullis");
        let config = home.path().join("config");
        fs::write(&config, "").unwrap();
        let refs = home.path().join("refs");
        fs::write(&refs, "one ref\ntwo refs\n").unwrap();
        for hook in HOOKS {
            let command = script::command(hook, &guard);
            let run = |args: &[&OsStr]| {
                let out = std::process::Command::new("git").arg("config").arg("-f").arg(&config).args(args).output();
                out.unwrap().stdout
            };
            let command_text = script::path(&command);
            run(&["a.command".as_ref(), command_text.as_os_str()]);
            let back = run(&["-z".as_ref(), "a.command".as_ref()]);
            assert_eq!(back, [&command[..], b"\0"].concat());
            // As git runs it: `sh -c '<command> "$@"' <command> <arguments>`.
            let line = [&command[..], br#" "$@""#].concat();
            let run = |path: &str| {
                std::process::Command::new("/bin/sh")
                    .arg("-c")
                    .arg(script::path(&line))
                    .args(["x", "message file"])
                    .env("PATH", path)
                    .stdin(fs::File::open(&refs).unwrap())
                    .output()
                    .unwrap()
            };
            let missing = run("/nowhere");
            assert_eq!(missing.status.code(), Some(2));
            assert_eq!(String::from_utf8_lossy(&missing.stderr).lines().count(), 1);
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt as _;
                fs::write(&guard, "#!/bin/sh\necho \"$#:$1:$2\"; read -r ref; echo \"$ref\"; exit 7\n").unwrap();
                fs::set_permissions(&guard, fs::Permissions::from_mode(0o755)).unwrap();
                let ran = run("/nowhere");
                assert_eq!(ran.status.code(), Some(7));
                assert_eq!(ran.stdout, format!("2:{}:message file\none ref\n", hook.gate).as_bytes());
                fs::remove_file(&guard).unwrap();
            }
        }
    }
}
