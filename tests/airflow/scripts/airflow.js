// As much of Airflow's page as the Desk's modules need to be read and drawn: every piece of Chakra is an element of its own name.
import { React } from "./react.js";

const ChakraUI = new Proxy({}, { get: (_, part) => String(part) });
// Where the reader is, as Airflow's router says it.
export const place = { pathname: "/", search: "" };
const ReactRouterDOM = {
  Link: "RouterLink",
  matchPath: ({ path }, pathname) => {
    const names = [...path.matchAll(/:(\w+)/gu)].map((one) => one[1]);
    const found = new RegExp(`^${path.replace(/\/$/u, "").replace(/:\w+/gu, "([^/]+)")}/?$`, "u").exec(pathname);
    return found && { params: Object.fromEntries(names.map((name, at) => [name, decodeURIComponent(found[at + 1])])) };
  },
  useLocation: () => ({ ...place }),
  useNavigate: () => () => undefined,
};

Object.assign(globalThis, { React, ChakraUI, ReactRouterDOM });

// What Airflow keeps of a reader's choices.
const kept = new Map();
Object.defineProperty(globalThis, "localStorage", {
  configurable: true,
  value: {
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => kept.set(name, String(value)),
    removeItem: (name) => kept.delete(name),
  },
});

// Speak a language as its catalogue has it.
export const speaking = async (language, direction = "ltr") => {
  const { speak } = await import("../../../pipelines/airflow/console/parts/language.js");
  const file = new URL(`../../../pipelines/airflow/console/languages/${language}.json`, import.meta.url);
  const words = JSON.parse(await Deno.readTextFile(file));
  speak({ language, direction, words, plurals: new Intl.PluralRules(language) });
};

export const same = (got, wanted) => {
  const [left, right] = [JSON.stringify(got), JSON.stringify(wanted)];
  if (left !== right) throw new Error(`got ${left}\nwanted ${right}`);
};

// Text without the characters that isolate a value.
export const plain = (text) => text.replace(/[\u2066-\u2069]/gu, "");
