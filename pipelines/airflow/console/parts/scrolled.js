// A long list, loaded a page at a time: the next page comes when the list's end is scrolled into sight or its button is pressed.
import { load, saying, toldBy } from "./asking.js";
import { Button } from "./button.js";
import { say } from "./language.js";

const { createElement: h, useCallback, useEffect, useRef, useState } = globalThis.React;
const { Box, Flex, Skeleton, Text } = globalThis.ChakraUI;

// How many lists are kept: Back shows them as they were. Chosen: nobody goes back further.
const REMEMBERED = 20;
const remembered = new Map();

const remember = (path, list) => {
  remembered.delete(path);
  remembered.set(path, list);
  if (remembered.size > REMEMBERED) remembered.delete(remembered.keys().next().value);
};

// The rows of a path, which an answer has under this name, as far as they were asked for. The next page begins at the answer's
// `after`.
export const useScrolled = (path, name) => {
  const [list, setList] = useState({ path: "", rows: null, last: null });
  const [problem, setProblem] = useState(null);
  const [turn, setTurn] = useState(0);
  const asking = useRef("");

  const ask = useCallback(
    async (before) => {
      const at = `${path} ${before?.last.after ?? ""}`;
      if (asking.current === at) return;
      asking.current = at;
      const more = before ? `${path.includes("?") ? "&" : "?"}after=${encodeURIComponent(before.last.after)}` : "";
      try {
        const last = await load(path + more);
        if (asking.current !== at) return;
        const next = { path, rows: [...(before?.rows ?? []), ...last[name]], last };
        remember(path, next);
        setList(next);
        setProblem(null);
      } catch (error) {
        if (asking.current === at) setProblem({ said: saying(error), told: toldBy(error) });
      } finally {
        if (asking.current === at) asking.current = "";
      }
    },
    [path, name],
  );

  useEffect(() => {
    setProblem(null);
    const known = turn === 0 ? remembered.get(path) : null;
    if (known) setList(known);
    else ask(null);
  }, [path, turn, ask]);

  const mine = list.path === path ? list : { rows: null, last: null };
  return {
    rows: mine.rows,
    last: mine.last,
    problem,
    more: Boolean(mine.last?.after),
    next: () => ask(list),
    refresh: () => {
      asking.current = "";
      remembered.delete(path);
      setTurn((t) => t + 1);
    },
  };
};

export const Scrolled = ({ list, children }) => {
  const end = useRef(null);
  const next = useRef(list.next);
  next.current = list.next;
  const going = list.more && !list.problem;
  useEffect(() => {
    if (!going || !end.current) return undefined;
    const watching = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && next.current(), { rootMargin: "300px" });
    watching.observe(end.current);
    return () => watching.disconnect();
  }, [going, list.rows]);
  if (!list.rows) return list.problem ? null : h(Skeleton, { h: "16rem", m: 4 });
  return h(
    Box,
    null,
    h(Box, { as: "ul", listStyleType: "none" }, children),
    list.last?.read_to ? h(Text, { px: 4, py: 2, fontSize: "sm", color: "fg.muted" }, say("search.read_to", { at: list.last.read_to.slice(0, 10) })) : null,
    list.more
      ? h(
        Flex,
        { ref: end, justify: "center", p: 3 },
        h(Button, { size: "sm", variant: "outline", onClick: () => list.next() }, say("list.more")),
      )
      : null,
  );
};
