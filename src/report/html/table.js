// The table: filtered, sorted, a page of rows at a time, so that ten thousand cost no more than fifty.

const PAGE = 50;
const MOST_PRINTED = 1000;
const duration = (life) => (life.start === null ? -1 : life.end - life.start);

/** The columns. `first` is the direction of the first click. */
const COLUMNS = scanned ? SCAN_COLUMNS : [
  { id: "state", name: "State", width: "11%", first: "ascending", order: amount((life) => life.place) },
  { id: "title", name: "Credential", width: "22%", first: "ascending", order: text((life) => life.title.toLowerCase()) },
  { id: "severity", name: "Severity", width: "12%", first: "descending", order: amount((life) => life.severity * 10 + life.confidence) },
  { id: "came", name: "Came in", width: "14%", first: "descending", order: amount((life) => life.start ?? -1) },
  { id: "where", name: "Where", width: "20%", first: "ascending", order: text((life) => life.where) },
  { id: "life", name: "Life", width: "15%", first: "descending", order: amount(duration) },
  { id: "commits", name: "Commits", width: "6%", first: "descending", number: true, order: amount((life) => life.raw.commits) },
];

const matching = (view) => {
  const words = view.q.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (life) =>
    (view.state === "" ? life.state !== "accepted" : view.state === "all" || life.state === view.state) &&
    (view.severity === "" || life.rule.severity === view.severity) &&
    (view.confidence === "" || life.raw.confidence === view.confidence) &&
    (view.provider === "" || life.provider === view.provider) &&
    (view.chosen === null || GROUPS[view.group](life) === view.chosen) &&
    words.every((word) => textOf(life).includes(word));
  const column = COLUMNS.find((column) => column.id === view.sort) ?? COLUMNS[0];
  const turn = view.direction === "descending" ? -1 : 1;
  return lives.filter(fits).sort((a, b) => turn * column.order(a, b) || a.place - b.place);
};

const drawHead = (view, sortBy) => {
  byId("head").replaceChildren(...COLUMNS.map((column) => {
    const head = h("th", { scope: "col", class: column.number ? "number" : null, "aria-sort": view.sort === column.id ? view.direction : null },
      h("button", { type: "button", "data-sort": column.id, onclick: () => sortBy(column) }, column.name));
    head.style.width = column.width;
    return head;
  }));
};

const toggle = (button, row, life) => {
  const open = button.getAttribute("aria-expanded") === "true";
  button.setAttribute("aria-expanded", String(!open));
  if (open) row.nextSibling.remove();
  else row.after(h("tr", { class: "open", id: `life-${life.place}` }, h("td", { colspan: COLUMNS.length }, scanned ? drawFinding(life) : drawLife(life))));
};

const CELLS = {
  state: (life) => h("td", null, h("span", { class: `state state-${life.state}` }, STATES[life.state])),
  title: (life, button) => h("td", null, button, h("span", { class: "redacted" }, life.raw.shown)),
  severity: (life) => h("td", null, h("span", { class: `severity-${life.rule.severity}` }, life.rule.severity),
    h("small", null, life.raw.confidence === "certain" ? "certain" : `${life.raw.confidence} confidence`)),
  came: (life) => h("td", null, life.start === null ? "–" : dayOf(life.came[0].commit.time, life.came[0].commit.zone), h("small", null, life.author)),
  where: (life) => {
    const others = life.raw.paths_total - 1;
    return h("td", null, h("span", { class: "mono" }, life.where), others > 0 ? h("small", null, `and ${plural(others, "other path", "other paths")}`) : "");
  },
  life: (life) => h("td", null, drawSpark(life)),
  commits: (life) => h("td", { class: "number" }, number(life.raw.commits)),
};

const drawRow = (life) => {
  const button = h("button", { type: "button", class: "open-it", "aria-expanded": "false", "aria-controls": `life-${life.place}` }, life.title);
  const row = h("tr", { class: "one", "data-id": life.raw.id }, COLUMNS.map(({ id }) => CELLS[id](life, button)));
  button.addEventListener("click", () => toggle(button, row, life));
  return row;
};

const drawTable = (view, found) => {
  const pages = Math.max(1, Math.ceil(found.length / PAGE));
  view.page = Math.min(Math.max(view.page, 1), pages);
  const from = (view.page - 1) * PAGE, shown = found.slice(from, from + PAGE);
  byId("rows").replaceChildren(...shown.map(drawRow));
  byId("nothing").hidden = found.length > 0 || lives.length === 0;
  byId("table").hidden = found.length === 0;
  byId("pager").hidden = pages === 1;
  byId("page").textContent = `Page ${number(view.page)} of ${number(pages)}`;
  byId("previous").disabled = view.page === 1;
  byId("next").disabled = view.page === pages;
  const range = found.length > PAGE ? `${number(from + 1)}–${number(from + shown.length)} of ` : "";
  const outOf = found.length < lives.length ? ` (${number(lives.length)} in all)` : "";
  byId("count").textContent = `Showing ${range}${plural(found.length, ...ONE_AND_MANY)}${outOf}`;
};

/** All rows that were found, for the printer; past some number, paper is no use. */
const drawForPrint = (found) => {
  byId("rows").replaceChildren(...found.slice(0, MOST_PRINTED).map(drawRow));
  byId("cut").textContent = found.length > MOST_PRINTED
    ? `The first ${number(MOST_PRINTED)} of ${number(found.length)} are printed; filter the table to print others.` : "";
};
