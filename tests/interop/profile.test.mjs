// Who somebody is: the host's own description, names that change, pinned posts, new keys.

import assert from "node:assert/strict";

import { Add, Create, Note, Organization, Remove, Update } from "@fedify/vocab";

import { begin, followBack, meet, page } from "./story.mjs";
import { until } from "./wait.mjs";

const { care, peers: [peer], known, step, nothingWentWrong } = begin("ann");
const FEATURED = /\/featured$/;

const objectOf = async (activity) => await activity.getObject(peer.context);
const post = (text, ...more) =>
  care.run(["post", "create", "--as", "hazelbank", "--text-stdin", ...more], text);
const annsPage = () => page(care, `/@${peer.handle}`);

step("host-meta leads to WebFinger, as XML and as JSON", [], async () => {
  const xml = await fetch(`${care.origin}/.well-known/host-meta`);
  assert.match(xml.headers.get("content-type"), /^application\/xrd\+xml/);
  const [, template] = /template="([^"]+)"/.exec(await xml.text());
  const json = await (await fetch(`${care.origin}/.well-known/host-meta.json`)).json();
  assert.equal(json.links.find(({ rel }) => rel === "lrdd").template, template);
  const resource = encodeURIComponent("acct:hazelbank@care.example");
  const found = await (await fetch(template.replace("{uri}", resource))).json();
  assert.equal(found.subject, "acct:hazelbank@care.example");
});

step("they follow each other", [], async () => {
  known.hazelbank = (await meet(peer)).actor;
  await followBack(care, peer, "hazelbank", known.hazelbank.id.href);
  known.met = true;
});

step("what the server can do is declared where Fedify leaves it alone", ["met"], async () => {
  const { generator } = await peer.fetchJson(known.hazelbank.id);
  assert.equal(generator.implements[0].name, "RFC-9421");
  const read = await Organization.fromJsonLd(await peer.fetchJson(known.hazelbank.id), peer.context);
  assert.equal(read.id.href, known.hazelbank.id.href);
});

step("a new name of ours reaches Fedify", ["met"], async () => {
  const words = ["actor", "update", "hazelbank", "--name", "Hazelbank Court", "--summary-stdin"];
  await care.run(words, "Lunch and **company**.");
  const update = await peer.hears("the Update", Update);
  const actor = await objectOf(update);
  assert.equal(actor.id.href, known.hazelbank.id.href);
  assert.equal(String(actor.name), "Hazelbank Court");
  assert.match(String(actor.summary), /<strong>company<\/strong>/);
  assert.equal((await peer.fetchJson(actor.id)).name, "Hazelbank Court", "read anew it says the same");
});

step("a new name of Fedify's person is on their page here", ["met"], async () => {
  await until("the page to show the first name", async () => (await annsPage()).includes("ann of peer"));
  peer.profile.name = "Ann of the bus stop";
  await peer.say(Update, "followers", { object: await peer.look(peer.actorId) });
  await until("the new name", async () => (await annsPage()).includes("Ann of the bus stop"));
});

step("a pinned post is heard as an Add, and read in featured", ["met"], async () => {
  const made = await post("How to reach us: 01632 960000");
  const create = await peer.hears("the post", Create);
  await care.run(["post", "pin", made.uri]);
  const add = await peer.hears("the Add", Add);
  assert.equal(add.objectId.href, create.objectId?.href ?? (await objectOf(create)).id.href);
  assert.match(add.targetId.href, FEATURED);
  const actor = await peer.look("@hazelbank@care.example");
  assert.equal(actor.featuredId.href, add.targetId.href);
  known.pinned = { uri: made.uri, actor };
  const [note] = await pins();
  assert.ok(note instanceof Note, "the post is there whole");
  assert.match(String(note.content), /01632 960000/);
});

async function pins() {
  const featured = await known.pinned.actor.getFeatured({
    ...peer.context,
    documentLoader: await peer.context.getDocumentLoader({ identifier: peer.person }),
  });
  return await Array.fromAsync(peer.context.traverseCollection(featured));
}

step("unpinned, it is heard as a Remove and no longer in featured", ["pinned"], async () => {
  await care.run(["post", "unpin", known.pinned.uri]);
  const remove = await peer.hears("the Remove", Remove);
  assert.equal(remove.objectId.href, known.pinned.uri);
  const { totalItems } = await peer.fetchJson(remove.targetId);
  assert.equal(totalItems, 0);
});

step("what Fedify's person pins stands first on their page here, until it is unpinned", ["met"], async () => {
  const first = await peer.post({ html: "<p>The bus stop has moved.</p>" });
  await peer.post({ html: "<p>It rains.</p>" });
  const order = async () => {
    const html = await annsPage();
    const places = [html.indexOf("The bus stop has moved"), html.indexOf("It rains")];
    return places.includes(-1) ? "missing" : places[0] < places[1] ? "old first" : "new first";
  };
  await until("both posts, the newest first", async () => (await order()) === "new first");
  const target = peer.context.getFeaturedUri(peer.person);
  await peer.say(Add, "followers", { object: first.id, target });
  await until("the pinned one to stand first", async () => (await order()) === "old first");
  await peer.say(Remove, "followers", { object: first.id, target });
  await until("the newest to stand first again", async () => (await order()) === "new first");
});

step("what is said after a rotation of keys is signed and proven with the new ones", ["met"], async () => {
  await care.run(["actor", "rotate-keys", "hazelbank"]);
  await post("Said with new keys.");
  await post("Said with new keys to followers.", "--audience", "followers");
  for (const text of ["Said with new keys.", "Said with new keys to followers."]) {
    await peer.hears(`'${text}'`, Create, async (create) => {
      return String((await objectOf(create))?.content).includes(`<p>${text}</p>`);
    });
  }
  const sent = peer.posted.filter(({ text }) => text.includes("Said with new keys"));
  assert.equal(sent.length, 2, "each was taken the first time");
  for (const { headers } of sent) {
    assert.match(headers.get("signature") + headers.get("signature-input"), /#main-key-2"/);
  }
  const proofs = sent.map(({ text }) => JSON.parse(text).proof?.verificationMethod);
  assert.deepEqual(proofs.toSorted(), [`${known.hazelbank.id.href}#ed25519-2`, undefined]);
});

nothingWentWrong();
