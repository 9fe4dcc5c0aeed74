package decode

import (
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// controlPlane makes AKSControlPlane and its twin for Arc.
func controlPlane(name string, has func(*record) bool) *table {
	doc := "Log lines of the control plane's programs, one row a line: kube-apiserver, kube-controller-manager, kube-scheduler, " +
		"cluster-autoscaler, cloud-controller-manager, guard, the csi drivers. The audit categories are not among them."
	if name != "AKSControlPlane" {
		doc = "AKSControlPlane for clusters connected by Azure Arc."
	}
	return &table{name: name, doc: doc, has: has, columns: []column{
		text("Category", "The program: kube-apiserver, kube-scheduler, guard and so on.", func(r *record) string { return r.category }),
		text("Level", "Fatal, Error, Warning or Info: the letter that the line starts with.", (*record).logLevel),
		text("Message", "The line, without the break at its end.", func(r *record) string { return strings.TrimRight(r.log, "\r\n") }),
		text("PodName", "The control plane's pod that wrote it.", func(r *record) string { return r.pod }),
		text("SourceSystem", "`Azure`.", func(r *record) string { return r.ownOr("SourceSystem", "Azure") }),
		text("Stream", "stdout or stderr.", func(r *record) string { return r.stream }),
		text("TenantId", "Id of the workspace, of exported rows.", func(r *record) string { return r.ownOr("TenantId", "") }),
		moment("TimeGenerated", "When the line was written, by the envelope.", func(r *record) string { return r.time }),
		text("Type", "The table's name.", func(*record) string { return name }),
		text("_ResourceId", "The cluster's resource id in lower case.", func(r *record) string { return strings.ToLower(r.resource()) }),
		text("_SubscriptionId", "Its subscription.", func(r *record) string { return strings.ToLower(idPart(r.resource(), "subscriptions")) }),
		{"_BilledSize", value.Real, "Bytes billed, of exported rows.", func(r *record) value.Value { return dynamic(r.ofRow("_BilledSize")).To(value.Real) }},
		text("_IsBillable", "Whether they were billed, of exported rows.", func(r *record) string { return r.ownOr("_IsBillable", "") }),
	}}
}

func isAKSControlPlane(r *record) bool { return isControlPlane(r) && !isArcLine(r) }
func isArcControlPlane(r *record) bool { return isControlPlane(r) && isArcLine(r) }

func isArcLine(r *record) bool {
	return isArc(r) || r.shape == shapeControlPlaneRow && strings.HasPrefix(str(r.top("Type")), "Arc")
}

func isControlPlane(r *record) bool {
	switch r.shape {
	case shapeControlPlaneRow:
		return true
	case shapeEnvelope, shapeDiagnosticsRow:
		return r.log != "" && !isAudit(r.category)
	}
	return false
}

// logLevel reads the letter of a klog line: I1121 07:06:20.055946 ...
func (r *record) logLevel() string {
	if level := r.ownOr("Level", ""); r.shape == shapeControlPlaneRow && level != "" {
		return level
	}
	if len(r.log) > 4 && digits(r.log[1:5]) == 4 {
		switch r.log[0] {
		case 'I':
			return "Info"
		case 'W':
			return "Warning"
		case 'E':
			return "Error"
		case 'F':
			return "Fatal"
		}
	}
	return ""
}
