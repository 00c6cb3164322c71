// The pages of the Desk: a page is added by its line here. `path` stands behind /plugin/desk, a name with a colon is any
// part of it; `nav` is its word in the navigation; `load` brings its module, which gives the component as `Page`.
export const PAGES = [
  { path: "", nav: "Overview", title: "Overview", load: () => import("./pages/overview.js") },
  { path: "sources", nav: "Sources", title: "Sources", load: () => import("./pages/sources.js") },
  { path: "articles", nav: "Articles", title: "Articles", load: () => import("./pages/articles.js") },
  { path: "alerts", nav: "Alerts", title: "Alerts", load: () => import("./pages/alerts.js") },
];
