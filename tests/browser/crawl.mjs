// Every page that can be reached by links, one of each kind: so that a new page is checked from its
// first day, whether anybody thought of adding it here or not.

import { contextFor } from "./browser.mjs";

/** More kinds than there are. A page whose address is never the same twice would fill any number. */
const MOST_PAGES = 80;

/** Pages of the same kind differ in names, numbers and ids only. */
export const kindOf = (path) =>
  path
    .replace(/@[^/]+/, (name) => (name.includes("@", 1) ? "@away" : "@name"))
    .replace(/\/(tags|team|follow)\/[^/?]+/, "/$1/x")
    .replace(/\/groups\/(?!new\b)[^/?]+/, "/groups/x")
    .replace(/=[^&]*/g, "=")
    .replace(/\/[a-z2-7]{13,}/g, "/x")
    .replace(/\/\d+/g, "/n");

/** Paths of the pages behind the links, and what is wrong with the links; stays on this server. */
export async function crawl(browser, base, start, state) {
  const context = await contextFor(browser, base, { javaScriptEnabled: false, storageState: state });
  const waiting = [...start];
  const kinds = new Set();
  const pages = [];
  const broken = [];
  try {
    const page = await context.newPage();
    while (waiting.length > 0) {
      const path = waiting.shift();
      if (kinds.has(kindOf(path))) continue;
      if (pages.length === MOST_PAGES) {
        broken.push(`more than ${MOST_PAGES} kinds of pages, the next is ${path}`);
        break;
      }
      kinds.add(kindOf(path));
      const answer = await page.goto(path);
      if (!answer.ok()) {
        broken.push(`${path} answers ${answer.status()}`);
        continue;
      }
      const headers = answer.headers();
      if (!/text\/html/.test(headers["content-type"] ?? "")) continue;
      pages.push({ path, html: await answer.text(), headers });
      const links = await page.locator("a[href]").evaluateAll((all) => all.map((a) => a.href));
      for (const link of links) {
        const url = new URL(link);
        if (url.origin === base) waiting.push(url.pathname + url.search);
      }
    }
    return { pages, broken };
  } finally {
    await context.close();
  }
}
