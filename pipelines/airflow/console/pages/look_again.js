// Have a site looked at again, with facts that its pages do not show: the name, the time zone, the country.
import { useDoing } from "../parts/acting.js";
import { act } from "../parts/asking.js";
import { Button } from "../parts/button.js";
import { Field } from "../parts/fields.js";
import { say } from "../parts/language.js";

const { createElement: h, useState } = globalThis.React;
const { Flex, Stack, Text } = globalThis.ChakraUI;

// refused: the path by which the look that still waits for a yes is refused. That look is refused first.
export const LookAgain = ({ run, refused, onDone }) => {
  const { url, name, timezone, country, twice } = run.form;
  const [form, setForm] = useState({ name: name ?? "", timezone: timezone ?? "", country: country ?? "" });
  const { busy, error, run: doing } = useDoing();
  const field = (key, more) => h(Field, { label: say(`add.${key}`), value: form[key], onChange: (value) => setForm({ ...form, [key]: value }), ...more });
  const submit = (event) => {
    event.preventDefault();
    doing(async () => {
      if (refused) await act(refused);
      await act("follow", { ...form, addresses: [url], twice: Boolean(twice) });
      onDone();
    });
  };
  return h(
    Stack,
    { as: "form", gap: 2, onSubmit: submit, "aria-label": say("add.again"), "data-testid": "look-again" },
    h(Text, { fontSize: "xs", color: "fg.muted" }, say("add.change")),
    h(
      Flex,
      { gap: 3, flexWrap: "wrap", align: "end" },
      field("name"),
      field("timezone"),
      field("country", { maxLength: 2 }),
      h(Button, { type: "submit", size: "sm", variant: "outline", loading: busy }, say("add.again")),
    ),
    error ? h(Text, { role: "alert", color: "red.fg", fontSize: "sm" }, error) : null,
  );
};
