// The tables of a source's page: how its URLs ended, its runs, its lists, and who did what with the source.
import { phrase, say, word } from "../parts/language.js";
import { column, Empty, English, minute, number, Outside, Panel, When } from "../parts/pieces.js";
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
    { title: say("source.ends"), id: "source-ends", note: h(Text, { fontSize: "xs", color: "fg.muted" }, say("source.in_runs", { n: page.runs.length })) },
    page.ends.length === 0 ? h(Empty, null, say("source.no_end")) : h(
      Rows,
      {
        label: say("source.ends"),
        testid: "ends",
        columns: [
          column(say("ledger.state"), undefined, { ps: 4 }),
          column(say("ledger.why")),
          column(say("ledger.urls"), undefined, { textAlign: "end", pe: 4 }),
        ],
      },
      page.ends.map((end) =>
        h(
          Table.Row,
          { key: `${end.state} ${end.code}` },
          h(Table.Cell, { ps: 4 }, h(Go, { to: "ledger", filters: { source: page.name, state: end.state, code: end.code } }, word("state", end.state))),
          h(Table.Cell, { px: 2, overflowWrap: "anywhere", whiteSpace: "normal" }, end.reason ? h("bdi", { lang: "en" }, end.reason) : "–"),
          h(Table.Cell, { pe: 4, textAlign: "end", fontVariantNumeric: "tabular-nums" }, number(end.urls)),
        )
      ),
    ),
  );

// The stages of a run. If Airflow ran a stage, it is a link to the log of its task.
const Stages = ({ run, tasks }) =>
  h(
    Flex,
    { gap: 2, flexWrap: "wrap" },
    run.stages.map((stage) => {
      const at = tasks.find((task) => task.stage === stage.stage);
      const log = at && `/dags/${at.dag}/runs/${encodeURIComponent(at.run_id)}${at.map_index === null ? "" : `/tasks/${at.stage}/mapped/${at.map_index}`}`;
      const told = `${word("stage", stage.stage)}: ${word("state", stage.state)}`;
      return at
        ? h(AirflowLink, { key: stage.stage, to: log, fontSize: "xs", "aria-label": say("source.log_of", { told }) }, told)
        : h(Text, { key: stage.stage, as: "span", fontSize: "xs", color: "fg.muted" }, told);
    }),
  );

export const Runs = ({ page }) =>
  h(
    Panel,
    { title: say("source.runs"), id: "source-runs" },
    page.runs.length === 0 ? h(Empty, null, say("source.no_run")) : h(
      Rows,
      {
        label: say("source.runs"),
        testid: "source-runs",
        columns: [
          column(say("ledger.run"), undefined, { ps: 4 }),
          column(say("col.began")),
          column(say("source.stages")),
          column(say("col.new"), undefined, { textAlign: "end", pe: 4 }),
        ],
      },
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
              .map((stage) =>
                h(English, { key: stage.stage, fontSize: "xs", color: stage.state === "failed" ? "red.fg" : "fg.muted", lineClamp: 3 }, stage.message)
              ),
          ),
          h(Table.Cell, { pe: 4, textAlign: "end", fontVariantNumeric: "tabular-nums" }, number(run.new)),
        )
      ),
    ),
  );

export const Lists = ({ page }) =>
  h(
    Panel,
    { title: say("source.lists"), id: "source-lists" },
    page.lists.length === 0 ? h(Empty, null, say("source.no_list")) : h(
      Rows,
      {
        label: say("source.lists"),
        testid: "lists",
        columns: [column(say("source.list"), undefined, { ps: 4 }), column(say("source.answer")), column(say("source.asked"), undefined, { pe: 4 })],
      },
      page.lists.map((list) =>
        h(
          Table.Row,
          { key: list.url, verticalAlign: "top" },
          h(
            Table.Cell,
            { ps: 4, whiteSpace: "normal", overflowWrap: "anywhere" },
            h(Text, { fontSize: "xs", color: "fg.muted" }, word("list", list.kind)),
            h(Outside, { href: list.url, dir: "ltr" }, list.url),
          ),
          h(
            Table.Cell,
            { px: 2, whiteSpace: "normal" },
            h(Text, { fontSize: "xs" }, [word("state", list.state), list.status].filter(Boolean).join(" · ")),
            list.reason ? h(English, { fontSize: "xs", color: ["failed", "blocked"].includes(list.state) ? "red.fg" : "fg.muted" }, list.reason) : null,
          ),
          h(
            Table.Cell,
            { pe: 4, whiteSpace: "nowrap", color: "fg.muted" },
            h(When, { at: list.answered_at ?? list.fetched_at, now: page.now, none: say("source.not_yet") }),
          ),
        )
      ),
    ),
  );

export const History = ({ page }) =>
  h(
    Panel,
    { title: say("source.history"), id: "source-history" },
    page.history.length === 0 ? h(Empty, null, say("source.no_history")) : h(
      Box,
      { as: "ul", listStyleType: "none", "data-testid": "history" },
      page.history.map((one) =>
        h(
          Box,
          { as: "li", key: `${one.done_at} ${one.act}`, px: 4, py: 1.5, fontSize: "sm" },
          phrase("act.by", { who: one.done_by, what: word("act", one.act) }),
          " · ",
          h(When, { at: one.done_at, now: page.now }),
          one.detail?.run_id
            ? h("span", null, " · ", h(AirflowLink, { to: `/dags/${one.detail.dag}/runs/${encodeURIComponent(one.detail.run_id)}` }, one.detail.dag))
            : null,
        )
      ),
    ),
  );
