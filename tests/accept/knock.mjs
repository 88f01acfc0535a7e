// A request of which every part can be broken, written to the socket as it is: no client library
// tidies it up, and the signer shares no code with the program that verifies.

import { createHash, createHmac } from "node:crypto";
import net from "node:net";

import { pemOf, signedBy } from "./strangers.mjs";

const USUAL = "(request-target) host date digest";
const ANSWER_MS = 20_000;

export const digestOf = (body) =>
  `SHA-256=${createHash("sha256").update(body).digest("base64")}`;

const replaced = (headers, name, value) => {
  const others = headers.filter(([known]) => known.toLowerCase() !== name.toLowerCase());
  return value === null ? others : [...others, [name, value]];
};

const valueOf = (headers, name) =>
  headers.find(([known]) => known.toLowerCase() === name.toLowerCase())?.[1] ?? "";

/** A signature in base64: made up, good, or with what everybody knows for a secret. */
function signatureOf(how, text) {
  if (how.signature) return how.signature;
  if (how.hmac) return createHmac("sha256", pemOf(how.key)).update(text).digest("base64");
  return signedBy(how.key, text);
}

/** The `Signature` header over a request as it is now (draft-cavage-12). */
function cavage(request, how) {
  const listed = how.headers === undefined ? USUAL : how.headers;
  const lines = (listed ?? "(created)").split(" ").filter(Boolean).map((name) => {
    const lower = name.toLowerCase();
    if (lower === "(request-target)") {
      return `${lower}: ${request.method.toLowerCase()} ${request.target}`;
    }
    if (lower === "(created)") return `${lower}: ${how.created ?? ""}`;
    if (lower === "(expires)") return `${lower}: ${how.expires ?? ""}`;
    return `${lower}: ${valueOf(request.headers, lower)}`;
  });
  const algorithm = how.algorithm === undefined ? "rsa-sha256" : how.algorithm;
  const parameters = { keyId: how.keyId, algorithm, created: how.created, expires: how.expires };
  const given = Object.entries({ ...parameters, headers: listed }).filter(([, it]) => it != null);
  const text = given.map(([name, value]) => `${name}="${value}"`).join(",");
  return `${text},signature="${signatureOf(how, lines.join("\n"))}"`;
}

/** `Signature-Input` and `Signature` over a request as it is now (RFC 9421). */
function rfc9421(request, how) {
  const covered = how.covered ?? '"@method" "@target-uri" "content-digest"';
  const created = how.created ?? Math.floor(Date.now() / 1000);
  const parameters = `(${covered});created=${created};keyid="${how.keyId}"`;
  const lines = covered.split(" ").map((quoted) => {
    const name = quoted.replaceAll('"', "");
    if (name === "@method") return `${quoted}: ${request.method}`;
    if (name === "@target-uri") return `${quoted}: https://care.example${request.target}`;
    return `${quoted}: ${valueOf(request.headers, name)}`;
  });
  const base = [...lines, `"@signature-params": ${parameters}`].join("\n");
  return {
    "signature-input": `sig1=${parameters}`,
    signature: `sig1=:${signatureOf(how, base)}:`,
  };
}

/** The bytes of a request. `step` is one of a case, with every brace filled in. */
export function bytesOf(step, body, date) {
  const request = {
    method: step.method ?? "POST",
    target: step.target ?? "/inbox",
    headers: [
      ["host", "care.example"],
      ["date", date],
      ["digest", digestOf(body)],
      ["content-digest", `${digestOf(body).replace("SHA-256=", "sha-256=:")}:`],
      ["content-type", "application/activity+json"],
      ["user-agent", "test/1.0"],
      ["content-length", String(Buffer.byteLength(body))],
      ["connection", "close"],
    ],
  };
  // What a header may say about the request as it is.
  const spelled = (value) =>
    value
      ?.replaceAll("{b64}", digestOf(body).slice("SHA-256=".length))
      .replaceAll("{signature}", valueOf(request.headers, "signature"))
      .replaceAll("{signed-digest}", signedDigest) ?? null;
  const set = (headers) => {
    for (const [name, value] of Object.entries(headers ?? {})) {
      request.headers = replaced(request.headers, name, spelled(value));
    }
  };
  let signedDigest = "";
  set(step.set);
  signedDigest = valueOf(request.headers, "digest");
  if (step.sign !== false) {
    const how = step.sign ?? {};
    const made =
      how.dialect === "rfc9421" ? rfc9421(request, how) : { signature: cavage(request, how) };
    set(how.inAuthorization ? { authorization: `Signature ${made.signature}` } : made);
  }
  set(step.instead);
  for (const [name, value] of step.and ?? []) request.headers.push([name, spelled(value)]);
  const sent = step.carrying ?? body;
  if (step.carrying !== undefined) set({ "content-length": String(Buffer.byteLength(sent)) });
  return framed(step, request, sent);
}

/** The request as text, with the parts of its framing that a case replaces. */
function framed(step, request, body) {
  const first = `${step.sentAs ?? request.method} ${step.sentTo ?? request.target} HTTP/1.1`;
  const lines = request.headers.map(([name, value]) => `${name}: ${value}`);
  let text = [first, ...lines, "", body].join("\r\n");
  for (const [from, to] of step.replace ?? []) {
    if (!text.includes(from)) throw new Error(`${from} is not in the request`);
    text = text.replaceAll(from, to);
  }
  if (step.trailer) {
    const [name, value] = [step.trailer, valueOf(request.headers, step.trailer)];
    const kept = lines.filter((line) => !/^(content-length|transfer-encoding)/.test(line));
    const head = [first, ...kept.filter((line) => !line.startsWith(`${name}: `))];
    const size = Buffer.byteLength(body).toString(16);
    const chunks = [size, body, "0", `${name}: ${value}`, "", ""].join("\r\n");
    text = [...head, "transfer-encoding: chunked", "", chunks].join("\r\n");
  }
  return Buffer.from(text, "utf8");
}

/** Sends bytes to the server and reads until the connection ends. */
export async function send(bytes, { port = 8080, from = undefined } = {}) {
  return await new Promise((resolve, reject) => {
    const chunks = [];
    const socket = net.connect({ port, host: "127.0.0.1", localAddress: from }, () =>
      socket.write(bytes),
    );
    const end = () => {
      const text = Buffer.concat(chunks).toString("utf8");
      const status = /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1];
      socket.destroy();
      resolve({ status: status ? Number(status) : "closed", text });
    };
    socket.setTimeout(ANSWER_MS, () => socket.destroy(new Error("no answer in 20 s")));
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("end", end);
    // A server that has seen enough closes; what is left of the request is then not wanted.
    socket.on("error", (error) => (/ECONNRESET|EPIPE/.test(error.code) ? end() : reject(error)));
  });
}

/** Opens connections, says `text` on each, and leaves them so. Gives what closes them. */
export async function crowd(count, text, port = 8080) {
  const sockets = Array.from({ length: count }, () => net.connect(port, "127.0.0.1"));
  const isOpen = (socket) =>
    new Promise((resolve) => {
      socket.on("error", () => {}); // a server may close whom it has no room for
      socket.once("connect", () => socket.write(text, resolve));
    });
  await Promise.all(sockets.map(isOpen));
  return () => sockets.forEach((socket) => socket.destroy());
}

/** Asks for a page or a document of ours. */
export async function get(target, headers = {}, { method = "GET", from } = {}) {
  const all = { host: "care.example", connection: "close", ...headers };
  const lines = Object.entries(all).filter(([, value]) => value !== null);
  const text = lines.map(([name, value]) => `${name}: ${value}`);
  const head = [`${method} ${target} HTTP/1.1`, ...text, "", ""].join("\r\n");
  return await send(Buffer.from(head), { from });
}
