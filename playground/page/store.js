// What the server said last (`world`), what this window looks at (`ui`), and look-ups in both.

export const world = {
  version: -1, team: {}, bot: {}, people: [], channels: [], ephemerals: [], views: [], homes: {}, numbers: [], phones: [],
  commands: [], shortcuts: [],
};

export const ui = {
  as: null, channel: null, thread: null, phone: null, home: false, homeTab: "home",
  side: "slack", // on a narrow screen: "slack" or "phones"
  focusTs: null, // the message a permalink points at
  editing: null, // "channel/ts" of the message being edited
  line: null, // which of our numbers the phone texts
  emptyPhones: [], // numbers added here that have not texted yet: {number, name, texts: []}
  hidden: new Set(), // private answers that were dismissed
  seen: new Map(), // `${person}/${channel}` or `phone/${number}` -> the newest thing looked at
  loaded: false, offline: false, fixed: false,
};

let draw = () => {};
let waiting = false;

export function onRedraw(callback) {
  draw = callback;
}

export function redraw() {
  if (waiting) return;
  waiting = true;
  setTimeout(() => {
    waiting = false;
    draw();
  }, 0);
}

export const person = (id) => world.people.find((one) => one.id === id) ?? null;
export const channel = (id) => world.channels.find((one) => one.id === id) ?? null;
export const me = () => person(ui.as);
export const phones = () => [...world.phones, ...ui.emptyPhones.filter((one) => !world.phones.some((known) => known.number === one.number))];
export const phone = (number) => phones().find((one) => one.number === number) ?? null;
export const personName = (id) => person(id)?.name ?? id ?? "Somebody";
export const bot = () => person(world.bot?.user) ?? world.people.find((one) => one.is_bot) ?? null;
export const isMember = (where, id = ui.as) => Boolean(where?.members?.includes(id));
export const isDirect = (where) => Boolean(where?.dm_with);
/** The direct message of the person acted as with the bot, if they ever wrote to each other. */
export const directWithBot = () => world.channels.find((one) => one.dm_with === ui.as) ?? null;

/** The posts of a channel that stand in its feed: roots, and replies also sent to the channel. */
export const feedOf = (where) => where.posts.filter((post) => !inThread(post) || post.broadcast);
export const inThread = (post) => Boolean(post.thread_ts && post.thread_ts !== post.ts);
export const repliesOf = (where, root) => where.posts.filter((post) => inThread(post) && post.thread_ts === root);

/** Private answers for the person acted as, in this channel; in a thread, or (null) in the channel itself. */
export function privateAnswers(where, thread) {
  return world.ephemerals.filter(
    (one) => one.user === ui.as && one.channel === where.id && (one.thread_ts || null) === thread && !ui.hidden.has(one.id),
  );
}

/** People who can be acted as: not bots, not deactivated. */
export const actors = () => world.people.filter((one) => !one.is_bot && !one.deleted);

const newest = (posts) => posts.reduce((latest, post) => (post.ts > latest ? post.ts : latest), "");
export const newestIn = (where) => newest(feedOf(where));

export function markSeen(key, mark) {
  if (mark && mark > (ui.seen.get(key) ?? "")) ui.seen.set(key, mark);
}

export function unreadIn(where) {
  const seen = ui.seen.get(`${ui.as}/${where.id}`) ?? "";
  return feedOf(where).filter((post) => post.ts > seen && post.user !== ui.as).length;
}

export function unreadOn(one) {
  const seen = Number(ui.seen.get(`phone/${one.number}`) ?? 0);
  return one.texts.slice(seen).filter((text) => text.direction === "out").length;
}
