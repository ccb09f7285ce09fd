#!/usr/bin/env bash
# Runs a command where there is no network but this machine's own address (a network namespace
# without a route). Where none can be made, says so and runs it all the same. Usage: silent.sh COMMAND ...
set -uo pipefail

# Root makes one outright; anybody else inside a namespace of users, as the same user.
own=(unshare --net)
[ "$(id -u)" -eq 0 ] || own=(unshare --user --map-current-user --keep-caps --net)
# The address of this machine is down in a new namespace. Python brings it up: not every image has ip.
up='import fcntl, socket, struct
with socket.socket() as any:
    fcntl.ioctl(any, 0x8914, struct.pack("16sh14x", b"lo", 0x1 | 0x40))'  # SIOCSIFFLAGS, up, running
python=$(command -v python3 || command -v python)

if "${own[@]}" "$python" -c "$up" >/dev/null 2>&1; then
  exec "${own[@]}" bash -c '"$0" -c "$1" && shift && exec "$@"' "$python" "$up" "$@"
fi
echo "!!! NO NAMESPACE: this machine lets nobody make one without a network (unshare --net)." >&2
echo "!!! What follows runs with the network; what asks another machine is still noted by the tests." >&2
exec "$@"
