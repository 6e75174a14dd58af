//! Every command that README and docs show: run in a prepared repository, one page after the other, each in its own.
//!
//! A fenced block of `sh` is run line by line, and each line must end as it says: `# exits 1` at its end, else with 0.
//! What cannot be run here says so, with its reason, in a comment before the block: `<!-- not run: reason -->`. A block
//! of `toml` whose first line is `# file: NAME` becomes that file. Commands in the middle of a sentence are only parsed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use clap::Parser as _;
use clap::error::ErrorKind;
use portcullis::cli::args::Cli;

use crate::support::Repo;
use crate::support::draw::Draw;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every page that people read, from the top of the project.
fn pages() -> Vec<PathBuf> {
    let mut pages: Vec<PathBuf> =
        ["README.md", "CONTRIBUTING.md", "hooks/README.md", "patterns/README.md", "benches/README.md"]
            .map(PathBuf::from)
            .to_vec();
    pages.extend(docs().into_iter().map(|name| Path::new("docs").join(name)));
    pages
}

/// The pages of the book.
fn docs() -> BTreeSet<String> {
    let names = fs::read_dir(root().join("docs")).expect("docs/");
    let names = names.map(|entry| entry.expect("listed").file_name().into_string().expect("UTF-8"));
    names.filter(|name| Path::new(name).extension().is_some_and(|end| end == "md") && name != "SUMMARY.md").collect()
}

fn read(page: &Path) -> String {
    fs::read_to_string(root().join(page)).unwrap_or_else(|error| panic!("{}: {error}", page.display()))
}

/// A fenced block.
struct Block {
    language: String,
    /// Why it is not run.
    excuse: Option<String>,
    line: usize,
    text: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let (mut open, mut excuse, mut indent) = (false, None, 0);
    for (at, line) in page.lines().enumerate() {
        let bare = line.trim_start();
        if let Some(language) = bare.strip_prefix("```") {
            if !open {
                indent = line.len() - bare.len();
                let (language, text) = (language.to_owned(), String::new());
                blocks.push(Block { language, excuse: excuse.take(), line: at + 1, text });
            }
            open = !open;
        } else if open {
            let block = blocks.last_mut().expect("one is open");
            block.text += line.get(indent..).unwrap_or_default();
            block.text += "\n";
        } else if let Some(reason) = bare.strip_prefix("<!-- not run: ") {
            excuse = Some(reason.trim_end_matches("-->").trim().to_owned());
        } else if !bare.is_empty() {
            excuse = None;
        }
    }
    assert!(!open, "a block is not closed");
    blocks
}

/// A repository as the pages take it for granted, with portcullis on the path.
fn prepared() -> Repo {
    let mut repo = Repo::init(&[]);
    let secret = |seed: u64| format!("import os\ngithub_token = \"{}\"\n", Draw(seed).token());
    let bin = Path::new(env!("CARGO_BIN_EXE_portcullis")).parent().expect("a directory");
    let path = std::env::var("PATH").expect("a path");
    repo.set_env("PATH", format!("{}:{path}", bin.display()));
    repo.stage("old.py", secret(9001));
    repo.commit("A key, by mistake");
    repo.stage("old.py", "import os\n");
    repo.stage("good.txt", "nothing of worth\n");
    repo.commit("Take it out");
    repo.ok("checkout -q -b bad");
    repo.stage("bad.py", secret(9002));
    repo.commit("Another");
    repo.ok("checkout -q -b good main");
    repo.stage("better.txt", "fine\n");
    repo.commit("Better");
    repo.ok("checkout -q main");
    repo.write("deploy/release.py", secret(9003));
    repo.write("build.log", format!("$ make\n\u{1b}[32m{}\u{1b}[0m", secret(9004)));
    repo.write("ci/scan.sh", fs::read(root().join("hooks/ci/scan.sh")).expect("the script"));
    let server = repo.beside("srv/git/a.git");
    fs::create_dir_all(&server).expect("a directory");
    repo.git(["init", "-q", "--bare", server.to_str().expect("UTF-8")]).text();
    // The server knows what main holds: it is no news to it.
    repo.git(["push", "-q", server.to_str().expect("UTF-8"), "main"]).text();
    repo
}

/// Runs the blocks of a page; says what was run.
fn run(page: &Path) -> usize {
    let blocks = blocks(&read(page));
    let wanted = |block: &&Block| block.language == "sh" && block.excuse.is_none();
    if blocks.iter().find(wanted).is_none() {
        return 0;
    }
    let repo = prepared();
    let mut ran = 0;
    for block in &blocks {
        let first = block.text.lines().next().unwrap_or_default();
        if let Some(name) = first.strip_prefix("# file: ") {
            repo.write(name, &block.text);
        }
        if !wanted(&block) {
            continue;
        }
        let text = block.text.replace("/srv/git/", &format!("{}/", repo.beside("srv/git").display()));
        for line in text.replace("\\\n", " ").lines().filter(|line| !line.trim().is_empty()) {
            let (command, code) = line.split_once("# exits ").unwrap_or((line, "0"));
            let code: i32 = code.trim().parse().expect("a status");
            let output = repo.command("sh").args(["-c", command]).stdin(Stdio::null()).output().expect("a shell");
            let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            assert_eq!(
                output.status.code(),
                Some(code),
                "{}, block at line {}: {command}\n{}{}",
                page.display(),
                block.line,
                said[0],
                said[1]
            );
            ran += 1;
        }
    }
    ran
}

#[test]
fn every_command_on_a_page_ends_as_the_page_says() {
    let ran: usize = pages().iter().map(|page| run(page)).sum();
    assert!(ran > 50, "{ran} commands were found");
}

/// So that nobody takes for run what is not.
#[test]
fn every_block_says_what_it_is_and_why_it_is_not_run() {
    for page in pages() {
        let text = read(&page);
        for block in blocks(&text) {
            let at = format!("{}:{}", page.display(), block.line);
            assert!(["sh", "text", "toml", "json", "yaml"].contains(&block.language.as_str()), "{at}: which language?");
            assert!(
                block.excuse.is_none_or(|reason| block.language == "sh" && reason.len() > 10),
                "{at}: which reason?"
            );
        }
        let mut open = false;
        for (at, line) in text.lines().enumerate() {
            open ^= line.trim_start().starts_with("```");
            let command = ["    portcullis ", "    git ", "    printf "].iter().any(|start| line.starts_with(start));
            assert!(open || !command, "{}:{}: a command outside of a block of sh", page.display(), at + 1);
        }
    }
}

/// Words as a shell would cut them; enough for what pages show.
fn words(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for c in command.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, ' ') => words.push(std::mem::take(&mut word)),
            (_, c) => word.push(c),
        }
    }
    words.push(word);
    words.into_iter().filter(|word| !word.is_empty()).collect()
}

#[test]
fn commands_in_sentences_name_what_there_is() {
    let mut seen = 0;
    for page in pages() {
        let text = read(&page);
        let prose = text.split("```").step_by(2).collect::<String>();
        for span in prose.split('`').skip(1).step_by(2).filter(|span| span.starts_with("portcullis ")) {
            let span = span.split_whitespace().collect::<Vec<_>>().join(" ");
            seen += 1;
            let Err(error) = Cli::try_parse_from(words(&span)) else { continue };
            let gone = matches!(error.kind(), ErrorKind::UnknownArgument | ErrorKind::InvalidSubcommand);
            assert!(!gone, "{}: `{span}`: {error}", page.display());
        }
    }
    assert!(seen > 20, "{seen}");
}

/// What a heading is called in links: lower case, dashes for blanks, no other signs.
fn slug(heading: &str) -> String {
    let kept = heading.trim_matches(['#', ' ']).to_lowercase();
    let kept = kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[test]
fn every_link_leads_somewhere() {
    let mut seen = 0;
    for page in pages().into_iter().chain([PathBuf::from("docs/SUMMARY.md")]) {
        let text = read(&page);
        let prose = text.split("```").step_by(2).collect::<String>();
        for target in prose.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if target.starts_with("http") {
                continue;
            }
            seen += 1;
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let path =
                if file.is_empty() { page.clone() } else { page.with_file_name("x").parent().unwrap().join(file) };
            assert!(root().join(&path).exists(), "{}: {target} leads nowhere", page.display());
            if !anchor.is_empty() {
                let headings = read(&path);
                let found = headings.lines().filter(|line| line.starts_with('#')).any(|line| slug(line) == anchor);
                assert!(found, "{}: {target}: there is no such heading", page.display());
            }
        }
    }
    assert!(seen > 60, "{seen}");
}

#[test]
fn the_book_has_every_page_once() {
    let summary = read(Path::new("docs/SUMMARY.md"));
    let named: Vec<&str> = summary.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    let once: BTreeSet<String> = named.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(named.len(), once.len(), "a page stands there twice");
    assert_eq!(once, docs());
    let book = read(Path::new("docs/book.toml"));
    assert!(book.contains("src = \".\"") && book.contains("create-missing = false"));
}
