// Charts as plain SVG: bars of one colour, with failed ones in another, and a sentence for each as its title. Time runs in the
// direction of the page: on a page from right to left, today is at the left.
import { isMirrored } from "./language.js";

const { createElement: h } = globalThis.React;

const TALLEST = 100;

// The position at which a shape of some width begins, in a picture of some width.
export const placeOf = (x, wide, width) => isMirrored() ? width - x - wide : x;

// values: one number each, the oldest first. label: what the picture says as a whole, for people who cannot see it.
export const Sparkline = ({ values, label, width = 120, height = 24 }) => {
  const most = Math.max(1, ...values);
  const step = values.length > 1 ? width / (values.length - 1) : width;
  const points = values.map((value, at) => `${placeOf(at * step, 0, width).toFixed(1)},${(height - 1 - (value / most) * (height - 2)).toFixed(1)}`);
  return h(
    "svg",
    { role: "img", "aria-label": label, width, height, viewBox: `0 0 ${width} ${height}`, style: { display: "block", overflow: "visible" } },
    h("polyline", { points: points.join(" "), fill: "none", stroke: "currentColor", strokeWidth: 1.5, strokeLinejoin: "round" }),
  );
};

// bars: {key, value, bad, told}: told is the sentence of a bar, and bad colours it. The bars take the last of this number of
// places.
export const Bars = ({ bars, label, places = 30, height = 72 }) => {
  const most = Math.max(1, ...bars.map((bar) => bar.value));
  const width = TALLEST / Math.max(places, bars.length);
  const first = Math.max(0, places - bars.length);
  return h(
    "svg",
    { role: "img", "aria-label": label, width: "100%", height, viewBox: `0 0 ${TALLEST} ${TALLEST}`, preserveAspectRatio: "none", style: { display: "block" } },
    bars.map((bar, at) => {
      // A bar of zero is a line on the base line, so that the night can be seen.
      const tall = Math.max(2, (bar.value / most) * TALLEST);
      return h(
        "rect",
        {
          key: bar.key,
          x: placeOf((first + at) * width + width * 0.1, width * 0.8, TALLEST),
          y: TALLEST - tall,
          width: width * 0.8,
          height: tall,
          fill: bar.bad ? "var(--chakra-colors-red-solid)" : "var(--chakra-colors-blue-solid)",
        },
        h("title", null, bar.told),
      );
    }),
  );
};
