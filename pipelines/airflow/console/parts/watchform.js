// The fields of a watch that a person writes: a query, or terms of which any is enough; limits; and who is told.
import { Choice, Field } from "./fields.js";
import { say, word } from "./language.js";

const { createElement: h } = globalThis.React;
const { Box, Flex, Stack, Text } = globalThis.ChakraUI;

const DIGESTS = ["hourly", "nightly 07:00", "weekly mon 07:00"];

const split = (text, mark) => text.split(mark).map((one) => one.trim()).filter(Boolean);

export const EMPTY = {
  mode: "query",
  query: "",
  terms: "",
  unless: "",
  sources: "",
  languages: "",
  kinds: [],
  channels: "",
  cap: "",
  digest: "",
  quiet: "",
  timezone: "",
  messages_in: "",
};

// A watch in the form's own values.
export const toForm = (watch) => ({
  mode: watch.query ? "query" : "terms",
  query: watch.query,
  terms: watch.terms.join("\n"),
  unless: watch.unless.join("\n"),
  sources: watch.sources.join(", "),
  languages: watch.languages.join(", "),
  kinds: watch.kinds,
  channels: watch.channels.join(", "),
  cap: watch.cap === null ? "" : String(watch.cap),
  digest: watch.digest,
  quiet: watch.quiet.join(", "),
  timezone: watch.timezone,
  messages_in: watch.messages_in,
});

// The form's values as the server takes them.
export const toWatch = (form) => ({
  query: form.mode === "query" ? form.query : "",
  terms: form.mode === "terms" ? split(form.terms, "\n") : [],
  unless: form.mode === "terms" ? split(form.unless, "\n") : [],
  sources: split(form.sources, ","),
  languages: split(form.languages, ","),
  kinds: form.kinds,
  channels: split(form.channels, ","),
  cap: form.cap === "" ? null : Number(form.cap),
  digest: form.digest,
  quiet: split(form.quiet, ","),
  timezone: form.timezone,
  messages_in: form.messages_in,
});

const Kinds = ({ chosen, kinds, onChange }) =>
  h(
    Box,
    { as: "fieldset" },
    h(Text, { as: "legend", fontSize: "sm" }, say("watch.kinds")),
    h(
      Flex,
      { gap: 3, flexWrap: "wrap" },
      kinds.map((kind) =>
        h(
          Flex,
          { as: "label", key: kind, gap: 1, align: "center", fontSize: "sm" },
          h("input", {
            type: "checkbox",
            checked: chosen.includes(kind),
            onChange: (event) => onChange(event.target.checked ? [...chosen, kind] : chosen.filter((one) => one !== kind)),
          }),
          word("kind", kind),
        )
      ),
    ),
  );

export const WatchForm = ({ form, offered, onChange }) => {
  const field = (name, more) =>
    h(Field, { key: name, label: say(`watch.${name}`), value: form[name], onChange: (value) => onChange({ [name]: value }), ...more });
  return h(
    Stack,
    { gap: 3 },
    h(Choice, {
      label: say("watch.mode"),
      value: form.mode,
      choices: ["query", "terms"].map((mode) => [mode, say(`watch.mode_${mode}`)]),
      onChoose: (mode) => onChange({ mode }),
    }),
    form.mode === "query"
      ? field("query", { rows: 3, hint: say("watch.query_hint"), maxLength: 10_000 })
      : [field("terms", { rows: 4, hint: say("watch.terms_hint") }), field("unless", { rows: 2, hint: say("watch.unless_hint") })],
    field("channels", { hint: say("watch.channels_hint", { names: offered.channels.join(", ") || "–" }), offered: offered.channels }),
    field("sources", { hint: say("watch.narrow_hint"), offered: offered.sources.map((one) => one.name) }),
    field("languages", { hint: say("watch.narrow_hint"), offered: offered.languages }),
    h(Kinds, { chosen: form.kinds, kinds: [...offered.kinds, ...offered.finer_kinds], onChange: (kinds) => onChange({ kinds }) }),
    field("cap", { type: "number", min: 1, hint: say("watch.cap_hint") }),
    field("digest", { hint: say("watch.digest_hint", { how: offered.digest_how }), offered: DIGESTS }),
    field("quiet", { hint: say("watch.quiet_hint", { how: offered.quiet_how }) }),
    field("timezone", { hint: say("watch.timezone_hint") }),
    field("messages_in", { hint: say("watch.messages_in_hint", { codes: offered.messages_in.join(", ") }), offered: offered.messages_in }),
  );
};
