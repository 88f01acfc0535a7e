// The oracle is asked about results that somebody has spoiled: it has to see each of them.

import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

import { faults } from "./oracle.mjs";
import { script } from "./script.mjs";

/** What is done to the file, and what has to be said of it. */
const SPOILED_FILES = [
  ["an acknowledged activity is gone", "DELETE FROM inbound_activity WHERE kind = 'Like'", /acknowledged and is not there/],
  ["an acknowledged post is gone", "DELETE FROM post WHERE id = (SELECT max(id) FROM post WHERE slug IS NOT NULL)", /is not there/],
  ["a post is there twice", "UPDATE rendition SET source = (SELECT source FROM rendition WHERE source LIKE '%word%' LIMIT 1) WHERE source LIKE '%Friday%'", /is there \d+ times/],
  ["an older text is back", "UPDATE rendition SET source = (SELECT v.source FROM revision v WHERE v.post_id = rendition.post_id ORDER BY v.id LIMIT 1)", /older text/],
  ["an effect is gone", "DELETE FROM reaction WHERE activity_uri LIKE '%v.peers.example%'", /has its effect 0 times/],
  ["a like from here is gone", "DELETE FROM reaction WHERE activity_uri LIKE '%care.example%' AND kind = 'like'", /the like of .* is there 0 times/],
  ["an activity failed", "UPDATE inbound_activity SET state = 'failed'", /ended as failed/],
  ["a post was never said", "DELETE FROM outbox_activity WHERE kind = 'Create'", /was said 0 times/],
  ["a deletion was never said", "DELETE FROM outbox_activity WHERE kind = 'Delete'", /0 Deletes/],
  ["a change was never said", "DELETE FROM outbox_activity WHERE kind = 'Update'", /0 Updates/],
  ["half of the fan-out is gone", "DELETE FROM delivery", /goes to 0 inboxes, not 1/],
  ["a delivery waits for ever", "UPDATE delivery SET state = 'waiting'", /still waits/],
  ["a delivery was given up", "UPDATE delivery SET state = 'dead'", /was given up/],
  ["likes are miscounted", "UPDATE post SET like_count = like_count + 1", /counts \d+ likes/],
  ["boosts are miscounted", "UPDATE post SET boost_count = boost_count + 1", /counts \d+ boosts/],
  ["replies are miscounted", "UPDATE post SET reply_count = reply_count + 1", /counts \d+ replies/],
  ["posts are miscounted", "UPDATE actor SET note_count = note_count + 1", /counts \d+ posts/],
  ["followers are miscounted", "UPDATE actor SET follower_count = follower_count + 1", /counts \d+ followers/],
  ["a row points to nothing", "DELETE FROM actor WHERE domain_id IS NULL", /points to nothing/],
];

const copyOf = (arrived) => arrived.map((arrival) => ({ ...arrival }));

/** What is done to what arrived elsewhere, and what has to be said of it. */
const SPOILED_ARRIVALS = [
  ["a delivery never arrived", (all) => all.filter(({ type }) => type !== "Create"), /done, and never arrived/],
  ["two bodies have one id", (all) => [...all, { ...all.at(-1), sha: "another" }], /arrived with two bodies/],
  ["a change came before its post", (all) => all.toReversed(), /came late/],
  ["something unknown was sent", (all) => [...all, { ...all.at(-1), id: "https://care.example/none" }], /is not known here/],
];

async function seesEverything({ make, sink }) {
  const world = make();
  await world.server.start();
  await script(world);
  await world.settle();
  const none = await faults(world, { fanOut: 1 });
  if (none.length > 0) throw new Error(`nothing is wrong, and it says ${none.join("; ")}`);
  world.server.panics = 1;
  await sees("a panic", /it panicked/, world);
  world.server.panics = 0;
  await world.server.end("SIGTERM");
  await sees("nobody is alive", /not alive/, world);
  const bytes = readFileSync(world.file);
  for (const [what, statement, wanted] of SPOILED_FILES) {
    const database = new DatabaseSync(world.file, { enableForeignKeyConstraints: false });
    const { changes } = database.prepare(statement).run();
    database.close();
    if (changes === 0) throw new Error(`${what}: nothing was spoiled`);
    await sees(what, wanted, world, { alive: false });
    for (const end of ["-wal", "-shm"]) rmSync(world.file + end, { force: true });
    writeFileSync(world.file, bytes);
  }
  const arrived = sink.arrived;
  for (const [what, spoil, wanted] of SPOILED_ARRIVALS) {
    sink.arrived = spoil(copyOf(arrived));
    await sees(what, wanted, world, { alive: false });
    sink.arrived = arrived;
  }
  return `${SPOILED_FILES.length + SPOILED_ARRIVALS.length + 2} spoiled results`;
}

async function sees(what, wanted, world, options = {}) {
  const found = await faults(world, { fanOut: 1, ...options });
  if (!found.some((line) => wanted.test(line))) {
    throw new Error(`${what}, and it is not seen: ${found.slice(0, 4).join("; ") || "it says nothing"}`);
  }
}

export const selftest = { id: "selftest", what: "the oracle sees what is wrong", check: seesEverything };
