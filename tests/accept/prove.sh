#!/usr/bin/env bash
# Shows that each case can fail: builds the program once with a switch on every defence that
# removals.json names, and runs the cases of each with that one defence off. Writes the day into
# removals.json where all of them failed. The copy that is built is thrown away.
#
#   tests/accept/prove.sh [REMOVAL...]       PROVE_BIN is a program that was built so before
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
node=$here/../interop/node_modules/.bin/node

if [[ -z ${PROVE_BIN:-} ]]; then
    copy=$(mktemp -d "${TMPDIR:-/tmp}/carefolk-prove.XXXXXX")
    trap 'rm -rf "$copy"' EXIT
    (cd "$root" && git ls-files -z --cached --others --exclude-standard) |
        (cd "$root" && xargs -0 cp --parents -t "$copy")
    "$node" "$here/switch.mjs" "$copy"
    (cd "$copy" && ${CARGO:-cargo} build --release --workspace --locked --bin carefolk)
    PROVE_BIN=${CARGO_TARGET_DIR:-$copy/target}/release/carefolk-switched
    mv "${PROVE_BIN%-switched}" "$PROVE_BIN"
fi
CAREFOLK_BIN=$PROVE_BIN "$here/run.sh" --prove "$@"
