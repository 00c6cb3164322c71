// Sentences, numbers and ages in the reader's language.
import { plain, same, speaking } from "./airflow.js";

const { number, say, since, word } = await import("../../../pipelines/airflow/console/parts/language.js");
const { sentences } = await import("../../../pipelines/airflow/console/pages/headline.js");

const NOW = "2026-11-22T08:00:00Z";
const NIGHT = {
  run: "2026-11-22T0200",
  started_at: "2026-11-22T02:00:00Z",
  running: 0,
  new: 1200,
  night: true,
  planned: 9,
  followed: 9,
  failed: ["fanous"],
  mended: [],
  later: [],
  earlier: [],
  quiet: [],
  missed_at: null,
};

Deno.test("a number chooses the form of its sentence, in each language by its own rules", async () => {
  await speaking("ar");
  same([1, 2, 3, 11].map((n) => plain(say("age.days", { n }))), ["قبل يوم", "قبل يومين", "قبل 3 أيام", "قبل 11 يومًا"]);
  await speaking("en");
  same([1, 2].map((n) => plain(say("age.days", { n }))), ["1 day ago", "2 days ago"]);
});

Deno.test("digits are the same in every language", async () => {
  for (const language of ["en", "ar", "fr", "tr", "fa", "ckb"]) {
    await speaking(language);
    same(number(1234567), "1,234,567");
  }
});

Deno.test("what somebody wrote is isolated in a sentence of ours", async () => {
  await speaking("en");
  same(say("needs.dag", { dag: "قناة" }), "Look at \u2068قناة\u2069");
});

Deno.test("an age is told in the unit that a person would use", async () => {
  await speaking("en");
  const ago = ["07:59:40", "07:10:00", "02:00:00"].map((at) => plain(since(`2026-11-22T${at}Z`, NOW)));
  same([...ago, plain(since("2026-11-19T08:00:00Z", NOW))], ["just now", "50 minutes ago", "6 hours ago", "3 days ago"]);
});

Deno.test("a word that no catalogue knows is shown as the server says it", async () => {
  await speaking("en");
  same([word("state", "done"), word("state", "brand new")], ["done", "brand new"]);
});

Deno.test("the headline names what failed, counts what is too much to name, and says when a run was missed", async () => {
  await speaking("en");
  const page = (night) => ({ night: { ...NIGHT, ...night }, titles: { fanous: "Fanous" }, now: NOW });
  const many = { failed: ["a", "b", "c", "d", "e"], quiet: ["q"] };
  same(
    [page({}), page(many), page({ running: 1, failed: [] }), page({ night: false, planned: 1, mended: ["fanous"], failed: [] })].map((one) =>
      plain(sentences(one))
    ),
    [
      "Last night (2026-11-22T0200, 6 hours ago): new articles: 1,200; failed: Fanous.",
      "Last night (2026-11-22T0200, 6 hours ago): new articles: 1,200; failed: a, b, c and 2 more; gone quiet: q.",
      "Last night (2026-11-22T0200, 6 hours ago): under way, new articles so far: 1,200.",
      "Last run (2026-11-22T0200, 6 hours ago, planned for 1 of 9 sources): new articles: 1,200; failed, and done since: Fanous.",
    ],
  );
  same(plain(sentences({ night: null, titles: {}, now: NOW })).startsWith("No source is followed yet"), true);
  localStorage.setItem("timezone", '"Asia/Damascus"');
  const missed = plain(sentences(page({ missed_at: "2026-11-22T02:00:00Z" })));
  same([missed.includes("2026-11-22 05:00 GMT+3"), missed.includes("UTC")], [true, false]);
});

Deno.test("time runs as the page does, so that today is at the end of a line", async () => {
  const { speak } = await import("../../../pipelines/airflow/console/parts/language.js");
  const { placeOf } = await import("../../../pipelines/airflow/console/parts/charts.js");
  const places = (direction) => {
    speak({ language: "en", direction, words: {}, plurals: new Intl.PluralRules("en") });
    return [placeOf(0, 10, 100), placeOf(90, 10, 100)];
  };
  same([places("ltr"), places("rtl")], [[0, 90], [90, 0]]);
});
