// What states a source is in, and which sources a choice leaves.
const WELL = new Set(["", "healthy", "learning"]);

// Besides how its last run ended: that it is paused, and what health found.
export const othersOf = (source) => [
  ...new Set([...(source.paused_at ? ["paused"] : []), ...(WELL.has(source.standing) ? [] : [source.standing]), ...source.troubles]),
];

// All that a source can be narrowed by.
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
