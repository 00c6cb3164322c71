// The tables of a source's page: where its URLs ended, its runs, its lists, and who did what with it.
import { Empty, Outside, Panel, When, column, minute, number } from "../parts/pieces.js";
import { AirflowLink, Go } from "../parts/router.js";

const { createElement: h } = globalThis.React;
const { Box, Flex, Table, Text } = globalThis.ChakraUI;

const Rows = ({ label, columns, children, testid }) =>
  h(
    Table.ScrollArea,
    { tabIndex: 0, role: "group", "aria-label": label, maxH: "28rem" },
    h(
      Table.Root,
      { size: "sm", stickyHeader: true, "data-testid": testid },
      h(Table.Header, null, h(Table.Row, null, columns)),
      h(Table.Body, null, children),
    ),
  );

export const Ends = ({ page }) =>
  h(
    Panel,
    { title: "Where its URLs ended", id: "source-ends", note: h(Text, { fontSize: "xs", color: "fg.muted" }, page.runs.length === 1 ? "in its last run" : `in its last ${number(page.runs.length)} runs`) },
    page.ends.length === 0
      ? h(Empty, null, "No article URL has an end yet.")
      : h(
          Rows,
          { label: "Where its URLs ended", testid: "ends", columns: [column("State", undefined, { ps: 4 }), column("Reason"), column("URLs", undefined, { textAlign: "end", pe: 4 })] },
          page.ends.map((end) =>
            h(
              Table.Row,
              { key: `${end.state} ${end.code}` },
              h(Table.Cell, { ps: 4 }, h(Go, { to: "ledger", filters: { source: page.name, state: end.state, code: end.code } }, end.state)),
              h(Table.Cell, { px: 2, overflowWrap: "anywhere", whiteSpace: "normal" }, end.reason || "–"),
              h(Table.Cell, { pe: 4, textAlign: "end", fontVariantNumeric: "tabular-nums" }, number(end.urls)),
            ),
          ),
        ),
  );

// The stages of a run, each as a link to the log of its task where Airflow ran it.
const Stages = ({ run, tasks }) =>
  h(
    Flex,
    { gap: 2, flexWrap: "wrap" },
    run.stages.map((stage) => {
      const at = tasks.find((task) => task.stage === stage.stage);
      const log = at && `/dags/${at.dag}/runs/${encodeURIComponent(at.run_id)}${at.map_index === null ? "" : `/tasks/${at.stage}/mapped/${at.map_index}`}`;
      const told = `${stage.stage} ${stage.state}`;
      return at
        ? h(AirflowLink, { key: stage.stage, to: log, fontSize: "xs", "aria-label": `${told}: the task's log` }, told)
        : h(Text, { key: stage.stage, as: "span", fontSize: "xs", color: "fg.muted" }, told);
    }),
  );

export const Runs = ({ page }) =>
  h(
    Panel,
    { title: "Its last runs", id: "source-runs" },
    page.runs.length === 0
      ? h(Empty, null, "It was in no run yet.")
      : h(
          Rows,
          { label: "Its last runs", testid: "source-runs", columns: [column("Run", undefined, { ps: 4 }), column("Began"), column("Stages, with their logs"), column("New", undefined, { textAlign: "end", pe: 4 })] },
          page.runs.map((run) =>
            h(
              Table.Row,
              { key: run.run, verticalAlign: "top" },
              h(Table.Cell, { ps: 4, whiteSpace: "nowrap" }, h(Go, { to: "ledger", filters: { run: run.run, source: page.name } }, run.run)),
              h(Table.Cell, { px: 2, whiteSpace: "nowrap", color: "fg.muted" }, minute(run.started_at)),
              h(
                Table.Cell,
                { px: 2, whiteSpace: "normal" },
                h(Stages, { run, tasks: page.tasks[run.run] ?? [] }),
                run.stages
                  .filter((stage) => stage.message && stage.state !== "done")
                  .map((stage) => h(Text, { key: stage.stage, fontSize: "xs", color: stage.state === "failed" ? "red.fg" : "fg.muted", overflowWrap: "anywhere", lineClamp: 3 }, stage.message)),
              ),
              h(Table.Cell, { pe: 4, textAlign: "end", fontVariantNumeric: "tabular-nums" }, number(run.new)),
            ),
          ),
        ),
  );

export const Lists = ({ page }) =>
  h(
    Panel,
    { title: "Its feeds, sitemaps and sections", id: "source-lists" },
    page.lists.length === 0
      ? h(Empty, null, "None was asked for yet.")
      : h(
          Rows,
          { label: "Its feeds, sitemaps and sections", testid: "lists", columns: [column("List", undefined, { ps: 4 }), column("Last answer"), column("Asked", undefined, { pe: 4 })] },
          page.lists.map((list) =>
            h(
              Table.Row,
              { key: list.url, verticalAlign: "top" },
              h(Table.Cell, { ps: 4, whiteSpace: "normal", overflowWrap: "anywhere" }, h(Text, { fontSize: "xs", color: "fg.muted" }, list.kind), h(Outside, { href: list.url, dir: "ltr" }, list.url)),
              h(
                Table.Cell,
                { px: 2, whiteSpace: "normal" },
                h(Text, { fontSize: "xs" }, [list.state, list.status].filter(Boolean).join(", ")),
                list.reason ? h(Text, { fontSize: "xs", color: ["failed", "blocked"].includes(list.state) ? "red.fg" : "fg.muted", overflowWrap: "anywhere" }, list.reason) : null,
              ),
              h(Table.Cell, { pe: 4, whiteSpace: "nowrap", color: "fg.muted" }, h(When, { at: list.answered_at ?? list.fetched_at, now: page.now, none: "not yet" })),
            ),
          ),
        ),
  );

export const History = ({ page }) =>
  h(
    Panel,
    { title: "Who did what", id: "source-history" },
    page.history.length === 0
      ? h(Empty, null, "Nobody did anything with it at the Desk.")
      : h(
          Box,
          { as: "ul", listStyleType: "none", "data-testid": "history" },
          page.history.map((one) =>
            h(
              Box,
              { as: "li", key: `${one.done_at} ${one.act}`, px: 4, py: 1.5, fontSize: "sm" },
              h("bdi", null, one.done_by),
              ` ${one.means} · `,
              h(When, { at: one.done_at, now: page.now }),
              one.detail?.run_id ? h("span", null, " · ", h(AirflowLink, { to: `/dags/${one.detail.dag}/runs/${encodeURIComponent(one.detail.run_id)}` }, one.detail.dag)) : null,
            ),
          ),
        ),
  );
