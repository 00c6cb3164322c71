// Fields of forms and filters, each with its label. They look like Airflow's own, and the keyboard works as the browser has it.
const { createElement: h, useId } = globalThis.React;
const { Box, Input, NativeSelect, Text, Textarea } = globalThis.ChakraUI;

const Labelled = ({ id, label, hint, children, ...rest }) =>
  h(
    Box,
    { minW: 0, maxW: "100%", ...rest },
    h(Text, { as: "label", htmlFor: id, fontSize: "sm", color: "fg.muted", display: "block" }, label),
    children,
    hint ? h(Text, { id: `${id}-hint`, fontSize: "xs", color: "fg.muted" }, hint) : null,
  );

// A field for typed text. `rows` gives it several lines, `offered` are values that may be chosen instead.
export const Field = ({ label, hint, value, onChange, rows, offered, ...rest }) => {
  const id = useId();
  const list = offered ? `${id}-offered` : undefined;
  const shared = { id, dir: "auto", value, "aria-describedby": hint ? `${id}-hint` : undefined, onChange: (event) => onChange(event.target.value), ...rest };
  return h(
    Labelled,
    { id, label, hint },
    rows ? h(Textarea, { rows, size: "sm", ...shared }) : h(Input, { size: "sm", list, ...shared }),
    offered ? h("datalist", { id: list }, offered.map((one) => h("option", { key: one, value: one }))) : null,
  );
};

// A choice of one of a few values. choices: pairs of value and words.
export const Choice = ({ label, value, choices, onChoose, ...rest }) => {
  const id = useId();
  return h(
    Labelled,
    { id, label, minW: "7rem", ...rest },
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
