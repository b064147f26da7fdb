// The message box: drafts that survive everything, files, slash commands with hints, mentions and emoji as one types.

import { attempt, readFile } from "./api.js";
import { h } from "./dom.js";
import { character, NAMES } from "./emoji.js";
import { icon, iconButton } from "./icons.js";
import { pickEmoji } from "./picker.js";
import { channel, isDirect, redraw, ui, world } from "./store.js";
import { toEnd } from "./sticky.js";
import { toast } from "./toast.js";

const drafts = new Map(); // "person/channel/thread" -> {text, files, broadcast, suggestions, active, sending}
const notices = []; // what Slack itself answers, without asking any app: {key, id, ts, text}

function draftOf(where, thread) {
  const key = `${ui.as}/${where.id}/${thread ?? ""}`;
  if (!drafts.has(key)) drafts.set(key, { key, text: "", files: [], broadcast: false, suggestions: [], active: 0, sending: false });
  return drafts.get(key);
}

function notice(draft, text) {
  const ts = (Date.now() / 1000).toFixed(6);
  notices.push({ key: draft.key, id: `notice-${ts}`, ts, text, private: true, local: true });
  redraw();
}

export const noticesFor = (where, thread) => notices.filter((one) => one.key === `${ui.as}/${where.id}/${thread ?? ""}` && !ui.hidden.has(one.id));

const COMMAND = /^\/([a-z0-9_-]+)(?:\s+([\s\S]*))?$/i;

async function submit(draft, where, thread, node) {
  const text = node.value.trim();
  if ((!text && !draft.files.length) || draft.sending) return;
  const command = COMMAND.exec(node.value.trimEnd()); // a space before the slash makes it a message
  if (command) {
    const name = `/${command[1].toLowerCase()}`;
    const known = !world.commands.length || world.commands.some((one) => one.command === name);
    if (known && thread) return notice(draft, `\`${name}\` is not supported in threads. Sorry!`);
    if (!known) {
      return notice(draft, `\`${name}\` is not a valid command. In Slack, all messages that start with the "/" symbol are interpreted as commands.\nIf you are trying to send a message and not run a command, try preceding the "/" with an empty space.`);
    }
  }
  draft.sending = true;
  redraw();
  // The box empties at once, like Slack's; what could not be sent comes back, unless something else was typed since.
  node.value = draft.text = "";
  grow(node);
  draft.suggestions = [];
  const sent = command
    ? await attempt("command", { user: ui.as, channel: where.id, command: `/${command[1].toLowerCase()}`, text: (command[2] ?? "").trim() })
    : await attempt("post", {
        user: ui.as, channel: where.id, text, plain: true, ...(thread ? { thread_ts: thread, broadcast: draft.broadcast } : {}),
        ...(draft.files.length ? { files: draft.files.map(({ name, content_type, base64 }) => ({ name, content_type, base64 })) } : {}),
      });
  draft.sending = false;
  if (sent.ok) {
    if (!command) draft.files = [];
    draft.broadcast = false;
    toEnd(node.closest(".pane")?.querySelector(".stick"));
  } else if (!node.value) {
    node.value = draft.text = text;
    grow(node);
  }
  redraw();
}

function grow(node) {
  node.style.height = "auto";
  node.style.height = `${Math.min(node.scrollHeight + 2, 200)}px`;
}

/** What may complete the word at the cursor. */
function suggest(draft, node, thread) {
  const before = node.value.slice(0, node.selectionStart);
  draft.active = 0;
  draft.suggestions = [];
  const command = /^\/[a-z0-9_-]*$/i.exec(before);
  const word = /(^|[\s(])([@:])([\w+'-]*)$/.exec(before);
  if (command && !thread) {
    draft.from = 0;
    draft.suggestions = world.commands
      .filter((one) => one.command.startsWith(before.toLowerCase()))
      .map((one) => ({ insert: `${one.command} `, icon: "/", title: one.command, hint: one.hint, detail: one.description }));
  } else if (word?.[2] === "@") {
    draft.from = before.length - word[3].length - 1;
    const wanted = word[3].toLowerCase();
    const everyone = ["here", "channel"].map((name) => ({ insert: `@${name} `, icon: "@", title: `@${name}`, detail: "Notify people in this channel" }));
    draft.suggestions = [
      ...world.people.filter((one) => !one.deleted && `${one.name} ${one.handle ?? ""}`.toLowerCase().split(/\s+/).some((part) => part.startsWith(wanted)))
        .map((one) => ({ insert: `@${one.name} `, icon: "@", title: one.name, detail: one.is_bot ? "App" : one.guest ? "Guest" : "" })),
      ...everyone.filter((one) => one.title.startsWith(`@${wanted}`)),
    ].slice(0, 7);
  } else if (word?.[2] === ":" && word[3].length > 1) {
    draft.from = before.length - word[3].length - 1;
    const wanted = word[3].toLowerCase();
    const names = [...NAMES.filter((name) => name.startsWith(wanted)), ...NAMES.filter((name) => !name.startsWith(wanted) && name.includes(wanted))];
    draft.suggestions = names.slice(0, 7).map((name) => ({ insert: `:${name}: `, icon: character(name), title: `:${name}:`, detail: "" }));
  }
}

function complete(draft, node, item) {
  const end = node.selectionStart;
  node.setRangeText(item.insert, draft.from, end, "end");
  draft.text = node.value;
  draft.suggestions = [];
  node.focus();
  redraw();
}

function keys(event, draft, where, thread) {
  const node = event.target;
  const listed = draft.suggestions.length;
  if (listed && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    draft.active = (draft.active + (event.key === "ArrowDown" ? 1 : -1) + listed) % listed;
    return redraw();
  }
  if (listed && event.key === "Escape") {
    event.stopPropagation();
    draft.suggestions = [];
    return redraw();
  }
  const item = draft.suggestions[draft.active];
  if (listed && event.key === "Tab") {
    event.preventDefault();
    return complete(draft, node, item);
  }
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return undefined;
  event.preventDefault();
  // A command typed in full runs; anything else in the list is completed first.
  const full = item && node.value.slice(draft.from, node.selectionStart).trim() === item.insert.trim();
  return listed && !full ? complete(draft, node, item) : submit(draft, where, thread, node);
}

async function attach(event, draft) {
  const input = event.target;
  try {
    for (const file of input.files) draft.files.push(await readFile(file));
  } catch (error) {
    toast(error.message);
  }
  input.value = "";
  redraw();
}

export function composer(where, thread) {
  const draft = draftOf(where, thread);
  const id = `box-${thread ? "thread" : "channel"}`;
  const label = thread ? "Reply…" : isDirect(where) ? "Message the app" : `Message #${where.name}`;
  const typed = (event) => {
    draft.text = event.target.value;
    grow(event.target);
    suggest(draft, event.target, thread);
    redraw();
  };
  const box = (event) => event.currentTarget.closest(".message-box").querySelector("textarea");
  const insertEmoji = async (event) => {
    const node = box(event);
    const name = await pickEmoji(event.currentTarget);
    if (!name) return;
    node.setRangeText(`:${name}: `, node.selectionStart, node.selectionEnd, "end");
    draft.text = node.value;
    node.focus();
  };
  const ready = draft.text.trim() || draft.files.length;
  const current = draft.suggestions[draft.active];
  const hinted = COMMAND.exec(draft.text) && world.commands.find((one) => draft.text.trim() === one.command && one.hint);
  return h(
    "div",
    { class: "message-box", key: draft.key },
    draft.suggestions.length
      ? h("div", { class: "suggestions", role: "listbox", id: `${id}-list`, "aria-label": "Suggestions" }, draft.suggestions.map((item, index) =>
          h("div", { key: item.insert, id: `${id}-${index}`, role: "option", "aria-selected": index === draft.active ? "true" : "false", class: `suggestion ${index === draft.active ? "active" : ""}`,
            onPointerdown: (event) => {
              event.preventDefault();
              complete(draft, event.currentTarget.closest(".message-box").querySelector("textarea"), item);
            } },
          h("span", { class: "suggestion-icon emoji", "aria-hidden": "true" }, item.icon), h("span", { class: "suggestion-title" }, item.title),
          item.hint && h("span", { class: "suggestion-hint" }, item.hint), item.detail && h("span", { class: "suggestion-detail" }, item.detail))))
      : null,
    h("textarea", {
      id, rows: "1", value: draft.text, placeholder: label, "aria-label": label, dir: "auto", autocomplete: "off",
      "aria-autocomplete": "list", "aria-controls": draft.suggestions.length ? `${id}-list` : null, "aria-activedescendant": current ? `${id}-${draft.active}` : null,
      onInput: typed, onKeydown: (event) => keys(event, draft, where, thread), init: grow,
      onBlur: () => {
        draft.suggestions = [];
        redraw();
      },
    }),
    hinted ? h("p", { class: "command-hint" }, `${hinted.command} ${hinted.hint}`, h("span", {}, hinted.description)) : null,
    draft.files.length
      ? h("div", { class: "attached" }, draft.files.map((file, index) =>
          h("span", { class: "attachment", key: `${file.name}-${index}` }, file.content_type.startsWith("image/") ? h("img", { src: file.preview, alt: "" }) : icon("file"), h("span", {}, file.name),
            iconButton("close", `Remove ${file.name}`, { onClick: () => {
              draft.files.splice(index, 1);
              redraw();
            } }))))
      : null,
    h(
      "div",
      { class: "box-tools" },
      h("label", { class: "icon-button", title: "Attach a file" }, icon("plus"), h("input", { type: "file", multiple: true, class: "unseen", "aria-label": "Attach a file", onChange: (event) => attach(event, draft) })),
      iconButton("smile", "Insert an emoji", { onClick: insertEmoji }),
      thread && h("label", { class: "also" }, h("input", { type: "checkbox", ".checked": draft.broadcast, onChange: (event) => {
        draft.broadcast = event.target.checked;
        redraw();
      } }), ` Also send to ${isDirect(where) ? "the conversation" : `#${channel(where.id)?.name ?? ""}`}`),
      h("span", { class: "box-space" }),
      iconButton("send", "Send", { class: `send ${ready ? "ready" : ""}`, "aria-disabled": ready ? null : "true", onClick: (event) => submit(draft, where, thread, box(event)) }),
    ),
  );
}
