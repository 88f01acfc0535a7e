// axe-core on a page in eight modes: sizes, colours, motion, no scripts, wide text.
//
// The modes change under a page that stays where it is, so that a page that only a form leads to is
// looked at as every other. Only "scriptless" needs a visit of its own: see `visit.mjs`.

import axe from "axe-core";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const DESKTOP = { width: 1280, height: 900 };

export const MODES = {
  desktop: {},
  phone: { size: { width: 390, height: 844 } },
  // 1280 by 1024 at 400 % is 320 by 256 CSS pixels; nothing may scroll two ways (WCAG 1.4.10).
  zoom: { size: { width: 320, height: 256 }, reflow: true },
  dark: { media: { colorScheme: "dark" } },
  forced: { media: { forcedColors: "active", colorScheme: "dark" } },
  calm: { media: { reducedMotion: "reduce" }, still: true },
  scriptless: { blocked: "script" },
  // Text spacing that readers may set themselves (WCAG 1.4.12).
  spacing: { size: { width: 320, height: 800 }, reflow: true, spaced: true },
};

const SPACING = `*{line-height:1.5!important;letter-spacing:.12em!important;
word-spacing:.16em!important}p{margin-bottom:2em!important}`;

/** Runs in the page: how far it is wider than its window. */
const tooWide = () => {
  const [page, seen] = [document.documentElement.scrollWidth, window.innerWidth];
  return page > seen ? `two-way scrolling: ${page} in ${seen}` : "";
};

/** Runs in the page: what moves although the reader asked for calm. */
const moving = () => {
  const slow = [...document.querySelectorAll("*")].filter((element) => {
    return Number.parseFloat(getComputedStyle(element).transitionDuration) > 0;
  });
  const count = document.getAnimations().length + slow.length;
  return count ? `${count} moving parts with reduced motion` : "";
};

/** Runs in the page: all rules of the tags; gives what is wrong and how much was looked at. */
const rules = async (tags) => {
  const result = await axe.run(document, { runOnly: { type: "tag", values: tags } });
  const faults = result.violations.map(({ impact, id, nodes }) => {
    return `axe: ${impact} ${id} x${nodes.length} ${nodes[0].target} ${nodes[0].html.slice(0, 120)}`;
  });
  return { faults, passes: result.passes.length };
};

/** Shows a page as a reader in this mode sees it. */
export async function enter(page, { size = DESKTOP, media = {}, spaced = false }) {
  const plain = { colorScheme: "light", forcedColors: "none", reducedMotion: "no-preference" };
  await page.setViewportSize(size);
  await page.emulateMedia({ ...plain, ...media });
  // A made sheet and no <style>: our policy rightly forbids that, and it stays in force here.
  await page.evaluate((css) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    document.adoptedStyleSheets = [sheet];
    // Colours fade from one mode to the next; halfway they have no contrast. Nobody waits for that: what is folded
    // away need never come to its end.
    for (const moving of document.getAnimations()) moving.finish();
  }, spaced ? SPACING : "");
}

/** Checks the page in one mode; gives what is wrong. */
export async function inspect(page, mode) {
  const { reflow, still } = MODES[mode];
  await enter(page, MODES[mode]);
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe.source);
  const { faults, passes } = await page.evaluate(rules, TAGS);
  if (passes === 0) faults.push("axe ran no rule");
  if (reflow) faults.push(await page.evaluate(tooWide));
  if (still) faults.push(await page.evaluate(moving));
  return faults;
}
