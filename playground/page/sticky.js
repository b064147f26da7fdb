// Lists that stay at their end while they are there: feeds, threads, a phone's screen.

import { h } from "./dom.js";

function settle(node) {
  node.scrollTop = node.scrollHeight;
  node.__height = node.scrollHeight;
}

const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) if (target.__stuck) settle(target);
});

function begin(node) {
  node.__stuck = true;
  sizes.observe(node);
  node.addEventListener("scroll", () => {
    // It grew (a picture came) before this event was told: that was not the reader.
    if (node.__stuck && node.scrollHeight !== node.__height) settle(node);
    else node.__stuck = node.scrollHeight - node.scrollTop - node.clientHeight < 40;
  });
}

export const sticky = (tag, props, ...children) => h(tag, { ...props, class: `stick ${props.class ?? ""}`, tabindex: "0", init: begin }, children);

/** After each redraw. */
export function settleAll() {
  for (const node of document.querySelectorAll(".stick")) if (node.__stuck) settle(node);
}

/** Bring the end into view, wherever the reader is: one's own message was sent. */
export function toEnd(node) {
  if (node) node.__stuck = true;
}

// Pictures arrive after their message was drawn.
document.addEventListener("load", (event) => {
  const list = event.target.closest?.(".stick");
  if (list?.__stuck) settle(list);
}, true);
