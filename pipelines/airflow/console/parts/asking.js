// Asking the app behind the Desk: reading, acting, and a page's data that is read again while somebody looks at it.
import { say } from "./language.js";

const { useCallback, useEffect, useState } = globalThis.React;

const REFRESH_MS = 60_000;
// While something is under way.
const REFRESH_BUSY_MS = 3_000;
// Asking takes a thirtieth of the time at most: with a thousand sources an answer takes longer, and the night needs the machine.
const REST = 30;
// Of pages that were looked at: Back shows them at once, and asks again. As many as anybody goes back.
const REMEMBERED = 50;
const remembered = new Map();
// What was asked before its page was drawn: when, and the answer, for the first who wants it.
const ahead = new Map();

// Milliseconds until a page asks again, if something is under way or not, by those that its last answer took.
export const restOf = (often, took) => Math.max(often ? REFRESH_BUSY_MS : REFRESH_MS, REST * took);

// What the server refused, as a sentence; `told` is all that it said.
export class Refusal extends Error {
  constructor(sentence, told = {}) {
    super(sentence);
    this.told = told;
  }
}

const answered = async (answer) => {
  if (answer.ok) return answer.json();
  if (answer.status === 401) throw new Refusal(say("asking.login"));
  const told = await answer.json().catch(() => ({}));
  if (typeof told.detail === "string") throw new Refusal(told.detail, told);
  const wrong = Array.isArray(told.detail) ? told.detail.map((one) => `${one.loc.slice(1).join(".")}: ${one.msg}`).join("; ") : "";
  throw new Refusal(wrong || say("asking.status", { status: answer.status }));
};

const at = (path) => new URL(`nightdesk/api/${path}`, document.baseURI);

// All that the server said with a refusal.
/** @param {unknown} error */
export const toldBy = (error) => (error instanceof Refusal ? error.told : undefined);

const ask = (path) => fetch(at(path), { credentials: "same-origin" });

export const askAhead = (path) => {
  const answer = ask(path);
  // Whoever wants it is told.
  answer.catch(() => undefined);
  ahead.set(path, { began: performance.now(), answer });
  // Who comes later, having looked at something else, asks anew.
  setTimeout(() => ahead.delete(path), REFRESH_BUSY_MS);
};

export const load = async (path) => {
  const asked = ahead.get(path)?.answer;
  ahead.delete(path);
  return answered(await (asked ?? ask(path)));
};

// Do something. The header is one that no other site can send along: see docs/decisions.md.
export const act = async (path, body = {}) =>
  answered(
    await fetch(at(path), {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", "Nightdesk-Action": "desk" },
      body: JSON.stringify(body),
    }),
  );

// What Airflow's own API says, by the rights of whoever looks.
export const loadOfAirflow = async (path) => answered(await fetch(new URL(`api/v2/${path}`, document.baseURI), { credentials: "same-origin" }));

/** @param {unknown} error */
export const saying = (error) => error instanceof Refusal ? error.message : say("asking.silent");

// The data of a path: what came last, what is wrong, whether it is being asked for, and a way to ask again.
// isBusy: of the data, whether something is under way, so that it is asked for more often.
export const useData = (path, isBusy = (_page) => false) => {
  const [page, setPage] = useState(remembered.get(path) ?? null);
  const [shown, setShown] = useState(path);
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(true);
  const [turn, setTurn] = useState(0);
  const [took, setTook] = useState(0);
  const refresh = useCallback(() => setTurn((t) => t + 1), []);

  useEffect(() => {
    let current = true;
    setBusy(true);
    const began = ahead.get(path)?.began ?? performance.now();
    load(path)
      .then(
        (got) => {
          remembered.delete(path);
          remembered.set(path, got);
          if (remembered.size > REMEMBERED) remembered.delete(remembered.keys().next().value);
          if (!current) return;
          setTook(performance.now() - began);
          setPage(got);
          setShown(path);
          setError("");
        },
        (problem) => current && setError(saying(problem)),
      )
      .finally(() => current && setBusy(false));
    return () => {
      current = false;
    };
  }, [path, turn]);

  const often = page !== null && isBusy(page);
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === "visible" && refresh(), restOf(often, took));
    return () => clearInterval(timer);
  }, [refresh, often, took]);

  return { page, error, busy, refresh, stale: shown !== path };
};
