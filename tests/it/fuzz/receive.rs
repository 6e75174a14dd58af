//! What a hostile push can bring to the gate on a server: lines, variables, options, objects. And its policy file.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use portcullis::config::host::{Pusher, push_options};
use portcullis::config::server;
use portcullis::engine::Engine;
use portcullis::git::{Env, HashKind, Known, Limits, Lines, Oid, Repo};
use portcullis::guard::receive::{self, Halt, Request};
use portcullis::model::Confidence;
use portcullis::policy::Policy;

use super::taker::Taker;

static ENGINE: LazyLock<Engine> = LazyLock::new(Engine::builtin);

/// Lines are taken whole or refused, and what was taken is what stood there.
pub(crate) fn input(data: &[u8]) {
    let mut take = Taker(data);
    let hash = if take.byte() % 2 == 0 { HashKind::Sha1 } else { HashKind::Sha256 };
    let lines = Lines { hash, most: 64 };
    if let Ok(commands) = lines.receive(take.0) {
        assert!(commands.len() <= 64);
        let mut again = Vec::new();
        for command in &commands {
            assert!(!command.name.iter().any(|b| *b <= b' ' || *b == 0x7f), "a name that no ref can have");
            again.extend(format!("{} {} ", command.old, command.new).as_bytes());
            again.extend(&command.name);
            again.push(b'\n');
        }
        assert!(again == take.0, "other lines than were given");
    }
    if let Ok(commands) = lines.push(take.0) {
        assert_eq!(commands.len(), take.0.split(|b| *b == b'\n').count() - 1);
    }
}

/// The names of variables that say something about a push.
const NAMES: &[&str] = &[
    "GITHUB_REPO_NAME",
    "GITHUB_USER_LOGIN",
    "GL_REPOSITORY",
    "GL_USERNAME",
    "GL_PROTOCOL",
    "GL_REPO",
    "GL_USER",
    "GITEA_REPO_NAME",
    "GITEA_PUSHER_NAME",
    "BB_REPO_SLUG",
    "BB_USER_NAME",
    "REMOTE_USER",
    "SSH_CONNECTION",
    "USER",
    "GIT_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_QUARANTINE_PATH",
    "GIT_SHALLOW_FILE",
];

fn variable(bytes: &[u8]) -> OsString {
    String::from_utf8_lossy(bytes).replace('\0', "").into()
}

/// Whatever the variables say, somebody is nobody or who they say.
pub(crate) fn environment(data: &[u8]) {
    let mut values = data.split(|b| *b == 0).map(variable);
    let set: Vec<(&str, Option<OsString>)> = NAMES.iter().map(|name| (*name, values.next())).collect();
    let lookup = |name: &str| set.iter().find(|(known, _)| *known == name).and_then(|(_, value)| value.clone());
    let pusher = Pusher::from_lookup(lookup);
    assert_eq!(pusher.identity.is_some(), pusher.source.is_some());
    if let (Some(name), Some(source)) = (&pusher.identity, pusher.source) {
        assert_eq!(lookup(source).unwrap_or_default().as_encoded_bytes(), name.as_slice());
    }
    assert!(matches!(pusher.deadline_ms(), 4_000 | 25_000 | 30_000));
    let env = Env::from_lookup(lookup);
    let list = lookup("GIT_ALTERNATE_OBJECT_DIRECTORIES").unwrap_or_default();
    assert!(env.alternates.len() <= list.len());
}

/// Options are all there, or refused.
pub(crate) fn options(data: &[u8]) {
    let mut parts = data.split(|b| *b == 0).map(variable);
    let count = parts.next();
    let options: Vec<OsString> = parts.collect();
    let read = push_options(|name| match name {
        "GIT_PUSH_OPTION_COUNT" => count.clone(),
        _ => name.strip_prefix("GIT_PUSH_OPTION_")?.parse().ok().and_then(|at: usize| options.get(at).cloned()),
    });
    if let Ok(read) = read {
        assert!(read.len() <= options.len());
        assert!(read.iter().zip(&options).all(|(read, given)| read == given.as_encoded_bytes()));
    }
}

/// A policy is understood whole, or every mistake has a place in it.
pub(crate) fn policy(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match server::parse(&text, "policy") {
        Ok(config) => {
            let settings = config.settings(Path::new("/srv/git/a.git"));
            assert!((1..=64).contains(&settings.threads) && settings.refs > 0 && settings.objects > 0);
            assert!(!settings.help.unwrap_or_default().chars().any(char::is_control));
        }
        Err(errors) => {
            assert!(!errors.problems.is_empty());
            let lines = text.split('\n').count();
            assert!(errors.problems.iter().all(|problem| (1..=lines).contains(&problem.line) && problem.column > 0));
        }
    }
}

/// A repository without anything in it, and a quarantine beside it. Gone when dropped.
struct Place(PathBuf);

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Place {
    fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let name = format!("portcullis-fuzz-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let place = Self(std::env::temp_dir().join(name));
        for dir in ["repo/refs", "repo/objects/pack", "quarantine/pack", "quarantine/ab"] {
            fs::create_dir_all(place.0.join(dir)).expect("a directory");
        }
        fs::write(place.0.join("repo/HEAD"), "ref: refs/heads/main\n").expect("a file");
        place
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.0.join("quarantine").join(name), bytes).expect("a file");
    }
}

/// A pack of these bytes with an index (version 1, which has no checksums) that names entries in it.
fn pack(place: &Place, take: &mut Taker<'_>, oids: &mut Vec<Oid>) {
    let count = usize::from(take.byte() % 8);
    let mut entries: Vec<([u8; 20], u32)> = Vec::new();
    for at in 0..count {
        let mut name = [0; 20];
        name[0] = take.byte();
        name[19] = at as u8;
        entries.push((name, 12 + u32::from(take.byte()) + 256 * u32::from(take.byte() % 4)));
    }
    entries.sort_unstable();
    let mut index = Vec::new();
    for first in 0..=255_u8 {
        let below = entries.iter().filter(|(name, _)| name[0] <= first).count() as u32;
        index.extend(below.to_be_bytes());
    }
    for (name, offset) in &entries {
        index.extend(offset.to_be_bytes());
        index.extend(name);
        oids.extend(Oid::from_bytes(name));
    }
    index.extend([0; 40]);
    let mut pack = b"PACK\0\0\0\x02".to_vec();
    pack.extend((count as u32).to_be_bytes());
    let length = take.below(2048);
    pack.extend(take.bytes(length));
    pack.extend([0; 20]);
    place.write("pack/pack-1.idx", &index);
    place.write("pack/pack-1.pack", &pack);
}

/// Whatever lies in a quarantine: it is looked at to its end, or refused. It never passes for looked at when an
/// object of it could not be read.
pub(crate) fn quarantine(data: &[u8]) {
    let mut take = Taker(data);
    let place = Place::new();
    let mut oids = Vec::new();
    let choice = take.byte();
    if choice & 1 != 0 {
        pack(&place, &mut take, &mut oids);
    }
    if choice & 2 != 0 {
        let name = format!("{:038x}", take.byte());
        oids.extend(Oid::from_hex(format!("ab{name}").as_bytes()));
        let length = take.below(1024);
        place.write(&format!("ab/{name}"), take.bytes(length));
    }
    if choice & 4 != 0 {
        let length = take.below(1024);
        place.write("pack/pack-2.idx", take.bytes(length));
        place.write("pack/pack-2.pack", take.0);
    }
    let env = Env {
        git_dir: Some(place.0.join("repo")),
        object_dir: Some(place.0.join("quarantine")),
        alternates: vec![place.0.join("repo/objects")],
        ..Env::default()
    };
    let repo = Repo::open(env, &place.0).expect("a repository");
    let (null, first) = ("0".repeat(40), oids.first().map_or_else(|| "1".repeat(40), ToString::to_string));
    let line = format!("{null} {first} refs/heads/x\n");
    let commands = Lines { hash: HashKind::Sha1, most: 1 }.receive(line.as_bytes()).expect("a line");
    let request = Request {
        commands: &commands,
        known: &Known::Refs,
        policy: &Policy { inline: false, ..Policy::default() },
        any: false,
        enough: 20,
        most_objects: 1000,
        limits: Limits { object: 1 << 20, small: 1 << 16, ancestors: 1 << 16, threads: std::num::NonZero::new(1) },
        bypass: &HashSet::new(),
    };
    let halt = Halt::new(64 << 20, Confidence::Medium);
    if let Ok(push) = receive::run(&repo, &ENGINE, &request, &halt) {
        assert!(!oids.is_empty(), "a tip that is nowhere");
        assert!(push.coverage.bytes <= 128 << 20);
        let told = format!("{push:?}");
        assert!(push.leaks.iter().all(|leak| {
            let secret = String::from_utf8_lossy(leak.finding.secret.expose());
            secret.len() < 16 || !told.contains(&*secret)
        }));
    }
}
