// Puts the page together, and keeps what is chosen in the address, so that a view can be shared.

const view = { q: "", state: "", severity: "", confidence: "", provider: "", group: "provider", chosen: null, sort: "state", direction: "ascending", page: 1 };
const CHOICES = ["state", "severity", "confidence", "provider"];

const readAddress = () => {
  const given = new URLSearchParams(location.hash.slice(1));
  for (const name of ["q", ...CHOICES]) view[name] = given.get(name) ?? "";
  view.group = given.get("group") in GROUPS ? given.get("group") : "provider";
  view.chosen = given.get("chosen");
  view.sort = COLUMNS.some(({ id }) => id === given.get("sort")) ? given.get("sort") : "state";
  view.direction = given.get("direction") === "descending" ? "descending" : "ascending";
  view.page = Number.parseInt(given.get("page") ?? "1", 10) || 1;
};

const writeAddress = () => {
  const kept = new URLSearchParams();
  for (const name of ["q", ...CHOICES]) if (view[name] !== "") kept.set(name, view[name]);
  if (view.group !== "provider") kept.set("group", view.group);
  if (view.chosen !== null) kept.set("chosen", view.chosen);
  if (view.sort !== "state" || view.direction !== "ascending") { kept.set("sort", view.sort); kept.set("direction", view.direction); }
  if (view.page !== 1) kept.set("page", view.page);
  history.replaceState(null, "", `${location.pathname}${location.search}${kept.size > 0 ? `#${kept}` : ""}`);
};

let found = [];
const update = (change, { keepPage = false } = {}) => {
  Object.assign(view, change);
  if (!keepPage) view.page = 1;
  found = matching(view);
  drawTable(view, found);
  drawHead(view, sortBy);
  const filtered = view.chosen !== null || ["q", ...CHOICES].some((name) => view[name] !== "");
  byId("clear").hidden = !filtered;
  byId("chip").hidden = view.chosen === null;
  byId("chip").replaceChildren(h("button", { type: "button", "aria-label": `No longer only ${view.group} ${view.chosen}`, onclick: () => choose(null) },
    `Only ${view.group}: ${view.chosen} ✕`));
  writeAddress();
};

const sortBy = (column) => {
  const turned = view.direction === "ascending" ? "descending" : "ascending";
  update({ sort: column.id, direction: view.sort === column.id ? turned : column.first });
  document.querySelector(`[data-sort="${column.id}"]`).focus();
};

const showGroups = () => {
  for (const tab of document.querySelectorAll("[data-group]")) tab.setAttribute("aria-pressed", String(tab.dataset.group === view.group));
  drawGroups(view.group, view.chosen, choose);
};
const choose = (name) => { update({ chosen: name }); showGroups(); };

const showFilters = () => {
  byId("search").value = view.q;
  for (const name of CHOICES) byId(name).value = view[name];
};
const clear = () => {
  update({ q: "", state: "", severity: "", confidence: "", provider: "", chosen: null });
  showFilters();
  showGroups();
  byId("search").focus();
};

/** The lead, what was looked at, and the figures, of a history. */
const historyHead = (figure) => {
  const live = counting.filter((life) => life.state === "live"), certain = counting.filter((life) => life.raw.confidence === "certain");
  const oldest = live.filter((life) => life.start !== null).reduce((least, life) => Math.min(least, life.start), data.at);
  const { scope } = data, accepted = lives.length - counting.length;
  const beyond = scope.unreachable === null ? "that refs and reflogs reach" : `that refs and reflogs reach, and ${plural(scope.unreachable, "object", "objects")} that they do not`;
  const lead = counting.length === 0
    ? (data.skipped === 0 ? "No object of this repository holds a credential that counts." : "Nothing was found in what could be read, and not everything could be.")
    : `Whoever has a copy of this repository has ${counting.length === 1 ? "this credential" : `these ${number(counting.length)} credentials`}, ` +
      `${live.length === 0 ? "though no branch or tag shows one any more" : live.length === counting.length ? "and every one of them still stands at a branch, tag or other ref" : `and ${number(live.length)} still ${live.length === 1 ? "stands" : "stand"} at a branch, tag or other ref`}. ` +
      "Taking one out of the files does not take it back: only revoking it does.";
  return {
    lead,
    scope: `Report of ${dayOf(data.at)}: ${plural(scope.commits, "commit", "commits")}, ${plural(scope.trees, "tree", "trees")}, ` +
      `${plural(scope.blobs, "blob", "blobs")}, ${plural(scope.tags, "annotated tag", "annotated tags")}, ${plural(scope.refs, "ref", "refs")}; all ${beyond}.`,
    figures: [
      figure("Credentials", number(counting.length), [data.below > 0 ? `${number(data.below)} more too unsure to count` : "", accepted > 0 ? `${number(accepted)} accepted` : ""].filter(Boolean).join(", ")),
      figure("Still at a tip", number(live.length), live.length > 0 ? "take these out first" : "", live.length > 0),
      figure("Certain", number(certain.length), "proven by checksum or structure"),
      figure("Longest at a tip", live.length > 0 && oldest < data.at ? spell(data.at - oldest) : "–", live.length > 0 && oldest < data.at ? `since ${dayOf(oldest)}` : ""),
      figure("Authors", number(new Set(dated.map((life) => life.author)).size), "who brought them in"),
    ],
  };
};

const drawHeader = () => {
  const unnamed = scanned ? "Credentials that a scan found" : "Credentials in a git history";
  byId("eyebrow").textContent = `Portcullis · ${scanned ? "a scan for credentials" : "credentials in a git history"}`;
  byId("title").textContent = data.repository || unnamed;
  document.title = data.repository ? `Credentials in ${data.repository}` : unnamed;
  byId("where-title").textContent = scanned ? "Where they are" : "Where they came from";
  byId("groups-note").textContent = `${scanned ? "The longer a strip, the more findings." : "Each strip runs over the same years as the chart above, and is as high as its own highest point."} Choose a row to see only its ${ONE_AND_MANY[1]} below.`;
  byId("each-title").textContent = `Every ${ONE_AND_MANY[0]}`;
  if (scanned) byId("search").placeholder = "Title, path, fingerprint …";
  for (const tab of document.querySelectorAll("[data-group]")) tab.hidden = !(tab.dataset.group in GROUPS);
  const figure = (name, value, note, alarm = false) => h("div", { class: alarm ? "alarm" : null }, h("dt", null, name), h("dd", null, value, note ? h("small", null, note) : ""));
  const head = scanned ? scanHead(figure) : historyHead(figure);
  byId("lead").textContent = head.lead;
  byId("scope").textContent = head.scope;
  byId("figures").replaceChildren(...head.figures);
  if (data.skipped > 0) {
    byId("incomplete").hidden = false;
    byId("incomplete-title").textContent = `Not complete: ${plural(data.skipped, "thing was", "things were")} not read, and what ${data.skipped === 1 ? "it holds" : "they hold"} is not known`;
    byId("skips").replaceChildren(...data.skips.map(([reason, name, detail]) => h("li", null, `${reason}: ${name}${detail ? ` (${detail})` : ""}`)),
      data.skipped > data.skips.length ? h("li", null, `and ${number(data.skipped - data.skips.length)} more`) : "");
  }
};

const drawSteps = () => {
  const rules = [...new Set(counting.map((life) => life.rule))];
  const how = rules.filter((rule) => rule.revoke || rule.url).map((rule) => h("li", null, h("b", null, rule.title), rule.revoke ? `: ${rule.revoke}` : "", rule.url ? [" ", link(rule.url)] : ""));
  const details = how.length > 0 ? h("details", { open: how.length <= 8 ? "" : null }, h("summary", null, `How, for ${plural(how.length, "kind", "kinds")}`), h("ul", null, how)) : "";
  const live = counting.some((life) => life.state === "live");
  const items = scanned ? scanSteps(details) : [
    ["Revoke every one of them.", "A rewrite takes nothing back from those who have a copy.", details],
    live ? ["Take out of the files what still stands there,", "and commit that on every branch that has it."] : null,
    ["Rewrite the history in a fresh mirror clone.", h("code", null, "portcullis history --rewrite-plan DIR"), " writes what git filter-repo needs, and the exact commands."],
    ["Prove that it is clean", "with ", h("code", null, "portcullis history --verify-clean"), ", on the rewritten clone."],
    ["Push the rewritten refs with force,", "and have the host drop its caches and the refs of old pull requests."],
    ["Tell everybody who has a clone or a fork to clone anew:", "what they push otherwise brings the old history back."],
  ].filter(Boolean);
  byId("steps").replaceChildren(...items.map(([first, ...rest]) => h("li", null, h("div", null, h("b", null, first), rest))));
};

const drawAll = () => {
  const any = counting.length > 0;
  for (const id of ["when", "where", "do"]) byId(id).hidden = !any;
  byId("each").hidden = lives.length === 0;
  if (any && dated.length > 0) { drawTimeline(); drawYears(); } else byId("when").hidden = true;
  if (any) { showGroups(); drawSteps(); }
};

const wire = () => {
  byId("state").append(option("", "All that count"), ...Object.entries(STATES).map(([value, name]) => option(value, name)), option("all", "All, also accepted"));
  byId("severity").append(option("", "Any"), ...[...SEVERITIES].reverse().map((name) => option(name, name)));
  byId("confidence").append(option("", "Any"), ...[...CONFIDENCES].reverse().map((name) => option(name, name)));
  byId("provider").append(option("", "Any"), ...tally(lives, (life) => life.provider).map(([name, items]) => option(name, `${name} (${number(items.length)})`)));
  byId("search").addEventListener("input", () => update({ q: byId("search").value }));
  for (const name of CHOICES) byId(name).addEventListener("change", () => update({ [name]: byId(name).value }));
  for (const tab of document.querySelectorAll("[data-group]")) tab.addEventListener("click", () => { update({ group: tab.dataset.group, chosen: null }); showGroups(); });
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("clear").addEventListener("click", clear);
  byId("clear-too").addEventListener("click", clear);
  const turn = (by) => { update({ page: view.page + by }, { keepPage: true }); byId("each").scrollIntoView(); byId("table").focus({ preventScroll: true }); };
  byId("previous").addEventListener("click", () => turn(-1));
  byId("next").addEventListener("click", () => turn(1));
  document.addEventListener("keydown", (event) => {
    const typing = ["INPUT", "SELECT"].includes(document.activeElement?.tagName);
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) { event.preventDefault(); byId("search").focus(); }
    if (event.key === "Escape" && document.activeElement === byId("search")) { update({ q: "" }); showFilters(); }
  });
  window.addEventListener("hashchange", () => { readAddress(); showFilters(); update({}, { keepPage: true }); if (counting.length > 0) showGroups(); });
  window.addEventListener("beforeprint", () => {
    drawForPrint(found);
    for (const part of document.querySelectorAll("#steps details")) part.open = true;
  });
  window.addEventListener("afterprint", () => drawTable(view, found));
  let wide = document.body.clientWidth;
  window.addEventListener("resize", () => {
    if (document.body.clientWidth !== wide && dated.length > 0) { wide = document.body.clientWidth; drawTimeline(); }
  });
};

readAddress();
wire();
showFilters();
drawHeader();
drawAll();
update({}, { keepPage: true });
byId("foot").textContent = `Made by portcullis ${data.version}. Credentials are redacted unless the report was asked to show them; treat it as you would the repository. This page makes no request to any network.`;
document.documentElement.dataset.ready = "yes";
