// The HTML as the server sent it: valid, complete, light, and asking nobody else for anything.

import { HtmlValidate } from "html-validate";

/** As it comes over the wire on a first visit: all but what people sent, the page itself, its stylesheet. */
const MOST_BYTES = { all: 90 * 1024, document: 25 * 1024, stylesheet: 10 * 1024 };

/** What the pictures that people sent may add. */
const PICTURES_MOST_BYTES = 200 * 1024;

const validator = new HtmlValidate({
  extends: ["html-validate:recommended", "html-validate:a11y"],
  rules: {
    "long-title": "off", // the community's name is not ours to shorten
    "no-trailing-whitespace": "off", // templates leave some; it weighs nothing when compressed
    "void-style": "off", // both are HTML
    "no-raw-characters": ["error", { relaxed: true }],
    "tel-non-breaking": "off",
    "valid-id": ["error", { relaxed: true }],
    "prefer-native-element": ["error", { exclude: ["region"] }],
  },
});

/** Rules that hold for every page. */
export async function validate(html) {
  const faults = [];
  const report = await validator.validateString(html);
  for (const { messages } of report.results) {
    for (const { ruleId, message, line } of messages) faults.push(`${ruleId}, line ${line}: ${message}`);
  }
  if ((html.match(/<h1[\s>]/g) ?? []).length !== 1) faults.push("not exactly one h1");
  if (/<script[\s>]/i.test(html)) faults.push("a script");
  if (/\son[a-z]+\s*=\s*["']/i.test(html.replace(/>[^<]*</g, "><"))) faults.push("a script in an attribute");
  if (/\sstyle\s*=\s*["']/i.test(html.replace(/>[^<]*</g, "><"))) faults.push("a style in an attribute");
  if (!/<html[^>]*\slang="/.test(html)) faults.push("no language");
  if (!/<title>[^<]+<\/title>/.test(html)) faults.push("no title");
  return faults;
}

/** Headers that every page carries. */
export function headersOf(headers) {
  const faults = [];
  const policy = headers["content-security-policy"] ?? "";
  if (!/default-src 'none'|default-src 'self'/.test(policy)) faults.push(`policy: "${policy}"`);
  if (/unsafe-inline|unsafe-eval/.test(policy)) faults.push(`policy allows the unsafe: "${policy}"`);
  if (!/frame-ancestors 'none'/.test(policy)) faults.push("may be framed");
  if (headers["x-content-type-options"] !== "nosniff") faults.push("no X-Content-Type-Options");
  if (!headers["referrer-policy"]) faults.push("no Referrer-Policy");
  return faults;
}

/** What a first visit weighs, whom it asks, and what the browser complains of. */
export function weigh({ bytes, strays, complaints }) {
  const faults = [...complaints];
  if (strays.length > 0) faults.push(`asks others: ${strays.join(" ")}`);
  const { image = 0, ...rest } = bytes;
  const all = Object.values(rest).reduce((sum, some) => sum + some, 0);
  if (image > PICTURES_MOST_BYTES) faults.push(`pictures weigh ${image} bytes`);
  for (const [kind, most] of Object.entries(MOST_BYTES)) {
    const some = kind === "all" ? all : (bytes[kind] ?? 0);
    if (some > most) faults.push(`${kind} weighs ${some} bytes, more than ${most}`);
    if (some === 0) faults.push(`${kind} weighed nothing`);
  }
  return faults;
}
