// Whether a watch works, is muted or paused, and since or until when.
import { say } from "./language.js";
import { minute } from "./pieces.js";

const { createElement: h } = globalThis.React;
const { Badge } = globalThis.ChakraUI;

export const WatchState = ({ watch }) => {
  if (watch.paused_at) return h(Badge, { size: "sm", colorPalette: "orange" }, say("watch.paused_since", { at: minute(watch.paused_at) }));
  if (watch.muted_until) return h(Badge, { size: "sm", colorPalette: "orange" }, say("watch.mute_until", { at: minute(watch.muted_until) }));
  return h(Badge, { size: "sm", colorPalette: "green" }, say("watch.works"));
};
