// Backfill and import: for each a form, what the task `look` found, and a person's yes or no.
import { Act, DagRun, useDoing } from "../parts/acting.js";
import { act, useData } from "../parts/asking.js";
import { Button } from "../parts/button.js";
import { Choice, Field } from "../parts/fields.js";
import { say } from "../parts/language.js";
import { Empty, minute, Panel, titlesOf, Trouble } from "../parts/pieces.js";
import { Reason, useResult } from "../parts/results.js";

const { createElement: h, useState } = globalThis.React;
const { Box, Flex, Stack, Text } = globalThis.ChakraUI;

const BACKFILL = { source: "", since: "", until: "", pages: "1000" };
const IMPORT = { path: "", in_place: false };
const ENDED = new Set(["success", "failed"]);
const WAITS = new Set(["awaiting_input", "deferred"]);
// For each Dag: the task that tells the result of a run, and the field of the form that says what the run is about.
const LAST = { backfill: "fetch", import: "bring_in" };
const ABOUT = { backfill: "source", import: "path" };

const useForm = (empty, path, onDone) => {
  const [form, setForm] = useState(empty);
  const doing = useDoing();
  const set = (name) => (value) => setForm((before) => ({ ...before, [name]: value }));
  const submit = (event) => {
    event.preventDefault();
    doing.run(async () => {
      await act(path, form);
      setForm(empty);
      onDone();
    });
  };
  return { form, set, submit, ...doing };
};

const Asked = ({ id, title, note, ready, form, children }) =>
  h(
    Stack,
    { as: "form", gap: 3, onSubmit: form.submit, "aria-labelledby": id },
    h(Text, { as: "h3", id, fontWeight: "semibold", fontSize: "sm" }, title),
    h(Text, { fontSize: "xs", color: "fg.muted" }, note),
    h(Flex, { gap: 3, flexWrap: "wrap", align: "end" }, children),
    form.error ? h(Trouble, null, form.error) : null,
    h(Button, { type: "submit", size: "sm", variant: "outline", alignSelf: "flex-start", loading: form.busy, disabled: !ready }, say("past.look")),
  );

const Backfill = ({ sources, onDone }) => {
  const made = useForm(BACKFILL, "past/backfill", onDone);
  const { form, set } = made;
  return h(
    Asked,
    { id: "past-backfill", title: say("past.backfill"), note: say("past.backfill_note"), ready: Boolean(form.source), form: made },
    h(Choice, {
      label: say("search.source"),
      value: form.source,
      choices: [["", say("work.choose")], ...sources.map((one) => [one.name, one.title])],
      onChoose: set("source"),
    }),
    h(Field, { label: say("past.since"), value: form.since, onChange: set("since"), placeholder: "2025-01", dir: "ltr" }),
    h(Field, { label: say("past.until"), value: form.until, onChange: set("until"), placeholder: "2025-12-31", dir: "ltr" }),
    h(Field, { label: say("past.pages"), type: "number", min: 1, value: form.pages, onChange: set("pages") }),
  );
};

const Import = ({ files, onDone }) => {
  const made = useForm(IMPORT, "past/import", onDone);
  const { form, set } = made;
  return h(
    Asked,
    { id: "past-import", title: say("past.import"), note: say("past.import_note"), ready: Boolean(form.path.trim()), form: made },
    h(Field, { label: say("past.path"), value: form.path, onChange: set("path"), offered: files, dir: "ltr" }),
    h(
      Box,
      { as: "label", fontSize: "sm", display: "flex", gap: 2, alignItems: "center" },
      h("input", { type: "checkbox", checked: form.in_place, onChange: (event) => set("in_place")(event.target.checked) }),
      say("past.in_place"),
    ),
  );
};

// What the task `look` found, and the answer for which the run waits; later, the result of the run.
const Found = ({ run, may, onDone }) => {
  const [found, problem] = useResult(run, "look", run.tasks.look === "success");
  const [made] = useResult(run, LAST[run.dag], run.tasks[LAST[run.dag]] === "success");
  const failed = Object.keys(run.tasks).find((task) => run.tasks[task] === "failed");
  const path = `past/${run.dag}/${encodeURIComponent(run.run_id)}`;
  return h(
    Stack,
    { gap: 2, py: 2, "data-testid": "past-found" },
    failed ? h(Reason, { run, task: failed }) : null,
    problem ? h(Trouble, null, problem) : null,
    found
      ? h(Text, { as: "pre", fontSize: "xs", whiteSpace: "pre-wrap", overflowWrap: "anywhere", lang: "en", dir: "ltr", textAlign: "start" }, found.report)
      : null,
    WAITS.has(run.tasks.approve) && may.includes("operate")
      ? h(
        Flex,
        { gap: 2, flexWrap: "wrap" },
        h(Act, { path: `${path}/approve`, colorPalette: "green", variant: "solid", onDone }, say("past.approve")),
        h(Act, { path: `${path}/refuse`, onDone }, say("add.refuse")),
      )
      : null,
    made ? h(Text, { fontSize: "sm", fontWeight: "semibold", lang: "en", dir: "auto" }, String(made)) : null,
  );
};

const Run = ({ run, titles, open, may, onToggle, onDone }) =>
  h(
    Box,
    { as: "li", py: 2, borderTopWidth: "1px", _first: { borderTopWidth: 0 }, "data-testid": "past-run" },
    h(
      Flex,
      { gap: 2, align: "center", flexWrap: "wrap" },
      h(
        Button,
        { variant: "plain", size: "sm", "aria-expanded": open, onClick: onToggle },
        `${say(`past.${run.dag}`)}: `,
        h("bdi", null, titles[run.form.source] ?? run.form[ABOUT[run.dag]] ?? ""),
      ),
      WAITS.has(run.tasks.approve)
        ? h(Text, { as: "span", fontSize: "sm", color: "fg.info" }, say("add.is_waits"))
        : h(DagRun, { dag: run.dag, runId: run.run_id, onEnd: open ? onDone : undefined }),
      h(Text, { as: "span", fontSize: "xs", color: "fg.muted" }, minute(run.began), run.by ? [" · ", h("bdi", { key: "by" }, run.by)] : null),
    ),
    open ? h(Found, { run, may, onDone }) : null,
  );

export const Past = ({ sources, may }) => {
  const asked = useData("past", (page) => page.runs.some((run) => !ENDED.has(run.state) && !WAITS.has(run.tasks.approve)));
  const [chosen, choose] = useState(null);
  if (!asked.page) return asked.error ? h(Trouble, null, asked.error) : null;
  const { runs, files } = asked.page;
  const titles = titlesOf(sources);
  // The newest run is open until another one is chosen.
  const shown = chosen ?? runs[0]?.run_id ?? "";
  return h(
    Panel,
    { title: say("past.title"), id: "work-past" },
    h(
      Stack,
      { gap: 5, px: 4, py: 3 },
      may.includes("operate")
        ? [h(Backfill, { key: "backfill", sources, onDone: asked.refresh }), h(Import, { key: "import", files, onDone: asked.refresh })]
        : null,
      runs.length === 0 ? h(Empty, null, say("past.none")) : h(
        Box,
        { as: "ul", listStyleType: "none" },
        runs.map((run) =>
          h(Run, {
            key: run.run_id,
            run,
            titles,
            may,
            open: run.run_id === shown,
            onToggle: () => choose(run.run_id === shown ? "" : run.run_id),
            onDone: asked.refresh,
          })
        ),
      ),
    ),
  );
};
