// What is left of a post to many followers when the program died while it was written.

import { until } from "./server.mjs";

/** The posts and deliveries that a world begins with. */
const AT_FIRST = 2;

/**
 * Waits for the death, starts again, and says whether the post is there with all of its deliveries
 * ("whole") or not at all ("none"). Anything between is an error.
 */
export async function afterDeathInFanOut({ world, sink, followers }) {
  await until("the death in the fan-out", () => !world.server.isRunning);
  sink.hangUp();
  sink.behave = () => "202";
  await world.startAgain();
  const tables = world.tables();
  const posts = tables.count("post WHERE slug IS NOT NULL") - AT_FIRST;
  const made = "delivery d JOIN outbox_activity o ON o.id = d.activity_id WHERE o.kind = 'Create'";
  const rows = tables.count(made) - AT_FIRST;
  tables.close();
  const wanted = posts === 1 ? followers.count + 1 : 0;
  if (rows !== wanted) throw new Error(`${posts} posts with ${rows} deliveries, not ${wanted}`);
  return posts === 1 ? "whole" : "none";
}
