// The sites that were looked at: how far each is, and of one its samples, its evidence and the file that would be written.
import { Act } from "../parts/acting.js";
import { Button } from "../parts/button.js";
import { Empty, Outside, Panel, column, minute, number } from "../parts/pieces.js";
import { Reason, useResult } from "../parts/results.js";

const { createElement: h } = globalThis.React;
const { Badge, Box, Flex, Heading, Stack, Table, Text } = globalThis.ChakraUI;

const WAITS = new Set(["awaiting_input", "deferred"]);

// What a person calls the state of such a run.
const standing = (run) => {
  if (WAITS.has(run.tasks.approve)) return ["waits for you", "blue"];
  if (run.tasks.probe === "failed") return ["cannot be followed", "red"];
  if (run.tasks.keep === "success") return ["followed", "green"];
  if (run.tasks.keep === "failed") return ["not written", "red"];
  if (run.tasks.keep === "skipped") return ["refused", "gray"];
  return run.state === "failed" ? ["failed", "red"] : ["is looked at", "blue"];
};

const Samples = ({ samples }) =>
  h(
    Table.ScrollArea,
    { tabIndex: 0, role: "group", "aria-label": "Samples" },
    h(
      Table.Root,
      { size: "sm", "data-testid": "samples" },
      h(Table.Header, null, h(Table.Row, null, column("Title"), column("Published"), column("Words", undefined, { textAlign: "end" }), column("What was cut"), column("Verdict"))),
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
              h(Text, { dir: "auto", lang: sample.language || undefined }, sample.title || "no title"),
              h(Outside, { href: sample.url, fontSize: "xs", "aria-label": `the page: ${sample.title}` }, "the page"),
            ),
            h(Table.Cell, { px: 2, whiteSpace: "nowrap" }, sample.published || "–"),
            h(Table.Cell, { px: 2, textAlign: "end" }, number(sample.words)),
            h(Table.Cell, { px: 2, whiteSpace: "normal" }, sample.cut.map(([why, count]) => `${count} ${why}`).join(", ") || "–"),
            h(Table.Cell, { px: 2, whiteSpace: "normal" }, h(Badge, { colorPalette: sample.good ? "green" : "red", size: "sm", whiteSpace: "normal" }, sample.verdict)),
          ),
        ),
      ),
    ),
  );

const Found = ({ run, page, onDone }) => {
  const [found, error] = useResult(run, "probe", run.tasks.probe === "success");
  const path = `follow/${encodeURIComponent(run.run_id)}`;
  if (run.tasks.probe === "failed") return h(Reason, { run, task: "probe" });
  if (error) return h(Text, { role: "alert", color: "red.fg", fontSize: "sm" }, error);
  if (!found) return h(Text, { fontSize: "sm", color: "fg.muted", py: 2, role: "status" }, "It is being looked at …");
  return h(
    Stack,
    { gap: 3, py: 2, "data-testid": "found" },
    h(Text, { fontSize: "sm" }, `It would be called ${found.name}.`),
    WAITS.has(run.tasks.approve) && page.may.includes("operate")
      ? h(
          Flex,
          { gap: 2, flexWrap: "wrap" },
          h(Act, { path: `${path}/approve`, colorPalette: "green", variant: "solid", onDone }, "Approve: follow it"),
          h(Act, { path: `${path}/refuse`, onDone }, "Refuse"),
          h(Text, { fontSize: "xs", color: "fg.muted", alignSelf: "center" }, "To change name, time zone or country: refuse, and look at it again with these."),
        )
      : null,
    found.samples ? h(Samples, { samples: found.samples }) : null,
    h(Heading, { as: "h3", size: "xs" }, "What will be written"),
    h(Box, { as: "pre", fontSize: "xs", overflowX: "auto", dir: "ltr", tabIndex: 0, role: "group", "aria-label": "The file" }, found.toml),
    found.evidence ? h(Box, { as: "ul", listStyleType: "disc", ps: 5, fontSize: "xs", color: "fg.muted" }, found.evidence.map((line, at) => h(Box, { as: "li", key: at, dir: "auto", overflowWrap: "anywhere" }, line))) : null,
  );
};

export const LookedAt = ({ page, chosen, onChoose, onDone }) =>
  h(
    Panel,
    { title: "Sites that were looked at", id: "add-looked" },
    page.runs.length === 0
      ? h(Empty, null, "None yet.")
      : h(
          Box,
          { as: "ul", listStyleType: "none" },
          page.runs.map((run) => {
            const [word, colour] = standing(run);
            const open = run.run_id === chosen;
            return h(
              Box,
              { as: "li", key: run.run_id, px: 4, py: 2, borderTopWidth: "1px", _first: { borderTopWidth: 0 }, "data-testid": "looked" },
              h(
                Flex,
                { gap: 2, align: "center", flexWrap: "wrap" },
                h(Badge, { colorPalette: colour, size: "sm" }, word),
                h(
                  Button,
                  { variant: "plain", size: "sm", "aria-expanded": open, onClick: () => onChoose(open ? "" : run.run_id) },
                  String(run.form.url ?? run.run_id),
                ),
                h(Text, { as: "span", fontSize: "xs", color: "fg.muted" }, minute(run.began), run.by ? [" · ", h("bdi", { key: "by" }, run.by)] : null),
              ),
              open ? h(Found, { run, page, onDone }) : null,
            );
          }),
        ),
  );
