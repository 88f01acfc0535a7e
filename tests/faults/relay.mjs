// Started by run.sh outside of the namespace: SOCKET URL.

import { relay } from "./postgres.mjs";

await relay(process.argv[2], process.argv[3]);
