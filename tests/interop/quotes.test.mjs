// Who may quote and answer: asked for by Fedify, answered by policy, shown by a stamp.

import assert from "node:assert/strict";

import {
  Accept,
  Create,
  InteractionPolicy,
  InteractionRule,
  PUBLIC_COLLECTION,
  QuoteAuthorization,
  QuoteRequest,
  Reject,
} from "@fedify/vocab";

import { begin, followBack, meet, page } from "./story.mjs";
import { until } from "./wait.mjs";

const { care, peers: [ann, ben], known, step, nothingWentWrong } = begin("ann", "ben");

/** What stands inside, as it was said: a request of Fedify cannot be read at its address. */
const objectOf = async (activity) =>
  await activity.getObject({ ...ann.context, crossOrigin: "trust" });
const ours = () => known.hazelbank.id.href;
const hrefs = (rule) => rule.automaticApprovals.map(({ href }) => href);

/** What Hazelbank writes, as Fedify hears it. */
async function write(text, ...more) {
  const words = ["post", "create", "--as", "hazelbank", "--text-stdin", ...more];
  const { uri } = await care.run(words, text);
  const create = await ann.hears(`'${text}'`, Create, async (heard) => {
    return (await objectOf(heard))?.id.href === uri;
  });
  return await objectOf(create);
}

/** Asks to quote a note of ours in a note of one's own, which is there already. */
async function ask(peer, note) {
  const quoting = await peer.post({ html: "<p>Look at this.</p>", more: { quote: note.id }, to: [] });
  const request = await peer.say(QuoteRequest, known.hazelbank, {
    object: note.id,
    instrument: quoting,
  });
  return { quoting, request };
}

const answersTo = (request) => (heard) => heard.objectId?.href === request.id.href;

step("ann and Hazelbank follow each other, ben does not", [], async () => {
  known.hazelbank = (await meet(ann)).actor;
  await followBack(care, ann, "hazelbank", ours());
  known.met = true;
});

step("our notes say who may answer and quote them, in words that Fedify knows", ["met"], async () => {
  const open = await write("For all.");
  const followers = await write("For friends.", "--replies", "followers", "--quotes", "followers");
  const closed = await write("For nobody.", "--replies", "nobody", "--quotes", "nobody");
  const everyone = [PUBLIC_COLLECTION.href];
  const friends = [known.hazelbank.followersId.href];
  for (const [note, who] of [[open, everyone], [followers, friends], [closed, [ours()]]]) {
    const { canReply, canQuote } = note.interactionPolicy;
    assert.deepEqual([hrefs(canReply), hrefs(canQuote)], [who, who]);
  }
  Object.assign(known, { open, followers, closed });
});

step("a quote of what anybody may quote is accepted, with a stamp that can be read", ["open"], async () => {
  const { quoting, request } = await ask(ann, known.open);
  const accept = await ann.hears("the Accept", Accept, answersTo(request));
  assert.equal(accept.actorId.href, ours());
  const echoed = await objectOf(accept);
  assert.ok(echoed instanceof QuoteRequest);
  assert.equal(echoed.objectId.href, known.open.id.href);
  assert.equal(echoed.instrumentId.href, quoting.id.href);
  const stamp = await QuoteAuthorization.fromJsonLd(await ann.fetchJson(accept.resultId), ann.context);
  assert.equal(stamp.id.href, accept.resultId.href);
  assert.equal(stamp.attributionId.href, ours());
  assert.equal(stamp.interactingObjectId.href, quoting.id.href);
  assert.equal(stamp.interactionTargetId.href, known.open.id.href);
  known.stamp = stamp;
});

step("of what only followers may quote, the one is accepted and the other refused", ["followers"], async () => {
  await ann.hears("the yes", Accept, answersTo((await ask(ann, known.followers)).request));
  const { request } = await ask(ben, known.followers);
  const reject = await ben.hears("the no", Reject, answersTo(request));
  assert.equal(reject.resultId, null);
});

step("what nobody may quote is refused to everybody", ["closed"], async () => {
  const { request } = await ask(ann, known.closed);
  await ann.hears("the no", Reject, answersTo(request));
  assert.ok(!ann.heard.some((heard) => heard instanceof Accept && answersTo(request)(heard)));
});

step("the stamp goes with the post that it is for", ["stamp"], async () => {
  await care.run(["post", "delete", known.open.id.href]);
  await until("the stamp to be gone", async () => {
    return [404, 410].includes((await fetch(known.stamp.id, { redirect: "error" })).status);
  });
});

/** A policy as Fedify writes it: these may answer and quote. */
const policy = (who) => {
  const rule = new InteractionRule({ automaticApproval: who });
  return new InteractionPolicy({ canReply: rule, canQuote: rule });
};

step("who may answer a post of Fedify is heeded here", ["met"], async () => {
  const may = async (html, who) => {
    const note = await ann.post({ html, more: { interactionPolicy: policy(who) } });
    await until("the post here", async () => await care.run(["post", "show", note.id.href]));
    const words = ["post", "create", "--as", "hazelbank", "--reply-to", note.id.href, "--text-stdin"];
    return await care.run(words, "An answer.").then(() => true, () => false);
  };
  assert.equal(await may("<p>Ask me anything.</p>", PUBLIC_COLLECTION), true);
  assert.equal(await may("<p>Friends, ask me.</p>", ann.context.getFollowersUri("ann")), true);
  assert.equal(await may("<p>Ask me nothing.</p>", ann.actorId), false);
});

step("what a post of Fedify quotes is shown as a link with its host", ["met"], async () => {
  const quoted = await ben.post({ html: "<p>Said elsewhere.</p>", to: [] });
  await ann.post({ html: "<p>Ben is right.</p>", more: { quoteUrl: quoted.id } });
  const html = await until("the post here", async () => {
    const text = await page(care, `/@${ann.handle}`);
    return text.includes("Ben is right") && text;
  });
  assert.ok(html.includes(quoted.id.href), "a link to what is quoted");
  assert.ok(html.includes("second.example"));
  assert.ok(!html.includes("Said elsewhere"), "which was not fetched");
  assert.ok(!(await page(care, "/")).includes("Said elsewhere"));
});

nothingWentWrong();
