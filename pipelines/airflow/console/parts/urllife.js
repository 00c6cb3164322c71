// All that happened to an address and the other addresses of its article, in order. At the end: the present state of each
// address.
import { useData } from "./asking.js";
import { say } from "./language.js";
import { atPageSide, minute, Trouble } from "./pieces.js";
import { Go } from "./router.js";

const { createElement: h } = globalThis.React;
const { Box, Flex, Skeleton, Text } = globalThis.ChakraUI;

const Event = ({ event }) =>
  h(
    Box,
    { as: "li", px: 4, py: 2, borderTopWidth: "1px", fontSize: "sm", "data-testid": "event" },
    h(
      Flex,
      { gap: 2, color: "fg.muted", fontSize: "xs", flexWrap: "wrap" },
      event.at ? h("span", null, minute(event.at)) : null,
      h(Go, { to: `sources/${event.source}` }, h("bdi", { title: event.source }, event.source_title)),
      event.run ? h(Go, { to: "ledger", filters: { run: event.run, source: event.source } }, h("bdi", { dir: "ltr" }, event.run)) : null,
    ),
    // What the ledger says is English.
    h(
      Box,
      { dir: "ltr", lang: "en", ...atPageSide(), overflowWrap: "anywhere" },
      h(Text, { as: "span", fontWeight: "semibold" }, event.what),
      event.reason ? ` · ${event.reason}` : null,
    ),
    event.pointer
      ? h(Text, { dir: "ltr", ...atPageSide(), fontSize: "xs", fontFamily: "mono", color: "fg.muted", overflowWrap: "anywhere" }, event.pointer)
      : null,
  );

export const UrlLife = ({ url }) => {
  const { page, error } = useData(`ledger/url?url=${encodeURIComponent(url)}`);
  if (!page) return error ? h(Box, { p: 4 }, h(Trouble, null, error)) : h(Skeleton, { h: "10rem", m: 4 });
  return h(
    Box,
    null,
    page.article_id ? h(Text, { px: 4, pb: 3, fontSize: "sm" }, h(Go, { to: `articles/${page.article_id}` }, say("ledger.article"))) : null,
    h(Box, { as: "ol", listStyleType: "none" }, page.story.map((event, at) => h(Event, { key: at, event }))),
  );
};
