// The process dies in the middle of a transaction, between what it does and the mark that it is done.

import { must, rowsOf } from "../must.mjs";
import { check } from "../oracle.mjs";
import { until } from "../server.mjs";
import { isHeld } from "../tables.mjs";

/** After which statements of an activity it dies: its effects, in their order, and the mark that they were made. */
const MOMENTS = [
  ["INSERT", "post"],
  ["INSERT", "revision"],
  ["INSERT", "rendition"],
  ["UPDATE", "actor"],
  ["UPDATE", "post"],
  ["UPDATE", "inbound_activity"],
];

/** For how long a statement goes on, unless its process dies: much longer than it takes to be seen. */
const LONG_S = 8;

/** Makes the statement go on for long once its row is written. */
function slow(world, act, table, only) {
  if (world.database) {
    return `CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_sleep(${LONG_S}); RETURN NEW; END $$;
      CREATE TRIGGER slow AFTER ${act} ON "${table}" FOR EACH ROW ${only && `WHEN (${only})`} EXECUTE FUNCTION slow()`;
  }
  // It counts pairs of pairs of pairs: nothing that the program waits for, and nothing that is written.
  const many = Array.from({ length: 5 }, (_, at) => `sqlite_master t${at}`).join(", ");
  return `CREATE TRIGGER slow AFTER ${act} ON "${table}" ${only && `WHEN ${only}`}
    BEGIN SELECT count(*) FROM ${many}; END`;
}

const quick = (world) => (world.database ? "DROP TRIGGER slow ON $; DROP FUNCTION slow()" : "DROP TRIGGER slow");

/** R-004: killed between what an activity does and the mark that it was done, at each statement. */
async function inTheMiddle({ make, full }) {
  let died = 0;
  for (let round = 0; round < (full ? 5 : 1); round += 1) {
    for (const [act, table] of MOMENTS) {
      const world = make();
      await world.server.start();
      await world.settle();
      const only = table === "inbound_activity" ? "NEW.state = 'done'" : "";
      world.change(slow(world, act, table, only));
      const said = world.note();
      const entry = await world.hear(said);
      await until(`it to be in the middle, after ${act} ${table}`, () => isInTheMiddle(world));
      await world.server.end("SIGKILL");
      const where = `killed after ${act} ${table}`;
      await until(`what was begun to be over, ${where}`, () => !isInTheMiddle(world));
      const posts = () => rowsOf(world, `SELECT id FROM post WHERE uri = '${said.object.id}'`).length;
      const [row] = rowsOf(world, `SELECT state FROM inbound_activity WHERE uri = '${entry.id}'`);
      must(row?.state === "waiting", `${where}: the activity is ${row?.state}`);
      must(posts() === 0, `${where}: a part of what it does is there`);
      world.change(quick(world).replace("$", table));
      await world.startAgain();
      await world.settle();
      must(posts() === 1, `${where}: ${posts()} posts came of it`);
      await check(world, { fanOut: 1 });
      await world.close();
      died += 1;
    }
  }
  return `${died} times, after each of ${MOMENTS.length} statements`;
}

/** Whether somebody writes, and does not end. */
function isInTheMiddle(world) {
  if (world.database) {
    return rowsOf(world, "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'").length > 0;
  }
  return isHeld(world.file, 400);
}

export const cases = [
  { id: "R-004", what: "killed between what an activity does and the mark that it was done", check: inTheMiddle },
];
