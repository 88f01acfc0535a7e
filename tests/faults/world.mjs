// One community that is acted upon, and a ledger of what it said yes to.

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync, statSync } from "node:fs";
import path from "node:path";

import { bytesOf, send } from "../accept/knock.mjs";
import { addFollowers } from "./crowd.mjs";
import { Faults } from "./faults.mjs";
import { Ledger } from "./ledger.mjs";
import { soon } from "./queue.mjs";
import { ask, Server, until } from "./server.mjs";
import { change, Sqlite } from "./tables.mjs";

const PUBLIC = "https://www.w3.org/ns/activitystreams#Public";
const PASSWORD = "plum-kettle-otter-seven";
const VIC = "https://v.peers.example/users/vic";
const SETTLED_MS = 60_000;

/** Longer than any lease on a delivery or on something heard: two minutes. */
export const LEASE_S = 150;

/** What all cases begin with. */
export class Template {
  constructor({ program, room, certificates, sink, databases }) {
    const folder = path.join(room, "template");
    Object.assign(this, { program, room, certificates, sink, databases, folder });
  }

  /** Makes it: two people, a provider that vic follows, two posts, somebody signed in. */
  async make() {
    this.databases?.make("template");
    const world = new World(this, "template", {});
    world.names = {};
    await world.server.start();
    for (const name of ["nurse", "alice"]) {
      const account = ["account", "create", name, "--email", `${name}@mail.example`];
      await world.server.run([...account, "--password-stdin"], PASSWORD);
    }
    await world.server.run(["provider", "create", "hazelbank", "--name", "Hazelbank", "--owner", "nurse"]);
    const finger = await ask("/.well-known/webfinger?resource=acct:hazelbank@care.example");
    const hazelbank = JSON.parse(finger.text).links.find((it) => it.rel === "self").href;
    await world.hear({ type: "Follow", object: hazelbank, cc: [hazelbank] });
    await until("the follow", () => this.sink.arrived.some(({ type }) => type === "Accept"));
    const seeds = [];
    for (const text of ["Any questions?", "Who brings cake?"]) {
      seeds.push(await world.server.run([...WRITE, "--text-stdin"], text));
    }
    world.names = { seeds, hazelbank, ...(await signIn()) };
    await world.settle();
    const ended = await world.server.end("SIGTERM");
    if (ended.code !== 0) throw new Error(`the template did not end: ${ended.said}`);
    this.names = world.names;
    world.faults.close();
    return this;
  }

  /** A copy of it that is not running yet. */
  copy(name, options = {}) {
    const room = path.join(this.room, name);
    const data = path.join(room, "data");
    rmSync(room, { recursive: true, force: true });
    mkdirSync(data, { recursive: true });
    if (options.disk) execFileSync("mount", ["-t", "tmpfs", "-o", `size=${options.disk}`, "faults", data]);
    if (!options.empty) cpSync(path.join(this.folder, "data"), data, { recursive: true });
    this.sink.reset();
    this.databases?.make(name, options.empty ? undefined : "template");
    const world = new World(this, name, options);
    world.names = this.names;
    if (options.followers) world.follow(options.followers);
    return world;
  }
}

export const WRITE = ["post", "create", "--as", "hazelbank", "--audience", "public"];

/** The cookie of somebody who signed in, and the token that the forms of her pages have. */
export async function signIn(name = "nurse") {
  const form = await ask("/sign-in");
  const body = fields({ csrf: tokenIn(form.text), name, password: PASSWORD, next: "/" });
  const headers = { ...FORM, cookie: cookieOf(form) };
  const answer = await ask("/sign-in", { method: "POST", headers, body });
  if (answer.status !== 303) throw new Error(`nobody could sign in: ${answer.status} ${answer.text}`);
  const cookie = cookieOf(answer);
  const page = await ask("/write", { headers: { cookie } });
  return { cookie, csrf: tokenIn(page.text) };
}

const FORM = { "content-type": "application/x-www-form-urlencoded" };
const fields = (values) => new URLSearchParams(values).toString();
const tokenIn = (page) => /name="?csrf"?[^>]*value="?([\w-]+)/.exec(page)?.[1];
const cookieOf = (answer) =>
  answer.headers["set-cookie"].map((line) => line.split(";")[0]).find((pair) => !pair.endsWith("=")) ?? "";

export class World {
  constructor(template, name, { settings = {}, launcher, disk } = {}) {
    const { program, certificates, sink } = template;
    this.sink = sink;
    this.room = path.join(template.room, name);
    this.folder = path.join(this.room, "data");
    this.mounted = disk !== undefined;
    mkdirSync(this.folder, { recursive: true });
    this.faults = new Faults(this.room);
    this.faults.concern(path.join(this.folder, "carefolk.db"));
    this.ledger = new Ledger(() => this.#recorded());
    this.file = path.join(this.folder, "carefolk.db");
    this.number = 0;
    this.database = template.databases?.of(name);
    const environment = {
      PATH: process.env.PATH,
      HOME: this.room,
      SSL_CERT_FILE: path.join(certificates, "authority.pem"),
      CAREFOLK__INSTANCE__URL: "https://care.example",
      CAREFOLK__HTTP__LISTEN: "127.0.0.1:8080",
      CAREFOLK__STORAGE__PATH: this.folder,
      CAREFOLK__LOG__LEVEL: "info",
      ...this.faults.environment,
      ...this.database?.settings,
      ...settings,
    };
    this.server = new Server({ program, folder: this.room, environment, launcher });
  }

  tables() {
    return this.database?.tables() ?? new Sqlite(this.file);
  }

  /** Meddles with the rows from outside, while the program runs or not. */
  change(statements) {
    if (this.database) return this.database.tables().change(statements);
    return change(this.file, statements);
  }

  /** Gives hazelbank followers, before the program starts. */
  follow(followers) {
    if (this.database) this.database.follow(followers);
    else addFollowers(this.file, followers);
  }

  /** How much of the record of writes there is now. */
  #recorded() {
    return statSync(this.faults.record, { throwIfNoEntry: false })?.size ?? 0;
  }

  now() {
    return Date.now() + this.faults.get("clockMs");
  }

  async close() {
    await this.server.end("SIGKILL");
    this.faults.close();
    if (this.mounted) execFileSync("umount", [this.folder]);
    this.mounted = false;
  }

  /** Starts it again after it died: later than all leases that the dead process had. */
  async startAgain(extra) {
    this.faults.set({ dieAt: 0, writeError: 0, syncError: 0 });
    this.faults.later(LEASE_S);
    await this.server.start(extra);
  }

  /** Waits until all that is due is done. With `all`, nothing may be left to deliver either. */
  async settle({ all = true, within = SETTLED_MS } = {}) {
    const tables = this.tables();
    try {
      await soon("all that is due to be done", () => tables.isSettled(this.now(), all), within);
    } finally {
      tables.close();
    }
  }

  /** A word that stands nowhere else. */
  word() {
    this.number += 1;
    return `word${String(this.number).padStart(6, "0")}x`;
  }

  // What follows says something to the program, and writes into the ledger what it answered.

  async post(how) {
    const entry = this.ledger.add({ what: "post", word: this.word(), edits: [] });
    const text = `There is room on Friday. ${entry.word}`;
    await this.ledger.trying(entry, async () => {
      if (how === "page") {
        const page = await this.#form("/write", { author: "hazelbank", audience: "public", lang: "en", text });
        entry.page = page;
      } else {
        const made = await this.server.run([...WRITE, "--text-stdin"], text);
        Object.assign(entry, { uri: made.uri, page: new URL(made.url).pathname });
      }
    });
    return entry;
  }

  async edit(entry, how) {
    const edit = this.ledger.part(entry.edits, { word: this.word() });
    const text = `There is room on Monday. ${edit.word}`;
    await this.ledger.trying(edit, () =>
      how === "page"
        ? this.#form(`${entry.page}/edit`, { text, lang: "en", warning: "" })
        : this.server.run(["post", "edit", `https://care.example${entry.page}`, "--text-stdin"], text),
    );
  }

  async remove(entry, how) {
    entry.removal = this.ledger.part([], {});
    await this.ledger.trying(entry.removal, () =>
      how === "page"
        ? this.#form(`${entry.page}/delete`, {})
        : this.server.run(["post", "delete", `https://care.example${entry.page}`]),
    );
  }

  async react(entry, kind, as = "alice") {
    const reaction = this.ledger.add({ what: "reaction", kind, as, to: entry.uri });
    const words = ["post", kind, `https://care.example${entry.page}`, "--as", as];
    await this.ledger.trying(reaction, () => this.server.run(words));
  }

  async #form(target, values) {
    const headers = { ...FORM, cookie: this.names.cookie };
    const body = fields({ csrf: this.names.csrf, ...values });
    const answer = await ask(target, { method: "POST", headers, body });
    if (answer.status !== 303) throw new Refusal(answer);
    return answer.headers.location.split("?")[0];
  }

  /** A post with a picture, by page; fails with a `Refusal`. */
  async picture({ text, picture }) {
    const answer = await this.sendPicture({ picture, fields: { author: "hazelbank", audience: "public", text } });
    if (answer.status !== 303) throw new Refusal(answer);
  }

  /** Sends a picture with the form to write on, which is not published without more `fields`. */
  async sendPicture({ picture, fields = { act: "picture" } }, names = this.names) {
    const form = new FormData();
    for (const [name, value] of Object.entries({ csrf: names.csrf, lang: "en", ...fields })) form.set(name, value);
    form.set("picture_file", new Blob([picture], { type: "image/png" }), "garden.png");
    form.set("description_new", "Roses by a door");
    const sent = new Response(form);
    const headers = { "content-type": sent.headers.get("content-type"), cookie: names.cookie };
    const body = Buffer.from(await sent.arrayBuffer());
    return await ask("/write", { method: "POST", headers, body, within: 40_000 });
  }

  /** What somebody elsewhere is going to say, as an entry in the ledger. */
  draft(said, by = VIC) {
    this.number += 1;
    const activity = {
      "@context": "https://www.w3.org/ns/activitystreams",
      id: `${by}/acts/${this.number}`,
      actor: by,
      to: [PUBLIC],
      ...said,
    };
    return this.ledger.add({ what: "heard", id: activity.id, activity, by });
  }

  /** Somebody elsewhere says something to us; gives the entry in the ledger. */
  async hear(said, by = VIC) {
    const entry = this.draft(said, by);
    await this.knock(entry);
    return entry;
  }

  /** Sends an activity, perhaps once more. */
  async knock(entry) {
    await this.ledger.trying(entry, async () => {
      const sign = { key: entry.by.split("/").at(-1), keyId: `${entry.by}#main-key` };
      const date = new Date(this.now()).toUTCString();
      const answer = await send(bytesOf({ sign }, JSON.stringify(entry.activity), date));
      if (answer.status !== 202) throw new Refusal({ status: answer.status, text: answer.text });
    });
  }

  note(replyTo = this.names.seeds[0].uri, by = VIC) {
    const word = this.word();
    const object = {
      id: `${by}/notes/${word}`,
      type: "Note",
      attributedTo: by,
      content: `<p>Is there cake? ${word}</p>`,
      inReplyTo: replyTo,
      to: [PUBLIC],
      cc: [],
      published: new Date(this.now()).toISOString(),
    };
    return { type: "Create", object };
  }
}

/** It answered, and not as hoped. */
export class Refusal extends Error {
  constructor({ status, text, headers }) {
    super(`status ${status}`);
    Object.assign(this, { status, text, headers });
  }
}
