// Work: what is done with the archive as a whole. Each form first says what the work would do.
import { Act } from "../parts/acting.js";
import { useData } from "../parts/asking.js";
import { Choice } from "../parts/fields.js";
import { say, word } from "../parts/language.js";
import { Empty, Headed, minute, Panel, titlesOf, Waiting } from "../parts/pieces.js";
import { Work } from "../parts/results.js";
import { AirflowLink, Go } from "../parts/router.js";
import { Holds } from "./retention_holds.js";
import { Past } from "./past.js";

const { createElement: h, useState } = globalThis.React;
const { Box, Flex, Stack, Text } = globalThis.ChakraUI;

const Retention = ({ page }) => {
  const [run, setRun] = useState(null);
  return h(
    Panel,
    { title: say("work.retention"), id: "work-retention" },
    h(
      Stack,
      { gap: 3, px: 4, py: 3 },
      h(
        Text,
        { fontSize: "sm" },
        page.keep_raw_days ? say("work.kept_days", { days: page.keep_raw_days }) : say("work.kept"),
      ),
      page.may.includes("administer") ? h(Act, { path: "retention", quiet: true, onDone: setRun }, say("work.would_delete")) : null,
      run ? h(Work, { key: run.run_id, run }) : null,
    ),
  );
};

const Reread = ({ page }) => {
  const [source, setSource] = useState("");
  const [run, setRun] = useState(null);
  return h(
    Panel,
    { title: say("work.reread"), id: "work-reread" },
    h(
      Stack,
      { gap: 3, px: 4, py: 3 },
      h(Text, { fontSize: "sm", color: "fg.muted" }, say("work.reread_note")),
      page.may.includes("operate")
        ? h(
          Flex,
          { gap: 3, align: "end", flexWrap: "wrap" },
          h(Choice, {
            label: say("search.source"),
            value: source,
            choices: [["", say("work.choose")], ...page.sources.map((one) => [one.name, one.title])],
            onChoose: setSource,
          }),
          h(Act, { path: `sources/${encodeURIComponent(source)}/by-hand/reread`, quiet: true, disabled: !source, onDone: setRun }, say("work.try")),
        )
        : null,
      run ? h(Work, { key: run.run_id, run }, (result) => (result.key ? h(Go, { to: `sources/${source}` }, say("work.load_there")) : null)) : null,
    ),
  );
};

const Asked = ({ page }) => {
  const titles = titlesOf(page.sources);
  return h(
    Panel,
    { title: say("work.asked"), id: "work-asked" },
    page.runs.length === 0 ? h(Empty, null, say("work.nothing")) : h(
      Box,
      { as: "ul", listStyleType: "none" },
      page.runs.map((run) =>
        h(
          Box,
          { as: "li", key: run.run_id, px: 4, py: 1.5, fontSize: "sm" },
          h(AirflowLink, { to: `/dags/by_hand/runs/${encodeURIComponent(run.run_id)}` }, word("hand", run.form.work ?? "")),
          run.form.source ? [" · ", h("bdi", { key: "source", title: run.form.source }, titles[run.form.source] ?? run.form.source), " ·"] : null,
          ` ${word("dag", run.state)} · ${minute(run.began)} `,
          h("bdi", null, run.by),
        )
      ),
    ),
  );
};

export const Page = () => {
  const asked = useData("work");
  return h(
    Stack,
    { gap: 4 },
    h(Headed, { title: say("nav.work"), asked }),
    h(Waiting, { asked }, (page) =>
      h(
        Stack,
        { gap: 4 },
        h(Past, { sources: page.sources, may: page.may }),
        h(Reread, { page }),
        h(Retention, { page }),
        h(Holds, { page, onDone: asked.refresh }),
        h(Asked, { page }),
      )),
  );
};
