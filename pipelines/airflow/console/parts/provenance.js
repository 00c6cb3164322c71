// Where each wording of an article comes from: the fetch, the digests, the place in the raw store.
import { useData } from "./asking.js";
import { Button } from "./button.js";
import { say } from "./language.js";
import { minute, Trouble } from "./pieces.js";
import { Go } from "./router.js";

const { createElement: h, Fragment, useState } = globalThis.React;
const { Box, Skeleton } = globalThis.ChakraUI;

const FACTS = ["url", "final_url", "status", "page_sha256", "text_sha256", "normal_form_sha256", "extractor", "warc_file", "warc_offset", "record"];

const Wording = ({ row }) =>
  h(
    Box,
    { borderTopWidth: "1px", pt: 2, mt: 2 },
    h("div", null, say("article.wording", { n: row.revision, at: minute(row.fetched_at) })),
    h(Go, { to: "ledger", filters: { run: row.run } }, h("bdi", { dir: "ltr" }, row.run)),
    h(
      Box,
      { as: "dl", fontSize: "xs", mt: 1 },
      FACTS.filter((name) => row[name] !== "" && row[name] !== null).map((name) =>
        h(
          Fragment,
          { key: name },
          h(Box, { as: "dt", color: "fg.muted" }, say(`provenance.${name}`)),
          h(Box, { as: "dd", dir: "ltr", textAlign: "start", fontFamily: "mono", overflowWrap: "anywhere", mb: 1 }, String(row[name])),
        )
      ),
    ),
  );

const Rows = ({ article }) => {
  const { page, error } = useData(`articles/${article.id}/provenance`);
  if (!page) return error ? h(Trouble, null, error) : h(Skeleton, { h: "6rem" });
  return page.map((row) => h(Wording, { key: row.revision, row }));
};

export const Provenance = ({ article }) => {
  const [open, setOpen] = useState(false);
  return h(
    Box,
    null,
    h(
      Button,
      { size: "sm", variant: "outline", "aria-expanded": open, onClick: () => setOpen(!open) },
      say("article.provenance"),
    ),
    open ? h(Rows, { article }) : null,
  );
};
