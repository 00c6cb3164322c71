// What the page shows besides the text of an article: its wordings, story, alerts, origin and evidence, and the form that
// reports a wrong extraction.
import { Button } from "./button.js";
import { phrase, say, word } from "./language.js";
import { Panel, State, When } from "./pieces.js";
import { Provenance } from "./provenance.js";
import { Go } from "./router.js";
import { Wrong } from "./wrong.js";

const { createElement: h } = globalThis.React;
const { Box, Flex, Stack, Text } = globalThis.ChakraUI;

const Row = ({ children, ...rest }) =>
  h(Box, { as: "li", px: 4, py: 2, borderTopWidth: "1px", _first: { borderTopWidth: 0 }, fontSize: "sm", ...rest }, children);
const List = ({ children }) => h(Box, { as: "ul", listStyleType: "none", maxH: "24rem", overflowY: "auto", tabIndex: 0 }, children);
const Nothing = ({ children }) => h(Text, { px: 4, py: 3, fontSize: "sm", color: "fg.muted" }, children);

const Versions = ({ article, found }) =>
  h(
    Panel,
    { title: say("article.versions"), id: "article-versions" },
    h(
      List,
      null,
      article.versions.map((version) =>
        h(
          Row,
          { key: version.revision, "data-testid": "version" },
          h(
            Flex,
            { gap: 2, color: "fg.muted", fontSize: "xs", flexWrap: "wrap" },
            h("span", null, say("article.revision", { n: version.revision })),
            h(When, { at: version.fetched_at }),
            version.kind ? h("span", null, word("edit", version.kind)) : null,
            version.revision > 1
              ? h(
                Go,
                { to: `articles/${article.id}`, filters: { view: "changes", before: version.revision - 1, after: version.revision, found } },
                say("article.what_changed"),
              )
              : null,
          ),
          h("bdi", { dir: version.direction, lang: article.language || undefined }, version.title),
        )
      ),
    ),
  );

const Story = ({ article }) => {
  const others = article.story.filter((one) => one.article_id !== article.id);
  return h(
    Panel,
    { title: say("article.story"), id: "article-story" },
    others.length === 0 ? h(Nothing, null, say("article.alone")) : h(
      List,
      null,
      others.map((one) =>
        h(
          Row,
          { key: one.article_id },
          h(
            Flex,
            { gap: 2, color: "fg.muted", fontSize: "xs", flexWrap: "wrap" },
            h("bdi", null, one.source_title),
            h(When, { at: one.told_at }),
            h("span", null, say("article.share", { n: Math.round(one.share * 100) })),
          ),
          h(Go, { to: `articles/${one.article_id}` }, h("bdi", { dir: one.direction, lang: one.language || undefined }, one.title)),
        )
      ),
    ),
  );
};

const Alerts = ({ article }) =>
  h(
    Panel,
    { title: say("nav.alerts"), id: "article-alerts" },
    article.alerts.length === 0 ? h(Nothing, null, say("article.no_alert")) : h(
      List,
      null,
      article.alerts.map((alert) =>
        h(
          Row,
          { key: alert.id },
          h(
            Flex,
            { gap: 2, align: "center", flexWrap: "wrap" },
            h(Go, { to: `watches/${encodeURIComponent(alert.watch)}` }, h("bdi", null, alert.watch)),
            h("span", null, word("kind", alert.kind)),
            h(When, { at: alert.created_at }),
            alert.quiet ? h(Text, { as: "span", color: "fg.muted", fontSize: "xs" }, phrase("alerts.listed_only", { why: word("quiet", alert.quiet) })) : null,
            alert.messages.map((message) =>
              h(Flex, { key: message.channel, gap: 1, align: "center", fontSize: "xs" }, h("bdi", null, message.channel), h(State, { state: message.state }))
            ),
          ),
        )
      ),
    ),
  );

const Evidence = ({ article }) =>
  h(
    Panel,
    { title: say("article.evidence"), id: "article-evidence" },
    h(
      Stack,
      { p: 4, gap: 3, fontSize: "sm" },
      h(Text, { color: "fg.muted" }, say("article.evidence_note")),
      h(
        Button,
        { asChild: true, size: "sm", variant: "outline", alignSelf: "flex-start" },
        h(
          "a",
          { href: new URL(`nightdesk/api/articles/${article.id}/evidence`, document.baseURI).href, download: "" },
          say("article.download"),
        ),
      ),
      h(Provenance, { article }),
    ),
  );

// found: the filters of the list that led here.
export const Beside = ({ article, found }) =>
  h(
    Stack,
    { gap: 4, minW: 0 },
    h(Versions, { article, found }),
    h(Story, { article }),
    h(Alerts, { article }),
    h(Evidence, { article }),
    h(Wrong, { article }),
  );
