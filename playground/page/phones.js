// The customers' phones: which ones there are, and the one in the hand.

import { attempt, readFile } from "./api.js";
import { full, moment, sameDay, dayTitle, time } from "./dates.js";
import { h } from "./dom.js";
import { icon, iconButton } from "./icons.js";
import { sticky } from "./sticky.js";
import { markSeen, phone, phones, redraw, ui, unreadOn, world } from "./store.js";
import { toast } from "./toast.js";

const drafts = new Map(); // number -> {text, pictures, sending}
let adding = false;

/** +15550100001 as people write it; anything else as it is. */
export function pretty(number) {
  const american = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number ?? "");
  return american ? `(${american[1]}) ${american[2]}-${american[3]}` : number ?? "";
}

function choose(number) {
  ui.phone = number;
  redraw();
}

function nextNumber() {
  const taken = new Set(phones().map((one) => one.number));
  for (let index = 1; index < 1000; index++) {
    const number = `+1555013${String(index).padStart(4, "0")}`;
    if (!taken.has(number)) return number;
  }
  return "+15550139999";
}

function add(event) {
  event.preventDefault();
  const field = event.target.querySelector("input");
  const typed = field.value.trim();
  const number = /^[+\d(][\d\s().-]*$/.test(typed) ? typed.replace(/[^\d+]/g, "") : typed;
  if (!number) return;
  if (!phone(number)) ui.emptyPhones.push({ number, name: "", texts: [] });
  adding = false;
  choose(number);
  setTimeout(() => document.querySelector(".phone .phone-box textarea")?.focus(), 20);
}

function list() {
  const last = (one) => one.texts[one.texts.length - 1];
  return h("ul", { class: "phone-list", "aria-label": "Phones" }, phones().map((one) => {
    const text = last(one);
    const unread = one.number === ui.phone ? 0 : unreadOn(one);
    const preview = text ? text.body || (text.media?.length ? "Picture" : "(empty)") : "No texts yet";
    return h("li", { key: one.number }, h(
      "button",
      { type: "button", class: `phone-entry ${unread ? "unread" : ""}`, "aria-current": one.number === ui.phone ? "true" : null, onClick: () => choose(one.number) },
      h("span", { class: "phone-face", "aria-hidden": "true" }, icon("phone", 18)),
      h("span", { class: "phone-words" }, h("span", { class: "phone-name" }, one.name || pretty(one.number)), h("span", { class: "phone-last", dir: "auto" }, preview)),
      unread ? h("span", { class: "count-badge", "aria-label": `${unread} unread` }, String(unread)) : null,
    ));
  }));
}

function addForm() {
  return h(
    "form",
    { class: "phone-add", key: "add", onSubmit: add },
    h("label", { for: "new-number" }, "Number, short code or name"),
    h("div", { class: "row" },
      h("input", { id: "new-number", class: "field-input", value: nextNumber(), autocomplete: "off", spellcheck: "false", init: (node) => setTimeout(() => node.select()) }),
      h("button", { type: "submit", class: "button primary" }, "Add")),
  );
}

const STATUS = {
  received: "Sent", receiving: "Sending…", accepted: "Accepted", scheduled: "Scheduled", queued: "Queued", sending: "Sending…", sent: "Sent", delivered: "Delivered", read: "Read",
  undelivered: "Not delivered", failed: "Failed", canceled: "Canceled",
};
const FROM = { twilio: "Answered by Twilio itself", answer: "Texted by the webhook’s answer" };

function bubble(text) {
  const mine = text.direction === "in";
  const wrong = ["undelivered", "failed", "canceled"].includes(text.status) || text.by === "answer";
  const at = moment(text.at);
  const status = `${STATUS[text.status] ?? text.status}${text.error_code ? ` (error ${text.error_code})` : ""}`;
  return h(
    "li",
    { key: text.sid, class: `bubble-row ${mine ? "mine" : "theirs"}` },
    text.media?.map((one, index) => one.content_type?.startsWith("image/")
      ? h("img", { key: `m${index}`, class: "bubble-picture", src: one.url, alt: mine ? "Picture sent" : "Picture received" })
      : h("a", { key: `m${index}`, class: "file", href: one.url, target: "_blank", rel: "noopener" }, icon("file"), one.content_type ?? "File")),
    text.body ? h("p", { class: `bubble ${wrong ? "wrong" : ""}`, dir: "auto" }, text.body) : text.media?.length ? null : h("p", { class: "bubble faint" }, "(empty)"),
    h("p", { class: `bubble-meta ${wrong ? "wrong" : ""}` }, FROM[text.by] ? `${FROM[text.by]} · ` : "", h("time", { title: full(at) }, time(at)), " · ", status),
  );
}

function screen(one, line) {
  const texts = one.texts.filter((text) => !text.our || text.our === line);
  const out = [];
  texts.forEach((text, index) => {
    const at = moment(text.at);
    if (index === 0 || !sameDay(moment(texts[index - 1].at), at)) out.push(h("li", { class: "phone-day", key: `day-${text.sid}` }, dayTitle(at)));
    out.push(bubble(text));
  });
  return sticky(
    "ul",
    { class: "screen", key: `${one.number}-${line}`, "aria-label": "Texts" },
    out.length ? out : h("li", { class: "empty" }, "Write a text below. It arrives as a customer’s SMS."),
  );
}

async function send(one, line, draft, node) {
  const body = node.value;
  if ((!body.trim() && !draft.pictures.length) || draft.sending) return;
  draft.sending = true;
  const pictures = draft.pictures;
  node.value = draft.text = "";
  draft.pictures = [];
  node.style.height = "";
  redraw();
  const media = pictures.map(({ content_type, base64 }) => ({ content_type, base64 }));
  const sent = await attempt("text", { from: one.number, to: line, body, ...(media.length ? { media } : {}) });
  draft.sending = false;
  if (!sent.ok) {
    if (!node.value) node.value = draft.text = body;
    draft.pictures = [...pictures, ...draft.pictures];
  } else if (sent.result && sent.result.status !== 200 && sent.result.status !== 204) {
    toast(sent.result.status ? `The app answered Twilio with ${sent.result.status}.` : "The app could not be reached: Twilio got no answer to this text.");
  }
  redraw();
}

function box(one, line) {
  if (!drafts.has(one.number)) drafts.set(one.number, { text: "", pictures: [], sending: false });
  const draft = drafts.get(one.number);
  const field = (event) => event.currentTarget.closest(".phone-box").querySelector("textarea");
  const typed = (event) => {
    draft.text = event.target.value;
    event.target.style.height = "auto";
    event.target.style.height = `${Math.min(event.target.scrollHeight, 130)}px`;
    redraw();
  };
  const attach = async (event) => {
    try {
      for (const file of event.target.files) draft.pictures.push(await readFile(file));
    } catch (error) {
      toast(error.message);
    }
    redraw();
  };
  const ready = draft.text.trim() || draft.pictures.length;
  return h(
    "div",
    { class: "phone-box", key: `box-${one.number}` },
    draft.pictures.length ? h("div", { class: "attached" }, draft.pictures.map((file, index) => h("span", { class: "attachment", key: `${file.name}-${index}` },
      file.content_type.startsWith("image/") ? h("img", { src: file.preview, alt: "" }) : icon("file"), h("span", {}, file.name), iconButton("close", `Remove ${file.name}`, { onClick: () => {
        draft.pictures.splice(index, 1);
        redraw();
      } })))) : null,
    h("div", { class: "row" },
      h("label", { class: "icon-button", title: "Add a picture" }, icon("image"), h("input", { type: "file", class: "unseen", accept: "image/*,video/*,audio/*,application/pdf", multiple: true, "aria-label": "Add a picture", onChange: attach })),
      h("textarea", { rows: "1", class: "phone-input", placeholder: "Text message", "aria-label": `Text as ${one.name || pretty(one.number)}`, dir: "auto", value: draft.text, onInput: typed,
        onKeydown: (event) => {
          if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          send(one, line, draft, event.target);
        } }),
      iconButton("send", "Send text", { class: `send ${ready ? "ready" : ""}`, "aria-disabled": ready ? null : "true", onClick: (event) => send(one, line, draft, field(event)) })),
  );
}

function lineOf(one) {
  const known = [...new Set([...world.numbers, ...(one?.texts ?? []).map((text) => text.our).filter(Boolean)])];
  const last = one?.texts.length ? one.texts[one.texts.length - 1].our : null;
  const line = known.includes(ui.line?.[one?.number]) ? ui.line[one.number] : last ?? known[0] ?? "";
  return { known, line };
}

export function customers() {
  const one = phone(ui.phone);
  const { known, line } = lineOf(one);
  if (one) markSeen(`phone/${one.number}`, one.texts.length);
  return h(
    "aside",
    { class: "customers", "aria-label": "Customers’ phones" },
    h("header", { class: "customers-head" }, h("h2", {}, "Customers"),
      h("button", { type: "button", class: "button small", "aria-expanded": adding ? "true" : "false", onClick: () => {
        adding = !adding;
        redraw();
      } }, icon(adding ? "close" : "plus", 16), adding ? "Cancel" : "Add a phone")),
    adding ? addForm() : null,
    list(),
    one
      ? h("section", { class: "phone", key: one.number, "aria-label": `Phone ${pretty(one.number)}` },
          h("header", { class: "phone-head" }, h("div", {}, h("h3", {}, one.name || pretty(one.number)), one.name && h("p", {}, pretty(one.number))),
            h("label", { class: "phone-line" }, h("span", {}, "texts"), known.length > 1
              ? h("select", { ".value": line, onChange: (event) => {
                  ui.line = { ...ui.line, [one.number]: event.target.value };
                  redraw();
                } }, known.map((number) => h("option", { value: number, key: number }, pretty(number))))
              : h("strong", {}, pretty(line) || "nobody yet"))),
          screen(one, line), box(one, line))
      : h("p", { class: "empty" }, "Add a phone to text as a customer."),
  );
}
