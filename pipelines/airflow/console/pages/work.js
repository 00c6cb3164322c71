// Work: what is done with the archive as a whole; each form says first what it would do.
import { Act, useDoing } from "../parts/acting.js";
import { act, load, useData } from "../parts/asking.js";
import { Button } from "../parts/button.js";
import { Choice, Field } from "../parts/fields.js";
import { Empty, Headed, IN_ENGLISH, Panel, Waiting, When, column, minute, number } from "../parts/pieces.js";
import { Work } from "../parts/results.js";
import { AirflowLink, Go } from "../parts/router.js";

const { createElement: h, useState } = globalThis.React;
const { Box, Flex, Stack, Table, Text } = globalThis.ChakraUI;

const Hold = ({ onDone }) => {
  const [asked, setAsked] = useState("");
  const [why, setWhy] = useState("");
  const [would, setWould] = useState(null);
  const { busy, error, run } = useDoing();
  const look = (event) => {
    event.preventDefault();
    run(async () => setWould(await load(`holds/would?asked=${encodeURIComponent(asked)}`)));
  };
  const hold = () =>
    run(async () => {
      await act("holds", { asked, why });
      setWould(null);
      setAsked("");
      setWhy("");
      onDone();
    });
  return h(
    Flex,
    { as: "form", gap: 3, px: 4, py: 3, flexWrap: "wrap", align: "end", onSubmit: look },
    h(Field, {
      label: "An article's number, or a query",
      value: asked,
      onChange: (value) => {
        setAsked(value);
        setWould(null);
      },
    }),
    h(Field, { label: "What for", value: why, onChange: setWhy }),
    h(Button, { type: "submit", size: "sm", variant: "outline", disabled: busy || !asked.trim() }, "What would it hold?"),
    would ? h(Text, { fontSize: "sm", role: "status" }, `${would.more ? "more than " : ""}${number(would.number)} article(s)`) : null,
    would?.number ? h(Button, { size: "sm", disabled: busy, onClick: hold }, "Hold them") : null,
    error ? h(Text, { role: "alert", color: "red.fg", fontSize: "sm", whiteSpace: "pre-wrap", dir: "auto" }, error) : null,
  );
};

const Holds = ({ page, onDone }) =>
  h(
    Panel,
    { title: "Holds", id: "work-holds" },
    h(Text, { px: 4, pt: 3, fontSize: "sm", color: "fg.muted" }, "Articles that are held stay with their raw files, whatever their age."),
    page.may.includes("administer") ? h(Hold, { onDone }) : null,
    page.holds.length === 0
      ? h(Empty, null, "Nothing is held.")
      : h(
          Table.ScrollArea,
          { tabIndex: 0, role: "group", "aria-labelledby": "work-holds" },
          h(
            Table.Root,
            { size: "sm", "data-testid": "holds" },
            h(Table.Header, null, h(Table.Row, null, column("Hold", undefined, { ps: 4 }), column("What"), column("What for"), column("Articles", undefined, { textAlign: "end" }), column("Since"), column("Release", undefined, { pe: 4 }))),
            h(
              Table.Body,
              null,
              page.holds.map((one) =>
                h(
                  Table.Row,
                  { key: one.id },
                  h(Table.Cell, { ps: 4 }, one.id),
                  h(Table.Cell, { px: 2, dir: "auto", whiteSpace: "normal" }, one.asked),
                  h(Table.Cell, { px: 2, dir: "auto", whiteSpace: "normal" }, one.why || "–"),
                  h(Table.Cell, { px: 2, textAlign: "end" }, number(one.articles)),
                  h(Table.Cell, { px: 2, whiteSpace: "nowrap" }, h(When, { at: one.held_at, now: page.now })),
                  h(
                    Table.Cell,
                    { px: 2, pe: 4 },
                    page.may.includes("administer")
                      ? h(Act, { path: `holds/${one.id}/release`, ask: `Release hold ${one.id}? Retention may delete its raw files then.`, "aria-label": `Release hold ${one.id}`, onDone }, "Release")
                      : "–",
                  ),
                ),
              ),
            ),
          ),
        ),
  );

const Retention = ({ page }) => {
  const [run, setRun] = useState(null);
  return h(
    Panel,
    { title: "Retention", id: "work-retention" },
    h(
      Stack,
      { gap: 3, px: 4, py: 3 },
      h(
        Text,
        { fontSize: "sm" },
        page.keep_raw_days ? `Raw files older than ${number(page.keep_raw_days)} days are deleted by upkeep, unless something still needs them.` : "Raw files are kept for ever (NIGHTDESK_KEEP_RAW_DAYS is 0).",
      ),
      page.may.includes("administer") ? h(Act, { path: "retention", quiet: true, onDone: setRun }, "What would be deleted?") : null,
      run ? h(Work, { key: run.run_id, run }) : null,
    ),
  );
};

const Reread = ({ page }) => {
  const [source, setSource] = useState("");
  const [run, setRun] = useState(null);
  return h(
    Panel,
    { title: "Read stored pages again", id: "work-reread" },
    h(
      Stack,
      { gap: 3, px: 4, py: 3 },
      h(Text, { fontSize: "sm", color: "fg.muted" }, "A trial with today's extractor, of one source: it says what would change, and changes nothing."),
      page.may.includes("operate")
        ? h(
            Flex,
            { gap: 3, align: "end", flexWrap: "wrap" },
            h(Choice, { label: "Source", value: source, choices: [["", "choose one"], ...page.sources.map((one) => [one, one])], onChoose: setSource }),
            h(Act, { path: `sources/${encodeURIComponent(source)}/by-hand/reread`, quiet: true, disabled: !source, onDone: setRun }, "Try"),
          )
        : null,
      run ? h(Work, { key: run.run_id, run }, (result) => (result.key ? h(Go, { to: `sources/${source}` }, "Load it on the source's page, after a trial there") : null)) : null,
    ),
  );
};

const Asked = ({ page }) =>
  h(
    Panel,
    { title: "Asked for lately", id: "work-asked" },
    page.runs.length === 0
      ? h(Empty, null, "Nothing.")
      : h(
          Box,
          { as: "ul", listStyleType: "none" },
          page.runs.map((run) =>
            h(
              Box,
              { as: "li", key: run.run_id, px: 4, py: 1.5, fontSize: "sm" },
              h(AirflowLink, { to: `/dags/by_hand/runs/${encodeURIComponent(run.run_id)}` }, `${run.form.work ?? "?"} ${run.form.source ?? ""}`),
              ` ${run.state} · ${minute(run.began)} `,
              h("bdi", null, run.by),
            ),
          ),
        ),
  );

export const Page = () => {
  const asked = useData("work");
  return h(
    Stack,
    { gap: 4, ...IN_ENGLISH },
    h(Headed, { title: "Work", asked }),
    h(Waiting, { asked }, (page) =>
      h(
        Stack,
        { gap: 4 },
        h(Reread, { page }),
        h(Retention, { page }),
        h(Holds, { page, onDone: asked.refresh }),
        h(Asked, { page }),
      ),
    ),
  );
};
