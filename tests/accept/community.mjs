// The program under test: one community, made once and copied for each case.

import { cpSync, mkdirSync, rmSync } from "node:fs";
import path from "node:path";

import { Carefolk } from "../interop/carefolk.mjs";
import { get } from "./knock.mjs";

const PASSWORD = "plum-kettle-otter-seven";

/** Cases say in their settings what they need otherwise. */
const SETTINGS = { CAREFOLK__HTTP__TRUSTED_PROXIES: "0" };

export class Community {
  constructor({ program, room, certificates }) {
    Object.assign(this, { program, room, certificates });
    this.template = path.join(room, "template");
  }

  #server(room, settings = {}) {
    const { program, certificates } = this;
    mkdirSync(room, { recursive: true });
    return new Carefolk({ program, room, certificates, settings: { ...SETTINGS, ...settings } });
  }

  /** Makes the community that every case begins with. Gives the names that cases may use. */
  async prepare() {
    const care = this.#server(this.template);
    await care.startServer();
    for (const name of ["nurse", "alice", "bob", "sus"]) {
      const email = `${name}@mail.example`;
      await care.run(["account", "create", name, "--email", email, "--password-stdin"], PASSWORD);
    }
    await care.run(["account", "suspend", "sus"]);
    await care.run(["provider", "create", "hazelbank", "--name", "Hazelbank", "--owner", "nurse"]);
    const write = async (audience, text) => {
      const words = ["post", "create", "--as", "hazelbank", "--audience", audience, "--text-stdin"];
      return await care.run(words, text);
    };
    const post = await write("public", "Any questions?");
    const kept = await write("followers", "CANARY-of-hazelbank-7431");
    const names = { post: post.uri, kept: kept.uri, "post-page": new URL(post.url).pathname };
    for (const name of ["post", "kept"]) names[`${name}-path`] = new URL(names[name]).pathname;
    for (const name of ["nurse", "alice", "bob", "hazelbank", "instance"]) {
      names[name] = await actorOf(name);
      names[`${name}-path`] = new URL(names[name]).pathname;
    }
    await care.run(["peer", "suspend", "b.example"]);
    await care.stopServer();
    return names;
  }

  /** A copy of it, running. */
  async begin(settings) {
    const room = path.join(this.room, "case");
    rmSync(room, { recursive: true, force: true });
    cpSync(this.template, room, { recursive: true });
    const care = this.#server(room, settings);
    await care.startServer();
    return care;
  }
}

/** The id of somebody here, as another server would find it. */
async function actorOf(name) {
  const answer = await get(`/.well-known/webfinger?resource=acct:${name}@care.example`);
  if (answer.status !== 200) throw new Error(`WebFinger for ${name}: ${answer.text}`);
  const jrd = JSON.parse(answer.text.split("\r\n\r\n")[1]);
  return jrd.links.find((link) => link.rel === "self").href;
}
