// One visit to one page, in a browser that has never been there: the page, what the server answered,
// what was loaded and what the browser complained of.

import { contextFor, PATIENCE_MS, within } from "./browser.mjs";

/** Goes to a path. What a visit is told as `reach`, where no form has to be sent to get there. */
export const to = (path) => (page) => page.goto(path);

/** Follows what a page loads. */
class Traffic {
  complaints = [];
  bytes = {};
  pages = new Map();
  open = new Set();
  closed = () => {};

  constructor(page) {
    page.on("console", (message) => {
      const isAnswer = /status of 4/.test(message.text());
      if (message.type() === "error" && !isAnswer) this.complaints.push(message.text());
    });
    page.on("pageerror", (error) => this.complaints.push(error.message));
    page.on("request", (request) => {
      // What led here is not part of it: a form before its answer. Nor is what was still on its way to that.
      if (request.isNavigationRequest()) {
        this.bytes = {};
        this.open.clear();
      }
      this.pages.set(request, this.bytes);
      this.open.add(request);
    });
    page.on("requestfailed", (request) => this.close(request));
    page.on("requestfinished", async (request) => {
      // After the visit nobody counts any more.
      const sizes = await request.sizes().catch(() => ({ responseBodySize: 0 }));
      const [kind, bytes] = [request.resourceType(), this.pages.get(request)];
      bytes[kind] = (bytes[kind] ?? 0) + sizes.responseBodySize;
      this.close(request);
    });
  }

  close(request) {
    this.open.delete(request);
    if (this.open.size === 0) this.closed();
  }

  /** Waits until nothing is on its way. */
  async settled() {
    if (this.open.size === 0) return;
    const empty = new Promise((resolve) => (this.closed = resolve));
    await within(PATIENCE_MS, empty, () => [...this.open].map((request) => request.url()).join(", "));
  }
}

/** Makes a visit and gives what `body` makes of it; `reach` brings the page there. */
export async function visit(browser, base, { state, reach, blocked }, body) {
  const strays = [];
  const options = { viewport: { width: 1280, height: 900 }, storageState: state };
  const context = await contextFor(browser, base, options, strays);
  try {
    if (blocked) {
      await context.route("**/*", (route) =>
        route.request().resourceType() === blocked ? route.abort() : route.fallback(),
      );
    }
    const page = await context.newPage();
    const traffic = new Traffic(page);
    const answer = await reach(page);
    const html = await answer.text();
    const ready = page.evaluate(() => document.fonts.ready.then(() => true));
    await within(PATIENCE_MS, ready, () => "the fonts");
    await traffic.settled();
    const { bytes, complaints } = traffic;
    return await body({ page, answer, html, strays, bytes, complaints });
  } finally {
    await context.close();
  }
}
