// The page as its site sent it, in a frame that runs nothing, loads nothing and leads nowhere: the server has made the page
// harmless, and the frame forbids all this once more.
import { Choice } from "./fields.js";
import { say } from "./language.js";
import { minute } from "./pieces.js";

const { createElement: h, useState } = globalThis.React;
const { Box, Stack, Text } = globalThis.ChakraUI;

const HEIGHT = "44rem";

export const Received = ({ article }) => {
  const [revision, setRevision] = useState(String(article.revision));
  const address = new URL(`nightdesk/api/articles/${article.id}/page?revision=${revision}`, document.baseURI);
  return h(
    Stack,
    { gap: 3 },
    h(Text, { fontSize: "sm", color: "fg.muted" }, say("article.received_note")),
    article.versions.length > 1
      ? h(Choice, {
        label: say("article.wording_of"),
        value: revision,
        choices: article.versions.map((one) => [String(one.revision), say("article.wording", { n: one.revision, at: minute(one.fetched_at) })]),
        onChoose: setRevision,
      })
      : null,
    h(
      Box,
      { borderWidth: "2px", borderStyle: "dashed", borderRadius: "md", overflow: "hidden" },
      h("iframe", {
        key: revision,
        src: address.href,
        sandbox: "",
        referrerPolicy: "no-referrer",
        title: say("article.view_page"),
        style: { display: "block", width: "100%", height: HEIGHT, border: 0, background: "white" },
        "data-testid": "received",
      }),
    ),
  );
};
