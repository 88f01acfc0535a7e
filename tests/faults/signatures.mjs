// Whether what arrived was signed, and by which key: it shares no code with the program that signs.

import { createHash, verify } from "node:crypto";

/** The key that signed a delivery, if it did: `keyOf` gives its PEM. Otherwise it says what is wrong. */
export function signerOf(request, body, keyOf) {
  const parts = Object.fromEntries(
    [...(request.headers.signature ?? "").matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]),
  );
  if (!parts.keyId || !parts.headers) return { wrong: "it is not signed" };
  const named = parts.headers.split(" ");
  for (const needed of ["(request-target)", "host", "date", "digest"]) {
    if (!named.includes(needed)) return { wrong: `the signature does not cover ${needed}` };
  }
  const digest = `SHA-256=${createHash("sha256").update(body).digest("base64")}`;
  if (request.headers.digest !== digest) return { wrong: "the digest is of another body" };
  const target = `post ${request.url}`;
  const lines = named.map((name) => `${name}: ${name === "(request-target)" ? target : request.headers[name]}`);
  const key = keyOf(parts.keyId);
  if (!key) return { wrong: `${parts.keyId} is not published` };
  const isGood = verify("RSA-SHA256", Buffer.from(lines.join("\n")), key, Buffer.from(parts.signature, "base64"));
  return isGood ? { key: parts.keyId } : { wrong: `the signature is not made with ${parts.keyId}` };
}

/** What a delivery says without the proof inside, and which key proved it. */
export function withoutProof(body) {
  const { proof, ...said } = JSON.parse(body);
  return { said: JSON.stringify(said), proven: proof?.verificationMethod };
}
