// Many who follow, put straight into the file before the program starts: each is like vic, elsewhere.

import { createHash } from "node:crypto";
import { DatabaseSync } from "node:sqlite";

const HASH_BYTES = 16;
const FIRST_ID = 1_000;
const VIC = "https://v.peers.example/users/vic";

export const hostOf = (at) => `h${at}.peers.example`;
const hashOf = (uri) => createHash("sha256").update(uri).digest().subarray(0, HASH_BYTES);

/** `count` followers of hazelbank on `hosts` servers; each has an inbox of its own, or a server one for all. */
export function addFollowers(file, { count, hosts = count, name = hostOf, shared = false }) {
  const database = new DatabaseSync(file);
  const one = (query, ...values) => {
    const statement = database.prepare(query);
    statement.setReadBigInts(true);
    return statement.get(...values);
  };
  const vic = one("SELECT * FROM actor WHERE uri = ?", VIC);
  const follow = one("SELECT * FROM follow WHERE follower_id = ?", vic.id);
  const put = (table, row) => {
    const names = Object.keys(row);
    const marks = names.map(() => "?").join(", ");
    const insert = `INSERT INTO ${table} (${names.join(", ")}) VALUES (${marks})`;
    return database.prepare(insert);
  };
  const [putActor, putFollow] = [put("actor", vic), put("follow", follow)];
  database.exec("BEGIN IMMEDIATE");
  for (let at = 0; at < count; at += 1) {
    const host = name(at % hosts);
    const home = `https://${host}/users/u${at}`;
    const moved = Object.fromEntries(
      Object.entries(vic).map(([name, value]) => [
        name,
        typeof value === "string" ? value.replaceAll(VIC, home) : value,
      ]),
    );
    const inbox = shared && { shared_inbox: `https://${host}/inbox` };
    const handle = { handle: `u${at}`, handle_folded: `u${at}`, host, ...inbox };
    const id = FIRST_ID + at;
    putActor.run(...Object.values({ ...moved, ...handle, id, uri: home, uri_hash: hashOf(home) }));
    const uri = `${home}#follow`;
    const row = { ...follow, id, follower_id: id, activity_uri: uri, activity_hash: hashOf(uri) };
    putFollow.run(...Object.values(row));
  }
  database.prepare("UPDATE actor SET follower_count = follower_count + ? WHERE id = ?").run(count, follow.followee_id);
  database.exec("COMMIT");
  database.close();
}
