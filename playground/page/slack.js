// The Slack side: sidebar, a channel's feed, the thread pane, the app's Home.

import { attempt } from "./api.js";
import { blocks } from "./blocks.js";
import { composer, noticesFor } from "./composer.js";
import { h } from "./dom.js";
import { iconButton } from "./icons.js";
import { avatar, messages } from "./message.js";
import { scope } from "./scopes.js";
import { sticky } from "./sticky.js";
import { bot, channel, directWithBot, feedOf, isDirect, isMember, markSeen, me, newestIn, person, privateAnswers, redraw, repliesOf, ui, unreadIn, world } from "./store.js";

const byTime = (one, other) => (one.ts < other.ts ? -1 : one.ts > other.ts ? 1 : 0);

function go(id) {
  ui.channel = id;
  ui.home = false;
  ui.thread = null;
  ui.focusTs = null;
  redraw();
}

export function goHome(tab = ui.homeTab) {
  ui.home = true;
  ui.homeTab = tab;
  ui.thread = null;
  redraw();
  if (tab === "home" && ui.as) attempt("open_home", { user: ui.as });
}

function sidebar() {
  const rooms = world.channels.filter((where) => !isDirect(where));
  const line = (where) => {
    const unread = isMember(where) ? unreadIn(where) : 0;
    const current = !ui.home && ui.channel === where.id;
    return h("li", { key: where.id }, h(
      "button",
      { type: "button", class: `room ${unread && !current ? "unread" : ""} ${isMember(where) ? "" : "foreign"}`, "aria-current": current ? "page" : null, onClick: () => go(where.id) },
      h("span", { class: "room-sign", "aria-hidden": "true" }, "#"), h("span", { class: "room-name" }, where.name),
      unread && !current ? h("span", { class: "count-badge", "aria-label": `${unread} unread` }, String(unread)) : null,
    ));
  };
  const direct = directWithBot();
  const waiting = direct && !(ui.home && ui.homeTab === "messages") ? unreadIn(direct) : 0;
  const app = bot();
  return h(
    "nav",
    { class: "sidebar", "aria-label": "Channels" },
    h("p", { class: "workspace" }, world.team.name ?? "Workspace"),
    h("h2", {}, "Channels"),
    h("ul", {}, rooms.filter((where) => isMember(where)).map(line)),
    rooms.some((where) => !isMember(where)) && [h("h2", {}, "Not a member"), h("ul", {}, rooms.filter((where) => !isMember(where)).map(line))],
    app && [h("h2", {}, "Apps"), h("ul", {}, h("li", {}, h("button", { type: "button", class: `room ${waiting ? "unread" : ""}`, "aria-current": ui.home ? "page" : null, onClick: () => goHome(waiting ? "messages" : ui.homeTab) },
      avatar(app.id, "small"), h("span", { class: "room-name" }, app.name), waiting ? h("span", { class: "count-badge", "aria-label": `${waiting} unread` }, String(waiting)) : null)))],
  );
}

function footer(where, thread) {
  if (isMember(where)) return composer(where, thread);
  return h("div", { class: "outsider" }, h("p", {}, `${me()?.name ?? "This person"} is not in #${where.name}.`),
    h("button", { type: "button", class: "button primary", onClick: () => attempt("join", { user: ui.as, channel: where.id }) }, "Join channel"));
}

function feed(where) {
  markSeen(`${ui.as}/${where.id}`, newestIn(where));
  const items = [...feedOf(where), ...privateAnswers(where, null).map((one) => ({ ...one, private: true })), ...noticesFor(where, null)].sort(byTime);
  return sticky(
    "div",
    { class: "feed", key: `feed-${where.id}`, role: "region", "aria-label": "Messages" },
    items.length ? messages(where, items, "feed")
      : h("div", { class: "empty" }, h("h2", {}, isDirect(where) ? "Nothing here yet" : `This is the beginning of #${where.name}`), h("p", {}, "Text from a phone on the left, and the conversation shows up here.")),
  );
}

function members(where) {
  const people = where.members.map(person).filter((one) => one && !one.is_bot);
  return h("div", { class: "members", title: people.map((one) => one.name).join(", ") }, h("span", { class: "faces", "aria-hidden": "true" }, people.slice(0, 4).map((one) => avatar(one.id, "small"))),
    h("span", {}, `${people.length} ${people.length === 1 ? "member" : "members"}`));
}

function channelPane(where) {
  return h(
    "section",
    { class: "pane channel-pane", key: `channel-${where.id}`, "aria-label": `Channel ${where.name}` },
    h("header", { class: "pane-head" }, h("h1", {}, h("span", { class: "hash" }, "# "), where.name), members(where)),
    feed(where),
    footer(where, null),
  );
}

function threadPane(where) {
  const root = where.posts.find((post) => post.ts === ui.thread);
  const replies = repliesOf(where, ui.thread);
  const close = () => {
    const opened = ui.thread;
    ui.thread = null;
    redraw();
    setTimeout(() => document.querySelector(`[id="feed-${opened}"] .summary`)?.focus());
  };
  const extra = [...privateAnswers(where, ui.thread).map((one) => ({ ...one, private: true })), ...noticesFor(where, ui.thread)];
  const below = [...replies, ...extra].sort(byTime);
  return h(
    "section",
    { class: "pane thread-pane", key: `thread-${where.id}-${ui.thread}`, "aria-label": "Thread", onKeydown: (event) => event.key === "Escape" && !event.defaultPrevented && event.target.tagName !== "TEXTAREA" && close() },
    h("header", { class: "pane-head" }, h("h1", {}, "Thread"), h("span", { class: "pane-where" }, isDirect(where) ? bot()?.name : `# ${where.name}`), iconButton("close", "Close thread", { onClick: close })),
    sticky(
      "div",
      { class: "feed", role: "region", "aria-label": "Thread messages" },
      root ? messages(where, [root], "thread") : h("p", { class: "empty" }, "The first message of this thread is gone."),
      h("div", { class: "reply-line", key: "replies" }, h("span", {}, replies.length ? `${replies.length} ${replies.length === 1 ? "reply" : "replies"}` : "No replies yet")),
      h("div", { class: "replies", key: "list" }, messages(where, below, "thread").filter((node) => !(root && node.props.class === "day" && below[0] && node.key === `day-${below[0].ts}` && sameDayAs(root, below[0])))),
    ),
    footer(where, ui.thread),
  );
}

const sameDayAs = (one, other) => new Date(one.ts * 1000).toDateString() === new Date(other.ts * 1000).toDateString();

function homePane() {
  const app = bot();
  const home = world.homes[ui.as];
  const direct = directWithBot();
  const tab = (name, label) => h("button", {
    type: "button", role: "tab", id: `tab-${name}`, "aria-selected": ui.homeTab === name ? "true" : "false", "aria-controls": "home-panel", tabindex: ui.homeTab === name ? "0" : "-1",
    onClick: () => goHome(name),
    onKeydown: (event) => {
      if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
      goHome(name === "home" ? "messages" : "home");
      setTimeout(() => document.querySelector('[role=tab][aria-selected="true"]')?.focus(), 20);
    },
  }, label);
  const onMessages = ui.homeTab === "messages";
  return h(
    "section",
    { class: "pane home-pane", key: "home", "aria-label": app?.name ?? "App" },
    h("header", { class: "pane-head" }, avatar(app?.id, "small"), h("h1", {}, app?.name ?? "App")),
    h("div", { class: "tabs", role: "tablist", "aria-label": "Sections" }, tab("home", "Home"), tab("messages", "Messages")),
    h(
      "div",
      { class: "home-panel", id: "home-panel", role: "tabpanel", "aria-labelledby": `tab-${ui.homeTab}`, key: `${ui.homeTab}-${ui.as}` },
      onMessages
        ? direct ? [feed(direct), composer(direct, null)] : h("div", { class: "empty" }, h("h2", {}, "No messages yet"), h("p", {}, `${app?.name ?? "The app"} has not written to ${me()?.name ?? "you"}.`))
        : home ? h("div", { class: "home-view" }, blocks(home.view.blocks, scope({ place: `view-${home.id}`, target: { channel: null, ts: home.id }, blocks: home.view.blocks, choices: home.choices, errors: home.errors })))
          : h("div", { class: "empty" }, h("h2", {}, "Nothing on Home yet"), h("p", {}, `${app?.name ?? "The app"} has not drawn a Home for ${me()?.name ?? "you"}.`)),
    ),
  );
}

export function slack() {
  const where = channel(ui.channel);
  const threaded = ui.thread && where && (!ui.home || isDirect(where));
  return h(
    "main",
    { class: `slack ${threaded ? "with-thread" : ""}`, "aria-label": "Slack" },
    sidebar(),
    ui.home ? homePane() : where ? channelPane(where) : h("section", { class: "pane channel-pane" }, h("div", { class: "empty" }, h("h2", {}, "No channel yet"), h("p", {}, "Nobody has made one."))),
    threaded ? threadPane(where) : null,
  );
}

