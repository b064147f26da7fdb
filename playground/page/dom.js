// A very small virtual DOM: h() describes, patch() makes an element's children agree with the description.
// Elements are kept wherever they can be, so typing, focus, scrolling and open menus survive every redraw.
// Text only ever becomes a text node; nothing here (or anywhere on this page) parses HTML.
//
// Props: `key` (identity among siblings), `onClick` and the like (listeners), `.value` and the like (a property, set
// whenever it differs), `init` (called once with the new element), everything else is an attribute. `value` and `checked`
// are set when the element is made and never again, so what a person typed stays.

const SVG = "http://www.w3.org/2000/svg";
const ONCE = new Set(["value", "checked"]);

export function h(tag, props, ...children) {
  const list = [];
  flatten(children, list);
  return { tag, props: props ?? {}, key: props?.key ?? null, children: list };
}

function flatten(children, list) {
  for (const child of children) {
    if (child === null || child === undefined || child === false || child === true) continue;
    if (Array.isArray(child)) flatten(child, list);
    else list.push(typeof child === "object" ? child : String(child));
  }
}

export function patch(parent, children) {
  const wanted = [];
  flatten([children], wanted);
  const keyed = new Map();
  const loose = [];
  for (const node of parent.childNodes) {
    const old = node.__h;
    if (old && old.key !== null) keyed.set(old.key, node);
    else loose.push(node);
  }
  const matches = wanted.map((item) => match(item, keyed, loose));
  const kept = new Set(matches.filter(Boolean));
  for (const node of [...parent.childNodes]) if (!kept.has(node)) node.remove();

  let cursor = parent.firstChild;
  wanted.forEach((item, index) => {
    const found = matches[index];
    const node = found ? update(found, item) : create(item, parent);
    if (node === cursor) cursor = cursor.nextSibling;
    else parent.insertBefore(node, cursor);
    if (!found) node.__h?.props.init?.(node);
  });
}

function match(item, keyed, loose) {
  if (typeof item === "string") return take(loose, (node) => node.nodeType === Node.TEXT_NODE);
  if (item.key !== null) {
    const node = keyed.get(item.key);
    if (!node || node.__h.tag !== item.tag) return null;
    keyed.delete(item.key);
    return node;
  }
  return take(loose, (node) => node.__h?.tag === item.tag && kind(node.__h.props) === kind(item.props));
}

/** Without a key the first class tells siblings apart, so that what comes and goes never moves a box that is typed in. */
const kind = (props) => /^\S*/.exec(props.class ?? "")[0];

function take(nodes, fits) {
  const index = nodes.findIndex(fits);
  return index < 0 ? null : nodes.splice(index, 1)[0];
}

function create(item, parent) {
  if (typeof item === "string") return document.createTextNode(item);
  const inSvg = item.tag === "svg" || parent.namespaceURI === SVG;
  const element = inSvg ? document.createElementNS(SVG, item.tag) : document.createElement(item.tag);
  element.__h = { tag: item.tag, key: item.key, props: {} };
  setProps(element, item.props, true);
  patch(element, item.children);
  setLive(element, item.props);
  return element;
}

function update(node, item) {
  if (typeof item === "string") {
    if (node.data !== item) node.data = item;
    return node;
  }
  setProps(node, item.props, false);
  patch(node, item.children);
  setLive(node, item.props);
  return node;
}

function setProps(element, props, fresh) {
  const before = element.__h.props;
  for (const name of Object.keys(before)) {
    if (name in props || name[0] === "." || ONCE.has(name)) continue;
    if (name.startsWith("on")) listen(element, name, null);
    else element.removeAttribute(name);
  }
  for (const [name, value] of Object.entries(props)) {
    if (name === "key" || name === "init" || name[0] === ".") continue;
    if (ONCE.has(name)) {
      if (fresh && value !== null && value !== undefined) element[name] = value;
    } else if (name.startsWith("on")) listen(element, name, value);
    else if (value !== before[name] || fresh) setAttribute(element, name, value);
  }
  element.__h.props = props;
}

function setAttribute(element, name, value) {
  if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? "" : value);
}

/** Properties such as `.value` of a select need the children first. */
function setLive(element, props) {
  for (const [name, value] of Object.entries(props)) {
    if (name[0] === "." && element[name.slice(1)] !== value) element[name.slice(1)] = value;
  }
}

function listen(element, name, handler) {
  const type = name.slice(2).toLowerCase();
  const handlers = (element.__on ??= {});
  if (!(type in handlers)) element.addEventListener(type, (event) => handlers[type]?.(event));
  handlers[type] = handler;
}
