// One case: its steps in their order, each with what must come of it.

import { readFileSync } from "node:fs";

import { until } from "../interop/wait.mjs";
import { rapidReset, sendForm, signIn } from "./forms.mjs";
import { bytesOf, crowd, get, send } from "./knock.mjs";
import { changed, effect, Rows } from "./rows.mjs";
import { begunRequest, http2Flood, isClosed, slowClients, stillThere } from "./slow.mjs";
import { addresses, person } from "./strangers.mjs";
import { filled } from "./words.mjs";

const PUBLIC = "https://www.w3.org/ns/activitystreams#Public";
const SETTLED_MS = 30_000;
const AT_ONCE = 50;
const IN_FORCE_MS = 1_200;

class Unexpected extends Error {}

function expect(holds, what) {
  if (!holds) throw new Unexpected(what);
}

export class Judge {
  constructor({ care, strangers, names, dns }) {
    Object.assign(this, { care, strangers, dns });
    this.names = { ...addresses(), ...names };
    this.rows = new Rows(care.folder);
    this.number = 0;
    /** What ends the connections that a case holds open. */
    this.leave = [];
  }

  close() {
    this.leave.forEach((end) => end());
    this.rows.close();
  }

  /** Runs a case; fails with the first thing that is not as it says. */
  async run(item) {
    this.pid = this.care.server.pid;
    if (!item.strangers) {
      for (const name of ["vic", "eve"]) {
        await this.#step({ what: `${name} is let in`, by: name, act: "Dislike", status: 202 });
      }
    }
    this.strangers.asked = [];
    for (const step of item.steps) {
      for (const value of timesOf(step.for)) {
        const it = filled(value, this.names);
        const parts = typeof it === "object" && it !== null ? Object.entries(it) : [];
        const names = Object.fromEntries([["it", it], ...parts.map(([key, x]) => [`it.${key}`, x])]);
        const shown = value === undefined ? "" : `, ${JSON.stringify(value).slice(0, 80)}`;
        await this.#step({ ...step, what: `${step.what ?? ""}${shown}` }, names);
      }
    }
    const health = await get("/healthz", {}, { from: "127.0.0.3" });
    expect(health.status === 200, `it is alive: ${health.text}`);
    expect(this.care.server.pid === this.pid && this.care.server.exitCode === null, "it is the same");
    if (!item.drill) expect(!this.care.report().includes("panicked"), "it did not panic");
    if (!item.hears) {
      const posts = this.strangers.posts().map(({ url }) => url);
      expect(posts.length === 0, `nobody was written to: ${posts.join(", ")}`);
    }
  }

  async #step(step, names = {}) {
    const fill = (value) => filled(value, { ...this.names, ...names });
    const kinds = {
      serve: (documents) => this.#serve(documents),
      let: (words) => Object.assign(this.names, words),
      run: () => this.#command(step, fill),
      get: () => this.#get(step, fill),
      form: (sent) => this.#form(step, sent),
      signIn: async ({ name, password }) => Object.assign(this.names, { cookie: await signIn(name, password) }),
      pageOf: ({ uri, who, as }) => (this.names[as] = `/@${who}/${this.rows.idOf("post", uri)}`),
      rapidReset: async (most) => expect(await rapidReset(most), `nothing ended ${most} requests taken back`),
      turn: (turned) => (this.dns.turned = turned),
      swarm: (swarm) => this.#swarm(step, fill, swarm),
      log: (wanted) => this.#log(step, fill, wanted),
      crowd: async ({ connections, says }) => this.leave.push(await crowd(connections, says)),
      posts: (wanted) => this.#posts(wanted),
      count: (rows) => this.#count(rows, (found) => found === rows.is),
      atMost: (rows) => this.#count(rows, (found) => found <= rows.is),
      notAfterNow: (column) => this.#values(column, (value) => value <= Date.now()),
      longest: (column) => this.#values(column, (value) => String(value).length <= column.is),
      memoryBelowMiB: (most) => this.#memory(most),
      slow: (counts) => this.#slow(counts),
      cutWithinMs: (most) => this.#cut(most),
      drainWithinMs: (most) => this.#drain(most),
      http2: (flood) => this.#http2(flood),
      fetched: (wanted) => this.#fetched(wanted),
      asked: (wanted) => this.#says(wanted, fill, this.#headsFor(wanted.of)),
      sent: (wanted) => this.#says(wanted, fill, JSON.stringify(this.strangers.posts())),
      reachedOnly: (beginnings) => this.#reachedOnly(beginnings),
      neverReached: (beginnings) => this.#neverReached(beginnings),
    };
    const kind = Object.keys(kinds).find((name) => name in step);
    const began = performance.now();
    try {
      await (kind ? kinds[kind](fill(step[kind])) : this.#knock(step, fill));
      // Ten times what it takes: a slow machine is no fault.
      const took = Math.round(performance.now() - began);
      expect(took <= (step.withinMs ?? Infinity), `it took ${took} ms`);
    } catch (error) {
      error.message = `${step.what ?? JSON.stringify(step).slice(0, 80)}: ${error.message}`;
      throw error;
    }
  }

  /** Puts documents at addresses. `{person: name, with: …}` is somebody's own, changed. */
  #serve(documents) {
    for (const [url, answer] of Object.entries(documents)) {
      const { person: whose, with: changes, ...plain } = answer;
      if (whose === undefined) this.strangers.put(url, plain);
      else {
        const body = { ...person(url, whose), ...changes };
        for (const [name, value] of Object.entries(body)) if (value === null) delete body[name];
        this.strangers.put(url, { ...plain, body });
      }
    }
  }

  async #command(step, fill) {
    let said;
    try {
      said = await this.care.run(fill(step.run), fill(step.input ?? ""));
    } catch (error) {
      expect(step.fails === true, `the command failed: ${error.message}`);
      this.#says(step, fill, error.message);
      return;
    }
    expect(step.fails !== true, `the command did not fail: ${JSON.stringify(said)}`);
    for (const [name, field] of Object.entries(step.take ?? {})) this.names[name] = said[field];
    this.#says(step, fill, JSON.stringify(said));
    // A decision about a server holds in every process within a second: before, nothing is promised.
    if (step.run[0] === "peer") await new Promise((resolve) => setTimeout(resolve, IN_FORCE_MS));
    await this.#settle();
  }

  /** A form is sent: every answer is one of these, and there is at least one of those. */
  async #form(step, sent) {
    const answers = await sendForm(sent);
    this.#answered(step, answers);
    this.#says(step, (it) => filled(it, this.names), answers[0].text);
  }

  #answered(step, answers) {
    const wanted = [step.status].flat();
    const odd = answers.find(({ status }) => !wanted.includes(status));
    expect(!odd, `status ${odd?.status}, not ${wanted}: ${odd?.text.slice(-300)}`);
    for (const status of [step.some ?? []].flat()) {
      expect(answers.some((answer) => answer.status === status), `no answer was ${status}`);
    }
  }

  /** Many at once: everybody of `actor`, where `#` is a number, dislikes something; all have Hal's key. */
  async #swarm(step, fill, { count, actor }) {
    const say = (number) => {
      const id = actor.replaceAll("#", number);
      const body = this.#body({ act: "Dislike", with: { actor: id, id: `${id}/acts/1` } }, fill);
      return send(bytesOf({ sign: { key: "hal", keyId: `${id}#main-key` } }, body, fill("{date}")));
    };
    const answers = [];
    for (let done = 0; done < count; done += AT_ONCE) {
      const some = Array.from({ length: Math.min(AT_ONCE, count - done) }, (_, at) => say(done + at));
      answers.push(...(await Promise.all(some)));
    }
    this.#answered(step, answers);
    await this.#settle();
  }

  /** What the program wrote down since it was started. */
  #log(step, fill, { atMostLines }) {
    const report = this.care.report().split("carefolk said:").at(-1);
    const lines = report.trim().split("\n");
    expect(lines.length <= atMostLines, `${lines.length} lines were written`);
    this.#says(step, fill, report);
  }

  async #get(step, fill) {
    const target = fill(step.get).replace(this.care.origin, "");
    const plain = () => get(target, fill(step.headers ?? {}), step);
    const answer = await (step.by ? this.#signedGet(step, fill) : plain());
    const wanted = [step.status ?? 200].flat();
    expect(wanted.includes(answer.status), `status ${answer.status}, not ${wanted}`);
    this.#says(step, fill, answer.text);
  }

  async #signedGet(step, fill) {
    const unset = { digest: null, "content-digest": null, "content-type": null, "content-length": null };
    const covered = "(request-target) host date";
    const by = fill(step.by);
    const sign = { key: by, keyId: `{${by}}#main-key`, headers: covered, ...step.sign };
    const target = fill(step.get).replace(this.care.origin, "");
    const request = { method: "GET", target, set: { ...unset, ...step.headers }, sign };
    return await send(bytesOf(fill(request), "", fill(step.date ?? "{date}")));
  }

  #says(step, fill, text) {
    for (const piece of [step.has ?? []].flat()) {
      expect(text.includes(fill(piece)), `"${fill(piece)}" is missing in ${text.slice(0, 600)}`);
    }
    for (const piece of [step.lacks ?? []].flat()) {
      expect(!text.includes(fill(piece)), `"${fill(piece)}" is in ${text.slice(0, 600)}`);
    }
  }

  async #count({ of: table, where, is }, fits) {
    await this.#settle();
    const found = this.rows.count(table, where);
    expect(fits(found), `${found} rows in ${table}, not ${is}`);
  }

  /** Every value of a column is as it should be; none of them may be missing by a slip of its name. */
  async #values({ of: table, field }, fits) {
    await this.#settle();
    const values = this.rows.values(table, field);
    const odd = values.find((value) => !fits(value));
    expect(values.length > 0 && odd === undefined, `${field}: ${String(odd).slice(0, 100)}`);
  }

  /** Slow clients come, so many of each kind, and stay. */
  async #slow(counts) {
    this.clients = await slowClients(counts);
    this.leave.push(...this.clients.map(({ leave }) => leave));
  }

  /** Each of them is cut, at the latest so long after the last step. */
  async #cut(most) {
    const left = await stillThere(this.clients, most);
    expect(left.length === 0, `still connected after ${most} ms: ${left.join(", ")}`);
  }

  /** It is told to stop: what was begun is answered, and it ends by itself. Then it is started again. */
  async #drain(most) {
    const begun = await begunRequest();
    const { server } = this.care;
    const began = performance.now();
    const stopped = this.care.stopServer("SIGTERM");
    await until("nobody to listen any more", isClosed);
    const status = await begun.finish();
    expect(status !== undefined, "what was begun was not answered");
    await stopped;
    const took = Math.round(performance.now() - began);
    expect(server.exitCode === 0, `it ended with ${server.exitCode ?? server.signalCode}`);
    expect(took <= most, `it took ${took} ms to end`);
    await this.care.startServer();
    this.pid = this.care.server.pid;
  }

  /** A flood of small frames; `ends` says whether the connection has to end by it. */
  async #http2({ ends, ...flood }) {
    const { wasEnded, leave } = await http2Flood(flood);
    this.leave.push(leave);
    expect(!ends || wasEnded, `the connection did not end after ${flood.count} frames`);
  }

  /** The most memory that the program ever held (VmHWM). */
  #memory(mebibytes) {
    const status = readFileSync(`/proc/${this.care.server.pid}/status`, "utf8");
    const most = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)[1]) / 1024;
    expect(most < mebibytes, `it once held ${most} MiB`);
  }

  /** Nobody connected to an address that begins so; IPv4 is shown in the form of IPv6. */
  #neverReached(beginnings) {
    const isClosed = (address) => beginnings.some((it) => address.replace("::ffff:", "").startsWith(it));
    const found = this.strangers.reached.filter(isClosed);
    expect(found.length === 0, `connections reached ${found.join(", ")}`);
  }

  /** Somebody connected, and to no address that does not begin so. */
  #reachedOnly(beginnings) {
    const isOpen = (address) => beginnings.some((it) => address.replace("::ffff:", "").startsWith(it));
    const found = this.strangers.reached.filter((address) => !isOpen(address));
    expect(this.strangers.reached.length > 0, "nobody connected at all");
    expect(found.length === 0, `connections reached ${found.join(", ")}`);
  }

  /** The heads of the requests for a document. */
  #headsFor(url) {
    const found = this.strangers.asked.filter((it) => it.method === "GET" && it.url === url);
    expect(found.length > 0, `nobody asked for ${url}`);
    return found.map(({ head }) => head).join("\n");
  }

  /** How many documents were read since the case began, of those whose address begins so. */
  async #fetched({ of: beginning = "https://", most, least = 0 }) {
    await this.#settle();
    const isOf = ({ method, url }) => method === "GET" && url.startsWith(beginning);
    const urls = this.strangers.asked.filter((it) => isOf(it) && !/nodeinfo/.test(it.url)).map(({ url }) => url);
    const found = urls.length;
    const some = urls.slice(0, 5).join(" ");
    expect(found >= least && found <= most, `${found} documents of ${beginning} were fetched: ${some}`);
  }

  /** Waits until somebody was sent what contains all of `has`; its id is called `as`. */
  async #posts({ to, has, as }) {
    const found = await until(`a delivery to ${to}`, () =>
      this.strangers.posts().find(
        ({ url, body }) => url === to && [has].flat().every((piece) => body.includes(piece)),
      ),
    );
    if (as) this.names[as] = JSON.parse(found.body).id;
  }

  async #settle() {
    await until("all that is due to be done", () => this.rows.isSettled(), SETTLED_MS);
  }

  /** The activity that a step sends, as text. */
  #body(step, fill) {
    if (step.body !== undefined) return fill(step.body);
    this.number += 1;
    const actor = this.names[fill(step.by ?? "vic")];
    const activity = {
      "@context": "https://www.w3.org/ns/activitystreams",
      id: `${actor}/acts/${this.number}`,
      type: fill(step.act),
      actor,
      to: [PUBLIC],
      object: fill(step.object ?? "{post}"),
    };
    if (step.note) {
      this.number += 1;
      const note = {
        id: `${actor}/notes/${this.number}`,
        type: "Note",
        attributedTo: actor,
        content: "<p>Is there cake?</p>",
        inReplyTo: this.names.post,
        to: [PUBLIC],
        cc: [],
        published: new Date().toISOString(),
        ...fill(step.note),
      };
      if (step.as) this.names[step.as] = note.id;
      activity.object = stripped(note);
    }
    if (step.activityAs) this.names[step.activityAs] = activity.id;
    return JSON.stringify(stripped({ ...activity, ...fill(step.with ?? {}) }));
  }

  async #knock(step, fill) {
    await this.#settle();
    const before = this.rows.read();
    const fetched = this.strangers.fetches();
    const by = fill(step.by ?? "vic");
    const body = this.#body(step, fill);
    const sign = step.sign === false ? false : { key: by, keyId: `{${by}}#main-key`, ...step.sign };
    const filledStep = fill({ ...step, sign, body: undefined, object: undefined, note: undefined });
    const bytes = () => bytesOf(filledStep, body, fill(step.date ?? "{date}"));
    const wanted = [step.status].flat();
    const answers = [];
    // A failure is remembered for a while; then the same is answered otherwise.
    if (step.withinSeconds) {
      await until(step.what, async () => (await send(bytes())).status === wanted[0], step.withinSeconds * 1000);
    }
    const times = step.times ?? 1;
    const same = bytes();
    for (let done = 0; done < times; done += step.atOnce ?? 1) {
      const some = Array.from({ length: Math.min(step.atOnce ?? 1, times - done) }, () => send(same));
      answers.push(...(await Promise.all(some)));
    }
    this.#answered(step, answers);
    this.#says(step, fill, answers[0].text);
    await this.#settle();
    const after = this.rows.read();
    const happened = effect(before, after);
    const fine = step.change ?? (wanted.includes(202) ? "heard" : "nothing");
    const tables = changed(before, after).join(", ");
    expect([fine].flat().includes(happened), `${happened} (${tables}), not ${fine}`);
    const asked = this.strangers.fetches() - fetched;
    expect(asked <= (step.fetches ?? Infinity), `${asked} documents were fetched`);
  }
}

/** Without what a case takes out by saying `null`; JSON's own null is written "{null}". */
function stripped(object) {
  const pairs = Object.entries(object).filter(([, value]) => value !== null);
  return Object.fromEntries(pairs.map(([name, value]) => [name, value === "{null}" ? null : value]));
}

/** The values of `for`: a list, or how many numbers from 0 on. */
function timesOf(values) {
  return typeof values === "number" ? Array.from({ length: values }, (_, at) => at) : (values ?? [undefined]);
}
