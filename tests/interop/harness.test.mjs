// The laboratory itself: two Fedify servers meet in the namespace. When this fails, the fault is
// in names, certificates or the network, not in Carefolk.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Accept, Create, isActor, Undo } from "@fedify/vocab";

import { Peer } from "./peer.mjs";
import { until } from "./wait.mjs";

const certificates = process.env.INTEROP_CERTIFICATES;
const one = new Peer({ host: "peer.example", address: "11.1.0.2", certificates, person: "ann" });
const two = new Peer({ host: "second.example", address: "11.1.0.3", certificates, person: "ben" });

before(async () => await Promise.all([one.start(), two.start()]));
after(async () => await Promise.all([one.stop(), two.stop()]));

/** Says what both heard when the story breaks off. */
const told = (story) => async () => {
  try {
    await story();
  } catch (error) {
    console.error(`${one.report()}\n${two.report()}`);
    throw error;
  }
};

const meetAndPart = told(async () => {
  const ben = await one.look("@ben@second.example");
  assert.ok(isActor(ben), "WebFinger and the actor document lead to an actor");
  const follow = await one.follow(ben);
  await one.hears("the Accept", Accept, (accept) => accept.actorId.href === ben.id.href);

  await two.post({ html: "<p>Soup on Tuesday</p>" });
  const create = await one.hears("the post", Create);
  assert.match(String((await create.getObject()).content), /Soup on Tuesday/);

  await one.undo(follow, ben);
  await two.hears("the Undo", Undo);
  await until("the follower to be gone", () => two.followers.size === 0);
});

test("two Fedify servers follow, post and part in the namespace", meetAndPart);

test("nothing leads out of the namespace", async () => {
  await assert.rejects(fetch("https://1.1.1.1/", { signal: AbortSignal.timeout(3000) }));
});
