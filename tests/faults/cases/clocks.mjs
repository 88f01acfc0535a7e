// The machine starts with a clock that cannot be right, or with one that some programs cannot count to.

import { check } from "../oracle.mjs";
import { must, rowsOf } from "../must.mjs";
import { sayAgain } from "../script.mjs";
import { ask, until } from "../server.mjs";

const BEGINNING = Date.UTC(1970, 0, 2);
const AFTER_2038 = Date.UTC(2040, 1, 29);
/** Nothing of ours is older: what says so was dated wrongly. */
const SANE = Date.UTC(2020, 0, 1);

/** Sets the clock of everything that the world starts from now on. */
function setClock(world, moment) {
  world.faults.set({ clockMs: Math.round((moment - Date.now()) / 1_000) * 1_000 });
}

/** With which status something was refused, or "yes". */
const answerTo = (act) => act().then(() => "yes", (error) => error.status ?? "no");

/** Columns that hold a moment, and rows that say it was before there was such a program. */
function datedWrongly(world) {
  const tables = world.tables();
  try {
    const moments = tables.columns().filter(({ column }) => /_at$|^published$|^at$|^since$/.test(column));
    const each = moments.map(
      ({ table, column }) => `SELECT '${table}.${column}' AS name, count(*) AS n FROM "${table}" WHERE "${column}" BETWEEN 1 AND ${SANE}`,
    );
    const found = tables.all(`SELECT name, n FROM (${each.join(" UNION ALL ")}) counted WHERE n > 0`);
    // The steps of the schema are dated in seconds.
    return found.map(({ name }) => name).filter((name) => !name.startsWith("seaql_migrations"));
  } finally {
    tables.close();
  }
}

/** nothing is taken, said or dated until the clock is right. */
async function beginning({ make, sink }) {
  const world = make({ followers: { count: 2 } });
  setClock(world, BEGINNING);
  if (await world.server.tryStart({}, 10_000)) {
    const post = await answerTo(() => world.post("command"));
    const heard = await answerTo(() => world.hear(world.note()));
    must((await ask("/@hazelbank")).status === 200, "a page is not shown");
    const { code, said } = await world.server.command(["doctor"]);
    must(code === 1 && /clock: .*1970/.test(said), `the doctor does not see it: ${said}`);
    const wrong = datedWrongly(world);
    const what = `in 1970 a post is answered ${post}, an activity ${heard}; dated wrongly: ${wrong.join(", ") || "nothing"}`;
    must(post !== "yes" && heard === 503 && wrong.length === 0, what);
    must(sink.arrived.length === 0, "it spoke with others");
    await world.server.end("SIGTERM");
  } else {
    const { said } = await world.server.child.ended;
    must(said.trim().split("\n").length === 1 && /clock/.test(said), `it ended and said ${said}`);
  }
  setClock(world, Date.now());
  await world.server.start();
  await sayAgain(world);
  await world.post("page");
  await world.settle();
  await check(world, { fanOut: 3 });
}

/** R-047b: a late clock is a clock, and all is dated as it says; and once it is set back, all goes on. */
async function late({ make, sink }) {
  const world = make({ followers: { count: 2 } });
  setClock(world, AFTER_2038);
  await world.server.start();
  const entry = await world.post("command");
  await world.edit(entry, "command");
  await world.hear(world.note());
  await world.hear({ type: "Like", object: entry.uri }, "https://h9.peers.example/users/bea");
  await world.settle();
  must(sink.arrived.length === 6, `${sink.arrived.length} deliveries were made, not 6`);
  const [{ at }] = rowsOf(world, `SELECT published AS at FROM post WHERE uri = '${entry.uri}'`);
  must(Math.abs(Number(at) - AFTER_2038) < 600_000, `a post of 2040 is dated ${new Date(Number(at)).toISOString()}`);
  must((await ask(entry.page)).text.includes("2040"), "its page does not say 2040");
  await check(world, { fanOut: 3 });
  await world.server.end("SIGTERM");
  setClock(world, Date.now());
  await world.server.start();
  await world.post("page");
  await world.hear(world.note());
  await until("what waits to be done", () => rowsOf(world, "SELECT id FROM delivery WHERE state = 'waiting'").length === 0);
  await world.settle();
  await check(world, { fanOut: 3 });
}

export const cases = [
  {
    id: "R-047",
    what: "it starts with a clock of 1970",
    check: beginning,
  },
  { id: "R-047b", what: "it starts with a clock of 2040, which is then set back", check: late },
];
