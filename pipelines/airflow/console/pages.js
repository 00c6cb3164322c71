// The pages of the Desk, one line each. `path`: the address after /plugin/desk; a name with a colon stands for any part. `title`:
// the key of the page's name in the catalogues. `nav`: whether the navigation shows it. `load`: a function that loads its module,
// whose `Page` is the component. `asks`: what the page asks the server before it can show anything.
export const PAGES = [
  { path: "", nav: true, title: "nav.overview", asks: ["overview"], load: () => import("./pages/overview.js") },
  { path: "sources", nav: true, title: "nav.sources", asks: ["sources"], load: () => import("./pages/sources.js") },
  { path: "sources/:name", title: "nav.source", load: () => import("./pages/source.js") },
  { path: "add", nav: true, title: "nav.add", load: () => import("./pages/add.js") },
  { path: "articles", nav: true, title: "nav.articles", load: () => import("./pages/search.js") },
  { path: "articles/:number", title: "nav.article", load: () => import("./pages/article.js") },
  { path: "watches", nav: true, title: "nav.watches", load: () => import("./pages/watches.js") },
  { path: "watches/:name", title: "nav.watch", load: () => import("./pages/watch.js") },
  { path: "new-watch", title: "watch.add", load: () => import("./pages/newwatch.js") },
  { path: "alerts", nav: true, title: "nav.alerts", load: () => import("./pages/alerts.js") },
  { path: "ledger", nav: true, title: "nav.ledger", load: () => import("./pages/ledger.js") },
  { path: "work", nav: true, title: "nav.work", load: () => import("./pages/work.js") },
];
