// What people and servers do: forty different things one after the other, and a steady load.

import { ask } from "./server.mjs";
import { Refusal } from "./world.mjs";

/** The id of somebody here. */
export async function idOf(name) {
  const { text } = await ask(`/.well-known/webfinger?resource=acct:${name}@care.example`);
  return JSON.parse(text).links.find(({ rel }) => rel === "self").href;
}

/** The tag that names somebody. */
export const naming = (href) => [{ type: "Mention", href, name: `@${href.split("/").at(-1)}@care.example` }];

/** A document of that object, as its server shows it. */
export const shown = (object) => ({ "@context": "https://www.w3.org/ns/activitystreams", ...object });

/** Forty acts by command line, pages and inbox; stops at the first that fails, and gives how many held. */
export async function script(world) {
  const made = [];
  const heard = [];
  const { hazelbank, seeds } = world.names;
  const say = async (said) => heard.push(await world.hear(said));
  const post = async (how) => made.push(await world.post(how));
  const undo = (at, type, object) => world.hear({ type, object });
  const acts = [
    () => post("command"),
    () => post("page"),
    () => say(world.note()),
    () => say({ type: "Like", object: seeds[0].uri }),
    () => post("command"),
    () => world.edit(made[0], "command"),
    () => world.edit(made[1], "page"),
    () => say(world.note(made[0].uri)),
    () => say({ type: "Announce", object: made[0].uri }),
    () => world.react(made[0], "like"),
    () => world.react(made[0], "boost"),
    () => post("page"),
    () => say(world.note()),
    () => say({ type: "Like", object: made[0].uri }),
    () => undo(1, "Undo", { id: heard[1].id, type: "Like", actor: heard[1].by, object: seeds[0].uri }),
    () => world.remove(made[3], "page"),
    () => post("command"),
    () => world.edit(made[4], "command"),
    () => world.edit(made[4], "command"),
    () => world.remove(made[4], "command"),
    () => post("page"),
    () => post("page"),
    () => world.edit(made[5], "page"),
    () => say(world.note(made[2].uri)),
    () => say({ type: "Announce", object: made[2].uri }),
    () => world.hear({ type: "Delete", object: heard[0].activity.object.id }),
    () => say({ type: "Like", object: made[2].uri }),
    () => undo(4, "Undo", { id: heard[3].id, type: "Announce", actor: heard[3].by, object: made[0].uri }),
    () => post("command"),
    () => world.react(made[7], "like"),
    () => world.react(made[7], "boost", "nurse"),
    () => world.edit(made[6], "page"),
    () => world.remove(made[6], "page"),
    () => say(world.note(seeds[1].uri)),
    () => say({ type: "Like", object: seeds[1].uri }),
    () => say({ type: "Like", object: hazelbank }),
    () => post("page"),
    () => world.edit(made[8], "page"),
    () => post("command"),
    () => say(world.note()),
  ];
  for (const [at, act] of acts.entries()) {
    try {
      await act();
    } catch {
      return at;
    }
  }
  return acts.length;
}

/** Posts by page and notes by inbox, so many of each a second, until `stop()`; failures are no matter. */
export function load(world, { posts = 20, notes = 20, edits = true } = {}) {
  const refused = new Map();
  const running = new Set();
  const recent = [];
  const start = (act) => {
    const running1 = act().catch((error) => {
      const why = error instanceof Refusal ? String(error.status) : "broken";
      refused.set(why, (refused.get(why) ?? 0) + 1);
    });
    running.add(running1);
    running1.finally(() => running.delete(running1));
  };
  const write = async () => {
    const old = recent.shift();
    if (edits && old && recent.length > 4) {
      await (world.number % 3 === 0 ? world.remove(old, "page") : world.edit(old, "page"));
      return;
    }
    const entry = await world.post("page");
    if (entry.page) recent.push(entry);
  };
  const timers = [
    posts && setInterval(() => start(write), 1000 / posts),
    notes && setInterval(() => start(() => world.hear(world.note())), 1000 / notes),
  ];
  return {
    refused,
    /** Ends it; gives when what is under way has been answered or broken off. */
    stop: async () => {
      timers.filter(Boolean).forEach(clearInterval);
      await Promise.all(running);
    },
  };
}

/** What was not acknowledged is said again, as its sender would. */
export async function sayAgain(world) {
  for (const entry of world.ledger.unheard()) await world.knock(entry);
}
