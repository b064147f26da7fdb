// One message: who, when, what, its reactions, its thread, and what one may do with it.

import { attempt } from "./api.js";
import { body } from "./blocks.js";
import { dayTitle, full, lastReply, ofTs, sameDay, time } from "./dates.js";
import { h } from "./dom.js";
import { character } from "./emoji.js";
import { icon, iconButton } from "./icons.js";
import { openThread } from "./links.js";
import { confirmed, menu } from "./menus.js";
import { emojiNode, mrkdwn, toTyped, words } from "./mrkdwn.js";
import { pickEmoji } from "./picker.js";
import { scope } from "./scopes.js";
import { bot, inThread, isMember, person, personName, redraw, repliesOf, ui, world } from "./store.js";

const HUES = 8;

export function avatar(id, size = "") {
  const one = person(id);
  if (one?.is_bot || id === bot()?.id) return h("span", { class: `avatar app ${size}`, "aria-hidden": "true" }, icon("reply", size === "small" ? 13 : 20));
  const name = one?.name ?? "?";
  const initials = one?.initials || name.split(/\s+/).map((word) => word[0]).slice(0, 2).join("").toUpperCase();
  const hue = Math.max(0, world.people.indexOf(one)) % HUES;
  return h("span", { class: `avatar hue-${hue} ${size}`, "aria-hidden": "true" }, initials);
}

/** "App", "Guest", "Deactivated" beside a name. */
function badges(post) {
  const one = person(post.user);
  return [
    (post.bot || one?.is_bot) && h("span", { class: "badge" }, "App"),
    one?.guest && h("span", { class: "badge guest" }, "Guest"),
    one?.deleted && h("span", { class: "badge" }, "Deactivated"),
    one?.team && world.team.id && one.team !== world.team.id && h("span", { class: "badge guest" }, "External"),
  ];
}

const FOLLOWS = 300; // seconds in which messages of one author stand together

/** A list of posts and private answers, with a line wherever a new day begins. */
export function messages(where, items, place) {
  const out = [];
  let before = null;
  for (const post of items) {
    const date = ofTs(post.ts);
    const newDay = !before || !sameDay(ofTs(before.ts), date);
    if (newDay) out.push(h("div", { class: "day", key: `day-${post.ts}` }, h("span", {}, dayTitle(date))));
    const plain = (one) => one && !one.private && !one.broadcast && !one.deleted && !one.subtype && !one.blocks?.some((block) => block.type === "actions");
    const compact = !newDay && plain(before) && plain(post) && before.user === post.user && post.ts - before.ts < FOLLOWS && !(place === "feed" && repliesOf(where, before.ts).length);
    out.push(post.private ? privateAnswer(where, post, place) : message(where, post, place, compact));
    before = post;
  }
  return out;
}

export function message(where, post, place, compact) {
  const id = `${place}-${post.ts}`;
  const date = ofTs(post.ts);
  const name = personName(post.user) === post.user ? post.name ?? post.user : post.name || personName(post.user);
  const editing = ui.editing === `${place}/${post.ts}`;
  const classes = ["message", compact && "compact", post.ts === ui.focusTs && "focus", post.deleted && "gone", ui.thread === post.ts && place === "feed" && "open"];
  const stamp = h("time", { class: "stamp", datetime: date.toISOString(), title: full(date) }, time(date));
  return h(
    "article",
    { key: post.ts, id, class: classes.filter(Boolean).join(" "), "aria-label": `${name}, ${time(date)}` },
    h("div", { class: "gutter" }, compact ? stamp : post.deleted ? h("span", { class: "avatar gone", "aria-hidden": "true" }, icon("trash")) : avatar(post.user)),
    h(
      "div",
      { class: "message-main" },
      !compact && !post.deleted && h("div", { class: "message-head" }, h("span", { class: "author" }, name), badges(post), stamp),
      place === "feed" && post.broadcast && inThread(post) && repliedTo(where, post),
      editing ? editBox(where, post) : post.deleted ? h("p", { class: "tombstone" }, words(post.text) || "This message was deleted.") : content(where, post, place),
      !post.deleted && files(post),
      reactions(where, post),
      place === "feed" && !inThread(post) && summary(where, post),
    ),
    !post.deleted && !editing && isMember(where) && toolbar(where, post, place),
  );
}

function content(where, post, place) {
  const drawn = body(post, scope({ place: `${place}-${post.ts}`, target: { channel: where.id, ts: post.ts }, blocks: post.blocks, choices: post.choices }));
  const note = post.subtype && /^(channel|group)_/.test(post.subtype) ? "event-line" : "";
  return h("div", { class: `message-body ${note}` }, drawn, post.edited && !post.bot && h("span", { class: "edited" }, "(edited)"));
}

function repliedTo(where, post) {
  const root = where.posts.find((one) => one.ts === post.thread_ts);
  return h("p", { class: "replied" }, "replied to a thread: ",
    h("button", { type: "button", class: "link", onClick: () => openThread(where, post.thread_ts) }, snippet(root ? words(root.text) : "open it")));
}

const snippet = (text) => (text.length > 80 ? `${text.slice(0, 78)}…` : text || "open it");

function fileSize(bytes) {
  if (!bytes) return "";
  return bytes < 1024 ? `${bytes} bytes` : bytes < 1048576 ? `${Math.round(bytes / 1024)} kB` : `${(bytes / 1048576).toFixed(1)} MB`;
}

function files(post) {
  if (!post.files?.length) return null;
  return h("div", { class: "files" }, post.files.map((file) =>
    file.mimetype?.startsWith("image/") && file.url
      ? h("a", { key: file.id, href: file.url, target: "_blank", rel: "noopener" }, h("img", { class: "picture", src: file.url, alt: file.title || file.name }))
      : h("a", { key: file.id, class: "file", href: file.url, target: "_blank", rel: "noopener" }, icon("file", 24),
          h("span", {}, h("strong", {}, file.name), h("small", {}, `${file.mimetype ?? "File"} ${fileSize(file.size)}`)))));
}

function reactions(where, post) {
  const all = Object.entries(post.reactions ?? {}).filter(([, people]) => people.length);
  if (!all.length) return null;
  return h(
    "div",
    { class: "reactions", role: "group", "aria-label": "Reactions" },
    all.map(([name, people]) => {
      const mine = people.includes(ui.as);
      const who = `${people.map(personName).join(", ")} reacted with :${name}:`;
      return h(
        "button",
        { key: name, type: "button", class: "reaction", "aria-pressed": mine ? "true" : "false", "aria-label": `${character(name) ?? name}${people.length}: ${who}`, title: who, onClick: () => react(where, post, name) },
        emojiNode(name), h("span", { class: "count" }, String(people.length)),
      );
    }),
    isMember(where) && iconButton("smile", "Add a reaction", { key: "+", class: "reaction add", onClick: (event) => addReaction(event, where, post) }),
  );
}

/** Reacts, or takes one's own reaction back. */
function react(where, post, name) {
  const mine = post.reactions?.[name]?.includes(ui.as);
  return attempt("react", { user: ui.as, channel: where.id, ts: post.ts, name, ...(mine ? { remove: true } : {}) });
}

async function addReaction(event, where, post) {
  const name = await pickEmoji(event.currentTarget);
  if (name) react(where, post, name);
}

function summary(where, post) {
  const replies = repliesOf(where, post.ts);
  if (!replies.length) return null;
  const faces = [...new Set(replies.map((one) => one.user))].slice(0, 5);
  const count = `${replies.length} ${replies.length === 1 ? "reply" : "replies"}`;
  return h(
    "button",
    { type: "button", class: "summary", onClick: () => openThread(where, post.ts) },
    h("span", { class: "faces" }, faces.map((id) => avatar(id, "small"))),
    h("span", { class: "summary-count" }, count),
    h("span", { class: "summary-last" }, `Last reply ${lastReply(ofTs(replies[replies.length - 1].ts))}`),
    h("span", { class: "summary-open" }, "View thread"),
  );
}

const QUICK = ["eyes", "white_check_mark", "raised_hands"];

function toolbar(where, post, place) {
  const own = post.user === ui.as && !post.bot;
  return h(
    "div",
    { class: "toolbar", role: "toolbar", "aria-label": "Message actions" },
    QUICK.map((name) => h("button", { type: "button", class: "icon-button", "aria-label": `React with ${name.replaceAll("_", " ")}`, title: `:${name}:`, onClick: () => react(where, post, name) }, h("span", { class: "emoji" }, character(name)))),
    iconButton("smile", "Find another reaction", { id: `${place}-${post.ts}-react`, onClick: (event) => addReaction(event, where, post) }),
    place === "feed" && iconButton("reply", "Reply in thread", { onClick: () => openThread(where, inThread(post) ? post.thread_ts : post.ts) }),
    own && iconButton("pencil", "Edit message", { onClick: () => edit(place, post) }),
    own && iconButton("trash", "Delete message", { onClick: (event) => remove(event, where, post) }),
    world.shortcuts?.length ? iconButton("more", "More message actions", { onClick: (event) => shortcuts(event, where, post) }) : null,
  );
}

async function shortcuts(event, where, post) {
  const chosen = await menu(event.currentTarget, world.shortcuts.map((one) => ({ label: [one.name], detail: bot()?.name, value: one })));
  if (chosen) attempt("shortcut", { user: ui.as, callback_id: chosen.callback_id, channel: where.id, ts: post.ts });
}

function edit(place, post) {
  ui.editing = `${place}/${post.ts}`;
  redraw();
}

function stopEditing() {
  ui.editing = null;
  redraw();
}

async function remove(event, where, post) {
  const question = {
    title: { type: "plain_text", text: "Delete message" },
    text: { type: "plain_text", text: "Are you sure you want to delete this message? This cannot be undone." },
    confirm: { type: "plain_text", text: "Delete" },
    style: "danger",
  };
  if (await confirmed(question, event.currentTarget)) attempt("delete", { user: ui.as, channel: where.id, ts: post.ts });
}

function editBox(where, post) {
  const save = async (node) => {
    const text = node.value.trim();
    if (!text) return;
    const saved = await attempt("edit", { user: ui.as, channel: where.id, ts: post.ts, text, plain: true });
    if (saved.ok) stopEditing();
  };
  const keys = (event) => {
    if (event.key === "Escape") stopEditing();
    else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      save(event.target);
    }
  };
  const box = (event) => event.currentTarget.closest(".edit-box").querySelector("textarea");
  return h(
    "div",
    { class: "edit-box", key: "edit" },
    h("textarea", { class: "field-input", rows: "2", "aria-label": "Edit message", dir: "auto", value: toTyped(post.text), onKeydown: keys, init: (node) => queueMicrotask(() => node.focus()) }),
    h("div", { class: "edit-buttons" },
      h("button", { type: "button", class: "button", onClick: stopEditing }, "Cancel"),
      h("button", { type: "button", class: "button primary", onClick: (event) => save(box(event)) }, "Save")),
  );
}

function privateAnswer(where, one, place) {
  const author = bot()?.id ?? one.bot;
  const dismiss = () => {
    ui.hidden.add(one.id);
    redraw();
  };
  const date = ofTs(one.ts);
  const slackbot = one.local;
  return h(
    "article",
    { key: one.id, id: `${place}-${one.id}`, class: "message private", "aria-label": `${slackbot ? "Slackbot" : personName(author)}, only visible to you` },
    h("p", { class: "only-you" }, icon("eye", 14), "Only visible to you"),
    h("div", { class: "gutter" }, slackbot ? h("span", { class: "avatar slackbot", "aria-hidden": "true" }, icon("smile", 20)) : avatar(author)),
    h(
      "div",
      { class: "message-main" },
      h("div", { class: "message-head" }, h("span", { class: "author" }, slackbot ? "Slackbot" : personName(author)), !slackbot && h("span", { class: "badge" }, "App"),
        h("time", { class: "stamp", datetime: date.toISOString(), title: full(date) }, time(date))),
      h("div", { class: "message-body" }, slackbot ? h("div", { class: "text" }, mrkdwn(one.text)) : body(one, scope({ place: `${place}-${one.id}`, target: { channel: where.id, ts: one.ts }, blocks: one.blocks, choices: one.choices }))),
      h("button", { type: "button", class: "link dismiss", onClick: dismiss }, "Dismiss message"),
    ),
  );
}
