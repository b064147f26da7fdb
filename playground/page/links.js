// Permalinks: /archives/C123/p1234567890123456?thread_ts=…&cid=… leads to a message or a thread of this page.

import { channel, inThread, isDirect, redraw, repliesOf, ui, world } from "./store.js";

const ARCHIVE = /^\/archives\/([A-Z0-9]+)(?:\/p(\d{10})(\d{6}))?\/?$/;

/** Where a link leads on this page; null when it leads elsewhere. */
export function permalink(url) {
  if (!url) return null;
  let link;
  try {
    link = new URL(url, window.location.href);
  } catch {
    return null;
  }
  const found = /^https?:$/.test(link.protocol) && ARCHIVE.exec(link.pathname);
  if (!found || (world.channels.length && !channel(found[1]))) return null;
  return { channel: found[1], ts: found[2] ? `${found[2]}.${found[3]}` : null, thread: link.searchParams.get("thread_ts") };
}

export function visit({ channel: id, ts, thread }) {
  const where = channel(id);
  ui.channel = id;
  ui.home = false;
  ui.side = "slack";
  if (where && isDirect(where)) {
    ui.home = true;
    ui.homeTab = "messages";
  }
  ui.focusTs = ts;
  ui.jump = ts;
  const post = where?.posts.find((one) => one.ts === ts);
  if (thread) ui.thread = thread;
  else if (post) ui.thread = inThread(post) ? post.thread_ts : repliesOf(where, ts).length ? ts : null;
  else ui.thread = null;
  redraw();
}

export function openThread(where, ts) {
  ui.channel = where.id;
  ui.thread = ts;
  ui.focusTs = null;
  redraw();
  setTimeout(() => document.querySelector(".thread-pane .message-box textarea")?.focus({ preventScroll: true }), 30);
}

/** Links to this page's own messages never leave it. */
export function followLinks() {
  document.addEventListener("click", (event) => {
    const anchor = event.target.closest?.("a[href]");
    if (!anchor || event.defaultPrevented || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const here = permalink(anchor.href);
    if (!here) return;
    event.preventDefault();
    visit(here);
  });
}

/** The address that shows what this window shows. */
export function rememberPlace() {
  if (!ui.as) return;
  const wanted = new URLSearchParams();
  wanted.set("as", ui.as);
  if (ui.home) wanted.set("home", ui.homeTab);
  else if (ui.channel) wanted.set("channel", ui.channel);
  if (ui.thread && !ui.home) wanted.set("thread", ui.thread);
  if (ui.phone) wanted.set("phone", ui.phone);
  if (ui.side === "phones") wanted.set("side", "phones");
  if (ui.fixed) wanted.set("static", "1");
  const address = `/?${wanted}`;
  if (`${window.location.pathname}${window.location.search}` !== address) window.history.replaceState(null, "", address);
}
