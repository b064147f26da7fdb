// The playground's page: phones on the left, Slack on the right, everything live.
//
// What the address may say (all optional; links to /archives/C123/p1234567890123456?thread_ts=… work as well):
//   ?as=U123            whom to act as                 &phone=+15550100001   the phone in the hand
//   &channel=C123       the channel to show            &side=phones          on a narrow screen: the phones first
//   &thread=1234.5678   the thread to open             &static=1             draw once, follow nothing (for screenshots)
//   &home=home|messages the app's Home or its direct messages, instead of a channel

import { follow, load, onWorld } from "./api.js";
import { h, patch } from "./dom.js";
import { followLinks, permalink, rememberPlace, visit } from "./links.js";
import { drawModal } from "./modals.js";
import { words } from "./mrkdwn.js";
import { customers, pretty } from "./phones.js";
import { goHome, slack } from "./slack.js";
import { settleAll } from "./sticky.js";
import { actors, channel, feedOf, inThread, isDirect, isMember, markSeen, newestIn, onRedraw, personName, phone, phones, redraw, ui, unreadIn, world } from "./store.js";
import { announce } from "./toast.js";

const root = document.getElementById("app");
const asked = new URLSearchParams(window.location.search);
const arrived = permalink(window.location.href);

ui.fixed = asked.get("static") === "1";
ui.as = asked.get("as");
ui.channel = asked.get("channel");
ui.thread = asked.get("thread");
ui.phone = asked.get("phone")?.replace(/^ /, "+") ?? null; // an unescaped + arrives as a space
ui.side = asked.get("side") === "phones" ? "phones" : "slack";
if (asked.has("home")) {
  ui.home = true;
  ui.homeTab = asked.get("home") === "messages" ? "messages" : "home";
}

function topBar() {
  const people = actors();
  const side = (name, label) => h("button", { type: "button", class: "side-tab", "aria-pressed": ui.side === name ? "true" : "false", onClick: () => {
    ui.side = name;
    redraw();
  } }, label);
  return h(
    "header",
    { class: "top" },
    h("p", { class: "brand" }, h("span", { class: "brand-mark", "aria-hidden": "true" }), "Playground"),
    h("div", { class: "sides", role: "group", "aria-label": "What to show" }, side("phones", "Phones"), side("slack", "Slack")),
    ui.offline && h("p", { class: "offline", role: "status" }, "Not connected. Trying again…"),
    h("label", { class: "act-as" }, h("span", {}, "Act as"),
      h("select", { ".value": ui.as ?? "", onChange: (event) => actAs(event.target.value) },
        people.map((one) => h("option", { value: one.id, key: one.id }, `${one.name}${describe(one)}`)))),
  );
}

function describe(one) {
  const what = one.title || (one.guest ? "guest" : one.team && world.team.id && one.team !== world.team.id ? "other organisation" : "");
  return what ? ` · ${what}` : "";
}

function actAs(id) {
  ui.as = id;
  ui.editing = null;
  if (ui.home && isDirect(channel(ui.channel))) ui.channel = null;
  settle();
  seeOld();
  if (ui.home && ui.homeTab === "home") goHome();
  redraw();
}

/** Choose what to show where nothing was asked for, and drop what is not there any more. */
function settle() {
  const people = actors();
  if (!people.some((one) => one.id === ui.as)) ui.as = people[0]?.id ?? null;
  if (!channel(ui.channel)) {
    const rooms = world.channels.filter((where) => !isDirect(where));
    ui.channel = (rooms.find((where) => isMember(where)) ?? rooms[0])?.id ?? null;
  }
  if (!phone(ui.phone)) {
    if (ui.phone && ui.loaded) ui.emptyPhones.push({ number: ui.phone, name: "", texts: [] });
    else ui.phone = phones()[0]?.number ?? null;
  }
}

/** What was there before one came is not unread. */
const known = new Set();
function seeOld() {
  if (known.has(ui.as)) return;
  known.add(ui.as);
  for (const where of world.channels) markSeen(`${ui.as}/${where.id}`, newestIn(where));
}

function draw() {
  if (!ui.loaded) {
    patch(root, h("p", { class: "loading", role: "status" }, ui.offline ? "The playground does not answer. Is it running?" : "Loading…"));
    return;
  }
  settle();
  seeOld();
  const focus = focused();
  patch(root, h("div", { class: `page show-${ui.side}` }, topBar(), customers(), slack()));
  focus?.();
  settleAll();
  jump();
  drawModal();
  rememberPlace();
  const unread = world.channels.filter((where) => isMember(where)).reduce((sum, where) => sum + unreadIn(where), 0);
  document.title = `${unread ? `(${unread}) ` : ""}Playground`;
}

/** Where the keyboard is. A card that was redrawn has new elements: the same one of them gets the focus back. */
function focused() {
  const node = document.activeElement;
  const article = node?.closest("article");
  if (!article) return null;
  const [id, action] = [article.id, node.dataset.action];
  return () => {
    if (node.isConnected) return;
    const again = document.getElementById(id);
    const same = action ? again?.querySelector(`[data-action="${CSS.escape(action)}"]`) : null;
    (same ?? again?.querySelector("button, a"))?.focus({ preventScroll: true });
  };
}

/** Bring the message that a permalink names into view, once. */
function jump() {
  if (!ui.jump) return;
  for (const place of ["feed", "thread"]) {
    const node = document.getElementById(`${place}-${ui.jump}`);
    node?.scrollIntoView({ block: "center" });
  }
  ui.jump = null;
}

/** Tell screen readers about new texts and messages where they are looking. */
function tell(before, after) {
  if (before.version < 0) {
    for (const one of after.phones) markSeen(`phone/${one.number}`, one.texts.length);
    return;
  }
  const where = after.channels.find((one) => one.id === ui.channel);
  const old = new Set(before.channels.find((one) => one.id === ui.channel)?.posts.map((post) => post.ts));
  for (const post of where?.posts ?? []) {
    const visible = post.thread_ts === ui.thread || !inThread(post) || feedOf(where).includes(post);
    if (!old.has(post.ts) && visible && post.user !== ui.as) announce(`${personName(post.user)}: ${words(post.text)}`);
  }
  const heard = new Set(before.ephemerals.map((one) => one.id));
  for (const one of after.ephemerals) if (!heard.has(one.id) && one.user === ui.as) announce(`Only visible to you: ${words(one.text)}`);
  const texts = new Set(before.phones.find((one) => one.number === ui.phone)?.texts.map((text) => text.sid));
  for (const text of after.phones.find((one) => one.number === ui.phone)?.texts ?? []) {
    if (!texts.has(text.sid) && text.direction === "out") announce(`Text to ${pretty(ui.phone)}: ${text.body}`);
  }
}

onRedraw(draw);
onWorld(tell);
followLinks();
await load();
if (arrived) visit(arrived);
if (ui.home && ui.loaded && !ui.fixed) goHome();
if (!ui.fixed) {
  follow();
  setInterval(redraw, 20000); // "3 minutes ago" goes on
}
