// One strip for each provider, author or path: what of the whole came from there.

const SHOWN = 10;
const GROUPS = {
  provider: (life) => life.provider,
  ...(scanned ? {} : { author: (life) => life.author }),
  path: (life) => life.path,
};

const drawGroups = (kind, chosen, choose) => {
  const WIDTH = 560, HIGH = 26;
  const all = tally(counting, GROUPS[kind]), named = all.slice(0, all.length === SHOWN + 1 ? SHOWN + 1 : SHOWN);
  // The first has the most; of the others together a strip would say nothing.
  const share = (items) => (items.length / named[0][1].length) * WIDTH;
  const strip = (items) => s("svg", { viewBox: `0 0 ${WIDTH} ${HIGH}`, height: HIGH, preserveAspectRatio: "none", "aria-hidden": "true" },
    s("line", { class: "base", x1: 0, x2: WIDTH, y1: HIGH, y2: HIGH }),
    scanned ? s("rect", { class: "share", x: 0, y: 4, width: share(items), height: HIGH - 8 }) : stepArea(items, WIDTH, HIGH, most(items)));
  const numbers = (items) => {
    const live = items.filter((life) => life.state === "live").length;
    return h("span", { class: "numbers" }, number(items.length), live > 0 ? [", ", h("b", null, `${number(live)} at a tip`)] : "");
  };
  const rows = named.map(([name, items]) => h("li", null,
    h("button", {
      type: "button", title: name, "aria-pressed": String(chosen === name),
      onclick: () => choose(chosen === name ? null : name),
    }, h("span", { class: `name ${kind}` }, name), strip(items), numbers(items))));
  const rest = all.slice(named.length);
  if (rest.length > 0) {
    const items = rest.flatMap(([, items]) => items);
    rows.push(h("li", null, h("div", { class: "row" }, h("span", { class: "name fine" }, `${number(rest.length)} others`), scanned ? h("span") : strip(items), numbers(items))));
  }
  byId("groups").replaceChildren(...rows);
};
