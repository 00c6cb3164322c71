// A held run: the articles that wait, and what a person decides on it.
import { Act } from "../parts/acting.js";
import { useData } from "../parts/asking.js";
import { Button } from "../parts/button.js";
import { phrase, say } from "../parts/language.js";
import { Dotted, English, minute, Outside, Panel, Trouble, When, Words } from "../parts/pieces.js";
import { Go } from "../parts/router.js";

const { createElement: h, useState } = globalThis.React;
const { Box, Flex, Skeleton, Text } = globalThis.ChakraUI;

export const Decide = ({ source, run, onDone }) => {
  const path = `sources/${encodeURIComponent(source)}/held/${run}`;
  return h(
    Flex,
    { as: "span", gap: 2, flexWrap: "wrap" },
    h(Act, { path: `${path}/release`, ask: say("held.release_sure", { run }), onDone }, say("held.release")),
    h(Act, { path: `${path}/reject`, ask: say("held.reject_sure", { run }), colorPalette: "red", onDone }, say("held.reject")),
  );
};

const Waiting = ({ article }) =>
  h(
    Box,
    { as: "li", borderTopWidth: "1px", py: 2, "data-testid": "held-article" },
    h(Words, { direction: article.direction, language: article.language, strong: true }, article.title),
    h(Dotted, {
      facts: [
        say("article.words", { n: article.words }),
        article.published_at ? minute(article.published_at) : say("article.undated"),
        h(Outside, { href: article.url }, say("article.open")),
      ],
    }),
    h(Words, { direction: article.direction, language: article.language, color: "fg.muted" }, article.beginning),
  );

export const WaitingArticles = ({ source, run }) => {
  const { page, error } = useData(`sources/${encodeURIComponent(source)}/held/${run}`);
  if (!page) return error ? h(Trouble, null, error) : h(Skeleton, { h: "6rem" });
  return h(
    Box,
    { maxW: "48rem", mt: 2 },
    h(Box, { as: "ul", listStyleType: "none" }, page.articles.map((one, at) => h(Waiting, { key: at, article: one }))),
    page.more > 0 ? h(Text, { fontSize: "xs", color: "fg.muted" }, say("held.more", { n: page.more })) : null,
  );
};

const Opened = ({ source, run }) => {
  const [open, setOpen] = useState(false);
  return h(
    Box,
    { my: 2 },
    h(Button, { size: "xs", variant: "outline", "aria-expanded": open, onClick: () => setOpen(!open) }, say("held.articles")),
    open ? h(WaitingArticles, { source, run }) : null,
  );
};

export const Held = ({ page, onDone }) =>
  page.held.length === 0 ? null : h(
    Panel,
    { title: say("held.title"), id: "source-held" },
    h(
      Box,
      { as: "ul", listStyleType: "none" },
      page.held.map((one) =>
        h(
          Box,
          { as: "li", key: one.run, px: 4, py: 2.5, "data-testid": "held" },
          h(Dotted, {
            facts: [
              h(Go, { to: "ledger", filters: { run: one.run, source: page.name, code: "held" } }, say("overview.run", { run: one.run })),
              say("search.count", { n: one.articles }),
              h("span", null, phrase("held.since", { at: h(When, { at: one.held_at, now: page.now }) })),
            ],
          }),
          h(English, { my: 1 }, one.reason),
          h(Opened, { source: page.name, run: one.run }),
          page.may.includes("operate") ? h(Decide, { source: page.name, run: one.run, onDone }) : null,
        )
      ),
    ),
  );
