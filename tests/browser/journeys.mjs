// What people come to do, with JavaScript switched off.

import { createServer } from "node:http";

import { contextFor } from "./browser.mjs";
import { ADMIN } from "./seed.mjs";

const field = (page, name) => page.locator(`main [name="${name}"]`).first();

/** The form that has a field of this name. */
const formWith = (page, name) => page.locator("main form", { has: page.locator(`[name="${name}"]`) }).first();

/** Sends the form that has a field of this name, and waits for what the server answers. */
async function send(page, name) {
  await Promise.all([
    page.waitForEvent("load"),
    formWith(page, name).locator('button[type="submit"]').last().click(),
  ]);
}

/** Goes along a link of the main part whose address ends so. */
async function follow(page, ending) {
  const link = page.locator(`main a[href$="${ending}"]`).first();
  await Promise.all([page.waitForEvent("load"), link.click()]);
}

const shows = async (page, text) => (await page.locator("main").innerText()).includes(text);

const without = (browser, base, state) =>
  contextFor(browser, base, { javaScriptEnabled: false, storageState: state });

/** Sets the community up by the link that the server printed. */
export async function setUp(browser, program) {
  const link = program.setUpLink();
  if (!link) return "the server printed no set-up link";
  const context = await without(browser, program.base);
  try {
    const page = await context.newPage();
    await page.goto(link);
    for (const [name, value] of Object.entries(ADMIN)) await field(page, name).fill(value);
    await send(page, "email");
    const second = await context.newPage();
    const again = await second.goto(link);
    return again.ok() && (await second.locator('main [name="email"]').count()) > 0
      ? "the set-up link still works after the set-up"
      : "";
  } finally {
    await context.close();
  }
}

/** A wrong password: a summary of errors, and what was typed is kept. */
export async function signInWrongly(browser, base) {
  const context = await without(browser, base);
  try {
    const page = await context.newPage();
    await page.goto("/sign-in");
    await field(page, "name").fill(ADMIN.handle);
    await field(page, "password").fill("not-the-password");
    await send(page, "password");
    const faults = [];
    if ((await page.locator('main [role="alert"]').count()) !== 1) faults.push("no error summary");
    if ((await field(page, "name").inputValue()) !== ADMIN.handle) faults.push("the name was lost");
    if ((await field(page, "password").inputValue()) !== "") faults.push("the password came back");
    return faults;
  } finally {
    await context.close();
  }
}

/** Signs in and gives the cookies for the checks of signed-in pages. */
export async function signIn(browser, base) {
  const context = await without(browser, base);
  try {
    const page = await context.newPage();
    await page.goto("/sign-in");
    await field(page, "name").fill(ADMIN.handle);
    await field(page, "password").fill(ADMIN.password);
    await send(page, "password");
    const cookies = await context.cookies();
    if (cookies.length === 0) throw new Error("no cookie after signing in");
    const loose = cookies.filter((cookie) => !cookie.httpOnly || cookie.sameSite === "None");
    if (loose.length > 0) throw new Error(`loose cookies: ${loose.map((cookie) => cookie.name)}`);
    return await context.storageState();
  } finally {
    await context.close();
  }
}

/** Writes, answers, edits and deletes a post. */
export async function writeAndDelete(browser, base, state) {
  const context = await without(browser, base, state);
  try {
    const page = await context.newPage();
    await page.goto("/write");
    await field(page, "text").fill("Soup today, and **bread**.");
    await send(page, "text");
    if (!(await shows(page, "Soup today, and bread."))) return "the new post is not shown";
    const post = new URL(page.url()).pathname;

    await page.goto(post);
    await field(page, "text").fill("Keep me a bowl, please.");
    await send(page, "text");
    await page.goto(post);
    if (!(await shows(page, "Keep me a bowl"))) return "the answer is not shown under the post";

    await follow(page, `${post}/edit`);
    if (!(await field(page, "text").inputValue()).includes("**bread**")) return "editing lost the source";
    await field(page, "text").fill("Soup today, and **two** kinds of bread.");
    await send(page, "text");
    await page.goto(post);
    if (!(await shows(page, "two kinds of bread"))) return "the edit is not shown";

    await follow(page, `${post}/delete`);
    await Promise.all([
      page.waitForEvent("load"),
      page.locator('main form button[type="submit"]').first().click(),
    ]);
    const answer = await page.goto(post);
    const isGone = [404, 410].includes(answer.status()) || !(await shows(page, "two kinds of bread"));
    return isGone ? "" : "the deleted post is still shown";
  } finally {
    await context.close();
  }
}

/** An empty text: a summary of errors that leads to the field. */
export async function writeNothing(browser, base, state) {
  const context = await without(browser, base, state);
  try {
    const page = await context.newPage();
    await page.goto("/write");
    await send(page, "text");
    const link = page.locator('main [role="alert"] a').first();
    if ((await link.count()) === 0) return "no error summary with a link";
    const target = (await link.getAttribute("href")).slice(1);
    return (await page.locator(`[id="${target}"]`).count()) === 1 ? "" : `no field with the id ${target}`;
  } finally {
    await context.close();
  }
}

/** Somebody from another server types their address and gets a link to where they can follow. */
export async function followFromElsewhere(browser, program, profile) {
  let host = "";
  const elsewhere = createServer((request, response) => {
    const isFinger = request.url.startsWith("/.well-known/webfinger");
    response.setHeader("content-type", isFinger ? "application/jrd+json" : "text/html");
    const template = `http://${host}/authorize?uri={uri}`;
    const links = [{ rel: "http://ostatus.org/schema/1.0/subscribe", template }];
    const self = { rel: "self", type: "application/activity+json", href: `http://${host}/pat` };
    const finger = { subject: `acct:pat@${host}`, links: [...links, self] };
    response.end(isFinger ? JSON.stringify(finger) : "<!doctype html><title>away</title><p>away");
  });
  await new Promise((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
  host = `away.localhost:${elsewhere.address().port}`;
  const context = await browser.newContext({ baseURL: program.base, javaScriptEnabled: false });
  try {
    const page = await context.newPage();
    await page.goto(profile);
    await field(page, "address").fill(`pat@${host}`);
    await send(page, "address");
    // A link and not a redirect: our policy lets forms lead nowhere else, redirects included.
    const link = page.locator(`main a[href^="http://${host}/authorize"]`).first();
    if ((await link.count()) === 0) return `no link to ${host}: ${await page.locator("main").innerText()}`;
    await Promise.all([page.waitForURL(`http://${host}/**`), link.click()]);
    const uri = new URL(page.url()).searchParams.get("uri") ?? "";
    return uri.includes(program.host) ? "" : `told to follow "${uri}"`;
  } finally {
    await context.close();
    elsewhere.closeAllConnections();
    elsewhere.close();
  }
}

/** A page that is gone says so, as a whole page with a way on. */
export async function meetAGap(browser, base, address) {
  const context = await without(browser, base);
  try {
    const page = await context.newPage();
    const answer = await page.goto(address);
    const faults = [404, 410].includes(answer.status()) ? [] : [`answers ${answer.status()}`];
    if ((await page.locator("h1").count()) !== 1) faults.push("no heading");
    if ((await page.locator("nav a").count()) === 0) faults.push("no way on");
    return faults;
  } finally {
    await context.close();
  }
}

/** The other language is one link away, and stays. */
export async function switchLanguage(browser, base) {
  const context = await without(browser, base);
  try {
    const page = await context.newPage();
    await page.goto("/");
    await Promise.all([page.waitForEvent("load"), page.locator('header a[hreflang="cy"]').click()]);
    const faults = [];
    if ((await page.locator("html").getAttribute("lang")) !== "cy") faults.push("not Welsh");
    if (!new URL(page.url()).pathname.startsWith("/cy")) faults.push(`at ${page.url()}`);
    await Promise.all([
      page.waitForEvent("load"),
      page.locator('header nav a, nav[aria-label] a').first().click(),
    ]);
    if ((await page.locator("html").getAttribute("lang")) !== "cy") faults.push("the next page is not Welsh");
    return faults;
  } finally {
    await context.close();
  }
}

/** Signing out ends the session on the server, not only in the browser. */
export async function signOut(browser, base) {
  const state = await signIn(browser, base);
  const context = await without(browser, base, state);
  try {
    const page = await context.newPage();
    await page.goto("/you");
    await Promise.all([
      page.waitForEvent("load"),
      page.locator('form[action$="/sign-out"] button').first().click(),
    ]);
  } finally {
    await context.close();
  }
  const old = await without(browser, base, state);
  try {
    const page = await old.newPage();
    await page.goto("/you");
    return new URL(page.url()).pathname.endsWith("/sign-in") || (await page.locator('[name="password"]').count())
      ? ""
      : "the old cookie still opens /you";
  } finally {
    await old.close();
  }
}
