# What the scripts in this folder share. They are started from the top of the checkout.

VENV=.venv
STAMPS=.venv/.desk

# The machine's own list of authorities holds for every installer: some networks look into what passes.
AUTHORITIES=/etc/ssl/certs/ca-certificates.crt
export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-1}"
[ -n "${NODE_EXTRA_CA_CERTS:-}" ] || [ ! -f $AUTHORITIES ] || export NODE_EXTRA_CA_CERTS=$AUTHORITIES

say() {
    if [ -t 1 ]; then printf '\033[2m==>\033[0m %s\n' "$*"; else printf '==> %s\n' "$*"; fi
}

complain() {
    printf '\n%s\n' "$1" >&2
    shift
    for line in "$@"; do printf '    %s\n' "$line" >&2; done
    printf '\n' >&2
    exit 1
}

is_root() { [ "$(id -u)" = 0 ]; }

can_install_packages() { is_root && command -v apt-get >/dev/null 2>&1; }

# Debian's packages, by name, without a question and without what they merely recommend.
install_packages() {
    mkdir -p .build
    if ! { apt-get update -q && DEBIAN_FRONTEND=noninteractive \
        apt-get install -q -y --no-install-recommends "$@"; } >.build/apt.log 2>&1 </dev/null; then
        tail -n 5 .build/apt.log >&2
        return 1
    fi
}

# One sum over the names and contents of files and folders. Two runs that print the same need do nothing twice.
sum_of() { find "$@" -type f ! -name '*.pyc' -print0 | LC_ALL=C sort -z | xargs -0 cksum | cksum; }

is_done() { [ -f "$STAMPS/$1" ] && [ "$(cat "$STAMPS/$1")" = "$2" ]; }

mark_done() { mkdir -p "$STAMPS" && printf '%s\n' "$2" >"$STAMPS/$1"; }

# Runs a command, shows what it said only if it failed.
quietly() {
    mkdir -p .build
    if ! "$@" >.build/last.log 2>&1 </dev/null; then
        cat .build/last.log >&2
        return 1
    fi
}

# Locked packages into the environment, each checked against its digest; does nothing when they are there. They are
# compiled at once, so that the first start is quick and is not the moment when an old package is complained about.
install_locked() {
    set -- "$1" "$(for name in $1; do cat "$name"; done | cksum)"
    is_done "$(echo "$1" | tr ' ' +)" "$2" && return
    mkdir -p .build
    options=
    for name in $1; do options="$options --requirement $name"; done
    # A mirror that was set for pip is meant for every installer.
    if [ -n "${PIP_INDEX_URL:-}" ] && [ -z "${UV_DEFAULT_INDEX:-}" ]; then
        export UV_DEFAULT_INDEX="$PIP_INDEX_URL"
    fi
    # shellcheck disable=SC2086
    if ! UV_LINK_MODE="${UV_LINK_MODE:-copy}" quietly "$VENV/bin/uv" pip install --quiet --no-progress --compile-bytecode \
        --python "$VENV/bin/python" --require-hashes $options 2>.build/uv.log; then
        say "uv could not install them; trying pip, which takes longer"
        quietly "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check \
            --require-hashes $options || {
            cat .build/uv.log >&2
            complain "The packages could not be installed." "Is a package index within reach?"
        }
    fi
    mark_done "$(echo "$1" | tr ' ' +)" "$2"
}
