// Alerts: who was told of what, which messages wait, and which were given up and why. Here messages are sent again and alerts
// acknowledged.
import { useDoing } from "../parts/acting.js";
import { act, useData } from "../parts/asking.js";
import { Button } from "../parts/button.js";
import { Channels } from "../parts/channels.js";
import { Choice } from "../parts/fields.js";
import { phrase, say, word } from "../parts/language.js";
import { atPageSide, Dotted, Empty, Headed, minute, Panel, State, Trouble, When, Words } from "../parts/pieces.js";
import { Go, useFilters } from "../parts/router.js";
import { Scrolled, useScrolled } from "../parts/scrolled.js";

const { createElement: h, useState } = globalThis.React;
const { Box, Flex, Stack, Text } = globalThis.ChakraUI;

const USUAL = { watch: "", channel: "", show: "all" };
const SHOWN = { all: {}, unsent: { only_unsent: true }, unseen: { acked: false } };

export const Message = ({ message }) =>
  h(
    Box,
    { as: "li", fontSize: "xs", color: "fg.muted" },
    h(
      Flex,
      { gap: 2, align: "center", flexWrap: "wrap" },
      h(State, { state: message.state }),
      h("span", null, phrase("alerts.to", { channel: message.channel })),
      message.sent_at ? h(When, { at: message.sent_at }) : null,
      message.attempts > 1 ? h("span", null, say("alerts.attempts", { n: message.attempts })) : null,
      message.state === "waiting" && message.next_at ? h("span", null, say("alerts.next", { at: minute(message.next_at) })) : null,
    ),
    message.why && message.state !== "sent" ? h(Text, { color: "red.fg", lang: "en", overflowWrap: "anywhere" }, h("bdi", null, message.why)) : null,
  );

// What became of the held run that an alert tells of, by the state of the run.
const BECAME = { held: "alerts.still_held", released: "alerts.released", rejected: "alerts.rejected" };
const becameOf = ({ run, state, decided_by: who }) => say(BECAME[state], { run, who: who || "–" });

export const Alert = ({ alert, onChange }) => {
  const [seen, setSeen] = useState(alert.acked_by ?? "");
  const { busy, error, run } = useDoing();
  const given = alert.messages.some((message) => message.state === "failed");
  const ack = (wanted) =>
    run(async () => {
      await act(`alerts/${alert.id}/ack`, { seen: wanted });
      setSeen(wanted ? say("alerts.you") : "");
    });
  return h(
    Box,
    { as: "li", px: 4, py: 3, borderTopWidth: "1px", _first: { borderTopWidth: 0 }, "data-testid": "alert" },
    h(Dotted, {
      facts: [
        alert.watch ? h(Go, { to: `watches/${encodeURIComponent(alert.watch)}` }, h("bdi", null, alert.watch)) : h("bdi", null, alert.source_title),
        word("kind", alert.revision_kind || alert.kind),
        alert.watch && alert.source && h("bdi", null, alert.source_title),
        alert.also_in.length > 0 && phrase("alerts.also_in", { names: alert.also_in.join(", ") }),
        h(When, { at: alert.created_at }),
        alert.over_at && say("alerts.over", { at: minute(alert.over_at) }),
        ...alert.held_runs.filter((one) => alert.over_at || one.state !== "held").map(becameOf),
        seen && phrase("alerts.seen_by", { who: seen }),
      ],
    }),
    h(
      Words,
      { as: "h3", direction: alert.direction, ...atPageSide(), strong: true, mt: 0.5 },
      alert.article_id ? h(Go, { to: `articles/${alert.article_id}`, color: "inherit" }, alert.title) : alert.title,
    ),
    alert.article_id && alert.kind === "revised"
      ? h(Go, { to: `articles/${alert.article_id}`, filters: { view: "changes" }, fontSize: "xs" }, say("article.what_changed"))
      : null,
    alert.listed_for ? h(Text, { fontSize: "xs", color: "fg.muted" }, phrase("alerts.listed_only", { why: word("quiet", alert.listed_for) })) : null,
    h(Box, { as: "ul", listStyleType: "none", mt: 1 }, alert.messages.map((message) => h(Message, { key: message.message, message }))),
    error ? h(Trouble, null, error) : null,
    h(
      Flex,
      { gap: 2, mt: 1 },
      given
        ? h(
          Button,
          {
            size: "xs",
            variant: "outline",
            disabled: busy,
            onClick: () =>
              run(async () => {
                await act(`alerts/${alert.id}/resend`);
                onChange();
              }),
          },
          say("alerts.resend"),
        )
        : null,
      h(Button, { size: "xs", variant: "outline", disabled: busy, onClick: () => ack(!seen) }, say(seen ? "alerts.unack" : "alerts.ack")),
    ),
  );
};

export const Page = () => {
  const [filters, change] = useFilters(USUAL);
  const around = useData("alerts/channels");
  const { watch, channel } = filters;
  const asked = new URLSearchParams({ watch, channel, ...SHOWN[filters.show] });
  const list = useScrolled(`alerts?${asked}`, "alerts");
  const named = (names, all) => [["", all], ...names.map((name) => [name, name])];
  return h(
    Stack,
    { gap: 4 },
    h(Headed, { title: say("nav.alerts"), asked: { ...around, refresh: () => (around.refresh(), list.refresh()) } }),
    around.error ? h(Trouble, null, around.error) : null,
    around.page ? h(Channels, { page: around.page }) : null,
    h(
      Panel,
      { title: say("alerts.told"), id: "alerts" },
      h(
        Flex,
        { gap: 3, p: 4, flexWrap: "wrap", borderBottomWidth: "1px" },
        h(Choice, {
          label: say("nav.watch"),
          value: watch,
          choices: named(around.page?.watches ?? [], say("alerts.all_watches")),
          onChoose: (one) => change({ watch: one }),
        }),
        h(Choice, {
          label: say("alerts.channel"),
          value: channel,
          choices: named((around.page?.channels ?? []).map((one) => one.name), say("alerts.all_channels")),
          onChoose: (one) => change({ channel: one }),
        }),
        h(Choice, {
          label: say("alerts.show"),
          value: filters.show,
          choices: Object.keys(SHOWN).map((one) => [one, say(`alerts.${one}`)]),
          onChoose: (show) => change({ show }),
        }),
      ),
      list.problem ? h(Trouble, null, list.problem.said) : null,
      list.rows?.length === 0
        ? h(Empty, null, h("bdi", null, around.page?.silence || say("alerts.none")))
        : h(Scrolled, { list }, (list.rows ?? []).map((alert) => h(Alert, { key: alert.id, alert, onChange: list.refresh }))),
    ),
  );
};
