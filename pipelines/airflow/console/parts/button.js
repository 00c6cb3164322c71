// A button with Airflow's own look, whose words may take several lines: in some languages they are wider than a narrow screen.
const { createElement: h } = globalThis.React;
const { Button: Airflows } = globalThis.ChakraUI;

// The height of one line for each size. The size without a name is Chakra's default.
const HEIGHTS = { xs: 8, sm: 9 };
const USUAL_HEIGHT = 10;

// variant: one of Airflow's, or "plain" for a button that stands in a line like a word.
export const Button = ({ size, variant, ...rest }) => {
  const room = variant === "plain" ? { p: 0, h: "auto" } : { h: "auto", minH: HEIGHTS[size] ?? USUAL_HEIGHT, py: 1 };
  return h(Airflows, { size, variant, maxW: "100%", whiteSpace: "normal", overflowWrap: "anywhere", ...room, ...rest });
};
