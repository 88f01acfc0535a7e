// What can be checked beside the signature of a request: proofs inside documents, lists of followers;
// and answers that nobody sent here.

import assert from "node:assert/strict";

import { digest, verifyObject } from "@fedify/fedify";
import { Activity, Create } from "@fedify/vocab";
import { Temporal } from "@js-temporal/polyfill";

import { Reader } from "./reader.mjs";
import { begin, followBack, meet } from "./story.mjs";
import { until } from "./wait.mjs";

const { care, peers: [ann, ben], known, step, nothingWentWrong } = begin("ann", "ben");

/** A list that differs is read after a minute (FEP-8fcf); a little more than that. */
const LIST_MS = 90_000;

/** What the tests posted to Fedify by hand, and what it answered 401. */
const forged = [];

const post = (text, audience) =>
  care.run(["post", "create", "--as", "hazelbank", "--audience", audience, "--text-stdin"], text);

/** The request that brought this text to ann. */
const sent = async (text) =>
  await until(`'${text}'`, () => ann.posted.find((request) => request.text.includes(text)));

/** Fedify's own judgement of the proof inside, with the actor read over the network. */
const judged = async (json) => {
  const { documentLoader, contextLoader } = ben.context;
  return await verifyObject(Activity, json, { documentLoader, contextLoader });
};

/** Posts to ben as a stranger would who has no key: without any signature of the request. */
async function handOn(json) {
  const body = JSON.stringify(json);
  const answer = await fetch(ben.context.getInboxUri(), {
    method: "POST",
    headers: { "content-type": "application/activity+json" },
    body,
  });
  if (answer.status === 401) forged.push(body);
  await answer.text();
  return answer.status;
}

step("ann and Hazelbank follow each other", [], async () => {
  known.hazelbank = (await meet(ann)).actor;
  await followBack(care, ann, "hazelbank", known.hazelbank.id.href);
  known.met = true;
});

step("Fedify finds the proof of a public post true, and that of a changed one not", ["met"], async () => {
  await post("Lunch is at noon.", "public");
  const json = JSON.parse((await sent("Lunch is at noon.")).text);
  assert.equal(json.proof.cryptosuite, "eddsa-jcs-2022");
  assert.equal(json.proof.verificationMethod, `${known.hazelbank.id.href}#ed25519`);
  assert.ok((await judged(json)) instanceof Create);
  const changed = structuredClone(json);
  changed.object.content = "<p>Lunch is at one.</p>";
  assert.equal(await judged(changed), null);
  Object.assign(known, { proven: json, changed });
});

step("a Fedify server that never met us takes it for its proof alone, and not the changed one", ["proven"], async () => {
  assert.equal(await handOn(known.changed), 401);
  assert.equal(await handOn({ ...known.proven, proof: undefined }), 401);
  assert.equal(await handOn(known.proven), 202);
  const heard = await ben.hears("the post", Create);
  assert.equal(heard.id.href, known.proven.id);
});

step("the post itself, read by its id, is proven as well", ["proven"], async () => {
  const note = await ann.fetchJson(known.proven.object.id);
  assert.equal(note.proof.cryptosuite, "eddsa-jcs-2022");
});

step("what is for followers has no proof, and tells ann's server who of it follows", ["met"], async () => {
  await post("The back door is open.", "followers");
  const { headers, text, status } = await sent("The back door is open.");
  assert.equal(status, 202, "taken for the signature of the request alone");
  assert.equal(JSON.parse(text).proof, undefined);
  const said = headers.get("collection-synchronization");
  const { collectionId, url, digest: told } = Object.fromEntries(
    [...said.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]),
  );
  assert.equal(collectionId, known.hazelbank.followersId.href);
  assert.equal(told, Buffer.from(await digest([ann.actorId])).toString("hex"), "as Fedify counts it");
  assert.deepEqual((await ann.fetchJson(url)).orderedItems, [ann.actorId.href]);
  assert.deepEqual((await ben.fetchJson(url)).orderedItems, [], "another server sees its own only");
  assert.equal((await fetch(url, { headers: { accept: "application/activity+json" } })).status, 401);
});

step("a follow of ours that ann forgot is not on her list", ["met"], async () => {
  const ada = await ann.look("@ada@care.example");
  known.ada = ada;
  await followBack(care, ann, "ada", ada.id.href);
  ann.followers.delete(ada.id.href);
  await ann.post({ html: "<p>Who of care.example follows, the header says.</p>" });
  await until("the post to be taken in", () => {
    return care.judged("Create", "peer.example").includes("applied");
  });
  known.forgotten = true;
});

step("answers that nobody sent are found in Fedify's replies when a member reads", ["met"], async () => {
  const published = Temporal.Now.instant().subtract({ minutes: 10 });
  const asked = await ann.post({ html: "<p>Who can lend a ladder?</p>", more: { published } });
  await ann.post({ html: "<p>Ours is in the shed.</p>", replyTo: asked.id, to: [] });
  const ada = new Reader(care.origin);
  await ada.signIn("ada");
  // The oldest post stands last on ann's page.
  const where = (await ada.open(`/@${ann.handle}`)).match(/\/@ann@peer\.example\/\d+/g).at(-1);
  const asks = await ada.open(where);
  assert.match(asks, /Who can lend a ladder/);
  assert.ok(!asks.includes("in the shed"), "it was sent to nobody");
  await until("the answer on the page", async () => {
    return (await ada.open(where)).includes("Ours is in the shed");
  });
});

step("a minute later it has ended here, and Hazelbank's, which is on the list, stands", ["forgotten"], async () => {
  const following = async ({ followingId }) => (await ann.fetchJson(followingId)).totalItems;
  await until("the follow to end", async () => (await following(known.ada)) === 0, LIST_MS);
  assert.equal(await following(known.hazelbank), 1);
});

nothingWentWrong(forged);
