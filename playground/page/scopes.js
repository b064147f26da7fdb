// What the elements of a post, a modal or a Home do: their current choice, and where a press goes.

import { act, attempt } from "./api.js";
import { redraw, ui, world } from "./store.js";

const picks = new Map(); // what is chosen or typed but not (yet) known to the server: "place|BLOCK/ACTION" -> value
const busy = new Set();

const MENU = /select$|^(radio_buttons|checkboxes|datepicker|timepicker|datetimepicker)$/;
const BY_ID = /(users|conversations|channels)_select$/;
const TEXT = /^(plain_text|number|email_text|url_text)_input$/;
const EXTERNAL = /external_select$/;

/** Every interactive element of a list of blocks, from the top. */
function* elementsOf(blocks) {
  for (const block of blocks ?? []) {
    for (const one of [block.accessory, ...(block.elements ?? []), block.element]) {
      if (one?.action_id) yield [block, one];
    }
  }
}

function initial(one) {
  return (
    one.initial_option ?? one.initial_options ?? one.initial_user ?? one.initial_users ?? one.initial_channel ?? one.initial_channels ?? one.initial_conversation ??
    one.initial_conversations ?? one.initial_date ?? one.initial_time ?? one.initial_date_time ?? one.initial_value ?? null
  );
}

/** The server's {value, text} as the option (or id, date …) that the element works with. */
function known(one, choice) {
  if (choice === null || choice === undefined) return null;
  if (Array.isArray(choice)) return choice.map((item) => known(one, item));
  const value = typeof choice === "object" ? choice.value : choice;
  if (BY_ID.test(one.type) || TEXT.test(one.type) || /picker$/.test(one.type)) return value;
  const options = one.options ?? (one.option_groups ?? []).flatMap((group) => group.options);
  const text = choice.text?.text ?? choice.text ?? value;
  return options?.find((option) => option.value === value) ?? { value, text: { type: "plain_text", text, emoji: true } };
}

const bare = (value) => (Array.isArray(value) ? value.map(bare) : value !== null && typeof value === "object" ? value.value : value);

export function scope({ place, target, blocks, choices, errors }) {
  const at = (block, one) => `${place}|${block.block_id}/${one.action_id}`;
  const nth = (block, one) => {
    const same = [...elementsOf(blocks)].filter(([, other]) => other.action_id === one.action_id);
    return Math.max(0, same.findIndex(([owner, other]) => owner === block && other === one));
  };
  const address = (block, one) => ({ user: ui.as, ...target, action_id: one.action_id, nth: nth(block, one) });

  const send = async (what, block, one, extra) => {
    const key = at(block, one);
    if (busy.has(key)) return;
    busy.add(key);
    redraw();
    await attempt(what, { ...address(block, one), ...extra });
    busy.delete(key);
    if (what === "choose" && MENU.test(one.type)) picks.delete(key);
    redraw();
  };

  const self = {
    errors,
    domId: (block, one) => `${place}-${block.block_id}-${one.action_id}`.replace(/[^\w-]/g, "_"),
    busy: (block, one) => busy.has(at(block, one)),
    current(block, one) {
      const key = at(block, one);
      if (picks.has(key)) return picks.get(key);
      const choice = `${block.block_id}/${one.action_id}`;
      return choices && choice in choices ? known(one, choices[choice]) : initial(one);
    },
    set(block, one, value) {
      picks.set(at(block, one), value);
    },
    act: (block, one, extra) => send("press", block, one, extra),
    choose(block, one, value, query) {
      picks.set(at(block, one), value);
      redraw();
      // Inputs stay here until the modal is handed in; only what an external menu offered must be told with its query.
      if (block.type === "input" && !block.dispatch_action && !EXTERNAL.test(one.type)) return undefined;
      return send("choose", block, one, { value: bare(value), ...(query ? { query } : {}) });
    },
    query: (block, one, query) => act("options", { ...address(block, one), query }),
    /** What a modal hands in: {"BLOCK/ACTION": value}. */
    values() {
      const all = {};
      for (const [block, one] of elementsOf(blocks)) {
        if (EXTERNAL.test(one.type) || !(MENU.test(one.type) || TEXT.test(one.type))) continue;
        const value = bare(self.current(block, one));
        all[`${block.block_id}/${one.action_id}`] = value === "" || value === undefined ? null : value;
      }
      return all;
    },
    /** Slack's own checks before it asks the app: {BLOCK: why not}. */
    missing() {
      const wrong = {};
      for (const [block, one] of elementsOf(blocks)) {
        if (block.type !== "input") continue;
        const value = bare(self.current(block, one));
        const empty = value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length) || (typeof value === "string" && !value.trim());
        if (empty && !block.optional) wrong[block.block_id] = "Please complete this required field.";
        else if (!empty && one.min_length && value.length < one.min_length) wrong[block.block_id] = `Please enter at least ${one.min_length} characters.`;
        else if (!empty && one.type === "number_input" && Number.isNaN(Number(value))) wrong[block.block_id] = "Please enter a number.";
      }
      return wrong;
    },
  };
  return self;
}

/** Forget what was typed into modals that are gone. */
export function forgetClosed() {
  const open = new Set(world.views.map((one) => one.id));
  for (const key of picks.keys()) {
    const view = /^view-([^|]+)\|/.exec(key)?.[1];
    if (view && !open.has(view)) picks.delete(key);
  }
}
