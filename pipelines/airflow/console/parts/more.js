// A long list, drawn as far as it is scrolled: to draw a thousand rows at once would block the page.
const { createElement: h, useEffect, useRef, useState } = globalThis.React;

const AT_ONCE = 60;

// The drawn part of a list, and an element to put at the end of that part. When this element is scrolled into sight, more is
// drawn.
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
