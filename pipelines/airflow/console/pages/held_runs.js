// A held run: the articles that wait, and what a person decides on it.
import { useDagRun, useDoing, useKept } from "../parts/acting.js";
import { act, useData } from "../parts/asking.js";
import { Button } from "../parts/button.js";
import { phrase, say } from "../parts/language.js";
import { atPageSide, Dotted, English, minute, Outside, Panel, Trouble, When, Words } from "../parts/pieces.js";
import { Reason, useResult } from "../parts/results.js";
import { AirflowLink, Go } from "../parts/router.js";

const { createElement: h, useEffect, useRef, useState } = globalThis.React;
const { Box, Flex, Skeleton, Text } = globalThis.ChakraUI;

const DECISIONS = { release: { said: "held.release" }, reject: { said: "held.reject", colorPalette: "red" } };

// The result of a decision: a sentence with the figures of the run that carried it out, and a link to the articles or to the
// states of their addresses.
const Decided = ({ source, title, run, begun }) => {
  const [result, error] = useResult(begun, "do", true);
  const { work } = begun;
  return h(
    Flex,
    { as: "span", gap: 2, flexWrap: "wrap", fontSize: "sm", "data-testid": "decided" },
    result
      ? h(Text, { as: "span", color: "green.fg", fontWeight: "semibold" }, say(`held.${work}_done`, { n: result.count, title }))
      : h(Text, { as: "span", color: error ? "red.fg" : "fg.muted" }, error || say(`held.${work}_begun`)),
    work === "release"
      ? h(Go, { to: "articles", filters: { source } }, say("held.look"))
      : h(Go, { to: "ledger", filters: { run, source, code: "held" } }, say("held.look")),
  );
};

const UnderWay = ({ begun, onEnd }) => {
  const { error } = useDagRun(begun.dag, begun.run_id, onEnd);
  return h(
    Flex,
    { as: "span", gap: 2, flexWrap: "wrap", fontSize: "sm", "data-testid": "deciding" },
    h(Text, { as: "span", color: "fg.muted" }, say(`held.${begun.work}_begun`)),
    error ? h(Text, { as: "span", color: "red.fg" }, error) : null,
    h(AirflowLink, { to: `/dags/${begun.dag}/runs/${encodeURIComponent(begun.run_id)}` }, begun.dag),
  );
};

// The decision on the n articles of a held run. onBegin: called once the decision is taken. onDone: called once it is carried
// out.
export const Decide = ({ source, title, run, n, onBegin, onDone }) => {
  const [begun, setBegun] = useState(null);
  const [ended, setEnded] = useState("");
  // The pressed button goes away, so the focus moves to the text that says what becomes of the decision.
  const status = useRef(null);
  const doing = useDoing();
  useEffect(() => {
    if (begun) status.current?.focus();
  }, [begun]);
  useEffect(() => {
    // If the reader has moved the focus elsewhere meanwhile, it stays there.
    if (ended && (document.activeElement ?? document.body) === document.body) status.current?.focus();
  }, [ended]);
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
  const underWay = begun && !ended;
  return h(
    Flex,
    { as: "span", gap: 2, align: "center", flexWrap: "wrap" },
    ended === "success"
      ? null
      : Object.entries(DECISIONS).map(([work, { said, ...look }]) =>
        h(Button, { key: work, size: "xs", variant: "outline", disabled: doing.busy || underWay, onClick: () => decide(work), ...look }, say(said))
      ),
    // The element exists before it has a text, because only what changes in an element is read out.
    h(
      Box,
      { as: "span", role: "status", tabIndex: -1, ref: status },
      underWay ? h(UnderWay, { key: begun.run_id, begun, onEnd }) : null,
      ended === "success" ? h(Decided, { source, title, run, begun }) : null,
      ended === "failed" ? h(Reason, { run: begun, task: "do" }) : null,
    ),
    doing.error ? h(Text, { as: "span", role: "alert", color: "red.fg", fontSize: "sm" }, doing.error) : null,
  );
};

// Why a run is held: a sentence for each way in which the run is unlike earlier ones. A run that an older version held has only
// a reason in words, written as a part of a longer sentence.
export const Why = ({ reason, drifts }) => {
  if (drifts.length > 0) return drifts.map(({ kind, figures }) => h(Text, { key: kind, fontSize: "sm", my: 1 }, say(`drift.${kind}`, figures)));
  return reason ? h(English, { my: 1 }, `${reason[0].toUpperCase()}${reason.slice(1)}.`) : null;
};

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
  const [held, keep] = useKept(page.held, (one) => `${page.name} ${one.run}`);
  return held.length === 0 ? null : h(
    Panel,
    { title: say("held.title"), id: "source-held" },
    h(
      Box,
      { as: "ul", listStyleType: "none" },
      held.map((one) =>
        h(
          Box,
          { as: "li", key: `${page.name} ${one.run}`, px: 4, py: 2.5, "data-testid": "held" },
          h(Dotted, {
            facts: [
              h(Go, { to: "ledger", filters: { run: one.run, source: page.name, code: "held" } }, say("overview.run", { run: one.run })),
              say("search.count", { n: one.articles }),
              h("span", null, phrase("held.since", { at: h(When, { at: one.held_at, now: page.now }) })),
            ],
          }),
          h(Why, { reason: one.reason, drifts: one.drifts }),
          h(Opened, { source: page.name, run: one.run, n: one.articles }),
          page.may.includes("operate")
            ? h(Decide, { source: page.name, title: page.title, run: one.run, n: one.articles, onBegin: () => keep(one), onDone })
            : null,
        )
      ),
    ),
  );
};
