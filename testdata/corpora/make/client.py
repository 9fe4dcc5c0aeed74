"""A client of the API server as anyone: a user name, an address, a user agent.

Only the standard library is used. Every request carries an Audit-ID of ours, so
that a script can say which records prove what it did."""
import hashlib, http.client, json, os, ssl, threading, time, urllib.parse, uuid

HOST, PORT = '10.224.0.10', 6443
RUN = os.environ.get('CLUSTER_DIR', '.') + '/run'

TLS = ssl.create_default_context()
TLS.check_hostname, TLS.verify_mode = False, ssl.CERT_NONE

KUBECTL = 'kubectl/v1.34.1 (linux/amd64) kubernetes/93248f9'
KUBECTL_OLD = 'kubectl/v1.29.4 (linux/amd64) kubernetes/55019c8'

PATCHES = {
    'strategic': 'application/strategic-merge-patch+json',
    'merge': 'application/merge-patch+json',
    'json': 'application/json-patch+json',
    'apply': 'application/apply-patch+yaml',
}


def token(user):
    """The token of a user in the static token file."""
    return hashlib.sha256(('token of ' + user).encode()).hexdigest()[:40]


class Client:
    """One connection of one identity. bearer: a token of its own; none: nobody."""

    def __init__(self, user, ip, agent=KUBECTL, bearer=None, headers=None):
        self.user, self.ip, self.agent = user, ip, agent
        self.bearer = token(user) if bearer is None else bearer
        self.headers, self.ids, self.conn = headers or {}, [], None
        self.lock = threading.Lock()

    def _connect(self):
        self.conn = http.client.HTTPSConnection(HOST, PORT, timeout=60, context=TLS, source_address=(self.ip, 0))

    def _headers(self, more):
        audit = str(uuid.uuid4())
        self.ids.append(audit)
        h = {'User-Agent': self.agent, 'Accept': 'application/json', 'Audit-ID': audit}
        if self.bearer:
            h['Authorization'] = 'Bearer ' + self.bearer
        return {**h, **self.headers, **(more or {})}

    def call(self, method, path, body=None, kind='application/json', headers=None):
        """Makes one request and returns its code and the object in the answer."""
        with self.lock:
            h = self._headers(headers)
            if body is not None:
                h['Content-Type'] = kind
                if not isinstance(body, (str, bytes)):
                    body = json.dumps(body)
            if self.conn is None:
                self._connect()
            try:
                self.conn.request(method, path, body, h)
                answer = self.conn.getresponse()
                text = answer.read()
            except (http.client.HTTPException, OSError):  # an idle connection that was closed
                self._connect()
                self.conn.request(method, path, body, h)
                answer = self.conn.getresponse()
                text = answer.read()
            try:
                return answer.status, json.loads(text)
            except ValueError:
                return answer.status, {'text': text[:200]}

    def get(self, path): return self.call('GET', path)
    def post(self, path, body): return self.call('POST', path, body)
    def put(self, path, body): return self.call('PUT', path, body)
    def delete(self, path, body=None): return self.call('DELETE', path, body)
    def patch(self, path, body, how='strategic'): return self.call('PATCH', path, body, PATCHES[how])

    def apply(self, path, obj, manager='kubectl'):
        """Server-side apply."""
        sep = '&' if '?' in path else '?'
        return self.patch(path + sep + 'fieldManager=' + manager + '&force=true', obj, 'apply')

    def update(self, path, change):
        """Reads an object, lets change work on it, and writes it back whole."""
        for _ in range(5):
            code, obj = self.get(path)
            if code != 200:
                break
            change(obj)
            code, obj = self.put(path, obj)
            if code != 409:  # somebody was faster
                break
        return code, obj

    def watch(self, path, seconds=2):
        sep = '&' if '?' in path else '?'
        return self.get('%s%swatch=true&allowWatchBookmarks=true&timeoutSeconds=%d' % (path, sep, seconds))

    def stream(self, path, spdy=False, seconds=0.4):
        """Opens an exec, attach or port-forward by WebSocket, or by SPDY as older clients do."""
        conn = http.client.HTTPSConnection(HOST, PORT, timeout=10, context=TLS, source_address=(self.ip, 0))
        if spdy:
            h = self._headers({'Connection': 'Upgrade', 'Upgrade': 'SPDY/3.1', 'X-Stream-Protocol-Version': 'v4.channel.k8s.io'})
        else:
            h = self._headers({'Connection': 'Upgrade', 'Upgrade': 'websocket', 'Sec-WebSocket-Version': '13',
                               'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Protocol': 'v5.channel.k8s.io, v4.channel.k8s.io' if '/portforward' not in path else 'v4.channel.k8s.io'})
        conn.request('POST' if spdy else 'GET', path, None, h)
        answer = conn.getresponse()
        time.sleep(seconds)
        code = answer.status
        conn.close()
        return code

    def exec(self, ns, pod, *command, container=None, tty=False, spdy=False):
        query = [('command', c) for c in command]
        if container:
            query.append(('container', container))
        if tty:
            query += [('stdin', 'true'), ('tty', 'true')]
        query.append(('stdout', 'true'))
        if not tty:
            query.append(('stderr', 'true'))
        return self.stream('/api/v1/namespaces/%s/pods/%s/exec?%s' % (ns, pod, urllib.parse.urlencode(query)), spdy)

    def forward(self, ns, pod, port, spdy=False):
        return self.stream('/api/v1/namespaces/%s/pods/%s/portforward%s' % (ns, pod, '' if spdy else '?ports=%d' % port), spdy)


def path(kind, ns=None, name=None, sub=None):
    """The address of a kind such as 'apps/v1/deployments' or 'v1/pods'."""
    parts = kind.split('/')
    base = '/api/v1' if len(parts) == 2 else '/apis/%s/%s' % tuple(parts[:2])
    if ns:
        base += '/namespaces/' + ns
    base += '/' + parts[-1]
    for p in (name, sub):
        if p:
            base += '/' + p
    return base


def pod_spec(image, name='app', command=None, container=None, **spec):
    """A pod's spec with one container."""
    c = {'name': name, 'image': image, **(container or {})}
    if command:
        c['command'] = command
    return {'containers': [c], **spec}


def workload(kind, ns, name, spec, labels=None, replicas=1):
    """A Deployment, DaemonSet, StatefulSet, Job, CronJob, ReplicaSet, Pod and so on around a pod's spec."""
    labels = {'app': name, **(labels or {})}
    template = {'metadata': {'labels': labels}, 'spec': spec}
    meta = {'name': name, 'namespace': ns, 'labels': labels}
    match = {'matchLabels': {'app': name}}
    if kind == 'Pod':
        return {'apiVersion': 'v1', 'kind': 'Pod', 'metadata': meta, 'spec': spec}
    if kind == 'ReplicationController':
        return {'apiVersion': 'v1', 'kind': kind, 'metadata': meta, 'spec': {'replicas': replicas, 'selector': {'app': name}, 'template': template}}
    if kind == 'PodTemplate':
        return {'apiVersion': 'v1', 'kind': kind, 'metadata': meta, 'template': template}
    if kind == 'Job':
        spec.setdefault('restartPolicy', 'Never')
        return {'apiVersion': 'batch/v1', 'kind': kind, 'metadata': meta, 'spec': {'template': {'metadata': {'labels': {'app': name}}, 'spec': spec}}}
    if kind == 'CronJob':
        spec.setdefault('restartPolicy', 'Never')
        return {'apiVersion': 'batch/v1', 'kind': kind, 'metadata': meta,
                'spec': {'schedule': '17 3 * * *', 'jobTemplate': {'spec': {'template': {'metadata': {'labels': {'app': name}}, 'spec': spec}}}}}
    obj = {'apiVersion': 'apps/v1', 'kind': kind, 'metadata': meta, 'spec': {'selector': match, 'template': template}}
    if kind in ('Deployment', 'ReplicaSet', 'StatefulSet'):
        obj['spec']['replicas'] = replicas
    if kind == 'StatefulSet':
        obj['spec']['serviceName'] = name
    return obj


KINDS = {
    'Pod': 'v1/pods', 'ReplicationController': 'v1/replicationcontrollers', 'PodTemplate': 'v1/podtemplates',
    'Deployment': 'apps/v1/deployments', 'DaemonSet': 'apps/v1/daemonsets', 'StatefulSet': 'apps/v1/statefulsets',
    'ReplicaSet': 'apps/v1/replicasets', 'Job': 'batch/v1/jobs', 'CronJob': 'batch/v1/cronjobs',
    'Namespace': 'v1/namespaces', 'ConfigMap': 'v1/configmaps', 'Secret': 'v1/secrets', 'Service': 'v1/services',
    'ServiceAccount': 'v1/serviceaccounts', 'PersistentVolume': 'v1/persistentvolumes', 'PersistentVolumeClaim': 'v1/persistentvolumeclaims',
    'Role': 'rbac.authorization.k8s.io/v1/roles', 'ClusterRole': 'rbac.authorization.k8s.io/v1/clusterroles',
    'RoleBinding': 'rbac.authorization.k8s.io/v1/rolebindings', 'ClusterRoleBinding': 'rbac.authorization.k8s.io/v1/clusterrolebindings',
    'Ingress': 'networking.k8s.io/v1/ingresses', 'NetworkPolicy': 'networking.k8s.io/v1/networkpolicies',
    'CustomResourceDefinition': 'apiextensions.k8s.io/v1/customresourcedefinitions', 'APIService': 'apiregistration.k8s.io/v1/apiservices',
    'MutatingWebhookConfiguration': 'admissionregistration.k8s.io/v1/mutatingwebhookconfigurations',
    'ValidatingWebhookConfiguration': 'admissionregistration.k8s.io/v1/validatingwebhookconfigurations',
    'ValidatingAdmissionPolicy': 'admissionregistration.k8s.io/v1/validatingadmissionpolicies',
    'ValidatingAdmissionPolicyBinding': 'admissionregistration.k8s.io/v1/validatingadmissionpolicybindings',
    'PodDisruptionBudget': 'policy/v1/poddisruptionbudgets', 'HorizontalPodAutoscaler': 'autoscaling/v2/horizontalpodautoscalers',
    'Lease': 'coordination.k8s.io/v1/leases', 'EndpointSlice': 'discovery.k8s.io/v1/endpointslices', 'Endpoints': 'v1/endpoints',
    'CertificateSigningRequest': 'certificates.k8s.io/v1/certificatesigningrequests', 'ResourceQuota': 'v1/resourcequotas',
    'LimitRange': 'v1/limitranges', 'PriorityClass': 'scheduling.k8s.io/v1/priorityclasses', 'StorageClass': 'storage.k8s.io/v1/storageclasses',
}


def place(obj, name=True):
    """Where an object lies, or, without name, where it is posted."""
    meta = obj['metadata']
    return path(KINDS[obj['kind']], meta.get('namespace'), meta.get('name') if name else None)


def create(client, obj, query=''): return client.post(place(obj, False) + query, obj)


def role(name, rules, ns=None, **meta):
    m = {'name': name, **meta}
    if ns:
        m['namespace'] = ns
    return {'apiVersion': 'rbac.authorization.k8s.io/v1', 'kind': 'Role' if ns else 'ClusterRole', 'metadata': m,
            'rules': [{'apiGroups': g, 'resources': r, 'verbs': v} for g, r, v in rules]}


def binding(name, to, subjects, ns=None, kind='ClusterRole'):
    m = {'name': name}
    if ns:
        m['namespace'] = ns
    return {'apiVersion': 'rbac.authorization.k8s.io/v1', 'kind': 'RoleBinding' if ns else 'ClusterRoleBinding', 'metadata': m,
            'roleRef': {'apiGroup': 'rbac.authorization.k8s.io', 'kind': kind, 'name': to}, 'subjects': subjects}


def user(n): return {'kind': 'User', 'apiGroup': 'rbac.authorization.k8s.io', 'name': n}
def group(n): return {'kind': 'Group', 'apiGroup': 'rbac.authorization.k8s.io', 'name': n}
def account(ns, n): return {'kind': 'ServiceAccount', 'namespace': ns, 'name': n}


def service(ns, name, port=80, **spec):
    return {'apiVersion': 'v1', 'kind': 'Service', 'metadata': {'name': name, 'namespace': ns},
            'spec': {'selector': {'app': name}, 'ports': [{'port': port, 'targetPort': port}], **spec}}


def config(ns, name, **data):
    return {'apiVersion': 'v1', 'kind': 'ConfigMap', 'metadata': {'name': name, 'namespace': ns}, 'data': data}


def secret(ns, name, kind='Opaque', **data):
    return {'apiVersion': 'v1', 'kind': 'Secret', 'type': kind, 'metadata': {'name': name, 'namespace': ns}, 'stringData': data}
