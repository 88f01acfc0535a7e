// Braces in cases: `{vic}` is somebody's id, `{date-66m}` a moment, `{digest:…}` the digest of a text.

import { createHash, generateKeyPairSync } from "node:crypto";

import { pemOf } from "./strangers.mjs";

const MINUTE_MS = 60_000;
const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

const base64Of = (text) => createHash("sha256").update(text).digest("base64");

/** A moment so many minutes from now, in the three forms that HTTP has had. */
function dates(minutes) {
  const moment = new Date(Date.now() + minutes * MINUTE_MS);
  const imf = moment.toUTCString();
  const [, day, month, year, time] = imf.split(" ");
  const weekday = WEEKDAYS[moment.getUTCDay()];
  return {
    date: imf,
    rfc850: `${weekday}, ${day}-${month}-${year.slice(2)} ${time} GMT`,
    asctime: `${weekday.slice(0, 3)} ${month} ${day.replace(/^0/, " ")} ${time} ${year}`,
  };
}

/** One DER element. */
function der(tag, ...parts) {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const { length } = content;
  const size = length < 0x80 ? [length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

/** An RSA key whose modulus is a run of ones. */
function rsaOf(bits, exponent) {
  const modulus = Buffer.concat([Buffer.from([0]), Buffer.alloc(bits / 8, 0xff)]);
  const key = der(0x30, der(0x02, modulus), der(0x02, exponent)).toString("base64");
  return `-----BEGIN RSA PUBLIC KEY-----\n${key}\n-----END RSA PUBLIC KEY-----\n`;
}

/** Keys that nobody should take. */
function oddKey(kind) {
  const usual = [1, 0, 1];
  if (kind === "ec" || kind === "private") {
    const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
    return kind === "ec"
      ? pair.publicKey.export({ type: "spki", format: "pem" })
      : pair.privateKey.export({ type: "pkcs8", format: "pem" });
  }
  if (kind === "e-1") return rsaOf(2048, [1]);
  if (kind === "e-2^32") return rsaOf(2048, [1, 0, 0, 0, 0]);
  return rsaOf(Number(kind), usual);
}

/** The value of one brace, or `undefined` where it means nothing to us. */
function valueOf(word, names) {
  if (word in names) return names[word];
  const moment = /^(date|rfc850|asctime)([+-]\d+)?m?$/.exec(word);
  if (moment) return dates(Number(moment[2] ?? 0))[moment[1]];
  const iso = /^iso([+-]\d+)m$/.exec(word);
  if (iso) return new Date(Date.now() + Number(iso[1]) * MINUTE_MS).toISOString();
  const seconds = /^now([+-]\d+)?$/.exec(word);
  if (seconds) return String(Math.floor(Date.now() / 1000) + Number(seconds[1] ?? 0));
  const [kind, ...rest] = word.split(":");
  const argument = rest.join(":");
  if (kind === "pem") return pemOf(argument);
  if (kind === "digest") return `SHA-256=${base64Of(names[argument] ?? argument)}`;
  if (kind === "odd-key") return oddKey(argument);
  if (kind === "objects") return '{"a":'.repeat(Number(argument));
  if (kind === "numbered") {
    const [count, piece] = argument.split("|");
    return Array.from({ length: Number(count) }, (_, at) => piece.replaceAll("#", at)).join("");
  }
  if (kind === "repeat") {
    const [count, piece] = argument.split("|");
    return piece.repeat(Number(count));
  }
  return undefined;
}

/** `{times:10000|mention}`, instead of a list: so many of a kind. */
function listOf(text) {
  const [, count, kind] = /^\{times:(\d+)\|(\w+)\}$/.exec(text) ?? [];
  if (!kind) return undefined;
  return Array.from({ length: Number(count) }, (_, at) => {
    const href = `https://v.example/users/u${at}`;
    if (kind === "option") return { type: "Note", name: `answer ${at}` };
    return kind === "mention" ? { type: "Mention", href, name: `@u${at}` } : href;
  });
}

/** A copy of `value` in which every brace that means something is filled in. */
export function filled(value, names) {
  if (typeof value === "string") {
    const list = listOf(value);
    if (list) return list;
    const text = value.replaceAll(/\{([^{}]+)\}/g, (whole, word) => valueOf(word, names) ?? whole);
    // One brace in another is not filled in: what looks like a long text would be a short one.
    if (/\{(repeat|numbered):/.test(text)) throw new Error(`not filled in: ${text.slice(0, 80)}`);
    return text;
  }
  if (Array.isArray(value)) return value.map((item) => filled(item, names));
  if (value === null || typeof value !== "object") return value;
  const pairs = Object.entries(value).map(([key, item]) => [filled(key, names), filled(item, names)]);
  return Object.fromEntries(pairs);
}
