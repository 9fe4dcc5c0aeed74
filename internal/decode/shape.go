package decode

import "strings"

// A shape is how a record came.
type shape uint8

const (
	shapeNone shape = iota
	shapeEvent
	shapeContainerLine
	shapeEnvelope
	shapeDiagnosticsRow
	shapeAuditRow
	shapeControlPlaneRow
	shapeActivityREST
	shapeActivityLog
	shapeActivityRow
	shapeCloudLogging
	shapeWrapped
)

var shapeNames = [...]string{
	shapeEvent:           "audit event",
	shapeContainerLine:   "container log line",
	shapeEnvelope:        "Azure resource log",
	shapeDiagnosticsRow:  "AzureDiagnostics row",
	shapeAuditRow:        "AKSAudit row",
	shapeControlPlaneRow: "AKSControlPlane row",
	shapeActivityREST:    "activity log (REST)",
	shapeActivityLog:     "activity log (resource log)",
	shapeActivityRow:     "AzureActivity row",
	shapeCloudLogging:    "Cloud Logging entry",
	shapeWrapped:         "wrapped audit event",
}

func (s shape) String() string { return shapeNames[s] }

// traits are the members that shapes are told apart by.
type traits uint32

const (
	hasAuditID traits = 1 << iota
	hasRequest        // stage, verb or requestURI of an event
	hasLogS
	hasAuditRow    // AuditId
	hasRequestRow  // Verb, RequestUri or ObjectRef
	hasActivityRow // OperationNameValue or ActivityStatusValue
	hasCategory
	hasCategoryRow
	hasResourceRow
	hasMessageRow
	hasPodRow
	hasOperation
	hasOperationObject
	hasEventTime
	hasOutcome // what resource logs of the activity log have and others have not
	hasProperties
	hasLog
	hasStream
	hasProtoPayload
	isEvent
	isAuditAPI
	isOtherKind
)

func (t traits) all(x traits) bool { return t&x == x }
func (t traits) any(x traits) bool { return t&x != 0 }

func traitsOf(s string, members []member) (t traits, typeName string) {
	for i := range members {
		m := &members[i]
		key, token := m.key(s), s[m.start:m.end]
		if t |= traitOf(key, token); key == "Type" {
			typeName = str(token)
		}
	}
	return t, typeName
}

// traitOf is what one member tells of a record's shape, but for its Type.
func traitOf(key, token string) traits {
	switch key {
	case "kind":
		if token == `"Event"` {
			return isEvent
		}
		return isOtherKind
	case "apiVersion":
		if strings.HasPrefix(token, `"audit.k8s.io/`) {
			return isAuditAPI
		}
		return isOtherKind
	case "auditID":
		return hasAuditID
	case "stage", "verb", "requestURI":
		return hasRequest
	case "log_s":
		return hasLogS
	case "AuditId":
		return hasAuditRow
	case "Verb", "RequestUri", "ObjectRef", "User":
		return hasRequestRow
	case "OperationNameValue", "ActivityStatusValue":
		return hasActivityRow
	case "category":
		return hasCategory
	case "Category":
		return hasCategoryRow
	case "ResourceId", "_ResourceId", "ResourceProvider":
		return hasResourceRow
	case "Message":
		return hasMessageRow
	case "PodName", "Stream":
		return hasPodRow
	case "operationName":
		if token[0] == '{' {
			return hasOperation | hasOperationObject
		}
		return hasOperation
	case "eventTimestamp":
		return hasEventTime
	case "resultType", "resultSignature", "identity", "callerIpAddress":
		return hasOutcome
	case "properties":
		return hasProperties
	case "log":
		return hasLog
	case "stream", "time":
		return hasStream
	case "protoPayload":
		return hasProtoPayload
	}
	return 0
}

// shapeOf recognises a record by its members.
func shapeOf(s string, members []member) shape {
	t, typeName := traitsOf(s, members)
	if shape := shapeOfType(typeName); shape != shapeNone {
		return shape
	}
	switch {
	case t.all(isEvent) && !t.any(isOtherKind), t.all(hasAuditID | hasRequest):
		return shapeEvent
	case t.any(hasProtoPayload) && isCloudLogging(s):
		return shapeCloudLogging
	case t.all(hasAuditRow | hasRequestRow):
		return shapeAuditRow
	case t.any(hasLogS):
		return shapeDiagnosticsRow
	case t.any(hasActivityRow):
		return shapeActivityRow
	case t.all(hasMessageRow|hasCategoryRow) && t.any(hasPodRow):
		return shapeControlPlaneRow
	case t.any(hasOperationObject), t.all(hasEventTime | hasOperation):
		return shapeActivityREST
	case t.all(hasCategoryRow | hasResourceRow):
		return shapeDiagnosticsRow
	case t.all(hasCategory|hasOperation) && t.any(hasOutcome) && isActivity(s):
		return shapeActivityLog
	case t.any(hasCategory) && t.any(hasProperties|hasOperation):
		return shapeEnvelope
	case t.all(hasLog | hasStream):
		return shapeContainerLine
	}
	return shapeNone
}

// shapeOfType goes by the column Type that Log Analytics gives every row.
func shapeOfType(name string) shape {
	switch name {
	case "AzureDiagnostics":
		return shapeDiagnosticsRow
	case "AKSAudit", "AKSAuditAdmin", "ArcK8sAudit", "ArcK8sAuditAdmin":
		return shapeAuditRow
	case "AKSControlPlane", "ArcK8sControlPlane":
		return shapeControlPlaneRow
	case "AzureActivity":
		return shapeActivityRow
	}
	return shapeNone
}

// isActivity tells the activity log from the resource logs whose form it has.
func isActivity(s string) bool {
	switch strings.ToLower(str(get(s, "category"))) {
	case "administrative", "write", "delete", "action", "security", "policy", "alert",
		"servicehealth", "resourcehealth", "autoscale", "recommendation":
		return true
	}
	return false
}
