# A throw-away PostgreSQL: own folder, own port, no durability, gone afterwards.
# Sourced by scripts/test.
# shellcheck shell=bash

postgres_folder=

# PostgreSQL refuses to run as root.
as_postgres() {
    if [[ $EUID -eq 0 ]]; then
        runuser -u postgres -- "$@"
    else
        "$@"
    fi
}

# postgres_program NAME : the newest installed version's program.
postgres_program() {
    local found
    found=$(printf '%s\n' /usr/lib/postgresql/*/bin/"$1" | sort -V | tail -n 1)
    if [[ -x $found ]]; then
        echo "$found"
    else
        command -v "$1"
    fi
}

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# start_postgres : starts it and exports CAREFOLK_TEST_POSTGRES.
start_postgres() {
    local port
    port=$(free_port)
    postgres_folder=$(mktemp -d "${TMPDIR:-/tmp}/carefolk-postgres.XXXXXX")
    if [[ $EUID -eq 0 ]]; then
        chown postgres "$postgres_folder"
    fi
    as_postgres "$(postgres_program initdb)" --pgdata "$postgres_folder/data" --username carefolk \
        --auth trust --encoding UTF8 --locale C --no-sync > "$postgres_folder.log" 2>&1
    # Tests make databases by the hundred; none of them has to survive a power cut.
    as_postgres "$(postgres_program pg_ctl)" --pgdata "$postgres_folder/data" --wait --silent \
        --log "$postgres_folder/server.log" start --options "-h 127.0.0.1 -p $port \
        -k $postgres_folder -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
        -c max_connections=300 -c shared_buffers=128MB -c autovacuum=off -c log_min_messages=fatal"
    export CAREFOLK_TEST_POSTGRES="postgres://carefolk@127.0.0.1:$port/postgres"
}

# stop_postgres : ends it at once and removes its folder; harmless when none was started.
stop_postgres() {
    if [[ -z $postgres_folder ]]; then
        return 0
    fi
    as_postgres "$(postgres_program pg_ctl)" --pgdata "$postgres_folder/data" --silent \
        --mode immediate stop || true
    rm -rf "$postgres_folder" "$postgres_folder.log"
    postgres_folder=
    unset CAREFOLK_TEST_POSTGRES
}
