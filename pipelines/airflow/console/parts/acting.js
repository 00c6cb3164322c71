// Actions: a button that shows at once that the click was taken, and then the result.
import { act, loadOfAirflow, saying, toldBy } from "./asking.js";
import { Button } from "./button.js";
import { say, word } from "./language.js";
import { AirflowLink } from "./router.js";

const { createElement: h, useEffect, useState } = globalThis.React;
const { Flex, Text } = globalThis.ChakraUI;

const LOOK_MS = 2_000;
const ENDED = new Set(["success", "failed"]);

// An action that the server may refuse: whether it is under way, what was wrong with it, and a function that does it.
export const useDoing = () => {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const run = async (work) => {
    setBusy(true);
    setProblem(null);
    try {
      return await work();
    } catch (error) {
      setProblem({ said: saying(error), told: toldBy(error) });
      return null;
    } finally {
      setBusy(false);
    }
  };
  return { busy, error: problem?.said ?? "", problem, run };
};

// The state of a run of a Dag, asked for until the run has ended; and the error if asking fails.
export const useDagRun = (dag, runId, onEnd) => {
  const [state, setState] = useState("queued");
  const [error, setError] = useState("");
  useEffect(() => {
    let timer = null;
    let current = true;
    const look = async () => {
      try {
        const run = await loadOfAirflow(`dags/${encodeURIComponent(dag)}/dagRuns/${encodeURIComponent(runId)}`);
        if (!current) return;
        setState(run.state);
        setError("");
        if (ENDED.has(run.state)) return onEnd?.(run.state);
      } catch (problem) {
        if (current) setError(saying(problem));
      }
      if (current) timer = setTimeout(look, LOOK_MS);
    };
    look();
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [dag, runId]);
  return { state, error };
};

// Shows the state of a run of a Dag until it has ended.
export const DagRun = ({ dag, runId, onEnd }) => {
  const { state, error } = useDagRun(dag, runId, onEnd);
  return h(
    Text,
    { as: "span", role: "status", fontSize: "sm", color: state === "failed" ? "red.fg" : state === "success" ? "green.fg" : "fg.muted" },
    h(AirflowLink, { to: `/dags/${dag}/runs/${encodeURIComponent(runId)}` }, dag),
    ` ${word("dag", state)}${error ? `; ${error}` : ""}`,
  );
};

// A button that acts. ask: the question to confirm first, if the action cannot be undone. onDone: called with the answer.
// quiet: the result is shown elsewhere.
export const Act = ({ path, body, ask, quiet = false, onDone, children, ...rest }) => {
  const [told, setTold] = useState(null);
  const { busy, error, run } = useDoing();
  const go = async () => {
    if (ask && !globalThis.confirm(ask)) return;
    await run(async () => {
      const answer = await act(path, body);
      setTold(answer);
      onDone?.(answer);
    });
  };
  return h(
    Flex,
    { as: "span", display: "inline-flex", align: "center", gap: 2, flexWrap: "wrap" },
    h(Button, { size: "xs", variant: "outline", loading: busy, onClick: go, ...rest }, children),
    error ? h(Text, { as: "span", role: "alert", color: "red.fg", fontSize: "sm" }, error) : null,
    quiet
      ? null
      : told?.run_id
      ? h(DagRun, { dag: told.dag, runId: told.run_id, onEnd: () => onDone?.(told) })
      : told
      ? h(Text, { as: "span", role: "status", color: "green.fg", fontSize: "sm" }, say("act.done"))
      : null,
  );
};

// A list in which an item that somebody acted on keeps its place until the page is left, even if the server no longer names it.
// Gives the items, and among them those of `kept` that the server no longer names, each in its place.
export const placed = (items, kept, keyOf) => {
  const shown = items.filter((item) => !kept.some((one) => keyOf(one.item) === keyOf(item)));
  for (const one of [...kept].sort((a, b) => a.at - b.at)) shown.splice(one.at, 0, one.item);
  return shown;
};

// The items of a list to show, and a function that keeps an item as it is now.
export const useKept = (items, keyOf) => {
  const [kept, setKept] = useState([]);
  const shown = placed(items, kept, keyOf);
  const keep = (item) =>
    setKept((before) =>
      before.some((one) => keyOf(one.item) === keyOf(item)) ? before : [...before, { item, at: shown.findIndex((one) => keyOf(one) === keyOf(item)) }]
    );
  return [shown, keep];
};
