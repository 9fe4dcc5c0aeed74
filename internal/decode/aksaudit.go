package decode

import (
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// aksAudit makes AKSAudit and the tables that have its columns.
func aksAudit(name string, has func(*record) bool) *table {
	what := map[string]string{
		"AKSAudit":         "Audit events of AKS, one row a stage, of the category kube-audit; and those that came without an envelope.",
		"AKSAuditAdmin":    "Audit events of AKS without get, list and watch: the category kube-audit-admin. The writes of kube-audit are shown too, those of which a copy came in kube-audit-admin before left out.",
		"ArcK8sAudit":      "AKSAudit for clusters connected by Azure Arc.",
		"ArcK8sAuditAdmin": "AKSAuditAdmin for clusters connected by Azure Arc.",
	}
	return &table{name: name, has: has, doc: what[name] +
		" A log line that Azure cut fills no column of the event here; KubeAudit reads what is left of it.",
		columns: aksAuditColumns(name), levels: aksAuditLevels()}
}

func isArc(r *record) bool {
	return strings.Contains(r.lowerResource(), "/connectedclusters/") ||
		r.shape == shapeAuditRow && strings.HasPrefix(str(r.top("Type")), "Arc")
}

func aksAuditRow(r *record) bool      { return isAuditOf(r, false) && !isArc(r) }
func arcAuditRow(r *record) bool      { return isAuditOf(r, false) && isArc(r) }
func aksAuditAdminRow(r *record) bool { return isAuditOf(r, true) && !isArc(r) }
func arcAuditAdminRow(r *record) bool { return isAuditOf(r, true) && isArc(r) }

func isAuditOf(r *record, admin bool) bool {
	if !r.event.is() && !isAudit(r.category) {
		return false
	}
	fromAdmin := strings.EqualFold(r.category, "kube-audit-admin")
	if !admin {
		return !fromAdmin
	}
	if fromAdmin || r.shape == shapeAuditRow {
		return fromAdmin
	}
	switch r.event.str(fVerb) {
	case "get", "list", "watch", "":
		return false
	}
	return true
}

func aksAuditColumns(table string) []column {
	field := func(f int) func(*record) string {
		return func(r *record) string { return r.exact().str(f) }
	}
	tree := func(f int) func(*record) string {
		return func(r *record) string { return r.exact().raw(f) }
	}
	body := func(name, doc string, f int) column {
		return column{name, value.Dynamic, doc + " The text `skipped-too-big-size-object` where Azure left it out.", func(r *record) value.Value {
			return dynamic(r.exact().raw(f))
		}}
	}
	return []column{
		object("Annotations", "The event's annotations.", tree(fAnnotations)),
		text("AuditId", "The request's id; the client may choose it.", field(fAuditID)),
		text("Level", "Level of the audit policy.", field(fLevel)),
		object("ObjectRef", "The object that the request is about.", tree(fObjectRef)),
		text("PodName", "The API server's pod.", func(r *record) string { return r.pod }),
		body("RequestObject", "Body of the request.", fRequest),
		moment("RequestReceivedTime", "When the request was received.", func(r *record) string { return r.exact().received() }),
		text("RequestUri", "The request's address.", field(fURI)),
		body("ResponseObject", "Body of the response.", fResponse),
		object("ResponseStatus", "Status of the response.", tree(fStatus)),
		object("SourceIps", "Addresses of the client and of what stands between.", tree(fSourceIPs)),
		text("SourceSystem", "`Azure`.", func(r *record) string { return r.ownOr("SourceSystem", "Azure") }),
		text("Stage", "Stage of the request.", field(fStage)),
		moment("StageReceivedTime", "When the stage was reached.", field(fStageTime)),
		text("TenantId", "Id of the workspace, of exported rows.", func(r *record) string { return r.ownOr("TenantId", "") }),
		moment("TimeGenerated", "When the record was written: the envelope's time, else StageReceivedTime.", (*record).timeGenerated),
		text("Type", "The table's name.", func(*record) string { return table }),
		object("User", "The caller: username, uid, groups, extra.", tree(fUser)),
		text("UserAgent", "What the client calls itself.", field(fUserAgent)),
		text("Verb", "The request's verb.", field(fVerb)),
		text("_ResourceId", "The cluster's resource id in lower case.", func(r *record) string { return strings.ToLower(r.resource()) }),
		text("_SubscriptionId", "Its subscription.", func(r *record) string { return strings.ToLower(idPart(r.resource(), "subscriptions")) }),
		{"_BilledSize", value.Real, "Bytes billed, of exported rows.", func(r *record) value.Value { return dynamic(r.ofRow("_BilledSize")).To(value.Real) }},
		text("_IsBillable", "Whether they were billed, of exported rows.", func(r *record) string { return r.ownOr("_IsBillable", "") }),
	}
}

// exact is the event as Azure's own tables have it: of a log line that is cut,
// and no JSON therefore, nothing.
func (r *record) exact() *event {
	if r.cut && r.shape != shapeAuditRow {
		return &event{}
	}
	return &r.event
}
