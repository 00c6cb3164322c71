// Alerts on their way: what failed, what waits, what was sent.
import { useData } from "../parts/asking.js";
import { Dotted, Empty, Headed, Panel, State, Waiting, When, Words, clock, number, plural } from "../parts/pieces.js";

const { createElement: h, Fragment } = globalThis.React;
const { Box, Stack, Text } = globalThis.ChakraUI;

// Each form stands by itself, in its own direction; what separates them belongs to the line.
const Forms = ({ forms }) =>
  forms.map((form, at) => h(Fragment, { key: at }, at ? ", " : null, h("bdi", null, form)));

const Delivery = ({ alert, now }) =>
  h(
    Box,
    { as: "li", px: 4, py: 2.5, borderTopWidth: "1px", _first: { borderTopWidth: 0 }, "data-testid": "alert" },
    h(Dotted, {
      facts: [
        h(State, { state: alert.state }),
        h(Text, { as: "bdi", color: "fg", fontWeight: "semibold" }, alert.watch || "operators"),
        `to ${alert.channel}`,
        h(When, { at: alert.sent_at ?? alert.created_at, now }),
        alert.attempts > 1 && plural(alert.attempts, "attempt"),
      ],
    }),
    h(Words, { direction: alert.direction, language: alert.language, mt: 0.5 }, alert.title),
    h(Dotted, {
      facts: [
        alert.kind && alert.kind + (alert.alerts > 1 ? ` and ${number(alert.alerts - 1)} more` : ""),
        alert.terms.length > 0 && h("span", null, "found as ", h(Forms, { forms: alert.terms })),
      ],
    }),
    alert.error && alert.state !== "sent"
      ? h(Text, { fontSize: "xs", color: "red.fg", overflowWrap: "anywhere" }, alert.error)
      : null,
    alert.state === "waiting" && alert.error && alert.next_at
      ? h(Text, { fontSize: "xs", color: "fg.muted" }, `next attempt at ${clock(alert.next_at)}`)
      : null,
  );

// A channel in whose way something is, or that gave messages up.
const Channel = ({ channel, now }) =>
  h(
    Box,
    { as: "li", px: 4, py: 2, borderTopWidth: "1px", _first: { borderTopWidth: 0 }, "data-testid": "channel" },
    h(Dotted, {
      facts: [
        h(State, { state: channel.state }),
        h(Text, { as: "bdi", color: "fg", fontWeight: "semibold" }, channel.name),
        channel.waiting > 0 && `${number(channel.waiting)} waiting`,
        channel.failed > 0 && `${number(channel.failed)} given up`,
        channel.failing_since && h(Fragment, null, "fails since ", h(When, { at: channel.failing_since, now })),
        channel.rests_until && `tried again at ${clock(channel.rests_until)}`,
      ],
    }),
    channel.error ? h(Text, { fontSize: "xs", color: "red.fg", overflowWrap: "anywhere" }, channel.error) : null,
  );

export const Alerts = ({ page }) => {
  const { failed, waiting, sent } = page.deliveries;
  const troubled = (page.channels ?? []).filter((c) => c.state !== "works" || c.held || c.failed);
  return h(
    Panel,
    {
      title: "Alerts",
      id: "desk-alerts",
      note: h(
        Text,
        { color: failed ? "red.fg" : "fg.muted", fontSize: "sm", title: "in the last seven days" },
        `${number(failed)} failed · ${number(waiting)} waiting · ${number(sent)} sent`,
      ),
    },
    troubled.length > 0
      ? h(
          Box,
          { as: "ul", listStyleType: "none", borderBottomWidth: "1px" },
          troubled.map((c) => h(Channel, { key: c.name, channel: c, now: page.now })),
        )
      : null,
    page.alerts.length === 0
      ? h(Empty, null, page.silence || "No message waits or went out.")
      : h(
          Box,
          { as: "ul", listStyleType: "none", maxH: "32rem", overflowY: "auto", tabIndex: 0 },
          page.alerts.map((a) => h(Delivery, { key: a.id, alert: a, now: page.now })),
        ),
  );
};

export const Page = () => {
  const asked = useData("alerts");
  return h(
    Stack,
    { gap: 4 },
    h(Headed, { title: "Alerts", asked }),
    h(Waiting, { asked }, (page) => h(Alerts, { page })),
  );
};
