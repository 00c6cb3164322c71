// Add sources: the form of sites to look at, the findings about each site, and a person's yes or no.
import { useDoing } from "../parts/acting.js";
import { act, useData } from "../parts/asking.js";
import { Button } from "../parts/button.js";
import { Field } from "../parts/fields.js";
import { say } from "../parts/language.js";
import { Headed, Panel, Waiting } from "../parts/pieces.js";
import { useFilters } from "../parts/router.js";
import { Catalogue } from "./catalogue.js";
import { LookedAt } from "./looked_at.js";

const { createElement: h, useState } = globalThis.React;
const { Box, Flex, Stack, Text } = globalThis.ChakraUI;

const EMPTY = { addresses: "", opml: "", name: "", timezone: "", country: "", twice: false };
const ENDED = new Set(["success", "failed"]);

const Form = ({ onDone }) => {
  const [form, setForm] = useState(EMPTY);
  const { busy, error, run } = useDoing();
  const set = (name) => (value) => setForm((before) => ({ ...before, [name]: value }));
  const addresses = form.addresses.split(/\s+/u).filter(Boolean);
  const submit = (event) => {
    event.preventDefault();
    run(async () => {
      await act("follow", { ...form, addresses });
      setForm(EMPTY);
      onDone();
    });
  };
  return h(
    Panel,
    { title: say("add.sites"), id: "add-sites" },
    h(
      Stack,
      { as: "form", gap: 3, px: 4, py: 3, onSubmit: submit },
      h(Field, { label: say("add.addresses"), value: form.addresses, onChange: set("addresses"), rows: 3, dir: "ltr", placeholder: "https://example.org" }),
      h(
        Box,
        { as: "label", fontSize: "xs", color: "fg.muted" },
        say("add.opml"),
        h("input", {
          type: "file",
          accept: ".opml,.xml",
          style: { display: "block", marginTop: "0.25rem", maxWidth: "100%" },
          onChange: async (event) => set("opml")((await event.target.files[0]?.text()) ?? ""),
        }),
      ),
      addresses.length === 1
        ? h(
          Flex,
          { gap: 3, flexWrap: "wrap" },
          h(Field, { label: say("add.name"), value: form.name, onChange: set("name") }),
          h(Field, { label: say("add.timezone"), value: form.timezone, onChange: set("timezone") }),
          h(Field, { label: say("add.country"), value: form.country, maxLength: 2, onChange: set("country") }),
        )
        : null,
      h(
        Box,
        { as: "label", fontSize: "sm", display: "flex", gap: 2, alignItems: "center" },
        h("input", { type: "checkbox", checked: form.twice, onChange: (event) => set("twice")(event.target.checked) }),
        say("add.twice"),
      ),
      h(Text, { fontSize: "xs", color: "fg.muted" }, say("add.note")),
      error ? h(Text, { role: "alert", color: "red.fg", fontSize: "sm" }, error) : null,
      h(Button, { type: "submit", size: "sm", alignSelf: "flex-start", loading: busy, disabled: !addresses.length && !form.opml }, say("add.look")),
    ),
  );
};

export const Page = () => {
  const [{ run }, change] = useFilters({ run: "" });
  const asked = useData("follow", (page) => page.runs.some((one) => !ENDED.has(one.state)));
  return h(
    Stack,
    { gap: 4 },
    h(Headed, { title: say("nav.add"), asked }),
    h(Waiting, { asked }, (page) =>
      h(
        Stack,
        { gap: 4 },
        page.may.includes("operate") ? h(Form, { onDone: asked.refresh }) : null,
        h(LookedAt, { page, chosen: run, onChoose: (one) => change({ run: one }), onDone: asked.refresh }),
        h(Catalogue, { page, onDone: asked.refresh }),
      )),
  );
};
