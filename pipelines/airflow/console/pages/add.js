// Add sources: what to look at, what was found of each site, and a person's yes or no.
import { useDoing } from "../parts/acting.js";
import { act, useData } from "../parts/asking.js";
import { Button } from "../parts/button.js";
import { Field } from "../parts/fields.js";
import { Headed, IN_ENGLISH, Panel, Waiting } from "../parts/pieces.js";
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
    { title: "Look at sites", id: "add-sites" },
    h(
      Stack,
      { as: "form", gap: 3, px: 4, py: 3, onSubmit: submit },
      h(Field, { label: "Addresses, one on a line", value: form.addresses, onChange: set("addresses"), rows: 3, dir: "ltr", placeholder: "https://example.org" }),
      h(
        Box,
        { as: "label", fontSize: "xs", color: "fg.muted" },
        "Or a list as OPML",
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
            h(Field, { label: "Name (empty: by its host)", value: form.name, onChange: set("name") }),
            h(Field, { label: "Time zone (empty: as the site tells it)", value: form.timezone, onChange: set("timezone") }),
            h(Field, { label: "Country, two letters", value: form.country, maxLength: 2, onChange: set("country") }),
          )
        : null,
      h(
        Box,
        { as: "label", fontSize: "sm", display: "flex", gap: 2, alignItems: "center" },
        h("input", { type: "checkbox", checked: form.twice, onChange: (event) => set("twice")(event.target.checked) }),
        "Look even where a source follows the site already",
      ),
      h(Text, { fontSize: "xs", color: "fg.muted" }, "Each site is looked at, bounded and polite; nothing is followed before you approve it."),
      error ? h(Text, { role: "alert", color: "red.fg", fontSize: "sm" }, error) : null,
      h(Button, { type: "submit", size: "sm", alignSelf: "flex-start", loading: busy, disabled: !addresses.length && !form.opml }, "Look at them"),
    ),
  );
};

export const Page = () => {
  const [{ run }, change] = useFilters({ run: "" });
  const asked = useData("follow", (page) => page.runs.some((one) => !ENDED.has(one.state)));
  return h(
    Stack,
    { gap: 4, ...IN_ENGLISH },
    h(Headed, { title: "Add sources", asked }),
    h(Waiting, { asked }, (page) =>
      h(
        Stack,
        { gap: 4 },
        page.may.includes("operate") ? h(Form, { onDone: asked.refresh }) : null,
        h(LookedAt, { page, chosen: run, onChoose: (one) => change({ run: one }), onDone: asked.refresh }),
        h(Catalogue, { page, onDone: asked.refresh }),
      ),
    ),
  );
};
