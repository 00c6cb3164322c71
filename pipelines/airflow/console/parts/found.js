// An article that a search found: its title and passages with the found words marked; a story appears once.
import { phrase, say, word } from "./language.js";
import { atPageSide, Dotted, When, Words } from "./pieces.js";
import { Go } from "./router.js";

const { createElement: h } = globalThis.React;
const { Badge, Box } = globalThis.ChakraUI;

export const Marked = ({ pieces }) =>
  pieces.map((piece, at) =>
    piece.marked ? h(Box, { as: "mark", key: at, bg: "yellow.subtle", color: "yellow.fg", borderRadius: "xs" }, piece.text) : h("span", { key: at }, piece.text)
  );

// The last edit of an article that was revised: when, of which kind, and the headline before it.
const Edit = ({ found, list }) =>
  h(
    Box,
    { fontSize: "xs", "data-testid": "edit" },
    h(Dotted, {
      facts: [
        h("span", null, phrase("found.changed", { at: h(When, { at: found.edit.at }) })),
        word("edit", found.edit.kind),
        h(Go, { to: `articles/${found.id}`, filters: { view: "changes", found: list } }, say("article.what_changed")),
      ],
    }),
    found.edit.title_before
      ? h(
        Words,
        { as: "del", display: "block", direction: found.direction, language: found.language, ...atPageSide(), color: "fg.muted" },
        found.edit.title_before,
      )
      : null,
  );

// list: the filters of the list that contains the article, as in the address, so that the article's page leads back.
export const Found = ({ found, titles, list }) =>
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
          found.outlets > 1 && say("search.outlets", { n: found.outlets }),
        ],
      },
      found.gone_at ? h(Badge, { size: "xs", colorPalette: "gray" }, say("article.gone")) : null,
    ),
    h(
      Words,
      { as: "h2", direction: found.direction, language: found.language, ...atPageSide(), size: "md", strong: true, "data-testid": "title" },
      h(Go, { to: `articles/${found.id}`, filters: { found: list }, color: "inherit" }, h(Marked, { pieces: found.title_pieces })),
    ),
    found.edit ? h(Edit, { found, list }) : null,
    found.passages.map((passage, at) =>
      h(
        Words,
        { key: at, direction: found.direction, language: found.language, ...atPageSide(), color: "fg.muted" },
        h(Marked, { pieces: passage.pieces }),
      )
    ),
    found.beginning
      ? h(Words, { direction: found.direction, language: found.language, ...atPageSide(), color: "fg.muted", lineClamp: 2 }, found.beginning)
      : null,
  );
