// What opens above the page: a popover at its button, a plain menu, a question before a press.

import { h, patch } from "./dom.js";
import { icon } from "./icons.js";
import { textObject } from "./mrkdwn.js";

let closeOpen = null;
let lately = { anchor: null, at: 0 }; // the button whose own press closed its popover: that press shall not open it again

/**
 * Open a popover at `anchor`; `draw(redraw, close)` gives its content. Resolves with what was passed to close(), null when it
 * was dismissed. It lives outside the redrawn page, so a new version of the world never closes it.
 */
export function popover(anchor, { className = "", label, role = "dialog" }, draw) {
  closeOpen?.(null);
  if (lately.anchor === anchor && Date.now() - lately.at < 400) return Promise.resolve(null);
  return new Promise((resolve) => {
    const host = anchor.closest("dialog") ?? document.body;
    const box = document.createElement("div");
    box.className = `popover ${className}`;
    box.setAttribute("role", role);
    if (label) box.setAttribute("aria-label", label);
    box.popover = "manual";
    host.append(box);
    const anchorId = anchor.id;
    let edge = anchor.getBoundingClientRect();
    const place = () => {
      const at = anchor.isConnected ? anchor : document.getElementById(anchorId);
      if (at) edge = at.getBoundingClientRect(); // else its card was redrawn: stay where it was
      const size = box.getBoundingClientRect();
      const below = window.innerHeight - edge.bottom - 12;
      const above = edge.top - 12;
      const up = below < Math.min(size.height, 320) && above > below;
      box.style.maxHeight = `${Math.max(160, Math.min(420, up ? above : below))}px`;
      const height = Math.min(size.height, up ? above : below);
      box.style.top = `${up ? Math.max(8, edge.top - height - 4) : edge.bottom + 4}px`;
      box.style.left = `${Math.max(8, Math.min(edge.left, window.innerWidth - size.width - 8))}px`;
    };
    const close = (value) => {
      if (closeOpen !== close) return;
      closeOpen = null;
      document.removeEventListener("pointerdown", outside, true);
      window.removeEventListener("resize", place);
      const inside = box.contains(document.activeElement);
      box.remove();
      if (inside || document.activeElement === document.body) (anchor.isConnected ? anchor : document.getElementById(anchorId))?.focus();
      resolve(value);
    };
    const outside = (event) => {
      if (box.contains(event.target)) return;
      if (anchor.contains(event.target)) lately = { anchor, at: Date.now() };
      close(draw.dismissed?.() ?? null);
    };
    const redraw = () => {
      patch(box, draw(redraw, close));
      place();
    };
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      close(draw.dismissed?.() ?? null);
    });
    closeOpen = close;
    redraw();
    box.showPopover();
    place();
    box.querySelector("input, [role=menuitem]")?.focus(); // at once: the next key already belongs here
    document.addEventListener("pointerdown", outside, true);
    window.addEventListener("resize", place);
  });
}

/** A menu of {label, detail, value, danger}. Resolves with the value, or null. */
export function menu(anchor, entries) {
  return popover(anchor, { className: "menu", role: "menu" }, (redraw, close) =>
    entries.map((entry) =>
      h(
        "button",
        {
          type: "button", role: "menuitem", class: `menu-item ${entry.danger ? "danger" : ""}`, onClick: () => close(entry.value),
          onKeydown: (event) => arrows(event, "[role=menuitem]"),
        },
        h("span", {}, entry.label),
        entry.detail && h("span", { class: "option-detail" }, entry.detail),
      ),
    ),
  );
}

function arrows(event, selector) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const all = [...event.currentTarget.parentNode.querySelectorAll(selector)];
  all[(all.indexOf(event.currentTarget) + step + all.length) % all.length].focus();
}

/** A question in a dialog of its own: Block Kit's confirm object, or our own words. */
export function confirmed(question, anchor) {
  return new Promise((resolve) => {
    const box = document.createElement("dialog");
    box.className = "dialog confirm";
    box.setAttribute("aria-labelledby", "confirm-title");
    document.body.append(box);
    let answer = false;
    const finish = (value) => {
      answer = value;
      box.close();
    };
    box.addEventListener("close", () => {
      box.remove();
      anchor?.focus?.();
      resolve(answer);
    });
    patch(box, [
      h("header", { class: "dialog-head" }, h("h2", { id: "confirm-title" }, textObject(question.title)),
        h("button", { type: "button", class: "icon-button", "aria-label": "Close", onClick: () => finish(false) }, icon("close"))),
      h("div", { class: "dialog-body text", dir: "auto" }, textObject(question.text)),
      h(
        "footer",
        { class: "dialog-foot" },
        h("button", { type: "button", class: "button", onClick: () => finish(false) }, textObject(question.deny ?? { type: "plain_text", text: "Cancel" })),
        h(
          "button",
          { type: "button", class: `button ${question.style === "danger" ? "danger filled" : "primary"}`, autofocus: true, onClick: () => finish(true) },
          textObject(question.confirm ?? { type: "plain_text", text: "Yes" }),
        ),
      ),
    ]);
    box.showModal();
  });
}
