# Installs what a stage needs, and nothing twice. Sourced by scripts/test.
# The versions are for who sources this; the folders come from paths.sh.
# shellcheck shell=bash disable=SC2034,SC2154

cargo_deny_version=0.20.2
cargo_nextest_version=0.9.143
typos_version=1.52.0

as_root() {
    if [[ $EUID -eq 0 ]]; then
        "$@"
    else
        sudo "$@"
    fi
}

# need_debian PACKAGE... : installs those that are missing.
need_debian() {
    local missing=() package
    for package in "$@"; do
        if ! dpkg-query -W -f '${Status}' "$package" 2> /dev/null | grep -q 'ok installed'; then
            missing+=("$package")
        fi
    done
    if [[ ${#missing[@]} -eq 0 ]]; then
        return 0
    fi
    if ! command -v apt-get > /dev/null; then
        echo "please install: ${missing[*]} (this is not a Debian machine)" >&2
        return 1
    fi
    echo "installing ${missing[*]}"
    as_root apt-get update -q
    # Recommended packages would upgrade half of the system.
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -q -y --no-install-recommends "${missing[@]}"
}

# need_rust : says where Rust comes from if there is none, or one that is too old. It is not installed
# here: Debian's is older than we need, and rustup is the reader's to choose.
need_rust() {
    local wanted found
    if ! command -v cargo > /dev/null; then
        echo "There is no Rust here. Install it with rustup (https://rustup.rs), open a new shell, and try again." >&2
        if [[ -x $HOME/.cargo/bin/cargo ]]; then
            echo "It seems to be in $HOME/.cargo/bin, which is not in PATH." >&2
        fi
        return 1
    fi
    wanted=$(sed -nE 's/^rust-version = "([0-9.]+)"$/\1/p' Cargo.toml)
    found=$(cargo --version | sed -nE 's/^cargo ([0-9]+\.[0-9]+).*$/\1/p')
    if [[ $(printf '%s\n' "$wanted" "$found" | sort -V | head -n 1) != "$wanted" ]]; then
        echo "Rust ${found:-of this kind} is too old: $wanted is needed. Install it with rustup (https://rustup.rs)," >&2
        echo "which reads the version from rust-toolchain.toml, instead of the system's packages." >&2
        return 1
    fi
}

# need COMMAND PACKAGE... : installs the packages if there is no such command.
need() {
    local command=$1
    shift
    command -v "$command" > /dev/null || need_debian "$@"
}

# need_cargo_tool COMMAND CRATE VERSION : builds a cargo command into the tools folder.
need_cargo_tool() {
    if command -v "$1" > /dev/null; then
        return 0
    fi
    echo "building $2 $3 (once)"
    # Little optimisation: the tool runs for seconds and should not take ten minutes to build.
    CARGO_TARGET_DIR=$carefolk_cache/tools-target CARGO_PROFILE_RELEASE_LTO=off \
        CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
        cargo install --quiet --locked --root "$carefolk_tools" --version "$3" "$2"
    rm -rf "$carefolk_cache/tools-target"
}

# need_npm FOLDER : installs the packages of its lock file, unless they already are.
need_npm() {
    need npm nodejs npm
    local lock stamp
    lock=$(sha256sum < "$1/package-lock.json")
    stamp=$1/node_modules/.installed-from
    if [[ -f $stamp && $(< "$stamp") == "$lock" ]]; then
        return 0
    fi
    echo "installing the npm packages of $1"
    (cd "$1" && npm ci --no-audit --no-fund --loglevel=error)
    printf '%s\n' "$lock" > "$stamp"
}

# need_typos : a spelling checker, from PyPI because building it takes minutes.
need_typos() {
    if command -v typos > /dev/null; then
        return 0
    fi
    python3 -m pip --version > /dev/null 2>&1 || need_debian python3 python3-pip
    python3 -m pip install --quiet --disable-pip-version-check --no-deps \
        --target "$carefolk_tools/python" "typos==$typos_version" 2> /dev/null
}
