// The interactive elements of Block Kit: buttons, menus, inputs.

import { h } from "./dom.js";
import { icon, iconButton } from "./icons.js";
import { confirmed, menu } from "./menus.js";
import { pick } from "./picker.js";
import { textObject, words } from "./mrkdwn.js";
import { channel, personName } from "./store.js";
import { permalink, visit } from "./links.js";

export const imageUrl = (one) => {
  const url = one.image_url ?? one.slack_file?.url ?? "";
  return /^(https?:\/\/|\/|data:image\/)/.test(url) ? url : "";
};

const SELECT = /^(multi_)?(static|external|users|conversations|channels)_select$/;

/** Everything an element is given at its place: identity, what is described by what, its errors. */
function aria(block, one, scope) {
  const id = scope.domId(block, one);
  const described = [scope.errors?.[block.block_id] && `${id}-error`, block.hint && `${id}-hint`].filter(Boolean).join(" ");
  return {
    key: `${one.action_id ?? one.type}`,
    id,
    "data-action": one.action_id ?? null,
    "aria-describedby": described || null,
    "aria-invalid": scope.errors?.[block.block_id] ? "true" : null,
    "aria-required": block.type === "input" && !block.optional ? "true" : null,
  };
}

export function element(block, one, scope) {
  if (SELECT.test(one.type)) return select(block, one, scope);
  const draw = KINDS[one.type];
  if (draw) return draw(block, one, scope);
  return h("span", { class: "unknown-element" }, "This page does not draw ", h("code", {}, String(one.type)), "; Slack would.");
}

export function accessory(block, one, scope) {
  if (one.type === "image") return h("img", { class: "thumbnail", src: imageUrl(one), alt: one.alt_text ?? "" });
  return element(block, one, scope);
}

function button(block, one, scope) {
  const busy = scope.busy(block, one);
  const props = {
    ...aria(block, one, scope),
    class: `button ${one.style ?? ""} ${busy ? "busy" : ""}`,
    "aria-label": one.accessibility_label ?? null,
    "aria-busy": busy ? "true" : null,
  };
  const press = async (event) => {
    const here = permalink(one.url);
    if (here && !event.metaKey && !event.ctrlKey) {
      event.preventDefault();
      visit(here);
    }
    if (!one.url && one.confirm && !(await confirmed(one.confirm, event.currentTarget))) return;
    scope.act(block, one, {});
  };
  if (one.url) {
    return h("a", { ...props, href: /^https?:/.test(one.url) ? one.url : null, target: "_blank", rel: "noopener noreferrer", onClick: press },
      textObject(one.text), permalink(one.url) ? null : icon("external", 13));
  }
  return h("button", { ...props, type: "button", onClick: press }, textObject(one.text));
}

/** What a menu holds for each of its kinds: the words for one entry, and the field of the payload. */
function entry(one, value) {
  if (/users_select$/.test(one.type)) return [personName(value)];
  if (/(conversations|channels)_select$/.test(one.type)) return [`#${channel(value)?.name ?? value}`];
  return textObject(value.text);
}

function select(block, one, scope) {
  const many = one.type.startsWith("multi_");
  const current = scope.current(block, one);
  const chosen = many ? current ?? [] : current === null || current === undefined ? [] : [current];
  const busy = scope.busy(block, one);
  const open = async (event) => {
    const anchor = event.currentTarget;
    const picked = await pick(anchor, { block, one, scope, many, chosen });
    if (picked === null) return;
    if (one.confirm && !(await confirmed(one.confirm, anchor))) return;
    scope.choose(block, one, picked.value, picked.query);
  };
  const shown = chosen.length
    ? many
      ? h("span", { class: "chips" }, chosen.map((value) => h("span", { class: "chip" }, entry(one, value))))
      : h("span", { class: "select-value" }, entry(one, chosen[0]))
    : h("span", { class: "select-placeholder" }, textObject(one.placeholder ?? { type: "plain_text", text: "Choose…" }));
  return h(
    "button",
    {
      ...aria(block, one, scope), type: "button", role: "combobox", "aria-haspopup": "listbox", "aria-expanded": "false", class: `select ${busy ? "busy" : ""}`,
      "aria-label": block.type === "input" ? null : words(one.placeholder?.text ?? "Choose"),
      title: one.placeholder ? words(one.placeholder.text) : null, onClick: open,
    },
    shown,
    icon("down", 16),
  );
}

function overflow(block, one, scope) {
  const open = async (event) => {
    const anchor = event.currentTarget;
    const option = await menu(anchor, one.options.map((item) => ({ label: textObject(item.text), detail: item.description && textObject(item.description), value: item, url: item.url })));
    if (!option) return;
    if (one.confirm && !(await confirmed(one.confirm, anchor))) return;
    const here = permalink(option.url);
    if (here) visit(here);
    else if (/^https?:/.test(option.url ?? "")) window.open(option.url, "_blank", "noopener");
    scope.act(block, one, { value: option.value });
  };
  return iconButton("more", "More actions", { ...aria(block, one, scope), class: "button overflow", "aria-haspopup": "menu", onClick: open });
}

function textInput(type) {
  return (block, one, scope) => {
    const initial = scope.current(block, one);
    const props = {
      ...aria(block, one, scope), class: "field-input", value: initial ?? "", placeholder: words(one.placeholder?.text ?? ""),
      maxlength: one.max_length ?? null, minlength: one.min_length ?? null, dir: "auto", autocomplete: "off",
      min: one.min_value ?? null, max: one.max_value ?? null, step: type === "number" ? (one.is_decimal_allowed ? "any" : "1") : null,
      autofocus: one.focus_on_load ? true : null,
      onInput: (event) => scope.set(block, one, event.target.value),
      onKeydown: (event) => {
        const wants = one.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
        if (event.key === "Enter" && !one.multiline && block.dispatch_action && wants.includes("on_enter_pressed")) {
          event.preventDefault();
          scope.choose(block, one, event.target.value);
        }
      },
    };
    return one.multiline ? h("textarea", { ...props, rows: "4" }) : h("input", { ...props, type });
  };
}

function dateInput(type) {
  return (block, one, scope) =>
    h("input", {
      ...aria(block, one, scope), class: "field-input date-input", type, value: toInput(type, scope.current(block, one)), title: words(one.placeholder?.text ?? ""),
      "aria-label": block.type === "input" ? null : words(one.placeholder?.text ?? "Date"),
      onChange: async (event) => {
        const typed = event.target.value;
        if (one.confirm && !(await confirmed(one.confirm, event.target))) return;
        scope.choose(block, one, type === "datetime-local" && typed ? Math.floor(new Date(typed).getTime() / 1000) : typed || null);
      },
    });
}

function toInput(type, value) {
  if (type !== "datetime-local" || !value) return value ?? "";
  const date = new Date(value * 1000);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}

function boxes(type) {
  return (block, one, scope) => {
    const many = type === "checkbox";
    const { key, id, ...described } = aria(block, one, scope);
    if (many) for (const name of ["aria-required", "aria-invalid"]) delete described[name]; // a group has none
    const current = scope.current(block, one);
    const on = (option) => (many ? (current ?? []).some((item) => item.value === option.value) : current?.value === option.value);
    const change = async (event, option) => {
      const target = event.target;
      if (one.confirm && !(await confirmed(one.confirm, target))) {
        target.checked = on(option);
        return;
      }
      const left = (current ?? []).filter?.((item) => item.value !== option.value);
      scope.choose(block, one, many ? (target.checked ? [...left, option] : left) : option);
    };
    return h(
      "div",
      { key, id, ...described, class: "options", role: many ? "group" : "radiogroup", "aria-labelledby": block.type === "input" ? `${id}-label` : null },
      one.options.map((option, index) =>
        h(
          "label",
          { class: "option", key: option.value },
          h("input", { type, name: id, id: `${id}-${index}`, ".checked": on(option), onChange: (event) => change(event, option) }),
          h("span", {}, textObject(option.text), option.description && h("span", { class: "option-detail" }, textObject(option.description))),
        ),
      ),
    );
  };
}

const KINDS = {
  button,
  workflow_button: button,
  overflow,
  plain_text_input: textInput("text"),
  number_input: textInput("number"),
  email_text_input: textInput("email"),
  url_text_input: textInput("url"),
  datepicker: dateInput("date"),
  timepicker: dateInput("time"),
  datetimepicker: dateInput("datetime-local"),
  checkboxes: boxes("checkbox"),
  radio_buttons: boxes("radio"),
  image: (block, one) => h("img", { class: "thumbnail", src: imageUrl(one), alt: one.alt_text ?? "" }),
};

