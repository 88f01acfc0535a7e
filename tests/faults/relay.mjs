// Started by run.sh outside of the namespace: from a socket in the file system to where PostgreSQL is.
//
//   node relay.mjs SOCKET URL

import net from "node:net";

const [place, url] = process.argv.slice(2);
const { hostname, port } = new URL(url);

/** Carries bytes both ways until either side ends. */
function join(one, other) {
  for (const [from, to] of [[one, other], [other, one]]) {
    from.pipe(to);
    from.on("error", () => to.destroy());
    from.on("close", () => to.destroy());
  }
}

net.createServer((socket) => join(socket, net.connect(Number(port || 5432), hostname))).listen(place);
