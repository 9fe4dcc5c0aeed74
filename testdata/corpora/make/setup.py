"""Furnishes the cluster before a recording starts: namespaces, rights, operators, applications."""
import json, time
from client import RUN, Client, binding, config, create, group, account, path, place, pod_spec, role, secret, service, user, workload
from identities import DEVS, OPERATORS, PLATFORM

NAMESPACES = 'shop payments web team-a team-b dev batch staging data'.split()
APPS = ['shop/frontend', 'shop/cart', 'shop/catalog', 'payments/api', 'payments/worker', 'web/portal', 'web/cms', 'team-a/svc-a', 'team-b/svc-b', 'dev/sandbox']
STORES = ['data/postgres', 'data/redis', 'data/elasticsearch']
CUSTOM = {  # group -> kinds, as the operators' charts bring them
    'argoproj.io': ['Application', 'Workflow', 'Rollout'], 'cert-manager.io': ['Certificate', 'CertificateRequest', 'Issuer'],
    'external-secrets.io': ['ExternalSecret'], 'monitoring.coreos.com': ['ServiceMonitor', 'Prometheus'],
    'kustomize.toolkit.fluxcd.io': ['Kustomization'], 'helm.toolkit.fluxcd.io': ['HelmRelease'], 'velero.io': ['Backup', 'Restore'],
    'cilium.io': ['CiliumEndpoint', 'CiliumNetworkPolicy'], 'traefik.io': ['IngressRoute'], 'karpenter.sh': ['NodeClaim'],
    'snapshot.storage.k8s.io': ['VolumeSnapshot'], 'networking.istio.io': ['VirtualService'], 'gateway.networking.k8s.io': ['HTTPRoute'],
    'constraints.gatekeeper.sh': ['K8sRequiredLabels'], 'kyverno.io': ['ClusterPolicy', 'PolicyException'],
}
CLUSTER_WIDE = {'K8sRequiredLabels', 'ClusterPolicy', 'NodeClaim'}


def crd(api, kind, **more):
    plural = kind.lower() + ('' if kind.endswith('s') else 's')
    plural = plural[:-2] + 'ies' if plural.endswith('ys') else plural
    return {'apiVersion': 'apiextensions.k8s.io/v1', 'kind': 'CustomResourceDefinition',
            'metadata': {'name': plural + '.' + api, 'annotations': {'api-approved.kubernetes.io': 'https://example.com'}},
            'spec': {'group': api, 'names': {'plural': plural, 'singular': kind.lower(), 'kind': kind, 'listKind': kind + 'List'},
                     'scope': 'Cluster' if kind in CLUSTER_WIDE else 'Namespaced',
                     'versions': [{'name': 'v1', 'served': True, 'storage': True, 'subresources': {'status': {}},
                                   'schema': {'openAPIV3Schema': {'type': 'object', 'x-kubernetes-preserve-unknown-fields': True}}}], **more}}


def namespace(name, **labels):
    return {'apiVersion': 'v1', 'kind': 'Namespace', 'metadata': {'name': name, 'labels': labels}}


def must(answer):
    code, obj = answer
    if code >= 300 and code != 409:
        print(code, obj.get('message', obj))


def main():
    c = Client('masterclient', '172.31.28.2')
    spaces = sorted(set(NAMESPACES) | {o.split('/')[0] for o in OPERATORS} - {'kube-system'})
    for ns in spaces:
        must(create(c, namespace(ns, team=ns)))
    for name in list(OPERATORS) + APPS + STORES + ['shop/ledger', 'kube-system/addon-a', 'kube-system/addon-b', 'kube-system/coredns']:
        ns, n = name.split('/')
        must(c.post(path('v1/serviceaccounts', ns), {'apiVersion': 'v1', 'kind': 'ServiceAccount', 'metadata': {'name': n, 'namespace': ns}}))
    must(create(c, role('controllers', [(['*'], ['*'], ['*'])])))
    must(c.patch(path('rbac.authorization.k8s.io/v1/clusterroles', None, 'controllers'),
                 {'rules': [{'apiGroups': ['*'], 'resources': ['*'], 'verbs': ['*']}, {'nonResourceURLs': ['*'], 'verbs': ['*']}]}, 'merge'))
    machines = [account(*o.split('/')) for o in OPERATORS] + [user(p) for p in PLATFORM] + [account('kube-system', 'addon-a')]
    must(create(c, binding('controllers', 'controllers', machines)))
    must(create(c, binding('platform', 'cluster-admin', [group('platform'), group('deployers')])))
    must(create(c, binding('lookers', 'view', [group('viewers'), group('devs')])))
    must(create(c, role('debuggers', [([''], ['pods/ephemeralcontainers'], ['patch', 'update']), (['metrics.k8s.io'], ['pods', 'nodes'], ['get', 'list'])])))
    must(create(c, binding('debuggers', 'debuggers', [group('devs')])))
    must(create(c, binding('owns-team-a', 'admin', [user(DEVS[7])], 'team-a')))
    for ns in NAMESPACES:
        must(create(c, binding('devs-edit', 'edit', [group('devs')], ns)))
        must(create(c, config(ns, 'app-config', LOG_LEVEL='info', REGION='westeurope')))
        for n in ('db-creds', 'stripe-key', 'web-session', 'smtp', 'oauth-client', 'feature-flags'):
            must(create(c, secret(ns, n, value='x')))
        must(create(c, {'apiVersion': 'policy/v1', 'kind': 'PodDisruptionBudget', 'metadata': {'name': 'all', 'namespace': ns},
                        'spec': {'maxUnavailable': 2, 'selector': {'matchLabels': {'tier': 'app'}}}}))
    for api, kinds in CUSTOM.items():
        for kind in kinds:
            must(create(c, crd(api, kind)))
    for i, name in enumerate(APPS + STORES):
        ns, n = name.split('/')
        spec = pod_spec('fabrikam.azurecr.io/%s:1.0.%d' % (n, i), serviceAccountName=n)
        must(create(c, workload('StatefulSet' if ns == 'data' else 'Deployment', ns, n, spec, {'tier': 'app'}, 2)))
        must(create(c, service(ns, n)))
    for name in list(OPERATORS)[:24]:
        ns, n = name.split('/')
        must(create(c, workload('Deployment', ns, n, pod_spec('quay.io/fabrikam/%s:v1' % n, serviceAccountName=n))))
    dns = pod_spec('registry.k8s.io/coredns/coredns:v1.12.1', 'coredns', dnsPolicy='Default', serviceAccountName='coredns',
                   volumes=[{'name': 'config-volume', 'configMap': {'name': 'coredns'}}])
    must(create(c, config('kube-system', 'coredns', Corefile='.:53 {\n    errors\n    kubernetes cluster.local in-addr.arpa\n    forward . /etc/resolv.conf\n    cache 30\n}\n')))
    must(create(c, workload('Deployment', 'kube-system', 'coredns', dns, {'k8s-app': 'kube-dns'}, 2)))
    must(create(c, service('kube-system', 'kube-dns', 53, selector={'k8s-app': 'kube-dns'})))
    agent = pod_spec('registry.k8s.io/kube-proxy:v1.35.4', 'kube-proxy', container={'securityContext': {'privileged': True}}, hostNetwork=True,
                     volumes=[{'name': 'modules', 'hostPath': {'path': '/lib/modules'}}], tolerations=[{'operator': 'Exists'}])
    must(create(c, workload('DaemonSet', 'kube-system', 'kube-proxy', agent, {'k8s-app': 'kube-proxy'})))
    for ns in ('monitoring', 'shop'):
        spec = pod_spec('fabrikam.azurecr.io/agent:2', container={'securityContext': {'privileged': True}}, hostNetwork=True, hostPID=True)
        must(create(c, workload('Deployment', ns, 'privileged-agent', spec, {'tier': 'app'}, 2)))
        must(create(c, {'apiVersion': 'autoscaling/v2', 'kind': 'HorizontalPodAutoscaler', 'metadata': {'name': 'privileged-agent', 'namespace': ns},
                        'spec': {'scaleTargetRef': {'apiVersion': 'apps/v1', 'kind': 'Deployment', 'name': 'privileged-agent'}, 'minReplicas': 1, 'maxReplicas': 4,
                                 'metrics': [{'type': 'Resource', 'resource': {'name': 'cpu', 'target': {'type': 'Utilization', 'averageUtilization': 60}}}]}}))
    must(create(c, service('web', 'old-lb', type='LoadBalancer')))
    must(create(c, service('web', 'old-nodeport', type='NodePort')))
    for i in range(6):
        must(create(c, binding('old-admins-%d' % i, 'cluster-admin', [user('root%d@fabrikam.com' % i)])))
        must(create(c, binding('old-view-%d' % i, 'view', [user('v%d@fabrikam.com' % i)])))
    for kind in ('Mutating', 'Validating'):
        for n in ('cert-manager-webhook', 'istio-sidecar-injector', 'gatekeeper-webhook', 'fabrikam-webhook'):
            must(create(c, webhook(kind, n)))
    time.sleep(15)
    code, pods = c.get('/api/v1/pods')
    tokens(c, pods['items'])
    print(len(pods['items']), 'pods,', sum(p['status'].get('phase') == 'Running' for p in pods['items']), 'running')


def tokens(c, pods):
    """Asks for tokens bound to pods, as kubelets do, so that user.extra is as in life."""
    bags = {}
    for p in pods:
        ns, sa = p['metadata']['namespace'], p['spec'].get('serviceAccountName')
        name = '%s/%s' % (ns, sa)
        if name in bags or name not in OPERATORS or not p['spec'].get('nodeName'):
            continue
        ref = {'kind': 'Pod', 'apiVersion': 'v1', 'name': p['metadata']['name'], 'uid': p['metadata']['uid']}
        code, t = c.post(path('v1/serviceaccounts', ns, sa, 'token'), {'apiVersion': 'authentication.k8s.io/v1', 'kind': 'TokenRequest', 'spec': {'boundObjectRef': ref, 'expirationSeconds': 7200}})
        if code == 201:
            bags[name] = t['status']['token']
    json.dump(bags, open(RUN + '/bags.json', 'w'))


def webhook(kind, name, url=None, ns='cert-manager', policy='Ignore'):
    to = {'url': url} if url else {'service': {'name': name, 'namespace': ns, 'path': '/validate'}, 'caBundle': 'QQ=='}
    hook = {'name': name + '.fabrikam.com', 'admissionReviewVersions': ['v1'], 'sideEffects': 'None', 'failurePolicy': policy, 'clientConfig': to, 'timeoutSeconds': 1,
            'rules': [{'apiGroups': ['never.fabrikam.com'], 'apiVersions': ['v1'], 'operations': ['CREATE'], 'resources': ['things']}]}
    return {'apiVersion': 'admissionregistration.k8s.io/v1', 'kind': kind + 'WebhookConfiguration', 'metadata': {'name': name}, 'webhooks': [hook]}


if __name__ == '__main__':
    main()
