// Block Kit, drawn. A scope says where the blocks stand and what their elements do (see scopes.js).

import { h } from "./dom.js";
import { accessory, element, imageUrl } from "./elements.js";
import { icon } from "./icons.js";
import { mrkdwn, textObject } from "./mrkdwn.js";
import { richText } from "./richtext.js";

const flow = (object, props) => h("div", { dir: "auto", ...props, class: `text ${props?.class ?? ""}` }, textObject(object));

function section(block, scope) {
  return [
    h(
      "div",
      { class: "section-main" },
      block.text && flow(block.text),
      block.fields && h("div", { class: "fields" }, block.fields.map((field) => flow(field, { class: "field" }))),
    ),
    block.accessory && h("div", { class: "accessory" }, accessory(block, block.accessory, scope)),
  ];
}

function context(block) {
  return block.elements.map((one) =>
    one.type === "image"
      ? h("img", { class: "context-image", src: imageUrl(one), alt: one.alt_text ?? "" })
      : h("span", { class: "text", dir: "auto" }, textObject(one)),
  );
}


function image(block) {
  return [
    block.title && h("div", { class: "image-title" }, textObject(block.title)),
    h("img", { class: "picture", src: imageUrl(block), alt: block.alt_text ?? "", loading: "lazy" }),
  ];
}

function input(block, scope) {
  const id = scope.domId(block, block.element);
  const error = scope.errors?.[block.block_id];
  const group = ["checkboxes", "radio_buttons"].includes(block.element.type);
  return [
    h(
      group ? "div" : "label",
      { class: "input-label", for: group ? null : id, id: `${id}-label` },
      textObject(block.label),
      block.optional && h("span", { class: "optional" }, " (optional)"),
    ),
    element(block, block.element, scope),
    error && h("p", { class: "input-error", id: `${id}-error`, role: "alert" }, error),
    block.hint && h("p", { class: "input-hint", id: `${id}-hint` }, textObject(block.hint)),
  ];
}

function cell(one) {
  if (one.type === "rich_text") return richText(one);
  return one.text ?? one.value ?? "";
}

function table(block) {
  const [head = [], ...rows] = block.rows ?? [];
  return h(
    "div",
    { class: "table-frame", tabindex: "0", role: "region", "aria-label": "Table" },
    h(
      "table",
      {},
      h("thead", {}, h("tr", {}, head.map((one) => h("th", { scope: "col" }, cell(one))))),
      h("tbody", {}, rows.map((row) => h("tr", {}, row.map((one) => h("td", {}, cell(one)))))),
    ),
  );
}

const KINDS = {
  header: (block) => h("h2", { dir: "auto" }, textObject(block.text)),
  section,
  context,
  divider: () => h("hr"),
  actions: (block, scope) => block.elements.map((one) => element(block, one, scope)),
  image,
  input,
  rich_text: richText,
  table,
};

function placeholder(block) {
  return [
    icon("file"),
    h("span", {}, "This page does not draw ", h("code", {}, String(block.type)), " blocks yet; Slack would."),
    h("details", {}, h("summary", {}, "Show its JSON"), h("pre", { class: "code" }, JSON.stringify(block, null, 2))),
  ];
}

export function blocks(list, scope) {
  return h(
    "div",
    { class: "blocks" },
    (list ?? []).map((block, index) => {
      const draw = KINDS[block.type];
      return h(
        "div",
        { key: `${block.block_id ?? index}/${block.type}`, class: draw ? `block ${block.type}` : "block unknown" },
        draw ? draw(block, scope) : placeholder(block),
      );
    }),
  );
}

/** A message's body: its blocks, or its text when it has none. */
export function body(post, scope) {
  if (post.blocks?.length) return blocks(post.blocks, scope);
  return post.text ? h("div", { class: "text", dir: "auto" }, mrkdwn(post.text)) : null;
}
