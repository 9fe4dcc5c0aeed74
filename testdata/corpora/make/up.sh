#!/bin/bash
# Starts etcd, the API server, its controllers, the scheduler and three kubelets without
# containers, in a network of their own that has only lo: any address is local there, and
# nothing can leave the machine. kube and sim are programs of the real packages
# (k8s.io/kubernetes, go.etcd.io/etcd); see README.md.
set -e
R=${CLUSTER_DIR:?}/run B=$CLUSTER_DIR/bin
cd "$(dirname "$0")"
mkdir -p "$R/log" "$R/pids" "$R/kc"
rm -rf "$R/etcd" "$R"/audit*.log
[ -f "$R/pki/ca.crt" ] || ./pki.sh
cp audit-policy.yaml "$R/"
python3 identities.py
unshare -n sleep 86400 & echo $! > "$R/pids/netns"
sleep 0.3
N="nsenter -t $(cat "$R/pids/netns") -n"
$N ip link set lo up
for r in 10.0.0.0/8 20.0.0.0/8 172.16.0.0/12 192.168.0.0/16 100.64.0.0/10 185.220.101.0/24 45.155.0.0/16; do
	$N ip route add local $r dev lo
done
start() {
	local n=$1
	shift
	nohup $N nice "$@" > "$R/log/$n.log" 2>&1 &
	echo $! > "$R/pids/$n"
}
P=$R/pki
start etcd "$B/kube" etcd --data-dir="$R/etcd"
start apiserver "$B/kube" apiserver --etcd-servers=http://127.0.0.1:23790 --bind-address=0.0.0.0 --secure-port=6443 --advertise-address=10.224.0.10 \
	--tls-cert-file=$P/serving.crt --tls-private-key-file=$P/serving.key --client-ca-file=$P/ca.crt --token-auth-file="$R/tokens.csv" \
	--authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction --anonymous-auth=true --allow-privileged=true --profiling=false \
	--service-account-issuer=https://kubernetes.default.svc.cluster.local --service-account-key-file=$P/sa.pub --service-account-signing-key-file=$P/sa.key \
	--service-cluster-ip-range=10.0.0.0/16 --kubelet-client-certificate=$P/kubelet-client.crt --kubelet-client-key=$P/kubelet-client.key --kubelet-preferred-address-types=InternalIP \
	--requestheader-client-ca-file=$P/front-proxy-ca.crt --requestheader-allowed-names=front-proxy-client --requestheader-extra-headers-prefix=X-Remote-Extra- \
	--requestheader-group-headers=X-Remote-Group --requestheader-username-headers=X-Remote-User --proxy-client-cert-file=$P/front-proxy.crt --proxy-client-key-file=$P/front-proxy.key \
	--enable-aggregator-routing=true --audit-policy-file="$R/audit-policy.yaml" --audit-log-path="$R/audit.log" --audit-log-format=json --audit-log-mode=blocking --audit-log-maxsize=4000
for _ in $(seq 600); do
	$N curl -sk -o /dev/null -w '%{http_code}' https://10.224.0.10:6443/readyz 2>/dev/null | grep -q 200 && break
	sleep 0.2
done
start kcm "$B/kube" controller-manager --kubeconfig="$R/kc/kcm.json" --authentication-kubeconfig="$R/kc/kcm.json" --authorization-kubeconfig="$R/kc/kcm.json" --bind-address=127.0.0.1 \
	--use-service-account-credentials=true --service-account-private-key-file=$P/sa.key --root-ca-file=$P/ca.crt --cluster-signing-cert-file=$P/ca.crt --cluster-signing-key-file=$P/ca.key \
	--cluster-cidr=10.244.0.0/16 --service-cluster-ip-range=10.0.0.0/16 --controllers='*,bootstrapsigner,tokencleaner' --leader-elect=true
start sched "$B/kube" scheduler --kubeconfig="$R/kc/sched.json" --authentication-kubeconfig="$R/kc/sched.json" --authorization-kubeconfig="$R/kc/sched.json" --bind-address=127.0.0.1
start nodes "$B/sim"
sleep 5
