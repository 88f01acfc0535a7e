// Pictures for people to look at: checks do not see that a heading touches its card.

import { mkdirSync } from "node:fs";
import path from "node:path";

import { contextFor } from "./browser.mjs";

const LOOKS = {
  desktop: { viewport: { width: 1280, height: 900 } },
  phone: { viewport: { width: 390, height: 844 } },
  dark: { viewport: { width: 1280, height: 900 }, colorScheme: "dark" },
};

/** Takes every page in every look; `pages` are `[name, path, state]`. */
export async function shoot(browser, base, folder, pages) {
  mkdirSync(folder, { recursive: true });
  for (const [look, options] of Object.entries(LOOKS)) {
    for (const [name, address, state] of pages) {
      const context = await contextFor(browser, base, { ...options, storageState: state });
      const page = await context.newPage();
      await page.goto(address);
      await page.screenshot({ path: path.join(folder, `${name}-${look}.png`), fullPage: true });
      await context.close();
    }
  }
}
