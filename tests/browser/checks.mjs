// Everything that holds for every page, on one visit: what the server sent, what a screen reader
// says, all modes, the keyboard.

import path from "node:path";

import { enter, inspect, MODES } from "./axe.mjs";
import { hear } from "./ear.mjs";
import { skips, walk } from "./keyboard.mjs";
import { headersOf, validate, weigh } from "./markup.mjs";
import { visit } from "./visit.mjs";

/** Modes in which a picture is taken, for people to look at: checks do not see that a heading touches
 * its card. */
const PICTURED = ["desktop", "phone", "dark"];

const modesFor = (isBlocked) => Object.keys(MODES).filter((mode) => Boolean(MODES[mode].blocked) === isBlocked);

/** Checks one kind of page in `modes`; `kind` says how to get there and what the answer must be. */
export async function check({ tally, browser, base, shots }, kind, modes = Object.keys(MODES)) {
  const { name } = kind;
  const look = async (page, mode) => {
    await tally.run(`${name}: axe, ${mode}`, () => inspect(page, mode));
    if (shots && PICTURED.includes(mode)) {
      const file = `${name.replace(/[^\p{L}\d]+/gu, "-")}-${mode}.png`;
      await page.screenshot({ path: path.join(shots, file), fullPage: true });
    }
  };
  try {
    await visit(browser, base, kind, async (seen) => {
      const { page, answer, html } = seen;
      const status = answer.status();
      tally.note(`${name}: status`, status === kind.status ? "" : `answers ${status}`);
      await tally.run(`${name}: screen reader`, () => hear(page));
      await tally.run(`${name}: valid`, () => validate(html));
      tally.note(`${name}: headers`, headersOf(answer.headers()));
      tally.note(`${name}: weight, other origins`, weigh(seen));
      for (const mode of modesFor(false).filter((mode) => modes.includes(mode))) await look(page, mode);
      await enter(page, MODES.desktop); // the keyboard walks at this size, with nothing else changed
      await tally.run(`${name}: keyboard`, () => walk(page));
      await tally.run(`${name}: skip link`, () => skips(page));
    });
    for (const mode of modesFor(true).filter((mode) => modes.includes(mode))) {
      const blocked = MODES[mode].blocked;
      await visit(browser, base, { ...kind, blocked }, ({ page }) => look(page, mode));
    }
  } catch (error) {
    tally.note(`${name}: to get there`, error.message.split("\n").slice(0, 6).join(" "));
  }
}

/** Pages that are looked at side by side: the machine that checks has two cores. */
const LANES = 2;

/** Checks many kinds of pages. */
export async function checkAll(tools, kinds, modes) {
  const waiting = [...kinds];
  const lane = async () => {
    while (waiting.length > 0) await check(tools, waiting.shift(), modes);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}
