// Desk: where the night is run from, inside Airflow's UI. Hand-written, no build step: React, Chakra and the router are
// Airflow's own. Here is what is around every page: the navigation, and the page that the address names.
import { PAGES } from "./pages.js";
import { Languages } from "./parts/languages.js";
import { askAhead } from "./parts/asking.js";
import { learn, say, useLanguage } from "./parts/language.js";
import { Go, pageOf } from "./parts/router.js";
import { Trouble } from "./parts/pieces.js";
// What most pages draw with comes at once with the others, and not when a module that imports it is read.
import "./parts/acting.js";
import "./parts/button.js";
import "./parts/charts.js";
import "./parts/fields.js";
import "./parts/results.js";

const { createElement: h, Component, useEffect, useState } = globalThis.React;
const { Box, Flex, Skeleton, Stack } = globalThis.ChakraUI;
const { useLocation } = globalThis.ReactRouterDOM;

// The modules of pages that are here. Not by React's lazy(): what that waited for is shown .3 s after it began to wait and no
// earlier, and Airflow waits for this module in the same way.
const LOADED = new Map();
const bring = async (page) => {
  try {
    LOADED.set(page, await page.load());
    return LOADED.get(page);
  } catch (error) {
    return { error };
  }
};

const Shown = ({ page, names }) => {
  const [loaded, setLoaded] = useState(LOADED.get(page));
  useEffect(() => {
    let current = true;
    bring(page).then((found) => current && setLoaded(found));
    return () => {
      current = false;
    };
  }, [page]);
  if (loaded?.error) throw loaded.error;
  return loaded ? h(loaded.Page, names) : h(Stack, { gap: 4 }, h(Skeleton, { h: "4rem" }), h(Skeleton, { h: "20rem" }));
};

const Navigation = ({ current }) =>
  h(
    Flex,
    { as: "nav", "aria-label": say("nav.desk"), gap: 1, flexWrap: "wrap", borderBottomWidth: "1px", pb: 1, align: "center" },
    PAGES.filter((page) => page.nav).map((page) => {
      const here = current && (page.path === current.path || (page.path && current.path.startsWith(`${page.path}/`)));
      return h(
        Go,
        {
          key: page.path,
          to: page.path,
          "aria-current": here ? "page" : undefined,
          px: 3,
          py: 1.5,
          borderRadius: "md",
          color: here ? "fg" : "fg.muted",
          bg: here ? "bg.emphasized" : undefined,
          fontWeight: here ? "semibold" : undefined,
          textDecoration: "none",
          _hover: { bg: "bg.muted" },
        },
        say(page.title),
      );
    }),
  );

// A page that breaks says so in its place, and the navigation stays.
class Boundary extends Component {
  constructor(props) {
    super(props);
    /** @type {{ error: Error | null }} */
    this.state = { error: null };
  }

  static getDerivedStateFromError(error) {
    return { error };
  }

  render() {
    if (!this.state.error) return this.props.children;
    return h(Trouble, null, say("page.broke", { error: this.state.error.message }));
  }
}

const Desk = () => {
  const { pathname } = useLocation();
  const speaking = useLanguage();
  const found = pageOf(PAGES, pathname);
  const title = !speaking ? "" : found ? `${say(found.page.title)} · ${say("nav.desk")}` : say("nav.desk");
  useEffect(() => {
    if (title) document.title = `${title} · Airflow`;
  }, [title]);
  if (!speaking) return h(Skeleton, { h: "20rem", m: 4 });
  return h(
    Box,
    // Every word is another one: nothing of the page before is kept.
    {
      as: "main",
      key: speaking.asked,
      lang: speaking.language,
      dir: speaking.direction,
      p: { base: 2, md: 4 },
      h: "full",
      overflowY: "auto",
      "data-testid": "desk",
    },
    h(
      Stack,
      { gap: 4, maxW: "110rem", mx: "auto" },
      h(Flex, { justify: "space-between", align: "end", gap: 3, flexWrap: "wrap" }, h(Navigation, { current: found?.page }), h(Languages)),
      h(
        Boundary,
        // Another page is drawn, though this one broke.
        { key: pathname },
        found ? h(Shown, { page: found.page, names: found.names }) : h(Trouble, null, say("page.none")),
      ),
    ),
  );
};

globalThis.Desk = Desk;

// Airflow draws the Desk once this module is whole. So its words and the page are here by then, and the page's first answer
// is on its way: one after the other, each would be asked for when the one before had been drawn.
const inAirflow = globalThis.location.pathname.slice(new URL(document.baseURI).pathname.replace(/\/$/u, "").length);
const first = pageOf(PAGES, inAirflow)?.page;
first?.asks?.forEach(askAhead);
await Promise.all([learn(), first && bring(first)]);
