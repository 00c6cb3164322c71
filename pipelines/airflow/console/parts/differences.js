// What differs between two wordings of an article, word by word.
import { useData } from "./asking.js";
import { Choice } from "./fields.js";
import { say } from "./language.js";
import { minute, Trouble, Words } from "./pieces.js";

const { createElement: h } = globalThis.React;
const { Box, Flex, Skeleton, Stack, Text } = globalThis.ChakraUI;

const FATES = {
  removed: { as: "del", bg: "red.subtle", color: "red.fg" },
  added: { as: "ins", bg: "green.subtle", color: "green.fg", textDecoration: "underline" },
};

const Pieces = ({ pieces, article, ...rest }) =>
  h(
    Words,
    { direction: article.direction, language: article.language, ...rest },
    pieces.map((piece, at) => FATES[piece.fate] ? h(Box, { key: at, ...FATES[piece.fate] }, piece.text) : h("span", { key: at }, piece.text)),
  );

const changed = (pieces) => pieces.some((piece) => piece.fate !== "same");

// The text of one of the two wordings. fate: the fate of the words that only the other wording has.
const without = (pieces, fate) => (pieces ?? []).filter((piece) => piece.fate !== fate).map((piece) => piece.text).join("");

// Whether the text begins with the description in both wordings. Then the description is shown only once.
export const repeats = (description, text) => ["added", "removed"].every((fate) => without(text[0], fate).startsWith(without(description, fate)));

const Between = ({ article, before, after }) => {
  const { page, error } = useData(`articles/${article.id}/differences?before=${before}&after=${after}`);
  if (!page) return error ? h(Trouble, null, error) : h(Skeleton, { h: "10rem" });
  const nothing = ![page.title, page.description, ...page.text].some(changed);
  return h(
    Stack,
    { gap: 3, maxW: "48rem", "data-testid": "differences" },
    page.not_kept.map((one) => h(Text, { key: one.revision, fontSize: "sm" }, say("article.not_kept", { n: one.revision, at: minute(one.at) }))),
    nothing && !page.not_kept.length ? h(Text, { fontSize: "sm", color: "fg.muted" }, say("article.no_difference")) : null,
    h(Pieces, { pieces: page.title, article, size: "md", strong: true }),
    page.not_kept.length || repeats(page.description, page.text) ? null : h(Pieces, { pieces: page.description, article, color: "fg.muted" }),
    page.text.map((pieces, at) => h(Pieces, { key: at, pieces, article, size: "md" })),
  );
};

export const Differences = ({ article, before, after, change }) => {
  const numbers = article.versions.map((version) => String(version.revision));
  if (numbers.length < 2) return h(Text, { color: "fg.muted", fontSize: "sm" }, say("article.one_wording"));
  const newer = numbers.includes(after) ? after : numbers[0];
  const older = numbers.includes(before) ? before : (numbers[numbers.indexOf(newer) + 1] ?? numbers[1]);
  const choices = article.versions.map((version) => [
    String(version.revision),
    say("article.wording", { n: version.revision, at: minute(version.fetched_at) }),
  ]);
  return h(
    Stack,
    { gap: 4 },
    h(
      Flex,
      { gap: 3, flexWrap: "wrap" },
      h(Choice, { label: say("article.before"), value: older, choices, onChoose: (one) => change({ before: one, after: newer }) }),
      h(Choice, { label: say("article.after"), value: newer, choices, onChoose: (one) => change({ before: older, after: one }) }),
    ),
    h(Between, { article, before: older, after: newer, key: `${older} ${newer}` }),
  );
};
