// A story told in steps: one community of ours, the Fedify servers it meets, and what is known so far.

import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";

import { Accept } from "@fedify/vocab";

import { Carefolk } from "./carefolk.mjs";
import { Peer } from "./peer.mjs";
import { until } from "./wait.mjs";

export const PASSWORD = "plum-kettle-otter-seven";

const certificates = process.env.INTEROP_CERTIFICATES;

/** The two Fedify servers that a story may have, each with one person. */
const PEERS = {
  ann: { host: "peer.example", address: "11.1.0.2", person: "ann" },
  ben: { host: "second.example", address: "11.1.0.3", person: "ben" },
};

/**
 * Begins a story of its own, with the admin `ada` and the provider `hazelbank`. It gives the community,
 * those peers that are `named`, and `step`.
 */
export function begin(...named) {
  const room = mkdtempSync(path.join(process.env.INTEROP_ROOM, "story-"));
  const care = new Carefolk({ program: process.env.CAREFOLK_BIN, room, certificates });
  const peers = named.map((name) => new Peer({ ...PEERS[name], certificates }));
  const known = {};
  let failed = false;

  before(async () => {
    await Promise.all(peers.map((peer) => peer.start()));
    await care.start();
    await care.run(
      ["account", "create", "ada", "--email", "ada@care.example", "--role", "admin", "--password-stdin"],
      PASSWORD,
    );
    await care.run(
      ["provider", "create", "hazelbank", "--name", "Hazelbank House", "--owner", "ada"],
    );
  });

  after(async () => {
    if (failed) console.error([care, ...peers].map((one) => one.report()).join("\n"));
    await Promise.all([care, ...peers].map((one) => one.stop()));
  });

  /** One step of the story. A step that needs an earlier one that failed says so and stops. */
  const step = (name, needs, body) =>
    test(name, async (t) => {
      try {
        for (const need of needs) assert.ok(known[need], `an earlier step did not give '${need}'`);
        await body(t);
      } catch (error) {
        failed = true;
        throw error;
      }
    });

  /** The last step: each side took what the other sent but for what was `forged` by hand. */
  const nothingWentWrong = (forged = []) =>
    step("nothing that was signed was refused, nothing went wrong in Fedify", [], () => {
      const refused = care.journal.filter(({ method, status }) => method === "POST" && status >= 400);
      assert.deepEqual(refused, []);
      for (const peer of peers) {
        const not = peer.posted.filter(({ status, text }) => status >= 400 && !forged.includes(text));
        assert.deepEqual(not.map(({ text }) => text), []);
        assert.deepEqual(peer.troubles, []);
      }
    });

  return { care, peers, known, step, nothingWentWrong };
}

/** Our provider as Fedify reads it, who follows it from then on. */
export async function meet(peer) {
  const actor = await peer.look("@hazelbank@care.example");
  const follow = await peer.follow(actor);
  await peer.hears("the Accept", Accept, (accept) => accept.actorId.href === actor.id.href);
  return { actor, follow };
}

/** Somebody of ours follows the peer's person, until that stands on both sides. */
export async function followBack(care, peer, as, ours) {
  await care.run(["follow", peer.handle, "--as", as]);
  await until("the follow to stand", () => peer.followers.has(ours));
  const { following } = await peer.fetchJson(ours);
  await until("the Accept to be taken in", async () => {
    return (await peer.fetchJson(following)).totalItems === 1;
  });
}

/** The page at this path of ours, as a visitor sees it, or '' while there is none. */
export async function page(care, pathname, headers = {}) {
  const answer = await fetch(new URL(pathname, care.origin), {
    headers: { accept: "text/html", ...headers },
  });
  return answer.ok ? await answer.text() : "";
}
