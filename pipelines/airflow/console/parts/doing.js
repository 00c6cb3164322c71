// Doing something that the server may refuse: whether it is under way, and what was wrong with it.
import { saying } from "./asking.js";

const { useState } = globalThis.React;

export const useDoing = () => {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const run = async (work) => {
    setBusy(true);
    setProblem(null);
    try {
      return await work();
    } catch (error) {
      setProblem({ said: saying(error), told: error.told });
      return null;
    } finally {
      setBusy(false);
    }
  };
  return { busy, error: problem?.said ?? "", problem, run };
};
