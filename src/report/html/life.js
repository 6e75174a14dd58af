// One credential's life: small, on the shared axis, and in full, event by event.

/** A ref as people call it. */
const refName = (name) => {
  const kinds = [["refs/heads/", "branch "], ["refs/tags/", "tag "], ["refs/remotes/", "remote branch "]];
  const [area, kind] = kinds.find(([area]) => name.startsWith(area)) ?? ["", ""];
  return kind + name.slice(area.length);
};

const shortId = (commit) => commit.id.slice(0, 12);

const drawSpark = (life) => {
  const WIDTH = 180, HIGH = 22, x = scale(WIDTH);
  if (life.start === null) return h("small", null, "no commit holds it");
  const from = Math.min(x(life.start), WIDTH - 3), to = Math.max(x(life.end), from + 3);
  const words = life.state === "live" ? `since ${dayOf(life.start)}` : `${dayOf(life.start)} to ${dayOf(life.end)}`;
  return s("svg", { class: "spark", viewBox: `0 0 ${WIDTH} ${HIGH}`, role: "img", "aria-label": words },
    s("title", null, words),
    s("line", { class: "track", x1: 0, x2: WIDTH, y1: HIGH / 2, y2: HIGH / 2 }),
    s("line", { class: `held ${life.state}`, x1: from, x2: to, y1: HIGH / 2, y2: HIGH / 2 }),
    life.came.map(({ commit }) => s("rect", { class: "mark", x: Math.min(x(commit.time), WIDTH - 2), y: 3, width: 2, height: HIGH - 6 })));
};

const event = (when, kind, what, ...more) => h("li", null,
  when === null ? h("span", { class: "now" }, "now") : h("time", { datetime: when }, when),
  h("div", null, h("span", { class: `what ${kind}` }, what), more));

const byCommit = (commit) => h("small", null, h("span", { class: "mono" }, shortId(commit)), ` by ${commit.author}: ${commit.subject}`);

const drawLife = (life) => {
  const { raw } = life;
  const byTime = [
    ...life.came.map(({ commit, spot }, at) => [commit.time, event(dayOf(commit.time, commit.zone), "came",
      at === 0 ? "Came in" : "Came in anew", h("small", { class: "mono" }, spot), byCommit(commit))]),
    ...life.gone.map(({ branch, commit }) => [commit.time, event(dayOf(commit.time, commit.zone), "gone",
      "Taken out", h("small", null, `of ${refName(branch)}`), byCommit(commit))]),
  ].sort((a, b) => a[0] - b[0]).map(([, item]) => item);
  const still = raw.live.map(([name, spot]) => event(null, "still", "Still there", h("small", null, `${refName(name)}, `, h("span", { class: "mono" }, spot))));
  const left = [
    raw.came_total - raw.came.length > 0 ? plural(raw.came_total - raw.came.length, "more introduction", "more introductions") : "",
    raw.gone_total - raw.gone.length > 0 ? plural(raw.gone_total - raw.gone.length, "more branch that lost it", "more branches that lost it") : "",
    raw.live_total - raw.live.length > 0 ? plural(raw.live_total - raw.live.length, "more ref that has it", "more refs that have it") : "",
  ].filter(Boolean).join(", ");
  const none = byTime.length + still.length === 0 ? h("p", { class: "fine" }, "Only a reflog or an unreachable object holds it.") : "";
  const held = [[raw.commits, "commit", "commits"], [raw.blobs, "version of a file", "versions of files"], [raw.texts, "message", "messages"]]
    .filter(([value]) => value > 0).map(([value, one, many]) => plural(value, one, many)).join(", ");
  const duration = life.start === null ? [] : [life.state === "live" ? `${spell(life.end - life.start)}, and counting` : spell(life.end - life.start)];
  return h("div", { class: "life" },
    h("div", null, h("h3", null, "Its life"), none, h("ol", { class: "events" }, byTime, still), left ? h("p", { class: "fine" }, `And ${left}.`) : ""),
    h("div", null,
      facts(life.state === "live" ? "At a tip for" : "Was at a tip for", ...duration),
      facts("Held by", held || "nothing that a commit reaches"),
      facts("Paths", ...raw.paths.map((path) => h("span", { class: "mono" }, path)),
        ...(raw.paths_total > raw.paths.length ? [`and ${number(raw.paths_total - raw.paths.length)} more`] : [])),
      whyFacts(raw),
      revokeFacts(life.rule),
      facts("Fingerprint", h("span", { class: "mono" }, raw.id))));
};
