#!/bin/sh
# Installs the exact packages of a lock file into .venv, which it makes when it is missing: make_venv.sh LOCK_FILE
# A shell script, because it must be able to say that there is no Python.
set -eu
cd "$(dirname "$0")/.."

fail() {
    printf 'make: %s\n' "$@" >&2
    exit 1
}

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    # 3.11 first: it is what Placar is tested on.
    for python in python3.11 python3 python3.12 python3.13 python3.14; do
        if is_new_enough "$python"; then
            echo "$python"
            return
        fi
    done
    fail "no Python 3.11 or newer found. On Debian or Ubuntu: sudo apt-get install python3 python3-venv"
}

# Debian and Ubuntu keep ensurepip, without which a virtual environment has no pip, in a package of its own.
need_ensurepip() {
    "$1" -c 'import ensurepip' 2>/dev/null && return
    package=$("$1" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "make: apt-get install $package (once)"
        apt_get install "$package" || { apt_get update && apt_get install "$package"; } ||
            fail "apt-get could not install $package"
    else
        fail "Python's venv module is incomplete. On Debian or Ubuntu: sudo apt-get install $package"
    fi
}

apt_get() {
    DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends "$@" </dev/null >/dev/null
}

lock=$1
if ! is_new_enough .venv/bin/python; then
    python=$(find_python)
    need_ensurepip "$python"
    echo "make: creating .venv with $("$python" --version)"
    "$python" -m venv --clear .venv || fail "the virtual environment .venv could not be made"
fi
echo "make: installing $lock into .venv"
.venv/bin/python -m pip install --quiet --no-input --disable-pip-version-check --require-hashes -r "$lock" ||
    fail "pip could not install $lock; its reason stands above." \
        "If it found no connection: PIP_INDEX_URL, PIP_CERT and HTTPS_PROXY are respected."
