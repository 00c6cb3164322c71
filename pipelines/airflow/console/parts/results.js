// The result of a piece of work: that of a task of a Nightdesk Dag, when its run has ended.
import { DagRun } from "./acting.js";
import { loadOfAirflow, saying } from "./asking.js";
import { say } from "./language.js";
import { AirflowLink } from "./router.js";

const { createElement: h, useEffect, useState } = globalThis.React;
const { Box, Stack, Text } = globalThis.ChakraUI;

// Airflow gives a record back as JSON, and a sentence unchanged.
export const read = (value) => {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
};

// The result of a task; null while there is none.
export const useResult = (run, task, ready) => {
  const [result, setResult] = useState(null);
  const [error, setError] = useState("");
  useEffect(() => {
    if (!ready || !run) return undefined;
    let current = true;
    const path = `dags/${run.dag}/dagRuns/${encodeURIComponent(run.run_id)}/taskInstances/${task}/xcomEntries/return_value`;
    loadOfAirflow(path).then(
      (got) => current && setResult(read(got.value)),
      (problem) => current && setError(saying(problem)),
    );
    return () => {
      current = false;
    };
  }, [run?.run_id, task, ready]);
  return [result, error];
};

// Why a task failed, as its log says it: the sentences that are errors.
export const Reason = ({ run, task }) => {
  const [told, setTold] = useState(null);
  useEffect(() => {
    let current = true;
    const path = `dags/${run.dag}/dagRuns/${encodeURIComponent(run.run_id)}/taskInstances/${task}`;
    loadOfAirflow(path)
      .then((one) => loadOfAirflow(`${path}/logs/${one.try_number}?full_content=true`))
      .then((log) => log.content.filter((line) => ["error", "critical"].includes(line.level) && line.logger === "nightdesk"))
      .then(
        (lines) => current && setTold(lines.map((line) => line.event)),
        () => current && setTold([]),
      );
    return () => {
      current = false;
    };
  }, [run.run_id, task]);
  return h(
    Box,
    { fontSize: "sm", py: 1, "data-testid": "reason" },
    (told ?? []).map((line, at) => h(Text, { key: at, color: "red.fg", dir: "auto", overflowWrap: "anywhere", whiteSpace: "pre-wrap" }, line)),
    h(AirflowLink, { to: `/dags/${run.dag}/runs/${encodeURIComponent(run.run_id)}/tasks/${task}`, fontSize: "xs" }, say("work.log")),
  );
};

// Before and after, one below the other.
const Changed = ({ one }) =>
  h(
    Box,
    { as: "li", borderTopWidth: "1px", py: 2 },
    h(
      Text,
      { fontSize: "xs", color: "fg.muted", overflowWrap: "anywhere" },
      say("work.changed", { id: one.article_id, revision: one.revision, words: one.words, fields: one.fields.join(", ") }),
    ),
    Object.keys(one.before).map((field) =>
      h(
        Stack,
        { key: field, gap: 0.5, fontSize: "sm", mt: 1 },
        h(Text, { fontSize: "xs", color: "fg.muted" }, field),
        h(Text, { as: "del", dir: "auto", color: "fg.muted", overflowWrap: "anywhere" }, one.before[field] || "–"),
        h(Text, { as: "ins", dir: "auto", textDecoration: "none", overflowWrap: "anywhere" }, one.after[field] || "–"),
      )
    ),
  );

// A run of by_hand: its progress, and then its result. children: a function that gets the result and draws what comes next.
export const Work = ({ run, children }) => {
  const [ended, setEnded] = useState("");
  const [result, error] = useResult(run, "do", ended === "success");
  return h(
    Box,
    { borderWidth: "1px", borderRadius: "md", px: 4, py: 3, "data-testid": "work" },
    h(DagRun, { dag: run.dag, runId: run.run_id, onEnd: setEnded }),
    ended === "failed" ? h(Reason, { run, task: "do" }) : null,
    error ? h(Text, { role: "alert", color: "red.fg", fontSize: "sm" }, error) : null,
    result
      ? h(
        Stack,
        { gap: 2, mt: 2 },
        h(Text, { fontWeight: "semibold", fontSize: "sm", dir: "auto", lang: "en" }, result.said),
        result.lines.length > 0
          ? h(
            Box,
            { as: "ul", listStyleType: "disc", ps: 5, fontSize: "sm", lang: "en" },
            result.lines.map((line, at) => h(Box, { as: "li", key: at, dir: "auto", overflowWrap: "anywhere" }, line)),
          )
          : null,
        result.changed.length > 0
          ? h(Box, { as: "ul", listStyleType: "none" }, result.changed.map((one) => h(Changed, { key: `${one.article_id} ${one.revision}`, one })))
          : null,
        children?.(result),
      )
      : null,
  );
};
