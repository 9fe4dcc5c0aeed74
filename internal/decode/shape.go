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
		switch token := s[m.start:m.end]; m.key(s) {
		case "kind":
			if token == `"Event"` {
				t |= isEvent
			} else {
				t |= isOtherKind
			}
		case "apiVersion":
			if strings.HasPrefix(token, `"audit.k8s.io/`) {
				t |= isAuditAPI
			} else {
				t |= isOtherKind
			}
		case "auditID":
			t |= hasAuditID
		case "stage", "verb", "requestURI":
			t |= hasRequest
		case "log_s":
			t |= hasLogS
		case "AuditId":
			t |= hasAuditRow
		case "Verb", "RequestUri", "ObjectRef", "User":
			t |= hasRequestRow
		case "OperationNameValue", "ActivityStatusValue":
			t |= hasActivityRow
		case "category":
			t |= hasCategory
		case "Category":
			t |= hasCategoryRow
		case "ResourceId", "_ResourceId", "ResourceProvider":
			t |= hasResourceRow
		case "Message":
			t |= hasMessageRow
		case "PodName", "Stream":
			t |= hasPodRow
		case "operationName":
			t |= hasOperation
			if token[0] == '{' {
				t |= hasOperationObject
			}
		case "eventTimestamp":
			t |= hasEventTime
		case "resultType", "resultSignature", "identity", "callerIpAddress":
			t |= hasOutcome
		case "properties":
			t |= hasProperties
		case "log":
			t |= hasLog
		case "stream", "time":
			t |= hasStream
		case "protoPayload":
			t |= hasProtoPayload
		case "Type":
			typeName = str(token)
		}
	}
	return t, typeName
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
