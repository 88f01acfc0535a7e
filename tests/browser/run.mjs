// The pages in a real browser. Starts the program on a fresh folder, sets it up, fills it, and
// checks every page that links lead to; ends with "N passed, N failed".
//
//   node run.mjs            CAREFOLK_BIN is the program, CAREFOLK_SHOTS a folder for pictures

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { inspect, MODES } from "./axe.mjs";
import { launch } from "./browser.mjs";
import { crawl } from "./crawl.mjs";
import * as journeys from "./journeys.mjs";
import { skips, walk } from "./keyboard.mjs";
import { headersOf, validate, weigh } from "./markup.mjs";
import { Program } from "./program.mjs";
import { seed } from "./seed.mjs";
import { shoot } from "./shots.mjs";
import { Tally } from "./tally.mjs";

const tally = new Tally();
const program = new Program(process.env.CAREFOLK_BIN);
const shots = process.env.CAREFOLK_SHOTS ?? mkdtempSync(path.join(tmpdir(), "carefolk-shots-"));
let browser;

/** Pages that are checked in all eight modes: `[name, path, state]`. */
const keyPages = (posts, member) => [
  ["home", "/"],
  ["home-member", "/", member],
  ["sign-in", "/sign-in"],
  ["provider", "/@hazelbank"],
  ["post", posts.long],
  ["post-member", posts.long, member],
  ["post-arabic", posts.arabic],
  ["write", "/write", member],
  ["you", "/you", member],
  ["team", "/team/hazelbank", member],
  ["home-welsh", "/cy"],
  ["provider-welsh", "/cy/@hazelbank"],
];

/** Checks every kind of page; the browser looks at one language, for the markup is the same. */
async function everyPage(who, start, state) {
  const { base } = program;
  const { pages, broken } = await crawl(browser, base, start, state);
  tally.note(`${who}: no broken link`, broken);
  for (const { path: address, html, headers } of pages) {
    const name = `${who} ${address}`;
    await tally.run(`${name}: valid`, () => validate(html));
    tally.note(`${name}: headers`, headersOf(headers));
    if (address.startsWith("/cy")) continue;
    await tally.run(`${name}: weight, other origins`, () => weigh(browser, base, address, state));
    await tally.run(`${name}: axe on a phone`, () => inspect(browser, base, address, "phone", state));
    await tally.run(`${name}: keyboard`, () => walk(browser, base, address, state));
  }
}

async function keyPagesInAllModes(posts, member) {
  for (const [name, address, state] of keyPages(posts, member)) {
    for (const mode of Object.keys(MODES)) {
      await tally.run(`${name}: axe, ${mode}`, () =>
        inspect(browser, program.base, address, mode, state),
      );
    }
    await tally.run(`${name}: skip link`, () => skips(browser, program.base, address));
  }
}

/** What people come to do; gives the cookies of somebody who is signed in. */
async function allJourneys(posts) {
  const { base } = program;
  await tally.run("journey: wrong password", () => journeys.signInWrongly(browser, base));
  const member = await journeys.signIn(browser, base);
  tally.note("journey: sign in", []);
  const walks = {
    "write, answer, edit, delete": () => journeys.writeAndDelete(browser, base, member),
    "write nothing": () => journeys.writeNothing(browser, base, member),
    "follow from elsewhere": () =>
      journeys.followFromElsewhere(browser, program, "/@hazelbank"),
    "a post that was deleted": () => journeys.meetAGap(browser, base, posts.gone),
    language: () => journeys.switchLanguage(browser, base),
    "sign out": () => journeys.signOut(browser, base),
  };
  for (const [name, body] of Object.entries(walks)) await tally.run(`journey: ${name}`, body);
  return member;
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
  browser = await launch();
  const { base } = program;
  const setUp = program.setUpLink() ?? "/setup";
  await tally.run("set-up page: axe", () => inspect(browser, base, setUp, "phone"));
  await tally.run("journey: set up", () => journeys.setUp(browser, program));
  const posts = await part("seeds", () => seed(program));
  const member = await part("journeys", () => allJourneys(posts));
  const start = ["/", "/@hazelbank", "/@rowan", posts.long, posts.edited, "/cy"];
  await part("every page, visitor", () => everyPage("visitor", start));
  const more = ["/you", "/write", "/team/hazelbank", ...start];
  await part("every page, member", () => everyPage("member", more, member));
  await part("key pages", () => keyPagesInAllModes(posts, member));
  await part("pictures", () => shoot(browser, base, shots, keyPages(posts, member)));
  console.log(`pictures in ${shots}`);
}

try {
  await main();
} catch (error) {
  tally.note("the run itself", error.stack);
  console.log(program.said.slice(-4000));
} finally {
  await browser?.close();
  await program.stop();
}
console.log(`${tally.passed} passed, ${tally.failed} failed`);
process.exitCode = tally.failed === 0 ? 0 : 1;
