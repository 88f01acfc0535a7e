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

/** No check of one page takes longer than this. */
export const CHECK_MS = 60_000;

/** Gives what `promise` gives, or throws after `ms`, saying what was waited for: what the browser is asked to
 * work out has no end of its own, and one page must not hold up all others. */
export async function within(ms, promise, what) {
  let timer;
  const end = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${ms / 1000} s for ${what()}`)), ms);
  });
  try {
    return await Promise.race([promise, end]);
  } finally {
    clearTimeout(timer);
  }
}

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
