// An article: its text, the cut parts in their places, its wordings, the page as it was received, and further facts about the
// article.
import { useData } from "../parts/asking.js";
import { Beside } from "../parts/beside.js";
import { Button } from "../parts/button.js";
import { Cuts } from "../parts/cuts.js";
import { Differences } from "../parts/differences.js";
import { say } from "../parts/language.js";
import { Dotted, minute, Outside, Panel, Trouble, Words } from "../parts/pieces.js";
import { Go, useFilters } from "../parts/router.js";
import { Received } from "../parts/received.js";

const { createElement: h } = globalThis.React;
const { Badge, Box, Flex, Skeleton, Stack, Text } = globalThis.ChakraUI;

// The views of an article. The first is shown if the address names none.
const VIEWS = ["text", "cuts", "changes", "page"];
const USUAL = { view: "text", found: "", before: "", after: "" };

const Plain = ({ article }) =>
  h(
    Stack,
    { gap: 3, maxW: "48rem", w: "full" },
    article.description && !article.text.startsWith(article.description)
      ? h(Words, { direction: article.direction, language: article.language, color: "fg.muted" }, article.description)
      : null,
    article.text
      .split("\n")
      .map((line, at) => h(Words, { key: at, direction: article.direction, language: article.language, size: "md" }, line)),
  );

const Facts = ({ article }) =>
  h(Dotted, {
    facts: [
      h(Go, { to: `sources/${article.source}` }, h("bdi", null, article.source_title)),
      article.authors.length > 0 && h("bdi", null, article.authors.join(", ")),
      article.section && h("bdi", null, article.section),
      article.published_at
        ? h("span", { title: article.published_from }, say("article.published", { at: minute(article.published_at) }))
        : say("article.undated"),
      say("article.first_seen", { at: minute(article.first_fetched_at) }),
      say("article.words", { n: article.words }),
      say("article.number", { id: String(article.id) }),
    ],
  });

const Views = ({ view, onChoose }) =>
  h(
    Flex,
    { role: "group", "aria-label": say("article.views"), gap: 1, flexWrap: "wrap", mt: 2 },
    VIEWS.map((one) =>
      h(
        Button,
        {
          key: one,
          size: "sm",
          variant: one === view ? "solid" : "outline",
          "aria-pressed": one === view,
          onClick: () => onChoose(one),
        },
        say(`article.view_${one}`),
      )
    ),
  );

const Shown = ({ article, filters, change }) => {
  if (filters.view === "cuts") return h(Cuts, { article });
  if (filters.view === "page") return h(Received, { article });
  if (filters.view === "changes") return h(Differences, { article, before: filters.before, after: filters.after, change });
  return h(Plain, { article });
};

export const Page = ({ number }) => {
  const [filters, change] = useFilters(USUAL);
  const { page: article, error, refresh } = useData(`articles/${encodeURIComponent(number)}`);
  if (!article) return error ? h(Trouble, null, error) : h(Skeleton, { h: "20rem" });
  return h(
    Stack,
    { gap: 4, "data-testid": "article-page" },
    filters.found
      ? h(Text, { fontSize: "sm" }, h(Go, { to: "articles", filters: Object.fromEntries(new URLSearchParams(filters.found)) }, say("article.back")))
      : null,
    h(
      Box,
      { borderWidth: "1px", borderRadius: "lg", p: 4 },
      h(
        Words,
        { as: "h1", direction: article.direction, language: article.language, size: "xl", strong: true, "data-testid": "title" },
        article.title,
      ),
      h(Facts, { article }),
      h(
        Flex,
        { gap: 3, mt: 2, align: "center", flexWrap: "wrap", fontSize: "sm" },
        article.gone_at ? h(Badge, { colorPalette: "orange" }, say("article.gone_since", { at: minute(article.gone_at) })) : null,
        article.url ? h(Outside, { href: article.url }, say("article.open")) : null,
        h(Go, { to: "ledger", filters: { url: article.url } }, say("article.why")),
      ),
      h(Views, { view: filters.view, onChoose: (view) => change({ view, before: "", after: "" }) }),
    ),
    h(
      Box,
      { display: "grid", gap: 4, alignItems: "start", gridTemplateColumns: { base: "minmax(0, 1fr)", xl: "minmax(0, 5fr) minmax(0, 3fr)" } },
      h(
        Panel,
        { title: say(`article.view_${filters.view}`), id: "article-shown" },
        h(Box, { p: 4, minW: 0, dir: filters.view === "text" ? article.direction : undefined }, h(Shown, { article, filters, change })),
      ),
      h(Beside, { article, found: filters.found, onChange: refresh }),
    ),
  );
};
