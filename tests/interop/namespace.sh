#!/usr/bin/env bash
# Runs a command on a small internet of its own: a private network namespace in which public-looking
# addresses live on the loopback device, names come from a hosts file of our own, and nothing leads
# outside. So the unmodified program runs with its real rules (global addresses only, port 443,
# https) and still cannot reach anybody.
#
#   namespace.sh COMMAND [ARGUMENT...]
set -euo pipefail

exec unshare --user --map-root-user --net --mount -- bash -euo pipefail -c '
    ip link set lo up
    ip address add 11.1.0.1/32 dev lo
    ip address add 11.1.0.2/32 dev lo
    ip address add 11.1.0.3/32 dev lo
    names=$(mktemp -d)
    printf "%s\n" "127.0.0.1 localhost" "11.1.0.1 care.example" "11.1.0.2 peer.example" \
        "11.1.0.3 second.example" > "$names/hosts"
    printf "hosts: files\n" > "$names/nsswitch.conf"
    mount --bind "$names/hosts" /etc/hosts
    mount --bind "$names/nsswitch.conf" /etc/nsswitch.conf
    "$@"
' namespace "$@"
