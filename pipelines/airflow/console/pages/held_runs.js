// A held run: the articles that wait, and what a person decides on it.
import { useDagRun, useDoing, useKept } from "../parts/acting.js";
import { act, useData } from "../parts/asking.js";
import { Button } from "../parts/button.js";
import { phrase, say } from "../parts/language.js";
import { atPageSide, Dotted, English, minute, Outside, Panel, Trouble, When, Words } from "../parts/pieces.js";
import { Reason } from "../parts/results.js";
import { Go } from "../parts/router.js";

const { createElement: h, useState } = globalThis.React;
const { Box, Flex, Skeleton, Text } = globalThis.ChakraUI;

const DECISIONS = { release: { said: "held.release" }, reject: { said: "held.reject", colorPalette: "red" } };

// What a decision came to: a sentence, and the way to the articles, or to where their addresses ended.
const Decided = ({ source, title, run, n, work }) =>
  h(
    Flex,
    { as: "span", role: "status", gap: 2, flexWrap: "wrap", fontSize: "sm", "data-testid": "decided" },
    h(Text, { as: "span", color: "green.fg", fontWeight: "semibold" }, say(`held.${work}_done`, { n, title })),
    work === "release"
      ? h(Go, { to: "articles", filters: { source } }, say("held.look"))
      : h(Go, { to: "ledger", filters: { run, source, code: "held" } }, say("held.look")),
  );

const UnderWay = ({ begun, onEnd }) => {
  useDagRun(begun.dag, begun.run_id, onEnd);
  return h(Text, { as: "span", role: "status", fontSize: "sm", color: "fg.muted" }, say(`held.${begun.work}_begun`));
};

// The decision on the n articles of a held run. onBegin: once it is taken; onDone: once it is carried out.
export const Decide = ({ source, title, run, n, onBegin, onDone }) => {
  const [begun, setBegun] = useState(null);
  const [ended, setEnded] = useState("");
  const doing = useDoing();
  const decide = (work) => {
    if (!globalThis.confirm(say(`held.${work}_sure`, { n, title, run }))) return;
    doing.run(async () => {
      const answer = await act(`sources/${encodeURIComponent(source)}/held/${run}/${work}`);
      onBegin();
      setEnded("");
      setBegun({ ...answer, work });
    });
  };
  const onEnd = (state) => {
    setEnded(state);
    onDone();
  };
  if (ended === "success") return h(Decided, { source, title, run, n, work: begun.work });
  const underWay = begun && !ended;
  return h(
    Flex,
    { as: "span", gap: 2, align: "center", flexWrap: "wrap" },
    Object.entries(DECISIONS).map(([work, { said, ...look }]) =>
      h(Button, { key: work, size: "xs", variant: "outline", disabled: doing.busy || underWay, onClick: () => decide(work), ...look }, say(said))
    ),
    underWay ? h(UnderWay, { key: begun.run_id, begun, onEnd }) : null,
    ended === "failed" ? h(Reason, { run: begun, task: "do" }) : null,
    doing.error ? h(Text, { as: "span", role: "alert", color: "red.fg", fontSize: "sm" }, doing.error) : null,
  );
};

// Why a run is held. The reason begins and ends as a part of longer sentences of the server.
export const Why = ({ reason }) => reason ? h(English, { my: 1 }, `${reason[0].toUpperCase()}${reason.slice(1)}.`) : null;

const Waiting = ({ article }) =>
  h(
    Box,
    { as: "li", borderTopWidth: "1px", py: 2, "data-testid": "held-article" },
    h(Words, { direction: article.direction, language: article.language, ...atPageSide(), strong: true }, article.title),
    h(Dotted, {
      facts: [
        say("article.words", { n: article.words }),
        article.published_at ? minute(article.published_at) : say("article.undated"),
        h(Outside, { href: article.url }, say("article.open")),
      ],
    }),
    h(Words, { direction: article.direction, language: article.language, ...atPageSide(), color: "fg.muted" }, article.beginning),
  );

const WaitingArticles = ({ source, run }) => {
  const { page, error } = useData(`sources/${encodeURIComponent(source)}/held/${run}`);
  if (!page) return error ? h(Trouble, null, error) : h(Skeleton, { h: "6rem" });
  return h(
    Box,
    { maxW: "48rem", mt: 2 },
    h(Box, { as: "ul", listStyleType: "none" }, page.articles.map((one, at) => h(Waiting, { key: at, article: one }))),
    page.more > 0 ? h(Text, { fontSize: "xs", color: "fg.muted" }, say("held.more", { n: page.more })) : null,
  );
};

// The articles of a held run, behind a button.
export const Opened = ({ source, run, n }) => {
  const [open, setOpen] = useState(false);
  return h(
    Box,
    { my: 2 },
    h(Button, { size: "xs", variant: "outline", "aria-expanded": open, onClick: () => setOpen(!open) }, say("held.articles", { n })),
    open ? h(WaitingArticles, { source, run }) : null,
  );
};

export const Held = ({ page, onDone }) => {
  const [held, keep] = useKept(page.held, (one) => one.run);
  return held.length === 0 ? null : h(
    Panel,
    { title: say("held.title"), id: "source-held" },
    h(
      Box,
      { as: "ul", listStyleType: "none" },
      held.map((one) =>
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
          h(Why, { reason: one.reason }),
          h(Opened, { source: page.name, run: one.run, n: one.articles }),
          page.may.includes("operate")
            ? h(Decide, { source: page.name, title: page.title, run: one.run, n: one.articles, onBegin: () => keep(one), onDone })
            : null,
        )
      ),
    ),
  );
};
