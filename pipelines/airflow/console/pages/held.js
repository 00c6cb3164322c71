// A held run: what a person decides on it.
import { Act } from "../parts/acting.js";
import { Dotted, Panel, When, plural } from "../parts/pieces.js";
import { Go } from "../parts/router.js";

const { createElement: h } = globalThis.React;
const { Box, Flex, Text } = globalThis.ChakraUI;

export const Decide = ({ source, run, onDone }) => {
  const path = `sources/${encodeURIComponent(source)}/held/${run}`;
  return h(
    Flex,
    { as: "span", gap: 2, flexWrap: "wrap" },
    h(Act, { path: `${path}/release`, ask: `Load the articles of run ${run} after all? They are news, and alert whom they concern.`, onDone }, "Release"),
    h(Act, { path: `${path}/reject`, ask: `Leave the articles of run ${run} out? Their pages are looked at again after a day.`, colorPalette: "red", onDone }, "Reject"),
  );
};

export const Held = ({ page, onDone }) =>
  page.held.length === 0
    ? null
    : h(
        Panel,
        { title: "Held: not like its articles before", id: "source-held" },
        h(
          Box,
          { as: "ul", listStyleType: "none" },
          page.held.map((one) =>
            h(
              Box,
              { as: "li", key: one.run, px: 4, py: 2.5, "data-testid": "held" },
              h(Dotted, {
                facts: [
                  h(Go, { to: "ledger", filters: { run: one.run, source: page.name, code: "held" } }, `run ${one.run}`),
                  plural(one.articles, "article"),
                  h("span", null, "held ", h(When, { at: one.held_at, now: page.now })),
                ],
              }),
              h(Text, { fontSize: "sm", my: 1, overflowWrap: "anywhere", dir: "auto" }, one.reason),
              page.may.includes("operate") ? h(Decide, { source: page.name, run: one.run, onDone }) : null,
            ),
          ),
        ),
      );
