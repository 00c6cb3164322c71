// What is wrong with a query: the sentence of `nightdesk search`, and a caret under the place.
import { say } from "./language.js";

const { createElement: h } = globalThis.React;
const { Box, Text } = globalThis.ChakraUI;

// If the mistake is at the end of the query, the caret stands after it.
const NOTHING = "\u00a0";

export const Mistake = ({ mistake }) => {
  // The server counts whole characters; JavaScript counts some characters as two.
  const letters = Array.from(mistake.query);
  const part = (start, end) => letters.slice(start, end).join("");
  return h(
    Box,
    { role: "alert", mt: 3, "data-testid": "mistake" },
    h(Text, { color: "red.fg", fontSize: "sm", lang: "en" }, h("bdi", null, mistake.detail)),
    mistake.query.trim()
      ? h(
        Box,
        { as: "pre", dir: "auto", fontFamily: "mono", fontSize: "sm", whiteSpace: "pre-wrap", mt: 1, pb: 4 },
        part(0, mistake.start),
        h(
          Box,
          {
            as: "span",
            position: "relative",
            textDecoration: "underline wavy",
            color: "red.fg",
            "aria-label": say("search.here"),
            _after: { content: "'^'", position: "absolute", insetInlineStart: 0, top: "1.4em", lineHeight: 1, fontWeight: "bold" },
          },
          part(mistake.start, mistake.end) || NOTHING,
        ),
        part(mistake.end),
      )
      : null,
  );
};
