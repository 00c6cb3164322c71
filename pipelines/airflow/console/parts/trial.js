// Trials of a watch that is being written: on a text, and on the articles of the last thirty days.
import { useDoing } from "./acting.js";
import { act } from "./asking.js";
import { Button } from "./button.js";
import { Field } from "./fields.js";
import { Marked } from "./found.js";
import { say, word } from "./language.js";
import { Mistake } from "./mistake.js";
import { Dotted, Panel, Trouble, When, Words } from "./pieces.js";
import { Go } from "./router.js";

const { createElement: h, useEffect, useRef, useState } = globalThis.React;
const { Box, Flex, Stack, Table, Text } = globalThis.ChakraUI;

const Problem = ({ problem }) => {
  if (!problem) return null;
  return problem.told?.query !== undefined ? h(Mistake, { mistake: problem.told }) : h(Trouble, null, problem.said);
};

const Sentences = ({ sentences }) => sentences.map((one) => h(Text, { key: one, fontSize: "xs", color: "fg.muted", lang: "en" }, h("bdi", null, one)));

export const TextTrial = ({ watch }) => {
  const [text, setText] = useState("");
  const [found, setFound] = useState(null);
  const { busy, problem, run } = useDoing();
  const test = (event) => {
    event.preventDefault();
    run(async () => setFound(await act("trials/test", { ...watch(), text })));
  };
  return h(
    Panel,
    { title: say("trial.text_title"), id: "trial-text" },
    h(
      Stack,
      { as: "form", p: 4, gap: 2, onSubmit: test },
      h(Field, { label: say("trial.text"), value: text, onChange: setText, rows: 4, required: true }),
      h(Button, { type: "submit", size: "sm", variant: "outline", alignSelf: "flex-start", loading: busy }, say("trial.test")),
      h(Problem, { problem }),
      found
        ? h(
          Box,
          { role: "status", "data-testid": "tested" },
          h(Text, { fontWeight: "semibold", fontSize: "sm" }, say(found.matched ? "trial.matched" : "trial.silent")),
          found.matches.map((one, at) =>
            h(Text, { key: at, fontSize: "sm" }, h("bdi", null, one.term), " → ", h("bdi", null, one.surface), ": ", h("bdi", null, one.snippet))
          ),
          h(Sentences, { sentences: [...found.failed, ...found.left_out] }),
        )
        : null,
    ),
  );
};

// A bar for each day, and the same as a table for people who cannot see the bars.
const Days = ({ days }) => {
  const most = Math.max(1, ...days.map((one) => one.alerts));
  return h(
    Box,
    { role: "img", "aria-label": days.filter((one) => one.alerts).map((one) => `${one.day}: ${one.alerts}`).join(", ") || "0" },
    h(
      "svg",
      { viewBox: `0 0 ${days.length * 10} 60`, width: "100%", height: "4rem", preserveAspectRatio: "none", "aria-hidden": true },
      days.map((one, at) => {
        const height = one.alerts ? Math.max(3, (58 * one.alerts) / most) : 1;
        return h(
          "rect",
          { key: one.day, x: at * 10 + 1, y: 60 - height, width: 8, height, fill: "currentColor" },
          h("title", null, `${one.day}: ${one.alerts}`),
        );
      }),
    ),
    h(Flex, { justify: "space-between", fontSize: "xs", color: "fg.muted", dir: "ltr" }, h("span", null, days[0].day), h("span", null, days.at(-1).day)),
  );
};

const Terms = ({ terms }) =>
  h(
    Table.Root,
    { size: "sm" },
    h(
      Table.Header,
      null,
      h(
        Table.Row,
        null,
        h(Table.ColumnHeader, { scope: "col" }, say("trial.term")),
        h(Table.ColumnHeader, { scope: "col", textAlign: "end" }, say("trial.articles")),
        h(Table.ColumnHeader, { scope: "col", textAlign: "end" }, say("trial.alone")),
      ),
    ),
    h(
      Table.Body,
      null,
      terms.map((one) =>
        h(
          Table.Row,
          { key: one.term },
          h(Table.Cell, null, h("bdi", null, one.term)),
          h(Table.Cell, { textAlign: "end" }, one.articles),
          h(Table.Cell, { textAlign: "end" }, one.alone),
        )
      ),
    ),
  );

const Tried = ({ found }) =>
  h(
    Stack,
    { gap: 3, role: "status", "data-testid": "tried" },
    h(Text, { fontWeight: "semibold", fontSize: "sm" }, say("trial.would", { n: found.alerts, stories: found.stories, days: found.days })),
    h(Sentences, { sentences: found.notes }),
    found.listed.length > 0
      ? h(Text, { fontSize: "sm" }, say("trial.listed", { why: found.listed.map((one) => `${one.alerts} ${word("quiet", one.why)}`).join(", ") }))
      : null,
    found.more ? h(Text, { fontSize: "sm" }, say("trial.more")) : null,
    found.stories > 0 ? h(Days, { days: found.per_day }) : null,
    found.terms.length > 0 ? h(Terms, { terms: found.terms }) : null,
    h(
      Box,
      { as: "ul", listStyleType: "none" },
      found.newest.map((one) =>
        h(
          Box,
          { as: "li", key: one.id, py: 2, borderTopWidth: "1px" },
          h(Dotted, { facts: [h("bdi", null, one.source_title), h(When, { at: one.at })] }),
          h(Words, { direction: one.direction, strong: true }, h(Go, { to: `articles/${one.id}`, color: "inherit" }, h(Marked, { pieces: one.title_pieces }))),
          one.passages.map((pieces, at) => h(Words, { key: at, direction: one.direction, color: "fg.muted" }, h(Marked, { pieces }))),
        )
      ),
    ),
  );

// The steps of days to look back: the last day comes at once, a month takes seconds in a big archive.
const STEPS = [1, 7, 30];

// Try a watch step by step. `show` gets the result of each step, and which step comes next. The steps end when a step found
// more articles than a trial reads.
export const tryBack = async (ask, show) => {
  for (const [at, days] of STEPS.entries()) {
    const found = await ask(days);
    const next = found.more ? undefined : STEPS[at + 1];
    if (!show(found, next) || next === undefined) return;
  }
};

export const ArchiveTrial = ({ watch }) => {
  const [found, setFound] = useState(null);
  const [next, setNext] = useState(undefined);
  const turn = useRef(0);
  const { busy, problem, run } = useDoing();
  useEffect(() => () => void (turn.current += 1), []);
  const go = () => {
    const mine = ++turn.current;
    const tried = watch();
    setNext(undefined);
    return tryBack(
      (days) => act("trials/try", { ...tried, days }),
      (got, further) => {
        if (turn.current !== mine) return false;
        setFound(got);
        setNext(further);
        return true;
      },
    );
  };
  return h(
    Panel,
    { title: say("trial.archive_title"), id: "trial-archive" },
    h(
      Stack,
      { p: 4, gap: 3 },
      h(
        Button,
        { size: "sm", variant: "outline", alignSelf: "flex-start", loading: busy, onClick: () => run(go) },
        say("trial.try"),
      ),
      h(Problem, { problem }),
      found ? h(Tried, { found }) : null,
      found && next && busy ? h(Text, { role: "status", fontSize: "sm", color: "fg.muted" }, say("trial.further", { days: next })) : null,
    ),
  );
};
