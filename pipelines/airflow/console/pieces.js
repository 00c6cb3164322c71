// The small pieces of our pages: asking the app, numbers and times, and text of other people in its own direction.
// Such text is only ever set as text; links are http(s) or none.
const { createElement: h } = globalThis.React;
const { Badge, Box, Flex, Heading, Link, Table, Text } = globalThis.ChakraUI;

const STATES = {
  done: ["green", "done"],
  running: ["blue", "running"],
  unfinished: ["blue", "under way"],
  busy: ["orange", "busy"],
  stopped: ["orange", "stopped early"],
  failed: ["red", "failed"],
  sent: ["green", "sent"],
  waiting: ["blue", "waiting"],
  paused: ["orange", "paused"],
  rests: ["red", "takes nothing"],
  works: ["green", "works"],
  "": ["gray", "never run"],
};
const BAD = new Set(["blocked", "failed"]);
const RIGHT_TO_LEFT = "'Noto Naskh Arabic', 'Noto Sans Arabic', 'Geeza Pro', 'Segoe UI', Tahoma, sans-serif";

class Refusal extends Error {}

export const load = async (path) => {
  const answer = await fetch(new URL(`nightdesk/api/${path}`, document.baseURI), { credentials: "same-origin" });
  if (answer.ok) return answer.json();
  if (answer.status === 401) throw new Refusal("Your login has ended. Reload the page to log in again.");
  if (answer.status === 403) throw new Refusal("Your account has no role that may read this page. Ask an administrator.");
  const told = await answer.json().catch(() => ({}));
  throw new Refusal(typeof told.detail === "string" ? told.detail : `The server answered ${answer.status}.`);
};

export const saying = (error) =>
  error instanceof Refusal ? error.message : "Airflow's API server does not answer. The page tries again every minute.";

export const number = (value) => value.toLocaleString("en");
export const plural = (count, word) => `${number(count)} ${word}${count === 1 ? "" : "s"}`;

export const age = (then, now) => {
  const minutes = Math.floor((Date.parse(now) - Date.parse(then)) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ago`;
  return `${Math.floor(minutes / 1440)} days ago`;
};

// By the clock of whoever looks, which is named.
export const clock = (at) => new Date(at).toLocaleTimeString("en-GB", { timeZoneName: "short" });

export const minute = (then) => `${then.slice(0, 16).replace("T", " ")} UTC`;

export const safe = (url) => (/^https?:\/\//iu.test(url ?? "") ? url : undefined);

export const When = ({ at, now, none = "–" }) =>
  at ? h("time", { dateTime: at, title: minute(at) }, age(at, now)) : h("span", null, none);

// A piece of somebody's text in its own direction and language.
export const Words = ({ direction, language, size = "sm", strong, children, ...rest }) =>
  h(
    Text,
    {
      dir: direction,
      lang: language || undefined,
      textAlign: "start",
      fontSize: direction === "rtl" ? (size === "sm" ? "md" : "lg") : size,
      lineHeight: direction === "rtl" ? "1.75" : "1.55",
      fontFamily: direction === "rtl" ? RIGHT_TO_LEFT : undefined,
      fontWeight: strong ? "semibold" : undefined,
      overflowWrap: "anywhere",
      ...rest,
    },
    children,
  );

export const State = ({ state }) => {
  const [colour, word] = STATES[state] ?? ["gray", state];
  return h(Badge, { colorPalette: colour, variant: state === "failed" ? "solid" : "subtle", size: "sm" }, word);
};

export const Outside = ({ href, children, ...rest }) =>
  safe(href)
    ? h(Link, { href: safe(href), target: "_blank", rel: "noopener noreferrer", color: "fg.info", ...rest }, children)
    : h("span", null, children);

// Short facts in one line with dots between them; what is empty is left out.
export const Dotted = ({ facts, children, ...rest }) =>
  h(
    Flex,
    { columnGap: 1.5, rowGap: 0.5, fontSize: "xs", color: "fg.muted", align: "center", flexWrap: "wrap", ...rest },
    facts.filter(Boolean).map((fact, at) => h("span", { key: at }, at ? "· " : null, fact)),
    children,
  );

export const Panel = ({ title, note, id, children, ...rest }) =>
  h(
    Box,
    { as: "section", "aria-labelledby": id, borderWidth: "1px", borderRadius: "lg", bg: "bg", minW: 0, ...rest },
    h(
      Flex,
      { px: 4, py: 2.5, align: "center", justify: "space-between", gap: 3, borderBottomWidth: "1px", flexWrap: "wrap" },
      h(Heading, { as: "h2", id, size: "sm" }, title),
      note,
    ),
    children,
  );

export const Empty = ({ children }) => h(Text, { px: 4, py: 6, color: "fg.muted", fontSize: "sm" }, children);

// A number in a table; nothing is a dot, so that the eye finds what there is.
export const Count = ({ value, state, reasons }) =>
  h(
    Table.Cell,
    { textAlign: "end", px: 2, fontVariantNumeric: "tabular-nums", title: reasons || undefined },
    value
      ? h(
          Text,
          { as: "span", color: BAD.has(state) ? "red.fg" : undefined, fontWeight: state === "stored" ? "semibold" : undefined },
          number(value),
        )
      : h(Text, { as: "span", color: "fg.subtle", "aria-label": "0" }, "·"),
  );

export const column = (title, hint, more) =>
  h(
    Table.ColumnHeader,
    { key: title, scope: "col", title: hint, color: "fg.muted", fontSize: "xs", py: 2, px: 2, bg: "bg", whiteSpace: "nowrap", ...more },
    title,
  );
