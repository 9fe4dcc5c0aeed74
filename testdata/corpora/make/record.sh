#!/bin/bash
# Runs a script against the cluster that up.sh started and writes what was audited meanwhile.
#   record.sh OUT.ndjson script.py [arguments]
set -e
log=${CLUSTER_DIR:?}/run/audit.log out=$1
shift
from=$(wc -c < "$log")
nsenter -t "$(cat "$CLUSTER_DIR/run/pids/netns")" -n nice python3 -B "$(dirname "$0")/$1" "${@:2}"
sleep 2
tail -c "+$((from + 1))" "$log" > "$out"
wc "$out"
