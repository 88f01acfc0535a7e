// Keeping apart: blocks told and untold, reports, followers who are refused.

import assert from "node:assert/strict";

import { Block, Flag, Follow, Reject, Undo } from "@fedify/vocab";

import { begin, followBack, meet } from "./story.mjs";
import { until } from "./wait.mjs";

const { care, peers: [peer], known, step, nothingWentWrong } = begin("ann");

const objectOf = async (activity) => await activity.getObject(peer.context);
const total = async (url) => (await peer.fetchJson(url)).totalItems;
const ours = () => known.hazelbank.id.href;
const followers = () => total(known.hazelbank.followersId);
const following = () => total(known.hazelbank.followingId);
const isOf = (Kind) => async (heard) => (await objectOf(heard)) instanceof Kind;

/** They follow each other (again), counted on our side. */
async function befriend() {
  const { actor, follow } = await meet(peer);
  Object.assign(known, { hazelbank: actor, follow });
  await followBack(care, peer, "hazelbank", ours());
  await until("one follower", async () => (await followers()) === 1);
  peer.heard.length = 0;
}

/** Nothing is between the two any more, and Fedify heard it: its follow is refused, ours taken back. */
async function apart(follow) {
  const reject = await peer.hears("the Reject of its follow", Reject);
  assert.equal(reject.objectId.href, follow.id.href);
  const undo = await peer.hears("the Undo of our follow", Undo, isOf(Follow));
  assert.equal(undo.actorId.href, ours());
  await until("our follow to be gone there", () => !peer.followers.has(ours()));
  assert.deepEqual([await followers(), await following()], [0, 0]);
}

step("a follower who waits is refused, and one who follows is removed, by a Reject each", [], async () => {
  await care.run(["follower", "ask", "--as", "hazelbank"]);
  const actor = await peer.look("@hazelbank@care.example");
  known.hazelbank = actor;
  const list = async () => await care.run(["follower", "list", "--as", "hazelbank"]);
  for (const approved of [false, true]) {
    const follow = await peer.follow(actor);
    await until("the question to wait here", async () => {
      return (await list()).some(({ state }) => state === "asks");
    });
    if (approved) await care.run(["follower", "approve", peer.handle, "--as", "hazelbank"]);
    assert.equal(await followers(), approved ? 1 : 0);
    await care.run(["follower", "remove", peer.handle, "--as", "hazelbank"]);
    const rejected = (heard) => heard.objectId.href === follow.id.href;
    const reject = await peer.hears("the Reject", Reject, rejected);
    assert.equal(reject.actorId.href, ours());
    assert.deepEqual((await list()).map(({ state }) => state), ["refused"]);
  }
  await care.run(["follower", "open", "--as", "hazelbank"]);
});

step("a Reject by Fedify's person ends our follow", ["hazelbank"], async () => {
  await followBack(care, peer, "hazelbank", ours());
  const follow = await peer.hears("the Follow", Follow);
  await peer.say(Reject, known.hazelbank, { object: follow });
  await until("the follow to be gone here", async () => (await following()) === 0);
  peer.followers.delete(ours());
});

step("an untold block parts them, and nothing says 'Block'", ["hazelbank"], async () => {
  await befriend();
  await care.run(["actor", "block", "hazelbank", peer.handle]);
  await apart(known.follow);
  assert.ok(!peer.posted.some(({ text }) => text.includes('"Block"')));
  const [blocked] = await care.run(["actor", "blocks", "hazelbank"]);
  assert.deepEqual([blocked.whom.replace(/^@/, ""), blocked.told], [peer.handle, false]);
});

step("who is blocked cannot follow again, until the block is taken back", ["hazelbank"], async () => {
  const blocked = "whom it follows blocks them";
  await peer.follow(known.hazelbank);
  await until("the Follow to be refused", () => care.judged("Follow", "peer.example").includes(blocked));
  assert.equal(await followers(), 0);
  await care.run(["actor", "unblock", "hazelbank", peer.handle]);
  await befriend();
  assert.ok(!peer.posted.some(({ text }) => text.includes('"Block"')), "nor says the end so");
  known.unblocked = true;
});

step("a told block is heard, and its Undo", ["unblocked"], async () => {
  await care.run(["actor", "block", "hazelbank", peer.handle, "--tell"]);
  const block = await peer.hears("the Block", Block);
  assert.deepEqual([block.actorId.href, block.objectId.href], [ours(), peer.actorId.href]);
  await apart(known.follow);
  await care.run(["actor", "unblock", "hazelbank", peer.handle]);
  const undo = await peer.hears("the Undo of the Block", Undo, isOf(Block));
  assert.equal((await objectOf(undo)).id.href, block.id.href);
  peer.heard.length = 0;
});

step("a Block by Fedify's person ends both follows here, until its Undo", ["unblocked"], async () => {
  await befriend();
  const block = await peer.say(Block, known.hazelbank, { object: known.hazelbank.id });
  await until("no follow either way", async () => (await followers()) + (await following()) === 0);
  peer.followers.delete(ours());
  const follow = ["follow", peer.handle, "--as", "hazelbank"];
  await assert.rejects(care.run(follow), "who is blocked cannot follow");
  await peer.undo(block, known.hazelbank);
  await until("to be let follow again", async () => (await care.run(follow)) !== undefined);
  await until("the follow to stand", async () => (await following()) === 1);
});

step("a report that is passed on comes from the instance and names no reporter", ["unblocked"], async () => {
  const note = await peer.post({ html: "<p>Ida lives at number four.</p>" });
  await until("the post to be here", async () => await care.run(["post", "show", note.id.href]));
  await care.run(
    ["report", "send", peer.handle, "--as", "ada", "--post", note.id.href, "--reason-stdin", "--forward"],
    "Says where a person lives.",
  );
  const flag = await peer.hears("the Flag", Flag);
  assert.equal(flag.actorId.href, (await peer.look("@instance@care.example")).id.href);
  assert.deepEqual(flag.objectIds.map(({ href }) => href), [peer.actorId.href, note.id.href]);
  assert.equal(String(flag.content), "Says where a person lives.");
  const { text } = peer.posted.find((sent) => sent.text.includes('"Flag"'));
  const ada = await peer.look("@ada@care.example");
  assert.ok(!text.includes("ada") && !text.includes(ada.id.href), "the reporter is not in it");
});

step("a report by Fedify is shown to who runs the instance, with the post", ["unblocked"], async () => {
  const words = ["post", "create", "--as", "hazelbank", "--text-stdin"];
  const made = await care.run(words, "Lunch at noon.");
  await peer.say(Flag, known.hazelbank, {
    objects: [known.hazelbank.id, new URL(made.uri)],
    content: "It was at one.",
  });
  const report = await until("the report", async () => {
    return (await care.run(["report", "list"])).find(({ from }) => from === peer.host);
  });
  assert.equal(report.comment, "It was at one.");
  assert.match(report.about, /hazelbank/);
  assert.equal(report.posts.length, 1);
  assert.equal(report.reporter, null, "who it was there is not kept");
  await care.run(["report", "close", String(report.number)]);
  const open = await care.run(["report", "list"]);
  assert.ok(!open.some(({ number }) => number === report.number));
});

nothingWentWrong();
