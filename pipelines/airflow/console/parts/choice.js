// A choice of one of a few, with its label: Airflow's own look, the browser's own keyboard.
const { createElement: h, useId } = globalThis.React;
const { Box, NativeSelect, Text } = globalThis.ChakraUI;

// choices: pairs of value and words.
export const Choice = ({ label, value, choices, onChoose, ...rest }) => {
  const id = useId();
  return h(
    Box,
    { minW: "7rem", maxW: "100%", ...rest },
    h(Text, { as: "label", htmlFor: id, fontSize: "xs", color: "fg.muted", display: "block" }, label),
    h(
      NativeSelect.Root,
      { size: "sm" },
      h(
        NativeSelect.Field,
        { id, value, onChange: (event) => onChoose(event.target.value) },
        choices.map(([one, words]) => h("option", { key: one, value: one, dir: "auto" }, words)),
      ),
      h(NativeSelect.Indicator),
    ),
  );
};
