# Read by the other scripts with `.`: say what is run and how long it took, try again what may fail
# for a moment, and be loud about a part that is missing.

# Prints a command and runs it.
run() {
    printf '+ %s\n' "$*"
    "$@"
}

# step TITLE COMMAND…: runs a command under a heading. When it fails the script ends there.
step() {
    step_title=$1
    shift
    printf '\n== %s\n' "$step_title"
    step_from=$(date +%s)
    if run "$@"; then
        printf '== %s: done in %s s\n' "$step_title" "$(($(date +%s) - step_from))"
    else
        step_status=$?
        printf '\n== FAILED: %s\n   command: %s\n' "$step_title" "$*" >&2
        exit "$step_status"
    fi
}

# retry COMMAND…: up to four times, waiting longer each time; for what goes over the network.
retry() {
    for retry_wait in 3 10 30; do
        if "$@"; then
            return 0
        fi
        printf 'failed, trying again in %s s: %s\n' "$retry_wait" "$*" >&2
        sleep "$retry_wait"
    done
    "$@"
}

# missing PART: a part of the checks cannot run here. Skipped by hand, an error with CI=true.
missing() {
    if [ "${CI:-}" = true ]; then
        printf '\n== FAILED: %s is missing, and with CI=true nothing is skipped\n' "$1" >&2
        exit 1
    fi
    printf '\n!! SKIPPED: %s is missing\n' "$1" >&2
    printf '%s\n' "$1" >>"${INTERLOCK_SKIPPED:-/dev/null}"
}

# Whether a file's content differs from what the stamp remembers; the stamp is a second argument.
is_stale() {
    [ ! -f "$2" ] || [ "$(cksum <"$1")" != "$(cat "$2")" ]
}

# Where cargo builds.
target_dir() {
    printf '%s\n' "${CARGO_TARGET_DIR:-$PWD/target}"
}
