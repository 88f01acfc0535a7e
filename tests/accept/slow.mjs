// Clients that take their time, and ones that speak HTTP/2 without end (S-098, S-099).

import net from "node:net";

const PORT = 8080;
const DRIBBLE_MS = 1000;
const ANSWER_MS = 60_000;
const AT_ONCE = 100;

const HEAD = "POST /inbox HTTP/1.1\r\nhost: care.example\r\n";
/** More than all buffers between two programs hold. */
const MANY_PAGES = "GET / HTTP/1.1\r\nhost: care.example\r\n\r\n".repeat(4000);

/** What each kind says at first, and then each second. */
const KINDS = {
  silent: { first: "", then: "" },
  head: { first: HEAD, then: "x" },
  body: { first: `${HEAD}content-type: application/activity+json\r\ncontent-length: 5000\r\n\r\n`, then: " " },
  deaf: { first: MANY_PAGES, then: "", isDeaf: true },
};

/** One slow client; `ended` is fulfilled when the server has cut it. */
async function client(kind, from) {
  const { first, then, isDeaf } = KINDS[kind];
  const socket = net.connect({ port: PORT, host: "127.0.0.1", localAddress: from });
  let timer;
  const ended = new Promise((resolve) => {
    socket.on("error", () => {}); // to be cut is what it waits for
    socket.on("close", () => {
      clearInterval(timer);
      resolve();
    });
  });
  await new Promise((resolve) => socket.once("connect", resolve));
  if (isDeaf) socket.pause();
  else socket.resume();
  if (first) socket.write(first);
  timer = setInterval(() => {
    // Who does not read learns only by writing that nobody is there any more.
    if (then || isDeaf) socket.write(then || "G");
  }, DRIBBLE_MS);
  return { kind, ended, leave: () => socket.destroy() };
}

/** So many of each kind, from as many addresses as it takes to get in. */
export async function slowClients(counts, perAddress = 200) {
  const kinds = Object.entries(counts).flatMap(([kind, count]) => Array(count).fill(kind));
  const address = (at) => `127.0.1.${1 + Math.floor(at / perAddress)}`;
  const clients = [];
  // Not all at once: where the system has no room, a client believes that it is connected, and is not.
  for (let at = 0; at < kinds.length; at += AT_ONCE) {
    const some = kinds.slice(at, at + AT_ONCE);
    clients.push(...(await Promise.all(some.map((kind, next) => client(kind, address(at + next))))));
  }
  return clients;
}

/** How many of each kind are still connected after so long. */
export async function stillThere(clients, afterMs) {
  const left = new Set(clients);
  clients.forEach((it) => it.ended.then(() => left.delete(it)));
  const all = Promise.all(clients.map((it) => it.ended));
  let timer;
  await Promise.race([all, new Promise((resolve) => (timer = setTimeout(resolve, afterMs)))]);
  clearTimeout(timer);
  const kinds = [...left].map(({ kind }) => kind);
  return [...new Set(kinds)].map((kind) => `${kinds.filter((it) => it === kind).length} ${kind}`);
}

/** A request whose rest the server waits for: it has said so. `finish` sends that, and gives the answer. */
export async function begunRequest() {
  const socket = net.connect({ port: PORT, host: "127.0.0.1", localAddress: "127.0.0.9" });
  let said = "";
  let goOn;
  const isWaitedFor = new Promise((resolve) => (goOn = resolve));
  const ended = new Promise((resolve, reject) => {
    socket.on("data", (chunk) => {
      said += chunk;
      if (said.startsWith("HTTP/1.1 100 ")) goOn();
    });
    socket.on("close", resolve).on("error", reject);
    socket.setTimeout(ANSWER_MS, () => socket.destroy(new Error("no answer")));
  });
  // Waited for later, by `finish`: until then a broken connection is nobody's.
  ended.catch(() => {});
  const form = "content-type: application/x-www-form-urlencoded\r\ncontent-length: 8\r\nexpect: 100-continue";
  socket.write(`POST /sign-in HTTP/1.1\r\nhost: care.example\r\n${form}\r\n\r\n`);
  await Promise.race([isWaitedFor, ended]);
  const finish = async () => {
    socket.write("name=ann");
    await ended;
    return /\r\n\r\nHTTP\/1\.1 (\d{3})/.exec(said)?.[1];
  };
  return { finish };
}

/** Whether nobody listens any more. */
export const isClosed = () =>
  new Promise((resolve) => {
    const socket = net.connect({ port: PORT, host: "127.0.0.1" });
    socket.once("connect", () => resolve(false)).once("error", () => resolve(true));
    socket.once("connect", () => socket.destroy());
  });

function frame(type, flags, stream, payload = Buffer.alloc(0)) {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

const END_HEADERS = 4;
const [DATA, HEADERS, SETTINGS, CONTINUATION] = [0, 1, 4, 9];
const text = (words) => Buffer.concat([Buffer.from([words.length]), Buffer.from(words)]);
/** `POST http://care.example/inbox` in HPACK (RFC 7541, appendix A). */
const POST = Buffer.concat([
  Buffer.from([0x83, 0x86, 0x44]), text("/inbox"), Buffer.from([0x41]), text("care.example"),
  Buffer.from([0x5f]), text("application/activity+json"),
]);

/** Frames of HTTP/2 that cost their sender next to nothing. Gives whether the server ended it. */
export async function http2Flood({ kind, count }) {
  const socket = net.connect({ port: PORT, host: "127.0.0.1" });
  let wasEnded = false;
  socket.on("error", () => {}).on("close", () => (wasEnded = true)).resume();
  await new Promise((resolve) => socket.once("connect", resolve));
  const isHeads = kind === "continuation";
  socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  socket.write(frame(SETTINGS, 0, 0));
  socket.write(frame(HEADERS, isHeads ? 0 : END_HEADERS, 1, POST));
  const piece = Buffer.concat(Array(1000).fill(frame(isHeads ? CONTINUATION : DATA, 0, 1)));
  for (let sent = 0; sent < count && !wasEnded; sent += 1000) {
    if (!socket.write(piece)) {
      await new Promise((resolve) => {
        socket.once("drain", resolve).once("close", resolve);
      });
    }
  }
  // What it sent is read before it is judged.
  await new Promise((resolve) => {
    setTimeout(resolve, 2000);
    socket.once("close", resolve);
  });
  return { wasEnded, leave: () => socket.destroy() };
}
