//! Turns `patterns/*.toml` into static data, so that nothing is parsed when portcullis starts, and a bad
//! rule fails the build at its file, line and column.
//!
//! The parser and lint are the library's own files, included by path: what the build accepts is what
//! `rules::load` accepts.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use prefilter::tables::{Entry, Index, Tables};
use rules::{Author, Placed, Problem, Rule, RuleErrors};

#[path = "src/model"]
#[expect(dead_code, unreachable_pub, reason = "the library's files, of which the build needs a part")]
mod model {
    pub mod check;
    pub mod level;
    pub mod named;
    pub use check::Check;
    pub use level::Severity;
}

#[path = "src/rules"]
#[expect(dead_code, unreachable_pub, reason = "the library's files, of which the build needs a part")]
mod rules {
    pub mod by_name;
    mod glance;
    mod lint;
    mod nfa;
    pub mod parse;
    mod problem;
    mod prove;
    mod rule;
    mod shape;
    mod syntax;
    pub mod template;
    pub use glance::Glance;
    pub use parse::{Author, Placed};
    pub use problem::{Problem, RuleErrors};
    pub use rule::{Anchor, Boundary, CONTEXT, Extend, Kind, LONG_REACH, Rule, Text};
}

#[path = "src/decode"]
#[expect(dead_code, unreachable_pub, reason = "the library's files, of which the build needs a part")]
mod decode {
    pub mod encode;
}

#[path = "src/engine/prefilter"]
#[expect(dead_code, unreachable_pub, reason = "the library's files, of which the build needs a part")]
mod prefilter {
    mod frequency;
    mod gates;
    mod layout;
    pub mod tables;
    mod units;
    mod windows;
}

/// Everything that what this script writes is made from. What of it is code is in the script itself as well; whether that
/// was built anew is asked too.
const INPUTS: &[&str] = &[
    "build.rs",
    "patterns",
    "src/rules",
    "src/model/check.rs",
    "src/model/level.rs",
    "src/model/named.rs",
    "src/decode/encode.rs",
    "src/engine/prefilter/frequency.rs",
    "src/engine/prefilter/gates.rs",
    "src/engine/prefilter/layout.rs",
    "src/engine/prefilter/triples.txt",
    "src/engine/prefilter/tables.rs",
    "src/engine/prefilter/units.rs",
    "src/engine/prefilter/windows.rs",
];

/// The table of providers that are known by name alone.
const BY_NAME: &str = "by_name.toml";

/// Everything that decides what is found, beside the rules: a clean ledger holds for these very bytes.
const FINDERS: &[&str] = &[
    "build.rs",
    "Cargo.lock",
    "patterns",
    "src/decode",
    "src/engine",
    "src/git/walk",
    "src/guard/feed.rs",
    "src/guard/history",
    "src/model",
    "src/rules",
    "src/score",
];

fn main() -> Result<(), Box<dyn Error>> {
    let mut print = Print::default();
    for finder in FINDERS {
        println!("cargo::rerun-if-changed={finder}");
        print.tree(Path::new(finder))?;
    }
    println!("cargo::rustc-env=PORTCULLIS_FINDERS={:016x}{:016x}", print.0[0], print.0[1]);
    // A change to what only finds (a signal's points, a decoder) costs the print above, and no proof of all the rules.
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    let (stamp, now) = (out.join("inputs"), inputs()?);
    if fs::read(&stamp).is_ok_and(|before| before == now) {
        return Ok(());
    }
    let _ = fs::remove_file(&stamp);
    let rules = match read_patterns(Path::new("patterns"))? {
        Ok(rules) => rules,
        Err(errors) => {
            for problem in &errors.0 {
                println!("cargo::error={}", problem.to_string().replace('\n', " "));
            }
            return Ok(());
        }
    };
    let table = Path::new("patterns").join(BY_NAME);
    let names = match rules::by_name::parse(&fs::read_to_string(&table)?, &table.to_string_lossy()) {
        Ok(names) => names,
        Err(errors) => {
            errors.0.iter().for_each(|problem| println!("cargo::error={}", problem.to_string().replace('\n', " ")));
            return Ok(());
        }
    };
    fs::write(out.join("builtin_rules.rs"), rules_source(&rules)?)?;
    fs::write(out.join("builtin_names.rs"), names_source(&names)?)?;
    fs::write(out.join("builtin_tables.rs"), tables_source(&Tables::new(&rules, 0))?)?;
    // Last, so that it stands for files that are whole.
    fs::write(stamp, now)?;
    Ok(())
}

/// What tells one state of the inputs, and of this script, from any other.
fn inputs() -> Result<Vec<u8>, Box<dyn Error>> {
    let mut print = Print::default();
    for input in INPUTS {
        print.tree(Path::new(input))?;
    }
    let script = env::current_exe()?;
    let built = fs::metadata(&script)?;
    Ok(format!("{:?} {} {} {:?}", print.0, script.display(), built.len(), built.modified()?).into_bytes())
}

/// Two FNV-1a hashes of files and their names: told apart are states of this program, which nobody forges.
struct Print([u64; 2]);

impl Default for Print {
    fn default() -> Self {
        Self([0xcbf2_9ce4_8422_2325, 0x9e37_79b9_7f4a_7c15])
    }
}

impl Print {
    fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.map(|hash| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3));
        }
    }

    fn tree(&mut self, path: &Path) -> Result<(), Box<dyn Error>> {
        if path.is_dir() {
            let mut inside =
                fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, Box<dyn Error>>>()?;
            inside.sort();
            return inside.iter().try_for_each(|path| self.tree(path));
        }
        // A package has no lock file until it is built.
        let Ok(bytes) = fs::read(path) else { return Ok(()) };
        self.bytes(path.to_string_lossy().replace('\\', "/").as_bytes());
        self.bytes(&(bytes.len() as u64).to_le_bytes());
        self.bytes(&bytes);
        Ok(())
    }
}

/// All rules of `patterns/*.toml`, in the order of the file names, or all that is wrong with them.
fn read_patterns(dir: &Path) -> Result<Result<Vec<Rule>, RuleErrors>, Box<dyn Error>> {
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(dir)? {
        files.push(entry?.path());
    }
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    files.retain(|file| file.file_name().is_none_or(|name| name != BY_NAME));
    files.sort();
    let (mut problems, mut all): (Vec<Problem>, Vec<(String, Placed)>) = (Vec::new(), Vec::new());
    for path in files {
        let file = path.to_str().ok_or("a pattern file's name is not UTF-8")?.replace('\\', "/");
        match rules::parse::parse(&fs::read_to_string(&path)?, &file, Author::House) {
            Ok(placed) => all.extend(placed.into_iter().map(|placed| (file.clone(), placed))),
            Err(errors) => problems.extend(errors.0),
        }
    }
    for (at, (file, (rule, place))) in all.iter().enumerate() {
        if let Some((other, _)) = all.iter().take(at).find(|(_, (other, _))| other.id == rule.id) {
            problems.push(rules::parse::duplicate(&rule.id, file, *place, other));
        }
    }
    if problems.is_empty() {
        return Ok(Ok(all.into_iter().map(|(_, (rule, _))| rule).collect()));
    }
    Ok(Err(RuleErrors(problems)))
}

/// Rust source of `BUILTIN`, an array of the rules as constants.
fn rules_source(rules: &[Rule]) -> Result<String, std::fmt::Error> {
    let mut source = String::new();
    let mut array = String::new();
    for (at, rule) in rules.iter().enumerate() {
        anchors_source(&mut source, at, rule)?;
        glance_source(&mut source, "", at, &rule.glance)?;
        let lists =
            [("FILES", &rule.files), ("REFS", &rule.references), ("YES", &rule.examples), ("NO", &rule.rejects)];
        for (name, list) in lists {
            write!(source, "static {name}_{at}: [Text; {}] = [", list.len())?;
            for text in list.iter() {
                write!(source, "Cow::Borrowed({text:?}), ")?;
            }
            writeln!(source, "];")?;
        }
        rule_source(&mut array, at, rule)?;
    }
    writeln!(source, "pub(super) static BUILTIN: [Rule; {}] = [\n{array}];", rules.len())?;
    Ok(source)
}

/// The statics of a [`rules::Glance`].
fn glance_source(source: &mut String, of: &str, at: usize, glance: &rules::Glance) -> std::fmt::Result {
    let rules::Glance { classes, cells } = glance;
    writeln!(source, "static {of}CLASSES_{at}: [u8; {}] = {classes:?};", classes.len())?;
    writeln!(source, "static {of}CELLS_{at}: [u16; {}] = {cells:?};", cells.len())
}

/// An expression that is a [`rules::Glance`] of such statics.
fn glance_value(of: &str, at: usize) -> String {
    format!(
        "crate::rules::Glance {{ classes: Cow::Borrowed(&{of}CLASSES_{at}), cells: Cow::Borrowed(&{of}CELLS_{at}) }}"
    )
}

fn anchors_source(source: &mut String, at: usize, rule: &Rule) -> std::fmt::Result {
    writeln!(source, "static ANCHORS_{at}: [Anchor; {}] = [", rule.anchors.len())?;
    for anchor in rule.anchors.iter() {
        let (fold, min, max) = (anchor.fold, anchor.lead_min, anchor.lead_max);
        let literal = anchor.literal.escape_ascii();
        writeln!(
            source,
            "    Anchor {{ literal: Cow::Borrowed(b\"{literal}\"), fold: {fold}, lead_min: {min}, lead_max: {max} }},"
        )?;
    }
    writeln!(source, "];")
}

fn rule_source(source: &mut String, at: usize, rule: &Rule) -> std::fmt::Result {
    let extend = rule.extend.map_or("None".to_owned(), |extend| format!("Some(super::Extend::{extend:?})"));
    let check = rule.check.map_or("None".to_owned(), |check| format!("Some(crate::model::Check::{check:?})"));
    writeln!(source, "    Rule {{")?;
    let texts = [
        ("id", &rule.id),
        ("title", &rule.title),
        ("provider", &rule.provider),
        ("regex", &rule.regex),
        ("revoke", &rule.revoke),
        ("revoke_url", &rule.revoke_url),
    ];
    for (name, text) in texts {
        writeln!(source, "        {name}: Cow::Borrowed({text:?}),")?;
    }
    writeln!(source, "        severity: Severity::{:?}, kind: Kind::{:?},", rule.severity, rule.kind)?;
    writeln!(source, "        max_len: {}, group: {}, min_entropy: {},", rule.max_len, rule.group, rule.min_entropy)?;
    writeln!(source, "        left: Boundary::{:?}, right: Boundary::{:?},", rule.left, rule.right)?;
    writeln!(source, "        extend: {extend}, check: {check},")?;
    writeln!(source, "        glance: {},", glance_value("", at))?;
    let lists =
        [("anchors", "ANCHORS"), ("files", "FILES"), ("references", "REFS"), ("examples", "YES"), ("rejects", "NO")];
    for (field, name) in lists {
        writeln!(source, "        {field}: Cow::Borrowed(&{name}_{at}),")?;
    }
    writeln!(source, "    }},")
}

/// Rust source of `BY_NAME`, the providers that are known by name alone.
fn names_source(names: &[rules::by_name::Named]) -> Result<String, std::fmt::Error> {
    let mut source = format!(
        "/// The built-in providers that are known by name alone, sorted by stem.\npub static BY_NAME: [Named; {}] = [\n",
        names.len()
    );
    for rules::by_name::Named { stem, name, charset, least, most } in names {
        writeln!(
            source,
            "Named {{ stem: Cow::Borrowed({stem:?}), name: Cow::Borrowed({name:?}), charset: Charset::{charset:?}, least: {least}, \
             most: {most} }},"
        )?;
    }
    writeln!(source, "];")?;
    Ok(source)
}

/// Rust source of `TABLES`, the prefilter's tables of the built-in rules.
fn tables_source(tables: &Tables) -> Result<String, std::fmt::Error> {
    let mut source = String::new();
    for (name, index) in [("OPEN", &tables.open), ("BASE64", &tables.base64), ("HEX", &tables.hex)] {
        index_source(&mut source, name, index)?;
    }
    writeln!(source, "static PAIRS: [u32; {}] = {:?};", tables.pairs.len(), tables.pairs)?;
    writeln!(source, "static SECONDS: [u64; {}] = {:?};", tables.seconds.len(), tables.seconds)?;
    writeln!(source, "static BASE64_PAIRS: [u32; {}] = {:?};", tables.base64_pairs.len(), tables.base64_pairs)?;
    writeln!(source, "static NEEDLES: [Needle; {}] = [", tables.needles.len())?;
    for needle in tables.needles.iter() {
        let (literal, len, fold, [outer, inner]) = (needle.literal, needle.len, needle.fold, needle.forms);
        let (inner_len, anchor_len) = (needle.inner_len, needle.anchor_len);
        let (targets, target_count, gate) = (needle.targets, needle.target_count, needle.gate);
        writeln!(
            source,
            "Needle {{ literal: {literal}, len: {len}, fold: {fold}, forms: [Form::{outer:?}, Form::{inner:?}], inner_len: \
             {inner_len}, anchor_len: {anchor_len}, targets: {targets}, target_count: {target_count}, gate: {gate:?} }},"
        )?;
    }
    writeln!(source, "];\nstatic TARGETS: [Target; {}] = [", tables.targets.len())?;
    for target in tables.targets.iter() {
        writeln!(source, "Target {{ rule: {}, anchor: {} }},", target.rule, target.anchor)?;
    }
    writeln!(source, "];\nstatic LITERALS: [u8; {}] = {:?};", tables.literals.len(), tables.literals)?;
    for (at, gate) in tables.gates.iter().enumerate() {
        glance_source(&mut source, "GATE_", at, gate)?;
    }
    writeln!(source, "static GATES: [Glance; {}] = [", tables.gates.len())?;
    for at in 0..tables.gates.len() {
        writeln!(source, "{},", glance_value("GATE_", at))?;
    }
    writeln!(source, "];")?;
    writeln!(
        source,
        "pub(super) static TABLES: Tables = Tables {{ pairs: Cow::Borrowed(&PAIRS), seconds: Cow::Borrowed(&SECONDS), open: OPEN,"
    )?;
    writeln!(
        source,
        "base64_pairs: Cow::Borrowed(&BASE64_PAIRS), base64: BASE64, hex: HEX, needles: Cow::Borrowed(&NEEDLES), targets: Cow::Borrowed(&TARGETS), literals: Cow::Borrowed(&LITERALS), gates: Cow::Borrowed(&GATES) }};"
    )?;
    Ok(source)
}

fn index_source(source: &mut String, name: &str, index: &Index) -> std::fmt::Result {
    writeln!(source, "static {name}_FILTER: [u32; {}] = {:?};", index.filter.len(), index.filter)?;
    writeln!(source, "static {name}_BUCKETS: [u32; {}] = {:?};", index.buckets.len(), index.buckets)?;
    writeln!(source, "static {name}_ENTRIES: [Entry; {}] = [", index.entries.len())?;
    for entry in index.entries.iter() {
        let Entry { key, needle, offset, sides } = entry;
        writeln!(source, "Entry {{ key: {key}, needle: {needle}, offset: {offset}, sides: {sides:?} }},")?;
    }
    writeln!(source, "];\nconst {name}: Index = Index {{ filter: Cow::Borrowed(&{name}_FILTER),")?;
    writeln!(source, "buckets: Cow::Borrowed(&{name}_BUCKETS), entries: Cow::Borrowed(&{name}_ENTRIES) }};")
}
