// Going elsewhere and going for good: moves in both directions, closed actors.

import assert from "node:assert/strict";

import { Create, Delete, Follow, Move, Undo, Update } from "@fedify/vocab";

import { begin, followBack, meet, page } from "./story.mjs";
import { until } from "./wait.mjs";

const { care, peers: [ann, ben], known, step, nothingWentWrong } = begin("ann", "ben");

const readHere = async (uri) =>
  await fetch(uri, { headers: { accept: "application/activity+json" } });
const following = async (actor) => (await ann.fetchJson(actor.followingId)).totalItems;
const isOf = (peer, Kind) => async (heard) => (await heard.getObject(peer.context)) instanceof Kind;

step("ann follows Hazelbank, and Hazelbank ann", [], async () => {
  known.hazelbank = (await meet(ann)).actor;
  await followBack(care, ann, "hazelbank", known.hazelbank.id.href);
  known.met = true;
});

step("a Move to somebody who does not name the old actor changes nothing", ["met"], async () => {
  await ann.say(Move, known.hazelbank, { object: ann.actorId, target: ben.actorId });
  const [outcome] = await until("the Move to be judged", () => {
    const outcomes = care.judged("Move", "peer.example");
    return outcomes.length > 0 && outcomes;
  });
  assert.notEqual(outcome, "applied");
  assert.equal(ben.followers.size, 0);
  assert.ok(ann.followers.has(known.hazelbank.id.href));
});

step("when ann moves to ben, Hazelbank goes along", ["met"], async () => {
  ben.profile.aliases = [ann.actorId];
  ann.profile.successor = ben.actorId;
  await ann.say(Move, "followers", { object: ann.actorId, target: ben.actorId });
  const follow = await ben.hears("the Follow", Follow);
  assert.equal(follow.actorId.href, known.hazelbank.id.href);
  const undo = await ann.hears("the Undo", Undo, isOf(ann, Follow));
  assert.equal(undo.actorId.href, known.hazelbank.id.href);
  await until("the one follow to stand", () => ben.followers.has(known.hazelbank.id.href));
  await until("one follow here", async () => (await following(known.hazelbank)) === 1);
  await ben.post({ html: "<p>Same garden, new server.</p>" });
  await until("ben's post here", async () => {
    return (await page(care, `/@${ben.handle}`)).includes("Same garden, new server");
  });
});

step("an alias is told to followers and stands in the document", ["met"], async () => {
  await care.run(["actor", "alias", "hazelbank", ben.handle]);
  const names = async (update) => {
    const actor = await update.getObject(ann.context);
    return actor.aliasIds?.some(({ href }) => href === ben.actorId.href);
  };
  await ann.hears("the Update", Update, names);
  const { alsoKnownAs } = await ann.fetchJson(known.hazelbank.id);
  assert.ok([alsoKnownAs].flat().includes(ben.actorId.href));
  await care.run(["actor", "alias", "hazelbank", ben.handle, "--remove"]);
});

step("Hazelbank moves to ben only once ben names it", ["met"], async () => {
  const move = ["actor", "move", "hazelbank", ben.handle];
  await assert.rejects(care.run(move), /does not name/);
  ben.profile.aliases = [ann.actorId, known.hazelbank.id];
  await care.run(move);
  const heard = await ann.hears("the Move", Move);
  assert.deepEqual(
    [heard.actorId.href, heard.objectId.href, heard.targetId.href],
    [known.hazelbank.id.href, known.hazelbank.id.href, ben.actorId.href],
  );
  assert.equal((await ann.fetchJson(known.hazelbank.id)).movedTo, ben.actorId.href);
});

step("a closed actor says Delete, and answers 410 with a tombstone", [], async () => {
  await care.run(["provider", "create", "fernside", "--name", "Fernside", "--owner", "ada"]);
  const fernside = await ann.look("@fernside@care.example");
  await ann.follow(fernside);
  await until("a follower", async () => (await ann.fetchJson(fernside.followersId)).totalItems === 1);
  const words = ["post", "create", "--as", "fernside", "--text-stdin"];
  const made = await care.run(words, "We close in spring.");
  await ann.hears("its post", Create, (create) => create.actorId.href === fernside.id.href);
  await care.run(["actor", "delete", "fernside", "--really", "fernside"]);
  const deletion = await ann.hears("the Delete", Delete);
  assert.deepEqual([deletion.actorId.href, deletion.objectId.href], [fernside.id.href, fernside.id.href]);
  const answer = await readHere(fernside.id);
  assert.equal(answer.status, 410);
  assert.equal((await answer.json()).type, "Tombstone");
  assert.ok((await readHere(made.uri)).status >= 404, "its post is gone as well");
});

step("ben's Delete is not believed while he is there, and is when his server says 410", ["met"], async () => {
  const shows = async () => (await page(care, `/@${ben.handle}`)).includes("new server");
  assert.ok(await shows());
  await ben.say(Delete, known.hazelbank, { object: ben.actorId });
  const judged = () => care.judged("Delete", "second.example");
  await until("the Delete to be judged", () => judged().length === 1);
  assert.notEqual(judged()[0], "applied");
  assert.ok(await shows());
  ben.gone = true;
  await ben.say(Delete, known.hazelbank, { object: ben.actorId });
  await until("his posts to be gone here", async () => !(await shows()));
  await until("the follow to end", async () => (await following(known.hazelbank)) === 0);
});

nothingWentWrong();
