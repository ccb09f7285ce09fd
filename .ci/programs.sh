#!/usr/bin/env bash
# Tries the programs that the tests need beside Python. As root, installs what is missing with
# apt-get; as anybody else, prints the one command to run. Usage: .ci/programs.sh PYTHON
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
python=${1:?the Python of the development environment}

# A program that starts at last may lack one library more than it could tell before.
for _ in 1 2 3; do
  missing=$("$python" tests/support/programs.py </dev/null) && exit 0
  packages=$(echo $missing)
  [ -n "$packages" ] || break
  install="apt-get install -y --no-install-recommends $packages"
  if ! command -v apt-get >/dev/null 2>&1; then
    echo "The tests need these, by their names in Debian: $packages" >&2
    exit 1
  fi
  if [ "$(id -u)" -ne 0 ]; then
    echo "Install what is missing, then run make test again:" >&2
    echo "  sudo $install" >&2
    exit 1
  fi
  echo "Installing for the tests: $packages ..."
  apt-get -qq update </dev/null || exit 1
  DEBIAN_FRONTEND=noninteractive $install -qq </dev/null >/dev/null || exit 1
done
echo "The tests cannot run until the programs named above start." >&2
exit 1
