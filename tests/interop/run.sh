#!/usr/bin/env bash
# Runs the interop tests: makes certificates, opens the namespace, starts Node's test runner in it.
#
#   tests/interop/run.sh [TEST-FILE...]        CAREFOLK_BIN is the program under test
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
node=$here/node_modules/.bin/node
if [[ ! -x $node ]]; then
    echo "tests/interop: run 'npm ci' in $here first (or scripts/test interop)" >&2
    exit 1
fi

room=$(mktemp -d "${TMPDIR:-/tmp}/carefolk-interop.XXXXXX")
trap 'rm -rf "$room"' EXIT
"$here/certificates.sh" "$room/certificates" care.example peer.example second.example

files=("$@")
if [[ ${#files[@]} -eq 0 ]]; then
    files=("$here"/*.test.mjs)
fi
export INTEROP_ROOM=$room
export INTEROP_CERTIFICATES=$room/certificates
export NODE_EXTRA_CA_CERTS=$room/certificates/authority.pem
"$here/namespace.sh" "$node" --test --test-reporter=spec --test-concurrency=1 --test-force-exit \
    --test-timeout=180000 "${files[@]}"
