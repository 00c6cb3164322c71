// The Desk, from which people run the night, inside Airflow's UI. It is written by hand, without a build step: React, Chakra and
// the router are Airflow's own. This module draws the navigation, and the page that the address names.
import { PAGES } from "./pages.js";
import { Languages } from "./parts/languages.js";
import { askAhead } from "./parts/asking.js";
import { learn, say, useLanguage } from "./parts/language.js";
import { Go, pageOf } from "./parts/router.js";
import { Trouble } from "./parts/pieces.js";
// The modules that most pages need are imported here, so that they are loaded together and not only when another module imports
// them.
import "./parts/acting.js";
import "./parts/button.js";
import "./parts/charts.js";
import "./parts/fields.js";
import "./parts/results.js";

const { createElement: h, Component, useEffect, useState } = globalThis.React;
const { Box, Flex, Skeleton, Stack } = globalThis.ChakraUI;
const { useLocation } = globalThis.ReactRouterDOM;

// The modules of pages that are loaded. React's lazy() is not used: it shows what it waited for .3 s after it began to wait,
// never earlier, and Airflow already waits for this module in the same way.
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

// If a page breaks, an error is shown in its place, and the navigation stays.
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
    // In another language every word differs, so nothing of the earlier page is kept.
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
        // Another page can still be drawn after one broke.
        { key: pathname },
        found ? h(Shown, { page: found.page, names: found.names }) : h(Trouble, null, say("page.none")),
      ),
    ),
  );
};

globalThis.Desk = Desk;

// Airflow draws the Desk when this module is complete. By then the Desk's words and the page are loaded, and the page's first
// answer is asked for. Otherwise each would be asked for only after the one before was drawn.
const inAirflow = globalThis.location.pathname.slice(new URL(document.baseURI).pathname.replace(/\/$/u, "").length);
const first = pageOf(PAGES, inAirflow)?.page;
first?.asks?.forEach(askAhead);
await Promise.all([learn(), first && bring(first)]);
