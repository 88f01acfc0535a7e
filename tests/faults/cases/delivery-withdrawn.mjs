// What is taken back while it waits for other servers, and what must never go there.

import { hostOf } from "../crowd.mjs";
import { check } from "../oracle.mjs";
import { DAY_S, HOUR_S, Queue, soon } from "../queue.mjs";

const [FIRST, SECOND, THIRD] = [0, 1, 2].map(hostOf);
const FOR = (audience) => ["post", "create", "--as", "hazelbank", "--audience", audience, "--text-stdin"];

/** How soon a server knows what was decided by command. */
const NOTICED_MS = 5_000;

const must = (holds, what) => {
  if (!holds) throw new Error(what);
};
const personAt = (number, host) => `https://${host}/users/u${number}`;
const pathOf = ({ url }) => `https://care.example${new URL(url).pathname}`;

/** Three posts for followers, one of them changed, and one for anybody, while other servers are down. */
async function backlog(world, queue, hosts) {
  world.sink.behave = (host) => (hosts.includes(host) ? "500" : "202");
  await world.server.start();
  const secrets = [];
  for (const text of ["Dinner is late.", "Dinner is early.", "No dinner."]) {
    secrets.push(await queue.run(FOR("followers"), text));
  }
  await queue.run(["post", "edit", pathOf(secrets[1]), "--text-stdin"], "Dinner is later.");
  const open = await world.post("command");
  for (const host of hosts) {
    await queue.next(host);
    must(queue.waiting(host).length >= 5, `${queue.waiting(host).length} wait for ${host}, not 5`);
  }
  return { secrets: secrets.map(({ uri }) => uri), open: open.uri };
}

/** Everybody is well again; gives a question: what a host heard then. */
async function heal(world, queue, hosts) {
  const known = world.sink.arrived.length;
  world.sink.behave = () => "202";
  for (const host of hosts) await queue.stepAll(host);
  await world.settle();
  return (wanted) => world.sink.arrived.slice(known).filter(({ host }) => host === wanted);
}

/** Whether it heard so many of the posts for followers, and the other one. */
function hasHeard(heard, { secrets, open }, wanted) {
  const got = secrets.filter((uri) => heard.some(({ object }) => object === uri)).length;
  must(got === wanted, `${heard[0].host} heard ${got} of ${secrets.length} posts for followers, not ${wanted}`);
  must(heard.some(({ object }) => object === open), `${heard[0].host} did not hear what anybody may read`);
}

/** Followers are removed, and blocked; where others follow on the same server, it hears everything. */
async function removed({ make }) {
  const world = make({ followers: { count: 6, hosts: 3, shared: true } });
  const queue = new Queue(world);
  const hosts = [FIRST, SECOND, THIRD];
  const posts = await backlog(world, queue, hosts);
  const remove = (number, host) => ["follower", "remove", `u${number}@${host}`, "--as", "hazelbank"];
  // One of two, both, and both in another way.
  await queue.run(remove(0, FIRST));
  await queue.run(remove(1, SECOND));
  await queue.run(remove(4, SECOND));
  for (const number of [2, 5]) await queue.run(["actor", "block", "hazelbank", `u${number}@${THIRD}`]);
  const heard = await heal(world, queue, hosts);
  hasHeard(heard(FIRST), posts, 3);
  hasHeard(heard(SECOND), posts, 0);
  hasHeard(heard(THIRD), posts, 0);
  for (const [host, told] of [[FIRST, 1], [SECOND, 2], [THIRD, 2]]) {
    const times = heard(host).filter(({ type }) => type === "Reject").length;
    must(times === told, `${host} was told ${times} times that somebody does not follow any more, not ${told}`);
  }
  await check(world);
  queue.close();
}

/** They go by themselves, or block who they followed, while posts for followers wait for them. */
async function left({ make }) {
  const world = make({ followers: { count: 3 } });
  const queue = new Queue(world);
  const hosts = [FIRST, SECOND, THIRD];
  const posts = await backlog(world, queue, hosts);
  const who = personAt(0, FIRST);
  const follow = { id: `${who}#follow`, type: "Follow", actor: who, object: world.names.hazelbank };
  const { hazelbank } = world.names;
  await world.hear({ type: "Undo", object: follow, to: [hazelbank] }, who);
  await world.hear({ type: "Block", object: hazelbank, to: [hazelbank] }, personAt(1, SECOND));
  await soon("the end of two follows", async () => {
    const all = JSON.stringify(await queue.run(["follower", "list", "--as", "hazelbank"]));
    return !all.includes(`@${FIRST}`) && !all.includes(`@${SECOND}`) && all.includes(`@${THIRD}`);
  });
  const heard = await heal(world, queue, hosts);
  hasHeard(heard(THIRD), posts, 3);
  hasHeard(heard(FIRST), posts, 0);
  hasHeard(heard(SECOND), posts, 0);
  await check(world);
  queue.close();
}

/** A server is suspended while much waits for it, and one thing is on its way. */
async function suspended({ make, sink, full }) {
  const world = make({ followers: { count: 4, hosts: 2 } });
  const queue = new Queue(world);
  sink.behave = (host) => (host === FIRST ? "500" : "202");
  await world.server.start();
  const who = personAt(0, FIRST);
  await world.hear(world.note(undefined, who), who);
  const posts = [];
  for (let at = 0; at < (full ? 200 : 6); at += 1) posts.push(await world.post("page"));
  await world.edit(posts[0], "page");
  await queue.next(FIRST);
  sink.behave = (host) => (host === FIRST ? "late:1000" : "202");
  const known = sink.arrived.length;
  const heard = () => sink.arrived.slice(known).filter(({ host }) => host === FIRST);
  await queue.step(FIRST);
  await queue.run(["peer", "suspend", FIRST]);
  must(heard().length === 1 && heard()[0].took === undefined, `${heard().length} were on their way`);
  must(queue.waiting(FIRST).length === 0, `${queue.waiting(FIRST).length} still wait`);
  // Whatever is said or done now, and however much later: it hears nothing.
  await world.edit(posts[1], "page");
  await world.remove(posts[2], "page");
  await queue.run(FOR("public"), `@u0@${FIRST} There is cake.`);
  await queue.run(["actor", "rotate-keys", "hazelbank"]);
  const says = () => world.hear(world.note(undefined, who), who).then(() => 202, ({ status }) => status);
  const before = world.ledger.entries.length;
  await soon("what it says to be refused", async () => (await says()) === 403, NOTICED_MS);
  // What was let in until the server had noticed may have been refused afterwards.
  world.ledger.entries.splice(before);
  for (const wait of [60, 8 * HOUR_S, 14 * DAY_S]) {
    await queue.until(world.now() + wait * 1000);
    await queue.run(FOR("public"), `We are open. ${wait}`);
    await world.settle({ all: false });
  }
  must(heard().length === 1, `it heard ${heard().length - 1} things after it was suspended`);
  must((await queue.shown(FIRST, "--waiting")).length === 0, "something waits for it");
  // What was dropped stays so.
  await queue.run(["peer", "allow", FIRST]);
  await soon("what it says to be taken", async () => (await says()) === 202, NOTICED_MS);
  const { uri } = await queue.run(FOR("public"), "Hello again.");
  await soon("a post once it is allowed again", () => heard().some(({ object }) => object === uri));
  await world.settle();
  must(heard().every(({ object }, at) => at === 0 || object === uri), "it heard what had been dropped");
  await check(world);
  queue.close();
  return `${posts.length} posts waited`;
}

/** Five hundred follow from one server, which has an inbox for all of them: it hears everything once. */
async function oneInbox({ make, sink, full }) {
  const count = full ? 10_000 : 500;
  const world = make({ followers: { count, hosts: 1, shared: true } });
  const queue = new Queue(world);
  sink.says = (id) => ({ endpoints: { sharedInbox: `${new URL(id).origin}/inbox` } });
  await world.server.start();
  // And three more, who come through the door and say so in their documents.
  const { hazelbank } = world.names;
  for (const name of ["ada", "bob", "cyd"]) {
    await world.hear({ type: "Follow", object: hazelbank, to: [hazelbank] }, `https://${FIRST}/users/${name}`);
  }
  const ask = await world.hear(world.note(undefined, personAt(7, FIRST)), personAt(7, FIRST));
  await world.settle();
  const accepted = sink.arrived.filter(({ host, type }) => host === FIRST && type === "Accept").length;
  must(accepted === 3, `${accepted} of 3 follows were accepted`);
  const known = sink.arrived.length;
  const post = await world.post("command");
  await world.edit(post, "command");
  await world.edit(post, "command");
  const answer = await queue.run([...FOR("public"), "--reply-to", ask.activity.object.id], "There is cake.");
  await queue.run(FOR("followers"), "Dinner is late.");
  await world.settle();
  await world.remove(post, "command");
  await world.settle();
  const heard = sink.arrived.slice(known).filter(({ host }) => host === FIRST);
  const kinds = heard.map(({ type }) => type).sort().join(", ");
  const wanted = "Create, Create, Create, Delete, Update, Update";
  must(kinds === wanted, `it heard ${heard.length} things: ${kinds.slice(0, 2 * wanted.length)}`);
  must(heard.every(({ url }) => url === `https://${FIRST}/inbox`), "something went to somebody's own inbox");
  must(heard.some(({ object }) => object === answer.uri), "an answer did not go to the inbox for all");
  await check(world, { fanOut: 2 });
  queue.close();
  return `${count + 3} followers, ${heard.length} deliveries for six things`;
}

/** What is for people with an account here never waits for anybody else, whatever is done with it. */
async function atHome({ make, sink }) {
  const world = make({ followers: { count: 3 } });
  const queue = new Queue(world);
  await world.server.start();
  const heard = await world.hear(world.note());
  const known = sink.arrived.length;
  const rows = () => queue.tables.count("delivery");
  const [before, said] = [rows(), () => queue.tables.count("outbox_activity")];
  const saidBefore = said();
  const local = (text, more = [], as = "hazelbank") =>
    queue.run(["post", "create", "--as", as, "--audience", "local", ...more, "--text-stdin"], text);
  const posts = [
    await local("Only for us: @vic@v.peers.example is late."),
    await local("Which cake?", ["--poll-option", "Plum", "--poll-option", "Pear"]),
    await local("We have cake.", ["--reply-to", heard.activity.object.id]),
    await local("Not for them either.", ["--reply-to", world.names.seeds[0].uri], "alice"),
  ];
  const [first] = posts;
  await queue.run(["post", "edit", pathOf(first), "--text-stdin"], "Only for us, again.");
  await queue.run(["post", "translate", pathOf(first), "--lang", "cy", "--text-stdin"], "I ni yn unig.");
  await queue.run(["post", "like", pathOf(first), "--as", "alice"]);
  await world.server.command(["post", "boost", pathOf(first), "--as", "alice"]);
  await world.server.command(["post", "pin", pathOf(first)]);
  await queue.run(["post", "vote", pathOf(posts[1]), "--as", "alice", "--option", "2"]);
  for (const post of posts.toReversed()) await queue.run(["post", "delete", pathOf(post)]);
  must(rows() === before, `${rows() - before} deliveries were queued`);
  must(said() === saidBefore, `${said() - saidBefore} activities were written for others`);
  // The same with one for anybody is heard by everybody, and only that.
  const open = await world.post("command");
  await world.settle();
  const came = sink.arrived.slice(known);
  must(came.length === 4 && came.every(({ object }) => object === open.uri), `others heard ${came.map(({ id }) => id)}`);
  await check(world);
  queue.close();
}

export const cases = [
  { id: "R-024", what: "followers are removed and blocked while posts for followers wait for them", check: removed },
  { id: "R-024b", what: "they end the follow themselves, or block who they followed", check: left },
  { id: "R-026", what: "a server is suspended while much waits for it", check: suspended },
  { id: "R-029", what: "five hundred followers have one inbox", check: oneInbox },
  { id: "R-030", what: "what is for people here alone is written, changed, answered and deleted", check: atHome },
];
