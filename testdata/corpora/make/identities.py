"""Who speaks to the cluster: user name -> (groups, address, user agent).

Written as the static token file of the API server before it starts."""
import csv, json
from client import KUBECTL, RUN, token

SA = 'system:serviceaccount:'

# Operators and controllers: namespace/name -> user agent, as their programs call themselves.
OPERATORS = {
    'argocd/argocd-application-controller': 'argocd-application-controller/v3.0.12',
    'argocd/argocd-server': 'argocd-server/v3.0.12',
    'argocd/argocd-applicationset-controller': 'argocd-applicationset-controller/v0.0.0 (linux/amd64) kubernetes/$Format',
    'flux-system/kustomize-controller': 'kustomize-controller/v1.6.1',
    'flux-system/helm-controller': 'helm-controller/v1.3.0',
    'flux-system/source-controller': 'source-controller/v1.6.2',
    'flux-system/notification-controller': 'notification-controller/v1.6.0',
    'cert-manager/cert-manager': 'cert-manager-certificates-issuing/v1.18.2 (linux/amd64) cert-manager/0123abc',
    'cert-manager/cert-manager-cainjector': 'cert-manager-cainjector/v1.18.2 (linux/amd64) cert-manager/0123abc',
    'cert-manager/cert-manager-webhook': 'cert-manager-webhook/v1.18.2 (linux/amd64) cert-manager/0123abc',
    'external-secrets/external-secrets': 'external-secrets/v0.0.0 (linux/amd64) kubernetes/$Format',
    'external-dns/external-dns': 'external-dns/v0.18.0 (linux/amd64) kubernetes/unknown',
    'monitoring/prometheus-operator': 'PrometheusOperator/0.84.0',
    'monitoring/prometheus': 'prometheus/3.5.0',
    'monitoring/kube-state-metrics': 'kube-state-metrics/v2.16.0 (linux/amd64) kube-state-metrics/abc0def',
    'monitoring/grafana': 'python-requests/2.32.3',
    'velero/velero': 'velero-server/v1.16.1 (linux/amd64) 0a1b2c3',
    'velero/node-agent': 'node-agent/v1.16.1 (linux/amd64) 0a1b2c3',
    'ingress-nginx/ingress-nginx': 'nginx-ingress-controller/v1.13.0 (linux/amd64) ingress-nginx/abcdef0',
    'ingress-nginx/ingress-nginx-admission': 'kube-webhook-certgen/v0.0.0 (linux/amd64) kubernetes/$Format',
    'traefik/traefik': 'traefik/3.4.4 (linux/amd64) kubernetes/crd',
    'kured/kured': 'kured/v0.0.0 (linux/amd64) kubernetes/$Format',
    'kube-system/cluster-autoscaler': 'cluster-autoscaler/v1.33.0 (linux/amd64) kubernetes/abc0def',
    'kube-system/descheduler': 'descheduler/v0.33.0 (linux/amd64) kubernetes/$Format',
    'kube-system/metrics-server': 'metrics-server/v0.7.2 (linux/amd64) metrics-server/abc0def',
    'kube-system/cilium': 'cilium-agent/1.17.5',
    'kube-system/cilium-operator': 'cilium-operator-generic/1.17.5',
    'kube-system/snapshot-controller': 'snapshot-controller/v0.0.0 (linux/amd64) kubernetes/$Format',
    'kube-system/ebs-csi-controller-sa': 'csi-provisioner/v0.0.0 (linux/amd64) kubernetes/$Format',
    'kube-system/csi-secrets-store-provider': 'secrets-store-csi-driver/v1.5.1 (linux/amd64)',
    'kube-system/sealed-secrets-controller': 'sealed-secrets/v0.30.0 (linux/amd64) kubernetes/$Format',
    'tigera-operator/tigera-operator': 'operator/v0.0.0 (linux/amd64) kubernetes/$Format',
    'calico-system/calico-node': 'calico-node/v0.0.0 (linux/amd64) kubernetes/$Format',
    'calico-system/calico-kube-controllers': 'kube-controllers/v0.0.0 (linux/amd64) kubernetes/$Format',
    'istio-system/istiod': 'pilot-discovery/1.26.2',
    'linkerd/linkerd-identity': 'identity/v0.0.0 (linux/amd64) kubernetes/$Format',
    'keda/keda-operator': 'keda/v2.17.2 (linux/amd64) kubernetes/abc0def',
    'gatekeeper-system/gatekeeper-admin': 'gatekeeper/v3.19.2 (linux/amd64) 012abc',
    'kyverno/kyverno-admission-controller': 'kyverno/v1.14.4 (linux/amd64) kubernetes/012abc',
    'kyverno/kyverno-background-controller': 'background-controller/v0.0.0 (linux/amd64) kubernetes/$Format',
    'gpu-operator/gpu-operator': 'gpu-operator/v0.0.0 (linux/amd64) kubernetes/$Format',
    'datadog/datadog-operator': 'manager/v0.0.0 (linux/amd64) kubernetes/$Format',
    'rook-ceph/rook-ceph-system': 'rook/v1.17.6 (linux/amd64) kubernetes/$Format',
    'longhorn-system/longhorn-service-account': 'longhorn-manager/v0.0.0 (linux/amd64) kubernetes/$Format',
    'cnpg-system/cnpg-manager': 'manager/v1.26.0 (linux/amd64) kubernetes/$Format',
    'strimzi/strimzi-cluster-operator': 'fabric8-kubernetes-client/7.3.1',
    'elastic-system/elastic-operator': 'elastic-operator/3.0.0 (linux/amd64) kubernetes/$Format',
    'opentelemetry/opentelemetry-operator': 'opentelemetry-operator/0.129.1 (linux/amd64) kubernetes/$Format',
    'actions/actions-runner-controller': 'manager/v0.0.0 (linux/amd64) kubernetes/$Format',
    'gitlab-runner/gitlab-runner': 'gitlab-runner 18.1.1 linux/amd64',
    'jenkins/jenkins': 'fabric8-kubernetes-client/6.10.0',
    'tekton-pipelines/tekton-pipelines-controller': 'controller/v0.0.0 (linux/amd64) kubernetes/$Format',
    'argo/argo-workflow-controller': 'workflow-controller/v3.6.10 (linux/amd64) kubernetes/$Format argo-workflows/v3.6.10 argo-controller',
    'airflow/airflow-worker': 'OpenAPI-Generator/33.1.0/python',
    'jupyterhub/hub': 'OpenAPI-Generator/33.1.0/python',
    'spark-operator/spark-operator': 'spark-operator/v2.2.1 (linux/amd64) kubernetes/$Format',
    'trivy-system/trivy-operator': 'trivy-operator/v0.27.0 (linux/amd64) kubernetes/$Format',
    'reloader/reloader': 'Reloader/v0.0.0 (linux/amd64) kubernetes/$Format',
    'crossplane-system/crossplane': 'crossplane/v1.20.0 (linux/amd64) kubernetes/$Format',
    'karpenter/karpenter': 'karpenter/1.5.2 (linux/amd64) kubernetes/$Format',
    'preview/preview-operator': 'Go-http-client/2.0',
    'kubernetes-dashboard/kubernetes-dashboard': 'dashboard/v2.7.0',
    'cicd/deployer': KUBECTL,
    'cattle-system/rancher': 'rancher/v2.11.3 (linux/amd64) kubernetes/$Format',
    'cattle-impersonation-system/cattle-impersonation-u-8k2fx': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36',
    'cattle-system/cattle': 'rancher/v2.11.3 cluster-agent (linux/amd64) kubernetes/$Format',
    'openshift-cluster-version/default': 'cluster-version-operator/v0.0.0 (linux/amd64) kubernetes/$Format',
    'openshift-network-operator/cluster-network-operator': 'network-operator/4.19.0-202507 (linux/amd64) kubernetes/$Format',
    'openshift-operator-lifecycle-manager/olm-operator-serviceaccount': 'olm/v0.0.0 (linux/amd64) kubernetes/$Format',
    'openshift-authentication-operator/authentication-operator': 'authentication-operator/v0.0.0 (linux/amd64) kubernetes/$Format',
    'openshift-service-ca-operator/service-ca-operator': 'service-ca-operator/v0.0.0 (linux/amd64) kubernetes/$Format',
    'openshift-service-ca/service-ca': 'service-ca-operator/v0.0.0 (linux/amd64) kubernetes/$Format',
    'openshift-machine-api/cluster-autoscaler': 'cluster-autoscaler/v0.0.0 (linux/amd64) kubernetes/$Format',
    'openshift-machine-config-operator/machine-config-daemon': 'machine-config-daemon/v0.0.0 (linux/amd64) kubernetes/$Format',
    'openshift-monitoring/prometheus-k8s': 'Prometheus/3.2.1',
    'openshift-monitoring/cluster-monitoring-operator': 'operator/v0.0.0 (linux/amd64) kubernetes/$Format',
    'openshift-image-registry/cluster-image-registry-operator': 'cluster-image-registry-operator/v0.0.0 (linux/amd64) kubernetes/$Format',
    'openshift-dns-operator/dns-operator': 'dns-operator/v0.0.0 (linux/amd64) kubernetes/$Format',
}

# What managed clusters and distributions call their own parts.
PLATFORM = {
    'aksService': ('system:masters', '172.31.28.7', 'kubectl/v1.33.2 (linux/amd64) kubernetes/a57b6f7'),
    'hcpService': ('system:masters', '172.31.28.8', 'hcp-reconciler/v0.0.0 (linux/amd64) kubernetes/$Format'),
    'readinessChecker': ('aks-readiness', '172.31.28.9', 'readinesschecker/v0.0.0 (linux/amd64) kubernetes/$Format'),
    'eks:addon-manager': ('system:masters', '10.0.63.12', 'Go-http-client/1.1'),
    'eks:node-manager': ('eks:node-manager', '10.0.63.13', 'vpc-resource-controller/v0.0.0 (linux/amd64) kubernetes/$Format'),
    'eks:cluster-bootstrap': ('system:masters', '10.0.63.14', 'kubectl/v1.33.1 (linux/amd64) kubernetes/abc0def'),
    'eks:az-poller': ('eks:az-poller', '10.0.63.15', 'Go-http-client/1.1'),
    'eks:cloud-controller-manager': ('eks:ccm', '10.0.63.16', 'cloud-controller-manager/v1.33.1 (linux/amd64) kubernetes/abc0def'),
    'eks:k8s-metrics': ('eks:k8s-metrics', '10.0.63.17', 'eks-k8s-metrics/v0.0.0 (linux/amd64) kubernetes/$Format'),
    'system:addon-manager': ('system:masters', '127.0.0.1', 'kubectl/v1.33.2 (linux/amd64) kubernetes/abc0def'),
    'system:gke-common-webhooks': ('system:masters', '127.0.0.1', 'gke-common-webhooks/v0.0.0 (linux/amd64) kubernetes/$Format'),
    'system:gcp-controller-manager': ('system:masters', '10.128.0.2', 'gcp-controller-manager/v0.0.0 (linux/amd64) kubernetes/$Format'),
    'system:kubestore-collector': ('system:masters', '127.0.0.1', 'kubestore_collector/v0.0.0 (linux/amd64) kubernetes/$Format'),
    'system:glbc': ('system:masters', '127.0.0.1', 'l7-lb-controller/v1.33.0 (linux/amd64) ingress-gce/abc0def'),
    'system:managed-certificate-controller': ('system:masters', '127.0.0.1', 'managed-certificate-controller'),
    'system:konnectivity-server': ('system:masters', '127.0.0.1', 'proxy-server/v0.0.0 (linux/amd64) kubernetes/$Format'),
    'kubernetes-admin': ('kubeadm:cluster-admins', '172.18.0.1', KUBECTL),
    'system:admin': ('system:masters', '192.168.10.20', KUBECTL),
    'system:k3s-controller': ('system:k3s-controller', '127.0.0.1', 'k3s/v1.33.3+k3s1 (linux/amd64) kubernetes/0123abc'),
    'system:k3s-supervisor': ('system:masters', '127.0.0.1', 'deploy@server-0/v1.33.3+k3s1 (linux/amd64) k3s/0123abc'),
    'system:openshift-controller-manager': ('system:masters', '10.128.0.20', 'openshift-controller-manager/v0.0.0 (linux/amd64) kubernetes/$Format'),
}

# People. The first ten develop, the next four run the platform, the rest only look.
FIRST = 'amara bo chiara dilan ewa farid goran hana ines jun kofi lena mateo nadia omar pia'.split()
LAST = 'abara brandt conti demir ewing faure gruber hoang ito jensen kaya lind moser nowak okafor perez'.split()
PEOPLE = ['%s.%s@fabrikam.com' % n for n in zip(FIRST, LAST)]
ADDRESS = {p: '20.%d.%d.%d' % (71 + i % 5, 10 + 13 * i % 200, 5 + 29 * i % 240) for i, p in enumerate(PEOPLE)}
DEVS, PLATFORMERS, VIEWERS = PEOPLE[:10], PEOPLE[10:14], PEOPLE[14:]
CLOUD = {  # how managed clusters name their people
    'arn:aws:sts::111122223333:assumed-role/Developers/rosa': ('devs', '20.80.4.17'),
    'kubernetes-developer@fabrikam-prod.iam.gserviceaccount.com': ('devs', '20.80.4.18'),
    'oidc:sven.holm@fabrikam.com': ('devs', '20.80.4.19'),
    'clusterUser': ('devs', '20.80.4.20'),
    '7f0c7a36-8f5e-4a8e-9a52-1d1a54d5b8aa': ('deployers', '20.80.5.30'),  # a service principal
}
# Those whom only deeds.py lets act: one each, so that what they do can be told apart.
SUSPECTS = ['suspect%03d@fabrikam.com' % i for i in range(800)]
PETTY = ['petty%02d@fabrikam.com' % i for i in range(10)]  # who may only look


NODES = ['system:node:aks-nodepool1-31415926-vmss00000%d' % i for i in range(3)]


def suspect_address(i): return '20.9%d.%d.%d' % (i % 5, 1 + i // 5 % 200, 7 + i * 31 % 240)


def account_groups(ns): return 'system:serviceaccounts,system:serviceaccounts:' + ns


def main():
    rows = []
    for name in OPERATORS:
        ns, n = name.split('/')
        rows.append((SA + ns + ':' + n, account_groups(ns)))
    rows += [(n, g) for n, (g, _, _) in PLATFORM.items()]
    rows += [(p, 'devs') for p in DEVS] + [(p, 'platform') for p in PLATFORMERS] + [(p, 'viewers') for p in VIEWERS]
    rows += [(n, g) for n, (g, _) in CLOUD.items()]
    rows += [(s, 'platform') for s in SUSPECTS] + [(s, 'viewers') for s in PETTY]
    rows += [('masterclient', 'system:masters')] + [(n, 'system:nodes') for n in NODES]
    rows += [(SA + 'kube-system:' + n, account_groups('kube-system')) for n in ('addon-a', 'addon-b')]
    rows += [(SA + 'shop:' + n, account_groups('shop')) for n in ('frontend', 'cart', 'ledger')]
    with open(RUN + '/tokens.csv', 'w', newline='') as f:
        w = csv.writer(f)
        for name, groups in rows:
            w.writerow([token(name), name, token(name)[:12], groups])
    for name in ('kcm', 'sched'):  # the controllers and the scheduler have certificates
        cluster = {'server': 'https://10.224.0.10:6443', 'certificate-authority': RUN + '/pki/ca.crt'}
        own = {'client-certificate': '%s/pki/%s.crt' % (RUN, name), 'client-key': '%s/pki/%s.key' % (RUN, name)}
        conf = {'apiVersion': 'v1', 'kind': 'Config', 'current-context': 'c', 'contexts': [{'name': 'c', 'context': {'cluster': 'c', 'user': 'u'}}],
                'clusters': [{'name': 'c', 'cluster': cluster}], 'users': [{'name': 'u', 'user': own}]}
        json.dump(conf, open('%s/kc/%s.json' % (RUN, name), 'w'))


if __name__ == '__main__':
    main()
