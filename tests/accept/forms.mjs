// Pages as a browser without JavaScript uses them: it reads a form and sends it back.

import http2 from "node:http2";

import { get, send } from "./knock.mjs";

const STREAMS_AT_ONCE = 50;
const FLOOD_MS = 20_000;

const cookiesOf = (text) =>
  [...text.matchAll(/^set-cookie: ([^;\r\n]+)/gim)].map(([, pair]) => pair).join("; ");

/** Reads the form at `page`: the token in it, and the cookie that belongs to it. */
async function form(page, cookie = "") {
  const { text } = await get(page, cookie ? { cookie } : {});
  const token = /name="csrf" value="([^"]+)"/.exec(text)?.[1];
  if (!token) throw new Error(`no form at ${page}: ${text.slice(0, 300)}`);
  return { token, cookie: cookie || cookiesOf(text) };
}

/** Sends the form at `page` with these fields, so often at once; gives the answers. */
export async function sendForm({ page, fields, times = 1 }) {
  const { token, cookie } = await form(page);
  const body = new URLSearchParams({ csrf: token, ...fields }).toString();
  const head = [
    `POST ${page} HTTP/1.1`,
    "host: care.example",
    `cookie: ${cookie}`,
    "content-type: application/x-www-form-urlencoded",
    `content-length: ${body.length}`,
    "connection: close",
  ];
  const bytes = Buffer.from([...head, "", body].join("\r\n"));
  return await Promise.all(Array.from({ length: times }, () => send(bytes)));
}

/** Signs somebody in; gives the cookie to read pages with. */
export async function signIn(name, password) {
  const [answer] = await sendForm({ page: "/sign-in", fields: { name, password } });
  if (answer.status !== 303) throw new Error(`${name} is not let in: ${answer.text.slice(0, 300)}`);
  return cookiesOf(answer.text);
}

/** Begins requests over one HTTP/2 connection and takes each back at once, until the server has enough. */
export async function rapidReset(most) {
  const session = http2.connect("http://127.0.0.1:8080");
  let wasEnded = false;
  const ended = new Promise((resolve) => {
    for (const name of ["goaway", "close", "error"]) {
      session.on(name, () => {
        wasEnded = true;
        resolve();
      });
    }
  });
  const until = Date.now() + FLOOD_MS;
  for (let begun = 0; begun < most && !wasEnded && Date.now() < until; begun += STREAMS_AT_ONCE) {
    for (let at = 0; at < STREAMS_AT_ONCE && !wasEnded; at += 1) {
      const stream = session.request({ ":path": "/", ":authority": "care.example" });
      stream.on("error", () => {}); // it is what we ask for
      stream.close(http2.constants.NGHTTP2_CANCEL);
    }
    await Promise.race([ended, new Promise(setImmediate)]);
  }
  session.destroy();
  return wasEnded;
}
