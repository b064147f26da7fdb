// Short messages at the edge of the window, and the voice for screen readers.

import { h, patch } from "./dom.js";
import { icon } from "./icons.js";

const toasts = [];

export function toast(text) {
  const one = { key: `${Date.now()}-${toasts.length}`, text };
  toasts.push(one);
  if (toasts.length > 4) toasts.shift();
  show();
  setTimeout(() => dismiss(one), 9000);
}

function dismiss(one) {
  const at = toasts.indexOf(one);
  if (at >= 0) toasts.splice(at, 1);
  show();
}

function show() {
  let box = document.getElementById("toasts");
  if (!box) {
    box = document.createElement("div");
    box.id = "toasts";
    box.popover = "manual";
    box.setAttribute("role", "alert");
  }
  const open = [...document.querySelectorAll("dialog[open]")].pop();
  const host = open ?? document.body;
  if (box.parentNode !== host) host.append(box);
  if (toasts.length && !box.matches(":popover-open")) box.showPopover();
  patch(box, toasts.map((one) =>
    h("div", { class: "toast", key: one.key }, h("span", {}, one.text),
      h("button", { type: "button", class: "icon-button", "aria-label": "Dismiss", onClick: () => dismiss(one) }, icon("close", 16)))));
  if (!toasts.length && box.matches(":popover-open")) box.hidePopover();
}

/** Say something to those who cannot see it happen. */
export function announce(text) {
  const voice = document.getElementById("voice");
  if (!voice) return;
  const line = document.createElement("p");
  line.textContent = text;
  voice.append(line);
  while (voice.childNodes.length > 6) voice.firstChild.remove();
}
