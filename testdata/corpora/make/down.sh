#!/bin/bash
# Stops what up.sh started, by process id.
cd "${CLUSTER_DIR:?}/run/pids"
for n in nodes sched kcm apiserver etcd netns; do
	[ -f "$n" ] && kill "$(cat "$n")" 2>/dev/null && sleep 0.5
	rm -f "$n"
done
true
