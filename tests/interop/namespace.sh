#!/usr/bin/env bash
# Runs a command on a small internet of its own: a private network namespace in which public-looking
# addresses live on the loopback device, names come from a hosts file of our own, and nothing leads
# outside. So the unmodified program runs with its real rules (global addresses only, port 443,
# https) and still cannot reach anybody.
#
#   namespace.sh COMMAND [ARGUMENT...]
#   NAMESPACE_HOSTS="care.example peer.example ..." gives these names the addresses 11.1.0.1, 11.1.0.2, ...
#   NAMESPACE_LINES                                      more lines of the hosts file
#   NAMESPACE_BAITS="10.0.0.5 fd00::1 ..."               addresses where somebody waits who must not be reached
#   NAMESPACE_DNS=127.0.0.53                             who is asked for names that are not in the file
set -euo pipefail

# Root needs no user namespace, and may not be allowed one.
apart=(unshare --user --map-root-user --net --mount)
if ! "${apart[@]}" true 2> /dev/null && [[ $EUID -eq 0 ]]; then
    apart=(unshare --net --mount)
fi
if ! "${apart[@]}" true 2> /dev/null; then
    cat >&2 << 'SAID'
tests/interop: this machine does not allow a network namespace, so nothing was tested. Allow it for a while,

    sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0     on Ubuntu
    sudo sysctl kernel.unprivileged_userns_clone=1                 on some Debian kernels

or run the tests as root. In a container, the container itself has to be allowed it (CAP_SYS_ADMIN).
SAID
    exit 1
fi

# The inner shell expands what stands in these quotes.
# shellcheck disable=SC2016
exec "${apart[@]}" -- bash -euo pipefail -c '
    ip link set lo up
    names=$(mktemp -d)
    printf "%s\n" "127.0.0.1 localhost" > "$names/hosts"
    number=0
    for host in ${NAMESPACE_HOSTS:-care.example peer.example second.example}; do
        number=$((number + 1))
        ip address add "11.1.0.$number/32" dev lo
        printf "%s\n" "11.1.0.$number $host" >> "$names/hosts"
    done
    printf "%s" "${NAMESPACE_LINES:-}" >> "$names/hosts"
    # Not every address can be one of ours: those of whole groups and of nobody cannot.
    for bait in ${NAMESPACE_BAITS:-}; do
        case $bait in
            *:*) ip address add "$bait/128" dev lo nodad 2> /dev/null || true ;;
            *) ip address add "$bait/32" dev lo 2> /dev/null || true ;;
        esac
    done
    printf "hosts: files${NAMESPACE_DNS:+ dns}\n" > "$names/nsswitch.conf"
    if [[ -n ${NAMESPACE_DNS:-} ]]; then
        printf "nameserver %s\noptions timeout:1 attempts:1\n" "$NAMESPACE_DNS" > "$names/resolv.conf"
        mount --bind "$names/resolv.conf" /etc/resolv.conf
    fi
    mount --bind "$names/hosts" /etc/hosts
    mount --bind "$names/nsswitch.conf" /etc/nsswitch.conf
    "$@"
' namespace "$@"
