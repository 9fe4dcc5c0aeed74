package decode

import "strings"

// Log collectors put an audit event into an object of their own, as a text or
// parsed, under a name that is theirs or the user's: {"message":"{...}"} of
// Filebeat, Vector and CloudWatch, {"log":"..."} of Fluent Bit, {"event":{...}}
// of Splunk, {"_source":{"message":"..."}} of Elasticsearch. The names are not
// asked for: the one member that is an audit event is the record.

// maxWraps is how deep the event may stand in what is around it.
const maxWraps = 2

// A wrapping looks for the audit event in an object.
type wrapping struct {
	r     *Reader
	found []event
	cut   bool // the event is
}

// openWrapped reads the only audit event in an object of unknown shape; false
// if there is none, or more than one.
func (r *Reader) openWrapped(rec *record, members []member) bool {
	if isKubernetesObject(rec.text, members) {
		return false
	}
	w := wrapping{r: r}
	w.members(rec.text, members, maxWraps)
	if len(w.found) == 0 {
		return false
	}
	for i := range w.found[1:] {
		// Some collectors keep the text beside what they parsed.
		if id := w.found[i+1].str(fAuditID); id == "" || id != w.found[0].str(fAuditID) {
			return false
		}
	}
	rec.event, rec.cut = w.found[0], rec.cut || w.cut
	rec.time = wrappingTime(rec.text)
	return true
}

// isKubernetesObject says whether it is an object of Kubernetes, whose content is a
// user's: a ConfigMap may hold the text of an event that never was.
func isKubernetesObject(s string, members []member) bool {
	return hasKey(s, members, "kind") && hasKey(s, members, "apiVersion")
}

func wrappingTime(s string) string {
	for _, key := range [...]string{"@timestamp", "timestamp", "time", "_time"} {
		if t := get(s, key); strings.HasPrefix(t, `"`) {
			return str(t)
		}
	}
	return ""
}

func (w *wrapping) members(s string, members []member, depth int) {
	for i := range members {
		w.value(s[members[i].start:members[i].end], depth)
	}
}

// value looks into a member's value.
func (w *wrapping) value(token string, depth int) {
	switch {
	case len(token) < 4:
		return
	case token[0] == '{':
		w.object(token, depth)
	case token[0] == '"':
		// What starts neither with an object nor with a date or name before one is
		// not worth unescaping.
		if i := strings.IndexByte(token[:min(len(token), maxPrefix)], '{'); i < 0 {
			return
		}
		text := strings.TrimSpace(w.r.arena.unescape(token[1 : len(token)-1]))
		w.object(text[prefix(text):], depth)
	}
}

func (w *wrapping) object(text string, depth int) {
	if text == "" || text[0] != '{' {
		return
	}
	members, end := scanObject(text, 0, nil)
	cut, uriCut := false, false
	if end != len(text) {
		fixed, _, ok := repair(text)
		if !ok {
			return
		}
		cut, uriCut, text = true, fixed.cutKey == "requestURI", fixed.text
		members, _ = scanObject(text, 0, members[:0])
	}
	switch shapeOf(text, members) {
	case shapeEvent:
		if !uriCut {
			w.add(text, members, cut)
		}
	case shapeCloudLogging:
		text = cloudLoggingEvent(text)
		members, _ = scanObject(text, 0, nil)
		w.add(text, members, cut)
	default:
		if depth > 1 && !isKubernetesObject(text, members) {
			w.members(text, members, depth-1)
		}
	}
}

func (w *wrapping) add(text string, members []member, cut bool) {
	e := event{text: text}
	e.set(members)
	w.found = append(w.found, e)
	w.cut = w.cut || cut
}
