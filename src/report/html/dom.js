// Making elements. Text is only ever set as text: no name from a repository becomes markup.

const SVG = "http://www.w3.org/2000/svg";
const byId = (id) => document.getElementById(id);

const fill = (element, attributes, children) => {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
};
const h = (name, attributes, ...children) => fill(document.createElement(name), attributes, children);
const s = (name, attributes, ...children) => fill(document.createElementNS(SVG, name), attributes, children);

/** A link out of the page, which nothing follows by itself; only to https. */
const link = (url) => h("a", { href: url, rel: "noreferrer noopener", target: "_blank" }, url.replace(/^https:\/\//, ""));

/** Facts under a heading; nothing where there are none. */
const facts = (title, ...items) => items.length > 0 ? [h("h3", null, title), h("ul", { class: "plain" }, items.map((item) => h("li", null, item)))] : [];
const whyFacts = (raw) => facts(`Why (${raw.confidence}, ${raw.score} of 100)`,
  ...raw.why.map(([points, text]) => h("span", null, h("span", { class: "points" }, points > 0 ? `+${points}` : String(points)), text)));
const revokeFacts = (rule) => facts("Revoke", ...[rule.revoke, rule.url && link(rule.url)].filter(Boolean));

const option = (value, text) => h("option", { value }, text);

/** How many there are of each, the most frequent first. */
const tally = (items, key) => {
  const groups = new Map();
  for (const item of items) {
    const name = key(item);
    if (!groups.has(name)) groups.set(name, []);
    groups.get(name).push(item);
  }
  return [...groups].sort((a, b) => b[1].length - a[1].length || (a[0] < b[0] ? -1 : 1));
};
