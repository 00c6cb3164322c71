// The sites that were looked at: the state of each look; and of one look the samples, the evidence and the file that would be
// written.
import { Act } from "../parts/acting.js";
import { Button } from "../parts/button.js";
import { say } from "../parts/language.js";
import { column, Empty, minute, number, Outside, Panel } from "../parts/pieces.js";
import { Reason, useResult } from "../parts/results.js";
import { LookAgain } from "./look_again.js";

const { createElement: h } = globalThis.React;
const { Badge, Box, Flex, Heading, Stack, Table, Text } = globalThis.ChakraUI;

const WAITS = new Set(["awaiting_input", "deferred"]);

// The state of a look at a site, as a key of the catalogues, and its colour.
const standing = (run) => {
  if (WAITS.has(run.tasks.approve)) return ["waits", "blue"];
  if (run.tasks.probe === "failed") return ["cannot", "red"];
  if (run.tasks.keep === "success") return ["followed", "green"];
  if (run.tasks.keep === "failed") return ["unwritten", "red"];
  if (run.tasks.keep === "skipped") return ["refused", "gray"];
  return run.state === "failed" ? ["failed", "red"] : ["looking", "blue"];
};

const Samples = ({ samples }) =>
  h(
    Table.ScrollArea,
    { tabIndex: 0, role: "group", "aria-label": say("add.samples") },
    h(
      Table.Root,
      { size: "sm", "data-testid": "samples" },
      h(
        Table.Header,
        null,
        h(
          Table.Row,
          null,
          column(say("add.title")),
          column(say("add.published")),
          column(say("add.words"), undefined, { textAlign: "end" }),
          column(say("article.view_cuts")),
          column(say("add.verdict")),
        ),
      ),
      h(
        Table.Body,
        null,
        samples.map((sample) =>
          h(
            Table.Row,
            { key: sample.url, verticalAlign: "top" },
            h(
              Table.Cell,
              { whiteSpace: "normal", minW: "14rem" },
              h(Text, { dir: "auto", lang: sample.language || undefined }, sample.title || say("add.untitled")),
              h(Outside, { href: sample.url, fontSize: "xs", "aria-label": say("add.page_of", { title: sample.title }) }, say("add.page")),
            ),
            h(Table.Cell, { px: 2, whiteSpace: "nowrap" }, sample.published || "–"),
            h(Table.Cell, { px: 2, textAlign: "end" }, number(sample.words)),
            h(Table.Cell, { px: 2, whiteSpace: "normal" }, h("bdi", { lang: "en" }, sample.cut.map(([why, count]) => `${count} ${why}`).join(", ") || "–")),
            h(
              Table.Cell,
              { px: 2, whiteSpace: "normal" },
              h(Badge, { colorPalette: sample.good ? "green" : "red", size: "sm", whiteSpace: "normal", lang: "en" }, sample.verdict),
            ),
          )
        ),
      ),
    ),
  );

const Found = ({ run, page, onDone }) => {
  const [found, error] = useResult(run, "probe", run.tasks.probe === "success");
  const path = `follow/${encodeURIComponent(run.run_id)}`;
  const operates = page.may.includes("operate");
  if (run.tasks.probe === "failed") {
    return h(Stack, { gap: 3, py: 2 }, h(Reason, { run, task: "probe" }), operates ? h(LookAgain, { run, onDone }) : null);
  }
  if (error) return h(Text, { role: "alert", color: "red.fg", fontSize: "sm" }, error);
  if (!found) return h(Text, { fontSize: "sm", color: "fg.muted", py: 2, role: "status" }, say("add.looking_now"));
  return h(
    Stack,
    { gap: 3, py: 2, "data-testid": "found" },
    h(Text, { fontSize: "sm" }, say("add.called", { name: found.name })),
    WAITS.has(run.tasks.approve) && operates
      ? h(
        Stack,
        { gap: 3 },
        h(
          Flex,
          { gap: 2, flexWrap: "wrap" },
          h(Act, { path: `${path}/approve`, colorPalette: "green", variant: "solid", onDone }, say("add.approve")),
          h(Act, { path: `${path}/refuse`, onDone }, say("add.refuse")),
        ),
        h(LookAgain, { run, refused: `${path}/refuse`, onDone }),
      )
      : null,
    found.samples ? h(Samples, { samples: found.samples }) : null,
    h(Heading, { as: "h3", size: "xs" }, say("add.written")),
    h(Box, { as: "pre", fontSize: "xs", overflowX: "auto", dir: "ltr", tabIndex: 0, role: "group", "aria-label": say("source.file") }, found.toml),
    found.evidence
      ? h(
        Box,
        { as: "ul", listStyleType: "disc", ps: 5, fontSize: "xs", color: "fg.muted", lang: "en" },
        found.evidence.map((line, at) => h(Box, { as: "li", key: at, dir: "auto", overflowWrap: "anywhere" }, line)),
      )
      : null,
  );
};

export const LookedAt = ({ page, chosen, onChoose, onDone }) =>
  h(
    Panel,
    { title: say("add.looked"), id: "add-looked" },
    page.runs.length === 0 ? h(Empty, null, say("add.none")) : h(
      Box,
      { as: "ul", listStyleType: "none" },
      page.runs.map((run) => {
        const [how, colour] = standing(run);
        const open = run.run_id === chosen;
        return h(
          Box,
          { as: "li", key: run.run_id, px: 4, py: 2, borderTopWidth: "1px", _first: { borderTopWidth: 0 }, "data-testid": "looked" },
          h(
            Flex,
            { gap: 2, align: "center", flexWrap: "wrap" },
            h(Badge, { colorPalette: colour, size: "sm" }, say(`add.is_${how}`)),
            h(
              Button,
              { variant: "plain", size: "sm", "aria-expanded": open, onClick: () => onChoose(open ? "" : run.run_id) },
              h("span", { "aria-hidden": true }, open ? "▾ " : "▸ "),
              String(run.form.url ?? run.run_id),
            ),
            h(Text, { as: "span", fontSize: "xs", color: "fg.muted" }, minute(run.began), run.by ? [" · ", h("bdi", { key: "by" }, run.by)] : null),
          ),
          open ? h(Found, { run, page, onDone }) : null,
        );
      }),
    ),
  );
