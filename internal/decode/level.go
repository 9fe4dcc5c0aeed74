package decode

// The levels of an audit policy that keep bodies.
const (
	levelRequest         = "Request"
	levelRequestResponse = "RequestResponse"
)

// ColumnLevel is the audit level from which on a column says something:
// Request or RequestResponse for what stands in bodies, "" for what records of
// every level have.
func ColumnLevel(table, name string) string {
	if t := tableOf(table); t != nil {
		return t.levels[name]
	}
	return ""
}

// kubeAuditLevels are those of the columns that are made of bodies.
func kubeAuditLevels() map[string]string {
	levels := map[string]string{}
	for _, columns := range [][]column{kubeAuditObject(), kubeAuditPod(), kubeAuditNewPod(), kubeAuditAccess()} {
		for _, c := range columns {
			levels[c.name] = levelRequest
		}
	}
	levels["ObjectCreated"] = levelRequestResponse
	delete(levels, "Record")       // has more than bodies
	delete(levels, "ChangeUnsure") // never null: without a body it is false
	return levels
}

// aksAuditLevels are those of the bodies themselves.
func aksAuditLevels() map[string]string {
	return map[string]string{"RequestObject": levelRequest, "ResponseObject": levelRequestResponse}
}
