// A held run: what a person decides on it.
import { Act } from "../parts/acting.js";
import { phrase, say } from "../parts/language.js";
import { Dotted, English, Panel, When } from "../parts/pieces.js";
import { Go } from "../parts/router.js";

const { createElement: h } = globalThis.React;
const { Box, Flex } = globalThis.ChakraUI;

export const Decide = ({ source, run, onDone }) => {
  const path = `sources/${encodeURIComponent(source)}/held/${run}`;
  return h(
    Flex,
    { as: "span", gap: 2, flexWrap: "wrap" },
    h(Act, { path: `${path}/release`, ask: say("held.release_sure", { run }), onDone }, say("held.release")),
    h(Act, { path: `${path}/reject`, ask: say("held.reject_sure", { run }), colorPalette: "red", onDone }, say("held.reject")),
  );
};

export const Held = ({ page, onDone }) =>
  page.held.length === 0 ? null : h(
    Panel,
    { title: say("held.title"), id: "source-held" },
    h(
      Box,
      { as: "ul", listStyleType: "none" },
      page.held.map((one) =>
        h(
          Box,
          { as: "li", key: one.run, px: 4, py: 2.5, "data-testid": "held" },
          h(Dotted, {
            facts: [
              h(Go, { to: "ledger", filters: { run: one.run, source: page.name, code: "held" } }, say("overview.run", { run: one.run })),
              say("search.count", { n: one.articles }),
              h("span", null, phrase("held.since", { at: h(When, { at: one.held_at, now: page.now }) })),
            ],
          }),
          h(English, { my: 1 }, one.reason),
          page.may.includes("operate") ? h(Decide, { source: page.name, run: one.run, onDone }) : null,
        )
      ),
    ),
  );
