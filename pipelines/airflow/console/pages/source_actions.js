// The actions on a source, for people who may do them. Work that takes longer shows its progress and its result below.
import { Act } from "../parts/acting.js";
import { say } from "../parts/language.js";
import { Work } from "../parts/results.js";
import { useGo } from "../parts/router.js";

const { createElement: h, useState } = globalThis.React;
const { Flex, Stack } = globalThis.ChakraUI;

// The pieces of work that `by_hand` does with a source.
const WORKS = ["check", "reread", "learn"];

export const Actions = ({ page, path, onDone }) => {
  const go = useGo();
  const [run, setRun] = useState(null);
  if (!page.may.includes("operate")) return null;
  return h(
    Stack,
    { gap: 3 },
    h(
      Flex,
      { gap: 2, flexWrap: "wrap", align: "center", role: "group", "aria-label": say("source.actions"), "data-testid": "actions" },
      h(Act, { path: `${path}/crawl`, onDone }, say("source.crawl")),
      page.paused_at ? h(Act, { path: `${path}/resume`, onDone }, say("watch.resume")) : h(Act, { path: `${path}/pause`, onDone }, say("watch.pause")),
      WORKS.map((work) =>
        h(Act, { key: work, path: `${path}/by-hand/${work}`, title: say(`source.${work}_means`), quiet: true, onDone: setRun }, say(`source.${work}`))
      ),
      h(
        Act,
        {
          path: `${path}/unfollow`,
          ask: say("source.unfollow_sure", { name: page.name }),
          colorPalette: "red",
          onDone: () => go("sources"),
        },
        say("source.unfollow"),
      ),
    ),
    run ? h(Work, { key: run.run_id, run }, (result) => (result.key ? h(Correct, { path, result }) : null)) : null,
  );
};

// A trial that found something can be loaded as a correction, and the correction can be undone.
const Correct = ({ path, result }) => {
  const [run, setRun] = useState(null);
  const at = `${path}/trials/${result.key}`;
  return h(
    Stack,
    { gap: 3 },
    h(
      Flex,
      { gap: 2, flexWrap: "wrap" },
      h(Act, { path: `${at}/apply`, quiet: true, ask: say("source.apply_sure"), onDone: setRun }, say("source.apply")),
      run ? h(Act, { path: `${at}/undo`, quiet: true, onDone: setRun }, say("source.undo")) : null,
    ),
    run ? h(Work, { key: run.run_id, run }) : null,
  );
};
