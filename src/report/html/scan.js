// What only a page about a scan shows: places instead of lives.

const SCAN_COLUMNS = [
  { id: "state", name: "State", width: "11%", first: "ascending", order: amount((life) => (life.state === "accepted" ? 1 : 0)) },
  { id: "title", name: "Credential", width: "35%", first: "ascending", order: text((life) => life.title.toLowerCase()) },
  { id: "severity", name: "Severity", width: "14%", first: "descending", order: amount((life) => life.severity * 10 + life.confidence) },
  { id: "where", name: "Where", width: "40%", first: "ascending", order: amount((life) => life.place) },
];

const drawFinding = ({ raw, rule, where }) => h("div", { class: "life flat" },
  h("div", null,
    facts("Where", h("span", { class: "mono" }, where)),
    facts("Written as", ...(raw.via.length > 0 ? [raw.via.join(", in ")] : [])),
    facts("Accepted by", ...(raw.allowed ? [raw.allowed] : [])),
    facts("Fingerprint", h("span", { class: "mono" }, raw.id))),
  h("div", null, whyFacts(raw), revokeFacts(rule)));

/** The lead, what was looked at, and the figures, of a scan. */
const scanHead = (figure) => {
  const { scope } = data, different = new Set(counting.map((life) => life.raw.id)).size, accepted = lives.length - counting.length;
  const lead = counting.length === 0
    ? (data.skipped === 0 ? "Nothing that was scanned holds a credential that counts." : "Nothing was found in what could be scanned, and not everything could be.")
    : "Whatever of this was ever pushed or shared is known to others. Taking it out of the files does not take it back: only revoking it does.";
  const unused = scope.unused_allows > 0 ? ` ${plural(scope.unused_allows, "allow is", "allows are")} not needed any more.` : "";
  const passed = scope.by_design > 0 ? `; ${number(scope.by_design)} passed over (symlinks, .git, special files)` : "";
  const counted = (level) => counting.filter((life) => life.rule.severity === level).length;
  return {
    lead,
    scope: `Report of ${dayOf(data.at)}: ${plural(scope.files, "file", "files")} scanned, ${scope.size}${passed}.${unused}`,
    figures: [
      figure("Findings", number(counting.length), [data.below > 0 ? `${number(data.below)} more too unsure to count` : "", accepted > 0 ? `${number(accepted)} accepted` : ""].filter(Boolean).join(", "), counting.length > 0),
      figure("Different credentials", number(different), different < counting.length ? "some stand in several places" : ""),
      figure("Certain", number(counting.filter((life) => life.raw.confidence === "certain").length), "proven by checksum or structure"),
      figure("Critical", number(counted("critical")), "by what they would open"),
      figure("Paths", number(new Set(counting.map((life) => life.path)).size), "that hold one"),
    ],
  };
};

const scanSteps = (how) => [
  ["Revoke each that was ever pushed or shared.", "Whoever has a copy of the files has it.", how],
  ["Take them out of the files,", "and let the program read them from its environment or a secret store."],
  ["Look through the history:", h("code", null, "portcullis history"), " finds what earlier commits still hold."],
  ["Allow what is no credential", "by the comment ", h("code", null, "portcullis:allow REASON"), " on its line, or with ", h("code", null, "portcullis allow"), "."],
];
