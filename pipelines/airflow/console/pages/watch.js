// A watch: here a person changes, tries, mutes, pauses or removes it. It also shows the feed of the watch, and who changed it
// and how.
import { useDoing } from "../parts/acting.js";
import { act, useData } from "../parts/asking.js";
import { Button } from "../parts/button.js";
import { FeedAddress } from "../parts/feedaddress.js";
import { Choice } from "../parts/fields.js";
import { say } from "../parts/language.js";
import { Panel, Trouble, When } from "../parts/pieces.js";
import { Go, useGo } from "../parts/router.js";
import { WatchEditor } from "../parts/watcheditor.js";
import { toForm } from "../parts/watchform.js";
import { WatchState } from "../parts/watchstate.js";

const { createElement: h, useState } = globalThis.React;
const { Box, Flex, Skeleton, Stack, Text } = globalThis.ChakraUI;

const SPANS = ["8h", "1d", "1w"];

const Standing = ({ watch, onChange }) => {
  const [span, setSpan] = useState("1d");
  const [sure, setSure] = useState(false);
  const { busy, error, run } = useDoing();
  const go = useGo();
  const path = `watches/${encodeURIComponent(watch.name)}`;
  const change = (what, body) =>
    run(async () => {
      await act(`${path}/${what}`, body);
      onChange();
    });
  const button = (words, onClick, more) => h(Button, { key: words, size: "sm", variant: "outline", disabled: busy, onClick, ...more }, words);
  const works = !watch.paused_at && !watch.muted_until;
  return h(
    Panel,
    { title: say("watch.state"), id: "watch-state", note: h(WatchState, { watch }) },
    h(
      Stack,
      { p: 4, gap: 3 },
      h(
        Flex,
        { gap: 2, flexWrap: "wrap", align: "end" },
        works
          ? [
            h(Choice, { key: "span", label: say("watch.mute_for"), value: span, choices: SPANS.map((one) => [one, say(`span.${one}`)]), onChoose: setSpan }),
            button(say("watch.mute"), () => change("mute", { span })),
            button(say("watch.pause"), () => change("pause")),
          ]
          : button(say("watch.resume"), () => change("resume")),
        button(say(sure ? "watch.remove_sure" : "form.remove"), () => {
          if (!sure) setSure(true);
          else {
            run(async () => {
              await act(`${path}/remove`);
              go("watches");
            });
          }
        }, { colorPalette: sure ? "red" : undefined, variant: sure ? "solid" : "outline" }),
      ),
      error ? h(Trouble, null, error) : null,
      h(Go, { to: "alerts", filters: { watch: watch.name }, fontSize: "sm" }, say("watch.its_alerts")),
    ),
  );
};

const History = ({ changes }) =>
  h(
    Panel,
    { title: say("watch.history"), id: "watch-history" },
    h(
      Box,
      { as: "ul", listStyleType: "none" },
      changes.map((change, at) =>
        h(
          Box,
          { as: "li", key: at, px: 4, py: 2, borderTopWidth: at ? "1px" : 0, fontSize: "sm" },
          h(Flex, { gap: 2, color: "fg.muted", fontSize: "xs" }, h(When, { at: change.at }), h("bdi", null, change.who)),
          h(Text, { overflowWrap: "anywhere" }, h("bdi", null, change.what)),
        )
      ),
    ),
  );

export const Page = ({ name }) => {
  const { page: watch, error, refresh } = useData(`watches/${encodeURIComponent(name)}`);
  const { page: offered } = useData("watches");
  if (!watch || !offered) return error ? h(Trouble, null, error) : h(Skeleton, { h: "20rem" });
  return h(
    WatchEditor,
    { title: say("watch.title", { name: watch.name }), name: watch.name, start: toForm(watch), offered, onKept: refresh },
    watch.may_change ? h(Standing, { watch, onChange: refresh }) : h(Text, { fontSize: "sm", color: "fg.muted" }, say("watch.not_yours")),
    watch.may_change ? h(FeedAddress, { watch, onChange: refresh }) : null,
    h(History, { changes: watch.history }),
  );
};
