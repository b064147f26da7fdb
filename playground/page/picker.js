// The list that a select opens: filtered as one types, answered by the app when the menu is external.

import { h } from "./dom.js";
import { character, NAMES } from "./emoji.js";
import { icon } from "./icons.js";
import { popover } from "./menus.js";
import { textObject, words } from "./mrkdwn.js";
import { isDirect, world } from "./store.js";

const KEY = (value) => (typeof value === "object" ? value.value : value);

/** Where a menu's entries come from: [{label, detail, group, value, search}], or a function of the query. */
function source(one) {
  if (one.type.endsWith("users_select")) {
    const people = world.people.filter((person) => !person.deleted);
    return people.map((person) => ({ label: [person.name], detail: person.is_bot ? "App" : person.guest ? "Guest" : null, value: person.id, search: `${person.name} ${person.handle ?? ""}` }));
  }
  if (/(conversations|channels)_select$/.test(one.type)) {
    return world.channels.filter((where) => !isDirect(where)).map((where) => ({ label: [`#${where.name}`], value: where.id, search: where.name }));
  }
  const groups = one.option_groups ?? [{ options: one.options ?? [] }];
  return groups.flatMap((group) => group.options.map((option) => entry(option, group.label && words(group.label.text))));
}

const entry = (option, group) => ({
  label: textObject(option.text), detail: option.description && textObject(option.description), group: group || null, value: option, search: words(option.text?.text ?? ""),
});

/** Opens the list. Resolves with {value, query}: an option or an id (a list of them when `many`); null when nothing was picked. */
export function pick(anchor, { block, one, scope, many, chosen }) {
  const external = one.type.endsWith("external_select");
  const minimum = external ? one.min_query_length ?? 3 : 0;
  const all = external ? [] : source(one);
  const picked = [...chosen];
  let query = "";
  let found = all;
  let active = 0;
  let status = "";
  let asked = 0;
  let timer = 0;
  let changed = false;
  const listId = `list-${Date.now().toString(36)}`;

  const ask = async (redraw) => {
    if (query.length < minimum) {
      found = [];
      status = `Type at least ${minimum} character${minimum === 1 ? "" : "s"}`;
      return redraw();
    }
    const turn = ++asked;
    status = "Loading…";
    redraw();
    try {
      const options = await scope.query(block, one, query);
      if (turn !== asked) return;
      found = options.map((option) => entry(option, option.group));
      status = found.length ? "" : "No results";
    } catch (error) {
      if (turn !== asked) return;
      found = [];
      status = "Couldn’t load the choices. Try again.";
    }
    active = 0;
    redraw();
  };

  const typed = (event, redraw) => {
    query = event.target.value;
    active = 0;
    if (external) {
      clearTimeout(timer);
      timer = setTimeout(() => ask(redraw), 120);
      return;
    }
    const wanted = query.trim().toLowerCase();
    found = all.filter((item) => item.search.toLowerCase().includes(wanted));
    status = found.length ? "" : "No results";
    redraw();
  };

  const draw = (redraw, close) => {
    const take = (item) => {
      if (!many) return close({ value: item.value, query });
      const at = picked.findIndex((value) => KEY(value) === KEY(item.value));
      if (at >= 0) picked.splice(at, 1);
      else if (!one.max_selected_items || picked.length < one.max_selected_items) picked.push(item.value);
      changed = true;
      redraw();
    };
    const keys = (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step && found.length) {
        event.preventDefault();
        active = (active + step + found.length) % found.length;
        redraw();
        document.getElementById(`${listId}-${active}`)?.scrollIntoView({ block: "nearest" });
      } else if (event.key === "Enter" && found[active]) {
        event.preventDefault();
        take(found[active]);
      } else if (event.key === "Tab") close(draw.dismissed());
    };
    let group = null;
    const items = found.flatMap((item, index) => {
      const heading = item.group && item.group !== group ? [h("div", { class: "list-group", role: "presentation", key: `group/${item.group}` }, item.group)] : [];
      group = item.group;
      const on = picked.some((value) => KEY(value) === KEY(item.value));
      return [
        ...heading,
        h(
          "div",
          {
            key: `${KEY(item.value)}`, id: `${listId}-${index}`, role: "option", "aria-selected": on ? "true" : "false",
            class: `list-item ${index === active ? "active" : ""}`, onClick: () => take(item), onPointerdown: (event) => event.preventDefault(),
            onPointermove: () => {
              if (active === index) return;
              active = index;
              redraw();
            },
          },
          h("span", { class: "list-label" }, item.label, item.detail && h("span", { class: "option-detail" }, item.detail)),
          on ? icon("check", 16) : null,
        ),
      ];
    });
    return [
      h("div", { class: "list-search" }, icon("search", 16),
        h("input", {
          class: "list-query", type: "text", role: "combobox", "aria-expanded": "true", "aria-controls": listId, "aria-autocomplete": "list", autocomplete: "off", spellcheck: "false",
          "aria-label": words(one.placeholder?.text ?? "Search"), placeholder: words(one.placeholder?.text ?? "Search"),
          "aria-activedescendant": found.length ? `${listId}-${active}` : null, onInput: (event) => typed(event, redraw), onKeydown: keys,
          init: () => external && setTimeout(() => ask(redraw)),
        })),
      h("div", { class: "list", role: "listbox", id: listId, "aria-multiselectable": many ? "true" : null, "aria-label": "Choices" }, items),
      status && h("p", { class: "list-status", role: "status" }, status),
    ];
  };
  draw.dismissed = () => (many && changed ? { value: picked, query } : null);
  return popover(anchor, { className: "picker", label: "Choose" }, draw);
}

const USUAL = ["+1", "eyes", "white_check_mark", "raised_hands", "heart", "joy", "tada", "pray", "wave", "rocket", "fire", "100", "thinking_face", "cry", "x", "hourglass_flowing_sand"];

/** Emoji by name, for reactions and for a message box. Resolves with a short name, or null. */
export function pickEmoji(anchor) {
  let query = "";
  return popover(anchor, { className: "emoji-picker", label: "Pick an emoji" }, (redraw, close) => {
    const wanted = query.trim().toLowerCase().replace(/\s+|:/g, "_");
    const names = wanted ? NAMES.filter((name) => name.includes(wanted)).slice(0, 96) : [...USUAL, ...NAMES.filter((name) => !USUAL.includes(name)).slice(0, 80)];
    return [
      h("div", { class: "list-search" }, icon("search", 16),
        h("input", {
          class: "list-query", type: "text", placeholder: "Search emoji", "aria-label": "Search emoji", autocomplete: "off", spellcheck: "false",
          onInput: (event) => {
            query = event.target.value;
            redraw();
          },
          onKeydown: (event) => {
            if (event.key !== "Enter" || !names[0]) return;
            event.preventDefault(); // else the button that gets the focus back is pressed by the same key
            close(names[0]);
          },
        })),
      h("div", { class: "emoji-grid" }, names.map((name) =>
        h("button", { key: name, type: "button", class: "emoji-choice", "aria-label": name.replaceAll("_", " "), title: `:${name}:`, onClick: () => close(name) }, character(name)))),
      names.length ? null : h("p", { class: "list-status", role: "status" }, "No emoji of that name"),
    ];
  });
}
