// What people come to do, with JavaScript switched off.

import { contextFor } from "./browser.mjs";
import { field, follow, press, send } from "./forms.mjs";
import { ADMIN } from "./seed.mjs";

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

/** Signs in and gives the cookies for the checks of signed-in pages. All here have one password. */
export async function signIn(browser, base, handle = ADMIN.handle) {
  const context = await without(browser, base);
  try {
    const page = await context.newPage();
    await page.goto("/sign-in");
    await field(page, "name").fill(handle);
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
    await press(page, page.locator('main form button[type="submit"]').first());
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
export async function followFromElsewhere(browser, program, elsewhere, profile) {
  const { base } = elsewhere;
  const context = await browser.newContext({ baseURL: program.base, javaScriptEnabled: false });
  try {
    const page = await context.newPage();
    await page.goto(profile);
    await field(page, "address").fill(`pat@${elsewhere.host}`);
    await send(page, "address");
    // A link and not a redirect: our policy lets forms lead nowhere else, redirects included.
    const link = page.locator(`main a[href^="${base}/authorize"]`).first();
    if ((await link.count()) === 0) return `no link to ${base}: ${await page.locator("main").innerText()}`;
    await Promise.all([page.waitForURL(`${base}/**`), link.click()]);
    const uri = new URL(page.url()).searchParams.get("uri") ?? "";
    return uri.includes(program.host) ? "" : `told to follow "${uri}"`;
  } finally {
    await context.close();
  }
}

/** Somebody here asks to follow a person elsewhere, whose page then stands here. */
export async function followElsewhere(browser, base, elsewhere, state) {
  const context = await without(browser, base, state);
  try {
    const page = await context.newPage();
    await page.goto("/you");
    await field(page, "address").fill(`pat@${elsewhere.host}`);
    await send(page, "address");
    return (await shows(page, "Pat from away")) ? "" : "whom one asked to follow is not listed";
  } finally {
    await context.close();
  }
}

/** The lead of a team adds somebody. */
export async function growTeam(browser, base, team, handle, state) {
  const context = await without(browser, base, state);
  try {
    const page = await context.newPage();
    await page.goto(team);
    await field(page, "handle").fill(handle);
    await send(page, "role");
    return (await page.locator(`main li [value="${handle}"]`).count()) === 1 ? "" : `${handle} is not listed`;
  } finally {
    await context.close();
  }
}

/** Writes a post with everything that is folded away; gives the path of its page. */
export async function writeInFull(browser, base, state) {
  const context = await without(browser, base, state);
  try {
    const page = await context.newPage();
    await page.goto("/write");
    await field(page, "text").fill("Bu farw Mot y gath neithiwr. Roedd pawb yn ei charu.");
    await page.locator('main details:has([name="title"]) > summary').click();
    await field(page, "title").fill("Newyddion trist o'r gegin");
    await field(page, "warning").fill("marwolaeth anifail anwes");
    await field(page, "lang").selectOption("cy");
    await send(page, "text");
    return new URL(page.url()).pathname;
  } finally {
    await context.close();
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
