// The golden pages of a source: pages whose facts are known, with the note of the person who kept one because it was read
// wrongly.
import { say } from "../parts/language.js";
import { Empty, English, Panel } from "../parts/pieces.js";
import { Go } from "../parts/router.js";

const { createElement: h } = globalThis.React;
const { Badge, Box, Flex, Text } = globalThis.ChakraUI;

const GoldenPage = ({ one }) =>
  h(
    Box,
    { as: "li", px: 4, py: 2, borderTopWidth: "1px", _first: { borderTopWidth: 0 }, fontSize: "sm" },
    h(
      Flex,
      { gap: 2, align: "center", flexWrap: "wrap" },
      h(Badge, { colorPalette: one.reviewed ? "green" : "orange", size: "sm" }, say(one.reviewed ? "source.reviewed" : "source.unreviewed")),
      h(Go, { to: "ledger", filters: { url: one.url }, overflowWrap: "anywhere" }, h("bdi", null, one.title || one.url)),
      one.published ? h(Text, { as: "span", color: "fg.muted", dir: "ltr" }, one.published) : null,
    ),
    one.note ? h(Text, { mt: 1, dir: "auto", overflowWrap: "anywhere" }, one.note) : null,
  );

export const Golden = ({ page }) =>
  h(
    Panel,
    { title: say("source.golden"), id: "source-golden" },
    page.golden_error ? h(English, { px: 4, py: 2, color: "red.fg" }, page.golden_error) : null,
    page.golden.length === 0
      ? h(Empty, null, say("source.no_golden"))
      : h(Box, { as: "ul", listStyleType: "none", "data-testid": "golden" }, page.golden.map((one) => h(GoldenPage, { key: one.url, one }))),
  );
