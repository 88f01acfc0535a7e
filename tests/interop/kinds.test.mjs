// What is no note: articles, pages, events, films; several languages; dislikes, and what nobody knows.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";

import {
  Article,
  Create,
  Dislike,
  Document,
  Event,
  Image,
  LanguageString,
  Listen,
  Note,
  Page,
  Place,
  Update,
  Video,
} from "@fedify/vocab";
import { Temporal } from "@js-temporal/polyfill";

import { drawing } from "../browser/drawing.mjs";
import { begin, followBack, meet, page } from "./story.mjs";
import { until } from "./wait.mjs";

const { care, peers: [ann], known, step, nothingWentWrong } = begin("ann");

const objectOf = async (activity) => await activity.getObject(ann.context);
const annsPage = () => page(care, `/@${ann.handle}`);

/** The page of ann here, once it holds these words. */
const shows = async (words) =>
  await until(`'${words}' on the page`, async () => {
    const html = await annsPage();
    return html.includes(words) && html;
  });

step("ann and Hazelbank follow each other", [], async () => {
  known.hazelbank = (await meet(ann)).actor;
  await followBack(care, ann, "hazelbank", known.hazelbank.id.href);
  known.met = true;
});

for (const Kind of [Article, Page, Event, Video]) {
  const word = Kind.name.toLowerCase();
  step(`a post of the type ${Kind.name} is shown with title, summary, text and link`, ["met"], async () => {
    const url = new URL(`/read/${word}`, ann.origin);
    const more = { name: `The ${word} of the week`, summary: `What the ${word} is about.`, url };
    const made = await ann.post({ Kind, html: `<p>The whole ${word}.</p>`, more });
    const html = await shows(more.name);
    for (const part of [`What the ${word} is about.`, `The whole ${word}.`]) {
      assert.ok(html.includes(part), part);
    }
    const [, newest] = /href="(\/@ann@peer\.example\/[^"/]+)"/.exec(html);
    const whole = await page(care, newest);
    assert.ok(whole.includes(`href="${url.href}"`), "its own page leads to where it is from");
    const { url: shown } = await care.run(["post", "show", made.id.href]);
    assert.equal(shown, url.href);
  });
}

step("an event says when and where, also when that changes", ["met"], async () => {
  const [start, end] = [13, 15].map((hour) => Temporal.Instant.from(`2099-09-04T${hour}:00:00Z`));
  const made = await ann.post({
    Kind: Event,
    html: "<p>Bring a cup.</p>",
    more: { name: "Café", startTime: start, endTime: end, location: new Place({ name: "The library" }) },
  });
  const html = await shows("Bring a cup");
  assert.ok(html.includes("The library"));
  assert.ok(html.includes("Friday 4 September 2099, 2pm to 4pm"), "when it is, in summer time");
  const changed = { location: new Place({ name: "The town hall" }), updated: Temporal.Now.instant() };
  await ann.change(made, changed, "followers");
  await shows("The town hall");
});

step("a picture of Fedify is shown by us, and another file is a link", ["met"], async () => {
  ann.files.set("/files/house.png", drawing(400, 300));
  const house = new URL("/files/house.png", ann.origin);
  const plan = new URL("/files/plan.pdf", "https://second.example");
  await ann.post({
    html: "<p>From the garden.</p>",
    more: {
      attachments: [
        new Image({ url: house, mediaType: "image/png", name: "A red house" }),
        new Document({ url: plan, mediaType: "application/pdf", name: "The plan of beds" }),
      ],
    },
  });
  const html = await shows("From the garden");
  assert.ok(html.includes(`href="${plan.href}"`) && html.includes("The plan of beds"));
  assert.ok(!html.includes(`src="https://`) && !html.includes(house.href), "nothing is loaded from there");
  const [, shown] = /src="(\/media\/elsewhere\/[^"]+)"[^>]*alt="A red house"/.exec(html);
  for (let look = 0; look < 2; look += 1) {
    const answer = await fetch(new URL(shown, care.origin));
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get("content-type"), "image/png");
    await answer.arrayBuffer();
  }
  assert.equal(ann.asked.length, 1, "it is copied once");
  for (const name of ["signature", "signature-input", "cookie", "referer"]) {
    assert.equal(ann.asked[0].get(name), null, name);
  }
});

step("a picture of ours reaches Fedify with what it shows, and can be fetched", ["met"], async () => {
  const paper = path.join(care.folder, "house.png");
  writeFileSync(paper, drawing(900, 600));
  const words = ["post", "create", "--as", "hazelbank", "--text-stdin", "--picture", paper];
  const { uri } = await care.run([...words, "--describe", "A house under a sun"], "Our house.");
  let note;
  await ann.hears("the post", Create, async (heard) => {
    note = await objectOf(heard);
    return note?.id.href === uri;
  });
  const [picture] = await Array.fromAsync(note.getAttachments(ann.context));
  assert.equal(picture.name.toString(), "A house under a sun");
  assert.deepEqual([picture.mediaType, picture.width, picture.height], ["image/png", 900, 600]);
  const answer = await fetch(picture.url);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("cross-origin-resource-policy"), "cross-origin");
});

step("a post of Fedify in several languages can be read in each", ["met"], async () => {
  const texts = { en: "The bus is late.", cy: "Mae'r bws yn hwyr.", pl: "Autobus jest spóźniony." };
  const contents = Object.entries(texts).map(([lang, text]) => {
    return new LanguageString(`<p>${text}</p>`, lang);
  });
  await ann.post({ more: { contents } });
  const html = await shows("The bus is late.");
  for (const lang of ["cy", "pl"]) assert.match(html, new RegExp(`lang="${lang}"`));
  assert.ok(html.includes("spóźniony"));
  assert.match(html, /Mae(&#39;|&#x27;|'|’)r bws/);
});

step("a translation of ours reaches Fedify beside the first text", ["met"], async () => {
  const words = ["post", "create", "--as", "hazelbank", "--lang", "en", "--text-stdin"];
  const { uri } = await care.run(words, "Lunch is at noon.");
  await ann.hears("the post", Create, async (heard) => (await objectOf(heard))?.id.href === uri);
  await care.run(["post", "translate", uri, "--lang", "cy", "--text-stdin"], "Mae cinio am hanner dydd.");
  const update = await ann.hears("the Update", Update, async (heard) => {
    return (await objectOf(heard))?.id.href === uri;
  });
  const note = await objectOf(update);
  const found = note.contents.filter((text) => text instanceof LanguageString);
  const texts = Object.fromEntries(found.map((text) => [text.locale.toString(), text.toString()]));
  assert.match(texts.en, /Lunch is at noon/);
  assert.match(texts.cy, /Mae cinio am hanner dydd/);
  const { content } = await ann.fetchJson(uri);
  assert.ok(content.includes("Lunch is at noon") && content.includes("Mae cinio"), "both for who reads one");
  known.note = note;
});

step("a dislike is heard and counted nowhere", ["note"], async () => {
  const before = await care.run(["post", "show", known.note.id.href]);
  await ann.say(Dislike, known.hazelbank, { object: known.note.id });
  const [outcome] = await until("it to be judged", () => {
    const outcomes = care.judged("Dislike", "peer.example");
    return outcomes.length > 0 && outcomes;
  });
  assert.match(outcome, /a dislike/);
  assert.deepEqual(await care.run(["post", "show", known.note.id.href]), before);
  const unknown = await care.run(["peer", "unknown"]);
  assert.ok(!JSON.stringify(unknown).includes("Dislike"), "it is known");
});

step("what nobody knows here is kept for who wants to learn it", ["met"], async () => {
  const activity = await ann.say(Listen, known.hazelbank, {
    object: new Note({ id: new URL("/songs/1", ann.origin), content: "A song" }),
  });
  assert.ok(activity);
  const found = await until("its type to be listed", async () => {
    return (await care.run(["peer", "unknown"])).find((row) => JSON.stringify(row).includes("Listen"));
  });
  assert.equal(found.count, 1);
});

nothingWentWrong();
