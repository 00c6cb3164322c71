// One source: its state with the figures behind it, where its URLs ended, its lists, runs, template, file and history.
import { useData } from "../parts/asking.js";
import { Bars } from "../parts/charts.js";
import { phrase, say } from "../parts/language.js";
import { Dotted, Empty, English, Headed, minute, Outside, Panel, standing, State, Waiting, When } from "../parts/pieces.js";
import { Go } from "../parts/router.js";
import { Held } from "./held_runs.js";
import { Actions } from "./source_actions.js";
import { Golden } from "./golden.js";
import { Ends, History, Lists, Runs } from "./source_parts.js";

const { createElement: h } = globalThis.React;
const { Badge, Box, Flex, Stack, Text } = globalThis.ChakraUI;

const DAY_MS = 86_400_000;

// Days that a source must be known before anything counts as usual for it: each day of the week once.
const KNOWN_DAYS = 7;

// The number of new articles on a usual day, counted from the first day with any; null while there are too few days.
export const usualOf = (days) => {
  const known = days.slice(days.findIndex((count) => count > 0));
  return days.some(Boolean) && known.length >= KNOWN_DAYS ? [...known].sort((a, b) => a - b)[Math.floor(known.length / 2)] : null;
};

export const Standing = ({ page }) => {
  const usual = usualOf(page.days);
  const first = Date.parse(page.first_day);
  return h(
    Panel,
    { title: say("source.stands"), id: "source-state" },
    h(
      Stack,
      { gap: 2, px: 4, py: 3 },
      h(
        Flex,
        { gap: 2, align: "center", flexWrap: "wrap" },
        h(State, { state: page.state }),
        page.health.state
          ? h(Badge, { colorPalette: ["healthy", "learning"].includes(page.health.state) ? "green" : "orange", size: "sm" }, standing(page.health.state))
          : null,
        page.troubles.filter((code) => code !== page.health.state).map((code) => h(Badge, { key: code, colorPalette: "orange", size: "sm" }, standing(code))),
        h(
          Text,
          { as: "span", fontSize: "sm", color: "fg.muted" },
          page.run ? `${say("overview.run", { run: page.run })} · ` : "",
          h(When, { at: page.started_at, now: page.now, none: say("state.never") }),
        ),
      ),
      // The card above says everything about held articles, and what can be decided. A source also drifts if only its pages
      // changed.
      page.troubles.includes("drifting") && page.held.length > 0
        ? h(Text, { fontSize: "sm" }, say("means.drifting"))
        : page.health.reason
        ? h(English, null, page.health.reason)
        : null,
      page.message && (page.state === "failed" || !page.held.some((one) => one.run === page.run))
        ? h(English, { color: page.state === "failed" ? "red.fg" : undefined }, page.message)
        : null,
      h(Dotted, {
        facts: [
          say("search.count", { n: page.articles }),
          say("source.new", { new: page.new }),
          usual !== null && say("source.usual", { usual }),
          page.newest_fetched_at && h("span", null, phrase("source.newest", { at: h(When, { at: page.newest_fetched_at, now: page.now }) })),
          page.undecided > 0 && say("source.undecided", { open: page.undecided }),
          h(Go, { to: "articles", filters: { source: page.name } }, say("source.articles")),
        ],
      }),
      h(Bars, {
        label: say("source.chart", { days: page.days.join(", ") }),
        bars: page.days.map((value, at) => {
          const day = new Date(first + at * DAY_MS).toISOString().slice(0, 10);
          return { key: day, value, told: say("source.day", { day, new: value }) };
        }),
      }),
      h(Text, { fontSize: "xs", color: "fg.muted" }, say("source.legend")),
    ),
  );
};

const Template = ({ page }) =>
  h(
    Panel,
    { title: say("source.template"), id: "source-template" },
    page.template
      ? h(
        Box,
        { px: 4, py: 3 },
        h(Dotted, {
          facts: [
            say("source.version", { version: page.template.version }),
            say("source.learned", { at: minute(page.template.learned_at), pages: page.template.pages }),
            page.template.agreement !== null && say("source.agree", { share: Math.round(100 * page.template.agreement) }),
            page.template.drifted_run && h(Text, { as: "span", color: "red.fg" }, say("source.drifted", { run: page.template.drifted_run })),
          ],
        }),
      )
      : h(Empty, null, say("source.unlearned")),
  );

const File = ({ page }) =>
  h(
    Panel,
    { title: say("source.file"), id: "source-file" },
    h(
      Box,
      {
        as: "pre",
        px: 4,
        py: 3,
        fontSize: "xs",
        overflowX: "auto",
        tabIndex: 0,
        role: "group",
        "aria-labelledby": "source-file",
        dir: "ltr",
        "data-testid": "file",
      },
      page.file,
    ),
  );

export const Page = ({ name }) => {
  const path = `sources/${encodeURIComponent(name)}`;
  const asked = useData(path, (page) => ["running", "unfinished"].includes(page.state));
  const title = asked.page ? h("bdi", { dir: asked.page.direction }, asked.page.title) : name;
  return h(
    Stack,
    { gap: 4 },
    h(Headed, {
      title,
      asked,
      note: asked.page
        ? h(
          "span",
          null,
          h(Outside, { href: asked.page.url, dir: "ltr", display: "inline-block" }, asked.page.url),
          ` · ${name} · ${asked.page.language} · ${asked.page.country} · ${asked.page.timezone}`,
        )
        : null,
    }),
    h(Waiting, { asked }, (page) =>
      h(
        Stack,
        { gap: 4 },
        h(Actions, { page, path, onDone: asked.refresh }),
        h(Held, { page, onDone: asked.refresh }),
        h(Standing, { page }),
        h(
          Box,
          { display: "grid", gap: 4, alignItems: "start", gridTemplateColumns: { base: "minmax(0, 1fr)", xl: "repeat(2, minmax(0, 1fr))" } },
          h(Ends, { page }),
          h(Runs, { page }),
          h(Lists, { page }),
          h(Stack, { gap: 4, minW: 0 }, h(Template, { page }), h(Golden, { page }), h(History, { page }), h(File, { page })),
        ),
      )),
  );
};
