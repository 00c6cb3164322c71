// A new watch: written and tried before anybody is told.
import { useData } from "../parts/asking.js";
import { say } from "../parts/language.js";
import { Trouble } from "../parts/pieces.js";
import { useGo } from "../parts/router.js";
import { WatchEditor } from "../parts/watcheditor.js";
import { EMPTY } from "../parts/watchform.js";

const { createElement: h } = globalThis.React;
const { Skeleton } = globalThis.ChakraUI;

export const Page = () => {
  const { page: offered, error } = useData("watches");
  const go = useGo();
  if (!offered) return error ? h(Trouble, null, error) : h(Skeleton, { h: "20rem" });
  return h(WatchEditor, {
    title: say("watch.add"),
    start: { ...EMPTY, kinds: offered.kinds },
    offered,
    onKept: (name) => go(`watches/${encodeURIComponent(name)}`),
  });
};
