// The form of a watch on the left, and what the watch would find on the right. The rules are those of the command line.
import { useDoing } from "./acting.js";
import { act } from "./asking.js";
import { Button } from "./button.js";
import { Field } from "./fields.js";
import { say } from "./language.js";
import { Mistake } from "./mistake.js";
import { Panel, Trouble } from "./pieces.js";
import { ArchiveTrial, TextTrial } from "./trial.js";
import { toWatch, WatchForm } from "./watchform.js";

const { createElement: h, useState } = globalThis.React;
const { Box, Stack, Text } = globalThis.ChakraUI;

export const WatchEditor = ({ title, name, start, offered, onKept, children }) => {
  const [form, setForm] = useState(start);
  const [called, setCalled] = useState(name ?? "");
  const [notes, setNotes] = useState(null);
  const { busy, problem, run } = useDoing();
  const keep = (event) => {
    event.preventDefault();
    run(async () => {
      const kept = await act(`watches/${encodeURIComponent(called.trim())}/keep`, toWatch(form));
      setNotes(kept.notes);
      onKept(kept.name);
    });
  };
  return h(
    Box,
    { display: "grid", gap: 4, alignItems: "start", gridTemplateColumns: { base: "minmax(0, 1fr)", lg: "minmax(0, 1fr) minmax(0, 1fr)" } },
    h(
      Stack,
      { gap: 4, minW: 0 },
      h(
        Panel,
        { title, id: "watch-form", head: "h1" },
        h(
          Stack,
          { as: "form", p: 4, gap: 3, onSubmit: keep },
          name ? null : h(Field, { label: say("watch.name"), value: called, onChange: setCalled, required: true, maxLength: 80 }),
          h(WatchForm, { form, offered, onChange: (changes) => setForm({ ...form, ...changes }) }),
          problem ? (problem.told?.query !== undefined ? h(Mistake, { mistake: problem.told }) : h(Trouble, null, problem.said)) : null,
          notes
            ? h(
              Box,
              { role: "status", "data-testid": "kept" },
              h(Text, { fontSize: "sm", fontWeight: "semibold" }, say("watch.kept")),
              notes.map((note) => h(Text, { key: note, fontSize: "sm", lang: "en" }, h("bdi", null, note))),
            )
            : null,
          h(Button, { type: "submit", alignSelf: "flex-start", loading: busy }, say("form.keep")),
        ),
      ),
      children,
    ),
    h(Stack, { gap: 4, minW: 0 }, h(ArchiveTrial, { watch: () => toWatch(form) }), h(TextTrial, { watch: () => toWatch(form) })),
  );
};
