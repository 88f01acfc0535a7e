// What the pages show: short and long texts, other languages and directions, a thread, a deletion.

import { writeFileSync } from "node:fs";
import path from "node:path";

import { drawing } from "./drawing.mjs";

export const ADMIN = {
  instance_name: "Alderbrook Care",
  handle: "ada",
  name: "Ada Example",
  email: "ada@care.example",
  password: "plum-kettle-otter-seven",
};

const LONG = `Our week, and how to come along.

We open the doors at half past nine and the kettle is on by ten. **Everyone is welcome**, with or
without a carer. The hall has a ramp at the side door and a hearing loop.

- Monday: chair exercises, then soup
- Tuesday: lunch club, two courses for three pounds
- Thursday: songs and stories with Bryn

1. Ring 01632 960123 to book a seat in the minibus.
2. Tell us what you cannot eat.
3. Come as you are.

> "I came for the soup and stayed for the company."

More on [our page](https://hazelbank.example/week). A very long word, such as
Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch, must not push the page sideways.

${"We walk to the park when it is dry, and we stay in and play dominoes when it is not. ".repeat(12)}`;

const WELSH = "Clwb cinio ddydd Mawrth am hanner dydd. Croeso cynnes i bawb.";
const ARABIC = "نلتقي يوم الثلاثاء ظهرًا لتناول الغداء معًا. الجميع مرحب بهم، ولا حاجة إلى الحجز.";
const MORE_POSTS = 24;
const REPLIES = 6;

const create = (program, handle, text, ...more) =>
  program.run(["post", "create", "--as", handle, "--text-stdin", ...more], text);

/** The address of a post's page, whichever of its addresses the command gave. */
const pageOf = (made) => new URL(made.url ?? made.page ?? made.uri).pathname;

/** Fills a community whose admin exists already; gives the paths of pages worth checking. */
export async function seed(program) {
  const owner = ["--owner", ADMIN.handle];
  await program.run(
    ["account", "create", "bryn", "--email", "bryn@care.example", "--password-stdin"],
    ADMIN.password,
  );
  await program.run([
    ...["provider", "create", "hazelbank", "--name", "Hazelbank House", ...owner],
    ...["--summary", "Day care and a lunch club in the old school."],
  ]);
  await program.run(["provider", "create", "rowan", "--name", "Rowan Befriending", ...owner]);

  for (let i = 1; i <= MORE_POSTS; i += 1) {
    await create(program, "hazelbank", `Notice ${i}: the kettle is on at ten. #lunchclub`);
  }
  const welsh = await create(program, "hazelbank", WELSH, "--lang", "cy");
  const arabic = await create(program, "hazelbank", ARABIC, "--lang", "ar");
  const long = await create(program, "hazelbank", LONG);
  let answer = long;
  for (let i = 1; i <= REPLIES; i += 1) {
    const text = `Answer ${i}: is there room for one more on the minibus?`;
    answer = await create(program, i % 2 ? "bryn" : "ada", text, "--reply-to", long.url ?? long.uri);
  }
  // An answer to an answer, so that a page has something above and something below.
  await create(program, "bryn", "Two more!", "--reply-to", answer.url ?? answer.uri);
  const edited = await create(program, "hazelbank", "The bus leaves at nine.");
  await program.run(
    ["post", "edit", edited.url ?? edited.uri, "--text-stdin"],
    "The bus leaves at half past nine.",
  );
  const keepers = ["--moderator", ADMIN.handle, "--moderator", "bryn"];
  await program.run([
    ...["group", "create", "kitchen_table", "--name", "Round the kitchen table", ...keepers],
    ...["--about", "For everybody who looks after somebody at home.", "--area", "Alderbrook"],
    ...["--rule", "Be kind.", "--rule", "Leave medicine to nurses and doctors."],
  ]);
  await program.run([
    ...["group", "create", "hysbysfwrdd", "--name", "Hysbysfwrdd", ...keepers, "--lang", "cy"],
    ...["--about", "Newyddion gan wasanaethau.", "--kind", "announce"],
  ]);
  await program.run(
    ["account", "create", "cleo", "--email", "cleo@care.example", "--password-stdin"],
    ADMIN.password,
  );
  const both = ["--moderator", ADMIN.handle, "--moderator", "cleo"];
  const kept = [...both, "--about", "For people who care at night."];
  await program.run(["group", "create", "nights", "--name", "Nights", "--kind", "closed", ...kept]);
  await program.run(["group", "create", "quiet", "--name", "Quiet", "--kind", "private", ...kept]);
  await program.run(["group", "invite", "quiet", "bryn"]);
  await program.run(["group", "join", "nights", "--as", "bryn"]);
  await create(program, "cleo", "Kettle is on.", "--group", "nights", "--title", "Three o'clock");
  const first = ["--approval", "first", "--about", "For everybody who is new."];
  await program.run(["group", "create", "slow", "--name", "New here", ...both, ...first]);
  const slow = ["--group", "slow", "--title", "Hello"];
  await create(program, "bryn", "I am **new**, and so is my dog.", ...slow);
  await create(program, "bryn", ARABIC, ...slow, "--lang", "ar");
  const table = ["--group", "kitchen_table"];
  const awake = await create(program, "bryn", "Who else is?", ...table, "--title", "Awake at five");
  await create(program, "ada", "I am, with a biscuit.", "--reply-to", awake.url ?? awake.uri);
  await create(program, "ada", ARABIC, ...table, "--lang", "ar");
  const lunch = ["Leek and potato soup", "Cheese and onion pie, with whatever the garden gives", "Cawl"];
  const poll = await create(
    program,
    "hazelbank",
    "What shall we cook for the spring lunch?",
    ...lunch.flatMap((answer) => ["--poll-option", answer]),
    ...["--poll-ends-in", "7d"],
  );
  await program.run(["post", "vote", poll.url ?? poll.uri, "--as", "bryn", "--option", "2"]);
  const shut = await create(program, "ada", "Who parked there?", ...table, "--title", "The ramp");
  const rude = await create(program, "bryn", "Not me!", "--reply-to", shut.url ?? shut.uri);
  await program.run(["group", "remove", rude.url ?? rude.uri, "--reason", "unkind"]);
  await program.run(["group", "lock", shut.url ?? shut.uri]);
  await program.run(["group", "pin", shut.url ?? shut.uri]);
  await program.run(["group", "ban", "hysbysfwrdd", "cleo", "--days", "7"]);
  const { host } = new URL(long.uri);
  const report = ["report", "send", `bryn@${host}`, "--as", "cleo", "--reason-stdin"];
  await program.run([...report, "--post", awake.url ?? awake.uri, "--to-group"], "It is about my mother.\nShe did not want that.");
  await program.run([...report, "--post", awake.url ?? awake.uri], "The same again.");
  await program.run([...report], "نص عربي");
  const paper = path.join(program.folder, "house.png");
  writeFileSync(paper, drawing(1200, 700));
  const house = ["--picture", paper, "--describe", "A red house under a yellow sun"];
  const picture = await create(program, "hazelbank", "Our new house.", ...house);
  const pictures = await create(program, "hazelbank", "Three views of it.", ...house, ...house, ...house);
  await program.run(["actor", "update", "hazelbank", ...house]);
  await program.run(["group", "change", "kitchen_table", ...house]);
  const gone = await create(program, "hazelbank", "This was a mistake.");
  await program.run(["post", "delete", gone.url ?? gone.uri]);
  return {
    long: pageOf(long),
    answer: pageOf(answer),
    welsh: pageOf(welsh),
    arabic: pageOf(arabic),
    edited: pageOf(edited),
    poll: pageOf(poll),
    picture: pageOf(picture),
    pictures: pageOf(pictures),
    awake: pageOf(awake),
    shut: pageOf(shut),
    gone: pageOf(gone),
  };
}
