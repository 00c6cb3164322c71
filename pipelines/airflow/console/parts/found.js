// An article that a search found: its title and passages with what was found marked, its story told once.
import { say } from "./language.js";
import { Dotted, When, Words } from "./pieces.js";
import { Go } from "./router.js";

const { createElement: h } = globalThis.React;
const { Badge, Box } = globalThis.ChakraUI;

export const Marked = ({ pieces }) =>
  pieces.map((piece, at) =>
    piece.marked ? h(Box, { as: "mark", key: at, bg: "yellow.subtle", color: "yellow.fg", borderRadius: "xs" }, piece.text) : h("span", { key: at }, piece.text)
  );

export const Found = ({ found, titles, query }) =>
  h(
    Box,
    { as: "li", px: 4, py: 3, borderTopWidth: "1px", _first: { borderTopWidth: 0 }, "data-testid": "article" },
    h(
      Dotted,
      {
        facts: [
          h("bdi", null, titles[found.source] ?? found.source),
          h(When, { at: found.dated }),
          found.revision > 1 && say("article.revision", { n: found.revision }),
          found.revision > 1 && h(Go, { to: `articles/${found.id}`, filters: { view: "changes", q: query } }, say("article.what_changed")),
          found.outlets > 1 && say("search.outlets", { n: found.outlets }),
        ],
      },
      found.gone_at ? h(Badge, { size: "xs", colorPalette: "gray" }, say("article.gone")) : null,
    ),
    h(
      Words,
      { as: "h2", direction: found.direction, language: found.language, size: "md", strong: true, "data-testid": "title" },
      h(Go, { to: `articles/${found.id}`, filters: { q: query }, color: "inherit" }, h(Marked, { pieces: found.title_pieces })),
    ),
    found.passages.map((passage, at) =>
      h(
        Words,
        { key: at, direction: found.direction, language: found.language, color: "fg.muted" },
        h(Marked, { pieces: passage.pieces }),
      )
    ),
    found.beginning ? h(Words, { direction: found.direction, language: found.language, color: "fg.muted", lineClamp: 2 }, found.beginning) : null,
  );
