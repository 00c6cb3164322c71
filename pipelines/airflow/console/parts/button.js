// A button as Airflow's own look, whose words may take several lines: in some language they are longer than a narrow screen.
const { createElement: h } = globalThis.React;
const { Button: Airflows } = globalThis.ChakraUI;

// Of each size, how high one line is; the one without a name is Chakra's usual.
const HEIGHTS = { xs: 8, sm: 9 };
const USUAL_HEIGHT = 10;

// variant: Airflow's, or "plain" for one that stands in a line as a word does.
export const Button = ({ size, variant, ...rest }) => {
  const room = variant === "plain" ? { p: 0, h: "auto" } : { h: "auto", minH: HEIGHTS[size] ?? USUAL_HEIGHT, py: 1 };
  return h(Airflows, { size, variant, maxW: "100%", whiteSpace: "normal", overflowWrap: "anywhere", ...room, ...rest });
};
