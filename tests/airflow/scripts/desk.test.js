// The Desk around its pages, drawn as Airflow has it.
import { place, plain } from "./airflow.js";
import { mounted } from "./react.js";

const WORDS = new URL("../../../pipelines/airflow/console/languages/en.json", import.meta.url);
// What the server answers; the ledger's answer lacks what its page is made of.
const ANSWERS = {
  "/nightdesk/languages/en.json": () => Deno.readTextFile(WORDS),
  "/nightdesk/api/ledger": () => "{}",
  "/nightdesk/api/alerts/channels": () => "{}",
};

Deno.test("another page is drawn after one broke", async () => {
  place.pathname = "/plugin/desk/ledger";
  const answer = async (url) => {
    const body = await ANSWERS[new URL(url).pathname]?.();
    return new Response(body ?? "{}", { status: body ? 200 : 404 });
  };
  const document = { baseURI: "http://desk.test/", documentElement: { lang: "en" } };
  const watching = class {
    observe() {}
    disconnect() {}
  };
  Object.assign(globalThis, { document, fetch: answer, location: new URL("http://desk.test/plugin/desk/ledger"), MutationObserver: watching });
  await import("../../../pipelines/airflow/console/desk.js");
  const { until, leave } = mounted(globalThis.Desk, {});

  const broken = plain(await until("broke"));
  place.pathname = "/plugin/desk/elsewhere";
  const after = plain(await until("There is no such page"));
  leave();

  if (!broken.includes("This page of the Desk broke")) throw new Error(broken);
  if (after.includes("broke")) throw new Error(after);
});
