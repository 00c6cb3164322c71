// What differs between two wordings as a reader has it.
import { plain, same, speaking } from "./airflow.js";
import { mounted } from "./react.js";

const { Differences } = await import("../../../pipelines/airflow/console/parts/differences.js");

const piece = (text, fate = "same") => ({ text, fate });
const TITLE = [piece("The bridge is "), piece("closed", "removed"), piece("open", "added")];
const WORDS = { title: TITLE, description: [piece("By the river.")], text: [[piece("It was closed at noon.")]] };

// The page of the differences of two wordings of an article, in English; page: what the server answers.
const drawn = async (id, page) => {
  await speaking("en");
  localStorage.setItem("timezone", '"UTC"');
  const document = { baseURI: "http://desk.test/" };
  Object.assign(globalThis, { document, fetch: () => Promise.resolve(new Response(JSON.stringify(page))) });
  const versions = [2, 1].map((revision) => ({ revision, fetched_at: `2026-11-2${revision}T08:00:00Z` }));
  const article = { id, versions, direction: "ltr", language: "en" };
  const { until, leave } = mounted(Differences, { article, change: () => undefined });
  const found = plain(await until("differences"));
  leave();
  return found;
};

Deno.test("of a wording whose words retention took, that is said with its number and the time, and the titles alone are shown", async () => {
  const page = await drawn(1, { ...WORDS, description: [], text: [], not_kept: [{ revision: 1, at: "2026-11-29T12:00:00Z" }] });

  const told = "The description and the text of revision 1 are no longer kept: retention deleted them (2026-11-29 12:00 UTC)";
  same([told, ">closed<", ">open<", "These two read the same"].map((one) => page.includes(one)), [true, true, true, false]);
});

Deno.test("where no title differs either, words that are not kept are not said to be the same", async () => {
  const title = [piece("The bridge")];
  const said = (page) => ["of revision 2 are no longer kept", "These two read the same"].map((one) => page.includes(one));

  same(said(await drawn(2, { title, description: [], text: [], not_kept: [{ revision: 2, at: "2026-11-29T12:00:00Z" }] })), [true, false]);
  same(said(await drawn(3, { ...WORDS, title, not_kept: [] })), [false, true]);
});
