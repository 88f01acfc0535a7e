# Where builds and tools are kept between runs. Sourced by the scripts beside it.
# shellcheck shell=bash

carefolk_cache=${CAREFOLK_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/carefolk}
carefolk_tools=$carefolk_cache/tools
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$carefolk_cache/target}
export PATH=$carefolk_tools/bin:$carefolk_tools/python/bin:$PATH

if [[ ${CI:-} == true ]]; then
    export CARGO_INCREMENTAL=${CARGO_INCREMENTAL:-0}
fi

# rust-toolchain.toml names the toolchain that the checks were written for, and rustup would fetch it. A
# machine that has another one already uses that, says so, and fetches nothing.
if command -v rustup > /dev/null && [[ -z ${RUSTUP_TOOLCHAIN:-} ]]; then
    wanted=$(sed -nE 's/^channel = "(.*)"$/\1/p' rust-toolchain.toml)
    if ! rustup toolchain list | grep -q "^$wanted"; then
        found=$(rustup toolchain list | sed -nE 's/^([^ ]+) .*(active|default).*/\1/p' | head -n 1)
        if [[ -n $found ]]; then
            echo "Rust $wanted is not installed: using $found" >&2
            export RUSTUP_TOOLCHAIN=$found
        fi
    fi
fi
