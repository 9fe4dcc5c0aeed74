package decode

import (
	"slices"
	"strings"
)

// Never says why a column of an audit table can never be a text, and what the
// author may have meant; "" when it can, or when that is not known.
func Never(table, column, text string) (why, hint string) {
	t := tableOf(table)
	if t == nil || text == "" || t.levels == nil {
		return "", ""
	}
	if values := t.values(column); values != nil {
		if slices.Contains(values, text) {
			return "", ""
		}
		return "it is one of " + strings.Join(values, ", "), hintFor(column, text, values)
	}
	switch column {
	case "Resource":
		return neverResource(text)
	case "ApiGroup":
		return neverGroup(text)
	case "ApiVersion":
		if strings.Contains(text, "/") {
			return "it has no group in it", "the group is in ApiGroup"
		}
	case "Subresource", "Namespace":
		if lower := strings.ToLower(text); lower != text {
			return "it is always in lower case", "write " + lower
		}
	}
	return "", ""
}

// auditVerbs are those of the API, and the methods of requests that are for no
// resource.
var auditVerbs = []string{"get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "post", "put", "head", "options"}

// values are all that a column can be, of columns with few.
func (t *table) values(column string) []string {
	switch column {
	case "Verb":
		return auditVerbs
	case "Level":
		return []string{"Metadata", levelRequest, levelRequestResponse}
	case "Stage":
		stages := []string{"ResponseStarted", "ResponseComplete", "Panic"}
		if t.name != "KubeAudit" {
			stages = append(stages, "RequestReceived")
		}
		return stages
	case "Outcome":
		return []string{"Succeeded", "Denied", "Conflict", "NotFound", "Failed"}
	case "Decision":
		return []string{"allow", "forbid"}
	case "RoleRefKind":
		return []string{"ClusterRole", "Role"}
	case "ChangeKind":
		return []string{"full", "merge", "strategic", "apply", "jsonpatch"}
	}
	return nil
}

func hintFor(column, text string, values []string) string {
	if column == "Verb" && slices.Contains([]string{"exec", "attach", "portforward", "proxy", "log", "eviction", "token", "approve", "impersonate", "bind", "escalate"}, strings.ToLower(text)) {
		return "exec, attach and the like stand in Subresource; their verb is get or create"
	}
	for _, v := range values {
		if strings.EqualFold(v, text) {
			return "write " + v
		}
	}
	if column == "Decision" {
		return "a refusal is forbid"
	}
	return ""
}

func neverResource(text string) (why, hint string) {
	if before, after, ok := strings.Cut(text, "/"); ok {
		return "it has no subresource in it", "write Resource == '" + before + "' and Subresource == '" + after + "'"
	}
	lower := strings.ToLower(text)
	for _, plural := range builtinResources {
		if lower != plural && lower == singular(plural) || lower == plural && text != plural {
			return "it is the plural in lower case", "write " + plural
		}
	}
	if lower != text {
		return "it is always in lower case", ""
	}
	return "", ""
}

func neverGroup(text string) (why, hint string) {
	switch {
	case text == "core":
		return "the core group is empty", "write ApiGroup == ''"
	case strings.Contains(text, "/"):
		return "it has no version in it", "the version is in ApiVersion"
	}
	return "", ""
}

func singular(plural string) string {
	switch {
	case strings.HasSuffix(plural, "ies"):
		return strings.TrimSuffix(plural, "ies") + "y"
	case strings.HasSuffix(plural, "sses"):
		return strings.TrimSuffix(plural, "es")
	}
	return strings.TrimSuffix(plural, "s")
}

// builtinResources are the resources of Kubernetes whose singular, or kind, is
// easily written instead. Words that are in the plural already are left out.
var builtinResources = []string{
	"pods", "services", "nodes", "namespaces", "secrets", "configmaps", "events", "serviceaccounts", "persistentvolumes",
	"persistentvolumeclaims", "podtemplates", "replicationcontrollers", "resourcequotas", "limitranges", "bindings",
	"deployments", "daemonsets", "statefulsets", "replicasets", "controllerrevisions", "jobs", "cronjobs",
	"horizontalpodautoscalers", "poddisruptionbudgets", "ingresses", "ingressclasses", "networkpolicies", "endpointslices",
	"roles", "rolebindings", "clusterroles", "clusterrolebindings", "certificatesigningrequests", "leases",
	"customresourcedefinitions", "apiservices", "mutatingwebhookconfigurations", "validatingwebhookconfigurations",
	"validatingadmissionpolicies", "validatingadmissionpolicybindings", "mutatingadmissionpolicies", "mutatingadmissionpolicybindings",
	"storageclasses", "volumeattachments", "csidrivers", "csinodes", "runtimeclasses", "priorityclasses", "flowschemas",
	"selfsubjectaccessreviews", "selfsubjectrulesreviews", "selfsubjectreviews", "subjectaccessreviews", "localsubjectaccessreviews",
	"tokenreviews",
}
