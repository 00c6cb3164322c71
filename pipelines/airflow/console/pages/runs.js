// The last runs, as a table.
import { Count, Empty, Panel, State, When, column, number } from "../parts/pieces.js";

const { createElement: h } = globalThis.React;
const { Table } = globalThis.ChakraUI;

export const Runs = ({ page }) =>
  h(
    Panel,
    { title: "Runs", id: "desk-runs" },
    page.runs.length === 0
      ? h(Empty, null, "Nothing has run yet. Trigger news_crawl in Airflow, or type `nightdesk run`.")
      : h(
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
              column("Sources", undefined, { textAlign: "end" }),
              column("Failed", "Sources that failed", { textAlign: "end" }),
              column("New", "New articles", { textAlign: "end", pe: 4 }),
            ),
          ),
          h(
            Table.Body,
            null,
            page.runs.map((run) =>
              h(
                Table.Row,
                { key: run.run },
                h(Table.Cell, { ps: 4, whiteSpace: "nowrap" }, run.run),
                h(
                  Table.Cell,
                  { px: 2, whiteSpace: "nowrap", color: "fg.muted" },
                  run.running ? h(State, { state: "running" }) : h(When, { at: run.started_at, now: page.now }),
                ),
                h(Count, { value: run.sources }),
                h(Count, { value: run.failed, state: "failed" }),
                h(Table.Cell, { textAlign: "end", pe: 4, fontVariantNumeric: "tabular-nums" }, number(run.new)),
              ),
            ),
          ),
        ),
  );
