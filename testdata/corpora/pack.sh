#!/bin/sh
# Packs recorded logs into this folder. Level 19 is slow to write, as fast as any
# to read, and keeps to the 8 MB window that every reader of zstd accepts.
set -eu
if [ $# -ne 2 ]; then
	echo "usage: $0 attacks.ndjson benign.ndjson" >&2
	exit 2
fi
here=$(dirname "$0")
zstd -19 -f -o "$here/attacks.ndjson.zst" "$1"
zstd -19 -f -o "$here/benign.ndjson.zst" "$2"
size=$(cat "$here"/*.zst | wc -c)
if [ "$size" -gt 3000000 ]; then
	echo "$0: $size bytes: the corpora must stay under 3 MB" >&2
	exit 1
fi
