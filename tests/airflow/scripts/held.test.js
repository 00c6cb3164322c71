// A decision on a held run as a reader has it: begun, under way, carried out or failed.
import { plain, same, speaking } from "./airflow.js";
import { mounted } from "./react.js";

const { Decide, Why } = await import("../../../pipelines/airflow/console/pages/held_runs.js");

const RUN = { source: "sana", title: "سانا", run: "2026-11-22T0200", n: 8 };
const BY_HAND = "/api/v2/dags/by_hand/dagRuns/manual__1";
const RESULT = `${BY_HAND}/taskInstances/do/xcomEntries/return_value`;

// A page of Airflow's at which somebody says yes to everything, and what its server answers by path: a body, or a status.
const deciding = async (answers, work) => {
  await speaking("en");
  const asked = [];
  const body = {};
  const answer = (url, { method = "GET" } = {}) => {
    const { pathname } = new URL(url);
    asked.push(`${method} ${pathname}`);
    const found = answers[pathname] ?? 404;
    return Promise.resolve(typeof found === "number" ? new Response("{}", { status: found }) : new Response(JSON.stringify(found)));
  };
  const document = { baseURI: "http://desk.test/", body, activeElement: body };
  Object.assign(globalThis, { document, fetch: answer, confirm: () => true });
  const done = [];
  const shown = mounted(Decide, { ...RUN, onBegin: () => done.push("begun"), onDone: () => done.push("done") });
  const before = shown.markup();
  shown.press(work);
  return { ...shown, asked, done, before };
};

const path = (work) => `/nightdesk/api/sources/sana/held/2026-11-22T0200/${work}`;
const STARTED = { dag: "by_hand", run_id: "manual__1", key: RUN.run };

Deno.test("a decision says that it is under way, and leads to its run, also where Airflow does not answer how it goes", async () => {
  const { until, focused, asked, before, done, leave } = await deciding({ [path("release")]: STARTED, [BY_HAND]: 500 }, "Release");
  const drawn = await until("answered 500");
  leave();

  // What is read out by a screen reader is there before, and has the focus that the button had.
  same([before.includes("role=status"), focused, done], [true, ["status"], ["begun"]]);
  same(asked.slice(0, 2), [`POST ${path("release")}`, `GET ${BY_HAND}`]);
  if (!drawn.includes("Being released") || !drawn.includes("/dags/by_hand/runs/manual__1")) throw new Error(drawn);
});

Deno.test("what a decision came to is told by the figures of its run, not by those of when the run was held", async () => {
  for (
    const [work, button, count, said] of [["release", "Release", 5, "5 articles of سانا were let in."], [
      "reject",
      "Reject",
      1,
      "1 article of سانا was left out",
    ]]
  ) {
    const answers = { [path(work)]: STARTED, [BY_HAND]: { state: "success" }, [RESULT]: { value: { count } } };
    const { until, focused, done, leave } = await deciding(answers, button);
    const drawn = plain(await until("green.fg"));
    leave();

    same([drawn.includes(said), done, focused, drawn.includes(">Release<")], [true, ["begun", "done"], ["status", "status"], false]);
  }
});

Deno.test("a decision that failed says why, and another can be made", async () => {
  const log = { content: [{ level: "error", logger: "nightdesk", event: "Run 2026-11-22T0200 of sana was rejected." }] };
  const task = `${BY_HAND}/taskInstances/do`;
  const answers = { [path("release")]: STARTED, [BY_HAND]: { state: "failed" }, [task]: { try_number: 1 }, [`${task}/logs/1`]: log };
  const { until, markup, leave } = await deciding(answers, "Release");
  await until("was rejected.");
  const drawn = markup();
  leave();

  same([/<Button [^>]*>Release</u.test(drawn), drawn.includes("disabled=true"), drawn.includes("Being released")], [true, false, false]);
});

Deno.test("a decision that is refused says so in its place", async () => {
  const { until, done, leave } = await deciding({ [path("reject")]: 409 }, "Reject");
  await until("role=alert");
  leave();
  same(done, []);
});

Deno.test("why a run is held is told in the reader's language, with its figures", async () => {
  const drifts = [
    { kind: "shorter", figures: { articles: 8, words: 42, low: 250, high: 1400 } },
    { kind: "no date", figures: { count: 7, articles: 8, usual: 2 } },
  ];
  const told = async (language, held) => {
    await speaking(language);
    const { markup, leave } = mounted(Why, { reason: "its 8 articles are shorter than usual", ...held });
    const drawn = plain(markup());
    leave();
    return [...drawn.matchAll(/>([^<]+)</gu)].map((found) => found[1]);
  };
  same(await told("en", { drifts }), [
    "Its 8 articles are shorter than usual: 42 words each at the middle; usually 250 to 1,400.",
    "7 of 8 have no date; usually 2 of 100.",
  ]);
  same(await told("ar", { drifts }), [
    "مقالاتها الـ8 أقصر من المعتاد: كلمات المقال الأوسط 42؛ والمعتاد من 250 إلى 1,400.",
    "بلا تاريخ: 7 من 8؛ والمعتاد 2 من 100.",
  ]);
  // A run that an older version held has no more than its sentence.
  same(await told("ar", { drifts: [] }), ["Its 8 articles are shorter than usual."]);
});
