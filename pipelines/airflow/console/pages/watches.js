// Watches: what somebody wants to be told of, and the lists of synonyms that several of them share.
import { useData } from "../parts/asking.js";
import { say } from "../parts/language.js";
import { Dotted, Empty, Panel, Trouble, When } from "../parts/pieces.js";
import { Go } from "../parts/router.js";
import { Synonyms } from "../parts/synonyms.js";
import { WatchState } from "../parts/watchstate.js";

const { createElement: h } = globalThis.React;
const { Badge, Box, Flex, Skeleton, Stack } = globalThis.ChakraUI;

const Watch = ({ watch }) =>
  h(
    Box,
    { as: "li", px: 4, py: 3, borderTopWidth: "1px", _first: { borderTopWidth: 0 }, "data-testid": "watch" },
    h(
      Flex,
      { gap: 2, align: "center", flexWrap: "wrap" },
      h(Go, { to: `watches/${encodeURIComponent(watch.name)}`, fontWeight: "semibold" }, h("bdi", null, watch.name)),
      h(WatchState, { watch }),
      watch.has_feed ? h(Badge, { size: "sm", colorPalette: "blue" }, say("watch.has_feed")) : null,
    ),
    h(Box, { dir: watch.direction, textAlign: "start", fontSize: "sm", overflowWrap: "anywhere" }, watch.looks_for),
    h(Dotted, {
      facts: [
        watch.channels.length > 0 ? h("bdi", null, watch.channels.join(", ")) : say("watch.only_lists"),
        watch.sources.length > 0 && h("bdi", null, watch.sources.join(", ")),
        say("watch.alerts_of_week", { n: watch.alerts }),
        watch.last_at && h(When, { at: watch.last_at }),
        h(Go, { to: "alerts", filters: { watch: watch.name } }, say("watch.its_alerts")),
      ],
    }),
  );

export const Page = () => {
  const { page, error, refresh } = useData("watches");
  if (!page) return error ? h(Trouble, null, error) : h(Skeleton, { h: "20rem" });
  return h(
    Stack,
    { gap: 4 },
    h(
      Panel,
      { title: say("nav.watches"), id: "watches", head: "h1", note: h(Go, { to: "new-watch" }, say("watch.add")) },
      page.watches.length === 0
        ? h(Empty, null, say("watch.none"))
        : h(Box, { as: "ul", listStyleType: "none" }, page.watches.map((watch) => h(Watch, { key: watch.name, watch }))),
    ),
    h(Synonyms, { lists: page.synonyms, onChange: refresh }),
  );
};
