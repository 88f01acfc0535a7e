// A picture of our own, as a PNG: a house under a sun.

import { deflateSync } from "node:zlib";

const TABLE = Array.from({ length: 256 }, (_, n) => {
  let sum = n;
  for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  return sum >>> 0;
});

const crc = (bytes) =>
  (bytes.reduce((sum, byte) => (sum >>> 8) ^ TABLE[(sum ^ byte) & 255], 0xffffffff) ^ 0xffffffff) >>> 0;

function chunk(name, content) {
  const named = Buffer.concat([Buffer.from(name), content]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  sum.writeUInt32BE(crc(named));
  return Buffer.concat([length, named, sum]);
}

/** The colour of one pixel; both numbers go from 0 to 1. */
function colour(x, y) {
  if ((x - 0.7) ** 2 + (y - 0.25) ** 2 < 0.02) return [255, 200, 60];
  if (x > 0.2 && x < 0.5 && y > 0.45 + Math.abs(x - 0.35) * 0.6 && y < 0.8) return [188, 71, 73];
  return y < 0.6 ? [142, 202, 230] : [88, 129, 87];
}

/** The bytes of a picture of that size. */
export function drawing(width = 800, height = 600) {
  return png(width, height, (y) => {
    const row = [];
    for (let x = 0; x < width; x += 1) row.push(...colour(x / width, y / height));
    return Buffer.from(row);
  });
}

/** A wall of one colour: few bytes, and as many pixels as one likes. */
export function wall(width, height) {
  const row = Buffer.alloc(3 * width, 188);
  return png(width, height, () => row);
}

/** A PNG whose rows, each of three bytes a pixel, `rowAt` gives. */
function png(width, height, rowAt) {
  const none = Buffer.from([0]); // no filter
  const rows = Array.from({ length: height }, (_, y) => [none, rowAt(y)]).flat();
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const mark = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const body = chunk("IDAT", deflateSync(Buffer.concat(rows)));
  return Buffer.concat([mark, chunk("IHDR", head), body, chunk("IEND", Buffer.alloc(0))]);
}
