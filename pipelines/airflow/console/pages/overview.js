// Overview: whether the last night worked, and the last runs.
import { useData } from "../parts/asking.js";
import { Headed, Trouble, Waiting } from "../parts/pieces.js";
import { Runs } from "./runs.js";

const { createElement: h } = globalThis.React;
const { Box, Stack, Text } = globalThis.ChakraUI;

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
    h(Text, { fontSize: "md", lineHeight: "1.45", fontWeight: "semibold", overflowWrap: "anywhere", "data-testid": "headline" }, page.headline),
  );

export const Page = () => {
  const asked = useData("overview");
  return h(
    Stack,
    { gap: 4 },
    h(Headed, { title: "Overview", asked }),
    h(Waiting, { asked }, (page) =>
      h(
        Stack,
        { gap: 4 },
        h(Headline, { page }),
        page.broken.map((sentence) => h(Trouble, { key: sentence }, sentence)),
        h(Runs, { page }),
      ),
    ),
  );
};
