// Everybody else's servers: they take what they are sent, write it down, and behave as they are told.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import https from "node:https";
import net from "node:net";
import path from "node:path";

import { person } from "../accept/strangers.mjs";

const ACTIVITY = "application/activity+json";
const DRIP_MS = 1_000;
const CHUNK = Buffer.alloc(64 * 1024, "[");

/** Where these servers answer, where somebody listens and says no word, and where nobody listens. */
export const ANSWERING = "11.1.0.2";
export const SILENT = "11.1.0.3";
export const CLOSED = "11.1.0.4";

/** How many there are of each kind at most. */
export const PEERS_MAX = 3000;

export class Sink {
  /** What arrived, oldest first. */
  arrived = [];
  #sockets = new Set();
  /** Bytes that endless answers were rid of, by host. */
  taken = new Map();

  constructor(certificates) {
    this.certificates = certificates;
    this.reset();
  }

  reset() {
    this.arrived = [];
    this.taken.clear();
    /** What a server does with a delivery: a status, or one of the words of `#do`. It sees the body, too. */
    this.behave = () => "202";
    /** More that the document of a person says, given its id. */
    this.says = () => ({});
    /** Called with a delivery before it is answered, and after. */
    this.before = () => {};
    this.after = () => {};
    /** Which documents were asked for, oldest first. */
    this.asked = [];
    /**
     * What stands at an address, or a promise of it: nothing for the usual, an object to be shown, or
     * what is done with a delivery.
     */
    this.shows = () => undefined;
  }

  async start() {
    const read = (name) => readFileSync(path.join(this.certificates, name));
    // One certificate is good for all of them.
    const options = { key: read("*.peers.example.key"), cert: read("*.peers.example.pem") };
    this.server = https.createServer(options, (request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
    this.server.keepAliveTimeout = 30_000;
    this.server.on("connection", (socket) => this.#keep(socket));
    // It takes connections and never says a word: no handshake comes to an end here.
    this.silent = net.createServer((socket) => this.#keep(socket));
    await listening(this.server, 443, ANSWERING);
    await listening(this.silent, 443, SILENT);
    return this;
  }

  #keep(socket) {
    this.#sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => this.#sockets.delete(socket));
  }

  /** How many connections are open to us now. */
  open() {
    return this.#sockets.size;
  }

  async stop() {
    this.hangUp();
    await Promise.all([this.server, this.silent].map((it) => new Promise((done) => it.close(done))));
  }

  /** Ends every connection, as a network that goes away does. */
  hangUp() {
    this.#sockets.forEach((socket) => socket.destroy());
  }

  async #answer(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const url = `https://${request.headers.host}${request.url}`;
    if (request.method !== "POST") {
      this.asked.push(url);
      const shown = await this.shows(url);
      if (shown !== undefined) {
        this.#show(shown, request.headers.host, response);
        return;
      }
      const name = /^\/users\/(\w+)$/.exec(request.url)?.[1];
      response.writeHead(name ? 200 : 404, { "content-type": ACTIVITY });
      response.end(name ? JSON.stringify({ ...person(url, name), ...this.says(url) }) : "");
      return;
    }
    const body = Buffer.concat(chunks);
    const said = JSON.parse(body);
    const object = typeof said.object === "object" ? said.object?.id : said.object;
    const sha = createHash("sha256").update(body).digest("hex");
    const arrival = { at: performance.now(), host: request.headers.host, url, id: said.id, type: said.type, object, sha };
    arrival.did = this.behave(arrival.host, arrival, request, body);
    this.arrived.push(arrival);
    this.before(arrival);
    response.once("close", () => (arrival.took = performance.now() - arrival.at));
    this.#do(String(arrival.did), arrival, response);
  }

  #show(what, host, response) {
    if (typeof what === "string") {
      this.#do(what, { host, isRead: true }, response);
      return;
    }
    response.writeHead(200, { "content-type": ACTIVITY });
    response.end(JSON.stringify(what));
  }

  #do(what, arrival, response) {
    const [, word, more] = /^(\w+):?(.*)$/.exec(what);
    const after = () => arrival.isRead || this.after(arrival);
    if (/^\d+$/.test(word)) {
      const name = word.startsWith("3") ? "location" : "retry-after";
      response.writeHead(Number(word), more ? { [name]: more } : {});
      response.end(after);
      return;
    }
    const acts = {
      hang: () => {},
      late: () => setTimeout(() => response.writeHead(202).end(after), Number(more)),
      reset: () => response.socket.resetAndDestroy(),
      garbage: () => response.socket.end(Buffer.from([0, 255, 10, 13, 10, 13, 10, 7])),
      headers: () => response.socket.write("HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n"),
      huge: () => this.#pour(arrival.host, response, { "content-length": String(10 * 1024 ** 3) }),
      endless: () => this.#pour(arrival.host, response, {}),
      drip: () => {
        response.writeHead(200, { "content-length": "100000" });
        const timer = setInterval(() => response.write(" "), DRIP_MS);
        response.once("close", () => clearInterval(timer));
      },
    };
    acts[word]();
  }

  /** Says as much as somebody takes. */
  #pour(host, response, headers) {
    response.writeHead(200, headers);
    const pour = () => {
      while (!response.destroyed && response.write(CHUNK));
      this.taken.set(host, response.socket?.bytesWritten ?? this.taken.get(host));
    };
    response.on("drain", pour);
    response.on("error", () => {});
    pour();
  }
}

const listening = (server, port, address) =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host: address, backlog: 4096 }, resolve);
  });
