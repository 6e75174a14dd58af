//! Holds files against the tables.

use std::fmt;

use super::read::{File, branches, is_name, name};
use super::table::{CRATES, EXCUSED, LONG_FILES, MAX_LINES, ONLY_IN_CLI, ROOMS, Room, UNSAFE, UNTOUCHED};

/// Something that is not as planned, and where.
pub(super) struct Violation {
    place: String,
    what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

fn at(file: &File, offset: usize, what: String) -> Violation {
    Violation { place: format!("{}:{}", file.path, file.line(offset)), what }
}

fn in_table(what: String) -> Violation {
    Violation { place: "tests/it/layering/table.rs".to_owned(), what }
}

fn planned(name: &str) -> Option<&'static Room> {
    ROOMS.iter().find(|room| room.name == name)
}

/// The library's files, tests taken out.
pub(super) struct House(Vec<File>);

impl House {
    pub(super) fn new(mut files: Vec<File>) -> Self {
        let mut tests = Vec::new();
        for file in &files {
            for test in &file.test_modules {
                tests.push([file.module(), vec![test]].concat().join("/"));
            }
        }
        let is_test = |file: &File| {
            let module = file.module().join("/");
            tests.iter().any(|test| module == *test || module.starts_with(&format!("{test}/")))
        };
        files.retain(|file| !is_test(file));
        Self(files)
    }

    pub(super) fn files(&self) -> &[File] {
        &self.0
    }

    /// All that is wrong, the plan's rooms that were never built included.
    pub(super) fn violations(&self) -> Vec<Violation> {
        let mut all = self.walls();
        for room in ROOMS {
            if !self.0.iter().any(|file| file.module().first() == Some(&room.name)) {
                all.push(in_table(format!("room `{}` is planned and not built", room.name)));
            }
        }
        for (path, word, _) in EXCUSED {
            if !self.0.iter().any(|file| file.path == *path && file.places(word).next().is_some()) {
                all.push(in_table(format!("{path} has no `{word}`: take its row out of EXCUSED")));
            }
        }
        for (path, _) in UNSAFE {
            if !self.0.iter().any(|file| file.path == *path && keyword(file, "unsafe").next().is_some()) {
                all.push(in_table(format!("{path} has no `unsafe`: take its row out of UNSAFE")));
            }
        }
        all
    }

    /// All that is wrong with the files.
    pub(super) fn walls(&self) -> Vec<Violation> {
        let mut all = Vec::new();
        for file in &self.0 {
            let module = file.module();
            let Some(&name) = module.first() else { continue };
            let Some(room) = planned(name) else {
                all.push(at(file, 0, format!("no room `{name}` is planned")));
                continue;
            };
            arrows(file, room, &mut all);
            crates(file, room, &mut all);
            untouched(file, room, &mut all);
            unsafe_code(file, &mut all);
            if room.name != "cli" {
                silent(file, room, &mut all);
            }
            if room.name == "git" {
                handed_out(file, &mut all);
            }
        }
        all
    }

    /// Dependencies without a row, rows without a dependency, and rooms that do not use what they may.
    pub(super) fn dependencies(&self, names: &[String]) -> Vec<Violation> {
        let mut all = Vec::new();
        for name in names.iter().filter(|name| CRATES.iter().all(|row| row.0 != name.as_str())) {
            all.push(in_table(format!("dependency `{name}` has no row")));
        }
        for (name, rooms, _) in CRATES.iter().filter(|row| names.iter().any(|name| name == row.0)) {
            let used = |room: Option<&str>| {
                self.0.iter().any(|file| {
                    room.is_none_or(|room| file.module().first() == Some(&room)) && named(file, name).next().is_some()
                })
            };
            if rooms.is_empty() && !used(None) {
                all.push(in_table(format!("dependency `{name}` is named by no file")));
            }
            for room in rooms.iter().filter(|room| !used(Some(room)) && !PROMISED.contains(&(*room, name))) {
                all.push(in_table(format!("`{name}` is named by no file of `{room}`")));
            }
        }
        all
    }
}

/// Rooms that are to use a crate, once built.
const PROMISED: &[(&str, &str)] = &[("config", "serde"), ("config", "toml"), ("policy", "ignore")];

fn arrows(file: &File, room: &Room, all: &mut Vec<Violation>) {
    for start in file.places("crate::") {
        for target in branches(&file.code[start + "crate::".len()..]) {
            let arrow = format!("{} -> {target}", room.name);
            match planned(target) {
                None => all.push(at(file, start, format!("no room `{target}` is planned ({arrow})"))),
                Some(_) if target == room.name || room.may.contains(&target) => {}
                Some(_) => all.push(at(file, start, format!("{arrow}: an arrow that is not in the table"))),
            }
        }
    }
    let depth = file.module().len();
    for start in file.places("super::") {
        let chain = file.code[start..].split("::").take_while(|part| *part == "super").count();
        if chain >= depth {
            all.push(at(file, start, "reaches the crate's root by `super`: write `crate::`".to_owned()));
        }
    }
}

/// Where a crate is named: as the first part of a path, or alone in a `use`.
fn named<'a>(file: &'a File, name: &'a str) -> impl Iterator<Item = usize> + 'a {
    file.places(name).filter(move |&start| {
        let (before, after) = (&file.code[..start], &file.code[start + name.len()..]);
        if before.trim_end_matches("::").ends_with(|c: char| c.is_ascii() && is_name(c as u8)) && before.ends_with("::")
            || before.ends_with('.')
            || after.as_bytes().first().is_some_and(|b| is_name(*b))
        {
            return false;
        }
        let path = after.starts_with("::") && !after.starts_with("::<");
        path || before.ends_with("use ") && (after.starts_with(';') || after.starts_with(" as "))
    })
}

fn crates(file: &File, room: &Room, all: &mut Vec<Violation>) {
    for (name, rooms, _) in CRATES.iter().filter(|row| !row.1.is_empty() && !row.1.contains(&room.name)) {
        for start in named(file, name) {
            all.push(at(file, start, format!("{} names `{name}`, which belongs to {}", room.name, rooms.join(", "))));
        }
    }
}

fn untouched(file: &File, room: &Room, all: &mut Vec<Violation>) {
    for (what, rooms) in UNTOUCHED.iter().filter(|row| row.1.is_empty() || row.1.contains(&room.name)) {
        for what in *what {
            let mut places: Vec<usize> = file.places(what).collect();
            if let Some(part) = what.strip_prefix("std::") {
                places.extend(
                    file.places("std::{").filter(|start| branches(&file.code[start + "std::".len()..]).contains(&part)),
                );
            }
            let who = if rooms.is_empty() { "nobody may" } else { "it may not" };
            all.extend(
                places.into_iter().map(|start| at(file, start, format!("{} touches `{what}`: {who}", room.name))),
            );
        }
    }
}

fn silent(file: &File, room: &Room, all: &mut Vec<Violation>) {
    let excused = |word: &str| EXCUSED.iter().any(|row| row.0 == file.path && row.1 == word);
    for word in ONLY_IN_CLI.iter().filter(|word| !excused(word)) {
        for start in file.places(word) {
            all.push(at(file, start, format!("{}: `{word}` stands outside cli/ and tests", room.name)));
        }
    }
}

fn keyword<'a>(file: &'a File, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    file.places(word).filter(move |start| file.code.as_bytes().get(start + word.len()).is_none_or(|b| !is_name(*b)))
}

fn unsafe_code(file: &File, all: &mut Vec<Violation>) {
    let planned = UNSAFE.iter().any(|row| row.0 == file.path);
    for start in keyword(file, "unsafe") {
        if !planned {
            all.push(at(file, start, "`unsafe` in a file that is not in the table".to_owned()));
        } else if !file.text.contains("// SAFETY: ") {
            all.push(at(file, start, "`unsafe` without `// SAFETY: `".to_owned()));
        }
    }
}

/// Types of `gix` in the signatures of public functions: none may leave the room.
fn handed_out(file: &File, all: &mut Vec<Violation>) {
    let mut types = vec!["gix"];
    for start in file.places("use gix") {
        let end = file.code[start..].find(';').map_or(file.code.len(), |end| start + end);
        if file.code[..start].ends_with("pub ") {
            all.push(at(file, start, "something of `gix` is handed on by `pub use`".to_owned()));
        }
        let words = file.code[start..end].split(|c: char| !c.is_alphanumeric() && c != '_');
        types.extend(words.filter(|word| word.starts_with(|c: char| c.is_ascii_uppercase())));
    }
    for start in file.places("pub fn ") {
        let end = file.code[start..].find(['{', ';']).map_or(file.code.len(), |end| start + end);
        let mut rest = &file.code[start..end];
        while let Some(from) = rest.find(|c: char| c.is_ascii() && is_name(c as u8)) {
            let word = name(&rest[from..]);
            if types.contains(&word) {
                all.push(at(file, start, format!("`gix` type `{word}` in a public signature")));
            }
            rest = &rest[from + word.len()..];
        }
    }
}

/// Files that are too long or silent, and reasons that are no longer needed.
pub(super) fn budgets(files: &[File]) -> Vec<Violation> {
    let mut all = Vec::new();
    for file in files {
        let lines = file.text.lines().count();
        let allowed = LONG_FILES.iter().find(|row| row.0 == file.path).map_or(MAX_LINES, |row| row.1);
        if lines > allowed {
            all.push(at(file, 0, format!("{lines} lines, {allowed} are allowed: split it by purpose")));
        }
        if allowed > MAX_LINES && lines <= MAX_LINES {
            all.push(in_table(format!("{} fits: take its row out of LONG_FILES", file.path)));
        }
        if !file.text.starts_with("//!") {
            all.push(at(file, 0, "does not begin with `//!`, which says what it owns".to_owned()));
        }
    }
    all
}

/// Rows of the plan that point up or sideways.
pub(super) fn plan() -> Vec<Violation> {
    let mut all = Vec::new();
    for room in ROOMS {
        for target in room.may {
            if planned(target).is_none_or(|target| target.layer >= room.layer) {
                all.push(in_table(format!("{} -> {target} does not point down", room.name)));
            }
        }
    }
    for name in CRATES.iter().flat_map(|row| row.1).filter(|name| planned(name).is_none()) {
        all.push(in_table(format!("no room `{name}` is planned")));
    }
    all
}
