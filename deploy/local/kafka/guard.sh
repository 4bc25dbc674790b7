#!/bin/sh
# Runs the command given after the pid file's path, and ends it when standard input closes. The pipe is
# the lease: however the starting process ends, kill -9 included, the broker does not outlive it.
#
#   usage: guard.sh <pid file> <command> [argument …]
pid_file=$1
shift
exec 3<&0
"$@" 3<&- </dev/null &
child=$!
echo "$child" >"$pid_file"
(
  cat <&3 >/dev/null
  kill -TERM "$child" 2>/dev/null
  # 8 s: a broker with a few topics closes its logs in under 2 s.
  tries=0
  while [ "$tries" -lt 80 ] && kill -0 "$child" 2>/dev/null; do
    sleep 0.1
    tries=$((tries + 1))
  done
  kill -KILL "$child" 2>/dev/null
) &
watcher=$!
exec 3<&-
wait "$child"
code=$?
rm -f "$pid_file"
kill "$watcher" 2>/dev/null
exit "$code"
