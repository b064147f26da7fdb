// The server's control API: the state, what changes it, and what a person does.

import { redraw, ui, world } from "./store.js";
import { toast } from "./toast.js";

let loading = null;
let again = false;
const watchers = [];

/** Called with (before, after) whenever a new state has come in. */
export function onWorld(callback) {
  watchers.push(callback);
}

export function load() {
  if (loading) {
    again = true;
    return loading;
  }
  loading = fetchState().finally(() => {
    loading = null;
    if (!again) return undefined;
    again = false;
    return load();
  });
  return loading;
}

async function fetchState() {
  try {
    const answer = await fetch("/playground/state", { cache: "no-store" });
    if (!answer.ok) throw new Error(`The playground answered ${answer.status}.`);
    const before = { ...world };
    Object.assign(world, await answer.json());
    ui.offline = false;
    ui.loaded = true;
    for (const watch of watchers) watch(before, world);
  } catch {
    ui.offline = true;
  }
  redraw();
}

/** Follow the server's changes until the page is left. */
export function follow() {
  const events = new EventSource("/playground/events");
  events.onmessage = (event) => {
    const { version } = JSON.parse(event.data);
    if (version !== world.version || ui.offline) load();
  };
  events.onerror = () => {
    ui.offline = true;
    redraw();
  };
  events.onopen = () => {
    if (ui.offline) load();
  };
}

/** Does one thing as somebody. Gives the result, or throws an Error with the server's sentence. */
export async function act(what, args) {
  let answer;
  try {
    const response = await fetch("/playground/do", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ do: what, ...args }),
    });
    answer = await response.json();
  } catch {
    throw new Error("The playground does not answer. Is it still running?");
  }
  if (!answer.ok) throw new Error(answer.error || "That did not work.");
  return answer.result;
}

/** As act(), but a failure becomes a toast; gives {ok, result}. The state is fresh when it returns. */
export async function attempt(what, args) {
  try {
    const result = await act(what, args);
    await load();
    return { ok: true, result };
  } catch (error) {
    toast(explain(error.message));
    return { ok: false, result: null };
  }
}

const WORDS = {
  operation_timeout: "The app did not answer within 3 seconds (operation_timeout).",
  dispatch_failed: "The app could not be reached (dispatch_failed).",
};

function explain(message) {
  const [word] = message.split(":");
  return WORDS[word] && message.trim() === word ? WORDS[word] : message;
}

/** A chosen file as the server takes it. */
export function readFile(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onerror = () => reject(new Error(`${file.name} cannot be read.`));
    reader.onload = () => {
      const [head, base64] = String(reader.result).split(",", 2);
      resolve({ name: file.name, content_type: /^data:([^;,]+)/.exec(head)?.[1] ?? "application/octet-stream", base64: base64 ?? "", preview: String(reader.result) });
    };
    reader.readAsDataURL(file);
  });
}
