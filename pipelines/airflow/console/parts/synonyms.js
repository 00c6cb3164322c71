// Lists of synonyms: spellings and names of one thing, which queries use together as syn:name.
import { useDoing } from "./acting.js";
import { act } from "./asking.js";
import { Button } from "./button.js";
import { Field } from "./fields.js";
import { say } from "./language.js";
import { Panel, Trouble } from "./pieces.js";

const { createElement: h, useState } = globalThis.React;
const { Box, Flex, Stack, Text } = globalThis.ChakraUI;

const lines = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);

const List = ({ known, onChange }) => {
  const [name, setName] = useState(known?.name ?? "");
  const [spellings, setSpellings] = useState((known?.spellings ?? []).join("\n"));
  const { busy, error, run } = useDoing();
  const keep = (given) =>
    run(async () => {
      await act(`synonyms/${encodeURIComponent(name.trim())}`, { spellings: given });
      if (!known) {
        setName("");
        setSpellings("");
      }
      onChange();
    });
  return h(
    Stack,
    {
      as: "form",
      gap: 2,
      borderWidth: "1px",
      borderRadius: "md",
      p: 3,
      onSubmit: (event) => {
        event.preventDefault();
        keep(lines(spellings));
      },
    },
    known
      ? h(Text, { fontFamily: "mono", fontSize: "sm" }, h("bdi", null, `syn:${known.name}`))
      : h(Field, { label: say("synonyms.name"), value: name, onChange: setName, required: true }),
    h(Field, {
      label: known ? say("synonyms.spellings_of", { name: known.name }) : say("synonyms.spellings"),
      value: spellings,
      onChange: setSpellings,
      rows: 3,
      required: true,
    }),
    error ? h(Trouble, null, error) : null,
    h(
      Flex,
      { gap: 2 },
      h(Button, { type: "submit", size: "xs", loading: busy }, say("form.keep")),
      known ? h(Button, { size: "xs", variant: "outline", disabled: busy, onClick: () => keep([]) }, say("form.remove")) : null,
    ),
  );
};

export const Synonyms = ({ lists, onChange }) =>
  h(
    Panel,
    { title: say("synonyms.title"), id: "synonyms" },
    h(
      Box,
      { p: 4, display: "grid", gap: 3, gridTemplateColumns: { base: "minmax(0, 1fr)", md: "repeat(auto-fill, minmax(16rem, 1fr))" } },
      lists.map((list) => h(List, { key: `${list.name} ${list.spellings.join("|")}`, known: list, onChange })),
      h(List, { key: "+", onChange }),
    ),
  );
