// Requests to the app behind the Desk: to read, to act, and to read a page's data again while somebody looks at it.
import { say } from "./language.js";

const { useCallback, useEffect, useState } = globalThis.React;

const REFRESH_MS = 60_000;
// Milliseconds until a page asks again while something is under way.
const REFRESH_BUSY_MS = 3_000;
// Answers take at most a thirtieth of the time: with a thousand sources an answer takes longer, and the night needs the machine.
const REST = 30;
// How many answers of pages are kept. Back shows such a page at once, and asks again. Chosen: nobody goes back further.
const REMEMBERED = 50;
const remembered = new Map();
// Answers that were asked for before their page was drawn: when, and the answer, for the first component that wants it.
const ahead = new Map();

// Milliseconds until a page asks again, which depend on whether something is under way and on how long the last answer took.
export const restOf = (often, took) => Math.max(often ? REFRESH_BUSY_MS : REFRESH_MS, REST * took);

// A refusal of the server, as a sentence; `told` is everything that the server said.
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

// Everything that the server said with a refusal.
/** @param {unknown} error */
export const toldBy = (error) => (error instanceof Refusal ? error.told : undefined);

const ask = (path) => fetch(at(path), { credentials: "same-origin" });

export const askAhead = (path) => {
  const answer = ask(path);
  // The component that wants the answer gets the error.
  answer.catch(() => undefined);
  ahead.set(path, { began: performance.now(), answer });
  // If the page is opened later, after another one, the answer is asked for again.
  setTimeout(() => ahead.delete(path), REFRESH_BUSY_MS);
};

export const load = async (path) => {
  const asked = ahead.get(path)?.answer;
  ahead.delete(path);
  return answered(await (asked ?? ask(path)));
};

// Send an action. No other site can send its header: see docs/decisions.md.
export const act = async (path, body = {}) =>
  answered(
    await fetch(at(path), {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", "Nightdesk-Action": "desk" },
      body: JSON.stringify(body),
    }),
  );

// An answer of Airflow's own API, with the rights of the person who looks.
export const loadOfAirflow = async (path) => answered(await fetch(new URL(`api/v2/${path}`, document.baseURI), { credentials: "same-origin" }));

/** @param {unknown} error */
export const saying = (error) => error instanceof Refusal ? error.message : say("asking.silent");

// The data of a path: the last answer, the error, whether the data is being asked for, and a function that asks again. isBusy:
// says of the data whether something is under way, so that it is asked for more often.
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
