// "This extraction is wrong": the page is kept as a golden page, with a note for the person who corrects it.
import { useDoing } from "./acting.js";
import { act } from "./asking.js";
import { Button } from "./button.js";
import { Field } from "./fields.js";
import { say } from "./language.js";
import { Panel, Trouble } from "./pieces.js";

const { createElement: h, useState } = globalThis.React;
const { Stack, Text } = globalThis.ChakraUI;

export const Wrong = ({ article }) => {
  const [note, setNote] = useState("");
  const [kept, setKept] = useState("");
  const { busy, error, run } = useDoing();
  const send = (event) => {
    event.preventDefault();
    run(async () => setKept((await act(`articles/${article.id}/golden`, { note })).file));
  };
  return h(
    Panel,
    { title: say("wrong.title"), id: "article-wrong" },
    kept ? h(Text, { p: 4, fontSize: "sm", role: "status", "data-testid": "kept" }, say("wrong.kept", { file: kept })) : h(
      Stack,
      { as: "form", p: 4, gap: 2, onSubmit: send },
      h(Field, { label: say("wrong.note"), value: note, onChange: setNote, rows: 2, required: true, maxLength: 1000 }),
      error ? h(Trouble, null, error) : null,
      h(Button, { type: "submit", size: "sm", variant: "outline", alignSelf: "flex-start", loading: busy, disabled: !note.trim() }, say("wrong.keep")),
    ),
  );
};
