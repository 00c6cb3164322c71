// A field of a form with its label and a hint; `rows` makes it one of several lines, `offered` what may be chosen.
const { createElement: h, useId } = globalThis.React;
const { Box, Input, Text, Textarea } = globalThis.ChakraUI;

export const Field = ({ label, hint, value, onChange, rows, offered, ...rest }) => {
  const id = useId();
  const told = hint ? `${id}-hint` : undefined;
  const list = offered ? `${id}-offered` : undefined;
  const shared = { id, dir: "auto", value, "aria-describedby": told, onChange: (event) => onChange(event.target.value), ...rest };
  return h(
    Box,
    { minW: 0 },
    h(Text, { as: "label", htmlFor: id, fontSize: "sm", display: "block" }, label),
    rows ? h(Textarea, { rows, ...shared }) : h(Input, { size: "sm", list, ...shared }),
    offered ? h("datalist", { id: list }, offered.map((one) => h("option", { key: one, value: one }))) : null,
    hint ? h(Text, { id: told, fontSize: "xs", color: "fg.muted" }, hint) : null,
  );
};
