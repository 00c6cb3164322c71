// The last thirty nights: new articles as bars, red where sources failed, and the same as a table.
import { Button } from "../parts/button.js";
import { Bars } from "../parts/charts.js";
import { say } from "../parts/language.js";
import { column, Count, Empty, minute, number, Panel, State } from "../parts/pieces.js";
import { Go } from "../parts/router.js";

const { createElement: h, useState } = globalThis.React;
const { Box, Stack, Table, Text } = globalThis.ChakraUI;

// Rows of the table that are shown until the reader asks for the others.
const FEW = 7;

const lasted = (run) => {
  if (!run.ended_at || run.running) return "";
  const seconds = Math.round((Date.parse(run.ended_at) - Date.parse(run.started_at)) / 1000);
  if (seconds < 120) return say("took.seconds", { number: seconds });
  return seconds < 7200 ? say("took.minutes", { number: Math.round(seconds / 60) }) : say("took.hours", { number: (seconds / 3600).toFixed(1) });
};

const told = (run) => say("nights.told", { run: run.run, new: run.new, failed: run.failed, sources: run.sources, took: lasted(run) });

const RunRow = ({ run }) =>
  h(
    Table.Row,
    null,
    h(Table.Cell, { ps: 4, whiteSpace: "nowrap" }, h(Go, { to: "ledger", filters: { run: run.run } }, run.run)),
    h(
      Table.Cell,
      { px: 2, whiteSpace: "nowrap", color: "fg.muted" },
      run.running ? h(State, { state: "running" }) : h("time", { dateTime: run.started_at }, minute(run.started_at)),
    ),
    h(Table.Cell, { px: 2, textAlign: "end", whiteSpace: "nowrap", color: "fg.muted" }, lasted(run)),
    h(Count, { value: run.sources }),
    h(Count, { value: run.failed, state: "failed" }),
    h(Table.Cell, { textAlign: "end", pe: 4, fontVariantNumeric: "tabular-nums" }, number(run.new)),
  );

export const Nights = ({ page }) => {
  const [all, setAll] = useState(false);
  const oldestFirst = [...page.nights].reverse();
  const shown = all ? page.nights : page.nights.slice(0, FEW);
  return h(
    Panel,
    { title: say("nights.title", { n: page.nights.length }), id: "desk-nights" },
    page.nights.length === 0 ? h(Empty, null, say("head.nothing")) : h(
      Stack,
      { gap: 2 },
      h(
        Box,
        { px: 4, pt: 3 },
        h(Bars, {
          bars: oldestFirst.map((run) => ({ key: run.run, value: run.new, bad: run.failed > 0, told: told(run) })),
          label: say("nights.chart", { newest: told(page.nights[0]) }),
        }),
        h(Text, { fontSize: "xs", color: "fg.muted", mt: 1 }, say("nights.legend")),
      ),
      h(
        Table.ScrollArea,
        { tabIndex: 0, role: "group", "aria-label": say("nights.table") },
        h(
          Table.Root,
          { size: "sm", "data-testid": "runs" },
          h(
            Table.Header,
            null,
            h(
              Table.Row,
              null,
              column(say("ledger.run"), undefined, { ps: 4 }),
              column(say("col.began")),
              column(say("col.took"), undefined, { textAlign: "end" }),
              column(say("nav.sources"), undefined, { textAlign: "end" }),
              column(say("col.failed"), undefined, { textAlign: "end" }),
              column(say("col.new"), undefined, { textAlign: "end", pe: 4 }),
            ),
          ),
          h(Table.Body, null, shown.map((run) => h(RunRow, { key: run.run, run }))),
        ),
      ),
      page.nights.length > FEW
        ? h(
          Button,
          { size: "xs", variant: "ghost", alignSelf: "flex-start", mx: 4, mb: 2, onClick: () => setAll(!all) },
          say(all ? "nights.fewer" : "nights.all"),
        )
        : null,
    ),
  );
};
