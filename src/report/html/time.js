// The chart over time: how many credentials were at a tip, and when they came and went.

const scale = (width) => (time) => ((within(time) - span.from) / (span.to - span.from)) * width;

/** How many of these were held at each moment that changed it, as steps. */
const steps = (items) => {
  const events = [];
  for (const life of items) {
    if (life.start === null) continue;
    events.push([life.start, 1]);
    if (life.state !== "live") events.push([life.end, -1]);
  }
  events.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  let held = 0;
  return events.map(([time, by]) => [time, (held += by)]);
};

/** The area under the steps, and its upper edge, as paths; not more points than pixels. */
const stepArea = (items, width, height, most) => {
  const x = scale(width), y = (value) => (height - (value / Math.max(most, 1)) * height).toFixed(1);
  let area = `M0 ${height}`, edge = "", at = 0, level = 0, next = 0, peak = 0;
  // At nothing there is no edge to see.
  const go = (to) => { area += `H${to}`; edge += level > 0 ? `H${to}` : `M${to} ${height}`; };
  const rise = () => {
    const way = peak > Math.max(level, next) ? `V${y(peak)}V${y(next)}` : `V${y(next)}`;
    [area, edge, level] = [area + way, edge + way, next];
  };
  edge = `M0 ${height}`;
  for (const [time, held] of steps(items)) {
    const pixel = Math.round(x(time) * 2) / 2;
    if (pixel !== at) { rise(); go(pixel); at = pixel; peak = 0; }
    next = held;
    peak = Math.max(peak, held);
  }
  rise();
  go(width);
  return [s("path", { class: "area", d: `${area}V${height}H0Z` }), s("path", { class: "edge", d: edge })];
};

const most = (items) => steps(items).reduce((peak, [, held]) => Math.max(peak, held), 0);

/** Where the axis has its marks: whole years, or months, whichever are six to a dozen. */
const ticks = (width) => {
  const room = Math.max(4, Math.floor(width / 80)), months = (span.to - span.from) / (30.44 * DAY);
  const each = [1, 2, 3, 6, 12, 24, 60, 120].find((each) => months / each <= room) ?? 240;
  const marks = [], date = new Date(span.from * 1000);
  let month = date.getUTCFullYear() * 12 + date.getUTCMonth() + 1;
  month = Math.ceil(month / each) * each;
  for (let time; (time = Date.UTC(Math.floor(month / 12), month % 12) / 1000) <= span.to; month += each) {
    const year = Math.floor(month / 12), name = new Date(time * 1000).toLocaleString("en", { month: "short", timeZone: "UTC" });
    marks.push([time, each >= 12 || month % 12 === 0 ? String(year) : `${name}`]);
  }
  return marks;
};

/** A round number not below the value, for the top of an axis. */
const round = (value) => {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  return [1, 2, 3, 4, 5, 6, 8, 10].map((step) => step * power).find((step) => step >= value) ?? value;
};

const bins = (width) => {
  const count = Math.min(120, Math.max(12, Math.floor(width / 9))), all = [];
  for (let at = 0; at < count; at += 1) all.push({ came: 0, gone: 0 });
  const bin = (time) => all[Math.min(count - 1, Math.floor((scale(1)(time)) * count))];
  for (const life of dated) {
    for (const { commit } of life.came) bin(commit.time).came += 1;
    if (life.state === "history" && life.gone.length > 0) bin(life.end).gone += 1;
  }
  return all;
};

const drawTimeline = () => {
  const box = byId("timeline");
  const LEFT = 44, width = Math.max(240, box.clientWidth - LEFT), HIGH = 170, FLOW = 46, GAP = 26;
  const top = round(most(dated)), x = scale(width);
  const all = bins(width), flow = Math.max(1, ...all.map((bin) => Math.max(bin.came, bin.gone)));
  const middle = HIGH + GAP + FLOW, total = middle + FLOW + 26, wide = width / all.length;
  const bars = all.flatMap(({ came, gone }, at) => {
    const up = Math.max(came && 2, (came / flow) * FLOW), down = Math.max(gone && 2, (gone / flow) * FLOW);
    const across = { x: at * wide + 0.5, width: Math.max(1, wide - 1.5) };
    return [
      came ? s("rect", { class: "bar-came", ...across, y: middle - up, height: up }) : null,
      gone ? s("rect", { class: "bar-gone", ...across, y: middle, height: down }) : null,
    ];
  });
  const levels = [...new Set([0, top >= 2 && top % 2 === 0 ? top / 2 : 0, top])].map((value) => [value, HIGH - (value / top) * HIGH]);
  const cross = s("line", { class: "cross", y1: 0, y2: middle + FLOW, visibility: "hidden" });
  const label = `${plural(dated.length, "credential", "credentials")} over time: at most ${number(most(dated))} at once, ` +
    `${number(dated.filter((life) => life.state === "live").length)} still at a tip`;
  const chart = s("svg", { viewBox: `0 0 ${width + LEFT} ${total}`, role: "img", "aria-label": label },
    s("g", { transform: `translate(${LEFT} 0)` },
      levels.map(([value, y]) => [
        s("line", { class: "axis", x1: 0, x2: width, y1: y, y2: y }),
        s("text", { x: -10, y: y + 4, "text-anchor": "end" }, number(value)),
      ]).flat(),
      ticks(width).flatMap(([time, name]) => [
        s("line", { class: "axis", x1: x(time), x2: x(time), y1: 0, y2: middle + FLOW }),
        x(time) < width - 14 ? s("text", { x: x(time), y: total - 6, "text-anchor": "middle" }, name) : null,
      ]),
      stepArea(dated, width, HIGH, top),
      bars,
      s("line", { class: "base", x1: 0, x2: width, y1: middle, y2: middle }),
      s("text", { x: -10, y: middle - 8, "text-anchor": "end" }, "in"),
      s("text", { x: -10, y: middle + 16, "text-anchor": "end" }, "out"),
      cross));
  const tip = h("div", { class: "tip", hidden: "", "aria-hidden": "true" });
  const course = steps(dated);
  chart.addEventListener("pointermove", (event) => {
    const frame = chart.getBoundingClientRect(), left = ((event.clientX - frame.left) / frame.width) * (width + LEFT) - LEFT;
    if (left < 0 || left > width) return;
    const time = span.from + (left / width) * (span.to - span.from), bin = all[Math.min(all.length - 1, Math.floor(left / wide))];
    let held = 0;
    for (const [when, level] of course) { if (when > time) break; held = level; }
    tip.replaceChildren(h("b", null, dayOf(time)), `${number(held)} at a tip`, h("br"), `${number(bin.came)} came in, ${number(bin.gone)} went about then`);
    tip.hidden = false;
    tip.style.left = `${Math.min(left + LEFT + 14, width + LEFT - tip.offsetWidth)}px`;
    for (const side of ["x1", "x2"]) cross.setAttribute(side, left);
    cross.setAttribute("visibility", "visible");
  });
  chart.addEventListener("pointerleave", () => { tip.hidden = true; cross.setAttribute("visibility", "hidden"); });
  box.replaceChildren(chart, tip);
};

const drawYears = () => {
  const years = new Map();
  const note = (time, what) => {
    const year = dayOf(within(time)).slice(0, 4);
    if (!years.has(year)) years.set(year, { came: 0, gone: 0 });
    years.get(year)[what] += 1;
  };
  for (const life of dated) {
    note(life.start, "came");
    if (life.state === "history" && life.gone.length > 0) note(life.end, "gone");
  }
  const rows = [...years].sort().map(([year, { came, gone }]) =>
    h("tr", null, h("th", { scope: "row" }, year), h("td", null, number(came)), h("td", null, number(gone))));
  byId("years").replaceChildren(h("table", null,
    h("thead", null, h("tr", null, ["Year", "Came in", "Went"].map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", null, rows)));
};
