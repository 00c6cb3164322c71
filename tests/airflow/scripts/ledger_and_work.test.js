// The pages of the ledger and of work: sources are called by their titles, and addresses stand where the page's lines begin.
import { plain, speaking } from "./airflow.js";
import { mounted } from "./react.js";

const HAND = { run_id: "manual__1", state: "success", began: "2026-11-22T08:00:00Z", by: "olga", form: { work: "reread", source: "sana" } };
const PAST = { ...HAND, dag: "backfill", run_id: "manual__2", form: { source: "sana" }, tasks: {} };
const URLS = [{
  id: 1,
  source: "sana",
  source_title: "سانا",
  kind: "article",
  url: "https://sana.test/1",
  state: "stored",
  reason: "",
  decided_at: "2026-11-22T03:00:00Z",
}];
const ANSWERS = {
  work: { now: "2026-11-22T08:00:00Z", may: ["read", "operate"], keep_raw_days: 0, holds: [], runs: [HAND], sources: [{ name: "sana", title: "سانا" }] },
  past: { runs: [PAST], files: [] },
  ledger: {
    run: "2026-11-22T0200",
    runs: ["2026-11-22T0200"],
    sources: [{ source: "sana", source_title: "سانا", urls: 3 }],
    ends: [{ kind: "article", state: "stored", code: "", urls: 3 }],
  },
  "ledger/urls": { urls: URLS, after: "" },
};

// A page as it is drawn once its answers are there.
const markup = async (script, until) => {
  const answer = (url) => Promise.resolve(new Response(JSON.stringify(ANSWERS[new URL(url).pathname.replace("/nightdesk/api/", "")] ?? {})));
  Object.assign(globalThis, { document: { baseURI: "http://desk.test/" }, fetch: answer });
  const { Page } = await import(`../../../pipelines/airflow/console/pages/${script}`);
  const page = mounted(Page, {});
  const shown = plain(await page.until(until));
  page.leave();
  return shown;
};

const drawn = async (script, until) => {
  await speaking("en");
  return (await markup(script, until)).replace(/<[^>]*>/gu, "|");
};

Deno.test("at Work a source is chosen by its title, and what was asked for names it so", async () => {
  const shown = await drawn("work.js", "A site’s past: ");
  for (const part of ["|سانا|", "|Read stored pages again|| · |سانا| · is done", "A site’s past: |سانا|"]) {
    if (!shown.includes(part)) throw new Error(`${part} is not in ${shown}`);
  }
  if (shown.includes("sana")) throw new Error(shown);
});

Deno.test("in the ledger the sources of a run and the source of an address are named by their titles", async () => {
  const shown = await drawn("ledger.js", "https://sana.test/1");
  for (const part of ["|سانا (3)|", "|سانا|"]) {
    if (!shown.includes(part)) throw new Error(`${part} is not in ${shown}`);
  }
});

Deno.test("in Arabic an address of the ledger begins where what is said of it does", async () => {
  await speaking("ar", "rtl");
  const shown = await markup("ledger.js", "https://sana.test/1");
  const sides = [...shown.matchAll(/dir=ltr textAlign=(\w+)/gu)].map((found) => found[1]);
  if (sides.length !== 1 || sides[0] !== "right") throw new Error(shown);
});
