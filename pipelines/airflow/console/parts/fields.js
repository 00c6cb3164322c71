// Fields of forms and filters, each with its label.
const { createElement: h, useId } = globalThis.React;
const { Box, Input, NativeSelect, Text, Textarea } = globalThis.ChakraUI;

const Labelled = ({ label, help, id, children, ...rest }) =>
  h(
    Box,
    { minW: 0, ...rest },
    h(Text, { as: "label", htmlFor: id, fontSize: "xs", color: "fg.muted", display: "block", mb: 0.5 }, label),
    children,
    help ? h(Text, { id: `${id}-help`, fontSize: "xs", color: "fg.muted", mt: 0.5 }, help) : null,
  );

// One of some values; `all` is the word for none of them.
export const Choice = ({ label, value, values, words = {}, all = "all", onChange }) => {
  const id = useId();
  const options = values.includes(value) || !value ? values : [value, ...values];
  return h(
    Labelled,
    { label, id },
    h(
      NativeSelect.Root,
      { size: "sm", minW: "8rem" },
      h(
        NativeSelect.Field,
        { id, value, onChange: (event) => onChange(event.target.value) },
        all === null ? null : h("option", { value: "" }, all),
        options.map((one) => h("option", { key: one, value: one }, words[one] ?? one)),
      ),
      h(NativeSelect.Indicator, null),
    ),
  );
};

// A line that is typed.
export const Typed = ({ label, value, help, onChange, ...rest }) => {
  const id = useId();
  return h(
    Labelled,
    { label, id, help },
    h(Input, { id, size: "sm", value, dir: "auto", "aria-describedby": help ? `${id}-help` : undefined, onChange: (event) => onChange(event.target.value), ...rest }),
  );
};

// Many lines.
export const Lines = ({ label, value, help, onChange, ...rest }) => {
  const id = useId();
  return h(
    Labelled,
    { label, id, help },
    h(Textarea, { id, size: "sm", value, dir: "auto", "aria-describedby": help ? `${id}-help` : undefined, onChange: (event) => onChange(event.target.value), ...rest }),
  );
};
