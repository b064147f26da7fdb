// The modal of the person acted as: the last of their open views.

import { attempt } from "./api.js";
import { blocks } from "./blocks.js";
import { h, patch } from "./dom.js";
import { icon } from "./icons.js";
import { avatar } from "./message.js";
import { textObject } from "./mrkdwn.js";
import { forgetClosed, scope } from "./scopes.js";
import { bot, redraw, ui, world } from "./store.js";

let dialog = null;
let content = null;
let shown = null;
let sending = false;
let opener = null;
const missing = new Map(); // view id -> Slack's own complaints

function ensure() {
  if (dialog) return;
  dialog = document.createElement("dialog");
  dialog.className = "dialog modal";
  dialog.setAttribute("aria-labelledby", "modal-title");
  content = document.createElement("form");
  content.noValidate = true;
  content.className = "modal-form";
  dialog.append(content);
  document.body.append(dialog);
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    dismiss();
  });
}

function dismiss() {
  if (shown && !sending) attempt("close", { user: ui.as, view_id: shown });
}

async function submit(event, self) {
  event.preventDefault();
  if (sending || !shown) return;
  const view = shown;
  const wrong = self.missing();
  missing.set(view, wrong);
  if (Object.keys(wrong).length) {
    redraw();
    setTimeout(() => content.querySelector('[aria-invalid="true"]')?.focus(), 20);
    return;
  }
  sending = true;
  redraw();
  const answer = await attempt("submit", { user: ui.as, view_id: view, values: self.values() });
  sending = false;
  if (answer.ok && Object.keys(answer.result?.errors ?? {}).length) missing.set(view, answer.result.errors);
  redraw();
  setTimeout(() => content.querySelector('[aria-invalid="true"]')?.focus(), 20);
}

export function drawModal() {
  ensure();
  forgetClosed();
  const mine = world.views.filter((one) => one.user === ui.as && one.type !== "home");
  const top = mine[mine.length - 1];
  if (!top) {
    if (dialog.open) {
      dialog.close();
      patch(content, []);
      if (opener?.isConnected) opener.focus();
    }
    shown = null;
    return;
  }
  const { view } = top;
  const errors = { ...top.errors, ...missing.get(top.id) };
  const self = scope({ place: `view-${top.id}`, target: { channel: null, ts: top.id }, blocks: view.blocks, choices: top.choices, errors });
  content.onsubmit = (event) => submit(event, self);
  patch(content, [
    h(
      "header",
      { class: "dialog-head" },
      mine.length > 1 ? h("button", { type: "button", class: "icon-button", "aria-label": "Back", onClick: dismiss }, icon("back")) : avatar(bot()?.id, "small"),
      h("h2", { id: "modal-title" }, textObject(view.title)),
      h("button", { type: "button", class: "icon-button", "aria-label": "Close", onClick: dismiss }, icon("close")),
    ),
    h("div", { class: "dialog-body", key: top.id, tabindex: "-1" }, blocks(view.blocks, self)),
    h(
      "footer",
      { class: "dialog-foot" },
      h("button", { type: "button", class: "button", onClick: dismiss }, view.close ? textObject(view.close) : view.submit ? "Cancel" : "Close"),
      view.submit && h("button", { type: "submit", class: `button primary ${sending ? "busy" : ""}`, "aria-busy": sending ? "true" : null }, textObject(view.submit)),
    ),
  ]);
  if (!dialog.open) {
    opener = document.activeElement;
    dialog.showModal();
  }
  if (shown !== top.id) (content.querySelector("[autofocus]") ?? content.querySelector(".dialog-body .field-input, .dialog-body .select, .dialog-body input") ?? dialog).focus?.();
  shown = top.id;
}
