// Addresses in the Desk: the path after /plugin/desk names the page, and the part after ? holds its filters. Airflow's own router
// moves between pages, so that Back, Forward and a shared address work as everywhere else.
const { createElement: h, useCallback } = globalThis.React;
const { Link } = globalThis.ChakraUI;
const { Link: RouterLink, matchPath, useLocation, useNavigate } = globalThis.ReactRouterDOM;

export const BASE = "/plugin/desk";

// An address in the Desk, with its filters. Empty filters are left out.
export const address = (path, filters = {}) => {
  const kept = Object.entries(filters).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  const query = new URLSearchParams(kept.map(([name, value]) => [name, String(value)])).toString();
  return `${BASE}${path ? `/${path}` : ""}${query ? `?${query}` : ""}`;
};

// The page of a path among those of pages.js, with the parts of the path that it names.
export const pageOf = (pages, pathname) => {
  for (const page of pages) {
    const found = matchPath({ path: `${BASE}/${page.path}`, end: true }, pathname);
    if (found) return { page, names: found.params };
  }
  return null;
};

// The filters of a page as they are in the address, and a function that changes them. A filter with its value in `usual` is left
// out of the address. Back undoes a choice; typed text does not add a step for each letter.
export const useFilters = (usual) => {
  const { pathname, search } = useLocation();
  const navigate = useNavigate();
  const given = new URLSearchParams(search);
  const filters = Object.fromEntries(Object.entries(usual).map(([name, value]) => [name, given.get(name) ?? value]));
  const change = useCallback(
    (changes, { typed = false } = {}) => {
      const next = new URLSearchParams(search);
      for (const [name, value] of Object.entries(changes)) {
        if (value === usual[name] || value === "") next.delete(name);
        else next.set(name, String(value));
      }
      const query = next.toString();
      navigate(`${pathname}${query ? `?${query}` : ""}`, { replace: typed });
    },
    [pathname, search, navigate],
  );
  return [filters, change];
};

// A link to a page of the Desk.
export const Go = ({ to, filters, children, ...rest }) =>
  h(Link, { asChild: true, color: "fg.info", ...rest }, h(RouterLink, { to: address(to, filters) }, children));

// A link to a page of Airflow's own, such as the log of a task.
export const AirflowLink = ({ to, children, ...rest }) => h(Link, { asChild: true, color: "fg.info", ...rest }, h(RouterLink, { to }, children));

export const useGo = () => {
  const navigate = useNavigate();
  return useCallback((to, filters, how) => navigate(address(to, filters), how), [navigate]);
};
