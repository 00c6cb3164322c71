// The latest articles: title and beginning in their own direction; a click opens the whole with what was cut from it.
import { load, saying, useData } from "../parts/asking.js";
import { Dotted, Empty, Headed, Outside, Panel, Waiting, When, Words, minute, plural } from "../parts/pieces.js";
import { useFilters } from "../parts/router.js";

const { createElement: h, useEffect, useState } = globalThis.React;
const { Badge, Box, Button, Flex, Heading, Skeleton, Stack, Text } = globalThis.ChakraUI;

// Blocks stand on the side where the article's lines begin, whatever their own direction.
const Removed = ({ block, direction }) =>
  h(
    Box,
    { dir: direction, borderStartWidth: "3px", borderColor: "orange.solid", ps: 3, "data-testid": "removed" },
    h(Text, { fontSize: "xs", color: "fg.muted" }, h("bdi", { dir: "ltr" }, `cut: ${block.reason}`)),
    h(
      Words,
      { direction: block.direction, textAlign: direction === "rtl" ? "right" : "left", color: "fg.muted", whiteSpace: "pre-wrap" },
      block.text,
    ),
  );

const Whole = ({ article, now }) => {
  const [full, setFull] = useState(null);
  const [error, setError] = useState("");
  useEffect(() => {
    let current = true;
    load(`articles/${article.id}`).then(
      (got) => current && setFull(got),
      (problem) => current && setError(saying(problem)),
    );
    return () => {
      current = false;
    };
  }, [article.id, article.revision]);
  if (error) return h(Text, { color: "red.fg", fontSize: "sm", py: 2, role: "alert" }, error);
  if (!full) return h(Skeleton, { h: "6rem", my: 2 });
  const facts = [
    full.authors.length > 0 && h("bdi", null, full.authors.join(", ")),
    full.section && h("bdi", null, full.section),
    full.published_at && `published ${minute(full.published_at)}, to the ${full.published_precision || "?"} from ${full.published_from || "?"}`,
    full.gone_at && `gone from the site since ${minute(full.gone_at)}`,
    h(Outside, { href: full.url }, "open at the source"),
  ];
  return h(
    Stack,
    { gap: 3, pt: 2, pb: 3 },
    full.description && !full.text.startsWith(full.description)
      ? h(Words, { direction: full.direction, language: full.language, color: "fg.muted" }, full.description)
      : null,
    h(
      Stack,
      { gap: 2, maxW: "48rem", ms: full.direction === "rtl" ? "auto" : undefined, w: "full" },
      full.text
        .split("\n")
        .map((line, at) => h(Words, { key: at, direction: full.direction, language: full.language }, line)),
    ),
    full.removed.length > 0
      ? h(
          Stack,
          { gap: 2 },
          h(Heading, { as: "h4", size: "xs" }, `What was cut (${plural(full.removed.length, "block")})`),
          full.removed.map((block, at) => h(Removed, { key: at, block, direction: full.direction })),
        )
      : h(Text, { fontSize: "xs", color: "fg.muted" }, "Nothing was cut from this page's text."),
    full.revisions.length > 1
      ? h(
          Box,
          null,
          h(Heading, { as: "h4", size: "xs", mb: 1 }, `Revisions (${full.revisions.length})`),
          full.revisions.map((r) =>
            h(
              Flex,
              { key: r.revision, gap: 2, fontSize: "xs", color: "fg.muted", align: "baseline" },
              h("span", null, `${r.revision} · `, h(When, { at: r.fetched_at, now }), ` · ${plural(r.words, "word")} · `),
              h("bdi", { dir: r.direction, lang: full.language || undefined }, r.title),
            ),
          ),
        )
      : null,
    h(Dotted, { facts, overflowWrap: "anywhere" }),
  );
};

const ArticleRow = ({ article, titles, now }) => {
  const [open, setOpen] = useState(false);
  const id = `desk-article-${article.id}`;
  const meta = [
    h("bdi", null, titles[article.source] ?? article.source),
    h(When, { at: article.published_at ?? article.first_fetched_at, now }),
    article.words > 0 && plural(article.words, "word"),
    article.cut > 0 && `${plural(article.cut, "line")} cut`,
    article.revision > 1 && `revision ${article.revision}`,
  ];
  return h(
    Box,
    { as: "li", px: 4, py: 2.5, borderTopWidth: "1px", _first: { borderTopWidth: 0 }, "data-testid": "article" },
    h(
      Dotted,
      { facts: meta },
      article.gone_at ? h(Badge, { size: "xs", colorPalette: "gray" }, "gone") : null,
      article.watches.map((watch) =>
        h(Badge, { key: watch, size: "xs", colorPalette: "purple", title: "This watch found it" }, h("bdi", null, watch)),
      ),
    ),
    h(
      Button,
      {
        variant: "plain",
        display: "block",
        w: "full",
        h: "auto",
        p: 0,
        my: 0.5,
        whiteSpace: "normal",
        "aria-expanded": open,
        "aria-controls": id,
        onClick: () => setOpen(!open),
        _hover: { color: "fg.info" },
      },
      h(Words, { direction: article.direction, language: article.language, size: "md", strong: true, "data-testid": "title" }, article.title),
    ),
    h(
      Box,
      { id },
      open
        ? h(Whole, { article, now })
        : h(Words, { direction: article.direction, language: article.language, color: "fg.muted", lineClamp: 2 }, article.excerpt),
    ),
  );
};

const List = ({ page, chosen, onAll }) => {
  const titles = page.titles;
  const note = chosen
    ? h(
        Button,
        { size: "xs", variant: "outline", onClick: onAll, "aria-label": "Show the articles of all sources" },
        h("span", null, "only ", h("bdi", null, titles[chosen] ?? chosen), " ✕"),
      )
    : h(Text, { color: "fg.muted", fontSize: "sm" }, `newest ${page.articles.length}`);
  return h(
    Panel,
    { title: "Latest articles", id: "desk-articles", note },
    page.articles.length === 0
      ? h(Empty, null, chosen
          ? "No article of this source yet: its own page says how the last run ended."
          : "No articles yet. Trigger news_crawl, or type `nightdesk run`; they appear here when news_load has ended.")
      : h(
          Box,
          { as: "ul", listStyleType: "none" },
          page.articles.map((a) => h(ArticleRow, { key: a.id, article: a, titles, now: page.now })),
        ),
  );
};

export const Page = () => {
  const [{ source }, change] = useFilters({ source: "" });
  const asked = useData(`articles${source ? `?source=${encodeURIComponent(source)}` : ""}`);
  return h(
    Stack,
    { gap: 4 },
    h(Headed, { title: "Articles", asked }),
    h(Waiting, { asked }, (page) => h(List, { page, chosen: source, onAll: () => change({ source: "" }) })),
  );
};
