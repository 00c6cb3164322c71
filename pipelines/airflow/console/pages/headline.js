// Whether the last night worked, in one sentence of the reader's language.
import { say, since } from "../parts/language.js";
import { minute } from "../parts/pieces.js";

// How many sources are named; further sources are only counted.
const NAMED = 3;

const some = (names, titles) => {
  const told = names.slice(0, NAMED).map((name) => titles[name] ?? name);
  return names.length > NAMED ? say("head.and_more", { names: told.join(", "), more: names.length - NAMED }) : told.join(", ");
};

export const sentences = ({ night, titles, now }) => {
  if (!night) return say(Object.keys(titles).length > 0 ? "head.nothing" : "head.no_source");
  if (night.missed_at) return say("told.late", { run: night.run, at: minute(night.missed_at) });
  const parts = [
    say(night.running ? "head.running" : "head.new", { articles: night.new }),
    night.failed.length > 0 && say("head.failed", { names: some(night.failed, titles) }),
    night.mended.length > 0 && say("head.mended", { names: some(night.mended, titles) }),
    night.later.length > 0 && say("head.later", { names: some(night.later, titles) }),
    night.earlier.length > 0 && say("head.earlier", { names: some(night.earlier, titles) }),
    night.quiet.length > 0 && say("head.quiet", { names: some(night.quiet, titles) }),
  ];
  const told = parts.filter(Boolean).join(say("head.between"));
  // Before the first night there may be runs of some of the sources only.
  const which = night.night || !night.planned ? "head.run" : "head.run_some";
  return say(which, { run: night.run, age: since(night.started_at, now), told, planned: night.planned, followed: night.followed });
};
