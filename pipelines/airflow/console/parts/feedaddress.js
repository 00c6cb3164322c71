// The secret address of a watch's feed: it is shown once, can be replaced, and can be removed.
import { useDoing } from "./acting.js";
import { act } from "./asking.js";
import { Button } from "./button.js";
import { say } from "./language.js";
import { minute, Panel, Trouble } from "./pieces.js";

const { createElement: h, useState } = globalThis.React;
const { Box, Flex, Stack, Text } = globalThis.ChakraUI;

export const FeedAddress = ({ watch, onChange }) => {
  const [addresses, setAddresses] = useState([]);
  const { busy, error, run } = useDoing();
  const path = `watches/${encodeURIComponent(watch.name)}/feed`;
  const open = () =>
    run(async () => {
      setAddresses((await act(`${path}/open`)).addresses);
      onChange();
    });
  const close = () =>
    run(async () => {
      await act(`${path}/close`);
      setAddresses([]);
      onChange();
    });
  return h(
    Panel,
    { title: say("feed.title"), id: "watch-feed" },
    h(
      Stack,
      { p: 4, gap: 3, fontSize: "sm" },
      h(Text, { color: "fg.muted" }, watch.feed_opened_at ? say("feed.since", { at: minute(watch.feed_opened_at) }) : say("feed.none")),
      addresses.length > 0
        ? h(
          Box,
          { role: "status", borderWidth: "1px", borderRadius: "md", p: 3, "data-testid": "feed" },
          h(Text, { fontWeight: "semibold", mb: 1 }, say("feed.once")),
          addresses.map((one) =>
            h(
              Box,
              { key: one, dir: "ltr", textAlign: "start", fontFamily: "mono", fontSize: "xs", overflowWrap: "anywhere" },
              new URL(one, document.baseURI).href,
            )
          ),
        )
        : null,
      error ? h(Trouble, null, error) : null,
      h(
        Flex,
        { gap: 2, flexWrap: "wrap" },
        h(Button, { size: "sm", variant: "outline", disabled: busy, onClick: open }, say(watch.feed_opened_at ? "feed.rotate" : "feed.open")),
        watch.feed_opened_at ? h(Button, { size: "sm", variant: "outline", disabled: busy, onClick: close }, say("feed.close")) : null,
      ),
    ),
  );
};
