// Who is asked for names that the hosts file does not have: one name that means something else each
// time (S-082), names that lead to closed addresses from the second time on (S-080), and any number of
// servers below one domain (S-078). Nobody else is there.

import { createSocket } from "node:dgram";

const ADDRESS = "127.0.0.53";
/** One of the addresses at which everybody else's servers are. */
const PUBLIC = [11, 1, 0, 2];
const CLOSED = [127, 0, 0, 1];
const A = 1;
const AAAA = 28;
/** The addresses where nobody should be led. */
const BAITS = process.env.NAMESPACE_BAITS.split(" ");
const NAME_ERROR = 3;

export class Names {
  /** How often each name that changes was asked for. */
  #turns = new Map();

  async start() {
    this.socket = createSocket("udp4");
    this.socket.on("message", (question, { port, address }) => {
      const answer = this.#answer(question);
      if (answer) this.socket.send(answer, port, address);
    });
    await new Promise((resolve) => this.socket.bind(53, ADDRESS, resolve));
    return this;
  }

  async stop() {
    await new Promise((resolve) => this.socket.close(resolve));
  }

  reset() {
    this.#turns.clear();
  }

  /** The address of a name, `null` where it has none of that kind, `undefined` where there is no such name. */
  #addressOf(name, kind) {
    const turned = /^n(\d+)\.turned\.example$/.exec(name);
    if (turned || name === "turning.example") {
      // Whoever looks asks for both kinds, and for this one first.
      if (kind === A) this.#turns.set(name, (this.#turns.get(name) ?? 0) + 1);
      const turns = this.#turns.get(name) ?? 0;
      if (turned && turns > 1) return ofKind(BAITS[turned[1]], kind);
      return kind === A ? (turned || turns % 2 === 1 ? PUBLIC : CLOSED) : null;
    }
    if (name.endsWith(".spawn.example")) return kind === A ? PUBLIC : null;
    return undefined;
  }

  /** A packet of RFC 1035 with one question, answered; its time to live is 0. */
  #answer(packet) {
    const labels = [];
    let at = 12;
    while (packet[at] > 0) {
      labels.push(packet.toString("latin1", at + 1, at + 1 + packet[at]));
      at += packet[at] + 1;
    }
    const end = at + 5;
    if (end > packet.length) return undefined;
    const address = this.#addressOf(labels.join(".").toLowerCase(), packet.readUInt16BE(at + 1));
    const head = Buffer.alloc(12);
    packet.copy(head, 0, 0, 2);
    head.writeUInt16BE(0x8180 | (address === undefined ? NAME_ERROR : 0), 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(address ? 1 : 0, 6);
    const kind = address?.length === 16 ? AAAA : A;
    const record = address
      ? Buffer.from([0xc0, 12, 0, kind, 0, 1, 0, 0, 0, 0, 0, address.length, ...address])
      : Buffer.alloc(0);
    return Buffer.concat([head, packet.subarray(12, end), record]);
  }
}

/** The bytes of an address, if it is one of that kind; `null` otherwise. */
function ofKind(text, kind) {
  if (!text.includes(":")) return kind === A ? text.split(".").map(Number) : null;
  return kind === AAAA ? bytesOfV6(text) : null;
}

/** The bytes of an IPv6 address, the last four of which may be written as of IPv4. */
function bytesOfV6(text) {
  const plain = text.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...four) => {
    const [a, b, c, d] = four.slice(0, 4).map(Number);
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  });
  const [before, after] = plain.split("::").map((half) => half.split(":").filter(Boolean));
  const zeros = Array(8 - before.length - (after?.length ?? 0)).fill("0");
  return [...before, ...zeros, ...(after ?? [])].flatMap((part) => {
    const value = parseInt(part, 16);
    return [value >> 8, value & 0xff];
  });
}
