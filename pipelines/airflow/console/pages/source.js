// One source: its state with the figures behind it, where its URLs ended, its lists, runs, template, file and history.
import { useData } from "../parts/asking.js";
import { Bars } from "../parts/charts.js";
import { Dotted, Empty, Headed, IN_ENGLISH, Outside, Panel, State, Waiting, When, minute, number, plural } from "../parts/pieces.js";
import { Go } from "../parts/router.js";
import { Held } from "./held.js";
import { Actions } from "./source_actions.js";
import { Ends, History, Lists, Runs } from "./source_parts.js";
import { TROUBLES } from "./source_states.js";

const { createElement: h } = globalThis.React;
const { Badge, Box, Flex, Stack, Text } = globalThis.ChakraUI;

const DAY_MS = 86_400_000;

const Standing = ({ page }) => {
  const usual = [...page.days].sort((a, b) => a - b)[Math.floor(page.days.length / 2)];
  const first = Date.parse(page.first_day);
  return h(
    Panel,
    { title: "How it stands", id: "source-state" },
    h(
      Stack,
      { gap: 2, px: 4, py: 3 },
      h(
        Flex,
        { gap: 2, align: "center", flexWrap: "wrap" },
        h(State, { state: page.state }),
        page.health.state ? h(Badge, { colorPalette: ["healthy", "learning"].includes(page.health.state) ? "green" : "orange", size: "sm" }, page.health.state) : null,
        page.troubles.filter((code) => code !== page.health.state).map((code) => h(Badge, { key: code, colorPalette: "orange", size: "sm" }, TROUBLES[code] ?? code)),
        h(Text, { as: "span", fontSize: "sm", color: "fg.muted" }, page.run ? `run ${page.run}, ` : "", h(When, { at: page.started_at, now: page.now, none: "never run" })),
      ),
      page.health.reason ? h(Text, { fontSize: "sm", overflowWrap: "anywhere", dir: "auto" }, page.health.reason) : null,
      page.message ? h(Text, { fontSize: "sm", overflowWrap: "anywhere", color: page.state === "failed" ? "red.fg" : undefined }, page.message) : null,
      h(Dotted, {
        facts: [
          plural(page.articles, "article"),
          `${number(page.new)} new in the last run`,
          `${plural(usual, "article")} on a usual day of the last month`,
          page.newest_fetched_at && h("span", null, "newest ", h(When, { at: page.newest_fetched_at, now: page.now })),
          page.undecided > 0 && `${number(page.undecided)} not decided yet`,
          h(Go, { to: "articles", filters: { source: page.name } }, "its articles"),
        ],
      }),
      h(Bars, {
        label: `New articles a day over 30 days, the oldest first: ${page.days.join(", ")}`,
        bars: page.days.map((value, at) => {
          const day = new Date(first + at * DAY_MS).toISOString().slice(0, 10);
          return { key: day, value, told: `${day}: ${plural(value, "new article")}` };
        }),
      }),
      h(Text, { fontSize: "xs", color: "fg.muted" }, "New articles a day, the last 30 days (UTC)."),
    ),
  );
};

const Template = ({ page }) =>
  h(
    Panel,
    { title: "What was learned of its pages", id: "source-template" },
    page.template
      ? h(
          Box,
          { px: 4, py: 3 },
          h(Dotted, {
            facts: [
              `version ${page.template.version}`,
              `learned ${minute(page.template.learned_at)} of ${plural(page.template.pages, "page")}`,
              page.template.agreement !== null && `${Math.round(100 * page.template.agreement)} % of the last pages agree`,
              page.template.drifted_run && h(Text, { as: "span", color: "red.fg" }, `no longer fits since run ${page.template.drifted_run}`),
            ],
          }),
        )
      : h(Empty, null, "Nothing yet: ten article pages are needed."),
  );

const File = ({ page }) =>
  h(
    Panel,
    { title: "Its file", id: "source-file" },
    h(
      Box,
      { as: "pre", px: 4, py: 3, fontSize: "xs", overflowX: "auto", tabIndex: 0, role: "group", "aria-labelledby": "source-file", dir: "ltr", "data-testid": "file" },
      page.file,
    ),
  );

export const Page = ({ name }) => {
  const path = `sources/${encodeURIComponent(name)}`;
  const asked = useData(path, (page) => ["running", "unfinished"].includes(page.state));
  const title = asked.page ? h("bdi", { dir: asked.page.direction }, asked.page.title) : name;
  return h(
    Stack,
    { gap: 4, ...IN_ENGLISH },
    h(Headed, {
      title,
      asked,
      note: asked.page ? h("span", null, h(Outside, { href: asked.page.url }, asked.page.url), ` · ${name} · ${asked.page.language} · ${asked.page.country} · ${asked.page.timezone}`) : null,
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
          h(Stack, { gap: 4, minW: 0 }, h(Template, { page }), h(History, { page }), h(File, { page })),
        ),
      ),
    ),
  );
};
