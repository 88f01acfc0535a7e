// Polls, both ways: asked, voted in, counted, closed, deleted.

import assert from "node:assert/strict";

import { Collection, Create, Delete, Note, Question, Update } from "@fedify/vocab";
import { Temporal } from "@js-temporal/polyfill";

import { begin, followBack, meet, page } from "./story.mjs";
import { until } from "./wait.mjs";

const { care, peers: [ann, ben], known, step, nothingWentWrong } = begin("ann", "ben");

/** Counts are told at the end of a minute; a little more than that. */
const COUNTS_MS = 75_000;

const objectOf = async (activity) => await activity.getObject(ann.context);
const show = async (uri) => await care.run(["post", "show", uri.toString()]);
const titles = ({ poll }) => poll.options.map(({ title }) => title);
const votes = ({ poll }) => poll.options.map(({ votes }) => votes);

/** The answers of a poll as Fedify reads them, with how often each was chosen. */
async function answers(question) {
  const one = await Array.fromAsync(question.getExclusiveOptions(ann.context));
  const several = await Array.fromAsync(question.getInclusiveOptions(ann.context));
  return await Promise.all(
    [...one, ...several].map(async (answer) => {
      return [String(answer.name), (await answer.getReplies(ann.context)).totalItems];
    }),
  );
}

/** A vote as Mastodon sends it: a note with a name, for whose poll it is. */
const vote = async (peer, question, name) =>
  await peer.say(Create, known.hazelbank, {
    object: new Note({
      id: new URL(`#votes/${name.toLowerCase()}`, peer.actorId),
      attribution: peer.actorId,
      name,
      replyTarget: question.id,
      to: known.hazelbank.id,
    }),
  });

/** An answer of a poll of Fedify, chosen so often. */
const answer = (name, totalItems) => new Note({ name, replies: new Collection({ totalItems }) });

step("ann and Hazelbank follow each other, ben follows Hazelbank", [], async () => {
  known.hazelbank = (await meet(ann)).actor;
  await meet(ben);
  await followBack(care, ann, "hazelbank", known.hazelbank.id.href);
  known.met = true;
});

step("a poll of ours is a Question with its answers and its end", ["met"], async () => {
  const words = ["post", "create", "--as", "hazelbank", "--text-stdin", "--poll-ends-in", "1h"];
  for (const option of ["Soup", "Pie"]) words.push("--poll-option", option);
  const { uri } = await care.run(words, "What shall we cook?");
  const create = await ann.hears("the Create", Create);
  const question = await objectOf(create);
  assert.ok(question instanceof Question);
  assert.equal(question.id.href, uri);
  assert.deepEqual(await answers(question), [["Soup", 0], ["Pie", 0]]);
  const hour = Temporal.Duration.from({ hours: 1 });
  assert.ok(question.published.add(hour).equals(question.endTime), "it is open for an hour");
  assert.equal(question.closed, null);
  assert.equal(question.voters, 0);
  assert.match(String(question.content), /What shall we cook/);
  known.ours = question;
});

step("votes from Fedify count once each, and followers hear the counts", ["ours"], async () => {
  await vote(ann, known.ours, "Pie");
  await vote(ann, known.ours, "Soup"); // one answer each
  await vote(ben, known.ours, "Soup");
  await vote(ben, known.ours, "Cake"); // there is no such answer
  await until("both votes", async () => (await show(known.ours.id)).poll.voters === 2);
  const all = ["peer.example", "second.example"];
  await until("four votes to be judged", () => all.every((host) => care.judged("Create", host).length === 2));
  assert.deepEqual(votes(await show(known.ours.id)), [1, 1]);
  assert.equal((await show(known.ours.id)).replies, 0, "a vote is no reply");
  const full = async (heard) => (await objectOf(heard))?.voters === 2;
  const update = await ann.hears("the counts", Update, full, COUNTS_MS);
  const question = await objectOf(update);
  assert.deepEqual(await answers(question), [["Soup", 1], ["Pie", 1]]);
  assert.equal(question.updated, null, "no text changed");
  const named = ann.posted.concat(ben.posted).some(({ text }) => text.includes("#votes/"));
  assert.ok(!named, "who chose what is told to nobody");
  known.voted = true;
});

step("its end is heard when it comes, with the counts, and no vote counts after it", ["voted"], async () => {
  const early = ann.heard.length;
  care.letPollsEnd();
  const isClosed = async (heard) => {
    return ann.heard.indexOf(heard) >= early && (await objectOf(heard))?.closed;
  };
  const question = await objectOf(await ann.hears("its end", Update, isClosed));
  assert.ok(question.closed instanceof Temporal.Instant);
  assert.deepEqual(await answers(question), [["Soup", 1], ["Pie", 1]]);
  assert.equal((await ann.fetchJson(question.id)).closed, question.closed.toString());
  const judged = () => care.judged("Create", "second.example").length;
  const before = judged();
  await vote(ben, known.ours, "Pie");
  await until("the late vote to be judged", () => judged() > before);
  assert.deepEqual(votes(await show(known.ours.id)), [1, 1]);
  known.closed = true;
});

step("our poll is deleted there", ["closed"], async () => {
  await care.run(["post", "delete", known.ours.id.href]);
  const gone = await ann.hears("the Delete", Delete);
  const remains = await objectOf(gone);
  assert.equal(remains.id.href, known.ours.id.href);
  const { text } = ann.posted.findLast((request) => request.text.includes('"Delete"'));
  assert.equal(JSON.parse(text).object.formerType, "Question");
});

step("a poll of Fedify is shown here with its answers, its counts and its end", ["met"], async () => {
  const question = await ann.post({
    Kind: Question,
    html: "<p>What is on the table?</p>",
    more: {
      inclusiveOptions: [answer("Tea", 3), answer("Coffee", 0), answer("Cake", 2)],
      endTime: Temporal.Now.instant().add({ hours: 5 }),
      voters: 4,
    },
  });
  const shown = await until("the poll here", async () => await show(question.id));
  assert.deepEqual(titles(shown), ["Tea", "Coffee", "Cake"]);
  assert.deepEqual(votes(shown), [3, 0, 2]);
  assert.deepEqual([shown.poll.multiple, shown.poll.voters, shown.poll.closed], [true, 4, false]);
  assert.ok(Temporal.Instant.from(shown.poll.closes).epochMilliseconds > Date.now());
  const html = await page(care, `/@${ann.handle}`);
  for (const word of ["What is on the table?", "Tea", "Coffee", "Cake"]) {
    assert.ok(html.includes(word), word);
  }
  known.theirs = question;
});

step("votes of ours reach the server of the poll, one for each answer, and nobody else", ["theirs"], async () => {
  ben.posted.length = 0;
  const uri = known.theirs.id.href;
  await care.run(["post", "vote", uri, "--as", "hazelbank", "--option", "2", "--option", "3"]);
  const chosen = [];
  for (const name of ["Coffee", "Cake"]) {
    const fits = async (heard) => String((await objectOf(heard))?.name) === name;
    const create = await ann.hears(`the vote for ${name}`, Create, fits);
    const note = await objectOf(create);
    assert.ok(note instanceof Note);
    assert.equal(create.actorId.href, known.hazelbank.id.href);
    assert.equal(note.attributionId.href, known.hazelbank.id.href);
    assert.equal(note.replyTargetId.href, uri);
    assert.equal(note.content, null);
    assert.deepEqual(note.toIds.map(({ href }) => href), [ann.actorId.href]);
    chosen.push(note.id.href);
  }
  assert.equal(new Set(chosen).size, 2);
  const again = ["post", "vote", uri, "--as", "hazelbank", "--option", "1"];
  await assert.rejects(care.run(again), "once and for all");
  assert.equal(ben.posted.length, 0);
});

step("its counts and its end are taken from its Update, and its deletion", ["theirs"], async () => {
  const counted = {
    inclusiveOptions: [answer("Tea", 3), answer("Coffee", 1), answer("Cake", 3)],
    voters: 5,
  };
  const question = await ann.change(known.theirs, counted, "followers");
  await until("the counts", async () => (await show(question.id)).poll.voters === 5);
  assert.deepEqual(votes(await show(question.id)), [3, 1, 3]);
  const closed = { closed: Temporal.Now.instant() };
  await ann.change(question, closed, "followers");
  await until("its end", async () => (await show(question.id)).poll.closed);
  assert.deepEqual(votes(await show(question.id)), [3, 1, 3]);
  const late = ["post", "vote", question.id.href, "--as", "ada", "--option", "1"];
  await assert.rejects(care.run(late), /closed/);
  await ann.remove(question, "followers");
  await until("it to be gone", async () => {
    return !(await page(care, `/@${ann.handle}`)).includes("What is on the table?");
  });
  await assert.rejects(show(question.id), /was deleted on/);
});

nothingWentWrong();
