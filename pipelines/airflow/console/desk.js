// Desk: where the night is run from, inside Airflow's UI. Hand-written, no build step: React, Chakra and the router are
// Airflow's own. Here is what is around every page: the navigation, and the page that the address names.
import { PAGES } from "./pages.js";
import { Languages } from "./parts/languages.js";
import { say, useLanguage } from "./parts/language.js";
import { Go, pageOf } from "./parts/router.js";
import { Trouble } from "./parts/pieces.js";

const { createElement: h, Component, Suspense, lazy, useEffect } = globalThis.React;
const { Box, Flex, Skeleton, Stack } = globalThis.ChakraUI;
const { useLocation } = globalThis.ReactRouterDOM;

const COMPONENTS = new Map(PAGES.map((page) => [page, lazy(async () => ({ default: (await page.load()).Page }))]));

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
        null,
        h(
          Suspense,
          { fallback: h(Stack, { gap: 4 }, h(Skeleton, { h: "4rem" }), h(Skeleton, { h: "20rem" })) },
          found ? h(COMPONENTS.get(found.page), { ...found.names }) : h(Trouble, null, say("page.none")),
        ),
      ),
    ),
  );
};

globalThis.Desk = Desk;
