// Times as Slack writes them, in the reader's own time zone: <!date^…> tokens, message times, day dividers.

const part = (options) => new Intl.DateTimeFormat("en-US", options);
const TIME = part({ hour: "numeric", minute: "2-digit" });
const TIME_SECONDS = part({ hour: "numeric", minute: "2-digit", second: "2-digit" });
const MONTH = part({ month: "long" });
const SHORT = part({ month: "short", day: "numeric", year: "numeric" });
const WEEKDAY = part({ weekday: "long" });
const FULL = part({ weekday: "long", year: "numeric", month: "long", day: "numeric", hour: "numeric", minute: "2-digit", second: "2-digit" });

const DAY = 86400000;
const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
const daysAgo = (date) => Math.round((midnight(new Date()) - midnight(date)) / DAY);

export const time = (date) => TIME.format(date);
export const full = (date) => FULL.format(date);
export const ofTs = (ts) => new Date(Number(ts) * 1000);

/** Seconds, milliseconds or an ISO string: when a text was sent. */
export function moment(at) {
  if (typeof at === "number") return new Date(at < 1e12 ? at * 1000 : at);
  return /^\d+(\.\d+)?$/.test(at ?? "") ? new Date(Number(at) * 1000) : new Date(at);
}

function ordinal(day) {
  if (day % 100 >= 11 && day % 100 <= 13) return `${day}th`;
  return `${day}${["th", "st", "nd", "rd"][day % 10] ?? "th"}`;
}

const dateWords = (date) => `${MONTH.format(date)} ${ordinal(date.getDate())}, ${date.getFullYear()}`;
const dateLong = (date) => `${WEEKDAY.format(date)}, ${dateWords(date)}`;

function near(date) {
  return { 0: "today", 1: "yesterday", "-1": "tomorrow" }[daysAgo(date)] ?? null;
}

export function ago(date) {
  const seconds = Math.round((Date.now() - date) / 1000);
  const size = Math.abs(seconds);
  const count = (number, unit) => `${number} ${unit}${number === 1 ? "" : "s"}`;
  let words = "less than a minute";
  if (size >= 60 * 60 * 24 * 365) words = count(Math.floor(size / (60 * 60 * 24 * 365)), "year");
  else if (size >= 60 * 60 * 24 * 30) words = count(Math.floor(size / (60 * 60 * 24 * 30)), "month");
  else if (size >= 60 * 60 * 24) words = count(Math.floor(size / (60 * 60 * 24)), "day");
  else if (size >= 60 * 60) words = count(Math.floor(size / (60 * 60)), "hour");
  else if (size >= 60) words = count(Math.floor(size / 60), "minute");
  return seconds < 0 ? `in ${words}` : `${words} ago`;
}

const TOKENS = {
  date_num: (date) => `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")}`,
  date_slash: (date) => `${String(date.getMonth() + 1).padStart(2, "0")}/${String(date.getDate()).padStart(2, "0")}/${date.getFullYear()}`,
  date: dateWords,
  date_short: (date) => SHORT.format(date),
  date_long: dateLong,
  date_long_full: dateLong,
  date_pretty: (date) => near(date) ?? dateWords(date),
  date_short_pretty: (date) => near(date) ?? SHORT.format(date),
  date_long_pretty: (date) => near(date) ?? dateLong(date),
  day_divider_pretty: (date) => near(date) ?? dateLong(date),
  time,
  time_secs: (date) => TIME_SECONDS.format(date),
  ago,
};

/** The words of <!date^seconds^format|fallback>; null when the date or a token is not one Slack knows. */
export function dateToken(seconds, format) {
  const date = new Date(Number(seconds) * 1000);
  if (!/^-?\d+$/.test(String(seconds)) || Number.isNaN(date.getTime())) return null;
  let known = true;
  const words = format.replace(/\{(\w+)\}/g, (whole, name) => {
    if (TOKENS[name]) return TOKENS[name](date);
    known = false;
    return whole;
  });
  return known ? words : null;
}

export function dayTitle(date) {
  const word = near(date);
  if (word) return word[0].toUpperCase() + word.slice(1);
  return `${WEEKDAY.format(date)}, ${MONTH.format(date)} ${ordinal(date.getDate())}`;
}

export const sameDay = (one, other) => midnight(one) === midnight(other);

/** "today at 9:41 AM", for the summary under a root. */
export const lastReply = (date) => (daysAgo(date) < 1 ? `today at ${time(date)}` : daysAgo(date) === 1 ? `yesterday at ${time(date)}` : SHORT.format(date));
