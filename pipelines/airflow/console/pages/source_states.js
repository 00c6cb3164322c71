// The states of a source, and the sources that remain after a choice of states.
const WELL = new Set(["", "healthy", "learning"]);

// The other states of a source besides that of its last run: whether it is paused, and what health found.
export const othersOf = (source) => [
  ...new Set([...(source.paused_at ? ["paused"] : []), ...(WELL.has(source.standing) ? [] : [source.standing]), ...source.troubles]),
];

// All states by which the list of sources can be narrowed.
export const statesOf = (source) => [source.state || "never", ...(source.standing ? [source.standing] : []), ...othersOf(source)];

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
