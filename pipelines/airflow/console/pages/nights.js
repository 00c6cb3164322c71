// The last thirty nights: new articles as bars, red where sources failed, and the same as a table.
import { Button } from "../parts/button.js";
import { Bars } from "../parts/charts.js";
import { Count, Empty, Panel, State, column, minute, number, plural } from "../parts/pieces.js";
import { Go } from "../parts/router.js";

const { createElement: h, useState } = globalThis.React;
const { Box, Stack, Table, Text } = globalThis.ChakraUI;

// Of the table, before it is asked for the others.
const FEW = 7;

const lasted = (run) => {
  if (!run.ended_at || run.running) return "";
  const seconds = Math.round((Date.parse(run.ended_at) - Date.parse(run.started_at)) / 1000);
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
};

const told = (run) =>
  [`${run.run}: ${plural(run.new, "new article")}`, `${number(run.failed)} of ${plural(run.sources, "source")} failed`, lasted(run)]
    .filter(Boolean)
    .join(", ");

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
    { title: page.nights.length === 1 ? "The last run" : `The last ${plural(page.nights.length, "run")}`, id: "desk-nights" },
    page.nights.length === 0
      ? h(Empty, null, "Nothing has run yet. Trigger news_crawl in Airflow, or type `nightdesk run`.")
      : h(
          Stack,
          { gap: 2 },
          h(
            Box,
            { px: 4, pt: 3 },
            h(Bars, {
              bars: oldestFirst.map((run) => ({ key: run.run, value: run.new, bad: run.failed > 0, told: told(run) })),
              label: `New articles of each run, the oldest first; red where a source failed. The newest: ${told(page.nights[0])}.`,
            }),
            h(Text, { fontSize: "xs", color: "fg.muted", mt: 1 }, "New articles of each run; red where a source failed."),
          ),
          h(
            Table.ScrollArea,
            { tabIndex: 0, role: "group", "aria-label": "Runs as a table" },
            h(
              Table.Root,
              { size: "sm", "data-testid": "runs" },
              h(
                Table.Header,
                null,
                h(
                  Table.Row,
                  null,
                  column("Run", undefined, { ps: 4 }),
                  column("Began"),
                  column("Took", undefined, { textAlign: "end" }),
                  column("Sources", undefined, { textAlign: "end" }),
                  column("Failed", "Sources that failed", { textAlign: "end" }),
                  column("New", "New articles", { textAlign: "end", pe: 4 }),
                ),
              ),
              h(Table.Body, null, shown.map((run) => h(RunRow, { key: run.run, run }))),
            ),
          ),
          page.nights.length > FEW
            ? h(Button, { size: "xs", variant: "ghost", alignSelf: "flex-start", mx: 4, mb: 2, onClick: () => setAll(!all) }, all ? "Show fewer" : "Show all")
            : null,
        ),
  );
};
