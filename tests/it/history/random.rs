//! Random histories, held to sets worked out the slow way.

use std::collections::{BTreeMap, BTreeSet};

use super::{gone, live, run};
use crate::support::Repo;
use crate::support::draw::Draw;

/// What the test knows of a commit it made.
struct Made {
    id: String,
    parents: Vec<usize>,
    /// Which tokens its tree holds.
    holds: BTreeSet<usize>,
}

const TOKENS: usize = 3;

fn history(seed: u64, repo: &Repo, tokens: &[String]) -> Vec<Made> {
    let mut draw = Draw(seed);
    let mut made: Vec<Made> = Vec::new();
    for at in 0..18_usize {
        let count = if at == 0 || draw.below(9) == 0 { 0 } else { [1, 1, 1, 2, 2, 3][draw.below(6)] };
        let mut parents: Vec<usize> = (0..count).map(|_| at - 1 - draw.below(at.min(4))).collect();
        parents.sort_unstable();
        parents.dedup();
        let mut holds: BTreeSet<usize> = parents.iter().flat_map(|p| made[*p].holds.clone()).collect();
        for token in 0..TOKENS {
            match draw.below(5) {
                0 => drop(holds.insert(token)),
                1 => drop(holds.remove(&token)),
                _ => {}
            }
        }
        let mut tree =
            format!("100644 blob {}\tz\n", repo.feed("hash-object -w --stdin", format!("{at}\n").as_bytes()));
        for token in &holds {
            let text = format!("{}{}\n", "\n".repeat(draw.below(3)), tokens[*token]);
            let blob = repo.feed("hash-object -w --stdin", text.as_bytes());
            tree.push_str(&format!("100644 blob {blob}\tf{}{token}\n", draw.below(3)));
        }
        let tree = repo.feed("mktree", tree.as_bytes());
        let mut args = vec!["commit-tree".to_owned(), "-m".to_owned(), format!("c{at}"), tree];
        for parent in &parents {
            args.extend(["-p".to_owned(), made[*parent].id.clone()]);
        }
        made.push(Made { id: repo.git(&args).text(), parents, holds });
    }
    made
}

fn ancestors(made: &[Made], tip: usize) -> BTreeSet<usize> {
    let (mut all, mut left) = (BTreeSet::new(), vec![tip]);
    while let Some(at) = left.pop() {
        if all.insert(at) {
            left.extend(&made[at].parents);
        }
    }
    all
}

fn check(seed: u64) {
    let repo = Repo::init(&[]);
    let tokens: Vec<String> = (0..TOKENS).map(|at| Draw(1000 + at as u64).token()).collect();
    let made = history(seed, &repo, &tokens);
    let mut draw = Draw(seed + 1);
    let tips: BTreeSet<usize> = (0..6).map(|_| draw.below(made.len())).collect();
    for tip in &tips {
        repo.git(["update-ref", &format!("refs/heads/t{tip}"), &made[*tip].id]).text();
    }
    let reached: BTreeSet<usize> = tips.iter().flat_map(|tip| ancestors(&made, *tip)).collect();
    let any = reached.iter().any(|at| !made[*at].holds.is_empty());
    let (lives, _) = run(&repo, &["--show-secrets"], i32::from(any));
    let by_secret: BTreeMap<&str, _> = lives.iter().map(|life| (life["secret"].as_str().unwrap(), life)).collect();
    for (token, text) in tokens.iter().enumerate() {
        let holds = |at: usize| made[at].holds.contains(&token);
        let holders = reached.iter().filter(|at| holds(**at)).count();
        let Some(life) = by_secret.get(text.as_str()) else {
            assert_eq!(holders, 0, "seed {seed}: token {token} is not told");
            continue;
        };
        assert_eq!(life["commits"], holders, "seed {seed}");
        let news = reached.iter().filter(|at| holds(**at) && !made[**at].parents.iter().any(|p| holds(*p)));
        let news: BTreeSet<&str> = news.map(|at| made[*at].id.as_str()).collect();
        let told = life["introduced"].as_array().unwrap().iter().map(|one| one["commit"]["id"].as_str().unwrap());
        assert_eq!(told.collect::<BTreeSet<_>>(), news, "seed {seed}");
        let name = |tip: &usize| format!("refs/heads/t{tip}");
        let expected: BTreeSet<String> = tips.iter().filter(|tip| holds(**tip)).map(name).collect();
        assert_eq!(live(life).into_iter().collect::<BTreeSet<_>>(), expected, "seed {seed}");
        let ever = |at: usize| ancestors(&made, at).into_iter().any(holds);
        let lost: BTreeSet<String> = tips.iter().filter(|t| !holds(**t) && ever(**t)).map(name).collect();
        let told = gone(life);
        assert_eq!(told.iter().map(|one| one.split(' ').next().unwrap().to_owned()).collect::<BTreeSet<_>>(), lost);
        for one in told {
            let (branch, id) = one.split_once(' ').unwrap();
            let tip: usize = branch.trim_start_matches("refs/heads/t").parse().unwrap();
            let at = made.iter().position(|made| made.id == id).unwrap();
            let parents = &made[at].parents;
            assert!(ancestors(&made, tip).contains(&at), "seed {seed}: {one}");
            assert!(!holds(at) && parents.iter().any(|p| holds(*p)), "seed {seed}: {one}");
            assert!(!parents.iter().any(|p| !holds(*p) && ever(*p)), "seed {seed}: {one}");
        }
    }
}

#[test]
fn random_histories() {
    for seed in 0..6 {
        check(seed * 17 + 1);
    }
}
