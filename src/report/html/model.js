// What the page is about, worked out once from the data.

const DAY = 86400;
const SEVERITIES = ["low", "medium", "high", "critical"];
const CONFIDENCES = ["low", "medium", "high", "certain"];

const data = JSON.parse(document.getElementById("data").textContent);

/** Whether the page is about a scan: it tells places, and knows no lives. */
const scanned = data.kind === "scan";
const STATES = scanned ? { found: "Found", accepted: "Accepted" } : { live: "At a tip", history: "In history", accepted: "Accepted" };
/** What the table holds, one and many. */
const ONE_AND_MANY = scanned ? ["finding", "findings"] : ["credential", "credentials"];

/** A commit's author date as the author's own calendar had it. */
const dayOf = (time, zone = 0) => {
  const date = new Date((time + zone * 60) * 1000);
  return Number.isNaN(date.getTime()) ? "unknown" : date.toISOString().slice(0, 10).replace(/^[+]/, "");
};
const number = (value) => value.toLocaleString("en-US");
const plural = (value, one, many) => `${number(value)} ${value === 1 ? one : many}`;
const spell = (seconds) => {
  const days = Math.max(0, Math.floor(seconds / DAY));
  if (days < 1) return "less than a day";
  if (days < 60) return plural(days, "day", "days");
  if (days < 730) return plural(Math.floor(days / 30.44), "month", "months");
  return `${(days / 365.25).toFixed(1)} years`;
};

// Orders, for sorting.
const text = (key) => (a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0);
const amount = (key) => (a, b) => key(a) - key(b);

// Dates are whatever a commit says. What lies before the first computers that ran git's forebears, or in
// the future, is shown at the edge and does not stretch the chart.
const EARLIEST = Date.UTC(1985, 0) / 1000;
const within = (time) => Math.min(Math.max(time, EARLIEST), data.at);

const ofHistory = (life, place) => {
  const rule = data.rules[life.rule];
  const came = life.came.map(([commit, spot]) => ({ commit: data.commits[commit], spot }));
  const gone = life.gone.map(([branch, commit]) => ({ branch, commit: data.commits[commit] }));
  const first = came[0];
  const state = life.verdict === "allowed" ? "accepted" : life.live_total > 0 ? "live" : "history";
  const times = [...came, ...gone].map((event) => event.commit.time);
  const start = first ? within(Math.min(...came.map((event) => event.commit.time))) : null;
  const last = times.length > 0 ? within(Math.max(...times)) : null;
  const path = life.paths[0] ?? (first ? first.spot : life.live[0] ? life.live[0][1] : "no tree holds it");
  const author = first ? first.commit.author : "unknown";
  return {
    place, rule, came, gone, state, start, author, path,
    end: life.live_total > 0 ? data.at : last,
    where: first ? first.spot : life.live[0] ? life.live[0][1] : path,
    title: rule.title,
    provider: rule.provider,
    severity: SEVERITIES.indexOf(rule.severity),
    confidence: CONFIDENCES.indexOf(life.confidence),
    raw: life,
    text: null,
  };
};

/** A finding of a scan as a life of which nothing is known but its place. */
const ofScan = (finding, place) => {
  const rule = data.rules[finding.rule];
  return {
    place, rule, came: [], gone: [], start: null, end: null, author: "",
    state: finding.verdict === "allowed" ? "accepted" : "found",
    path: finding.path,
    where: finding.place,
    title: rule.title,
    provider: rule.provider,
    severity: SEVERITIES.indexOf(rule.severity),
    confidence: CONFIDENCES.indexOf(finding.confidence),
    raw: { ...finding, live: [], paths: [finding.path], paths_total: 1 },
    text: null,
  };
};

const lives = scanned ? data.findings.map(ofScan) : data.lives.map(ofHistory);

/** What a search looks in; made when it is first needed. */
const textOf = (life) => {
  life.text ??= [
    life.title, life.rule.id, life.provider, life.raw.shown, life.raw.id, life.where, ...life.raw.paths,
    ...life.came.flatMap(({ commit }) => [commit.author, commit.id, commit.subject]),
    ...life.gone.flatMap(({ branch, commit }) => [branch, commit.id, commit.author]),
    ...life.raw.live.map(([name]) => name),
  ].join("\n").toLowerCase();
  return life.text;
};

const counting = lives.filter((life) => life.state !== "accepted");
const dated = counting.filter((life) => life.start !== null);
const span = (() => {
  const first = dated.reduce((least, life) => Math.min(least, life.start), data.at);
  const room = Math.max((data.at - first) * 0.02, 5 * DAY);
  return { from: first - room, to: data.at };
})();
