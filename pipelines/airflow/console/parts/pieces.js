// The small pieces of our pages: numbers and times, states, panels, and text of other people in its own direction.
// Such text is only ever set as text; links are http(s) or none.
import { Button } from "./button.js";
import { isMirrored, say, since, word } from "./language.js";

const { createElement: h } = globalThis.React;
const { Badge, Box, Flex, Heading, Link, Skeleton, Stack, Table, Text } = globalThis.ChakraUI;

const COLOURS = {
  done: "green",
  running: "blue",
  unfinished: "blue",
  busy: "orange",
  stopped: "orange",
  failed: "red",
  sent: "green",
  waiting: "blue",
  paused: "orange",
  rests: "red",
  works: "green",
};
const BAD = new Set(["blocked", "failed"]);
const RIGHT_TO_LEFT = "'Noto Naskh Arabic', 'Noto Sans Arabic', 'Geeza Pro', 'Segoe UI', Tahoma, sans-serif";

export const number = (value) => value.toLocaleString("en");

export const age = (then, now) => since(then, now);

// Every time is shown by one clock, as Airflow's own pages do: the zone chosen in Airflow's menu, else the browser's.
const zone = () => {
  try {
    const chosen = JSON.parse(localStorage.getItem("timezone") ?? "null");
    return new Intl.DateTimeFormat("en", { timeZone: chosen ?? undefined }).resolvedOptions().timeZone;
  } catch {
    return "UTC";
  }
};
const written = (at, how) => new Intl.DateTimeFormat("sv-SE", { timeZone: zone(), ...how }).format(new Date(at));
const zoneName = (at) =>
  new Intl.DateTimeFormat("en-GB", { timeZone: zone(), timeZoneName: "short" })
    .formatToParts(new Date(at))
    .find((part) => part.type === "timeZoneName")?.value;

// A time reads from left to right, whatever stands around it.
const leftToRight = (text) => `\u2066${text}\u2069`;

export const clock = (at) => leftToRight(`${written(at, { timeStyle: "medium" })} ${zoneName(at)}`);
export const day = (at) => written(at, { dateStyle: "short" });
export const minute = (at) => leftToRight(`${written(at, { dateStyle: "short", timeStyle: "short" })} ${zoneName(at)}`);

// At the side where the page's own lines begin, whatever the direction of the text.
export const atPageSide = () => ({ textAlign: isMirrored() ? "right" : "left" });

// What a server wrote, in its own language and direction, at the side where the page's own sentences begin.
export const English = ({ children, ...rest }) =>
  h(Text, { lang: "en", dir: "auto", ...atPageSide(), fontSize: "sm", overflowWrap: "anywhere", ...rest }, children);

export const safe = (url) => (/^https?:\/\//iu.test(url ?? "") ? url : undefined);

export const When = ({ at, now, none = "–" }) => at ? h("time", { dateTime: at, title: minute(at) }, age(at, now)) : h("span", null, none);

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

// The titles of sources by their names.
export const titlesOf = (sources) => Object.fromEntries(sources.map((one) => [one.name, one.title]));

// The state of something, from its last run or from its health.
export const standing = (code) => {
  const known = word("trouble", code);
  return known === code ? word("state", code) : known;
};

export const State = ({ state }) =>
  h(
    Badge,
    { colorPalette: COLOURS[state] ?? "gray", variant: state === "failed" ? "solid" : "subtle", size: "sm" },
    word("state", state || "never"),
  );

export const Outside = ({ href, children, ...rest }) =>
  safe(href) ? h(Link, { href: safe(href), target: "_blank", rel: "noopener noreferrer", color: "fg.info", ...rest }, children) : h("span", null, children);

// Short facts in one line with dots between them; what is empty is left out.
export const Dotted = ({ facts, children, ...rest }) =>
  h(
    Flex,
    { columnGap: 1.5, rowGap: 0.5, fontSize: "xs", color: "fg.muted", align: "center", flexWrap: "wrap", ...rest },
    facts.filter(Boolean).map((fact, at) => h("span", { key: at }, at ? "· " : null, fact)),
    children,
  );

// head: the rank of its title, h1 where no other stands above it.
export const Panel = ({ title, note, id, head = "h2", children, ...rest }) =>
  h(
    Box,
    { as: "section", "aria-labelledby": id, borderWidth: "1px", borderRadius: "lg", bg: "bg", minW: 0, ...rest },
    h(
      Flex,
      { px: 4, py: 2.5, align: "center", justify: "space-between", gap: 3, borderBottomWidth: "1px", flexWrap: "wrap" },
      h(Heading, { as: head, id, size: "sm" }, title),
      note,
    ),
    children,
  );

// The beginning of a page: its name, what the page says in a sentence, and the time of its data.
export const Headed = ({ title, note, asked, children }) =>
  h(
    Flex,
    { as: "header", direction: { base: "column", md: "row" }, gap: { base: 2, md: 4 }, align: { md: "flex-start" }, justify: "space-between" },
    h(
      Box,
      { minW: 0 },
      h(Heading, { as: "h1", size: "lg", overflowWrap: "anywhere" }, title),
      note ? h(Text, { color: "fg.muted", fontSize: "sm" }, note) : null,
    ),
    h(
      Flex,
      { align: "center", gap: 3, flexShrink: 0, flexWrap: "wrap" },
      children,
      asked?.page?.now ? h(Text, { fontSize: "xs", color: "fg.muted", whiteSpace: "nowrap" }, say("page.as_of", { at: clock(asked.page.now) })) : null,
      asked ? h(Button, { size: "xs", variant: "outline", onClick: asked.refresh, disabled: asked.busy }, say("page.refresh")) : null,
    ),
  );

// What went wrong. A screen reader reads it out at once.
export const Trouble = ({ children }) =>
  h(Box, { role: "alert", borderWidth: "1px", borderStartWidth: "6px", borderStartColor: "red.solid", borderRadius: "lg", px: 4, py: 3 }, children);

// A page that waits for its data, or says why there is none. If there is older data, the page says this above that data.
export const Waiting = ({ asked, children }) =>
  h(
    Stack,
    { gap: 4, "aria-busy": asked.busy },
    asked.error ? h(Trouble, null, `${asked.error}${asked.page ? ` ${say("page.older")}` : ""}`) : null,
    asked.page ? children(asked.page) : asked.error ? null : h(Stack, { gap: 4 }, h(Skeleton, { h: "4rem" }), h(Skeleton, { h: "20rem" })),
  );

export const Empty = ({ children }) => h(Text, { px: 4, py: 6, color: "fg.muted", fontSize: "sm" }, children);

// A number in a table. Zero is a dot, so that the eye finds the other numbers.
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
