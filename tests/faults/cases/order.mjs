// What belongs together comes in another order than it was said in: the end is the same.

import { check } from "../oracle.mjs";
import { must, rowsOf } from "../must.mjs";
import { idOf, naming, shown } from "../script.mjs";

const VIC = "https://v.peers.example/users/vic";

/** In the quick form only so many orders are waited for, act by act. */
const APART = { quick: 8 };

/** All orders of so many things, that in which they were said first. */
function ordersOf(things) {
  if (things.length === 0) return [[]];
  return things.flatMap((first, at) => ordersOf(things.toSpliced(at, 1)).map((rest) => [first, ...rest]));
}

/** Notes of one scene, which no other scene knows. */
class Scene {
  constructor(world, alice, number) {
    Object.assign(this, { world, alice, mark: `scene${String(number).padStart(4, "0")}` });
  }

  note(name, words, answers) {
    const updated = words === "edited" ? { updated: new Date(this.world.now() + 1_000).toISOString() } : {};
    const { object } = this.world.note(answers);
    const id = this.idOf(name);
    return { ...object, ...updated, id, content: `<p>${words}</p>`, tag: naming(this.alice) };
  }

  idOf(name) {
    return `${VIC}/notes/${this.mark}-${name}`;
  }

  says(type, object, by = VIC) {
    return this.world.draft({ type, object }, by);
  }
}

const embedded = ({ activity }) => ({ ...activity, "@context": undefined });

/** What is said in each scene, in the order of its author. */
const STORIES = {
  "a post, its edit, its deletion, a like and its Undo": (scene) => {
    const [seed] = scene.world.names.seeds;
    const like = scene.says("Like", seed.uri);
    return [
      scene.says("Create", scene.note("a", "first", seed.uri)),
      scene.says("Update", scene.note("a", "edited", seed.uri)),
      scene.says("Delete", { id: scene.idOf("a"), type: "Tombstone" }),
      like,
      scene.says("Undo", embedded(like)),
    ];
  },
  "a post, its edit, what answers it, and what answers that": (scene) => [
    scene.says("Create", scene.note("a", "first", scene.world.names.seeds[1].uri)),
    scene.says("Update", scene.note("a", "edited", scene.world.names.seeds[1].uri)),
    scene.says("Create", scene.note("b", "an answer", scene.idOf("a"))),
    scene.says("Create", scene.note("c", "an answer to that", scene.idOf("b"))),
  ],
  "a follow and its Undo": (scene) => {
    const by = `https://h${Number(scene.mark.slice(-3))}.peers.example/users/bea`;
    const follow = scene.says("Follow", scene.world.names.hazelbank, by);
    return [follow, scene.says("Undo", embedded(follow), by)];
  },
  "a boost, its Undo, and a post that is deleted": (scene) => {
    const boost = scene.says("Announce", scene.world.names.seeds[0].uri);
    return [
      scene.says("Create", scene.note("a", "first", scene.world.names.seeds[0].uri)),
      boost,
      scene.says("Undo", embedded(boost)),
      scene.says("Delete", scene.idOf("a")),
    ];
  },
};

/** What is left of all scenes in the end: posts with their words and their place, reactions, follows, notices. */
function leftOvers(world) {
  const posts = rowsOf(world, `SELECT p.uri, q.uri AS parent, p.reply_count AS answers, r.html AS words,
      (SELECT count(*) FROM notification n WHERE n.post_id = p.id) AS notices
    FROM post p LEFT JOIN post q ON q.id = p.in_reply_to_id JOIN rendition r ON r.post_id = p.id
    WHERE p.state = 'published' AND p.uri LIKE '%/scene%' ORDER BY p.uri`);
  const effects = rowsOf(world, "SELECT kind, activity_uri AS uri FROM reaction UNION ALL SELECT 'follow', activity_uri FROM follow");
  return ({ mark }, entries) => {
    const ids = new Set(entries.map(({ id }) => id));
    const ofScene = posts.filter(({ uri }) => uri.includes(`/${mark}-`));
    const kinds = effects.filter(({ uri }) => ids.has(uri)).map(({ kind }) => kind);
    return JSON.stringify({ posts: ofScene, kinds }).replaceAll(mark, "scene");
  };
}

/** One scene of each story in each order. */
function scenesOf(world, alice) {
  const scenes = [];
  for (const [what, story] of Object.entries(STORIES)) {
    const numbers = story(new Scene(world, alice, 0)).map((_, at) => at);
    for (const order of ordersOf(numbers)) {
      const scene = new Scene(world, alice, scenes.length + 1);
      scenes.push({ what, scene, order, entries: story(scene) });
    }
  }
  // Those were only to count with.
  world.ledger.entries = scenes.flatMap(({ entries }) => entries);
  return scenes;
}

/** Every order of every story; `apart` says whether each act is over before the next. */
async function play({ make, sink, full }, apart) {
  const world = make();
  await world.server.start();
  const all = scenesOf(world, await idOf("alice"));
  const step = apart && !full ? Math.ceil(all.length / APART.quick) : 1;
  const chosen = all.filter((it, at) => at % step === 0 || isFirst(it));
  world.ledger.entries = chosen.flatMap(({ entries }) => entries);
  // Some of what is answered can be read where it lives before it is said to us; some cannot.
  const notes = chosen.filter((_, at) => at % 2 === 0).flatMap(({ entries }) => entries.map(({ activity }) => activity.object));
  const readable = new Map(notes.filter((it) => it.content).map((it) => [it.id, shown(it)]));
  sink.shows = (url) => readable.get(url);
  for (const { order, entries } of chosen) {
    for (const at of order) {
      await world.knock(entries[at]);
      if (apart) await world.settle();
    }
  }
  await world.settle();
  const [wanted, leftOf] = [new Map(), leftOvers(world)];
  for (const { what, scene, order, entries } of chosen) {
    const left = leftOf(scene, entries);
    if (!wanted.has(what)) wanted.set(what, left);
    const told = order.map((at) => entries[at].activity.type).join(", ");
    must(left === wanted.get(what), `${what}: ${told} left ${left}, not ${wanted.get(what)}`);
  }
  await check(world, { fanOut: 1 });
  return `${chosen.length} orders`;
}

const isFirst = ({ order }) => order.every((at, place) => at === place);

export const cases = [
  { id: "R-032", what: "out of order, all at once", check: (context) => play(context, false) },
  { id: "R-032b", what: "out of order, one after the other", check: (context) => play(context, true) },
];
