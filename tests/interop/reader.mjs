// Somebody in front of a browser: signs in by the form and keeps the cookies.

import assert from "node:assert/strict";

import { PASSWORD } from "./story.mjs";

export class Reader {
  #cookies = new Map();

  constructor(origin) {
    this.origin = origin;
  }

  /** The page at a path. */
  async open(pathname) {
    return await (await this.#ask(pathname, {})).text();
  }

  async signIn(name) {
    const [, csrf] = /name="csrf" value="([^"]+)"/.exec(await this.open("/sign-in"));
    const answer = await this.#ask("/sign-in", {
      method: "POST",
      body: new URLSearchParams({ csrf, name, password: PASSWORD }),
    });
    assert.ok([302, 303].includes(answer.status), `signed in: ${answer.status}`);
  }

  async #ask(pathname, request) {
    const cookie = [...this.#cookies].map((pair) => pair.join("=")).join("; ");
    const answer = await fetch(new URL(pathname, this.origin), {
      redirect: "manual",
      ...request,
      headers: { accept: "text/html", origin: this.origin, ...(cookie ? { cookie } : {}) },
    });
    for (const line of answer.headers.getSetCookie()) {
      const [name, value] = line.split(";")[0].split(/=(.*)/s);
      this.#cookies.set(name, value);
    }
    return answer;
  }
}
