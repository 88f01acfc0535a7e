// What Pat from away says: posts of kinds that nobody writes here yet.

import { createHash, createSign } from "node:crypto";
import { request } from "node:http";

import { contextFor } from "./browser.mjs";

const PUBLIC = "https://www.w3.org/ns/activitystreams#Public";

/** How long a post may take to be shown, and how often that is looked at. */
const SHOWN_MS = 20_000;
const LOOK_EACH_MS = 200;

const files = "https://files.example/spring-walk";

/** An event with a beginning, an end, a place and attachments, one of them without a description. */
const EVENT = {
  type: "Event",
  name: "Spring walk to the weir",
  content: "<p>Slowly, with a flask. The path is level and there are benches.</p>",
  startTime: "2027-04-16T13:30:00Z",
  endTime: "2027-04-16T15:00:00Z",
  location: {
    type: "Place",
    name: "Old mill car park",
    address: {
      type: "PostalAddress",
      streetAddress: "2 Weir Lane",
      addressLocality: "Northtown",
      postalCode: "NT1 1AA",
    },
  },
  attachment: [
    { type: "Document", mediaType: "application/pdf", url: `${files}/how-to-find-us-and-what-to-bring-with-you.pdf` },
    { type: "Video", mediaType: "video/mp4", name: "The path in two minutes", url: `${files}/path.mp4` },
  ],
};

const PARAGRAPH = "We asked forty people what makes a good lunch club, and most of them said the company. ";

/** An article of several parts, with a title and a summary. */
const ARTICLE = {
  type: "Article",
  name: "What makes a good lunch club? Notes from a year of Tuesdays",
  summary: "Forty people, twelve months, one kitchen.",
  content: ["The company", "The food", "The way there"]
    .map(
      (head) =>
        `<h2>${head}</h2><p>${PARAGRAPH.repeat(12)}</p><ul><li>Soup first</li><li>Then talk</li></ul>
        <blockquote><p>I came for the soup and stayed.</p></blockquote>`,
    )
    .join(""),
};

/** Asks the program by the name it answers to, which not every machine can look up. */
const ask = ({ host, port }, path, { body, ...options }) =>
  new Promise((resolve, reject) => {
    const headers = { ...options.headers, host };
    const asked = request({ ...options, host: "127.0.0.1", port, path, headers }, async (answer) => {
      let text = "";
      for await (const part of answer.setEncoding("utf8")) text += part;
      resolve({ status: answer.statusCode, text });
    });
    asked.on("error", reject).end(body);
  });

/** Sends one activity of Pat's to the inbox of everybody, signed. */
async function send(elsewhere, program, activity) {
  const body = JSON.stringify(activity);
  const date = new Date().toUTCString();
  const digest = `SHA-256=${createHash("sha256").update(body).digest("base64")}`;
  const said = ["(request-target): post /inbox", `host: ${program.host}`, `date: ${date}`, `digest: ${digest}`];
  const signature = createSign("sha256").update(said.join("\n")).sign(elsewhere.privateKey, "base64");
  const parts = {
    keyId: `${activity.actor}#key`,
    algorithm: "rsa-sha256",
    headers: "(request-target) host date digest",
    signature,
  };
  const signed = Object.entries(parts).map(([name, value]) => `${name}="${value}"`).join(",");
  const headers = { date, digest, signature: signed, "content-type": "application/activity+json" };
  const { status, text } = await ask(program, "/inbox", { method: "POST", headers, body });
  if (status !== 202) throw new Error(`the inbox answers ${status}: ${text}`);
}

/** Pat tells somebody here of an event and an article, by name. Gives the paths of their pages, once they
 * are shown. */
export async function tell(browser, program, elsewhere, { handle, state }) {
  const headers = { accept: "application/activity+json" };
  const { id: reader } = JSON.parse((await ask(program, `/@${handle}`, { headers })).text);
  const pat = `${elsewhere.base}/pat`;
  const to = [PUBLIC];
  const cc = [reader];
  // The one that is shown, and not linked to: our program fetches it from there.
  const weir = { type: "Document", mediaType: "image/jpeg", name: "Two benches by the river" };
  const shown = { ...weir, url: `${elsewhere.base}/weir.jpg`, width: 800, height: 600 };
  const event = { ...EVENT, attachment: [shown, ...EVENT.attachment] };
  for (const [slug, post] of Object.entries({ event, article: ARTICLE })) {
    const id = `${elsewhere.base}/posts/${slug}`;
    const tag = [{ type: "Mention", href: reader, name: `@${handle}` }];
    const published = new Date().toISOString();
    const object = { id, attributedTo: pat, to, cc, tag, published, ...post };
    const context = "https://www.w3.org/ns/activitystreams";
    await send(elsewhere, program, {
      "@context": context,
      id: `${id}#create`,
      type: "Create",
      actor: pat,
      to,
      cc,
      object,
    });
  }
  const context = await contextFor(browser, program.base, { javaScriptEnabled: false, storageState: state });
  try {
    const page = await context.newPage();
    const pathOf = async ({ name }) => {
      const link = page.locator("main article a", { hasText: name }).first();
      return (await link.count()) ? await link.getAttribute("href") : null;
    };
    const deadline = performance.now() + SHOWN_MS;
    while (performance.now() < deadline) {
      await page.goto(`/@pat@${elsewhere.host}`);
      const [event, article] = [await pathOf(EVENT), await pathOf(ARTICLE)];
      if (event && article) return { event, article };
      await new Promise((resolve) => setTimeout(resolve, LOOK_EACH_MS));
    }
    throw new Error("what was told from elsewhere is not shown");
  } finally {
    await context.close();
  }
}
