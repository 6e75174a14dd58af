#!/usr/bin/env python3
"""Would trained weights beat the points of src/score/signals.rs?

  cargo run --example corpus -- --reasons | benches/weights.py

Reads what the signals saw of every case of ../shared/corpus, fits a logistic regression to it (one weight a reason and
rule kind, ridge penalty, gradient descent; the standard library alone) and judges it on the repositories it has not
seen: ten folds, each repository in one. Beside it: the points that are written by hand, on the same candidates, and
what is lost when one signal's reasons are left out of both.
"""
import math, re, sys
from collections import defaultdict

FOLDS, ROUNDS, RATE, RIDGE = 10, 300, 0.5, 0.002


def read(lines):
    cases = []
    for line in lines:
        group, repository, label, rule, points, *reasons = line.rstrip("\n").split("\t")
        seen = {}
        for reason in reasons:
            given, text = reason.split("\x1f", 1)
            seen[re.sub(r"[\d.]+", "N", text)] = int(given)
        cases.append((group, repository, label == "positive", rule, int(points), seen))
    return cases


def features(case):
    return [f"rule:{'generic' if case[3].startswith('generic') else 'other'}", *case[5]]


def fit(cases):
    names = {name: at for at, name in enumerate(sorted({n for c in cases for n in features(c)}))}
    rows = [([names[n] for n in features(c)], c[2]) for c in cases]
    weights, bias = [0.0] * len(names), 0.0
    for _ in range(ROUNDS):
        slopes, slope = [RIDGE * w for w in weights], 0.0
        for on, positive in rows:
            z = bias + sum(weights[i] for i in on)
            error = (1 / (1 + math.exp(-max(-30, min(30, z)))) - positive) / len(rows)
            slope += error
            for i in on:
                slopes[i] += error
        # Rare reasons would learn for ever at one rate: the rate is the same for all, and many rounds are cheap.
        weights = [w - RATE * 10 * s for w, s in zip(weights, slopes)]
        bias -= RATE * 10 * slope
    return names, weights, bias


def score(model, case):
    names, weights, bias = model
    return bias + sum(weights[names[n]] for n in features(case) if n in names)


def curve(scored, positives, negatives):
    """(recall, false alarms, threshold) from the strictest threshold on."""
    out, found, alarms = [], 0, 0
    by_score = defaultdict(lambda: [0, 0])
    for value, positive in scored:
        by_score[value][0 if positive else 1] += 1
    for value in sorted(by_score, reverse=True):
        found, alarms = found + by_score[value][0], alarms + by_score[value][1]
        out.append((found / positives, alarms / negatives, value))
    return out


def at_alarms(points, rate):
    return max((recall for recall, alarms, _ in points if alarms <= rate), default=0.0)


def average_precision(points, positives, negatives):
    total, before = 0.0, 0.0
    for recall, alarms, _ in points:
        found, false = recall * positives, alarms * negatives
        total += (recall - before) * (found / max(1, found + false))
        before = recall
    return total


def main():
    cases = read(sys.stdin)
    print("| group | candidates | recall if all were told | weights | recall at 0.5 % alarms | at 1 % | at 2 % | average precision |")
    print("|---|---|---|---|---|---|---|---|")
    for group in ("suites", "wild"):
        of_group = [c for c in cases if c[0] == group]
        positives = sum(c[2] for c in of_group)
        negatives = len(of_group) - positives
        seen = [c for c in of_group if c[3] != "-"]
        repositories = sorted({c[1] for c in of_group})
        fold = {name: at % FOLDS for at, name in enumerate(repositories)}
        trained = []
        for held in range(FOLDS):
            model = fit([c for c in seen if fold[c[1]] != held])
            trained += [(score(model, c), c[2]) for c in seen if fold[c[1]] == held]
        by_hand = [(c[4], c[2]) for c in seen]
        count = f"{sum(c[2] for c in seen)} + {sum(not c[2] for c in seen)}"
        ceiling = sum(c[2] for c in seen) / positives
        for told, scored in (("by hand", by_hand), ("trained, repositories not seen", trained)):
            points = curve(scored, positives, negatives)
            recalls = " | ".join(f"{at_alarms(points, rate):.3f}" for rate in (0.005, 0.01, 0.02))
            print(f"| {group} | {count} | {ceiling:.3f} | {told} | {recalls} | {average_precision(points, positives, negatives):.4f} |")


main()
