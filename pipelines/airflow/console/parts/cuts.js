// The text of an article with what was cut from its page, each block in its place.
import { useData } from "./asking.js";
import { Button } from "./button.js";
import { phrase, say } from "./language.js";
import { Trouble, Words } from "./pieces.js";

const { createElement: h, useState } = globalThis.React;
const { Box, Heading, Skeleton, Stack, Text } = globalThis.ChakraUI;

const sideOf = (direction) => (direction === "rtl" ? "right" : "left");

// Blocks stand on the side where the article's lines begin, whatever their own direction.
const Removed = ({ block, direction }) =>
  h(
    Box,
    { as: "del", display: "block", textDecoration: "none", borderStartWidth: "3px", borderColor: "orange.solid", ps: 3, "data-testid": "removed" },
    // The Desk's word has the direction of the Desk, the reason is English, and both stand on the side where the article's lines
    // begin.
    h(
      Text,
      { dir: "auto", textAlign: sideOf(direction), fontSize: "xs", color: "fg.muted" },
      phrase("article.cut_for", { reason: h("span", { lang: "en" }, block.reason) }),
    ),
    h(Words, { direction: block.direction, textAlign: sideOf(direction), color: "fg.muted", whiteSpace: "pre-wrap" }, block.text),
  );

export const Cuts = ({ article }) => {
  const { page, error } = useData(`articles/${article.id}/cuts`);
  const [marked, setMarked] = useState(true);
  if (article.cut.length === 0) return h(Text, { color: "fg.muted", fontSize: "sm" }, say("article.nothing_cut"));
  if (!page && !error) return h(Skeleton, { h: "10rem" });
  // Without the page, the place of a block is unknown.
  const blocks = page?.blocks ?? [];
  const lost = page?.lost ?? article.cut;
  return h(
    Stack,
    { gap: 3, maxW: "48rem" },
    error ? h(Trouble, null, error) : null,
    page
      ? h(
        Button,
        { size: "xs", variant: "outline", alignSelf: "flex-start", "aria-pressed": marked, onClick: () => setMarked(!marked) },
        say(marked ? "article.hide_cuts" : "article.show_cuts", { n: blocks.filter((block) => block.reason).length }),
      )
      : null,
    h(
      Stack,
      { gap: 3, dir: article.direction },
      blocks.map((block, at) =>
        block.reason
          ? marked && h(Removed, { key: at, block, direction: article.direction })
          : h(Words, { key: at, direction: article.direction, language: article.language, size: "md" }, block.text)
      ),
    ),
    lost.length > 0 && marked
      ? h(
        Stack,
        { gap: 2, dir: article.direction },
        h(Heading, { as: "h3", size: "xs" }, say("article.cut_elsewhere", { n: lost.length })),
        lost.map((block, at) => h(Removed, { key: at, block, direction: article.direction })),
      )
      : null,
  );
};
