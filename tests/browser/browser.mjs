// One Chromium for all checks, with everything switched off that would call home.

import { existsSync } from "node:fs";

import { chromium } from "playwright-core";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];
const PLACES = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** No page here takes longer than this to load. */
export const PATIENCE_MS = 15_000;

export async function launch() {
  const executablePath = PLACES.find((place) => place && existsSync(place));
  if (!executablePath) throw new Error("no Chromium: install Debian's package chromium");
  return await chromium.launch({ executablePath, args: FLAGS });
}

/** A context whose requests to other origins are stopped and noted in `strays`. */
export async function contextFor(browser, base, options = {}, strays = []) {
  const context = await browser.newContext({ baseURL: base, ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  await context.route("**/*", (route) => {
    const url = new URL(route.request().url());
    if (url.origin === base || url.protocol === "data:") return route.continue();
    strays.push(url.href);
    return route.abort();
  });
  return context;
}
