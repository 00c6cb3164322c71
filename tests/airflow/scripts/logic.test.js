// Addresses, filters, times and forms: what the pages' modules decide without drawing.
import { plain, same } from "./airflow.js";

const console_ = "../../../pipelines/airflow/console";
const { PAGES } = await import(`${console_}/pages.js`);
const { address, pageOf } = await import(`${console_}/parts/router.js`);
const { clock, day, minute, safe } = await import(`${console_}/parts/pieces.js`);
const { read } = await import(`${console_}/parts/results.js`);
const { EMPTY, toForm, toWatch } = await import(`${console_}/parts/watchform.js`);
const { restOf } = await import(`${console_}/parts/asking.js`);
const { placed } = await import(`${console_}/parts/acting.js`);
const { repeats } = await import(`${console_}/parts/differences.js`);
const { usualOf } = await import(`${console_}/pages/source.js`);
const { chosen, statesOf } = await import(`${console_}/pages/source_states.js`);

const at = "2026-11-22T23:30:00Z";

Deno.test("an address keeps what is chosen, as a browser writes it, and leaves out what is empty", () => {
  same(
    address("articles", { q: "بغداد OR a&b", source: "", since: null }),
    `/plugin/desk/articles?q=${new URLSearchParams({ q: "بغداد OR a&b" }).toString().slice(2)}`,
  );
  same(address(""), "/plugin/desk");
});

Deno.test("the path says the page, and what it is about", () => {
  const found = (path) => {
    const { page, names } = pageOf(PAGES, `/plugin/desk${path}`) ?? { page: {}, names: null };
    return [page.path, names];
  };
  same([found(""), found("/sources/sana"), found("/watches/a%20b"), found("/nothing")], [
    ["", {}],
    ["sources/:name", { name: "sana" }],
    ["watches/:name", { name: "a b" }],
    [undefined, null],
  ]);
});

Deno.test("every time is told by the zone that is chosen in Airflow, named, and from left to right", () => {
  localStorage.setItem("timezone", '"Asia/Damascus"');
  same([minute(at), day(at), clock(at)], ["\u20662026-11-23 02:30 GMT+3\u2069", "2026-11-23", "\u206602:30:00 GMT+3\u2069"]);
  localStorage.setItem("timezone", '"UTC"');
  same(plain(minute(at)), "2026-11-22 23:30 UTC");
  localStorage.setItem("timezone", "no JSON");
  same(plain(minute(at)), "2026-11-22 23:30 UTC");
});

Deno.test("only what a browser may open is a link", () => {
  same([safe("https://a.test/"), safe("javascript:steal()"), safe(null)], ["https://a.test/", undefined, undefined]);
});

Deno.test("what a task came to is read as a record or as its sentence", () => {
  same([read('{"said": "x"}'), read("3 pages read."), read({ a: 1 })], [{ said: "x" }, "3 pages read.", { a: 1 }]);
});

Deno.test("a watch goes through its form unchanged", () => {
  const watch = {
    ...{ query: "", terms: ["داعش", "دولة|الدولة"], unless: ["كرة"], sources: ["sana"], languages: ["ar"], kinds: ["new"] },
    ...{ channels: ["desk", "mail"], cap: 3, digest: "nightly 07:00", quiet: ["22:00-06:00"], timezone: "", messages_in: "ar" },
  };
  same(toWatch(toForm(watch)), watch);
  same(toWatch({ ...EMPTY, query: "a" }).cap, null);
});

Deno.test("sources are narrowed by what health found, by a pause, by any part of their title, and by all together", () => {
  const usual = { state: "done", standing: "healthy", troubles: [], paused_at: null, country: "SY", language: "ar" };
  const sources = [
    { ...usual, name: "sana", title: "سانا", standing: "quiet", troubles: ["quiet"] },
    { ...usual, name: "roj", title: "Roj News", state: "failed", country: "IQ" },
    { ...usual, name: "levant", title: "The Levant", paused_at: at, language: "en" },
  ];
  const any = { state: "", country: "", language: "", name: "" };
  const names = (asked) => chosen(sources, { ...any, ...asked }).map((one) => one.name);
  same([names({ state: "quiet" }), names({ state: "paused" }), names({ country: "IQ" })], [["sana"], ["levant"], ["roj"]]);
  same([names({ language: "ar" }), names({ name: "LEV" }), names({ name: "سان" })], [["sana", "roj"], ["levant"], ["sana"]]);
  same(names({ state: "failed", country: "SY" }), []);
  same(statesOf({ ...usual, state: "", paused_at: at }), ["never", "healthy", "paused"]);
});

Deno.test("a watch is tried on the last day first, then further back, until there is more than is read or nobody looks", async () => {
  const { tryBack } = await import(`${console_}/parts/trial.js`);
  const asked = async (full, leave) => {
    const days = [];
    const shown = [];
    const ask = (back) => {
      days.push(back);
      return Promise.resolve({ more: back >= full });
    };
    await tryBack(ask, (_, next) => shown.push(next ?? 0) < leave);
    return [days, shown];
  };
  same(await asked(99, 99), [[1, 7, 30], [7, 30, 0]]);
  same(await asked(7, 99), [[1, 7], [7, 0]]);
  same(await asked(99, 1), [[1], [7]]);
});

Deno.test("a page asks again the later the longer an answer takes, so that a night with a thousand sources has the machine", () => {
  same([restOf(true, 40), restOf(false, 40), restOf(true, 500), restOf(false, 500)], [3_000, 60_000, 15_000, 60_000]);
});

Deno.test("a description that the text begins with is read once, and one that only an earlier wording began with is shown", () => {
  const start = { fate: "same", text: "Jobs: " };
  const edit = [start, { fate: "removed", text: "2000" }, { fate: "added", text: "1200" }];
  same([repeats([], []), repeats(edit, [[...edit, { fate: "same", text: " in all" }]]), repeats(edit, [[start, { fate: "same", text: "2000" }]])], [
    true,
    true,
    false,
  ]);
});

Deno.test("what was decided on keeps its place in a list when the server names it no more", () => {
  const kept = [{ item: "b", at: 1 }, { item: "d", at: 3 }];
  const shown = (items) => placed(items, kept, (item) => item).join("");
  same([shown(["a", "b", "c", "d"]), shown(["a", "c", "e"]), shown([])], ["abcd", "abcde", "bd"]);
});

Deno.test("a usual day of a source is told once a week of days is known, counted from its first article", () => {
  const days = (...counts) => [...Array(30 - counts.length).fill(0), ...counts];
  same([usualOf(days()), usualOf(days(36)), usualOf(days(9, 1, 2, 3, 4, 5, 6)), usualOf(days(9, 0, 0, 0, 0, 0, 0, 0))], [null, null, 4, 0]);
});
