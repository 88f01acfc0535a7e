// The main job on a real peer: a provider posts here, a person on a Fedify server follows it, sees
// the post, answers it, and sees the edit and the deletion; and the other way round.

import assert from "node:assert/strict";

import {
  Accept,
  Announce,
  Create,
  Delete,
  Follow,
  isActor,
  Like,
  Note,
  Tombstone,
  Undo,
  Update,
} from "@fedify/vocab";

import { begin } from "./story.mjs";
import { until } from "./wait.mjs";

const PUBLIC = "https://www.w3.org/ns/activitystreams#Public";
const { care, peers: [peer], known, step, nothingWentWrong } = begin("ann");

const total = async (url) => (await peer.fetchJson(url)).totalItems;
const objectOf = async (activity) => await activity.getObject(peer.context);

step("WebFinger leads from the address to the provider's page and document", [], async () => {
  const found = await peer.context.lookupWebFinger("acct:hazelbank@care.example");
  assert.equal(found.subject, "acct:hazelbank@care.example");
  const self = found.links.find((link) => link.rel === "self");
  assert.equal(self.type, "application/activity+json");
  assert.match(self.href, /^https:\/\/care\.example\/ap\/actor\/[a-z2-7]+$/);
  known.self = self.href;
});

step("the peer reads the provider as an actor with keys and a shared inbox", ["self"], async () => {
  const hazelbank = await peer.look("@hazelbank@care.example");
  assert.ok(isActor(hazelbank));
  assert.equal(hazelbank.id.href, known.self);
  assert.equal(hazelbank.preferredUsername, "hazelbank");
  assert.equal(String(hazelbank.name), "Hazelbank House");
  assert.equal(hazelbank.endpoints.sharedInbox.href, "https://care.example/inbox");
  assert.ok(await hazelbank.getPublicKey(peer.context), "an RSA key for HTTP signatures");
  known.hazelbank = hazelbank;
});

step("an unsigned fetch of a public actor is answered", ["self"], async () => {
  const answer = await fetch(known.self, { headers: { accept: "application/activity+json" } });
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get("content-type"), /^application\/activity\+json/);
  assert.equal((await answer.json()).id, known.self);
});

step("NodeInfo names the software", [], async () => {
  const index = await (await fetch(`${care.origin}/.well-known/nodeinfo`)).json();
  const link = index.links.find(({ rel }) => rel.endsWith("/schema/2.1"));
  const info = await (await fetch(link.href)).json();
  assert.equal(info.software.name, "carefolk");
  assert.ok(info.protocols.includes("activitypub"));
});

step("a follow is accepted and counted", ["hazelbank"], async () => {
  known.follow = await peer.follow(known.hazelbank);
  const accept = await peer.hears("the Accept", Accept);
  assert.equal(accept.actorId.href, known.self);
  assert.equal(accept.objectId?.href ?? (await objectOf(accept)).id.href, known.follow.id.href);
  await until("one follower", async () => (await total(known.hazelbank.followersId)) === 1);
  known.followed = true;
});

step("a post made by the command line reaches the follower", ["followed"], async () => {
  known.made = await care.run(
    ["post", "create", "--as", "hazelbank", "--lang", "en-GB", "--text-stdin"],
    "Lunch club on **Tuesday** at noon. Everyone is welcome. #lunch",
  );
  const create = await peer.hears("the Create", Create);
  const note = await objectOf(create);
  assert.ok(note instanceof Note);
  assert.equal(create.actorId.href, known.self);
  assert.equal(note.attributionId.href, known.self);
  assert.match(String(note.content), /Lunch club on <strong>Tuesday<\/strong>/);
  assert.ok(note.toIds.some((id) => id.href === PUBLIC), "addressed to everyone");
  assert.ok(note.published, "has its moment");
  known.note = note;
});

step("the post can be fetched by its id and says the same", ["note"], async () => {
  const fetched = await peer.fetchJson(known.note.id);
  assert.equal(fetched.id, known.note.id.href);
  assert.equal(fetched.attributedTo, known.self);
  assert.match(fetched.content, /Tuesday/);
});

step("a reply from outside is stored and in the replies collection", ["note"], async () => {
  known.reply = await peer.post({
    html: "<p>Is there a ramp at the side door?</p><script>alert(1)</script>",
    replyTo: known.note.id,
    author: known.hazelbank,
  });
  const replies = (await peer.fetchJson(known.note.id)).replies;
  const url = typeof replies === "string" ? replies : replies.id;
  await until("the reply in the collection", async () => {
    const collection = await peer.fetchJson(url);
    const first = collection.first ?? collection;
    const page = typeof first === "string" ? await peer.fetchJson(first) : first;
    const items = [page.items ?? page.orderedItems ?? []].flat();
    return items.some((item) => (item.id ?? item) === known.reply.id.href);
  });
});

step("the post's page shows the reply, where it is from, and no script", ["reply"], async () => {
  const page = known.note.url?.href ?? String(known.note.url);
  const answer = await fetch(page, { headers: { accept: "text/html" } });
  const html = await answer.text();
  assert.equal(answer.status, 200);
  assert.match(html, /Is there a ramp at the side door\?/);
  assert.match(html, /peer\.example/);
  assert.ok(!html.includes("alert(1)"));
  known.page = page;
});

step("the reply's author edits it and then takes it away", ["page"], async () => {
  const read = async () => await (await fetch(known.page)).text();
  await peer.edit(known.reply, "<p>Is there a ramp, or only steps?</p>", known.hazelbank);
  await until("the edited reply", async () => (await read()).includes("ramp, or only steps"));
  await peer.remove(known.reply, known.hazelbank);
  await until("the reply to be gone", async () => !(await read()).includes("or only steps"));
});

step("an edit arrives as an Update with its moment", ["note"], async () => {
  await care.run(
    ["post", "edit", known.made.uri ?? known.note.id.href, "--text-stdin"],
    "Lunch club on **Wednesday** at noon, not Tuesday.",
  );
  const update = await peer.hears("the Update", Update, async (heard) => {
    return (await objectOf(heard)) instanceof Note;
  });
  const note = await objectOf(update);
  assert.equal(note.id.href, known.note.id.href);
  assert.match(String(note.content), /Wednesday/);
  assert.ok(note.updated, "says when it was edited");
});

step("a like and a boost from outside count once and are taken back", ["note"], async () => {
  const counts = async () => {
    const { likes, boosts } = await care.run(["post", "show", known.note.id.href]);
    return `${likes} ${boosts}`;
  };
  const like = await peer.react(Like, known.note.id, known.hazelbank);
  const boost = await peer.react(Announce, known.note.id, known.hazelbank);
  await until("both to count", async () => (await counts()) === "1 1");
  await peer.undo(like, known.hazelbank);
  await peer.undo(boost, known.hazelbank);
  await until("neither to count", async () => (await counts()) === "0 0");
});

step("carefolk follows the peer's person", ["self"], async () => {
  await care.run(["follow", peer.handle, "--as", "hazelbank"]);
  const follow = await peer.hears("the Follow", Follow);
  assert.equal(follow.objectId.href, peer.actorId.href);
  await until("the follow to stand", () => peer.followers.has(known.self));
  const { following } = await peer.fetchJson(known.self);
  await until("the Accept to be taken in", async () => (await total(following)) === 1);
  known.following = true;
});

step("what the community itself follows is on its public home page", ["following"], async () => {
  await care.run(["follow", peer.handle, "--as", "instance"]);
  await until("both follows to stand", () => peer.followers.size === 2);
  await peer.post({ html: "<p>The bus is back on the old route.</p>" });
  await until("the post on the home page", async () => {
    const answer = await fetch(care.origin, { headers: { accept: "text/html" } });
    return (await answer.text()).includes("back on the old route");
  });
});

step("a post of the peer is liked and boosted, and both are taken back", ["following"], async () => {
  const note = await peer.post({ html: "<p>Who has a spare walking frame?</p>" });
  await until("the post to be there", async () => {
    try {
      return await care.run(["post", "show", note.id.href]);
    } catch {
      return undefined;
    }
  });
  for (const [word, Kind] of [["like", Like], ["boost", Announce]]) {
    const about = (activity) => activity.objectId?.href === note.id.href;
    await care.run(["post", word, note.id.href, "--as", "hazelbank"]);
    const done = await peer.hears(`the ${Kind.name}`, Kind, about);
    assert.equal(done.actorId.href, known.self);
    await care.run(["post", `un${word}`, note.id.href, "--as", "hazelbank"]);
    const undone = await peer.hears(`the Undo of the ${Kind.name}`, Undo, async (heard) => {
      return (await objectOf(heard)) instanceof Kind;
    });
    assert.equal((await objectOf(undone)).id.href, done.id.href);
  }
});

step("what somebody followed passes on is read where it lives", ["following"], async () => {
  const bus = await peer.post({ html: "<p>Not sent to anybody.</p>", to: [] });
  const boost = await peer.react(Announce, bus.id, known.hazelbank);
  assert.ok(boost);
  await until("the post that was passed on", async () => {
    try {
      return /Not sent to anybody/.test((await care.run(["post", "show", bus.id.href])).text);
    } catch {
      return false;
    }
  });
});

step("a delivery in flight survives kill -9 of the server", ["followed"], async () => {
  await care.stopServer("SIGKILL");
  const made = await care.run(
    ["post", "create", "--as", "hazelbank", "--text-stdin"],
    "Written while the server was down.",
  );
  assert.ok(made, "the command line works without the server");
  await care.startServer();
  await peer.hears("the post", Create, async (create) => {
    return /while the server was down/.test(String((await objectOf(create))?.content));
  });
});

step("a deletion arrives and leaves a tombstone", ["note"], async () => {
  await care.run(["post", "delete", known.made.uri ?? known.note.id.href]);
  const heard = await peer.hears("the Delete", Delete, (deletion) => {
    return deletion.actorId.href === known.self;
  });
  const gone = await objectOf(heard);
  assert.ok(heard.objectId?.href === known.note.id.href || gone instanceof Tombstone);
  const answer = await fetch(known.note.id, { headers: { accept: "application/activity+json" } });
  assert.equal(answer.status, 410);
  const body = await answer.json();
  assert.equal(body.type, "Tombstone");
  assert.equal(body.id, known.note.id.href);
});

step("an Undo ends the follow", ["followed"], async () => {
  await peer.undo(known.follow, known.hazelbank);
  await until("no follower", async () => (await total(known.hazelbank.followersId)) === 0);
});

nothingWentWrong();
