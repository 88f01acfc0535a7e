// What is left of a post to many followers when the program died while it was written.

import { soon } from "./queue.mjs";
import { until } from "./server.mjs";

/** How long it may take to write out the deliveries to 10,000 followers. */
const WRITTEN_MS = 60_000;

/** The posts and deliveries that a world begins with. */
const AT_FIRST = 2;

/**
 * Waits for the death, starts again, and says what there was of the post: nothing ("none"), the post with a part
 * of its deliveries and the row by which the others follow ("part"), or all of it ("whole"). Anything else
 * is an error, and so it is when not all of them follow.
 */
export async function afterDeathInFanOut({ world, sink, followers }) {
  await until("the death in the fan-out", () => !world.server.isRunning);
  const [posts, rows, rest] = counts(world);
  const wanted = posts === 1 ? followers.count + 1 : 0;
  const isOdd = posts === 0 ? rows + rest > 0 : posts > 1 || rows > wanted || (rest === 0 && rows < wanted);
  if (isOdd) throw new Error(`${posts} posts with ${rows} deliveries, not ${wanted}; ${rest} to be written out`);
  sink.hangUp();
  sink.behave = () => "202";
  await world.startAgain();
  await writtenOut(world);
  const [, all] = counts(world);
  if (all !== wanted) throw new Error(`${posts} posts with ${all} deliveries in the end, not ${wanted}`);
  if (posts === 0) return "none";
  return rows === wanted ? "whole" : "part";
}

/** Waits until no post has followers who still get no delivery. */
export function writtenOut(world) {
  return soon("all of it to be written out", () => counts(world)[2] === 0, WRITTEN_MS);
}

/** How many posts were written, how many deliveries of them, and how many of those posts wait to be written out. */
function counts(world) {
  const tables = world.tables();
  try {
    const made = "delivery d JOIN outbox_activity o ON o.id = d.activity_id WHERE o.kind = 'Create'";
    return [
      tables.count("post WHERE slug IS NOT NULL") - AT_FIRST,
      tables.count(made) - AT_FIRST,
      tables.count("fan_out"),
    ];
  } finally {
    tables.close();
  }
}
