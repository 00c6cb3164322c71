// A long list, drawn as far as it is scrolled: a thousand rows at once would keep the page from answering.
const { createElement: h, useEffect, useRef, useState } = globalThis.React;

const AT_ONCE = 60;

// What of a list is drawn, and the piece to put at its end; scrolled to, it draws more.
export const useMore = (rows) => {
  const [count, setCount] = useState(AT_ONCE);
  const end = useRef(null);
  useEffect(() => {
    if (!end.current) return undefined;
    const watcher = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && setCount((now) => now + AT_ONCE), {
      rootMargin: "600px",
    });
    watcher.observe(end.current);
    return () => watcher.disconnect();
  }, [rows.length, count]);
  const marker = count < rows.length ? h("div", { ref: end, "aria-hidden": true, style: { height: "1px" } }) : null;
  return [rows.slice(0, count), marker];
};
