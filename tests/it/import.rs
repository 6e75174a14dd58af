//! `import`: what other scanners' files accept, by the real binary, on real files and repositories.

mod formats;
mod mistakes;

use std::fs;

use crate::scan::sandbox::{Ran, Sandbox, token};

/// A work tree with a credential in each of `src/a`, `src/b` and `tests/c`, on the second line.
fn project() -> Sandbox {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path(".git")).unwrap();
    for (name, seed) in [("src/a", 1), ("src/b", 2), ("tests/c", 3)] {
        sandbox.leak(name, seed);
    }
    sandbox
}

/// The paths of what counts.
fn blocked(sandbox: &Sandbox) -> Vec<String> {
    let lines = sandbox.run(&["scan", "--format", "jsonl"]).lines();
    let counts = lines.iter().filter(|line| line["verdict"] == "block");
    counts.map(|line| line["path"].as_str().unwrap_or_default().to_owned()).collect()
}

fn import(sandbox: &Sandbox) -> Ran {
    let ran = sandbox.run(&["import"]).exits(0);
    for seed in 1..4 {
        let told = ran.stdout() + &ran.stderr();
        assert!(!told.contains(&token(seed)[8..]), "{told}");
        for name in [".portcullis.toml", ".portcullis.baseline"] {
            let text = fs::read_to_string(sandbox.path(name)).unwrap_or_default();
            assert!(!text.contains(&token(seed)[8..]), "{text}");
        }
    }
    ran
}

fn read(sandbox: &Sandbox, name: &str) -> String {
    fs::read_to_string(sandbox.path(name)).unwrap_or_default()
}

#[test]
fn a_dry_run_writes_nothing_and_a_second_run_changes_nothing() {
    let sandbox = project();
    sandbox.write(".secretsignore", "tests/\n[secrets]\n");
    sandbox.write(".gitleaksignore", "src/a:some-rule:2\n");
    let told = sandbox.run(&["import", "--dry-run"]).exits(0).stdout();
    assert!(
        told.contains("src/a:2") && told.contains("path: tests/") && told.contains("2 carried over, 0 not"),
        "{told}"
    );
    assert!(!sandbox.path(".portcullis.toml").exists() && !sandbox.path(".portcullis.baseline").exists());
    import(&sandbox);
    assert_eq!(blocked(&sandbox), ["src/b"]);
    let (config, baseline) = (read(&sandbox, ".portcullis.toml"), read(&sandbox, ".portcullis.baseline"));
    assert!(config.contains("# from .secretsignore:1\n[[allow]]\npaths = [\"tests/\"]\n"), "{config}");
    assert!(
        baseline.starts_with("# portcullis key ") && baseline.contains("  # accepted in .gitleaksignore\n"),
        "{baseline}"
    );
    assert!(import(&sandbox).stdout().contains("is there already"));
    assert_eq!((read(&sandbox, ".portcullis.toml"), read(&sandbox, ".portcullis.baseline")), (config, baseline));
}

#[test]
fn what_stands_in_our_files_stays() {
    let sandbox = project();
    let ours = "# ours\nmin_confidence   = \"high\"\n\n[[allow]]\npaths = [ \"docs/\" ] # odd\nreason = 'x'\n";
    sandbox.write(".portcullis.toml", ours);
    let zero = "0".repeat(32);
    sandbox.write(".portcullis.baseline", format!("# mine\n{zero} # why\n"));
    sandbox.write(".secretsignore", "tests/\ndocs/\n");
    sandbox.write(".gitleaksignore", "src/a:some-rule:2\n");
    import(&sandbox);
    let config = read(&sandbox, ".portcullis.toml");
    assert!(config.starts_with(ours) && config.matches("docs/").count() == 1, "{config}");
    assert!(read(&sandbox, ".portcullis.baseline").starts_with(&format!("# mine\n{zero} # why\n")));
    assert_eq!(blocked(&sandbox), ["src/b"]);
}
