package decode

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

func kubeAudit() *table {
	return &table{
		name: "KubeAudit",
		doc: "One row a request to the Kubernetes API, from audit events of every shape. The stages of a request, and the " +
			"copies of it in kube-audit and kube-audit-admin, are one row: requests that stay open (watch, exec, attach, " +
			"portforward, proxy, logs that are followed) are a row when the answer starts, others when it is complete. " +
			"Of a record that was cut off, what stands before the cut is read. Columns are null or empty where the record does not say.",
		has:     func(r *record) bool { return r.event.is() },
		columns: slices.Concat(kubeAuditHead(), kubeAuditCaller(), kubeAuditRequest(), kubeAuditObject(), kubeAuditPod(), kubeAuditNewPod(), kubeAuditAccess()),
		levels:  kubeAuditLevels(),
	}
}

func member1(field int) func(*record) string {
	return func(r *record) string { return r.event.str(field) }
}

func kubeAuditHead() []column {
	return []column{
		{"TimeGenerated", value.DateTime, "When the API server received the request (requestReceivedTimestamp; the same in every stage). Of a record that was cut before it: the time of Azure's envelope, if it has one.", (*record).received},
		moment("StageTime", "When the stage was reached (stageTimestamp).", member1(fStageTime)),
		text("Cluster", "The cluster: the resource id that Azure's record names, in lower case, else the configured name.", (*record).cluster),
		text("Source", "The input that the record was read from.", func(r *record) string { return r.in.Source }),
		text("Category", "`kube-audit` or `kube-audit-admin` as Azure's record says; `file` for events without an envelope.", func(r *record) string {
			return firstOf(r.category, "file")
		}),
		text("AuditID", "The request's id. The client may choose it: never take it alone for an identity.", member1(fAuditID)),
		truth("AuditIDReused", "Another request, or the same more than a minute apart, came with this AuditID before: API servers give every request its own, so the client chose it. The last 131,072 requests are remembered, and up to as many before.", func(r *record) value.Value { return value.BoolOf(r.reusedID) }),
		truth("InFuture", "TimeGenerated lies in front of the clock of the machine that reads it, and more than a day in front of all that was read before from the same source.", func(r *record) value.Value { return value.BoolOf(r.inFuture) }),
		truth("TimesWrong", "StageTime lies more than a second before TimeGenerated, or more than two hours after it in a request that does not stay open: the API server writes both.", func(r *record) value.Value {
			var c clock // the Reader goes on reading with its own
			from, ok1 := c.ticks(r.event.str(fReceived))
			to, ok2 := c.ticks(r.event.str(fStageTime))
			return value.BoolOf(ok1 && ok2 && timesAreWrong(&r.event, to-from))
		}),
		text("Stage", "`ResponseStarted`, `ResponseComplete` or `Panic`.", member1(fStage)),
		text("Level", "How much the audit policy records: `Metadata`, `Request` or `RequestResponse`. At Metadata there are no bodies.", member1(fLevel)),
	}
}

func (r *record) cluster() string {
	if r.resourceID == "" {
		return r.in.cluster
	}
	return r.lowerResource()
}

// lowerResource is the resource's id in lower case.
func (r *record) lowerResource() string {
	if r.lowerID != "" {
		return r.lowerID
	}
	return strings.ToLower(r.resourceID)
}

// lowered is a resource's id in lower case: most records are of the one before.
func (r *Reader) lowered(id string) string {
	if id != r.lastID {
		r.lastID = strings.Clone(id)
		r.lastLower = strings.ToLower(r.lastID)
	}
	return r.lastLower
}

func kubeAuditCaller() []column {
	user := func(r *record) string { return r.event.raw(fUser) }
	return []column{
		text("User", "The authenticated caller's name. With impersonation: who is really calling.", func(r *record) string { return r.event.username() }),
		text("UserUid", "The caller's uid.", func(r *record) string { return str(get(user(r), "uid")) }),
		object("Groups", "The caller's groups, an array.", func(r *record) string { return get(user(r), "groups") }),
		object("UserExtra", "What the authenticator added, a bag of arrays.", func(r *record) string { return get(user(r), "extra") }),
		text("ImpersonatedUser", "Whom the caller asked to act as. Empty in a refused impersonation, and in AKSAudit, which has no such column.", func(r *record) string {
			return str(get(r.event.raw(fImpersonated), "username"))
		}),
		object("ImpersonatedGroups", "The groups that the caller asked to act with.", func(r *record) string { return get(r.event.raw(fImpersonated), "groups") }),
		text("Actor", "Who is responsible: the impersonator if there is impersonation, else User.", func(r *record) string { return r.event.username() }),
		text("ServiceAccount", "Name of the service account that calls; empty for others.", func(r *record) string { return r.serviceAccount(3) }),
		text("ServiceAccountNamespace", "Its namespace.", func(r *record) string { return r.serviceAccount(2) }),
		text("Node", "The node that calls (`system:node:NAME`), or on which the pod runs whose token is used.", (*record).node),
		text("CredentialId", "Id of the token or certificate that was used (user.extra `authentication.kubernetes.io/credential-id`).", func(r *record) string {
			return r.extra("authentication.kubernetes.io/credential-id")
		}),
		text("ActorPod", "The pod that the service account's token was made for.", func(r *record) string {
			return r.extra("authentication.kubernetes.io/pod-name")
		}),
		truth("IsAnonymous", "No credentials: `system:anonymous` or the group `system:unauthenticated`. This and the next two are false, not null, where a record was cut before its user: a condition such as not(IsSystem) must not lose it.", func(r *record) value.Value { return value.BoolOf(r.isAnonymous()) }),
		truth("IsSystem", "A known part of the control plane or of its add-ons: user name, user agent and address all fit one line of the list `system-identities`. A name alone proves nothing.", func(r *record) value.Value { return value.BoolOf(r.isSystem()) }),
		truth("IsHuman", "Neither a machine's name (`system:...`, a service principal's GUID) nor IsSystem nor anonymous. `system:admin` is how k3s and OpenShift call their administrator.", func(r *record) value.Value { return value.BoolOf(r.isHuman()) }),
		truth("IsOperator", "A known operator or delivery tool at its work: User stands in the list `cluster-operators`, ClientIP is private, and UserAgent is not that of a tool for people or scripts (kubectl, helm, curl, wget, Python, Go's default).", func(r *record) value.Value { return value.BoolOf(r.isOperator()) }),
		object("SourceIPs", "The addresses as recorded. All but the last can be forged by the client with X-Forwarded-For or X-Real-Ip.", func(r *record) string { return r.event.raw(fSourceIPs) }),
		text("ClientIP", "The address that the API server, or its trusted proxy, was spoken to from: the last one, after one hop of AKS (172.31.0.0/16) or the configured trusted hops.", func(r *record) string { return r.theAddress().client }),
		{"ForwardedFor", value.Dynamic, "What stands before ClientIP: the client may have forged it. An empty array if nothing does.", func(r *record) value.Value {
			if r.event.raw(fSourceIPs) == "" {
				return value.NullOf(value.Dynamic)
			}
			return stringsValue(r.theAddress().forwarded)
		}},
		text("UserAgent", "What the client calls itself.", member1(fUserAgent)),
	}
}

// serviceAccount is a part of system:serviceaccount:NAMESPACE:NAME.
func (r *record) serviceAccount(part int) string {
	user := r.event.username()
	if !strings.HasPrefix(user, "system:serviceaccount:") {
		return ""
	}
	parts := strings.SplitN(user, ":", 4)
	if len(parts) < 4 {
		return ""
	}
	return parts[part]
}

func (r *record) node() string {
	if name, ok := strings.CutPrefix(r.event.username(), "system:node:"); ok {
		return name
	}
	return r.extra("authentication.kubernetes.io/node-name")
}

// extra is the first value under a key of user.extra.
func (r *record) extra(key string) string {
	extra := get(r.event.raw(fUser), "extra")
	if extra == "" {
		return ""
	}
	token := get(extra, key)
	for first := range elements(token) {
		return str(first)
	}
	return str(token)
}

// anonymousUser is what the API server calls who has no credentials.
const anonymousUser = "system:anonymous"

func (r *record) isAnonymous() bool {
	if r.event.username() == anonymousUser {
		return true
	}
	groups := get(r.event.raw(fUser), "groups")
	if !strings.Contains(groups, "system:unauthenticated") {
		return false
	}
	for g := range elements(groups) {
		if str(g) == "system:unauthenticated" {
			return true
		}
	}
	return false
}

func (r *record) isSystem() bool {
	return r.facts.r.identities.known(r.event.username(), r.event.str(fUserAgent), r.theAddress().client)
}

func (r *record) isHuman() bool {
	return isHumanName(r.event.username()) && !r.isAnonymous() && !r.isSystem()
}

// isHumanName says whether a user's name may be a person's.
func isHumanName(user string) bool {
	if user == "" || (strings.HasPrefix(user, "system:") && user != "system:admin") {
		return false
	}
	_, isGUID := value.ParseGUID(user)
	return !isGUID
}

func kubeAuditRequest() []column {
	status := func(key string) func(*record) string {
		return func(r *record) string { return str(first(r.event.raw(fStatus), key)) }
	}
	return []column{
		text("Verb", "As recorded. exec, attach and portforward are `get` or `create`, as the client opens a WebSocket or SPDY.", (*record).verb),
		text("ApiGroup", "Group of the resource; empty for the core group. Where objectRef is missing or cut off, this and the next five come from the request's address.", func(r *record) string { return r.theRef().group }),
		text("ApiVersion", "Version of the resource.", func(r *record) string { return r.theRef().version }),
		text("Resource", "The resource, in the plural; empty for addresses such as /healthz.", func(r *record) string { return r.theRef().resource }),
		text("Subresource", "exec, status, scale and so on.", func(r *record) string { return r.theRef().subresource }),
		text("Namespace", "The namespace; of a Namespace object its own name.", func(r *record) string { return r.theRef().namespace }),
		text("Name", "The object's name. For a create it may stand in the body only (generateName, a POST to the list): then it is taken from there.", func(r *record) string { return r.theRef().name }),
		text("Target", "What the request is about, to be read: the resource with its namespace and name as far as there are any, else Path.", (*record).target),
		text("RequestURI", "The request's address as recorded, up to the cut if it was cut.", member1(fURI)),
		text("Path", "Its path, percent escapes decoded.", func(r *record) string { return pathOf(r.event.str(fURI), r.uriCut) }),
		{"Parameters", value.Dynamic, "Its query, decoded as the API server does: a bag of texts, or of arrays where a name is given more than once.", func(r *record) value.Value {
			if r.event.raw(fURI) == "" {
				return value.NullOf(value.Dynamic)
			}
			return paramsValue(r.theParams())
		}},
		text("Command", "The command of an exec, its words joined with spaces; also through a node's proxy. Attach has none.", (*record).command),
		text("Container", "The container of an exec or attach, if the request names one.", (*record).container),
		truth("Tty", "The exec or attach asked for a terminal.", func(r *record) value.Value { return r.sessionFlag("tty") }),
		truth("Stdin", "The exec or attach can be typed into.", func(r *record) value.Value { return r.sessionFlag("stdin") }),
		{"Code", value.Int, "HTTP status of the answer; 101 for a session that was opened.", (*record).code},
		text("Reason", "Reason of a refusal or failure, such as Forbidden.", status("reason")),
		text("Message", "Text of a refusal or failure.", status("message")),
		text("Outcome", "Succeeded (100 to 299), Denied (401, 403), Conflict (409), NotFound (404) or Failed; empty without a code. The proxy subresources pass on the target's code.", func(r *record) string {
			return outcome(r.code())
		}),
		text("Decision", "`allow` or `forbid`: annotation `authorization.k8s.io/decision`. An admission webhook's refusal has `allow`.", func(r *record) string {
			return r.annotation("authorization.k8s.io/decision")
		}),
		text("DecisionReason", "The binding that allowed it: annotation `authorization.k8s.io/reason`. Empty for system:masters.", func(r *record) string {
			return r.annotation("authorization.k8s.io/reason")
		}),
		truth("DryRun", "The request changes nothing: dryRun=All in its address, or in the options of a delete. False, not null, where a cut record does not show it.", func(r *record) value.Value {
			return value.BoolOf(isDryRun(&r.event, r.verb()))
		}),
		truth("Truncated", "The record is cut off, or its bodies were left out because of their size: what is missing here may have been there.", func(r *record) value.Value {
			return value.BoolOf(r.isCut())
		}),
		object("Annotations", "The event's annotations, a bag.", func(r *record) string { return r.event.raw(fAnnotations) }),
	}
}

func (r *record) annotation(key string) string { return str(first(r.event.raw(fAnnotations), key)) }

// isSession says whether the request is an exec or attach, straight or through
// a node's proxy.
func (r *record) isSession() bool {
	ref := r.theRef()
	return ref.subresource == "exec" || ref.subresource == "attach" || r.nodeSession() != ""
}

// nodeSession is the kubelet's address behind nodes/NAME/proxy that runs a
// command, without its slash: exec/NAMESPACE/POD/CONTAINER.
func (r *record) nodeSession() string {
	ref := r.theRef()
	if ref.resource != "nodes" || ref.subresource != "proxy" {
		return ""
	}
	_, rest, _ := strings.Cut(pathOf(r.event.str(fURI), r.uriCut), "/proxy/")
	rest = strings.Trim(rest, "/")
	switch first, _, _ := strings.Cut(rest, "/"); strings.ToLower(first) {
	case "exec", "run", "attach", "cri":
		return rest
	}
	return ""
}

func (r *record) command() string {
	if !r.isSession() {
		return ""
	}
	words := valuesOf(r.theParams(), "command")
	if len(words) == 0 && r.nodeSession() != "" {
		words = valuesOf(r.theParams(), "cmd")
	}
	return strings.Join(words, " ")
}

func (r *record) container() string {
	if !r.isSession() {
		return ""
	}
	if names := valuesOf(r.theParams(), "container"); len(names) > 0 {
		return names[0]
	}
	if parts := strings.Split(r.nodeSession(), "/"); len(parts) >= 4 {
		return parts[len(parts)-1]
	}
	return ""
}

func (r *record) sessionFlag(name string) value.Value {
	if !r.isSession() {
		return value.NullOf(value.Bool)
	}
	params := r.theParams()
	if name == "stdin" && r.nodeSession() != "" && valuesOf(params, name) == nil {
		name = "input" // the kubelet's own word
	}
	if r.uriCut && valuesOf(params, name) == nil {
		return value.NullOf(value.Bool)
	}
	return boolParam(params, name)
}

// target is what an alert says that something was done to.
func (r *record) target() string {
	ref := r.theRef()
	switch {
	case ref.resource == "":
		return pathOf(r.event.str(fURI), r.uriCut)
	case ref.name == "" && ref.namespace == "":
		return ref.resource
	case ref.name == "":
		return ref.resource + " in " + ref.namespace
	case ref.namespace == "" || ref.resource == "namespaces":
		return ref.resource + " " + ref.name
	}
	return ref.resource + " " + ref.namespace + "/" + ref.name
}

func (r *record) code() value.Value {
	n, err := strconv.ParseInt(str(first(r.event.raw(fStatus), "code")), 10, 32)
	if err != nil {
		return value.NullOf(value.Int)
	}
	return value.IntOf(int32(n))
}

func outcome(code value.Value) string {
	switch n := code.Int(); {
	case code.IsNull(), n == 0:
		return ""
	case n >= 100 && n < 300:
		return "Succeeded"
	case n == 401, n == 403:
		return "Denied"
	case n == 404:
		return "NotFound"
	case n == 409:
		return "Conflict"
	}
	return "Failed"
}
