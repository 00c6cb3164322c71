// What needs a person: sentences, each with what can be done about it.
import { Act } from "../parts/acting.js";
import { Empty, Panel, When } from "../parts/pieces.js";
import { AirflowLink, Go } from "../parts/router.js";
import { Decide } from "./held.js";

const { createElement: h } = globalThis.React;
const { Badge, Box, Flex, Text } = globalThis.ChakraUI;

// Of each code of `Need`: its word, how bad it is, and where it is mended.
const KINDS = {
  late: ["run late", "red", () => h(AirflowLink, { to: "/dags/news_crawl" }, "Look at news_crawl")],
  failed: ["failed", "red"],
  ledger: ["ledger", "red"],
  file: ["source file", "red"],
  held: ["held", "orange"],
  approval: ["waits for approval", "blue", (need) => h(Go, { to: "add", filters: { run: need.run_id } }, "Look and decide")],
  trouble: ["not as usual", "orange"],
  alerting: ["alerting", "red", () => h(AirflowLink, { to: "/dags/news_alert" }, "Look at news_alert")],
  "given up": ["not sent", "red", () => h(Go, { to: "alerts", filters: { show: "unsent" } }, "Look at them")],
  channel: ["channel", "orange", (need) => h(Go, { to: "alerts", filters: { channel: need.channel } }, "Look at the channel")],
  disk: ["disk", "red"],
};

const Actions = ({ need, may, onDone }) => {
  const [, , way] = KINDS[need.code] ?? [];
  return h(
    Flex,
    { gap: 3, align: "center", flexWrap: "wrap" },
    need.source ? h(Go, { to: `sources/${need.source}`, fontSize: "sm" }, "Look at the source") : null,
    way ? h(Box, { as: "span", fontSize: "sm" }, way(need)) : null,
    ["failed", "ledger"].includes(need.code) && may.includes("operate")
      ? h(Act, { path: `sources/${encodeURIComponent(need.source)}/crawl`, onDone }, "Crawl now")
      : null,
    need.code === "held" && may.includes("operate") ? h(Decide, { source: need.source, run: need.run, onDone }) : null,
  );
};

const NeedRow = ({ need, page, onDone }) => {
  const [word, colour] = KINDS[need.code] ?? [need.code, "gray"];
  return h(
    Box,
    { as: "li", px: 4, py: 2.5, borderTopWidth: "1px", _first: { borderTopWidth: 0 }, "data-testid": "need", "data-code": need.code },
    h(
      Flex,
      { gap: 2, align: "center", flexWrap: "wrap", fontSize: "sm" },
      h(Badge, { colorPalette: colour, size: "sm" }, word),
      need.source ? h(Text, { as: "bdi", fontWeight: "semibold" }, page.titles[need.source] ?? need.source) : null,
      need.since ? h(Text, { as: "span", color: "fg.muted", fontSize: "xs" }, h(When, { at: need.since, now: page.now })) : null,
    ),
    h(Text, { fontSize: "sm", my: 1, overflowWrap: "anywhere", dir: "auto" }, need.sentence),
    h(Actions, { need, may: page.may, onDone }),
  );
};

export const Needs = ({ page, onDone }) =>
  h(
    Panel,
    { title: "What needs you", id: "desk-needs" },
    page.needs.length === 0
      ? h(Empty, null, "Nothing: every source, message and run is as it should be.")
      : h(
          Box,
          { as: "ul", listStyleType: "none" },
          page.needs.map((need, at) => h(NeedRow, { key: `${need.code} ${need.source ?? need.run_id ?? need.channel ?? at} ${need.run ?? ""}`, need, page, onDone })),
        ),
  );
