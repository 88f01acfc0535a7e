// Answers to follows that are taken back, both ways; a Fedify that shows its person only to who signs;
// its new keys; and what its person pinned before anybody here followed.

import assert from "node:assert/strict";

import { Accept, Follow, Like, Reject, Undo } from "@fedify/vocab";

import { begin, followBack, meet, page } from "./story.mjs";
import { until } from "./wait.mjs";

const { care, peers: [ann, ben], known, step, nothingWentWrong } = begin("ann", "ben");

/** What stands inside, as it was said: a Follow of Fedify cannot be read at its address. */
const objectOf = async (activity) =>
  await activity.getObject({ ...ann.context, crossOrigin: "trust" });
const total = async (url) => (await ann.fetchJson(url)).totalItems;
const ours = () => known.hazelbank.id.href;
const follower = (word) => care.run(["follower", word, ann.handle, "--as", "hazelbank"]);

/** How ann stands with Hazelbank, as Hazelbank is shown it. */
async function standing() {
  const list = await care.run(["follower", "list", "--as", "hazelbank"]);
  return list.find(({ follower }) => follower.includes(ann.host))?.state;
}

/** Fedify hears that an answer of this class is taken back, whole, with the follow it was about. */
async function hearsUndone(Kind, follow) {
  const fits = async (heard) => (await objectOf(heard)) instanceof Kind;
  const undo = await ann.hears(`the Undo of the ${Kind.name}`, Undo, fits);
  assert.equal(undo.actorId.href, ours());
  const answer = await objectOf(undo);
  const first = ann.heard.find((heard) => heard instanceof Kind && heard.id.href === answer.id.href);
  assert.ok(first, "it is the answer that was heard");
  assert.equal(answer.actorId.href, ours());
  const about = await objectOf(answer);
  assert.ok(about instanceof Follow);
  assert.equal(about.id.href, follow.id.href);
}

step("a Fedify that demands signatures lets us look up its person, and be followed", [], async () => {
  ann.demands = true;
  const unsigned = await fetch(ann.actorId, { headers: { accept: "application/activity+json" } });
  assert.equal(unsigned.status, 401);
  known.hazelbank = await ann.look("@hazelbank@care.example");
  const pinned = await ann.post({ html: "<p>How to find the garden.</p>", to: [] });
  const second = await ann.post({ html: "<p>When the garden is open.</p>", to: [] });
  ann.pinned = [pinned, second];
  await followBack(care, ann, "hazelbank", ours());
  const instance = (await ann.look("@instance@care.example")).id.href;
  const signed = ann.knocks.filter((key) => key !== null);
  assert.ok(signed.length > 0);
  assert.deepEqual([...new Set(signed)], [`${instance}#main-key`], "the instance signed");
  known.met = true;
});

step("what its person had pinned before is first on their page here", ["met"], async () => {
  const html = await until("the pinned posts", async () => {
    const text = await page(care, `/@${ann.handle}`);
    return text.includes("When the garden is open") && text;
  });
  const places = ["How to find the garden", "When the garden is open"].map((it) => html.indexOf(it));
  assert.ok(places[0] >= 0 && places[0] < places[1], "in the order of the list");
});

step("what it says is taken while its person is shown to who signs alone", ["met"], async () => {
  known.follow = (await meet(ann)).follow;
  await ann.post({ html: "<p>The shed is painted.</p>" });
  await until("the post", async () => (await page(care, `/@${ann.handle}`)).includes("shed is painted"));
});

step("new keys of its actor are taken, and the old ones are believed no more", ["met"], async () => {
  const signOld = await ann.signer();
  await ann.changeKeys();
  await ann.post({ html: "<p>Said with new keys.</p>" });
  await until("the post", async () => (await page(care, `/@${ann.handle}`)).includes("new keys"));
  const like = new Like({ id: new URL("/likes/old", ann.origin), actor: ann.actorId, object: new URL(ours()) });
  const request = new Request(known.hazelbank.endpoints.sharedInbox, {
    method: "POST",
    headers: { "content-type": "application/activity+json" },
    body: JSON.stringify(await like.toJsonLd(ann.context)),
  });
  const answer = await fetch(await signOld(request));
  assert.equal(answer.status, 401);
  await answer.text();
  care.journal.pop(); // this one had to be refused
  ann.demands = false;
});

step("a follower who is reconsidered hears the Undo of the Accept, and waits", ["follow"], async () => {
  assert.equal(await standing(), "follows");
  await follower("reconsider");
  await hearsUndone(Accept, known.follow);
  assert.equal(await standing(), "asks");
  assert.equal(await total(known.hazelbank.followersId), 0);
  ann.heard.length = 0;
  await follower("approve");
  const accept = await ann.hears("the Accept anew", Accept);
  assert.equal(accept.objectId.href, known.follow.id.href);
  assert.equal(await standing(), "follows");
  known.approved = true;
});

step("one who was refused hears the Undo of the Reject, and waits", ["approved"], async () => {
  await follower("remove");
  await ann.hears("the Reject", Reject);
  assert.equal(await standing(), "refused");
  await follower("reconsider");
  await hearsUndone(Reject, known.follow);
  assert.equal(await standing(), "asks");
  await follower("approve");
  await until("one follower", async () => (await total(known.hazelbank.followersId)) === 1);
});

step("an Accept of Fedify that is taken back makes our follow wait, until the next", ["met"], async () => {
  const accept = ann.accepts.get(ours());
  const following = () => total(known.hazelbank.followingId);
  assert.equal(await following(), 1);
  const follows = ann.heard.filter((heard) => heard instanceof Follow).length;
  await ben.say(Undo, known.hazelbank, { object: accept });
  await until("the Undo of somebody else to be judged", () => care.judged("Undo", "second.example").length === 1);
  assert.equal(await following(), 1, "nobody else can");
  await ann.undo(accept, known.hazelbank);
  await until("the follow to wait", async () => (await following()) === 0);
  const follow = await objectOf(accept);
  await ann.say(Accept, known.hazelbank, { object: follow });
  await until("the follow to hold", async () => (await following()) === 1);
  const reject = await ann.say(Reject, known.hazelbank, { object: follow });
  await until("the follow to be refused", async () => (await following()) === 0);
  await ann.undo(reject, known.hazelbank);
  await ann.say(Accept, known.hazelbank, { object: follow });
  await until("the follow to hold again", async () => (await following()) === 1);
  assert.equal(ann.heard.filter((heard) => heard instanceof Follow).length, follows, "nothing was asked anew");
  known.follows = true;
});

step("our follow is taken back by command, and Fedify hears the Undo of it", ["follows"], async () => {
  assert.ok(ann.followers.has(ours()));
  await care.run(["follow", ann.handle, "--as", "hazelbank", "--undo"]);
  const isFollow = async (heard) => (await objectOf(heard)) instanceof Follow;
  const undo = await ann.hears("the Undo of the Follow", Undo, isFollow);
  assert.equal(undo.actorId.href, ours());
  const first = await objectOf(ann.accepts.get(ours()));
  assert.equal((await objectOf(undo)).id.href, first.id.href);
  await until("ann to have lost a follower", () => !ann.followers.has(ours()));
  assert.equal(await total(known.hazelbank.followingId), 0);
});

nothingWentWrong();
