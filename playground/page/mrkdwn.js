// Slack's mrkdwn as nodes, as one line of plain words, and as a person would type it.

import { h } from "./dom.js";
import { character } from "./emoji.js";
import { dateToken, full } from "./dates.js";
import { channel, person, personName, ui } from "./store.js";

const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };
const decode = (text) => text.replace(/&(?:amp|lt|gt);/g, (found) => ENTITIES[found]);

const EMOJI = /:([a-z0-9_+'-]+(?:::skin-tone-[2-6])?):/gi;
const INLINE = /`([^`\n]+)`|<([^<>\n]+)>|:([a-z0-9_+'-]+(?:::skin-tone-[2-6])?):|(https?:\/\/[^\s<>|]+[^\s<>|.,;:!?)'"\]])|([*_~])/gi;
const TAGS = { "*": "strong", _: "em", "~": "s" };

export function emojiNode(name) {
  const found = character(name);
  if (!found) return `:${name}:`;
  return h("span", { class: "emoji", role: "img", "aria-label": `${name.replaceAll("_", " ")} emoji`, title: `:${name}:` }, found);
}

/** Plain text with its emoji short names drawn. */
function emojis(text) {
  const out = [];
  let last = 0;
  for (const found of text.matchAll(EMOJI)) {
    if (!character(found[1])) continue;
    out.push(text.slice(last, found.index), emojiNode(found[1]));
    last = found.index + found[0].length;
  }
  out.push(text.slice(last));
  return out;
}

/** A text object of Block Kit (or nothing). */
export function textObject(object) {
  if (!object) return [];
  if (typeof object === "string") return [object];
  if (object.type === "mrkdwn") return mrkdwn(object.text ?? "");
  return object.emoji === false ? [decode(object.text ?? "")] : emojis(decode(object.text ?? ""));
}

export function mrkdwn(text) {
  const out = [];
  const pieces = text.split(/```([\s\S]+?)```/);
  pieces.forEach((piece, index) => {
    if (index % 2) out.push(h("pre", { class: "code" }, decode(piece.replace(/^\n|\n$/g, ""))));
    else {
      const trimmed = (index > 0 ? piece.replace(/^\n/, "") : piece);
      out.push(...quotes(index < pieces.length - 1 ? trimmed.replace(/\n$/, "") : trimmed));
    }
  });
  return out;
}

/** Lines that begin with > stand in a quotation; >>> quotes the rest. */
function quotes(text) {
  const out = [];
  const lines = text.split("\n");
  let plain = [];
  let quoted = [];
  const flush = () => {
    if (plain.length) out.push(...inline(plain.join("\n")));
    if (quoted.length) out.push(h("blockquote", {}, inline(quoted.join("\n"))));
    plain = [];
    quoted = [];
  };
  for (let index = 0; index < lines.length; index++) {
    const rest = /^(?:&gt;|>){3} ?/.exec(lines[index]);
    const one = /^(?:&gt;|>) ?/.exec(lines[index]);
    if (rest) {
      if (plain.length) flush();
      quoted.push(lines[index].slice(rest[0].length), ...lines.slice(index + 1));
      break;
    }
    if (one) {
      if (plain.length) flush();
      quoted.push(lines[index].slice(one[0].length));
    } else {
      if (quoted.length) flush();
      plain.push(lines[index]);
    }
  }
  flush();
  return out;
}

function inline(text) {
  const out = [];
  let last = 0;
  const pattern = new RegExp(INLINE.source, INLINE.flags);
  for (let found = pattern.exec(text); found; found = pattern.exec(text)) {
    const [whole, code, angle, emoji, url, marker] = found;
    let node = null;
    let end = found.index + whole.length;
    if (code) node = h("code", {}, decode(code));
    else if (angle) node = angled(angle);
    else if (emoji) node = character(emoji) ? emojiNode(emoji) : null;
    else if (url) node = link(decode(url), [decode(url)]);
    else {
      const close = closing(text, found.index, marker);
      if (close > 0) {
        node = h(TAGS[marker], {}, inline(text.slice(found.index + 1, close)));
        end = close + 1;
      }
    }
    if (node === null) {
      // Not markup after all (an unknown :name:, a lone *): go on behind its first character.
      pattern.lastIndex = found.index + 1;
      continue;
    }
    out.push(decode(text.slice(last, found.index)), node);
    last = pattern.lastIndex = end;
  }
  out.push(decode(text.slice(last)));
  return out;
}

const WORD = /[\p{L}\p{N}]/u;

function closing(text, start, marker) {
  if (start > 0 && WORD.test(text[start - 1])) return -1;
  if (!text[start + 1] || /\s/.test(text[start + 1]) || text[start + 1] === marker) return -1;
  for (let at = start + 1; at < text.length && text[at] !== "\n"; at++) {
    if (text[at] === "<" || text[at] === "`") {
      const end = text.indexOf(text[at] === "<" ? ">" : "`", at + 1);
      if (end > 0) at = end;
      continue;
    }
    if (text[at] === marker && at > start + 1 && !/\s/.test(text[at - 1]) && !WORD.test(text[at + 1] ?? "")) return at;
  }
  return -1;
}

const safe = (url) => /^(https?:\/\/|mailto:|tel:)/i.test(url);

export function link(url, label) {
  if (!safe(url)) return h("span", {}, label);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, label);
}

/** What stands in <…>: a mention, a channel, a date, a link. */
function angled(inside) {
  const bar = inside.indexOf("|");
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? null : inside.slice(bar + 1);
  if (/^@[UW]/.test(target)) return mention(target.slice(1), label);
  if (/^#[CGD]/.test(target)) return channelNode(target.slice(1), label);
  if (target.startsWith("!date^")) {
    const [, seconds, format = "", url] = target.split("^");
    return dateNode(seconds, decode(format), url ? decode(url) : null, label);
  }
  if (target.startsWith("!subteam^")) return h("span", { class: "mention" }, decode(label ?? "@group"));
  if (/^!(here|channel|everyone)$/.test(target)) return broadcast(target.slice(1));
  if (target.startsWith("!")) return h("span", {}, decode(label ?? target));
  const url = decode(target);
  return link(url, label === null ? [url.replace(/^(mailto|tel):/, "")] : emojis(decode(label)));
}

export function mention(id, label) {
  const name = person(id)?.name ?? (label ? decode(label).replace(/^@/, "") : id);
  return h("span", { class: id === ui.as ? "mention mine" : "mention" }, `@${name}`);
}

export function channelNode(id, label) {
  const found = channel(id);
  const name = found?.name ?? decode(label ?? id);
  if (!found) return h("span", { class: "mention" }, `#${name}`);
  return h("a", { class: "mention", href: `/archives/${id}` }, `#${name}`);
}

export const broadcast = (range) => h("span", { class: "mention mine" }, `@${range}`);

export function dateNode(seconds, format, url, fallback) {
  const words = dateToken(seconds, format);
  if (words === null) return h("span", {}, decode(fallback ?? ""));
  const node = h("time", { class: "date", title: full(new Date(Number(seconds) * 1000)) }, words);
  return url ? link(url, [node]) : node;
}

/** One line of plain words, for labels, tool tips and the announcer. */
export function words(text) {
  return decode(
    (text ?? "")
      .replace(/<@([UW]\w+)(?:\|[^>]*)?>/g, (_, id) => `@${personName(id)}`)
      .replace(/<#(\w+)(?:\|([^>]*))?>/g, (_, id, name) => `#${channel(id)?.name ?? name ?? id}`)
      .replace(/<!date\^(\d+)\^([^|^>]*)[^|>]*\|?([^>]*)>/g, (_, seconds, format, fallback) => dateToken(seconds, format) ?? fallback)
      .replace(/<!(?:subteam\^\w+)?\|?([^>]*)>/g, (_, name) => `@${name.replace(/^@/, "")}`)
      .replace(/<([^|>]+)\|([^>]+)>/g, "$2")
      .replace(/<([^>]+)>/g, "$1"),
  ).replace(EMOJI, (whole, name) => character(name) ?? whole);
}

/** As it was typed, for the edit box. */
export function toTyped(text) {
  return decode(
    (text ?? "")
      .replace(/<@([UW]\w+)(?:\|[^>]*)?>/g, (_, id) => `@${personName(id)}`)
      .replace(/<#(\w+)(?:\|([^>]*))?>/g, (_, id, name) => `#${channel(id)?.name ?? name ?? id}`)
      .replace(/<!(here|channel|everyone)(?:\|[^>]*)?>/g, "@$1")
      .replace(/<([^|>!]+)(?:\|[^>]*)?>/g, "$1"),
  );
}
