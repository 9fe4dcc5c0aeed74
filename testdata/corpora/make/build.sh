#!/bin/bash
# Builds kube (etcd, API server, controllers, scheduler) and sim (kubelets) into
# $CLUSTER_DIR/bin. Takes some ten minutes and 4 GB of caches the first time.
set -e
mkdir -p "${CLUSTER_DIR:?}/bin"
cd "$(dirname "$0")/kube"
export CGO_ENABLED=0 GOFLAGS="-mod=mod -buildvcs=false" GOWORK=off
V=k8s.io/component-base/version
go build -trimpath -o "$CLUSTER_DIR/bin/sim" ./sim
go build -trimpath -ldflags "-s -w -X $V.gitVersion=v1.35.4 -X $V.gitMajor=1 -X $V.gitMinor=35 -X $V.gitTreeState=clean -X $V.gitCommit=dogwatch" -o "$CLUSTER_DIR/bin/kube" .
