// Every followed source, in a list that can be sorted and narrowed. The address of the page holds the choices.
import { useData } from "../parts/asking.js";
import { Button } from "../parts/button.js";
import { Sparkline } from "../parts/charts.js";
import { Choice, Field } from "../parts/fields.js";
import { say } from "../parts/language.js";
import { useMore } from "../parts/more.js";
import { Empty, Headed, number, Panel, standing, State, Trouble, Waiting, When } from "../parts/pieces.js";
import { Go, useFilters } from "../parts/router.js";
import { chosen, othersOf, statesOf } from "./source_states.js";

const { createElement: h } = globalThis.React;
const { Badge, Flex, Stack, Table, Text } = globalThis.ChakraUI;

const USUAL = { state: "", country: "", language: "", name: "", sort: "", down: "" };

const NONE = Array(30).fill(0);

const withDays = (page, days) => (days ? { ...page, sources: page.sources.map((source) => ({ ...source, days: days[source.name] ?? NONE })) } : page);

const sum = (days) => (days ?? NONE).reduce((all, one) => all + one, 0);

// For each column: the key of its words, the value by which it is sorted, and whether it contains numbers.
const COLUMNS = [
  { key: "", title: "search.source", by: null },
  { key: "state", title: "col.last_run", by: (s) => s.state },
  { key: "began", title: "col.began", by: (s) => s.started_at ?? "" },
  { key: "new", title: "col.new", by: (s) => s.new, number: true },
  { key: "rejected", title: "col.rejected", by: (s) => s.rejected, number: true },
  { key: "failed", title: "col.lost", by: (s) => s.lost, number: true },
  { key: "open", title: "col.open", by: (s) => s.undecided, number: true },
  { key: "days", title: "col.days", by: (s) => sum(s.days), number: true },
  { key: "articles", title: "nav.articles", by: (s) => s.articles, number: true },
  { key: "newest", title: "col.newest", by: (s) => s.newest_fetched_at ?? "" },
];

const sorted = (sources, { sort, down }) => {
  const by = COLUMNS.find((column) => column.key === sort)?.by;
  if (!by) return sources;
  const way = down ? -1 : 1;
  return [...sources].sort((a, b) => (by(a) > by(b) ? way : by(a) < by(b) ? -way : 0));
};

const Cell = ({ value, bad }) =>
  h(
    Table.Cell,
    { textAlign: "end", px: 2, fontVariantNumeric: "tabular-nums", color: bad && value ? "red.fg" : value ? undefined : "fg.muted" },
    number(value),
  );

const SourceRow = ({ source, now }) =>
  h(
    Table.Row,
    { verticalAlign: "top" },
    h(
      Table.Cell,
      { ps: 4, minW: "14rem", whiteSpace: "normal" },
      h(
        Go,
        { to: `sources/${source.name}`, fontWeight: "semibold" },
        h("bdi", { dir: source.direction, lang: source.direction === "rtl" ? source.language : undefined }, source.title),
      ),
      h(Text, { color: "fg.muted", fontSize: "xs" }, `${source.name} · ${source.language} · ${source.country}`),
      source.message && source.state !== "done"
        ? h(Text, {
          color: source.state === "failed" ? "red.fg" : "fg.muted",
          fontSize: "xs",
          mt: 0.5,
          overflowWrap: "anywhere",
          lineClamp: 3,
          lang: "en",
          dir: "auto",
        }, source.message)
        : null,
    ),
    h(
      Table.Cell,
      { px: 2 },
      h(
        Flex,
        { gap: 1, flexWrap: "wrap" },
        h(State, { state: source.state }),
        othersOf(source).map((code) => h(Badge, { key: code, colorPalette: "orange", size: "sm" }, standing(code))),
      ),
    ),
    h(Table.Cell, { px: 2, whiteSpace: "nowrap", color: "fg.muted" }, h(When, { at: source.started_at, now })),
    h(Cell, { value: source.new }),
    h(Cell, { value: source.rejected }),
    h(Cell, { value: source.lost, bad: true }),
    h(Cell, { value: source.undecided }),
    h(
      Table.Cell,
      { px: 2, color: "fg.info" },
      source.days && h(Sparkline, { values: source.days, label: say("sources.month", { new: sum(source.days) }) }),
    ),
    h(Cell, { value: source.articles }),
    h(Table.Cell, { px: 2, pe: 4, whiteSpace: "nowrap" }, h(When, { at: source.newest_fetched_at, now, none: "–" })),
  );

const Sorter = ({ column, filters, change }) => {
  const here = filters.sort === column.key;
  const next = column.by === null ? { sort: "", down: "" } : { sort: column.key, down: here ? (filters.down ? "" : "1") : column.number ? "1" : "" };
  return h(
    Table.ColumnHeader,
    {
      scope: "col",
      px: 2,
      ps: column.key ? 2 : 4,
      textAlign: column.number ? "end" : undefined,
      "aria-sort": here && column.by ? (filters.down ? "descending" : "ascending") : undefined,
    },
    h(
      Button,
      { variant: "plain", size: "xs", whiteSpace: "nowrap", color: "fg.muted", onClick: () => change(next) },
      say(column.title),
      here && column.by ? (filters.down ? " ↓" : " ↑") : "",
    ),
  );
};

const Listed = ({ page, filters, change }) => {
  const found = sorted(chosen(page.sources, filters), filters);
  const [shown, end] = useMore(found);
  return h(
    Panel,
    {
      title: say("sources.count", { n: found.length }),
      id: "desk-sources",
      note: found.length < page.sources.length ? h(Text, { color: "fg.muted", fontSize: "sm" }, say("sources.of", { all: page.sources.length })) : null,
    },
    page.sources.length === 0 ? h(Empty, null, say("sources.none"), " ", h(Go, { to: "add" }, say("nav.add"))) : h(
      Table.ScrollArea,
      { tabIndex: 0, role: "group", "aria-labelledby": "desk-sources" },
      h(
        Table.Root,
        { size: "sm", "data-testid": "sources" },
        h(Table.Header, null, h(Table.Row, null, COLUMNS.map((column) => h(Sorter, { key: column.key, column, filters, change })))),
        h(Table.Body, null, shown.map((source) => h(SourceRow, { key: source.name, source, now: page.now }))),
      ),
      end,
    ),
  );
};

const Filters = ({ page, filters, change }) => {
  const values = (key) => page.sources.map((source) => source[key]);
  // The value in the address is among the choices, even if no source has it any more.
  const choices = (chosen, known) => [["", say("sources.all")], ...[...new Set([...known, chosen])].filter(Boolean).sort().map((one) => [one, standing(one)])];
  const states = page.sources.flatMap(statesOf);
  return h(
    Flex,
    { as: "search", gap: 3, flexWrap: "wrap", align: "end" },
    h(Field, { label: say("watch.name"), value: filters.name, onChange: (name) => change({ name }, { typed: true }) }),
    h(Choice, { label: say("ledger.state"), value: filters.state, choices: choices(filters.state, states), onChoose: (state) => change({ state }) }),
    h(Choice, {
      label: say("sources.country"),
      value: filters.country,
      choices: choices(filters.country, values("country")),
      onChoose: (country) => change({ country }),
    }),
    h(Choice, {
      label: say("search.language"),
      value: filters.language,
      choices: choices(filters.language, values("language")),
      onChoose: (language) => change({ language }),
    }),
  );
};

export const Page = () => {
  const [filters, change] = useFilters(USUAL);
  const asked = useData("sources");
  // The list is shown before its sparklines are loaded.
  const month = useData("sources/days");
  return h(
    Stack,
    { gap: 4 },
    h(Headed, { title: say("nav.sources"), asked }, h(Go, { to: "add", fontSize: "sm" }, say("nav.add"))),
    h(Waiting, { asked }, (page) =>
      h(
        Stack,
        { gap: 4 },
        page.broken.map((sentence) => h(Trouble, { key: sentence }, sentence)),
        h(Filters, { page, filters, change }),
        h(Listed, { page: withDays(page, month.page?.days), filters, change }),
      )),
  );
};
