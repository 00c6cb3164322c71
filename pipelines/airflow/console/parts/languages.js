// The Desk's own switch of languages, for those that Airflow does not have.
import { Choice } from "./fields.js";
import { BESIDE, choose, chosen, say } from "./language.js";

const { createElement: h } = globalThis.React;

export const Languages = () =>
  h(Choice, {
    label: say("language.label"),
    value: chosen(),
    choices: [["", say("language.airflows")], ...Object.entries(BESIDE)],
    onChoose: choose,
  });
