# Sourced by scripts/demo and scripts/test: finds a Python, and makes environments that are set up once.

# A name on PATH may be a shim that fails, so each candidate is run before it counts.
find_python() {
    for candidate in "${PYTHON:-}" python3 python3.13 python3.12 python3.11 python; do
        [ -n "$candidate" ] || continue
        if "$candidate" -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            printf '%s\n' "$candidate"
            return 0
        fi
    done
    echo "Python 3.11 or newer with venv is needed; name one in the variable PYTHON" >&2
    return 1
}

# environment NAME WHAT...: a virtual environment in .cache/NAME with WHAT installed; made anew when pyproject.toml changed.
environment() {
    name=$1
    shift
    folder=.cache/$name
    python=$(find_python) || return 1
    want=$("$python" -c 'import hashlib, sys
print(sys.version, hashlib.sha256(open("pyproject.toml", "rb").read()).hexdigest(), *sys.argv[1:])' "$@")
    if [ ! -f "$folder/stamp" ] || [ "$(cat "$folder/stamp")" != "$want" ]; then
        echo "setting up $folder (once; about a minute)" >&2
        rm -rf "$folder"
        mkdir -p .cache
        "$python" -m venv "$folder"
        # What pip has to say matters only if it fails.
        if ! "$folder/bin/python" -m pip install --quiet --disable-pip-version-check "$@" >"$folder/pip.log" 2>&1; then
            cat "$folder/pip.log" >&2
            echo "pip could not install: $*" >&2
            return 1
        fi
        printf '%s' "$want" >"$folder/stamp"
    fi
}
