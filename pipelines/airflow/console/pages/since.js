// What ran after the last night: runs of some of the sources, or for one page.
import { say } from "../parts/language.js";
import { number, Panel, State, When } from "../parts/pieces.js";
import { Go } from "../parts/router.js";

const { createElement: h } = globalThis.React;
const { Box, Flex, Text } = globalThis.ChakraUI;

const what = (run, titles) => {
  if (run.one_page) return say("since.page");
  return run.sources === 1 ? h("bdi", null, titles[run.first_source] ?? run.first_source) : say("since.sources", { sources: run.planned || run.sources });
};

const SinceRow = ({ run, page }) =>
  h(
    Flex,
    { as: "li", px: 4, py: 1.5, gap: 3, align: "center", flexWrap: "wrap", fontSize: "sm", borderTopWidth: "1px", _first: { borderTopWidth: 0 } },
    h(State, { state: run.running ? "running" : run.failed ? "failed" : "done" }),
    h(Text, { as: "span" }, what(run, page.titles)),
    h(Go, { to: "ledger", filters: { run: run.run } }, run.run),
    h(Text, { as: "span", color: "fg.muted" }, h(When, { at: run.started_at, now: page.now })),
    h(Text, { as: "span", color: "fg.muted" }, say("head.new", { articles: run.new })),
  );

export const Since = ({ page }) => {
  const { since, runs_since: runs } = page.night;
  return h(
    Panel,
    { title: say("overview.since"), id: "desk-since" },
    h(Box, { as: "ul", listStyleType: "none", "data-testid": "since" }, since.map((run) => h(SinceRow, { key: run.run, run, page }))),
    runs > since.length ? h(Text, { px: 4, pb: 2, fontSize: "xs", color: "fg.muted" }, say("overview.since_more", { runs: number(runs) })) : null,
  );
};
