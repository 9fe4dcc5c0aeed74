#!/bin/bash
# Makes both logs: all.sh OUTDIR
set -e
export PYTHONDONTWRITEBYTECODE=1
cd "$(dirname "$0")"
./down.sh
./up.sh
nsenter -t "$(cat "$CLUSTER_DIR/run/pids/netns")" -n python3 setup.py
./record.sh "$1/day.ndjson" day.py "${DAY:-240}"
./record.sh "$1/deeds.ndjson" deeds.py "$1/deeds.json"
./down.sh
