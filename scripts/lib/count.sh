# Reads the counts, and what failed, out of what test runners say. Sourced by scripts/test.
# shellcheck shell=bash

# sum : adds up the numbers it reads.
sum() {
    local total=0 number
    while read -r number; do
        total=$((total + number))
    done
    echo "$total"
}

# count_nextest LOG : "PASSED FAILED", from lines such as
#     Summary [  1.2s] 20 tests run: 17 passed (1 slow), 2 failed, 1 timed out, 0 skipped
count_nextest() {
    local line passed failed
    line=$(grep -E '^ *Summary \[' "$1" | tail -n 1)
    passed=$(grep -oE '[0-9]+ passed' <<< "$line" | grep -oE '[0-9]+' | sum)
    failed=$(grep -oE '[0-9]+ (failed|timed out|exec failed|leaky-failed)' <<< "$line" | grep -oE '^[0-9]+' | sum)
    echo "$passed $failed"
}

# count_node LOG : the same of Node's test runner, whose reporters begin lines with "ℹ" or "#".
count_node() {
    local passed failed
    passed=$(sed -nE 's/^(ℹ|#) pass ([0-9]+)$/\2/p' "$1" | sum)
    failed=$(sed -nE 's/^(ℹ|#) (fail|cancelled) ([0-9]+)$/\3/p' "$1" | sum)
    echo "$passed $failed"
}

# count_plain LOG : the same of a last line such as "98 passed, 2 failed".
count_plain() {
    local line
    line=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$1" | tail -n 1)
    sed -E 's/^([0-9]+) passed, ([0-9]+) failed$/\1 \2/' <<< "${line:-0 passed, 0 failed}"
}

# failures_in LOG : each test that failed, in the runner's own line; after a case or a page also why.
failures_in() {
    awk '
        why > 0 && /^ / { print; why--; next }
        { why = 0 }
        /^ +(FAIL|TIMEOUT|ABORT|SIG[A-Z]+) \[/ || (/^(✖|not ok) / && !/failing tests:$/) || /^error(\[|:)/ { if (!seen[$0]++) print }
        /^[RS]-[0-9]+[a-z]? FAILED/ || /^FAIL / { print; why = 2 }
    ' "$1" | head -n 40
}
