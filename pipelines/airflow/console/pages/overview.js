// Overview: whether the last night worked, what needs a person, what runs now, and the last thirty nights.
import { useData } from "../parts/asking.js";
import { say } from "../parts/language.js";
import { Headed, minute, Panel, State, Waiting } from "../parts/pieces.js";
import { Go } from "../parts/router.js";
import { sentences } from "./headline.js";
import { Needs } from "./needs.js";
import { Nights } from "./nights.js";
import { Since } from "./since.js";

const { createElement: h } = globalThis.React;
const { Box, Flex, Stack, Text } = globalThis.ChakraUI;

const TONES = { good: "green", warn: "orange", bad: "red", empty: "blue" };

const Headline = ({ page }) =>
  h(
    Box,
    {
      px: 4,
      py: 3,
      borderRadius: "lg",
      borderWidth: "1px",
      borderStartWidth: "6px",
      borderStartColor: `${TONES[page.tone] ?? "gray"}.solid`,
      "aria-live": "polite",
    },
    h(Text, { fontSize: "md", lineHeight: "1.45", fontWeight: "semibold", overflowWrap: "anywhere", "data-testid": "headline" }, sentences(page)),
    page.night?.started_at ? h(Text, { fontSize: "xs", color: "fg.muted" }, say("head.began", { at: minute(page.night.started_at) })) : null,
  );

const Progress = ({ page }) =>
  h(
    Panel,
    { title: say("overview.progress"), id: "desk-progress", note: h(Text, { color: "fg.muted", fontSize: "sm" }, say("overview.run", { run: page.run })) },
    h(
      Box,
      { as: "ul", listStyleType: "none", "data-testid": "progress" },
      page.progress.map((one) =>
        h(
          Flex,
          { as: "li", key: one.name, px: 4, py: 1.5, gap: 3, align: "center", borderTopWidth: "1px", _first: { borderTopWidth: 0 }, flexWrap: "wrap" },
          h(State, { state: one.state }),
          h(Go, { to: `sources/${one.name}` }, h("bdi", { dir: one.direction }, one.title)),
          h(Text, { color: "fg.muted", fontSize: "sm" }, say("overview.progress_of", { seen: one.seen, open: one.undecided, new: one.new })),
        )
      ),
    ),
  );

export const Page = () => {
  const asked = useData("overview", (page) => page.progress.length > 0);
  const nights = useData("overview/nights");
  return h(
    Stack,
    { gap: 4 },
    h(Headed, { title: say("nav.overview"), asked }),
    h(Waiting, { asked }, (page) =>
      h(
        Stack,
        { gap: 4 },
        h(Headline, { page }),
        h(Needs, { page, onDone: asked.refresh }),
        page.progress.length > 0 ? h(Progress, { page }) : null,
        page.night?.since.length > 0 ? h(Since, { page }) : null,
        nights.page ? h(Nights, { page: nights.page }) : null,
      )),
  );
};
