package decode

import "strings"

// recognise makes a record of a frame; the reason is why it is none.
func (r *Reader) recognise(fr *frame) (rec *record, reason string) {
	text, members, cutKey := fr.text, fr.members, ""
	if !fr.whole {
		fixed, _, ok := repair(fr.text)
		if !ok {
			return nil, "not JSON"
		}
		text, cutKey = fixed.text, fixed.cutKey
		members, _ = scanObject(text, 0, members[:0])
	}
	shape := shapeOf(text, members)
	rec = r.newRecord()
	rec.in, rec.line, rec.number, rec.shape = r.ledger, fr.line, fr.number, shape
	rec.text, rec.raw, rec.cut = text, fr.text, !fr.whole
	switch shape {
	case shapeNone:
		if !r.openWrapped(rec, members) {
			return nil, strangerReason(text, members)
		}
		rec.shape = shapeWrapped
	case shapeCloudLogging:
		openCloudLogging(rec)
	case shapeEvent:
		rec.event.text = text
		rec.event.set(members)
		rec.uriCut = cutKey == "requestURI"
	case shapeEnvelope:
		r.openEnvelope(rec, members, cutKey == "log")
	case shapeContainerLine:
		if r.openContainerLine(rec, cutKey == "log"); !rec.event.is() {
			return nil, "a container's log line that is no audit event"
		}
	case shapeDiagnosticsRow:
		r.openDiagnosticsRow(rec, cutKey == "log_s")
	case shapeAuditRow:
		r.openAuditRow(rec, members)
		rec.uriCut = cutKey == "RequestUri"
	case shapeControlPlaneRow:
		openControlPlaneRow(rec)
	}
	rec.lowerID = r.lowered(rec.resourceID)
	return rec, ""
}

// strangerReason says what an unknown object is, as far as it says so itself.
func strangerReason(s string, members []member) string {
	if kind := str(get(s, "kind")); kind != "" {
		switch kind {
		case "Event":
			return "a Kubernetes Event object, not an audit event"
		case "EventList":
			return "an EventList without items"
		}
		return "a Kubernetes object, not an audit event"
	}
	if len(members) == 0 {
		return "an empty object"
	}
	return "JSON of an unknown shape"
}

// openEnvelope reads what Azure wraps around a log line.
func (r *Reader) openEnvelope(rec *record, members []member, logCut bool) {
	properties := ""
	for i := range members {
		m := &members[i]
		switch token := rec.text[m.start:m.end]; m.key(rec.text) {
		case "time":
			rec.time = str(token)
		case "category":
			rec.category = str(token)
		case "resourceId":
			rec.resourceID = str(token)
		case "properties":
			properties = token
		}
	}
	if strings.HasPrefix(properties, `"`) {
		properties = str(properties)
	}
	log := ""
	members, _ = scanObject(properties, 0, members[:0])
	for i := range members {
		m := &members[i]
		switch token := properties[m.start:m.end]; m.key(properties) {
		case "pod":
			rec.pod = str(token)
		case "stream":
			rec.stream = str(token)
		case "log":
			log = token
		}
	}
	r.openLog(rec, log, logCut)
}

func (r *Reader) openContainerLine(rec *record, logCut bool) {
	rec.time = str(rec.top("time"))
	r.openLog(rec, rec.top("log"), logCut)
	if !rec.event.is() {
		rec.category = "kube-audit"
		r.openEvent(rec)
	}
	rec.category = ""
}

func (r *Reader) openDiagnosticsRow(rec *record, logCut bool) {
	rec.time = str(rec.top("TimeGenerated"))
	rec.category = str(rec.top("Category"))
	rec.resourceID = firstOf(str(rec.top("ResourceId")), str(rec.top("_ResourceId")))
	rec.pod = str(rec.top("pod_s"))
	rec.stream = str(rec.top("stream_s"))
	r.openLog(rec, firstOf(rec.top("log_s"), beyondColumns(rec.top("AdditionalFields"))), logCut)
}

// beyondColumns is the log line in the bag of a workspace whose table has no
// room for one more column: there is no log_s then.
func beyondColumns(bag string) string {
	if strings.HasPrefix(bag, `"`) {
		bag = str(bag)
	}
	return firstOf(get(bag, "log_s"), get(bag, "log"))
}

func openControlPlaneRow(rec *record) {
	rec.time = str(rec.top("TimeGenerated"))
	rec.category = str(rec.top("Category"))
	rec.resourceID = str(rec.top("_ResourceId"))
	rec.pod = str(rec.top("PodName"))
	rec.stream = str(rec.top("Stream"))
	rec.log = str(rec.top("Message"))
}

// openLog takes the log line: a string, or the object that it should hold.
func (r *Reader) openLog(rec *record, token string, cut bool) {
	switch {
	case token == "", token == "null":
		return
	case token[0] == '"':
		rec.log = r.arena.unescape(token[1 : len(token)-1])
	default:
		rec.log = token
	}
	rec.cut = rec.cut || cut
	if isAudit(rec.category) {
		r.openEvent(rec)
	}
}

// openEvent reads the audit event that the log line holds, or as much of it as
// there is.
func (r *Reader) openEvent(rec *record) {
	text := strings.TrimRight(rec.log, " \r\n\t")
	start := skipSpace(text, 0)
	if start == len(text) || text[start] != '{' {
		return
	}
	text = text[start:]
	if !rec.cut && r.sees != nil {
		if e := r.sees(text); e != nil {
			rec.event, rec.seen = *e, true
			return
		}
	}
	members, end := scanObject(text, 0, r.members[:0])
	r.members = members[:0]
	if end != len(text) {
		fixed, _, ok := repair(text)
		if !ok {
			return
		}
		rec.cut, text = true, fixed.text
		rec.uriCut = fixed.cutKey == "requestURI"
		members, _ = scanObject(text, 0, r.members[:0])
		r.members = members[:0]
	}
	rec.event.text = text
	rec.event.set(members)
}

// isAudit says whether a category's log lines are audit events.
func isAudit(category string) bool {
	return strings.EqualFold(category, "kube-audit") || strings.EqualFold(category, "kube-audit-admin")
}

// auditColumns are the columns of AKSAudit and the members that they hold.
var auditColumns = map[string]string{
	"Level": "level", "AuditId": "auditID", "Stage": "stage", "RequestUri": "requestURI", "Verb": "verb",
	"User": "user", "SourceIps": "sourceIPs", "UserAgent": "userAgent", "ObjectRef": "objectRef",
	"ResponseStatus": "responseStatus", "RequestObject": "requestObject", "ResponseObject": "responseObject",
	"RequestReceivedTime": "requestReceivedTimestamp", "StageReceivedTime": "stageTimestamp",
	"Annotations": "annotations",
}

// openAuditRow puts the event together that a row of AKSAudit was made from, so
// that KubeAudit reads it as any other.
func (r *Reader) openAuditRow(rec *record, members []member) {
	rec.time = str(rec.top("TimeGenerated"))
	rec.resourceID = str(rec.top("_ResourceId"))
	rec.pod = str(rec.top("PodName"))
	rec.category = auditRowCategory(str(rec.top("Type")))
	text := append(make([]byte, 0, len(rec.text)+32), '{')
	for i := range members {
		m := &members[i]
		name := auditColumns[m.key(rec.text)]
		if name == "" {
			continue
		}
		if len(text) > 1 {
			text = append(text, ',')
		}
		text = append(append(append(text, '"'), name...), `":`...)
		text = append(text, unquoteJSON(rec.text[m.start:m.end])...)
	}
	rec.event.text = viewOf(append(text, '}'))
	parts, _ := scanObject(rec.event.text, 0, r.members[:0])
	rec.event.set(parts)
	r.members = parts[:0]
}

// unquoteJSON takes an array or object out of the string that an export put it
// into.
func unquoteJSON(token string) string {
	if len(token) < 4 || token[0] != '"' || token[1] != '{' && token[1] != '[' {
		return token
	}
	s := str(token)
	if _, whole, ok := repair(s); !ok || !whole {
		return token
	}
	return s
}

func auditRowCategory(typeName string) string {
	if strings.HasSuffix(typeName, "Admin") {
		return "kube-audit-admin"
	}
	return "kube-audit"
}

func firstOf(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return s
		}
	}
	return ""
}
