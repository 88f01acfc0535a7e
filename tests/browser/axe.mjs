// axe-core on a page in eight modes: sizes, colours, motion, no scripts, wide text.

import { AxeBuilder } from "@axe-core/playwright";

import { contextFor } from "./browser.mjs";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const DESKTOP = { viewport: { width: 1280, height: 900 } };

export const MODES = {
  desktop: { context: DESKTOP },
  phone: { context: { viewport: { width: 390, height: 844 } } },
  // 1280 by 1024 at 400 % is 320 by 256 CSS pixels; nothing may scroll two ways (WCAG 1.4.10).
  zoom: { context: { viewport: { width: 320, height: 256 } }, reflow: true },
  dark: { context: { ...DESKTOP, colorScheme: "dark" } },
  forced: { context: { ...DESKTOP, forcedColors: "active", colorScheme: "dark" } },
  calm: { context: { ...DESKTOP, reducedMotion: "reduce" }, still: true },
  // axe itself is a script: with scripts switched off it would wait for ever. So block the page's.
  scriptless: { context: DESKTOP, blocked: "script" },
  // Text spacing that readers may set themselves (WCAG 1.4.12).
  spacing: { context: { viewport: { width: 320, height: 800 } }, reflow: true, spaced: true },
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

/** Checks one path in one mode; gives what is wrong. `state` holds cookies or nothing. */
export async function inspect(browser, base, path, mode, state) {
  const { context: options, blocked, reflow, still, spaced } = MODES[mode];
  // axe is put into the page, which our policy rightly forbids to strangers.
  const context = await contextFor(browser, base, { ...options, bypassCSP: true, storageState: state });
  try {
    if (blocked) {
      await context.route("**/*", (route) =>
        route.request().resourceType() === blocked ? route.abort() : route.fallback(),
      );
    }
    const page = await context.newPage();
    await page.goto(path, { waitUntil: "load" });
    if (spaced) await page.addStyleTag({ content: SPACING });
    const result = await new AxeBuilder({ page }).withTags(TAGS).analyze();
    const faults = result.violations.map(({ impact, id, nodes }) => {
      return `axe: ${impact} ${id} x${nodes.length} ${nodes[0].target} ${nodes[0].html.slice(0, 120)}`;
    });
    if (result.passes.length === 0) faults.push("axe ran no rule");
    if (reflow) faults.push(await page.evaluate(tooWide));
    if (still) faults.push(await page.evaluate(moving));
    return faults;
  } finally {
    await context.close();
  }
}
