// Holds: articles, with their raw files, that retention leaves alone. The page first says what a new hold would cover. At the
// Desk such articles are *kept*, because *held* is said of runs.
import { Act, useDoing } from "../parts/acting.js";
import { act, load } from "../parts/asking.js";
import { Button } from "../parts/button.js";
import { Field } from "../parts/fields.js";
import { say } from "../parts/language.js";
import { column, Empty, number, Panel, When } from "../parts/pieces.js";

const { createElement: h, useState } = globalThis.React;
const { Flex, Table, Text } = globalThis.ChakraUI;

const Hold = ({ onDone }) => {
  const [asked, setAsked] = useState("");
  const [why, setWhy] = useState("");
  const [would, setWould] = useState(null);
  const { busy, error, run } = useDoing();
  const look = (event) => {
    event.preventDefault();
    run(async () => setWould(await load(`holds/would?asked=${encodeURIComponent(asked)}`)));
  };
  const hold = () =>
    run(async () => {
      await act("holds", { asked, why });
      setWould(null);
      setAsked("");
      setWhy("");
      onDone();
    });
  return h(
    Flex,
    { as: "form", gap: 3, px: 4, py: 3, flexWrap: "wrap", align: "end", onSubmit: look },
    h(Field, {
      label: say("holds.asked"),
      value: asked,
      onChange: (value) => {
        setAsked(value);
        setWould(null);
      },
    }),
    h(Field, { label: say("holds.why"), value: why, onChange: setWhy }),
    h(Button, { type: "submit", size: "sm", variant: "outline", disabled: busy || !asked.trim() }, say("holds.would")),
    would ? h(Text, { fontSize: "sm", role: "status" }, say(would.more ? "search.at_least" : "search.count", { n: would.number })) : null,
    would?.number ? h(Button, { size: "sm", disabled: busy, onClick: hold }, say("holds.hold")) : null,
    error ? h(Text, { role: "alert", color: "red.fg", fontSize: "sm", whiteSpace: "pre-wrap", dir: "auto" }, error) : null,
  );
};

export const Holds = ({ page, onDone }) =>
  h(
    Panel,
    { title: say("holds.title"), id: "work-holds" },
    h(Text, { px: 4, pt: 3, fontSize: "sm", color: "fg.muted" }, say("holds.note")),
    page.may.includes("administer") ? h(Hold, { onDone }) : null,
    page.holds.length === 0 ? h(Empty, null, say("holds.none")) : h(
      Table.ScrollArea,
      { tabIndex: 0, role: "group", "aria-labelledby": "work-holds" },
      h(
        Table.Root,
        { size: "sm", "data-testid": "holds" },
        h(
          Table.Header,
          null,
          h(
            Table.Row,
            null,
            column(say("holds.number"), undefined, { ps: 4 }),
            column(say("holds.what")),
            column(say("holds.why")),
            column(say("nav.articles"), undefined, { textAlign: "end" }),
            column(say("holds.since")),
            column(say("holds.release"), undefined, { pe: 4 }),
          ),
        ),
        h(
          Table.Body,
          null,
          page.holds.map((one) =>
            h(
              Table.Row,
              { key: one.id },
              h(Table.Cell, { ps: 4 }, one.id),
              h(Table.Cell, { px: 2, dir: "auto", whiteSpace: "normal" }, one.asked),
              h(Table.Cell, { px: 2, dir: "auto", whiteSpace: "normal" }, one.why || "–"),
              h(Table.Cell, { px: 2, textAlign: "end" }, number(one.articles)),
              h(Table.Cell, { px: 2, whiteSpace: "nowrap" }, h(When, { at: one.held_at, now: page.now })),
              h(
                Table.Cell,
                { px: 2, pe: 4 },
                page.may.includes("administer")
                  ? h(Act, {
                    path: `holds/${one.id}/release`,
                    ask: say("holds.release_sure", { id: one.id }),
                    "aria-label": say("holds.release_it", { id: one.id }),
                    onDone,
                  }, say("holds.release"))
                  : "–",
              ),
            )
          ),
        ),
      ),
    ),
  );
