// What other servers say comes twice, needs something that is not to be had, or makes us fail.

import { check } from "../oracle.mjs";
import { must, rowsOf } from "../must.mjs";
import { idOf, naming, shown } from "../script.mjs";
import { until } from "../server.mjs";
import { LEASE_S } from "../world.mjs";

const DAY_S = 24 * 3600;
const FAR = "https://h1.peers.example/users/bea";

/** The server is started anew: what it remembers of who did not answer a moment ago is gone. */
async function startAnew(world) {
  await world.server.end("SIGTERM");
  await world.server.start();
}

/** A note that is not inside the activity: it is read where it lives, and who reads it waits for `open`. */
function behindDoor(world, sink, named) {
  const { object } = world.note();
  object.tag = naming(named);
  const door = { object, reads: 0 };
  const opened = new Promise((resolve) => (door.open = resolve));
  sink.shows = async (url) => {
    if (url !== object.id) return undefined;
    door.reads += 1;
    await opened;
    return shown(object);
  };
  return door;
}

/** How far work on an activity has come. */
function stateOf(world, id) {
  const [row] = rowsOf(world, `SELECT state, attempts, locked_until AS lease FROM inbound_activity WHERE uri = '${id}'`);
  return { ...row, attempts: Number(row.attempts) };
}

const isDone = (world, id) => must(stateOf(world, id).state === "done", `${id} is ${stateOf(world, id).state}`);

const noticesOf = (world, uri) =>
  rowsOf(world, `SELECT n.id FROM notification n JOIN post p ON p.id = n.post_id WHERE p.uri = '${uri}'`).length;

/** Says the same once more, `times` times at once, and wants "yes" each time. */
async function sayMore(world, entry, times) {
  const answers = await Promise.allSettled(Array.from({ length: times }, () => world.knock(entry)));
  const odd = answers.filter(({ status }) => status === "rejected");
  must(odd.length === 0, `said again, it was answered ${odd[0]?.reason.message}`);
}

/** */
async function sameAgain({ make, sink, full }) {
  const world = make();
  await world.server.start();
  const rounds = full ? 30 : 3;
  const alice = await idOf("alice");
  for (let round = 0; round < rounds; round += 1) {
    const door = behindDoor(world, sink, alice);
    const entry = await world.hear({ type: "Create", object: door.object.id });
    await until("the first to be worked on", () => door.reads > 0);
    await sayMore(world, entry, 5);
    if (round % 3 === 1) {
      // Its lease ends, and it is taken up once more while the first is still at it.
      world.faults.later(LEASE_S);
      await until("it to be taken up again", () => stateOf(world, entry.id).attempts > 1);
    }
    door.open();
    if (round % 3 === 2) await sayMore(world, entry, 20);
    await world.settle();
    await sayMore(world, entry, 2);
    const notices = noticesOf(world, door.object.id);
    must(notices === 1, `alice has ${notices} notices of it`);
  }
  // And the very first time it comes, all at once.
  const entry = world.draft(world.note());
  await sayMore(world, entry, 20);
  await world.settle();
  await check(world, { fanOut: 1 });
  return `${rounds} times`;
}

/** R-033, first half: nobody says whose key it is. The sender is told to come back, and nothing is kept. */
async function noKey({ make, sink, full }) {
  const world = make();
  await world.server.start();
  for (const way of ["500", "429", "reset", ...(full ? ["hang", "drip"] : [])]) {
    sink.shows = (url) => (url.startsWith("https://h1.") ? way : undefined);
    const by = `${FAR}${way}`;
    const answer = await world.hear(world.note(undefined, by), by).then(() => undefined, (error) => error);
    must(answer?.status === 503, `without its key (${way}) it was answered ${answer?.message ?? "yes"}`);
    must(/retry-after: \d+/i.test(answer.text), "nobody says when to come again");
  }
  const kept = rowsOf(world, "SELECT uri FROM inbound_activity WHERE host = 'h1.peers.example'");
  must(kept.length === 0, `${kept.length} were kept that nobody signed`);
  sink.shows = () => undefined;
  await startAnew(world);
  for (const entry of world.ledger.unheard()) await world.knock(entry);
  await world.settle();
  await check(world, { fanOut: 1 });
}

const arrivals = (world, ...more) => world.server.run(["arrival", "list", ...more]);

/** R-033, second half: what stands behind it is away, for a while or for good. */
async function noObject({ make, sink, full }) {
  const world = make();
  await world.server.start();
  await world.hear({ type: "Like", object: world.names.seeds[0].uri }, FAR);
  const back = await hearOfMissing(world, sink, "500");
  await world.hear(world.note()); // nobody waits behind it
  await until("what needs nobody", () => rowsOf(world, "SELECT id FROM inbound_activity WHERE state = 'waiting'").length === 1);
  const [waiting] = await arrivals(world);
  must(waiting?.activity === back.id && waiting.next_try, `what waits is listed as ${JSON.stringify(waiting)}`);
  must(waiting.last_error !== null, "nobody says why it waits");
  await goOn(world, back.id, full ? DAY_S : 3 * DAY_S, full ? 13 : 4);
  must((await arrivals(world, "--failed")).length === 0, "it was put aside within fourteen days");
  sink.shows = back.shows;
  await startAnew(world);
  world.faults.later(8 * 3600);
  await until("it to be resolved", () => rowsOf(world, `SELECT id FROM post WHERE uri = '${back.object.id}'`).length === 1);
  await world.settle();

  const lost = await hearOfMissing(world, sink, "500");
  await goOn(world, lost.id, full ? DAY_S : 3 * DAY_S, 15);
  const [failed] = await arrivals(world, "--failed");
  must(failed?.activity === lost.id, `after fourteen days it stands in no list: ${JSON.stringify(failed)}`);
  must((await arrivals(world)).length === 0, "it still waits");
  sink.shows = lost.shows;
  await startAnew(world);
  await world.server.run(["arrival", "retry", failed.id]);
  await world.settle();
  isDone(world, lost.id);
  await check(world, { fanOut: 1 });
  return `after fourteen days: ${failed.last_error}`;
}

/** A `Create` that names a note which cannot be read; gives how it looks once it can. */
async function hearOfMissing(world, sink, way) {
  const { object } = world.note(undefined, FAR);
  const shows = (url) => (url === object.id ? shown(object) : undefined);
  sink.shows = (url) => (url === object.id ? way : undefined);
  const { id } = await world.hear({ type: "Create", object: object.id }, FAR);
  await until("the first try", () => sink.asked.includes(object.id));
  return { id, object, shows };
}

/** Time goes by, step by step, and at each what is due is tried, until it is over. */
async function goOn(world, id, seconds, times) {
  for (let at = 0; at < times && stateOf(world, id).state === "waiting"; at += 1) {
    const known = stateOf(world, id).attempts;
    const isOver = ({ attempts, lease }) => attempts > known && lease === null;
    world.faults.later(seconds);
    await until("another try", () => isOver(stateOf(world, id)));
  }
}

/** what it answers is away; it is shown at once, and stands below that once it is found. */
async function noParent({ make, sink }) {
  const world = make();
  await world.server.start();
  const parent = world.note(undefined, FAR).object;
  sink.shows = (url) => (url.startsWith("https://h1.") ? "500" : undefined);
  const said = world.note(parent.id);
  said.object.tag = naming(world.names.hazelbank);
  await world.hear(said);
  await until("the parent to be asked for", () => sink.asked.includes(parent.id));
  await world.settle();
  const stands = () =>
    rowsOf(world, `SELECT p.uri, q.uri AS parent FROM post p LEFT JOIN post q ON q.id = p.in_reply_to_id
      WHERE p.uri = '${said.object.id}'`);
  must(stands().length === 1 && stands()[0].parent === null, "an answer waits for what it answers");
  sink.shows = (url) => (url === parent.id ? shown(parent) : undefined);
  await startAnew(world);
  world.faults.later(3600);
  await until("it to stand below its parent", () => stands()[0]?.parent === parent.id);
  await world.settle();
  must(stands().length === 1, "it is there twice");
  await check(world, { fanOut: 1 });
}

const POISON = {
  sqlite: `CREATE TRIGGER poison BEFORE INSERT ON post WHEN (NEW.uri LIKE '%poison%')
    BEGIN SELECT RAISE(ABORT, 'bad medicine'); END`,
  postgres: `CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'bad medicine'; END $$;
    CREATE TRIGGER poison BEFORE INSERT ON post FOR EACH ROW WHEN (NEW.uri LIKE '%poison%') EXECUTE FUNCTION poison()`,
};

/** our own code fails with it, each time, until it is mended. */
async function poison({ make, gate }) {
  const world = make();
  await world.server.start();
  world.change(gate ? POISON.postgres : POISON.sqlite);
  const said = world.note();
  said.object.id += "-poison";
  const entry = await world.hear(said);
  let tries = 0;
  for (; tries < 9; tries += 1) {
    await world.hear(world.note()); // nobody waits behind it
    await world.settle();
    if ((await arrivals(world, "--failed")).length > 0) break;
    world.faults.later(3600);
  }
  await parkedAndMended(world, entry, () => world.change(gate ? "DROP TRIGGER poison ON post" : "DROP TRIGGER poison"));
}

/** It stands in the list of what failed, as tried five times; and works once it is mended. */
async function parkedAndMended(world, entry, mend) {
  const failed = await arrivals(world, "--failed");
  must(failed.length === 1 && failed[0].activity === entry.id, `put aside: ${JSON.stringify(failed)}`);
  const [{ id, attempts, last_error: why, state, bytes }] = failed;
  must(state === "failed" && Number(bytes) > 0 && why, `it is shown as ${JSON.stringify(failed[0])}`);
  must(Number(attempts) >= 5 && Number(attempts) <= 6, `it was tried ${attempts} times`);
  const doctor = await world.server.command(["doctor"]);
  must(/could not be applied/.test(doctor.said), "the doctor does not say so");
  await world.knock(entry); // its sender hears "yes", and it is not begun anew
  await world.settle();
  must((await arrivals(world, "--failed")).length === 1, "it came again and was begun anew");
  mend();
  await world.server.run(["arrival", "retry", id]);
  await world.settle();
  isDone(world, entry.id);
  await check(world, { fanOut: 1 });
}

/** the process dies of it, each time. */
async function deadly({ make, sink }) {
  const world = make();
  await world.server.start();
  const { object } = world.note();
  let deaths = 0;
  sink.shows = (url) => {
    if (url !== object.id) return undefined;
    deaths += 1;
    world.server.child.kill("SIGKILL");
    return "hang";
  };
  const entry = await world.hear({ type: "Create", object: object.id });
  for (let round = 0; round < 9; round += 1) {
    await until("it to be begun or put aside", async () => !world.server.isRunning || (await isParked(world)));
    if (world.server.isRunning) break;
    await world.startAgain();
    await Promise.allSettled([1, 2, 3].map(() => world.hear(world.note())));
  }
  must(await isParked(world), `it has killed the server ${deaths} times, and will again`);
  for (const other of world.ledger.unheard()) await world.knock(other);
  await world.settle();
  sink.shows = (url) => (url === object.id ? shown(object) : undefined);
  await parkedAndMended(world, entry, () => {});
  return `it killed the server ${deaths} times`;
}

const isParked = (world) =>
  rowsOf(world, "SELECT id FROM inbound_activity WHERE state = 'failed'").length > 0;

export const cases = [
  { id: "R-031", what: "an activity comes again while the first is worked on", check: sameAgain },
  { id: "R-033", what: "the key of who signed is not to be had", check: noKey },
  { id: "R-033b", what: "what an activity is about is not to be had, for thirteen days or for good", check: noObject },
  { id: "R-033c", what: "what a post answers is not to be had", check: noParent },
  { id: "R-034", what: "an activity makes our code fail, until that is mended", check: poison },
  { id: "R-034b", what: "an activity kills the process, each time", check: deadly },
];
