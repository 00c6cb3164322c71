// What state a source is in, in words, and which sources a choice leaves.
export const TROUBLES = {
  silent: "silent",
  changed: "changed",
  behind: "feed behind",
  promise: "breaks its promise",
  login: "login lost",
  never: "never run",
  unfinished: "under way",
  paused: "paused",
};

// A source is in the state of its last run, and in each that health found.
export const statesOf = (source) => [source.paused_at ? "paused" : source.state || "never", ...source.troubles];

export const chosen = (sources, { state, country, language, name }) => {
  const wanted = name.trim().toLowerCase();
  return sources.filter(
    (source) =>
      (!state || statesOf(source).includes(state)) &&
      (!country || source.country === country) &&
      (!language || source.language === language) &&
      (!wanted || source.name.includes(wanted) || source.title.toLowerCase().includes(wanted)),
  );
};
