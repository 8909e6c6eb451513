#!/bin/sh
# Usage: python.sh VENV. Makes the virtual environment VENV unless its Python already runs and has pip.
set -eu
venv=$1

fail() {
    echo "$1" >&2
    exit 1
}

recent() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

if recent "$venv/bin/python" && "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    exit 0
fi

# An interrupted creation may be cleared; a directory of somebody's files may not.
if [ ! -e "$venv/pyvenv.cfg" ] && [ -n "$(find "$venv" -type f 2>/dev/null | head -n 1)" ]; then
    fail "$venv exists and is not a virtual environment: remove it, or choose another with make VENV=..."
fi

without_venv=
for python in python3 python3.14 python3.13 python3.12 python3.11 python; do
    recent "$python" || continue
    if "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        exec "$python" -m venv --clear "$venv"
    fi
    without_venv=${without_venv:-$python}
done

if [ -n "$without_venv" ]; then
    version=$("$without_venv" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
    fail "$version has no venv module: on Debian and Ubuntu, apt install $version-venv"
fi
fail "Python >= 3.11 is missing (python3: $(python3 --version 2>&1 | head -n 1)): on Debian, apt install python3-venv; \
on macOS, brew install python"
