#!/usr/bin/env bash
# Runs the fault cases against the unmodified program, in a private network with TLS and names of its own.
#
#   tests/faults/run.sh [--full] [--postgres URL] [--on postgres] [CASE...]      CAREFOLK_BIN is the program under test
#   FAULTS_LOG=1                                                 shows what the program said where a case fails
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
interop=$here/../interop
node=$interop/node_modules/.bin/node
if [[ ! -x $node ]]; then
    echo "tests/faults: run 'npm ci' in $interop first (or scripts/test faults)" >&2
    exit 1
fi
: "${CAREFOLK_BIN:?is the program under test}"

room=$(mktemp -d "${TMPDIR:-/tmp}/carefolk-faults.XXXXXX")
trap 'rm -rf "$room"' EXIT
cc -O2 -Wall -shared -fPIC -o "$room/faults.so" "$here/faults.c" -ldl -lpthread
CERTIFICATE_DAYS=7000 "$interop/certificates.sh" "$room/certificates" care.example '*.peers.example'

# Nothing leads out of the namespace but files: PostgreSQL is reached through a socket that is one.
words=("$@")
for at in "${!words[@]}"; do
    if [[ ${words[at]} == --postgres ]]; then
        export FAULTS_POSTGRES=$room/postgres/.s.PGSQL.5432
        mkdir "$room/postgres"
        "$node" "$here/relay.mjs" "$FAULTS_POSTGRES" "${words[at + 1]}" &
        relay=$!
        trap 'kill "$relay"; rm -rf "$room"' EXIT
    fi
done

export NAMESPACE_HOSTS="care.example one.peers.example two.peers.example three.peers.example"
export NAMESPACE_DNS=127.0.0.53
export FAULTS_LIBRARY=$room/faults.so
export FAULTS_ROOM=$room
export FAULTS_CERTIFICATES=$room/certificates
"$interop/namespace.sh" "$node" --no-warnings "$here/run.mjs" "$@"
