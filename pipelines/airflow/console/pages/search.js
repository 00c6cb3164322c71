// Search: in the language of `nightdesk search`, with filters. Each story is shown once, and more stories come as the reader
// scrolls.
import { useData } from "../parts/asking.js";
import { Button } from "../parts/button.js";
import { Choice } from "../parts/fields.js";
import { Found } from "../parts/found.js";
import { say } from "../parts/language.js";
import { Mistake } from "../parts/mistake.js";
import { Empty, Panel, titlesOf, Trouble } from "../parts/pieces.js";
import { useFilters } from "../parts/router.js";
import { Scrolled, useScrolled } from "../parts/scrolled.js";

const { createElement: h, useEffect, useState } = globalThis.React;
const { Box, Flex, Input, Text } = globalThis.ChakraUI;

const USUAL = { q: "", source: "", language: "", since: "", state: "", order: "newest" };
const SPANS = ["1d", "7d", "30d", "365d"];
const STATES = ["revised", "removed"];
const ORDERS = ["newest", "best"];

const asked = (filters) => new URLSearchParams(Object.entries(filters).filter(([, value]) => value)).toString();

const QueryBox = ({ written, onSearch }) => {
  const [typed, setTyped] = useState(written);
  useEffect(() => setTyped(written), [written]);
  return h(
    Flex,
    {
      as: "form",
      role: "search",
      gap: 2,
      onSubmit: (event) => {
        event.preventDefault();
        onSearch(typed.trim());
      },
    },
    h(Input, {
      type: "search",
      dir: "auto",
      "aria-label": say("search.label"),
      placeholder: say("search.placeholder"),
      value: typed,
      maxLength: 10_000,
      onChange: (event) => setTyped(event.target.value),
      "data-testid": "query",
    }),
    h(Button, { type: "submit", flexShrink: 0 }, say("search.go")),
  );
};

const Filters = ({ filters, choices, onChange }) =>
  h(
    Flex,
    { gap: 2, flexWrap: "wrap", mt: 2 },
    h(Choice, {
      label: say("search.source"),
      value: filters.source,
      choices: [["", say("search.all_sources")], ...choices.sources.map((one) => [one.name, one.title])],
      onChoose: (source) => onChange({ source }),
    }),
    h(Choice, {
      label: say("search.language"),
      value: filters.language,
      choices: [["", say("search.all_languages")], ...choices.languages.map((one) => [one, one])],
      onChoose: (language) => onChange({ language }),
    }),
    h(Choice, {
      label: say("search.since"),
      value: filters.since,
      choices: [["", say("search.any_time")], ...SPANS.map((span) => [span, say("search.days", { n: parseInt(span, 10) })])],
      onChoose: (since) => onChange({ since }),
    }),
    h(Choice, {
      label: say("search.state"),
      value: filters.state,
      choices: [["", say("search.any_state")], ...STATES.map((state) => [state, say(`search.is_${state}`)])],
      onChoose: (state) => onChange({ state }),
    }),
    h(Choice, {
      label: say("search.order"),
      value: filters.order,
      choices: ORDERS.map((order) => [order, say(`search.order_${order}`)]),
      onChoose: (order) => onChange({ order }),
    }),
  );

const Counted = ({ query }) => {
  const { page } = useData(`search/count?${query}`);
  if (!page) return null;
  return h(Text, { color: "fg.muted", fontSize: "sm" }, say(page.more ? "search.at_least" : "search.count", { n: page.number }));
};

export const Page = () => {
  const [filters, change] = useFilters(USUAL);
  const { page: choices } = useData("search/choices");
  const { order, ...narrowed } = filters;
  const query = asked(narrowed);
  const list = useScrolled(`search?${query}&order=${order}`, "answers");
  const address = asked({ ...narrowed, order: order === USUAL.order ? "" : order });
  const titles = titlesOf(choices?.sources ?? []);
  return h(
    Panel,
    {
      title: say("nav.articles"),
      id: "desk-search",
      head: "h1",
      note: list.problem ? null : h(Counted, { query, key: query }),
    },
    h(
      Box,
      { px: 4, py: 3, borderBottomWidth: "1px" },
      h(QueryBox, { written: filters.q, onSearch: (q) => change({ q }) }),
      h(Filters, { filters, choices: choices ?? { sources: [], languages: [] }, onChange: change }),
      list.problem?.told?.query !== undefined ? h(Mistake, { mistake: list.problem.told }) : null,
    ),
    list.problem && list.problem.told?.query === undefined ? h(Trouble, null, list.problem.said) : null,
    list.last?.complete === false ? h(Text, { px: 4, py: 2, fontSize: "sm", color: "fg.warning" }, say("search.incomplete")) : null,
    list.last?.ranked_newest ? h(Text, { px: 4, py: 2, fontSize: "sm", color: "fg.muted" }, say("search.ranked")) : null,
    list.rows && list.rows.length === 0 && !list.more ? h(Empty, null, say("search.nothing")) : null,
    h(
      Scrolled,
      { list },
      (list.rows ?? []).map((one) => h(Found, { key: one.id, found: one, titles, list: address })),
    ),
  );
};
