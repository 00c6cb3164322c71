// The language of the Desk: that of Airflow, or one that Airflow does not have and that a reader chose in this browser. Each
// language has one catalogue of words, languages/<code>.json. Texts of a server or a page stay unchanged, isolated.
const { createElement: h, Fragment, useEffect, useState } = globalThis.React;

// Where Airflow stores the chosen language, which it also writes on the page's root element.
const AIRFLOWS = "i18nextLng";
const OURS = "nightdesk-language";
const CATALOGUES = ["en", "ar", "fr", "tr", "fa", "ckb"];
// Languages that Airflow does not ship.
export const BESIDE = { fa: "فارسی", ckb: "کوردی" };
const RIGHT_TO_LEFT = new Set(["ar", "fa", "ckb", "he"]);
// Characters that isolate a piece of text from the direction around it, where no element can do it.
const ISOLATED = ["\u2068", "\u2069"];
const PLACE = /\{(\w+)\}/u;

// What `say` uses: the words of one language, and facts about the language.
let spoken = { asked: "", language: "en", direction: "ltr", words: {}, plurals: new Intl.PluralRules("en") };

export const speak = (found) => {
  spoken = found;
};

// Whether the page runs from right to left.
export const isMirrored = () => spoken.direction === "rtl";

const airflows = () => {
  const named = localStorage.getItem(AIRFLOWS) || document.documentElement.lang || "en";
  return named.toLowerCase().split("-")[0];
};

export const chosen = () => {
  const own = localStorage.getItem(OURS) ?? "";
  return own in BESIDE ? own : "";
};

// Choose a language of BESIDE, or follow Airflow again with "".
export const choose = (language) => {
  if (language) localStorage.setItem(OURS, language);
  else localStorage.removeItem(OURS);
  globalThis.dispatchEvent(new Event(OURS));
};

const wanted = () => chosen() || airflows();

const read = async (language) => {
  const known = CATALOGUES.includes(language) ? language : "en";
  const answer = await fetch(new URL(`nightdesk/languages/${known}.json`, document.baseURI), { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`languages/${known}.json: ${answer.status}`);
  return {
    asked: language,
    // Words in English may stand on a page that runs from right to left: Hebrew has no catalogue yet.
    language: known,
    direction: RIGHT_TO_LEFT.has(language) ? "rtl" : "ltr",
    words: await answer.json(),
    plurals: new Intl.PluralRules(known),
  };
};

// Load the reader's language before the page is drawn. If its words do not arrive, the page asks for them again.
export const learn = () => read(wanted()).then(speak, () => undefined);

// The language and direction of the page; null until its words are loaded. `asked`: the chosen language.
export const useLanguage = () => {
  const [asked, setAsked] = useState(wanted);
  const [ready, setReady] = useState(() => (spoken.asked === asked ? spoken : null));
  useEffect(() => {
    const look = () => setAsked(wanted());
    const watching = new MutationObserver(look);
    watching.observe(document.documentElement, { attributes: true, attributeFilter: ["lang", "dir"] });
    globalThis.addEventListener(OURS, look);
    return () => {
      watching.disconnect();
      globalThis.removeEventListener(OURS, look);
    };
  }, []);
  useEffect(() => {
    let current = true;
    if (spoken.asked === asked) {
      setReady(spoken);
      return;
    }
    read(asked).then(
      (found) => {
        if (!current) return;
        speak(found);
        setReady(found);
      },
      () => current && setReady({ asked: "en", language: "en", direction: "ltr" }),
    );
    return () => {
      current = false;
    };
  }, [asked]);
  return ready;
};

// Digits are the same in every language, so that numbers can be compared and copied.
export const number = (value) => Number(value).toLocaleString("en");

const pattern = (key, n) => {
  const said = spoken.words[key] ?? key;
  return typeof said === "string" ? said : (said[spoken.plurals.select(Number(n))] ?? said.other);
};

const isolated = (value) => (typeof value === "number" ? number(value) : `${ISOLATED[0]}${value}${ISOLATED[1]}`);

// A sentence of the catalogue with its values filled in; `n` chooses the plural form.
export const say = (key, values = {}) => pattern(key, values.n).replace(new RegExp(PLACE, "gu"), (_, name) => isolated(values[name] ?? ""));

// The same with elements in place of values.
export const phrase = (key, values = {}) =>
  pattern(key, values.n)
    .split(PLACE)
    .map((piece, at) =>
      at % 2 ? h("bdi", { key: at }, typeof values[piece] === "number" ? number(values[piece]) : values[piece]) : h(Fragment, { key: at }, piece)
    );

// The word for a member of a closed list (a state, a kind). If the catalogue has none, the member itself: the server may know
// newer ones.
export const word = (list, value) => (value && `${list}.${value}` in spoken.words ? say(`${list}.${value}`) : value);

// How long ago, in words.
/** @param {string | number} then @param {string | number} now */
export const since = (then, now = Date.now()) => {
  const minutes = Math.floor((new Date(now).getTime() - new Date(then).getTime()) / 60_000);
  if (minutes < 1) return say("age.now");
  if (minutes < 120) return say("age.minutes", { n: minutes });
  if (minutes < 48 * 60) return say("age.hours", { n: Math.floor(minutes / 60) });
  return say("age.days", { n: Math.floor(minutes / 1440) });
};
