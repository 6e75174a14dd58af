//! The hook managers themselves, at the versions that `tests/recipes/` names: installed once, below the directory
//! that cargo builds in, by the registries' ordinary clients.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// Where the programs are.
pub(super) struct Tools {
    /// The scripts of a Python environment: `pre-commit`, `prek`.
    pub(super) python: PathBuf,
    /// A `node_modules`: husky, lefthook, lint-staged.
    pub(super) node: PathBuf,
}

/// The programs, or why there are none.
fn installed() -> &'static Result<Tools, String> {
    static TOOLS: OnceLock<Result<Tools, String>> = OnceLock::new();
    TOOLS.get_or_init(|| {
        let pins = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recipes");
        let room = Path::new(env!("CARGO_TARGET_TMPDIR")).join("recipes");
        fs::create_dir_all(&room).map_err(|error| error.to_string())?;
        // Another test process may be at it.
        let lock = File::create(room.join("lock")).map_err(|error| error.to_string())?;
        lock.lock().map_err(|error| error.to_string())?;
        let mut wanted = fs::read_to_string(pins.join("requirements.txt")).expect("the pins");
        wanted += &fs::read_to_string(pins.join("package.json")).expect("the pins");
        let mark = room.join("installed");
        let tools = Tools { python: room.join("python/bin"), node: room.join("node/node_modules") };
        if fs::read_to_string(&mark).is_ok_and(|text| text == wanted) {
            return Ok(tools);
        }
        for part in ["python", "node"] {
            let _ = fs::remove_dir_all(room.join(part));
        }
        run(Command::new("python3").args(["-m", "venv"]).arg(room.join("python")))?;
        let mut pip = Command::new(room.join("python/bin/python"));
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]);
        run(pip.arg(pins.join("requirements.txt")))?;
        fs::create_dir_all(room.join("node")).map_err(|error| error.to_string())?;
        fs::copy(pins.join("package.json"), room.join("node/package.json")).map_err(|error| error.to_string())?;
        let mut npm = Command::new("npm");
        npm.args(["install", "--silent", "--no-fund", "--no-audit", "--ignore-scripts", "--no-package-lock"]);
        run(npm.current_dir(room.join("node")))?;
        fs::write(mark, wanted).map_err(|error| error.to_string())?;
        Ok(tools)
    })
}

fn run(command: &mut Command) -> Result<(), String> {
    let what = format!("{command:?}");
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("{what}: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.lines().last().unwrap_or_default();
    if output.status.success() { Ok(()) } else { Err(format!("{what}: {}: {last}", output.status)) }
}

/// The programs. Where they cannot be had, says so and gives none; with `PORTCULLIS_RECIPES=require` that is a
/// failure instead.
#[expect(clippy::print_stderr, reason = "says why it had nothing to do")]
pub(super) fn tools() -> Option<&'static Tools> {
    match installed() {
        Ok(tools) => Some(tools),
        Err(why) => {
            let words = format!("NOT RUN: the hook managers cannot be installed here, so no recipe was tried: {why}");
            assert!(std::env::var("PORTCULLIS_RECIPES").as_deref() != Ok("require"), "{words}");
            eprintln!("{words}");
            None
        }
    }
}
