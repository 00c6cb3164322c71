// What needs a person: sentences, each with what can be done about it.
import { Act, useKept } from "../parts/acting.js";
import { say, word } from "../parts/language.js";
import { Empty, English, minute, Panel, standing, When } from "../parts/pieces.js";
import { AirflowLink, Go } from "../parts/router.js";
import { Decide, Opened, Why } from "./held_runs.js";

const { createElement: h } = globalThis.React;
const { Badge, Box, Flex, Text } = globalThis.ChakraUI;

// For each code of `Need`: how bad the need is, and the page where a person can do something about it.
const KINDS = {
  late: ["red", () => h(AirflowLink, { to: "/dags/news_crawl" }, say("needs.dag", { dag: "news_crawl" }))],
  failed: ["red"],
  ledger: ["red"],
  file: ["red"],
  held: ["orange"],
  approval: ["blue", (need) => h(Go, { to: "add", filters: { run: need.run_id } }, say("needs.decide"))],
  trouble: ["orange"],
  alerting: ["red", () => h(AirflowLink, { to: "/dags/news_alert" }, say("needs.dag", { dag: "news_alert" }))],
  "given up": ["red", () => h(Go, { to: "alerts", filters: { show: "unsent" } }, say("needs.messages"))],
  channel: ["orange", (need) => h(Go, { to: "alerts", filters: { channel: need.channel } }, say("needs.channel"))],
  disk: ["red"],
};

const Actions = ({ need, page, onKeep, onDone }) => {
  const [, way] = KINDS[need.code] ?? [];
  return h(
    Flex,
    { gap: 3, align: "center", flexWrap: "wrap" },
    need.source ? h(Go, { to: `sources/${need.source}`, fontSize: "sm" }, say("needs.source")) : null,
    way ? h(Box, { as: "span", fontSize: "sm" }, way(need)) : null,
    ["failed", "ledger"].includes(need.code) && page.may.includes("operate")
      ? h(Act, { path: `sources/${encodeURIComponent(need.source)}/crawl`, onDone }, say("source.crawl"))
      : null,
    need.code === "held" && page.may.includes("operate")
      ? h(Decide, {
        ...{ source: need.source, title: page.titles[need.source] ?? need.source, run: need.run, n: need.of.articles },
        ...{ onBegin: onKeep, onDone },
      })
      : null,
  );
};

const NeedRow = ({ need, page, onKeep, onDone }) => {
  const [colour] = KINDS[need.code] ?? ["gray"];
  // Our own sentence if there is one. The words of a site or a stage stay unchanged.
  const told = { ...need.of, ...(need.since ? { at: minute(need.since) } : {}) };
  return h(
    Box,
    { as: "li", px: 4, py: 2.5, borderTopWidth: "1px", _first: { borderTopWidth: 0 }, "data-testid": "need", "data-code": need.code },
    h(
      Flex,
      { gap: 2, align: "center", flexWrap: "wrap", fontSize: "sm" },
      h(Badge, { colorPalette: colour, size: "sm" }, word("need", need.code)),
      need.detail && need.detail !== "works" ? h(Badge, { colorPalette: colour, variant: "outline", size: "sm" }, standing(need.detail)) : null,
      need.source ? h(Text, { as: "bdi", fontWeight: "semibold" }, page.titles[need.source] ?? need.source) : null,
      need.since ? h(Text, { as: "span", color: "fg.muted", fontSize: "xs" }, h(When, { at: need.since, now: page.now })) : null,
    ),
    need.of ? h(Text, { fontSize: "sm", my: 1, overflowWrap: "anywhere" }, say(`told.${need.code}`, told)) : null,
    need.code === "held"
      ? h(Box, null, h(Why, { reason: need.sentence, drifts: need.drifts }), h(Opened, { source: need.source, run: need.run, n: need.of.articles }))
      : need.sentence
      ? h(English, { my: 1 }, need.sentence)
      : need.detail && !need.of
      ? h(Text, { fontSize: "sm", my: 1 }, say(`means.${need.detail}`))
      : null,
    h(Actions, { need, page, onKeep, onDone }),
  );
};

const keyOf = (need) => `${need.code} ${need.source ?? need.run_id ?? need.channel ?? need.sentence} ${need.run ?? need.detail ?? ""}`;

export const Needs = ({ page, onDone }) => {
  const [needs, keep] = useKept(page.needs, keyOf);
  return h(
    Panel,
    { title: say("needs.title"), id: "desk-needs" },
    needs.length === 0 ? h(Empty, null, say("needs.none")) : h(
      Box,
      { as: "ul", listStyleType: "none" },
      needs.map((need) => h(NeedRow, { key: keyOf(need), need, page, onKeep: () => keep(need), onDone })),
    ),
  );
};
