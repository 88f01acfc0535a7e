// Other people's servers: documents under any of our names, and who asked for which.

import { createSign, generateKeyPairSync, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import https from "node:https";
import path from "node:path";
import tls from "node:tls";
import { brotliCompressSync, gzipSync } from "node:zlib";

const ACTIVITY = "application/activity+json";
const BODY_MAX_BYTES = 1024 * 1024;

/** Who lives where. Vic is honest, mal his neighbour; eve is not; bea's server is suspended. */
const PEOPLE = {
  vic: "v.example",
  mal: "v.example",
  hal: "h.example",
  eve: "e.example",
  bea: "b.example",
  xia: "x.b.example",
};

/** Keys are made once for a run: each costs a tenth of a second. */
const pairs = new Map();

function keysOf(name) {
  if (!pairs.has(name)) {
    const modulusLength = name.endsWith("-weak") ? 1024 : 2048;
    const kind = name.endsWith("-ed25519") ? ["ed25519"] : ["rsa", { modulusLength }];
    pairs.set(name, generateKeyPairSync(...kind));
  }
  return pairs.get(name);
}

export function pemOf(name) {
  return keysOf(name).publicKey.export({ type: "spki", format: "pem" });
}

/** Signs bytes with the key of `name`, as RSA or Ed25519 has it; in base64. */
export function signedBy(name, text) {
  const { privateKey } = keysOf(name);
  if (privateKey.asymmetricKeyType === "ed25519") {
    return sign(null, Buffer.from(text), privateKey).toString("base64");
  }
  return createSign("RSA-SHA256").update(text).sign(privateKey, "base64");
}

/** The names that cases may use in braces. */
export function addresses() {
  const found = {};
  for (const [name, host] of Object.entries(PEOPLE)) found[name] = `https://${host}/users/${name}`;
  return found;
}

/** The document of a person at `id`, with the key of `name`. */
export function person(id, name) {
  return {
    "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
    id,
    type: "Person",
    preferredUsername: id.split("/").at(-1),
    name: id.split("/").at(-1),
    inbox: `${id}/inbox`,
    outbox: `${id}/outbox`,
    followers: `${id}/followers`,
    publicKey: { id: `${id}#main-key`, owner: id, publicKeyPem: pemOf(name) },
  };
}

/** So many mebibytes of white space, packed: a thousandth of that goes over the wire. */
function bomb(mebibytes, encoding) {
  const pack = encoding === "br" ? brotliCompressSync : gzipSync;
  return pack(Buffer.alloc(mebibytes * 1024 * 1024, " "));
}

/** All other servers at once, on port 443 of every address of the namespace. */
export class Strangers {
  #documents = new Map();
  /** What was asked, oldest first: method, url, body. */
  asked = [];
  /** At which of our addresses somebody connected, whatever came of it. */
  reached = [];

  constructor(certificates) {
    this.certificates = certificates;
  }

  async start() {
    const context = (host) =>
      tls.createSecureContext({
        key: readFileSync(path.join(this.certificates, `${host}.key`)),
        cert: readFileSync(path.join(this.certificates, `${host}.pem`)),
      });
    // A certificate is also good for what is right below its name.
    const named = (host) => host.replace(/^[^.]+\.(?=(spawn|turned)\.example$)/, "");
    const SNICallback = (host, done) => {
      try {
        done(null, context(named(host)));
      } catch (error) {
        done(error);
      }
    };
    this.server = https.createServer({ SNICallback }, (request, response) => {
      this.#answer(request, response);
    });
    this.server.on("connection", (socket) => this.reached.push(socket.localAddress));
    await new Promise((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen(443, "::", resolve);
    });
    return this;
  }

  async stop() {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Everything as at the beginning of a case. */
  reset() {
    this.asked = [];
    this.reached = [];
    this.#documents.clear();
    for (const [name, id] of Object.entries(addresses())) {
      this.put(id, { body: person(id, name) });
      const host = new URL(id).host;
      const subject = `acct:${name}@${host}`;
      this.put(`https://${host}/.well-known/webfinger?resource=${encodeURIComponent(subject)}`, {
        type: "application/jrd+json",
        body: { subject, links: [{ rel: "self", type: ACTIVITY, href: id }] },
      });
    }
  }

  /** What stands at `url`: `body`, `status`, `type`, and other `headers`. */
  put(url, answer) {
    this.#documents.set(url, answer);
  }

  /** How often a document was read; what a server runs is asked by itself and does not count. */
  fetches() {
    const isDocument = (it) => it.method === "GET" && !/nodeinfo/.test(it.url);
    return this.asked.filter(isDocument).length;
  }

  posts() {
    return this.asked.filter((it) => it.method === "POST");
  }

  async #answer(request, response) {
    const chunks = [];
    let size = 0;
    for await (const chunk of request) {
      size += chunk.length;
      if (size <= BODY_MAX_BYTES) chunks.push(chunk);
    }
    const url = `https://${request.headers.host}${request.url}`;
    const body = Buffer.concat(chunks).toString();
    const head = request.rawHeaders.join("\n");
    this.asked.push({ method: request.method, url, head, body });
    // Whoever comes again has to look the name up again.
    if (request.headers.host.endsWith(".turned.example")) response.setHeader("connection", "close");
    if (request.method === "POST") {
      response.writeHead(202).end();
      return;
    }
    // Addresses are compared as people read them: `acct:a@b` is asked for in several spellings.
    const plain = decodeURIComponent(url);
    const found = [...this.#documents].find(([known]) => decodeURIComponent(known) === plain);
    const answer = found?.[1] ?? { status: 404 };
    const { status = 200, type = ACTIVITY, headers = {}, encoding } = answer;
    if (answer.bomb) {
      response.writeHead(status, { "content-type": type, "content-encoding": encoding });
      response.end(bomb(answer.bomb, encoding));
      return;
    }
    response.writeHead(status, { "content-type": type, ...headers });
    response.end(typeof answer.body === "object" ? JSON.stringify(answer.body) : answer.body);
  }
}
