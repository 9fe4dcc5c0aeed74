package decode

import (
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A record is what stands in the input, where, and what was seen of it at first
// sight. Everything else is read from its text when a column is asked for.
type record struct {
	in     *Ledger
	line   int64
	number int
	shape  shape
	cut    bool // the record, or the log line in it, ends too early
	uriCut bool // the request's address is cut

	text string // the record's object; what was recovered of it if it was cut
	raw  string // as it came

	// The envelope's.
	time       string
	category   string
	resourceID string
	pod        string
	stream     string
	log        string // the log line, or the object in its place

	event event
	said  *said  // of a row of KubeAudit that went through the sieve
	facts *facts // of KubeAudit, as far as they were asked for

	at    int64 // when the request was received, in ticks, if that was read already: timed
	timed bool

	own  bool     // the event's text is a copy of its own
	kept *keptRow // of KubeAudit, if a rule keeps it

	seen     bool   // the event was seen at a glance
	lowerID  string // resourceID in lower case; "": not known
	reusedID bool   // the audit ID came with another request before
	inFuture bool   // its time is still to come

	inflow  *inflow  // of a row of Sources
	silence *silence // of a row of Silences
}

// A span is a part of an event's text.
type span struct{ start, end uint32 }

// The members of an audit event.
const (
	fKind = iota
	fAPIVersion
	fLevel
	fAuditID
	fStage
	fURI
	fVerb
	fUser
	fImpersonated
	fSourceIPs
	fUserAgent
	fObjectRef
	fStatus
	fRequest
	fResponse
	fReceived
	fStageTime
	fAnnotations
	fTimestamp
	fMetadata
	nFields
)

// An event is an audit event's text and where its members stand in it.
type event struct {
	text  string
	spans [nFields]span
	prior string // the object's last version before this request, if it was seen
}

func (e *event) is() bool { return e.text != "" }

// raw is a member's text, "" when there is none or it is null.
func (e *event) raw(field int) string {
	s := e.spans[field]
	t := e.text[s.start:s.end]
	if t == "null" {
		return ""
	}
	return t
}

func (e *event) str(field int) string { return str(e.raw(field)) }

func (e *event) set(members []member) {
	for i := range members {
		m := &members[i]
		if field := eventField(m.key(e.text)); field >= 0 {
			e.spans[field] = span{uint32(m.start), uint32(m.end)}
		}
	}
}

func eventField(key string) int {
	switch key {
	case "kind":
		return fKind
	case "apiVersion":
		return fAPIVersion
	case "level":
		return fLevel
	case "auditID":
		return fAuditID
	case "stage":
		return fStage
	case "requestURI":
		return fURI
	case "verb":
		return fVerb
	case "user":
		return fUser
	case "impersonatedUser":
		return fImpersonated
	case "sourceIPs":
		return fSourceIPs
	case "userAgent":
		return fUserAgent
	case "objectRef":
		return fObjectRef
	case "responseStatus":
		return fStatus
	case "requestObject":
		return fRequest
	case "responseObject":
		return fResponse
	case "requestReceivedTimestamp":
		return fReceived
	case "stageTimestamp":
		return fStageTime
	case "annotations":
		return fAnnotations
	case "timestamp":
		return fTimestamp
	case "metadata":
		return fMetadata
	}
	return -1
}

// received is when the request came: also where v1beta1 and older wrote it.
func (e *event) received() string {
	for _, f := range [...]int{fReceived, fTimestamp} {
		if s := e.str(f); s != "" {
			return s
		}
	}
	return str(get(e.raw(fMetadata), "creationTimestamp"))
}

// username is the authenticated caller.
func (e *event) username() string { return str(first(e.raw(fUser), "username")) }

// top is a member of the record's own object.
func (r *record) top(key string) string { return get(r.text, key) }

// dynamic is a JSON token as a dynamic value; null if it is no JSON. A string
// that holds an array or object is read as that, for exports write both.
func dynamic(token string) value.Value {
	if token == "" {
		return value.NullOf(value.Dynamic)
	}
	if token[0] == '"' {
		if s := str(token); s != "" && (s[0] == '{' || s[0] == '[') {
			if v, ok := value.LazyJSON(s); ok {
				return v
			}
		}
	}
	v, _ := value.LazyJSON(token)
	return v
}

func datetime(s string) value.Value {
	if s != "" {
		if ticks, ok := value.ParseDateTime(s); ok {
			return value.DateTimeOf(ticks)
		}
	}
	return value.NullOf(value.DateTime)
}
