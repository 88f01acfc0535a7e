// Another site on loopback: somebody who can follow and be followed.

import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";

import { drawing } from "./drawing.mjs";

const { publicKey, privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});

export class Elsewhere {
  /** What Pat signs with. */
  privateKey = privateKey;

  async start() {
    this.server = createServer((request, response) => this.answer(request, response));
    await new Promise((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    this.host = `away.localhost:${this.server.address().port}`;
    this.base = `http://${this.host}`;
    return this;
  }

  /** Pat has a page to follow from, Plain is on a site that has none. */
  answer(request, response) {
    const url = new URL(request.url, this.base);
    const name = (url.searchParams.get("resource") ?? url.pathname).match(/pat|plain/)?.[0];
    request.resume();
    if (request.method === "POST") return response.writeHead(202).end();
    if (url.pathname === "/.well-known/webfinger" && name) return this.say(response, "jrd", this.finger(name));
    if (url.pathname === `/${name}`) return this.say(response, "activity", this.actor(name));
    if (url.pathname.endsWith(".jpg")) {
      return response.writeHead(200, { "content-type": "image/png" }).end(drawing());
    }
    response.writeHead(200, { "content-type": "text/html" });
    response.end("<!doctype html><title>away</title><p>away");
  }

  say(response, kind, body) {
    response.writeHead(200, { "content-type": `application/${kind}+json` });
    response.end(JSON.stringify(body));
  }

  finger(name) {
    const template = `${this.base}/authorize?uri={uri}`;
    const self = { rel: "self", type: "application/activity+json", href: `${this.base}/${name}` };
    const subscribe = { rel: "http://ostatus.org/schema/1.0/subscribe", template };
    const links = name === "pat" ? [subscribe, self] : [self];
    return { subject: `acct:${name}@${this.host}`, links };
  }

  actor(name) {
    const id = `${this.base}/${name}`;
    return {
      "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
      id,
      type: "Person",
      preferredUsername: name,
      name: "Pat from away",
      summary: "<p>I drive the <b>number 14</b> bus.</p>",
      url: id,
      inbox: `${id}/inbox`,
      outbox: `${id}/outbox`,
      followers: `${id}/followers`,
      publicKey: { id: `${id}#key`, owner: id, publicKeyPem: publicKey },
    };
  }

  stop() {
    this.server?.closeAllConnections();
    this.server?.close();
  }
}
