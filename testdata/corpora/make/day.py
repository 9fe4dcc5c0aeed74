"""An honest day of a cluster, played in some minutes: nothing in it is an attack.

Every function is somebody at work; each runs in a thread of its own until the end."""
import json, random, sys, threading, time, urllib.parse
from client import (KINDS, KUBECTL, KUBECTL_OLD, RUN, Client, account, binding, config, create, group, path, place, pod_spec, role, secret, service, user, workload)
from identities import ADDRESS, CLOUD, DEVS, OPERATORS, PLATFORM, PLATFORMERS, SA, VIEWERS
from setup import APPS, NAMESPACES, STORES, crd, namespace, webhook

END = time.time() + float(sys.argv[1] if len(sys.argv) > 1 else 240)
BAGS = json.load(open(RUN + '/bags.json'))  # tokens of pods


def pause(low, high=None):
    time.sleep(max(0, min(random.uniform(low, high or low * 1.5), END - time.time())))
    return time.time() < END


def person(name, agent=KUBECTL): return Client(name, ADDRESS.get(name) or CLOUD[name][1], agent)


def operator(name, agent=None):
    """An operator's client, with the token of its pod where it has one."""
    ns, n = name.split('/')
    i = list(OPERATORS).index(name)
    ip = '10.244.%d.%d' % (i % 3, 20 + i)
    return Client(SA + ns + ':' + n, ip, agent or OPERATORS[name], BAGS.get(name))


def pods_of(c, ns, app=None):
    code, pods = c.get('/api/v1/namespaces/%s/pods?limit=500%s' % (ns, '&labelSelector=app%3D' + app if app else ''))
    return [p['metadata']['name'] for p in pods.get('items') or []] if code == 200 else []


def discovery(c):
    for p in ('/api?timeout=32s', '/apis?timeout=32s'):
        c.get(p)


# People

COMMANDS = [
    ['ls', '-la', '/app'], ['env'], ['cat', '/app/config.yaml'], ['bash'], ['sh'], ['sh', '-c', 'clear; (bash || ash || sh)'], ['top', '-b', '-n', '1'],
    ['sh', '-c', 'command -v bash >/dev/null && exec bash || exec sh'], ['php', 'artisan', 'migrate'], ['python', 'manage.py', 'shell'], ['bundle', 'exec', 'rails', 'console'],
    ['curl', '-s', 'localhost:8080/healthz'], ['sh', '-c', 'curl -s localhost:9090/metrics | grep http_requests'], ['nslookup', 'kubernetes.default'], ['nc', '-zv', 'postgres.data', '5432'],
    ['sh', '-c', "curl -s http://elasticsearch.data:9200/_cat/indices | sort | head"], ['df', '-h'], ['ps', 'aux'], ['jcmd', '1', 'GC.heap_dump', '/tmp/heap.hprof'], ['kill', '-HUP', '1'],
    ['tail', '-n', '200', '/var/log/app/app.log'], ['sh', '-c', 'ls /etc/nginx && nginx -t'], ['node', '-e', 'console.log(process.version)'], ['date'], ['cat', '/etc/resolv.conf'], ['id'], ['whoami'],
    ['wget', '-qO-', 'http://cart.shop/healthz'], ['sh', '-c', 'echo hash | sha256sum'], ['cat', '/proc/meminfo'], ['sh', '-c', 'curl -fsS localhost:8080/ready && echo ok'], ['java', '-version'],
    ['powershell', '-Command', 'Get-Process'], ['cmd'], ['/bin/bash', '-lc', 'exec zsh'], ['sh', '-c', 'while true; do date; sleep 1; done'], ['npm', 'run', 'seed'], ['tar', 'cf', '-', '/app/logs'], ['tar', '-xmf', '-', '-C', '/tmp'],
]
STORE_COMMANDS = [['psql', '-U', 'postgres', '-c', 'select count(*) from orders'], ['pg_dump', '-U', 'postgres', 'shop'], ['redis-cli', 'info'], ['psql', '-U', 'postgres'],
                  ['sh', '-c', 'pg_dump shop | gzip > /backup/shop.sql.gz'], ['mysql', '-e', 'show processlist'], ['curl', '-s', 'localhost:9200/_cluster/health?pretty']]


def execs_for_a_living(name, spdy=False):
    c = person(name, KUBECTL_OLD if spdy else KUBECTL)
    while pause(0.8, 3):
        ns, app = random.choice(APPS).split('/')
        commands = COMMANDS
        if random.random() < 0.25:
            ns, app = random.choice(STORES).split('/')
            commands = STORE_COMMANDS
        pods = pods_of(c, ns, app)
        if pods:
            c.exec(ns, pods[0], *random.choice(commands), container='app', tty=random.random() < 0.5, spdy=spdy)


def forwards_for_a_living(name, spdy=False):
    c = person(name, KUBECTL_OLD if spdy else KUBECTL)
    while pause(1.5, 4):
        ns, app = random.choice(APPS + STORES).split('/')
        c.get(path('v1/services', ns, app))
        pods = pods_of(c, ns, app)
        if pods:
            for _ in range(random.randint(1, 3)):
                c.forward(ns, pods[0], random.choice([8080, 5432, 6379, 9200, 3000, 5005]), spdy)


def develops(name):
    c = person(name)
    n = 0
    while pause(1, 4):
        n += 1
        ns, app = random.choice(APPS).split('/')
        dp = path('apps/v1/deployments', ns, app)
        r = random.randrange(20)
        if r == 0:
            discovery(c)
        elif r == 1:  # kubectl describe pod
            for p in pods_of(c, ns, app)[:1]:
                c.get(path('v1/pods', ns, p))
                c.get(path('v1/events', ns) + '?fieldSelector=involvedObject.name%3D' + p)
        elif r == 2:
            for p in pods_of(c, ns, app):  # stern
                c.get(path('v1/pods', ns, p, 'log') + '?follow=true&tailLines=20')
        elif r == 3:
            c.patch(dp + '?fieldManager=kubectl-rollout', {'spec': {'template': {'metadata': {'annotations': {'kubectl.kubernetes.io/restartedAt': str(n)}}}}})
        elif r == 4:
            c.patch(dp + '/scale', {'spec': {'replicas': random.randint(1, 3)}}, 'merge')
        elif r == 5:
            c.patch(dp + '?fieldManager=kubectl-set', {'spec': {'template': {'spec': {'containers': [{'name': 'app', 'image': 'fabrikam.azurecr.io/%s:2.%d' % (app, n)}]}}}})
        elif r == 6:  # kubectl diff, kubectl apply --dry-run=server
            obj = workload('Deployment', ns, app, pod_spec('fabrikam.azurecr.io/%s:2.%d' % (app, n)))
            c.get(dp)
            c.patch(dp + '?dryRun=All&fieldManager=kubectl-client-side-apply&fieldValidation=Strict', {'spec': obj['spec']}, 'strategic')
        elif r == 7:
            c.patch(path('v1/configmaps', ns, 'app-config') + '?fieldManager=kubectl-edit', {'data': {'FLAG_%d' % (n % 9): 'on', 'POOL': 'stratum-1.pool.ntp.org', 'SERVER': 'minecraft'}})
        elif r == 8:
            c.post(path('authorization.k8s.io/v1/selfsubjectrulesreviews'), {'apiVersion': 'authorization.k8s.io/v1', 'kind': 'SelfSubjectRulesReview', 'spec': {'namespace': ns}})
        elif r == 9:
            for p in pods_of(c, ns, app)[:1]:
                c.delete(path('v1/pods', ns, p))
        elif r == 10:  # kubectl run --rm -it
            pod = workload('Pod', ns, 'tmp-%s-%d' % (name.split('.')[0], n), pod_spec('busybox', 'tmp', ['sh'], {'stdin': True, 'tty': True}))
            create(c, pod)
            pause(1.5)
            c.stream(place(pod) + '/attach?container=tmp&stdin=true&stdout=true&tty=true')
            c.delete(place(pod))
        elif r == 11:  # kubectl debug
            for p in pods_of(c, ns, app)[:1]:
                c.patch(path('v1/pods', ns, p, 'ephemeralcontainers'), {'spec': {'ephemeralContainers': [{'name': 'debugger-%d' % n, 'image': 'nicolaka/netshoot', 'targetContainerName': 'app', 'stdin': True, 'tty': True}]}})
        elif r == 12:
            c.get(path('v1/secrets', ns, 'feature-flags'))
        elif r == 13:
            c.watch(path('v1/pods', ns), 2)
        elif r == 14:  # kubectl create job --from=cronjob/x
            job = workload('Job', ns, 'manual-%s-%d' % (name.split('.')[0], n), pod_spec('fabrikam.azurecr.io/batch:2', command=['report']))
            create(c, job)
        elif r == 15:
            c.get('/api/v1/namespaces/%s/services/%s:80/proxy/healthz' % (ns, app))
        elif r == 16:  # kubectl replace with the object as it is
            c.update(dp, lambda o: o.pop('status', None))
        elif r == 17:
            c.get(path('v1/pods', ns, 'no-such-pod-%d' % n))
            c.get('/apis/metrics.k8s.io/v1beta1/namespaces/%s/pods' % ns)
        elif r == 18:
            c.get(path('rbac.authorization.k8s.io/v1/clusterroles')) if n % 9 == 0 else c.get('/api/v1/namespaces')
        else:
            c.get(path('v1/services', ns))


def works_with_helm(name, ns):
    """helm upgrade, list, history, uninstall of an application of one's own."""
    c = person(name, 'Helm/3.18.4')
    n = 0
    while pause(6, 14):
        n += 1
        app = 'chart-%d' % (n % 3)
        c.get(path('v1/secrets', ns) + '?labelSelector=name%3D' + app + '%2Cowner%3Dhelm')
        c.post(path('v1/secrets', ns), {'apiVersion': 'v1', 'kind': 'Secret', 'type': 'helm.sh/release.v1', 'metadata': {'name': 'sh.helm.release.v1.%s.v%d' % (app, n), 'namespace': ns, 'labels': {'owner': 'helm', 'name': app, 'status': 'deployed', 'version': str(n)}}, 'data': {'release': 'SDRzSUFBQUFBQUFD'}})
        objs = [service(ns, app), config(ns, app, values='a: b'), {'apiVersion': 'v1', 'kind': 'ServiceAccount', 'metadata': {'name': app, 'namespace': ns}},
                role(app, [([''], ['configmaps'], ['get', 'list', 'watch'])], ns), binding(app, app, [account(ns, app)], ns, 'Role'),
                workload('Deployment', ns, app, pod_spec('fabrikam.azurecr.io/chart:%d' % n, serviceAccountName=app))]
        for o in objs:
            code, _ = c.get(place(o))
            if code == 404:
                create(c, o)
            else:
                c.patch(place(o), {'metadata': {'labels': {'helm.sh/chart': 'chart-%d' % n}}, **({'spec': o['spec']} if o['kind'] == 'Deployment' else {})})
        if n % 6 == 5:  # uninstall
            for o in objs:
                c.delete(place(o))
            c.delete(path('v1/secrets', ns, 'sh.helm.release.v1.%s.v%d' % (app, n)))


def looks_at_screens(name, agent):
    """k9s, Lens, Headlamp: pages poll whatever they show."""
    c = person(name, agent)
    pages = ['/api/v1/pods', '/apis/apps/v1/deployments', '/api/v1/namespaces', '/api/v1/nodes', '/apis/batch/v1/jobs', '/api/v1/services', '/apis/apps/v1/replicasets', '/api/v1/events?limit=500',
             '/apis/networking.k8s.io/v1/ingresses', '/api/v1/persistentvolumeclaims', '/apis/metrics.k8s.io/v1beta1/pods', '/apis/metrics.k8s.io/v1beta1/nodes', '/api/v1/configmaps?limit=1']
    while pause(0.8, 2):
        c.get(random.choice(pages))
        if random.random() < 0.1:
            c.post(path('authorization.k8s.io/v1/selfsubjectaccessreviews'), {'apiVersion': 'authorization.k8s.io/v1', 'kind': 'SelfSubjectAccessReview', 'spec': {'resourceAttributes': {'verb': 'list', 'resource': 'pods'}}})
        if random.random() < 0.1:
            c.watch('/api/v1/pods', 2)


def keeps_as_code(name):
    """Terraform and Pulumi read all they keep, again and again."""
    for agent in ('HashiCorp/1.0 Terraform/1.12.2', 'pulumi-kubernetes/4.23.0'):
        c = person(name, agent)
        for ns in ('shop', 'payments', 'web'):
            for s in ('db-creds', 'stripe-key', 'web-session', 'smtp'):
                c.get(path('v1/secrets', ns, s))
            c.get(path('v1/configmaps', ns, 'app-config'))
            c.patch(path('v1/configmaps', ns, 'app-config') + '?fieldManager=Terraform', {'data': {'KEPT': agent}}, 'merge')
        pause(20)


def browses_secrets(name):
    c = person(name, 'k9s/v0.50.9 (linux/amd64) kubernetes/93248f9')
    for ns in NAMESPACES:
        c.get(path('v1/secrets', ns) + '?limit=500')
        pause(2)


def takes_a_chart_away(name):
    """helm install and, later, uninstall of something large."""
    c = person(name, 'Helm/3.18.4')
    objs = [config('monitoring', 'dashboard-%d' % i, json='{}') for i in range(8)] + [service('monitoring', 'part-%d' % i) for i in range(6)]
    objs += [role('part', [([''], ['pods'], ['get', 'list', 'watch'])]), binding('part', 'part', [account('monitoring', 'part')])]
    objs += [o for o in node_exporter('monitoring') if o['kind'] == 'DaemonSet']
    for o in objs:
        create(c, o)
    pause(30)
    for o in objs:
        c.delete(place(o))


def writes_large_objects(name):
    """Objects of more than 16 KiB, by hand and by Argo CD."""
    c, argo = person(name), operator('argocd/argocd-application-controller')
    env = [{'name': 'SETTING_%03d' % i, 'value': 'value of the setting number %d, which is long for a setting' % i} for i in range(220)]
    app = workload('Deployment', 'dev', 'large', pod_spec('fabrikam.azurecr.io/large:1', container={'env': env}), replicas=0)
    rules = role('large-reader', [(['group%03d.fabrikam.com' % i], ['things', 'others'], ['get', 'list', 'watch']) for i in range(180)])
    kind = crd('large.fabrikam.com', 'Large')
    kind['spec']['versions'][0]['schema']['openAPIV3Schema']['properties'] = {'field%03d' % i: {'type': 'string', 'description': 'What the field number %d of this kind is there for.' % i} for i in range(200)}
    boards = config('monitoring', 'boards', **{'board.json': '{"panels":[%s]}' % ','.join('{"id":%d,"type":"graph"}' % i for i in range(900))})
    for o in (app, rules, kind, boards):
        create(c, o)
        argo.apply(place(o), o, 'argocd-controller')
    while pause(10, 20):
        c.patch(place(app), {'metadata': {'annotations': {'note': str(time.time())}}})
        c.update(place(boards), lambda o: o['metadata'].setdefault('labels', {}).update(seen='yes'))
        argo.apply(place(rules), rules, 'argocd-controller')


def looks_only(name):
    c = person(name)
    n = 0
    while pause(2, 6):
        n += 1
        c.get(random.choice(['/api/v1/namespaces/shop/pods', '/apis/apps/v1/deployments', '/api/v1/namespaces/web/events']))
        if n in (5, 40):  # a slip
            c.get('/api/v1/namespaces/shop/secrets/db-creds')


def runs_the_platform(name):
    """Labels and drains nodes, applies manifests, looks around everywhere."""
    c = person(name)
    n = 0
    while pause(4, 9):
        n += 1
        _, nodes = c.get('/api/v1/nodes')
        node = random.choice(nodes['items'])['metadata']['name']
        if n % 8 == 3:  # drain and uncordon
            c.patch('/api/v1/nodes/' + node, {'spec': {'unschedulable': True}})
            _, pods = c.get('/api/v1/pods?fieldSelector=spec.nodeName%3D' + node)
            for p in [p for p in pods['items'] if p['metadata']['namespace'] in NAMESPACES][:6]:
                ns, pn = p['metadata']['namespace'], p['metadata']['name']
                c.post(path('v1/pods', ns, pn, 'eviction'), {'apiVersion': 'policy/v1', 'kind': 'Eviction', 'metadata': {'name': pn, 'namespace': ns}})
                c.get(path('v1/pods', ns, pn))
            pause(2)
            c.patch('/api/v1/nodes/' + node, {'spec': {'unschedulable': None}})
        elif n % 8 == 5:
            c.patch('/api/v1/nodes/' + node, {'metadata': {'labels': {'pool': 'p%d' % n}}})
        elif n % 8 == 6:  # labels on old objects
            c.patch(path('v1/services', 'web', 'old-lb'), {'metadata': {'labels': {'owner': 'team-%d' % n}}})
            c.patch(path('v1/services', 'web', 'old-nodeport'), {'metadata': {'annotations': {'reviewed': str(n)}}})
            c.patch(path('rbac.authorization.k8s.io/v1/clusterrolebindings', None, 'old-admins-0'), {'metadata': {'labels': {'reviewed': 'yes'}}})
            c.update(path('v1/services', 'web', 'old-lb'), lambda o: o['metadata'].setdefault('labels', {}).update(touched=str(n)))
        elif n % 8 == 7:  # privileged workloads that stand are scaled and restarted
            p = path('apps/v1/deployments', 'monitoring', 'privileged-agent')
            c.patch(p + '/scale', {'spec': {'replicas': 1 + n % 3}}, 'merge')
            c.update(p, lambda o: o['metadata'].setdefault('annotations', {}).update(note=str(n)))
            c.update(p, lambda o: o['spec'].update(replicas=2))
            c.patch(p, {'spec': {'template': {'metadata': {'annotations': {'restartedAt': str(n)}}}}})
        elif n % 8 == 2:
            c.post(path('v1/namespaces'), namespace('sandbox-%s-%d' % (name.split('.')[0], n))) if n < 12 else None
        elif n % 8 == 4:
            net = {'apiVersion': 'networking.k8s.io/v1', 'kind': 'NetworkPolicy', 'metadata': {'name': 'allow-web', 'namespace': 'web'}, 'spec': {'podSelector': {}, 'ingress': [{'from': [{'namespaceSelector': {}}]}]}}
            c.apply(place(net), net)
            quota = {'apiVersion': 'v1', 'kind': 'ResourceQuota', 'metadata': {'name': 'q', 'namespace': 'dev'}, 'spec': {'hard': {'pods': str(500 + n)}}}
            c.apply(place(quota), quota)
            c.apply(path(KINDS['RoleBinding'], 'dev', 'interns'), binding('interns', 'view', [group('interns')], 'dev'))
        else:
            c.get('/api/v1/pods?limit=500')
            c.get(path(KINDS['ClusterRoleBinding']))
            c.get('/apis/metrics.k8s.io/v1beta1/nodes')


# Machines

def elects(name, client=None, lease=None):
    """Renews a lease every two seconds and reads what it watches."""
    ns = name.split('/')[0]
    c = client or operator(name)
    p = path(KINDS['Lease'], ns, lease or name.split('/')[1])
    stamp = lambda: time.strftime('%Y-%m-%dT%H:%M:%S.000000Z', time.gmtime())
    while pause(4, 6):
        code, o = c.get(p)
        if code == 404:
            c.post(path(KINDS['Lease'], ns), {'apiVersion': 'coordination.k8s.io/v1', 'kind': 'Lease', 'metadata': {'name': p.split('/')[-1], 'namespace': ns}, 'spec': {'holderIdentity': name, 'leaseDurationSeconds': 15, 'renewTime': stamp()}})
        elif code == 200:
            o['spec']['renewTime'] = stamp()
            c.put(p, o)


READS = {
    'argocd/argocd-application-controller': ['/apis/argoproj.io/v1/applications', '/api/v1/secrets?limit=1', '/apis/apps/v1/deployments?limit=5', '/apis/rbac.authorization.k8s.io/v1/clusterroles?limit=5', '/api/v1/namespaces/argocd/secrets?labelSelector=argocd.argoproj.io%2Fsecret-type%3Dcluster'],
    'cert-manager/cert-manager': ['/api/v1/secrets?limit=1', '/apis/cert-manager.io/v1/certificates', '/apis/networking.k8s.io/v1/ingresses'],
    'external-secrets/external-secrets': ['/apis/external-secrets.io/v1/externalsecrets', '/api/v1/secrets?limit=1'],
    'monitoring/prometheus': ['/api/v1/nodes', '/api/v1/pods?limit=5', '/metrics', '/api/v1/nodes/aks-nodepool1-31415926-vmss000000/proxy/metrics/cadvisor', '/api/v1/nodes/aks-nodepool1-31415926-vmss000001/proxy/metrics', '/api/v1/endpoints?limit=1'],
    'monitoring/kube-state-metrics': ['/api/v1/secrets?limit=1', '/apis/rbac.authorization.k8s.io/v1/roles?limit=1', '/api/v1/configmaps?limit=1', '/apis/certificates.k8s.io/v1/certificatesigningrequests?limit=1'],
    'ingress-nginx/ingress-nginx': ['/api/v1/secrets?limit=1', '/apis/networking.k8s.io/v1/ingresses', '/api/v1/namespaces/ingress-nginx/secrets/default-tls'],
    'traefik/traefik': ['/api/v1/secrets?limit=1', '/apis/traefik.io/v1/ingressroutes'],
    'istio-system/istiod': ['/api/v1/secrets?limit=1', '/api/v1/namespaces', '/apis/networking.istio.io/v1/virtualservices', '/apis/gateway.networking.k8s.io/v1/httproutes'],
    'velero/velero': ['/apis/velero.io/v1/backups', '/api/v1/secrets?limit=1', '/api/v1/persistentvolumes', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings?limit=5'],
    'kyverno/kyverno-admission-controller': ['/apis/kyverno.io/v1/clusterpolicies', '/api/v1/namespaces', '/api/v1/namespaces/kyverno/secrets/kyverno-svc.kyverno.svc.kyverno-tls-pair'],
    'kyverno/kyverno-background-controller': ['/api/v1/configmaps?limit=1', '/api/v1/secrets?limit=1'],
    'reloader/reloader': ['/api/v1/secrets?limit=1', '/api/v1/configmaps?limit=1'],
    'trivy-system/trivy-operator': ['/apis/apps/v1/replicasets?limit=1', '/api/v1/secrets?limit=1', '/api/v1/nodes/aks-nodepool1-31415926-vmss000002/proxy/configz'],
    'datadog/datadog-operator': ['/api/v1/secrets?limit=1', '/apis/apps/v1/daemonsets?limit=1'],
    'rook-ceph/rook-ceph-system': ['/api/v1/secrets?limit=1', '/api/v1/nodes'],
    'cnpg-system/cnpg-manager': ['/api/v1/secrets?limit=1', '/apis/policy/v1/poddisruptionbudgets'],
    'strimzi/strimzi-cluster-operator': ['/api/v1/secrets?limit=1', '/api/v1/namespaces/data/secrets'],
    'elastic-system/elastic-operator': ['/api/v1/secrets?limit=1', '/api/v1/namespaces/data/secrets'],
    'kube-system/sealed-secrets-controller': ['/api/v1/namespaces/kube-system/secrets?labelSelector=sealedsecrets.bitnami.com%2Fsealed-secrets-key', '/api/v1/namespaces'],
    'kube-system/cilium': ['/api/v1/nodes', '/apis/cilium.io/v1/ciliumnetworkpolicies', '/api/v1/namespaces/cilium-secrets/secrets?limit=1'],
    'kube-system/cilium-operator': ['/apis/cilium.io/v1/ciliumendpoints', '/api/v1/secrets?limit=1'],
    'longhorn-system/longhorn-service-account': ['/api/v1/persistentvolumes', '/api/v1/secrets?limit=1'],
    'crossplane-system/crossplane': ['/api/v1/secrets?limit=1', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions?limit=1'],
    'monitoring/prometheus-operator': ['/api/v1/secrets?limit=1', '/apis/monitoring.coreos.com/v1/servicemonitors', '/api/v1/namespaces/monitoring/configmaps'],
    'monitoring/grafana': ['/api/v1/namespaces/monitoring/configmaps?labelSelector=grafana_dashboard', '/api/v1/namespaces/monitoring/secrets?labelSelector=grafana_dashboard'],
    'openshift-authentication-operator/authentication-operator': ['/api/v1/namespaces/openshift-authentication/secrets', '/api/v1/namespaces/kube-system/secrets'],
    'openshift-service-ca/service-ca': ['/api/v1/secrets?limit=1', '/api/v1/services?limit=1'],
    'cattle-system/cattle': ['/api/v1/secrets?limit=1', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings?limit=1', '/api/v1/nodes'],
    'tekton-pipelines/tekton-pipelines-controller': ['/api/v1/pods?limit=1'],
}


def reads(name):
    c = operator(name)
    while pause(2.5, 6):
        for p in READS[name]:
            c.get(p)
        if random.random() < 0.2:
            c.watch(READS[name][0].split('?')[0], 3)


def reviews():
    """Admission webhooks and aggregated servers ask who may do what."""
    for name in ('kube-system/metrics-server', 'argocd/argocd-server', 'trivy-system/trivy-operator', 'cert-manager/cert-manager-webhook'):
        operator(name)
    c, d = operator('kube-system/metrics-server'), operator('argocd/argocd-server')
    while pause(1, 3):
        c.post(path('authentication.k8s.io/v1/tokenreviews'), {'apiVersion': 'authentication.k8s.io/v1', 'kind': 'TokenReview', 'spec': {'token': 'abc'}})
        c.post(path('authorization.k8s.io/v1/subjectaccessreviews'), {'apiVersion': 'authorization.k8s.io/v1', 'kind': 'SubjectAccessReview', 'spec': {'user': 'x', 'nonResourceAttributes': {'path': '/metrics', 'verb': 'get'}}})
        if random.random() < 0.1:
            d.post(path('authorization.k8s.io/v1/selfsubjectaccessreviews'), {'apiVersion': 'authorization.k8s.io/v1', 'kind': 'SelfSubjectAccessReview', 'spec': {'resourceAttributes': {'verb': 'get', 'resource': 'pods'}}})


def custom(api, kind, ns, name, spec):
    return {'apiVersion': api + '/v1', 'kind': kind, 'metadata': {'name': name, 'namespace': ns}, 'spec': spec}


def gitops():
    """Argo CD and Flux bring applications in by server-side apply and keep them up."""
    argo, kust, helm = operator('argocd/argocd-application-controller'), operator('flux-system/kustomize-controller'), operator('flux-system/helm-controller')
    n = 0
    while pause(3, 7):
        n += 1
        ns, app = random.choice(APPS).split('/')
        for c, manager in ((argo, 'argocd-controller'), (kust, 'kustomize-controller')):
            c.apply(path('apps/v1/deployments', ns, app), {'apiVersion': 'apps/v1', 'kind': 'Deployment', 'metadata': {'name': app, 'namespace': ns, 'labels': {'app.kubernetes.io/instance': app}, 'annotations': {'sync': str(n)}}}, manager)
            c.patch(path('v1/configmaps', ns, 'app-config') + '?dryRun=All&fieldManager=' + manager + '&force=true', config(ns, 'app-config', VERSION=str(n)), 'apply')
        if n == 3:  # a whole add-on comes from git
            for o in node_exporter('monitoring-%d' % n):
                argo.apply(place(o), o, 'argocd-controller')
        if n == 5:
            for o in addon('external-dns-internal', 'helm-addons'):
                helm.apply(place(o), o, 'helm-controller')
        if n == 7:
            helm.apply(place(webhook('Mutating', 'linkerd-proxy-injector')), webhook('Mutating', 'linkerd-proxy-injector', ns='linkerd'), 'helm-controller')
            o = crd('databases.fabrikam.com', 'Postgres')
            helm.apply(place(o), o, 'helm-controller')
        if n % 6 == 0:  # prune
            argo.delete(path('v1/configmaps', ns, 'old-%d' % n))
            for i in range(6):
                o = config('staging', 'pruned-%d' % i, a='b')
                argo.apply(place(o), o, 'argocd-controller')
            for i in range(6):
                argo.delete(path('v1/configmaps', 'staging', 'pruned-%d' % i))
        if n % 5 == 0:
            kust.headers = {'Impersonate-User': SA + 'team-a:flux-reconciler', 'Impersonate-Group': 'system:serviceaccounts'}
            kust.get('/api/v1/namespaces/team-a/configmaps/app-config')
            kust.headers = {}


def node_exporter(ns):
    spec = pod_spec('quay.io/prometheus/node-exporter:v1.9.1', 'node-exporter', container={'args': ['--path.rootfs=/host/root'], 'volumeMounts': [
        {'name': 'proc', 'mountPath': '/host/proc', 'readOnly': True}, {'name': 'sys', 'mountPath': '/host/sys', 'readOnly': True}, {'name': 'root', 'mountPath': '/host/root', 'readOnly': True}]},
        hostNetwork=True, hostPID=True, volumes=[{'name': n, 'hostPath': {'path': p}} for n, p in (('proc', '/proc'), ('sys', '/sys'), ('root', '/'))])
    return [namespace(ns), workload('DaemonSet', ns, 'node-exporter', spec)]


def addon(name, ns):
    rules = [([''], ['services', 'endpoints', 'pods', 'nodes'], ['get', 'list', 'watch']), ([''], ['secrets'], ['get', 'list', 'watch'])]
    return [namespace(ns), {'apiVersion': 'v1', 'kind': 'ServiceAccount', 'metadata': {'name': name, 'namespace': ns}}, role(name, rules), binding(name, name, [account(ns, name)]),
            workload('Deployment', ns, name, pod_spec('registry.k8s.io/external-dns/external-dns:v0.18.0', serviceAccountName=name))]


def certificates():
    """cert-manager issues, its cainjector writes CA bundles into webhooks and CRDs."""
    c, inject, gen = operator('cert-manager/cert-manager'), operator('cert-manager/cert-manager-cainjector'), operator('ingress-nginx/ingress-nginx-admission')
    n = 0
    while pause(4, 9):
        n += 1
        ns = random.choice(NAMESPACES)
        create(c, secret(ns, 'tls-%d' % n, 'Opaque', cert='x'))
        c.get(path('v1/secrets', ns, 'tls-%d' % n))
        create(c, custom('cert-manager.io', 'CertificateRequest', ns, 'cr-%d' % n, {'issuerRef': {'name': 'le'}})) if False else c.post('/apis/cert-manager.io/v1/namespaces/%s/certificaterequests' % ns, custom('cert-manager.io', 'CertificateRequest', ns, 'cr-%d' % n, {'x': 1}))
        for name in ('cert-manager-webhook', 'istio-sidecar-injector'):
            p = path(KINDS['ValidatingWebhookConfiguration'], None, name)
            inject.update(p, lambda o: o['webhooks'][0]['clientConfig'].update(caBundle='Q%dE=' % (n % 9)))
        gen.patch(path(KINDS['ValidatingWebhookConfiguration'], None, 'fabrikam-webhook'), {'webhooks': [{'name': 'fabrikam-webhook.fabrikam.com', 'clientConfig': {'caBundle': 'QkI='}}]})
        secret_sync = operator('external-secrets/external-secrets')
        for s in ('db-creds', 'stripe-key', 'web-session', 'smtp', 'oauth-client'):
            secret_sync.get(path('v1/secrets', ns, s))
            secret_sync.patch(path('v1/secrets', ns, s), {'data': {'value': 'eA=='}}, 'merge')
        if n % 4 == 1:
            secret_sync.post(path('v1/serviceaccounts', ns, 'default', 'token'), {'apiVersion': 'authentication.k8s.io/v1', 'kind': 'TokenRequest', 'spec': {'audiences': ['vault']}})


def backs_up():
    """Velero reads everything and restores some of it."""
    c, agent = operator('velero/velero'), operator('velero/node-agent')
    while pause(20, 30):
        for ns in NAMESPACES:
            for k in ('v1/secrets', 'v1/configmaps', 'apps/v1/deployments', 'rbac.authorization.k8s.io/v1/rolebindings', 'v1/persistentvolumeclaims'):
                c.get(path(k, ns) + '?limit=2')
        c.post('/apis/velero.io/v1/namespaces/velero/backups', custom('velero.io', 'Backup', 'velero', 'daily-%d' % time.time(), {'ttl': '720h'}))
        o = namespace('restored-%d' % time.time())
        create(c, o)
        ns = o['metadata']['name']
        for o in (secret(ns, 'db', value='x'), config(ns, 'c', a='b'), binding('edit', 'edit', [group('devs')], ns), workload('Deployment', ns, 'app', pod_spec('fabrikam.azurecr.io/cart:1'))):
            create(c, o)
        agent.get('/api/v1/pods?limit=5')


def operators_install():
    """What operators put on nodes is privileged, and theirs."""
    gpu, tigera, dd, rook, cilium = (operator(n) for n in ('gpu-operator/gpu-operator', 'tigera-operator/tigera-operator', 'datadog/datadog-operator', 'rook-ceph/rook-ceph-system', 'kube-system/cilium-operator'))
    priv = {'securityContext': {'privileged': True}}

    def ds(c, ns, name, image, paths, mode='', **spec):
        vols = [{'name': 'v%d' % i, 'hostPath': {'path': p}} for i, p in enumerate(paths)]
        mounts = [{'name': 'v%d' % i, 'mountPath': '/host' + p, 'readOnly': mode == 'ro'} for i, p in enumerate(paths)]
        create(c, workload('DaemonSet', ns, name, pod_spec(image, name, container={**priv, 'volumeMounts': mounts}, volumes=vols, **spec)))
        time.sleep(1)
        c.update(path('apps/v1/daemonsets', ns, name), lambda o: o['metadata'].setdefault('annotations', {}).update(hash='1'))

    pause(5)
    ds(gpu, 'gpu-operator', 'nvidia-driver-daemonset', 'nvcr.io/nvidia/driver:570', ['/', '/run/nvidia', '/sys', '/etc/containerd', '/run/containerd/containerd.sock'], hostPID=True)
    ds(tigera, 'calico-system', 'calico-node', 'quay.io/calico/node:v3.30', ['/lib/modules', '/var/run/calico', '/sys/fs', '/opt/cni/bin', '/etc/cni/net.d', '/proc'], hostNetwork=True)
    ds(dd, 'datadog', 'datadog-agent', 'gcr.io/datadoghq/agent:7', ['/proc', '/sys/fs/cgroup', '/var/run', '/etc/passwd', '/var/lib/docker/containers', '/var/log/pods'], 'ro', hostPID=True)
    ds(rook, 'rook-ceph', 'csi-rbdplugin', 'quay.io/cephcsi/cephcsi:v3', ['/var/lib/kubelet/plugins', '/var/lib/kubelet/pods', '/dev', '/sys', '/lib/modules'], hostNetwork=True, hostPID=True)
    ds(operator('longhorn-system/longhorn-service-account'), 'longhorn-system', 'longhorn-manager', 'longhornio/longhorn-manager:v1.9', ['/dev', '/proc', '/var/lib/longhorn', '/var/lib/kubelet'])
    ds(operator('velero/velero'), 'velero', 'node-agent-ds', 'velero/velero:v1.16', ['/var/lib/kubelet/pods', '/var/lib/kubelet/plugins'])
    ds(operator('argocd/argocd-application-controller'), 'monitoring', 'promtail', 'grafana/promtail:3', ['/var/log/pods', '/var/lib/docker/containers', '/run/promtail'], 'ro')
    ds(operator('openshift-network-operator/cluster-network-operator'), 'openshift-network-operator', 'multus', 'quay.io/openshift/multus:v4', ['/', '/opt/cni', '/etc/kubernetes', '/var/lib/kubelet'], hostNetwork=True)
    istio = operator('istio-system/istiod')
    while pause(6, 12):
        istio.patch(path(KINDS['MutatingWebhookConfiguration'], None, 'istio-sidecar-injector'), {'webhooks': [{'name': 'istio-sidecar-injector.fabrikam.com', 'clientConfig': {'caBundle': 'QUI='}}]})
        for i in range(3):
            o = custom('cilium.io', 'CiliumEndpoint', 'shop', 'ep-%d-%d' % (i, time.time()), {'x': 1})
            cilium.post('/apis/cilium.io/v1/namespaces/shop/ciliumendpoints', o)
            cilium.delete('/apis/cilium.io/v1/namespaces/shop/ciliumendpoints/' + o['metadata']['name'])
        tigera.apply(path(KINDS['ClusterRole'], None, 'calico-node'), role('calico-node', [([''], ['pods', 'nodes'], ['get', 'list', 'watch']), ([''], ['serviceaccounts/token'], ['create'])]), 'operator')
        gpu.update(path('apps/v1/daemonsets', 'gpu-operator', 'nvidia-driver-daemonset'), lambda o: o['spec']['template']['metadata'].setdefault('annotations', {}).update(rev=str(time.time())))


def keeps_nodes():
    """kured, the autoscaler, descheduler and Karpenter."""
    kured, scaler, desched, karp = (operator(n) for n in ('kured/kured', 'kube-system/cluster-autoscaler', 'kube-system/descheduler', 'karpenter/karpenter'))
    n = 0
    while pause(5, 10):
        n += 1
        _, pods = desched.get('/api/v1/namespaces/staging/pods')
        node = 'aks-nodepool1-31415926-vmss00000%d' % (n % 3)
        if n % 4 == 1:
            kured.patch('/api/v1/nodes/' + node, {'spec': {'unschedulable': True}})
            pause(1)
            kured.patch('/api/v1/nodes/' + node, {'spec': {'unschedulable': False}})
        if n % 4 == 2:
            scaler.update('/api/v1/nodes/' + node, lambda o: o['spec'].setdefault('taints', []).append({'key': 'DeletionCandidateOfClusterAutoscaler', 'value': '1', 'effect': 'PreferNoSchedule'}))
            scaler.update('/api/v1/nodes/' + node, lambda o: o['spec'].pop('taints', None))
            scaler.update(path('v1/configmaps', 'kube-system', 'cluster-autoscaler-status'), lambda o: o['data'].update(status=str(n)))
        if n % 4 == 3:
            new = {'apiVersion': 'v1', 'kind': 'Node', 'metadata': {'name': 'karpenter-%d' % n}, 'spec': {'taints': [{'key': 'karpenter.sh/unregistered', 'effect': 'NoExecute'}]}}
            karp.post('/api/v1/nodes', new)
            karp.patch('/api/v1/nodes/karpenter-%d' % n, {'spec': {'taints': [{'key': 'karpenter.sh/disrupted', 'effect': 'NoSchedule'}]}}, 'merge')
            karp.delete('/api/v1/nodes/karpenter-%d' % n)
        for _, c in ((0, desched),):
            _, all_pods = c.get('/api/v1/namespaces/shop/pods')
            for p in (all_pods.get('items') or [])[:1]:
                c.post(path('v1/pods', 'shop', p['metadata']['name'], 'eviction'), {'apiVersion': 'policy/v1', 'kind': 'Eviction', 'metadata': {'name': p['metadata']['name'], 'namespace': 'shop'}})


def builds():
    """Pipelines: GitLab, Jenkins, Actions, Tekton, Argo Workflows, Airflow, Jupyter, Spark."""
    n = 0
    runners = [('gitlab-runner/gitlab-runner', 'runner', True), ('jenkins/jenkins', 'agent', True), ('actions/actions-runner-controller', 'runner', False),
               ('tekton-pipelines/tekton-pipelines-controller', 'task', False), ('argo/argo-workflow-controller', 'wf', False), ('airflow/airflow-worker', 'dag', False),
               ('jupyterhub/hub', 'jupyter', False), ('spark-operator/spark-operator', 'driver', False)]
    clients = {name: operator(name) for name, _, _ in runners}
    while pause(1.5, 4):
        n += 1
        name, word, execs = random.choice(runners)
        c, ns = clients[name], name.split('/')[0]
        s = secret(ns, '%s-%d-env' % (word, n), token='x')
        create(c, s)
        create(c, config(ns, '%s-%d-scripts' % (word, n), run='#!/bin/sh\nmake'))
        pod = workload('Pod', ns, '%s-%d' % (word, n), pod_spec('fabrikam.azurecr.io/build:7', 'build', ['sleep', '3600'], restartPolicy='Never'))
        create(c, pod)
        pause(1.5)
        c.get(place(pod))
        if execs:
            c.exec(ns, pod['metadata']['name'], 'sh', '-c', 'if [ -x /bin/bash ]; then exec /bin/bash; else exec /bin/sh; fi', container='build', spdy=word == 'agent')
            c.exec(ns, pod['metadata']['name'], 'gitlab-runner-build', container='build')
        c.get(place(pod) + '/log')
        for o in (pod, s, config(ns, '%s-%d-scripts' % (word, n))):
            c.delete(place(o))


def deploys():
    """A pipeline with kubectl and helm inside the cluster, and one with a service principal outside."""
    ci, sp, tf = operator('cicd/deployer'), Client('7f0c7a36-8f5e-4a8e-9a52-1d1a54d5b8aa', '20.80.5.30', 'Helm/3.18.4'), Client('7f0c7a36-8f5e-4a8e-9a52-1d1a54d5b8aa', '20.80.5.30', 'HashiCorp/1.0 Terraform/1.12.2')
    n = 0
    while pause(3, 6):
        n += 1
        ns, app = random.choice(APPS).split('/')
        dp = path('apps/v1/deployments', ns, app)
        ci.patch(dp + '?fieldManager=kubectl-set', {'spec': {'template': {'spec': {'containers': [{'name': 'app', 'image': 'fabrikam.azurecr.io/%s:3.%d' % (app, n)}]}}}})
        for _ in range(3):
            ci.get(dp)
        job = workload('Job', ns, 'migrate-%d' % n, pod_spec('fabrikam.azurecr.io/%s:3.%d' % (app, n), command=['migrate']))
        create(ci, job)
        ci.get(place(job))
        ci.delete(place(job) + '?propagationPolicy=Background')
        sp.get(path('v1/secrets', ns) + '?labelSelector=owner%3Dhelm')
        sp.update(dp, lambda o: o['metadata'].setdefault('annotations', {}).update(release=str(n)))
        tf.get('/apis/apps/v1/namespaces/%s/deployments/%s' % (ns, app))
        tf.get(path('v1/configmaps', ns, 'app-config'))
        if n % 5 == 2:  # a preview environment comes and goes
            prev = 'pr-%d' % (1000 + n)
            create(sp, namespace(prev, preview='true'))
            for o in (config(prev, 'app-config', A='b'), secret(prev, 'db', url='x'), workload('Deployment', prev, 'web', pod_spec('fabrikam.azurecr.io/web:pr')), service(prev, 'web')):
                create(sp, o)
            pause(2)
            sp.delete('/api/v1/namespaces/' + prev)
        if n % 5 == 4:
            op = operator('preview/preview-operator')
            prev = 'preview-%d' % n
            create(op, namespace(prev, preview='true'))
            create(op, workload('Deployment', prev, 'web', pod_spec('fabrikam.azurecr.io/web:pr')))
            op.get(path('v1/secrets', prev, 'registry'))
            op.delete('/api/v1/namespaces/' + prev)


def platform_parts():
    """What AKS, EKS, GKE, k3s and OpenShift do to their own clusters."""
    c = {n: Client(n, ip, ua) for n, (_, ip, ua) in PLATFORM.items()}
    dns = path('apps/v1/deployments', 'kube-system', 'coredns')
    n = 0
    while pause(2, 4):
        n += 1
        for who in ('aksService', 'eks:addon-manager', 'system:addon-manager', 'system:k3s-supervisor', 'eks:cluster-bootstrap'):
            p = c[who]
            p.get(dns)
            p.patch(dns + '?fieldManager=addon', {'metadata': {'labels': {'addonmanager.kubernetes.io/mode': 'Reconcile', 'rev': str(n)}}})
            p.get(path('v1/configmaps', 'kube-system', 'coredns'))
            if n % 10 == 4:  # an add-on's upgrade
                p.patch(path('v1/configmaps', 'kube-system', 'coredns'), {'data': {'Corefile': '.:53 {\n    errors\n    kubernetes cluster.local in-addr.arpa ip6.arpa\n    forward . /etc/resolv.conf\n    cache %d\n}\n' % (30 + n)}})
                agent = pod_spec('mcr.microsoft.com/oss/agent:%d' % n, 'agent', container={'securityContext': {'privileged': True}}, hostNetwork=True, hostPID=True, volumes=[{'name': 'k', 'hostPath': {'path': '/var/lib/kubelet'}}])
                o = workload('DaemonSet', 'kube-system', 'agent-' + who.replace(':', '-').lower(), agent)
                p.apply(place(o), o, 'addon')
                r = role('agent-' + who.replace(':', '-').lower(), [([''], ['nodes/proxy', 'secrets'], ['get', 'list', 'watch'])])
                p.apply(place(r), r, 'addon')
                p.apply(place(binding(r['metadata']['name'], r['metadata']['name'], [account('kube-system', 'agent')])), binding(r['metadata']['name'], r['metadata']['name'], [account('kube-system', 'agent')]), 'addon')
                p.delete(path('apps/v1/daemonsets', 'kube-system', 'agent-' + who.replace(':', '-').lower()))
                p.get('/api/v1/namespaces/kube-system/secrets')
        for who in ('hcpService', 'readinessChecker', 'eks:node-manager', 'eks:k8s-metrics', 'eks:az-poller', 'system:gke-common-webhooks', 'system:gcp-controller-manager', 'system:kubestore-collector', 'system:glbc', 'system:managed-certificate-controller',
                    'system:konnectivity-server', 'system:k3s-controller', 'system:openshift-controller-manager', 'eks:cloud-controller-manager'):
            c[who].get(random.choice(['/api/v1/nodes', '/api/v1/namespaces/kube-system/configmaps/coredns', '/api/v1/secrets?limit=1', '/api/v1/services', '/apis/certificates.k8s.io/v1/certificatesigningrequests']))
        if n % 6 == 1:
            c['eks:node-manager'].patch('/api/v1/nodes/aks-nodepool1-31415926-vmss000001', {'metadata': {'labels': {'n': str(n)}}})
            c['system:glbc'].patch(path('v1/services', 'web', 'old-lb', 'status'), {'status': {'loadBalancer': {'ingress': [{'ip': '20.1.2.3'}]}}}, 'merge')


def openshift():
    cvo, cno, olm, sca, reg = (operator('openshift-' + n) for n in ('cluster-version/default', 'network-operator/cluster-network-operator', 'operator-lifecycle-manager/olm-operator-serviceaccount', 'service-ca-operator/service-ca-operator', 'image-registry/cluster-image-registry-operator'))
    n = 0
    while pause(4, 8):
        n += 1
        r = role('cluster-thing-%d' % (n % 3), [(['*'], ['*'], ['*'])])
        cvo.apply(place(r), r, 'cvo')
        cvo.apply(path(KINDS['ClusterRoleBinding'], None, 'thing-operator'), binding('thing-operator', 'cluster-admin', [account('openshift-dns-operator', 'dns-operator')]), 'cvo')
        o = crd('things%d.openshift.io' % (n % 2), 'Thing')
        cvo.apply(place(o), o, 'cvo')
        cno.apply(place(webhook('Validating', 'network-node-identity')), webhook('Validating', 'network-node-identity'), 'cno')
        olm.apply(path(KINDS['RoleBinding'], 'kube-system', 'olm-auth'), binding('olm-auth', 'view', [account('openshift-dns-operator', 'dns-operator')], 'kube-system'), 'olm')
        for s in ('a', 'b', 'c', 'd', 'e', 'f'):
            sca.get(path('v1/secrets', 'openshift-service-ca', s))
            reg.get(path('v1/secrets', 'openshift-image-registry', s))


def rancher():
    r, u = operator('cattle-system/rancher'), operator('cattle-impersonation-system/cattle-impersonation-u-8k2fx')
    r.headers = {'Impersonate-User': 'u-8k2fx', 'Impersonate-Group': 'system:authenticated'}
    u.headers = {'Impersonate-User': 'u-8k2fx', 'Impersonate-Group': 'devs'}
    own = operator('cattle-system/rancher')
    n = 0
    while pause(2, 5):
        n += 1
        for c in (r, u):
            c.get('/api/v1/namespaces/shop/pods')
            c.post(path('authorization.k8s.io/v1/selfsubjectaccessreviews'), {'apiVersion': 'authorization.k8s.io/v1', 'kind': 'SelfSubjectAccessReview', 'spec': {'resourceAttributes': {'verb': 'get', 'resource': 'pods'}}})
        if n % 5 == 2:
            own.apply(path(KINDS['ClusterRoleBinding'], None, 'globaladmin-u-8k2fx'), binding('globaladmin-u-8k2fx', 'view', [user('u-8k2fx')]), 'rancher')


def home_clusters():
    """The administrators of kind, kubeadm and k3s."""
    for who in ('kubernetes-admin', 'system:admin'):
        _, ip, ua = PLATFORM[who]
        c = Client(who, ip, ua)
        discovery(c)
        for p in ('/api/v1/nodes', '/api/v1/pods', '/api/v1/namespaces/kube-system/pods'):
            c.get(p)
        for i, name in enumerate(('demo', 'demo2')):
            o = workload('Deployment', 'dev', who.split(':')[-1] + '-' + name, pod_spec('nginx:1.27'))
            create(c, o)
            pause(2)
            c.patch(place(o) + '/scale', {'spec': {'replicas': 0}}, 'merge')
            c.delete(place(o))


def probes():
    c = Client('', '10.224.0.250', 'kube-probe/1.35', '')
    d = Client('', '10.224.0.251', 'ELB-HealthChecker/2.0', '')
    while pause(1, 3):
        for p in ('/healthz', '/livez', '/readyz?exclude=etcd', '/version'):
            c.get(p)
        d.get('/readyz')
        d.get('/')
        if random.random() < 0.1:
            c.get('/.well-known/openid-configuration')


def main():
    jobs = [(execs_for_a_living, DEVS[0]), (execs_for_a_living, DEVS[1], True), (execs_for_a_living, PLATFORMERS[0]), (execs_for_a_living, 'arn:aws:sts::111122223333:assumed-role/Developers/rosa'),
            (forwards_for_a_living, DEVS[2]), (forwards_for_a_living, DEVS[3], True), (forwards_for_a_living, 'oidc:sven.holm@fabrikam.com'),
            (works_with_helm, DEVS[7], 'team-a'), (works_with_helm, PLATFORMERS[3], 'team-b'), (looks_at_screens, DEVS[8], 'k9s/v0.50.9 (linux/amd64) kubernetes/93248f9'), (looks_at_screens, DEVS[9], 'Mozilla/5.0 (Lens 2025.6)'),
            (looks_at_screens, PLATFORMERS[2], 'Headlamp/0.32.0'), (looks_only, VIEWERS[0]), (looks_only, VIEWERS[1])]
    jobs += [(keeps_as_code, PLATFORMERS[3]), (browses_secrets, PLATFORMERS[2]), (takes_a_chart_away, PLATFORMERS[1]), (writes_large_objects, PLATFORMERS[0])]
    jobs += [(develops, p) for p in DEVS[4:7] + ['kubernetes-developer@fabrikam-prod.iam.gserviceaccount.com', 'clusterUser']] + [(runs_the_platform, p) for p in PLATFORMERS[1:3]]
    jobs += [(elects, n) for n in list(OPERATORS)[::4]] + [(reads, n) for n in READS]
    jobs += [(f,) for f in (reviews, gitops, certificates, backs_up, operators_install, keeps_nodes, builds, deploys, platform_parts, openshift, rancher, home_clusters, probes)]
    threads = [threading.Thread(target=j[0], args=j[1:], name=str(j)) for j in jobs]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


if __name__ == '__main__':
    main()
