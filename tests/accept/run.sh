#!/usr/bin/env bash
# Runs the cases of tests/accept against the unmodified program, in a private network with TLS and
# names of its own: what is attacked is what people run.
#
#   tests/accept/run.sh [CASE...]        CAREFOLK_BIN is the program under test
#   ACCEPT_LOG=1                         shows what the program said where a case fails
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
interop=$here/../interop
node=$interop/node_modules/.bin/node
if [[ ! -x $node ]]; then
    echo "tests/accept: run 'npm ci' in $interop first (or scripts/test accept)" >&2
    exit 1
fi

if [[ ${1:-} != --prove ]] && grep -q CAREFOLK_WITHOUT "$CAREFOLK_BIN"; then
    echo "tests/accept: $CAREFOLK_BIN has switches on its defences: build it from the sources as they are" >&2
    exit 1
fi

# One case opens thousands of connections.
ulimit -Sn "$(ulimit -Hn)"
room=$(mktemp -d "${TMPDIR:-/tmp}/carefolk-accept.XXXXXX")
trap 'rm -rf "$room"' EXIT
export NAMESPACE_HOSTS="care.example v.example h.example e.example b.example x.b.example"
read -r -a hosts <<< "$NAMESPACE_HOSTS"
# Names that lead where nobody should be led (S-080), and one that also leads somewhere good (S-081).
closed=(
    0.0.0.0 0.1.2.3 10.0.0.5 100.64.0.1 127.0.0.1 127.1.2.3 169.254.169.254 172.16.0.1 172.31.255.254
    192.0.0.1 192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 240.0.0.1
    255.255.255.255 :: ::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 64:ff9b::7f00:1 64:ff9b:1::1 100::1 2001::1
    2001:db8::1 2002:7f00:1::1 3fff::1 fc00::1 fd00::1 fe80::1 fec0::1 ff02::1
    ::127.0.0.1 ::ffff:0:7f00:1 10.255.255.255 100.127.255.254 127.255.255.254 192.0.0.170 198.19.255.254
    239.255.255.250 2001:10::1 2002:a00:5::1
)
lines=$'11.1.0.5 mixed.example\n127.0.0.1 mixed.example\n'
for at in "${!closed[@]}"; do
    lines+="${closed[$at]} closed$at.example"$'\n'
done
export NAMESPACE_LINES=$lines
export NAMESPACE_BAITS="${closed[*]}"
# Who changes what a name means (S-082), and servers below one domain (S-078).
export NAMESPACE_DNS=127.0.0.53
hosts+=(mixed.example turning.example turned.example spawn.example)
"$interop/certificates.sh" "$room/certificates" "${hosts[@]}"

export ACCEPT_ROOM=$room/run
export ACCEPT_CERTIFICATES=$room/certificates
"$interop/namespace.sh" "$node" --no-warnings "$here/run.mjs" "$@"
