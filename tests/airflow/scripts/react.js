// As much of React as a component needs that is drawn, acted on and drawn again: state, refs and effects, each by its place,
// and what a component draws of an error below it.
const places = new Map();
let cells = [];
let at = 0;
const due = [];

const hook = (begin) => {
  const here = cells;
  const n = at++;
  if (!(n in here)) here[n] = begin();
  return here[n];
};

export const React = {
  Component: class {
    constructor(props) {
      this.props = props;
    }
  },
  Fragment: "",
  createElement: (type, props, ...children) => ({
    type,
    props: { ...props, ...(children.length > 0 && { children: children.length > 1 ? children : children[0] }) },
  }),
  useCallback: (work) => work,
  useId: () => hook(() => `id-${cells.length}`),
  useRef: (current) => hook(() => ({ current })),
  useState: (begin) => {
    const cell = hook(() => ({ value: typeof begin === "function" ? begin() : begin }));
    return [cell.value, (next) => {
      cell.value = typeof next === "function" ? next(cell.value) : next;
    }];
  },
  useEffect: (run, given) => {
    const cell = hook(() => ({}));
    if (cell.given?.every((one, n) => one === given[n])) return;
    cell.given = given;
    due.push(() => {
      cell.end?.();
      cell.end = run();
    });
  },
};

// What a component that catches errors draws: its children, or what it says of their error.
const caught = (type, props, here, seen) => {
  const [cell] = places.get(here);
  const one = cell?.one ?? new type(props);
  places.set(here, [{ one }]);
  one.props = props;
  try {
    return draw(one.render(), here, seen);
  } catch (error) {
    one.state = { ...one.state, ...type.getDerivedStateFromError(error) };
    return draw(one.render(), here, seen);
  }
};

// What a node is as markup. seen: its places and its elements, for who acts on them.
const draw = (node, place, seen) => {
  if (Array.isArray(node)) return node.map((one, n) => draw(one, `${place}/${one?.props?.key ?? n}`, seen)).join("");
  if (node === null || node === undefined || typeof node === "boolean") return "";
  if (typeof node !== "object") return String(node);
  const { type, props } = node;
  if (typeof type === "function") {
    const here = `${place}/${props.key ?? ""} ${type.name}`;
    seen.places.add(here);
    if (!places.has(here)) places.set(here, []);
    if (type.prototype instanceof React.Component) return caught(type, props, here, seen);
    [cells, at] = [places.get(here), 0];
    return draw(type(props), here, seen);
  }
  const inner = draw(props.children, place, seen);
  if (props.ref) props.ref.current = { focus: () => seen.focused(props) };
  seen.elements.push({ ...props, type, inner });
  const told = Object.entries(props).filter(([, value]) => ["string", "number"].includes(typeof value));
  return type === "" ? inner : `<${type}${told.map(([name, value]) => ` ${name}=${value}`).join("")}>${inner}</${type}>`;
};

const end = (here) => {
  places.get(here).forEach((cell) => cell.end?.());
  places.delete(here);
};

// A component as a page has it. markup: as it is drawn now; press: the button of this label; focused: roles that got the focus.
export const mounted = (component, props) => {
  const focused = [];
  let elements = [];
  const markup = () => {
    const seen = { places: new Set(), elements: [], focused: (one) => focused.push(one.role) };
    const drawn = draw(React.createElement(component, props), "", seen);
    [...places.keys()].filter((here) => !seen.places.has(here)).forEach(end);
    elements = seen.elements;
    due.splice(0).forEach((effect) => effect());
    return drawn;
  };
  const press = (label) => elements.find((one) => one.onClick && one.inner === label && !one.disabled).onClick();
  // Draw it until a word of it is there; fails after some seconds.
  const until = async (word) => {
    for (let turn = 0; turn < 500; turn++) {
      const drawn = markup();
      if (drawn.includes(word)) return drawn;
      await new Promise((next) => setTimeout(next, 10));
    }
    throw new Error(`no ${word} in ${markup()}`);
  };
  [...places.keys()].forEach(end);
  markup();
  return { markup, press, until, focused, leave: () => [...places.keys()].forEach(end) };
};
