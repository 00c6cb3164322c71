// Ledger: the life of any URL, and where everything of a run ended, by source, state and reason, down to the single URL.
import { useData } from "../parts/asking.js";
import { Button } from "../parts/button.js";
import { Choice } from "../parts/fields.js";
import { say, word } from "../parts/language.js";
import { atPageSide, Empty, minute, number, Outside, Panel, Trouble } from "../parts/pieces.js";
import { Go, useFilters } from "../parts/router.js";
import { Scrolled, useScrolled } from "../parts/scrolled.js";
import { UrlLife } from "../parts/urllife.js";

const { createElement: h, useEffect, useState } = globalThis.React;
const { Box, Flex, Input, Skeleton, Stack, Table, Text } = globalThis.ChakraUI;

const USUAL = { url: "", run: "", source: "", kind: "", state: "", code: "" };

const Ask = ({ url, onAsk }) => {
  const [typed, setTyped] = useState(url);
  useEffect(() => setTyped(url), [url]);
  return h(
    Flex,
    {
      as: "form",
      role: "search",
      gap: 2,
      p: 4,
      onSubmit: (event) => {
        event.preventDefault();
        onAsk(typed.trim());
      },
    },
    h(Input, {
      dir: "ltr",
      type: "url",
      "aria-label": say("ledger.url"),
      placeholder: "https://example.org/news/1",
      value: typed,
      onChange: (event) => setTyped(event.target.value),
    }),
    h(Button, { type: "submit", flexShrink: 0 }, say("ledger.ask")),
  );
};

const Ends = ({ ends, filters, onChoose }) =>
  h(
    Table.ScrollArea,
    { tabIndex: 0, role: "region", "aria-label": say("ledger.note") },
    h(
      Table.Root,
      { size: "sm", "data-testid": "ends" },
      h(
        Table.Header,
        null,
        h(
          Table.Row,
          null,
          ["kind", "state", "why"].map((name) => h(Table.ColumnHeader, { key: name, scope: "col", ps: 4 }, say(`ledger.${name}`))),
          h(Table.ColumnHeader, { scope: "col", textAlign: "end", pe: 4 }, say("ledger.urls")),
        ),
      ),
      h(
        Table.Body,
        null,
        ends.map((end) => {
          const mine = end.kind === filters.kind && end.state === filters.state && end.code === filters.code;
          return h(
            Table.Row,
            { key: `${end.kind} ${end.state} ${end.code}`, bg: mine ? "bg.emphasized" : undefined },
            h(Table.Cell, { ps: 4 }, word("list", end.kind)),
            h(Table.Cell, { ps: 4 }, word("state", end.state)),
            h(Table.Cell, { ps: 4 }, h("bdi", { dir: "ltr" }, end.code || "–")),
            h(
              Table.Cell,
              { textAlign: "end", pe: 4 },
              h(
                Button,
                {
                  variant: "plain",
                  size: "sm",
                  color: "fg.info",
                  "aria-pressed": mine,
                  "aria-label": say("ledger.show_urls", { n: end.urls, state: end.state, why: end.code }),
                  onClick: () => onChoose(mine ? { kind: "", state: "", code: "" } : { kind: end.kind, state: end.state, code: end.code }),
                },
                number(end.urls),
              ),
            ),
          );
        }),
      ),
    ),
  );

const Url = ({ row }) =>
  h(
    Box,
    { as: "li", px: 4, py: 2, borderTopWidth: "1px", fontSize: "sm", "data-testid": "url" },
    h(Box, { dir: "ltr", ...atPageSide(), overflowWrap: "anywhere" }, h(Outside, { href: row.url }, row.url)),
    h(
      Flex,
      { gap: 2, color: "fg.muted", fontSize: "xs", flexWrap: "wrap" },
      h("bdi", { title: row.source }, row.source_title),
      h("span", null, word("state", row.state)),
      row.reason ? h("bdi", { lang: "en" }, row.reason) : null,
      h("span", null, minute(row.decided_at ?? row.discovered_at)),
      h(Go, { to: "ledger", filters: { url: row.url } }, say("ledger.life")),
    ),
  );

const Urls = ({ filters, run }) => {
  const asked = new URLSearchParams({ run, ...Object.fromEntries(["source", "kind", "state", "code"].map((name) => [name, filters[name]])) });
  const list = useScrolled(`ledger/urls?${asked}`, "urls");
  return h(
    Panel,
    { title: say("ledger.urls_of"), id: "ledger-urls" },
    list.problem ? h(Trouble, null, list.problem.said) : null,
    list.rows?.length === 0 ? h(Empty, null, say("ledger.no_url")) : h(Scrolled, { list }, (list.rows ?? []).map((row) => h(Url, { key: row.id, row }))),
  );
};

const Run = ({ filters, change }) => {
  const asked = new URLSearchParams({ run: filters.run, source: filters.source });
  const { page, error } = useData(`ledger?${asked}`);
  if (!page) return error ? h(Trouble, null, error) : h(Skeleton, { h: "16rem" });
  const none = { kind: "", state: "", code: "" };
  const runs = page.run && !page.runs.includes(page.run) ? [page.run, ...page.runs] : page.runs;
  return h(
    Stack,
    { gap: 4 },
    h(
      Panel,
      { title: say("ledger.ends"), id: "ledger-ends" },
      h(
        Flex,
        { gap: 3, p: 4, flexWrap: "wrap" },
        h(Choice, { label: say("ledger.run"), value: page.run, choices: runs.map((run) => [run, run]), onChoose: (run) => change({ run, ...none }) }),
        h(Choice, {
          label: say("search.source"),
          value: filters.source,
          choices: [["", say("search.all_sources")], ...page.sources.map((one) => [one.source, `${one.source_title} (${number(one.urls)})`])],
          onChoose: (source) => change({ source, ...none }),
        }),
      ),
      page.ends.length === 0 ? h(Empty, null, say("ledger.nothing")) : h(Ends, { ends: page.ends, filters, onChoose: change }),
      h(Text, { px: 4, py: 2, fontSize: "xs", color: "fg.muted" }, say("ledger.note")),
    ),
    page.run && page.ends.length > 0 ? h(Urls, { filters, run: page.run }) : null,
  );
};

export const Page = () => {
  const [filters, change] = useFilters(USUAL);
  return h(
    Stack,
    { gap: 4 },
    h(
      Panel,
      { title: say("ledger.life"), id: "ledger-url", head: "h1" },
      h(Ask, { url: filters.url, onAsk: (url) => change({ url }) }),
      filters.url ? h(UrlLife, { url: filters.url, key: filters.url }) : null,
    ),
    filters.url ? null : h(Run, { filters, change }),
  );
};
