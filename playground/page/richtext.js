// rich_text blocks: sections, lists, quotations and preformatted text.

import { h } from "./dom.js";
import { broadcast, channelNode, dateNode, emojiNode, link, mention } from "./mrkdwn.js";

const STYLES = [["code", "code"], ["bold", "strong"], ["italic", "em"], ["strike", "s"], ["underline", "u"]];

const PIECES = {
  text: (one) => [one.text],
  link: (one) => [link(one.url, [one.text ?? one.url])],
  emoji: (one) => [emojiNode(one.skin_tone ? `${one.name}::skin-tone-${one.skin_tone}` : one.name)],
  user: (one) => [mention(one.user_id)],
  usergroup: (one) => [h("span", { class: "mention" }, `@${one.usergroup_id}`)],
  channel: (one) => [channelNode(one.channel_id)],
  broadcast: (one) => [broadcast(one.range)],
  date: (one) => [dateNode(one.timestamp, one.format, one.url, one.fallback ?? "")],
  color: (one) => [h("code", {}, one.value)],
};

function piece(one) {
  const inside = PIECES[one.type]?.(one) ?? [one.text ?? ""];
  return STYLES.reduce((node, [style, tag]) => (one.style?.[style] ? [h(tag, {}, node)] : node), inside);
}

const pieces = (elements) => (elements ?? []).map(piece);

function part(one) {
  if (one.type === "rich_text_preformatted") return h("pre", { class: "code" }, pieces(one.elements));
  if (one.type === "rich_text_quote") return h("blockquote", { dir: "auto" }, pieces(one.elements));
  if (one.type === "rich_text_list") {
    const ordered = one.style === "ordered";
    const start = ordered ? (one.offset ?? 0) + 1 : null;
    const items = one.elements.map((item) => h("li", { dir: "auto" }, pieces(item.elements)));
    return h(ordered ? "ol" : "ul", { class: `indent-${Math.min(one.indent ?? 0, 5)}`, start }, items);
  }
  return h("div", { class: "rich-line", dir: "auto" }, pieces(one.elements));
}

export const richText = (block) => h("div", { class: "rich" }, block.elements.map(part));
