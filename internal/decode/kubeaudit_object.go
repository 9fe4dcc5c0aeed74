package decode

import (
	"slices"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

func kubeAuditObject() []column {
	return []column{
		{"Object", value.Dynamic, "The object as it is now: the response; without one, the body of a create or update. Null when the response is a Status, a list or a part of an object, for deletes, and for a patch without response.", func(r *record) value.Value {
			return r.theObject()
		}},
		moment("ObjectCreated", "When the object was made: metadata.creationTimestamp of the response.", func(r *record) string {
			if o := r.event.raw(fResponse); isObject(o) {
				return str(firstIn(o, "metadata", "creationTimestamp"))
			}
			return ""
		}),
		{"Change", value.Dynamic, "What this request set, in the object's shape. For an update or apply whose object was seen before within this run: only what differs; else the whole body, without what the response shows that the request left as it was. For a JSON patch: the values of its operations, each in its place; elements of lists that it does not name are left out, and its elements carry the names that the response gives them.", func(r *record) value.Value {
			return r.theChange().set
		}},
		text("ChangeKind", "`full` (create, update), `merge`, `strategic` (a merge with directives), `apply` or `jsonpatch`.", func(r *record) string { return r.theChange().kind }),
		{"ChangeRemoved", value.Dynamic, "What the request removed: JSON pointers, in lists by name.", func(r *record) value.Value {
			if c := r.theChange(); !c.set.IsNull() {
				return stringsValue(c.removed)
			}
			return value.NullOf(value.Dynamic)
		}},
		truth("ChangeUnsure", "Change is a whole object that was there before, and nothing tells what of it is new: an update or apply, its last version not seen in this run and the answer not recorded. Rules weigh it less. Never null.", func(r *record) value.Value {
			return value.BoolOf(r.changeUnsure())
		}),
		truth("ChangePartial", "Change is not all: the record is cut off, or a copy or move could not be resolved.", func(r *record) value.Value {
			if c := r.theChange(); !c.set.IsNull() {
				return value.BoolOf(c.partial)
			}
			return value.NullOf(value.Bool)
		}),
		{"PodSpec", value.Dynamic, "The pod specification of Object, else of Change, wherever the kind keeps it: pods, templates of controllers, cron jobs, pod templates, ephemeral containers. Null for other subresources: the answer to a status update shows it too, but is no news of it.", func(r *record) value.Value {
			if p := r.thePod(); p != nil {
				return p.spec
			}
			return value.NullOf(value.Dynamic)
		}},
	}
}

// A podColumn is a column about a pod specification. Before anything is parsed,
// its words are looked for in the text: where none stands, nothing is asked for.
type podColumn struct {
	name, doc, newDoc string
	words             []string
	isFlag            bool
	read              func(*pod) value.Value
}

func podColumns() []podColumn {
	list := func(get func(*pod) []string) func(*pod) value.Value {
		return func(p *pod) value.Value { return stringsValue(get(p)) }
	}
	yesNo := func(get func(*pod) bool) func(*pod) value.Value {
		return func(p *pod) value.Value { return value.BoolOf(get(p)) }
	}
	return []podColumn{
		{"Images", "Images of all containers, init and ephemeral ones included.", "Images that Change sets.", []string{"image"}, false,
			list((*pod).images)},
		{"HostPaths", "Paths of the node that volumes show, cleaned of `//`, `..` and a slash at the end; also of PersistentVolumes (hostPath, local).", "Host paths that Change brings in, or whose volume it mounts anew.", []string{"hostPath", "local", "volumeMounts"}, false,
			list(func(p *pod) []string { return p.paths().hostPaths })},
		{"HostPathsWritable", "Those of HostPaths that some container mounts without readOnly.", "Those of NewHostPaths that are mounted without readOnly.", []string{"hostPath", "local", "volumeMounts"}, false,
			list(func(p *pod) []string { return p.paths().hostPathsWritten })},
		{"AddedCapabilities", "Linux capabilities added to any container, in capitals, without CAP_.", "Capabilities that Change adds.", []string{"capabilities"}, false,
			list((*pod).capabilities)},
		{"PrivilegedContainers", "Names of the containers with privileged: true.", "Names of the containers that Change makes privileged (their place where Change does not name them).", []string{"privileged"}, false,
			list((*pod).privileged)},
		{"Commands", "Command and arguments of each container that sets them, joined with spaces.", "Commands that Change sets.", []string{"command", "args"}, false,
			list((*pod).commands)},
		{"HostPorts", "Ports of the node that containers take.", "Host ports that Change sets.", []string{"hostPort"}, false,
			func(p *pod) value.Value { return portsValue(p.hostPorts()) }},
		{"HostPID", "The pod shares the node's process table.", "Change sets hostPID: true.", []string{"hostPID"}, true,
			yesNo(func(p *pod) bool { return p.member(podHostPID).Bool() })},
		{"HostIPC", "The pod shares the node's IPC.", "Change sets hostIPC: true.", []string{"hostIPC"}, true,
			yesNo(func(p *pod) bool { return p.member(podHostIPC).Bool() })},
		{"HostNetwork", "The pod shares the node's network.", "Change sets hostNetwork: true.", []string{"hostNetwork"}, true,
			yesNo(func(p *pod) bool { return p.member(podHostNetwork).Bool() })},
		{"HostProcess", "A Windows host process (windowsOptions of the pod or a container).", "Change sets hostProcess: true.", []string{"hostProcess"}, true,
			yesNo((*pod).hostProcess)},
	}
}

func portsValue(ports []int64) value.Value {
	vals := make([]value.Value, len(ports))
	for i, n := range ports {
		vals[i] = value.LongOf(n)
	}
	return value.ArrayOf(vals)
}

func kubeAuditPod() (columns []column) {
	for _, c := range podColumns() {
		columns = append(columns, column{c.name, c.typ(), c.doc + " Of PodSpec.", func(r *record) value.Value {
			return c.of(r, false)
		}})
	}
	return columns
}

func kubeAuditNewPod() (columns []column) {
	for _, c := range podColumns() {
		columns = append(columns, column{"New" + c.name, c.typ(), c.newDoc + " " + c.name + " over Change alone: what this request brought in.", func(r *record) value.Value {
			return c.of(r, true)
		}})
	}
	return columns
}

func (c *podColumn) typ() value.Type {
	if c.isFlag {
		return value.Bool
	}
	return value.Dynamic
}

// of reads the column, of Change if isNew. A record that is cut says yes but
// never no.
func (c *podColumn) of(r *record, isNew bool) value.Value {
	null := value.NullOf(c.typ())
	if !r.mayKeepPod(isNew) {
		return null
	}
	if r.speaksOf(isNew, c.words) {
		if p := r.podOf(isNew); p != nil {
			if v := c.read(p); c.isFlag && v.Bool() || !c.isFlag && v.Len() > 0 {
				return v
			}
		}
	}
	if r.isCut() {
		return null
	}
	return c.read(&pod{})
}

// mayKeepPod says whether the bodies that are asked about are there and of a
// kind that keeps a pod specification.
func (r *record) mayKeepPod(isNew bool) bool {
	e, ref := &r.event, r.theRef()
	request, response := e.raw(fRequest), e.raw(fResponse)
	verb := r.verb()
	if !tellsOfPods(verb, ref, isNew) || request == "" && response == "" {
		return false
	}
	// Without the object a patch tells only what it sets.
	if verb == "patch" && (isNew && request == "" || !isNew && !isObject(response) && !r.speaksOf(true, anyPodWord)) {
		return false
	}
	if keepsPods[ref.resource] != nil || ref.resource == "persistentvolumes" {
		return true
	}
	return strings.Contains(request, `"containers"`) || strings.Contains(response, `"containers"`)
}

// tellsOfPods says whether a request for such a thing may show a pod
// specification, or bring in one.
func tellsOfPods(verb string, r *ref, isNew bool) bool {
	switch verb {
	case "create", "update", "patch":
	case "get":
		if isNew {
			return false
		}
	default:
		return false
	}
	return r.resource != "" && (r.subresource == "" || slices.Contains(podSubresources, r.subresource))
}

// mayTell are the words that may count in bodies of such an event.
func (r *record) mayTell() wordSet {
	tells := allWords
	if !tellsOfPods(r.verb(), r.theRef(), false) {
		tells.pod = 0
	}
	if !tellsOfPods(r.verb(), r.theRef(), true) {
		tells.newPod = 0
	}
	return tells
}

var anyPodWord = []string{"image", "hostPath", "volumeMounts", "capabilities", "privileged", "command", "args", "hostP", "hostIPC", "hostNetwork"}

// speaksOf says whether a body may hold one of the words. Escapes could hide
// one: only the API server's own writing has none, a patch is kept as it came.
func (r *record) speaksOf(isNew bool, words []string) bool {
	request := r.event.raw(fRequest)
	if hasWord(request, words) || strings.Contains(request, `\u`) {
		return true
	}
	if request != "" && request[0] == '[' && (strings.Contains(request, "copy") || strings.Contains(request, "move")) {
		return true
	}
	if isNew && request != "" && request[0] != '"' {
		return false
	}
	return hasWord(r.event.raw(fResponse), words)
}

func hasWord(s string, words []string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

func kubeAuditAccess() []column {
	return []column{
		text("RoleRef", "Name of the role that a binding gives: of Object, else of Change, else of the binding's last version that was seen.", func(r *record) string {
			return r.binding("roleRef").Get("name").String()
		}),
		text("RoleRefKind", "ClusterRole or Role.", func(r *record) string { return r.binding("roleRef").Get("kind").String() }),
		{"Subjects", value.Dynamic, "Whom a binding gives it to: of Object, else of Change.", func(r *record) value.Value {
			return r.binding("subjects")
		}},
		{"RuleVerbs", value.Dynamic, "Verbs of all rules of a Role or ClusterRole, flattened: of Object, else of Change.", func(r *record) value.Value {
			return r.ruleWords("verbs")
		}},
		{"RuleResources", value.Dynamic, "Resources of all its rules, flattened.", func(r *record) value.Value {
			return r.ruleWords("resources")
		}},
		object("Record", "The whole event. Of one that was cut off, what could be read of it.", func(r *record) string { return r.event.text }),
	}
}

func (r *record) binding(key string) value.Value {
	if name := r.theRef().resource; name != "clusterrolebindings" && name != "rolebindings" {
		return value.NullOf(value.Dynamic)
	}
	if v := r.theObject().Get(key); !v.IsNull() {
		return v
	}
	if v := r.theChange().set.Get(key); !v.IsNull() {
		return v
	}
	if key == "roleRef" && r.event.prior != "" {
		return dynamic(get(r.event.prior, key))
	}
	return value.NullOf(value.Dynamic)
}

func (r *record) ruleWords(key string) value.Value {
	if name := r.theRef().resource; name != "clusterroles" && name != "roles" {
		return value.NullOf(value.Dynamic)
	}
	rules := r.theObject().Get("rules")
	if rules.IsNull() {
		rules = r.theChange().set.Get("rules")
	}
	if rules.IsNull() {
		return rules
	}
	words := []string{}
	for _, rule := range rules.Elems() {
		for _, w := range texts(rule.Get(key)) {
			words = addNew(words, w)
		}
	}
	return stringsValue(words)
}
