// "This extraction is wrong": the page is kept as a golden page, with a note for whoever mends it.
import { act, saying } from "./asking.js";
import { Button } from "./button.js";
import { say } from "./language.js";
import { Panel, Trouble } from "./pieces.js";

const { createElement: h, useState } = globalThis.React;
const { Stack, Text, Textarea } = globalThis.ChakraUI;

export const Wrong = ({ article }) => {
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const [kept, setKept] = useState("");
  const [error, setError] = useState("");
  const send = async (event) => {
    event.preventDefault();
    setBusy(true);
    setError("");
    try {
      setKept((await act(`articles/${article.id}/golden`, { note })).file);
    } catch (problem) {
      setError(saying(problem));
    } finally {
      setBusy(false);
    }
  };
  return h(
    Panel,
    { title: say("wrong.title"), id: "article-wrong" },
    kept
      ? h(Text, { p: 4, fontSize: "sm", role: "status", "data-testid": "kept" }, say("wrong.kept", { file: kept }))
      : h(
          Stack,
          { as: "form", p: 4, gap: 2, onSubmit: send },
          h(Text, { as: "label", htmlFor: "wrong-note", fontSize: "sm" }, say("wrong.note")),
          h(Textarea, {
            id: "wrong-note",
            dir: "auto",
            required: true,
            maxLength: 1000,
            value: note,
            onChange: (event) => setNote(event.target.value),
          }),
          error ? h(Trouble, null, error) : null,
          h(Button, { type: "submit", size: "sm", variant: "outline", alignSelf: "flex-start", loading: busy, disabled: !note.trim() }, say("wrong.keep")),
        ),
  );
};
