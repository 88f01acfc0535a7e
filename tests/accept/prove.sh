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
    # Builds of its own: cargo could take what it made of the copy for what it makes of the sources.
    target=${CARGO_TARGET_DIR:-$root/target}/prove
    (cd "$copy" && ${CARGO:-cargo} build --release --workspace --locked --bin carefolk --target-dir "$target")
    PROVE_BIN=$target/release/carefolk
fi
CAREFOLK_BIN=$PROVE_BIN "$here/run.sh" --prove "$@"
