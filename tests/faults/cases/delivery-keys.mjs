// Somebody has new keys while much waits that was signed with the old ones.

import { createHash } from "node:crypto";

import { check } from "../oracle.mjs";
import { HOUR_S, Queue } from "../queue.mjs";
import { ask } from "../server.mjs";
import { signerOf, withoutProof } from "../signatures.mjs";

const SETTLED_MS = 600_000;
const ACTIVITY = { accept: "application/activity+json" };

const must = (holds, what) => {
  if (!holds) throw new Error(what);
};
const isOf = (host) => host.startsWith("h");

/** What others can read of the keys of somebody here: the PEM of each. */
async function published(who) {
  const { text } = await ask(new URL(who).pathname, { headers: ACTIVITY });
  const { publicKey } = JSON.parse(text);
  return new Map([publicKey].flat().map(({ id, publicKeyPem }) => [id, publicKeyPem]));
}

/** Looks at everything that arrives: who signed it, what it says, and who proved that. */
function watch(sink, keys, answer) {
  const seen = [];
  sink.behave = (host, arrival, request, body) => {
    const { said, proven } = withoutProof(body);
    const signer = signerOf(request, body, (id) => keys().get(id));
    seen.push({ host, ...arrival, ...signer, said, proven, bytes: String(body) });
    // The oracle looks for two bodies of one activity: the proof is new, and nothing else.
    arrival.sha = createHash("sha256").update(said).digest("hex");
    return answer(host);
  };
  return seen;
}

async function rotated({ make, full }) {
  const followers = full ? { count: 1000, hosts: 100 } : { count: 30, hosts: 10 };
  const world = make({ followers });
  const { sink } = world;
  const queue = new Queue(world);
  await world.server.start();
  const { hazelbank } = world.names;
  let keys = await published(hazelbank);
  const [old] = keys.keys();
  let isDown = true;
  const seen = watch(sink, () => keys, (host) => (isOf(host) && isDown ? "500" : "202"));
  const secret = ["post", "create", "--as", "hazelbank", "--audience", "followers", "--text-stdin"];
  for (let at = 0; at < 8; at += 1) await world.post("page");
  for (let at = 0; at < 2; at += 1) await queue.run(secret, "Dinner is late.");
  await world.settle({ all: false, within: SETTLED_MS });
  const before = seen.splice(0);
  must(before.every(({ key }) => key === old), `at first: ${before.find(({ key }) => key !== old)?.wrong}`);
  const waiting = queue.tables.count("delivery WHERE state = 'waiting'");
  must(waiting >= followers.count * 10, `${waiting} wait`);

  const fresh = await queue.run(["actor", "rotate-keys", "hazelbank"]);
  keys = await published(hazelbank);
  must(keys.has(fresh.rsa) && !keys.has(old), `published are ${[...keys.keys()]}`);
  isDown = false;
  await queue.until(world.now() + HOUR_S * 1000);
  await world.settle({ within: SETTLED_MS });
  const after = seen.filter(({ host }) => isOf(host));
  const bad = after.find(({ key }) => key !== fresh.rsa);
  must(!bad, `${bad?.type} to ${bad?.host}: ${bad?.wrong ?? bad?.key}`);
  must(after.length === waiting + followers.count, `${after.length} arrived, not ${waiting} and ${followers.count} updates`);
  sameWords(before, after, fresh.ed25519);
  await check(world, { fanOut: followers.count + 1 });
  queue.close();
  return `${waiting} waited, all of them signed anew and otherwise as they were`;
}

/** Each says what it said before, and what is for anybody is proven by the new key, the same each time. */
function sameWords(before, after, proof) {
  const first = new Map(before.map((it) => [it.id, it]));
  const later = new Map();
  for (const it of after) {
    const [old, twin] = [first.get(it.id), later.get(it.id) ?? it];
    later.set(it.id, twin);
    must(!old || old.said === it.said, `${it.id} says something else than before`);
    must(old?.proven || !old || it.bytes === old.bytes, `${it.id} has other bytes`);
    must(it.proven === (old && !old.proven ? undefined : proof), `${it.id} is proven by ${it.proven}`);
    must(it.bytes === twin.bytes, `${it.id} has two bodies`);
  }
  const known = [...later.keys()].filter((id) => first.has(id)).length;
  must(known >= 10, `of ${known} is known what they said before`);
}

export const cases = [{ id: "R-025", what: "somebody has new keys while much waits", check: rotated }];
