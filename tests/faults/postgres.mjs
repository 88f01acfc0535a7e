// PostgreSQL for the cases: a gate between it and the program that can hold, cut and kill, and a
// database for each world.
//
// Nothing leads out of the namespace, so the server is reached through a socket in the file system,
// at which run.sh starts relay.mjs outside.

import net from "node:net";
import path from "node:path";

import { hostOf } from "./crowd.mjs";
import { Postgres } from "./tables.mjs";

const GATE_PORT = 5432;
const VIC = "https://v.peers.example/users/vic";

/** Inside: what stands between the program and its database. */
export class Gate {
  #pairs = new Set();
  #held = false;
  /** Called with what the program says; gives true to cut the connection once that has passed on. */
  hears = () => false;

  constructor(place) {
    this.place = place;
  }

  async start() {
    this.server = net.createServer((socket) => this.#take(socket));
    await new Promise((resolve) => this.server.listen(GATE_PORT, "127.0.0.1", resolve));
    return this;
  }

  #take(socket) {
    const inner = net.connect(this.place);
    const pair = { socket, inner };
    this.#pairs.add(pair);
    if (this.#held) [socket, inner].forEach((it) => it.pause());
    const end = () => {
      this.#pairs.delete(pair);
      socket.destroy();
      inner.destroy();
    };
    for (const it of [socket, inner]) it.on("error", end).on("close", end);
    socket.on("data", (bytes) => {
      const cut = this.hears(bytes);
      inner.write(bytes, () => cut && setTimeout(end, 5));
      if (cut) inner.pause();
    });
    inner.on("data", (bytes) => socket.write(bytes));
  }

  /** The server stands still, as if it were stopped. */
  hold() {
    this.#held = true;
    this.#pairs.forEach(({ socket, inner }) => [socket, inner].forEach((it) => it.pause()));
  }

  letGo() {
    this.#held = false;
    this.#pairs.forEach(({ socket, inner }) => [socket, inner].forEach((it) => it.resume()));
  }

  stop() {
    this.#pairs.forEach(({ socket, inner }) => [socket, inner].forEach((it) => it.destroy()));
    this.server.close();
  }
}

/** Databases of the worlds, all made from that of the template. */
export class Databases {
  constructor(url, gate) {
    const { username, password } = new URL(url);
    this.who = password ? `${username}:${password}` : username;
    this.gate = gate;
  }

  /** For psql, which does not pass the gate: that is in this process, and psql holds it up. */
  #plain(name) {
    return `postgres://${this.who}@/${name}?host=${path.dirname(this.gate.place)}`;
  }

  /** What a world needs: `name` is that of its database. */
  of(world) {
    const name = `faults_${world}`;
    return {
      settings: { CAREFOLK__DATABASE__URL: `postgres://${this.who}@127.0.0.1:${GATE_PORT}/${name}` },
      tables: () => new Postgres(this.#plain(name)),
      follow: (followers) => addFollowers(new Postgres(this.#plain(name)), followers),
    };
  }

  /** `from` is the world whose database is copied; without it the new one is empty. */
  make(world, from) {
    this.gate.hears = () => false;
    this.gate.letGo();
    const all = new Postgres(this.#plain("postgres"));
    all.run(`DROP DATABASE IF EXISTS faults_${world} WITH (FORCE)`);
    all.run(`CREATE DATABASE faults_${world} ${from ? `TEMPLATE faults_${from}` : ""}`);
  }
}

/** As crowd.mjs does it in a file. */
function addFollowers(tables, { count, hosts = count, name = hostOf, shared = false }) {
  const hash = (text) => `'\\x' || encode(substring(sha256(convert_to(${text}, 'UTF8')) from 1 for 16), 'hex')`;
  const home = "'https://' || who.host || '/users/u' || n";
  const inbox = shared ? "'https://' || who.host || '/inbox'" : "null::text";
  const rows = Array.from({ length: count }, (_, at) => `(${at}, '${name(at % hosts)}')`);
  const all = `(VALUES ${rows.join(", ")}) AS who (n, host)`;
  tables.change(`
    INSERT INTO actor SELECT (jsonb_populate_record(a, jsonb_build_object('id', 1000 + n, 'host', who.host,
        'uri', ${home}, 'uri_hash', ${hash(home)}, 'handle', 'u' || n, 'handle_folded', 'u' || n,
        'inbox', ${home} || '/inbox', 'outbox', ${home} || '/outbox', 'url', ${home},
        'followers_uri', ${home} || '/followers', 'shared_inbox', ${inbox}))).*
      FROM actor a, ${all} WHERE a.uri = '${VIC}';
    INSERT INTO follow SELECT (jsonb_populate_record(f, jsonb_build_object('id', 1000 + n,
        'follower_id', 1000 + n, 'activity_uri', ${home} || '#follow',
        'activity_hash', ${hash(`${home} || '#follow'`)}))).*
      FROM follow f JOIN actor a ON a.id = f.follower_id, ${all} WHERE a.uri = '${VIC}';
    UPDATE actor SET follower_count = follower_count + ${count} WHERE handle = 'hazelbank'`);
}
