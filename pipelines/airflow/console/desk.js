// Desk: what last night brought, inside Airflow's UI. Hand-written, no build step: React and Chakra are Airflow's own.
import { Alerts, Runs } from "./alerts.js";
import { Articles } from "./articles.js";
import { Sources } from "./sources.js";
import { clock, load, saying } from "./pieces.js";

const { createElement: h, Fragment, useCallback, useEffect, useState } = globalThis.React;
const { Box, Button, Flex, Heading, Skeleton, Stack, Text } = globalThis.ChakraUI;

const REFRESH_MS = 60_000;
const TONES = { good: "green", warn: "orange", bad: "red", empty: "blue" };

const Headline = ({ page, error, stale, onRefresh }) => {
  const colour = error ? "red" : TONES[page?.tone] ?? "gray";
  return h(
    Flex,
    {
      as: "header",
      direction: { base: "column", md: "row" },
      gap: { base: 2, md: 4 },
      px: 4,
      py: 3,
      borderRadius: "lg",
      borderWidth: "1px",
      borderStartWidth: "6px",
      borderStartColor: `${colour}.solid`,
      align: { base: "stretch", md: "flex-start" },
      justify: "space-between",
    },
    h(
      Box,
      { minW: 0, "aria-live": "polite" },
      h(
        Heading,
        { as: "h1", size: "md", lineHeight: "1.45", fontWeight: "semibold", overflowWrap: "anywhere", "data-testid": "headline" },
        error && !page ? error : page ? page.headline : "Reading what the last run brought …",
      ),
      error && page ? h(Text, { color: "red.fg", fontSize: "sm", mt: 1 }, `${error} What you see is older.`) : null,
      ...(page?.broken ?? []).map((sentence) => h(Text, { key: sentence, color: "red.fg", fontSize: "sm", mt: 1 }, sentence)),
    ),
    h(
      Flex,
      { align: "center", justify: "space-between", gap: 3, flexShrink: 0 },
      page
        ? h(
            Text,
            { fontSize: "xs", color: "fg.muted", whiteSpace: "nowrap" },
            `as of ${clock(page.now)}`,
          )
        : null,
      h(Button, { size: "xs", variant: "outline", onClick: onRefresh, disabled: stale }, "Refresh"),
    ),
  );
};

const Desk = () => {
  const [page, setPage] = useState(null);
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const [chosen, setChosen] = useState("");
  const [turn, setTurn] = useState(0);
  const refresh = useCallback(() => setTurn((t) => t + 1), []);

  useEffect(() => {
    let current = true;
    setBusy(true);
    load(`desk${chosen ? `?source=${encodeURIComponent(chosen)}` : ""}`)
      .then(
        (got) => {
          if (!current) return;
          setPage(got);
          setError("");
        },
        (problem) => current && setError(saying(problem)),
      )
      .finally(() => current && setBusy(false));
    return () => {
      current = false;
    };
  }, [chosen, turn]);

  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === "visible" && refresh(), REFRESH_MS);
    return () => clearInterval(timer);
  }, [refresh]);

  return h(
    Box,
    { as: "main", lang: "en", dir: "ltr", p: 4, h: "full", overflowY: "auto", "aria-busy": busy, "data-testid": "desk" },
    h(
      Stack,
      { gap: 4, maxW: "110rem", mx: "auto" },
      h(Headline, { page, error, stale: busy, onRefresh: refresh }),
      page
        ? h(
            Fragment,
            null,
            h(Sources, { page, chosen, onChoose: setChosen }),
            h(
              Box,
              {
                display: "grid",
                gap: 4,
                alignItems: "start",
                gridTemplateColumns: { base: "minmax(0, 1fr)", xl: "minmax(0, 5fr) minmax(0, 3fr)" },
              },
              h(Articles, { page, chosen, onChoose: setChosen }),
              h(Stack, { gap: 4, minW: 0 }, h(Alerts, { page }), h(Runs, { page })),
            ),
          )
        : error
          ? null
          : h(Stack, { gap: 4 }, h(Skeleton, { h: "14rem" }), h(Skeleton, { h: "20rem" })),
    ),
  );
};

globalThis.Desk = Desk;
