// The table of sources: how each one's last run ended, where its pages went, how old its newest article is.
import { useData } from "../parts/asking.js";
import { Count, Empty, Headed, Outside, Panel, State, Waiting, When, column, number, plural } from "../parts/pieces.js";
import { Go } from "../parts/router.js";

const { createElement: h } = globalThis.React;
const { Badge, Flex, Stack, Table, Text } = globalThis.ChakraUI;

const OUTCOMES = ["stored", "unchanged", "duplicate", "rejected", "excluded", "blocked", "failed", "gone"];

// A longer table scrolls in a box of its own and says so.
const SHOWN_WHOLE = 12;

const capital = (word) => word[0].toUpperCase() + word.slice(1);

// The reasons behind a number, as the hint over it.
const why = (source, state) =>
  source.reasons
    .filter((r) => r.state === state)
    .map((r) => `${number(r.urls)} ${r.reason}`)
    .join(", ");

const SourceRow = ({ source, now }) => {
  const failed = source.state === "failed";
  return h(
    Table.Row,
    { verticalAlign: "top" },
    h(
      Table.Cell,
      { ps: 4, minW: "14rem", whiteSpace: "normal", boxShadow: failed ? "inset 4px 0 0 var(--chakra-colors-red-solid)" : undefined },
      h(
        Go,
        { to: "articles", filters: { source: source.name }, fontWeight: "semibold", color: failed ? "red.fg" : undefined },
        h("bdi", { dir: source.direction, lang: source.direction === "rtl" ? source.language : undefined }, source.title),
      ),
      h(
        Text,
        { color: "fg.muted", fontSize: "xs" },
        h(Outside, { href: source.url, color: "fg.muted" }, source.name),
        ` · ${source.language}`,
      ),
      source.message
        ? h(Text, { color: failed ? "red.fg" : "fg.muted", fontSize: "xs", mt: 0.5, overflowWrap: "anywhere" }, source.message)
        : null,
    ),
    h(
      Table.Cell,
      { whiteSpace: "nowrap" },
      h(State, { state: source.state }),
      h(Text, { color: "fg.muted", fontSize: "xs", mt: 0.5 }, h(When, { at: source.started_at, now, none: "" })),
    ),
    ...OUTCOMES.map((state) => h(Count, { key: state, state, value: source.outcomes[state], reasons: why(source, state) })),
    h(Count, { value: source.undecided, state: "undecided" }),
    h(Table.Cell, { textAlign: "end", fontVariantNumeric: "tabular-nums" }, number(source.articles)),
    h(
      Table.Cell,
      { pe: 4, whiteSpace: "nowrap" },
      h(
        Flex,
        { gap: 2, align: "center" },
        h(When, { at: source.newest_fetched_at, now, none: "none yet" }),
        source.quiet
          ? h(Badge, { colorPalette: "orange", size: "sm", title: "Nothing new for three times its usual interval" }, "quiet")
          : null,
      ),
    ),
  );
};

export const Sources = ({ page }) => {
  const failed = page.sources.filter((s) => s.state === "failed").length;
  const quiet = page.sources.filter((s) => s.quiet).length;
  const long = page.sources.length > SHOWN_WHOLE;
  const told = [plural(page.sources.length, "source"), failed && `${failed} failed`, quiet && `${quiet} quiet`, long && "scroll for all"];
  return h(
    Panel,
    { title: "Sources", id: "desk-sources", note: h(Text, { color: "fg.muted", fontSize: "sm" }, told.filter(Boolean).join(" · ")) },
    page.sources.length === 0
      ? h(Empty, null, "No source is followed yet: `nightdesk follow NAME` takes one from the catalogue, and it appears here.")
      : h(
          Table.ScrollArea,
          { maxH: long ? "54rem" : undefined, borderBottomRadius: "lg", tabIndex: 0, role: "region", "aria-labelledby": "desk-sources" },
          h(
            Table.Root,
            { size: "sm", stickyHeader: true, "data-testid": "sources" },
            h(
              Table.Header,
              null,
              h(
                Table.Row,
                null,
                column("Source", undefined, { ps: 4, w: "40%" }),
                column("Last run", "How the last run of this source ended"),
                ...OUTCOMES.map((state) => column(capital(state), `Pages of the last run that ended ${state}`, { textAlign: "end" })),
                column("Open", "Article pages the ledger has not decided on yet", { textAlign: "end" }),
                column("Articles", "Articles in all", { textAlign: "end" }),
                column("Newest", "When the newest article came in", { pe: 4 }),
              ),
            ),
            h(
              Table.Body,
              null,
              page.sources.map((s) =>
                h(SourceRow, { key: s.name, source: s, now: page.now }),
              ),
            ),
          ),
        ),
  );
};

export const Page = () => {
  const asked = useData("sources");
  return h(
    Stack,
    { gap: 4 },
    h(Headed, { title: "Sources", asked }),
    h(Waiting, { asked }, (page) => h(Sources, { page })),
  );
};
