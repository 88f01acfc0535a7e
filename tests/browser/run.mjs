// The pages in a real browser. Starts the program on a fresh folder, sets it up, fills it, and
// checks every page that links lead to, and those that none leads to; ends with "N passed, N failed".
//
//   node run.mjs            CAREFOLK_BIN is the program, CAREFOLK_SHOTS a folder for pictures

import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { launch } from "./browser.mjs";
import { checkAll } from "./checks.mjs";
import { crawl } from "./crawl.mjs";
import { Elsewhere } from "./elsewhere.mjs";
import * as journeys from "./journeys.mjs";
import { sort } from "./kinds.mjs";
import { headersOf, validate } from "./markup.mjs";
import { Program } from "./program.mjs";
import { ADMIN, seed } from "./seed.mjs";
import { hidden, unset } from "./states.mjs";
import { Tally } from "./tally.mjs";
import { tell } from "./telling.mjs";

/** Modes for pages that no link leads to: they are made of the pieces of the others, with other words. The
 * narrowest window stands for wider ones, and colours and motion that the system asks for are the same. In Welsh
 * only the words are others, and longer. */
const FOR_STATES = ["phone", "dark", "spacing"];
const FOR_WORDS = ["phone"];

/** Modes for pages in Welsh: those in which longer words find no room. Colours and motion were looked at in English. */
const FOR_WELSH = ["desktop", "phone", "zoom", "spacing"];

const tally = new Tally();
const program = new Program(process.env.CAREFOLK_BIN);
const elsewhere = new Elsewhere();
const shots = process.env.CAREFOLK_SHOTS ?? mkdtempSync(path.join(tmpdir(), "carefolk-shots-"));
let browser;

/** What people come to do; gives the cookies of two people who are signed in, and more posts. */
async function allJourneys(posts) {
  const { base } = program;
  await tally.run("journey: wrong password", () => journeys.signInWrongly(browser, base));
  const member = await journeys.signIn(browser, base);
  const other = await journeys.signIn(browser, base, "bryn");
  tally.note("journey: sign in", []);
  const titled = await journeys.writeInFull(browser, base, member);
  const walks = {
    "write, answer, edit, delete": () => journeys.writeAndDelete(browser, base, member),
    "write nothing": () => journeys.writeNothing(browser, base, member),
    "follow from elsewhere": () =>
      journeys.followFromElsewhere(browser, program, elsewhere, "/@hazelbank"),
    "follow somebody elsewhere": () => journeys.followElsewhere(browser, base, elsewhere, member),
    "add somebody to a team": () =>
      journeys.growTeam(browser, base, "/team/hazelbank", "bryn", member),
    "a post that was deleted": () => journeys.meetAGap(browser, base, posts.gone),
    language: () => journeys.switchLanguage(browser, base),
    "sign out": () => journeys.signOut(browser, base),
  };
  for (const [name, body] of Object.entries(walks)) await tally.run(`journey: ${name}`, body);
  const reader = { handle: ADMIN.handle, state: member };
  const away = await tell(browser, program, elsewhere, reader);
  return { titled, away, states: { member, other } };
}

/** Every page that links lead to: the markup and the headers of all, here. */
async function everyPage(who, start, state) {
  const { pages, broken } = await crawl(browser, program.base, start, state);
  tally.note(`${who}: no broken link, an end`, broken);
  console.log(`${who}: ${pages.length} kinds of pages`);
  for (const { path: address, html, headers } of pages) {
    await tally.run(`${who} ${address}: valid as sent`, () => validate(html));
    tally.note(`${who} ${address}: headers as sent`, headersOf(headers));
  }
  return pages;
}

/** Runs one part and says how long it took. */
async function part(name, body) {
  const begun = performance.now();
  const result = await body();
  console.log(`${name}: ${Math.round((performance.now() - begun) / 1000)} s`);
  return result;
}

async function main() {
  await program.start();
  await elsewhere.start();
  browser = await launch();
  mkdirSync(shots, { recursive: true });
  const { base } = program;
  const tools = { tally, browser, base, shots };
  const setUp = program.setUpLink() ?? "/setup";
  await part("before the set-up", () => checkAll(tools, unset(setUp)));
  await tally.run("journey: set up", () => journeys.setUp(browser, program));
  const posts = await part("seeds", () => seed(program));
  const { titled, away, states } = await part("journeys", () => allJourneys(posts));
  const start = ["/", "/@hazelbank", "/@rowan", posts.long, posts.edited, "/cy"];
  const more = ["/you", "/write", "/team/hazelbank", ...start];
  const { whole, rest } = await part("links", async () =>
    sort({
      visitor: await everyPage("visitor", start),
      member: await everyPage("member", more, states.member),
      state: states.member,
    }),
  );
  const seen = { browser, base, elsewhere, states, posts: { ...posts, ...away, titled } };
  const atWelsh = ({ name }) => / \/cy(\/|\?|$)/.test(name);
  const [first, second] = [whole.filter((it) => !atWelsh(it)), whole.filter(atWelsh)];
  await part(`${first.length} kinds of pages`, () => checkAll(tools, first));
  await part(`${second.length} of them in Welsh`, () => checkAll(tools, second, FOR_WELSH));
  const unlinked = hidden(seen);
  const inWelsh = ({ name }) => name.endsWith("(Welsh)");
  const [welsh, others] = [unlinked.filter(inWelsh), unlinked.filter((it) => !inWelsh(it))];
  await part(`${others.length} pages without a link`, () => checkAll(tools, others, FOR_STATES));
  await part(`${welsh.length} of them in Welsh`, () => checkAll(tools, welsh, FOR_WORDS));
  await part(`${rest.length} more pages`, () => checkAll({ ...tools, shots: "" }, rest, ["phone"]));
  console.log(`pictures in ${shots}`);
}

try {
  await main();
} catch (error) {
  tally.note("the run itself", error.stack);
  console.log(program.said.slice(-4000));
} finally {
  await browser?.close();
  elsewhere.stop();
  await program.stop();
}
console.log(`${tally.passed} passed, ${tally.failed} failed`);
process.exitCode = tally.failed === 0 ? 0 : 1;
