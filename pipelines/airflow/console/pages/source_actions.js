// What can be done with a source, for those who may; what works longer shows below how it goes and what came of it.
import { Act } from "../parts/acting.js";
import { Work } from "../parts/results.js";
import { useGo } from "../parts/router.js";

const { createElement: h, useState } = globalThis.React;
const { Flex, Stack } = globalThis.ChakraUI;

// Of each piece of work: its word, and what it does.
const WORKS = {
  check: ["Look at the site again", "Says what of its file no longer holds; nothing is changed."],
  reread: ["Read its pages again", "A trial with today's extractor; says what would change."],
  learn: ["Learn anew", "Learns what its pages have in common from the newest of them."],
};

export const Actions = ({ page, path, onDone }) => {
  const go = useGo();
  const [run, setRun] = useState(null);
  if (!page.may.includes("operate")) return null;
  return h(
    Stack,
    { gap: 3 },
    h(
      Flex,
      { gap: 2, flexWrap: "wrap", align: "center", role: "group", "aria-label": "Actions", "data-testid": "actions" },
      h(Act, { path: `${path}/crawl`, onDone }, "Crawl now"),
      page.paused_at ? h(Act, { path: `${path}/resume`, onDone }, "Resume") : h(Act, { path: `${path}/pause`, onDone }, "Pause"),
      Object.entries(WORKS).map(([work, [word, title]]) =>
        h(Act, { key: work, path: `${path}/by-hand/${work}`, title, quiet: true, onDone: setRun }, word),
      ),
      h(
        Act,
        {
          path: `${path}/unfollow`,
          ask: `Stop following ${page.name}? Its articles stay, its file is put aside.`,
          colorPalette: "red",
          onDone: () => go("sources"),
        },
        "Unfollow",
      ),
    ),
    run ? h(Work, { key: run.run_id, run }, (result) => (result.key ? h(Correct, { path, result }) : null)) : null,
  );
};

// A trial that found something: load it as our correction, and take it back.
const Correct = ({ path, result }) => {
  const [run, setRun] = useState(null);
  const at = `${path}/trials/${result.key}`;
  return h(
    Stack,
    { gap: 3 },
    h(
      Flex,
      { gap: 2, flexWrap: "wrap" },
      h(Act, { path: `${at}/apply`, quiet: true, ask: "Load this as our correction? It alerts nobody, and can be taken back.", onDone: setRun }, "Load it as our correction"),
      run ? h(Act, { path: `${at}/undo`, quiet: true, onDone: setRun }, "Take it back") : null,
    ),
    run ? h(Work, { key: run.run_id, run }) : null,
  );
};
