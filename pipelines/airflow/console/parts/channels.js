// The channels by name: which works, which rests or has no address, and what waits for each.
import { say } from "./language.js";
import { Dotted, minute, Panel, State, When } from "./pieces.js";

const { createElement: h } = globalThis.React;
const { Box, Text } = globalThis.ChakraUI;

const Channel = ({ channel }) =>
  h(
    Box,
    { as: "li", px: 4, py: 2, borderTopWidth: "1px", _first: { borderTopWidth: 0 }, "data-testid": "channel" },
    h(Dotted, {
      facts: [
        h(State, { state: channel.state }),
        h(Text, { as: "bdi", color: "fg", fontWeight: "semibold" }, channel.name),
        channel.waiting > 0 && say("alerts.waiting", { n: channel.waiting }),
        channel.failed > 0 && say("alerts.given_up", { n: channel.failed }),
        channel.failing_since && h(When, { at: channel.failing_since }),
        channel.rests_until && say("alerts.next", { at: minute(channel.rests_until) }),
      ],
    }),
    channel.error ? h(Text, { fontSize: "xs", color: "red.fg", lang: "en", overflowWrap: "anywhere" }, h("bdi", null, channel.error)) : null,
  );

export const Channels = ({ page }) => {
  const { failed, waiting, sent } = page.deliveries;
  return h(
    Panel,
    {
      title: say("alerts.channels"),
      id: "channels",
      note: h(Text, { color: failed ? "red.fg" : "fg.muted", fontSize: "sm" }, say("alerts.of_week", { failed, waiting, sent })),
    },
    h(Box, { as: "ul", listStyleType: "none" }, page.channels.map((channel) => h(Channel, { key: channel.name, channel }))),
  );
};
