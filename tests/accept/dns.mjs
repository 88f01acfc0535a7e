// Who is asked for names that the hosts file does not have: one name that means something else each
// time (S-082), names that lead to closed addresses once a case says so (S-080), and any number of
// servers below one domain (S-078). Nobody else is there.

import { createSocket } from "node:dgram";

export const RESOLVER = "127.0.0.53";
/** One of the addresses at which everybody else's servers are. */
const PUBLIC = [11, 1, 0, 2];
const CLOSED = [127, 0, 0, 1];
export const A = 1;
const NAME_ERROR = 3;

export class Names {
  /** How often the name that changes was asked for. */
  #turns = 0;
  /** Whether names below turned.example lead inside by now. */
  turned = false;

  async start() {
    this.socket = createSocket("udp4");
    this.socket.on("message", (question, { port, address }) => {
      const answer = answerTo(question, (name, kind) => this.#addressOf(name, kind));
      if (answer) this.socket.send(answer, port, address);
    });
    await new Promise((resolve) => this.socket.bind(53, RESOLVER, resolve));
    return this;
  }

  async stop() {
    await new Promise((resolve) => this.socket.close(resolve));
  }

  reset() {
    this.#turns = 0;
    this.turned = false;
  }

  /** The address of a name, `null` where it has none of that kind, `undefined` where there is no such name. */
  #addressOf(name, kind) {
    if (name === "turning.example") {
      if (kind !== A) return null;
      this.#turns += 1;
      return this.#turns % 2 === 1 ? PUBLIC : CLOSED;
    }
    if (name.endsWith(".turned.example")) return kind === A ? (this.turned ? CLOSED : PUBLIC) : null;
    if (name.endsWith(".spawn.example")) return kind === A ? PUBLIC : null;
    return undefined;
  }

}

/**
 * A packet of RFC 1035 with one question, answered; its time to live is 0. `addressOf` gives the address of
 * a name, `null` where it has none of that kind, `undefined` where there is no such name, and a number
 * that is the code of an error.
 */
export function answerTo(packet, addressOf) {
  const labels = [];
  let at = 12;
  while (packet[at] > 0) {
    labels.push(packet.toString("latin1", at + 1, at + 1 + packet[at]));
    at += packet[at] + 1;
  }
  const end = at + 5;
  if (end > packet.length) return undefined;
  const found = addressOf(labels.join(".").toLowerCase(), packet.readUInt16BE(at + 1));
  const error = found === undefined ? NAME_ERROR : Number.isInteger(found) ? found : 0;
  const address = Array.isArray(found) ? found : undefined;
  const head = Buffer.alloc(12);
  packet.copy(head, 0, 0, 2);
  head.writeUInt16BE(0x8180 | error, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(address ? 1 : 0, 6);
  const record = address ? Buffer.from([0xc0, 12, 0, A, 0, 1, 0, 0, 0, 0, 0, 4, ...address]) : Buffer.alloc(0);
  return Buffer.concat([head, packet.subarray(12, end), record]);
}
