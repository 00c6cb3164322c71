// The catalogue: outlets that are known already, to be followed with a click.
import { useDoing } from "../parts/acting.js";
import { act } from "../parts/asking.js";
import { Button } from "../parts/button.js";
import { Field } from "../parts/fields.js";
import { say } from "../parts/language.js";
import { useMore } from "../parts/more.js";
import { column, Panel } from "../parts/pieces.js";

const { createElement: h, useState } = globalThis.React;
const { Box, Table, Text } = globalThis.ChakraUI;

export const Catalogue = ({ page, onDone }) => {
  const [name, setName] = useState("");
  const [asked, setAsked] = useState("");
  const { busy, error, run } = useDoing();
  const wanted = name.trim().toLowerCase();
  const found = page.catalogue.filter((one) => !wanted || `${one.name} ${one.title} ${one.country} ${one.language}`.toLowerCase().includes(wanted));
  const [shown, end] = useMore(found);
  const follow = (one) => {
    setAsked(one);
    run(async () => {
      await act("follow", { catalogue: [one] });
      onDone();
    });
  };
  return h(
    Panel,
    { title: say("catalogue.title"), id: "add-catalogue", note: h(Text, { fontSize: "sm", color: "fg.muted" }, say("sources.count", { n: found.length })) },
    h(Box, { px: 4, py: 2 }, h(Field, { label: say("catalogue.find"), value: name, onChange: setName })),
    error ? h(Text, { role: "alert", color: "red.fg", fontSize: "sm", px: 4 }, error) : null,
    h(
      Table.ScrollArea,
      { maxH: "24rem", tabIndex: 0, role: "group", "aria-labelledby": "add-catalogue" },
      h(
        Table.Root,
        { size: "sm", "data-testid": "catalogue" },
        h(
          Table.Header,
          null,
          h(
            Table.Row,
            null,
            column(say("search.source"), undefined, { ps: 4 }),
            column(say("sources.country")),
            column(say("search.language")),
            column(say("catalogue.follow"), undefined, { pe: 4 }),
          ),
        ),
        h(
          Table.Body,
          null,
          shown.map((one) =>
            h(
              Table.Row,
              { key: one.name },
              h(
                Table.Cell,
                { ps: 4, whiteSpace: "normal" },
                h("bdi", null, one.title),
                h(Text, { as: "span", color: "fg.muted", fontSize: "xs" }, ` ${one.name}`),
              ),
              h(Table.Cell, { px: 2 }, one.country),
              h(Table.Cell, { px: 2 }, one.language),
              h(
                Table.Cell,
                { px: 2, pe: 4 },
                one.followed ? say("add.is_followed") : page.may.includes("operate")
                  ? h(Button, {
                    size: "xs",
                    variant: "outline",
                    loading: busy && asked === one.name,
                    "aria-label": say("catalogue.follow_it", { name: one.name }),
                    onClick: () => follow(one.name),
                  }, say("catalogue.follow"))
                  : "–",
              ),
            )
          ),
        ),
      ),
      end,
    ),
  );
};
