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

async function everyPage(posts, member) {
  const start = ["/", "/@hazelbank", "/@rowan", posts.long, posts.edited, "/cy"];
  for (const [who, state] of [["visitor", undefined], ["member", member]]) {
    const begin = state ? ["/you", "/write", "/team/hazelbank", ...start] : start;
    const { pages, broken } = await crawl(browser, program.base, begin, state);
    tally.note(`${who}: no broken link`, broken);
    for (const { path: address, html, answer } of pages) {
      await tally.run(`${who} ${address}: valid`, () => validate(html));
      await tally.run(`${who} ${address}: headers`, () => headersOf(answer));
      await tally.run(`${who} ${address}: weight, other origins`, () =>
        weigh(browser, program.base, address, state),
      );
      await tally.run(`${who} ${address}: axe on a phone`, () =>
        inspect(browser, program.base, address, "phone", state),
      );
      await tally.run(`${who} ${address}: keyboard`, () => walk(browser, program.base, address, state));
    }
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

async function main() {
  await program.start();
  browser = await launch();
  const { base } = program;
  await tally.run("set-up page: axe on a phone", () =>
    inspect(browser, base, program.setUpLink() ?? "/setup", "phone"),
  );
  await tally.run("journey: set up", () => journeys.setUp(browser, program));
  const posts = await seed(program);
  await tally.run("journey: wrong password", () => journeys.signInWrongly(browser, base));
  const member = await journeys.signIn(browser, base);
  tally.note("journey: sign in", []);
  await tally.run("journey: write, answer, edit, delete", () =>
    journeys.writeAndDelete(browser, base, member),
  );
  await tally.run("journey: write nothing", () => journeys.writeNothing(browser, base, member));
  await tally.run("journey: follow from elsewhere", () =>
    journeys.followFromElsewhere(browser, program, "/@hazelbank"),
  );
  await tally.run("journey: language", () => journeys.switchLanguage(browser, base));
  await tally.run("journey: sign out", () => journeys.signOut(browser, base));
  await tally.run("a deleted post is gone", async () => {
    const answer = await fetch(base + posts.gone, { headers: { accept: "text/html" } });
    return [404, 410].includes(answer.status) ? "" : `answers ${answer.status}`;
  });
  await everyPage(posts, member);
  await keyPagesInAllModes(posts, member);
  await shoot(browser, base, shots, keyPages(posts, member));
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
