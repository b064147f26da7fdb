// The few icons of this page, drawn with lines (24 × 24).

import { h } from "./dom.js";

const PATHS = {
  smile: "M12 21a9 9 0 1 1 0-18 9 9 0 0 1 0 18ZM8.5 14.5c1.8 2.4 5.2 2.4 7 0M9 9.5v.5M15 9.5v.5",
  reply: "M20 12a8 8 0 0 1-11.6 7.1L4 20l.9-4.4A8 8 0 1 1 20 12ZM8.5 10.5h7M8.5 13.5h4.5",
  pencil: "M4 20l1-4.5L16 4.5l3.5 3.5L8.5 19 4 20ZM13.5 7l3.5 3.5",
  trash: "M5 7h14M9.5 7V4.5h5V7M7 7l.8 12.5h8.4L17 7M10.5 10.5v5.5M13.5 10.5v5.5",
  plus: "M12 5v14M5 12h14",
  image: "M4 5h16v14H4zM4 16l4.5-5 4 4.5 2.5-2.5 5 5M15 9.5v.1",
  clip: "M19 11.5l-7 7a4.2 4.2 0 0 1-6-6l7.5-7.5a2.8 2.8 0 0 1 4 4L10 16.5a1.4 1.4 0 0 1-2-2l6.5-6.5",
  send: "M4 5l17 7-17 7 2.5-7L4 5ZM6.5 12H21",
  close: "M6 6l12 12M18 6L6 18",
  down: "M7 10l5 5 5-5",
  more: "M5.5 12h.1M12 12h.1M18.5 12h.1",
  eye: "M3 12c4.5-7.300 13.5-7.300 18 0-4.5 7.300-13.5 7.300-18 0ZM12 14.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z",
  back: "M14 6l-6 6 6 6",
  phone: "M7.5 3h9v18h-9zM11 18h2",
  search: "M11 17a6 6 0 1 1 0-12 6 6 0 0 1 0 12ZM15.5 15.5L20 20",
  check: "M5 12.5l4.5 4.5L19 7.5",
  file: "M6.5 3h7l4 4v14h-11zM13.5 3v4h4",
  external: "M13 5h6v6M19 5l-9 9M17 14v5H5V7h5",
};

export function icon(name, size = 18) {
  return h(
    "svg",
    { viewBox: "0 0 24 24", width: size, height: size, class: `icon icon-${name}`, "aria-hidden": "true", focusable: "false" },
    h("path", { d: PATHS[name] }),
  );
}

export function iconButton(name, label, props) {
  return h("button", { type: "button", "aria-label": label, title: label, ...props, class: `icon-button ${props?.class ?? ""}` }, icon(name));
}
