package decode

import (
	"strings"

	lines "github.com/dogwatch-dev/dogwatch/internal/skeleton"
)

// leftOut are the bodies of an event in an envelope that were stepped over as they
// stand in its log line, escaped: most are never asked for. In the event {} stands
// for each.
type leftOut struct {
	escaped string // the log line
	count   int
	bodies  [2]leftBody
}

type leftBody struct {
	at       uint32 // where {} stands in the event
	from, to uint32 // where the body stands in the log line
}

// bodyBegins is what stands before a body in a log line, and its bracket.
const bodyBegins = `Object\":{`

// secondBegins is what stands behind a body there if the other follows, and the bracket
// of that.
const (
	secondBegins = `,\"responseObject\":{`
	second       = `,"responseObject":{`
)

// bodiless begins the log line of an event that has no bodies.
const bodiless = `{\"kind\":\"Event\",\"apiVersion\":\"audit.k8s.io/v1\",\"level\":\"Metadata\"`

// bodyFrom is where the bracket of the next body in a chunk ends, or its text.
func (c *chunk) bodyFrom(at int) int {
	if c.body <= at {
		c.body = len(c.text)
		if i := strings.Index(c.text[at:], bodyBegins); i >= 0 {
			c.body = at + i + len(bodyBegins)
		}
	}
	return c.body
}

// unescape is unescapeText of the log line at the start of s, which is the rest of a
// chunk's text. It leaves out what may be bodies: whoever reads the event must ask
// areBodies.
func (l *leftOut) unescape(dst []byte, s string, c *chunk) (end, n int) {
	if strings.HasPrefix(s, bodiless) {
		return unescapeText(dst, s)
	}
	chunkAt := len(c.text) - len(s)
	at := c.bodyFrom(chunkAt) - chunkAt
	if end, n = unescapeText(dst, s[:at]); end >= 0 || at == len(s) {
		return end, n
	}
	for {
		closed := lines.NestedEscaped(s, at-1)
		if closed < 0 {
			break
		}
		l.bodies[l.count] = leftBody{uint32(n - 1), uint32(at - 1), uint32(closed)}
		l.count++
		dst[n] = '}'
		if n, at = n+1, closed; l.count == len(l.bodies) || !strings.HasPrefix(s[at:], secondBegins) {
			break
		}
		n, at = n+copy(dst[n:], second), at+len(secondBegins)
	}
	end, rest := unescapeText(dst[n:], s[at:])
	if end < 0 {
		return -1, 0
	}
	return at + end, n + rest
}

// areBodies says whether all that was left out is a body of the event. Then it is the
// same that is seen as if nothing were: what stands before a body tells that it is
// one, and it ends where its bracket is closed.
func (l *leftOut) areBodies(g *glance) bool {
	for _, b := range l.bodies[:l.count] {
		if s := (span{b.at, b.at + 2}); g.spans[fRequest] != s && g.spans[fResponse] != s {
			return false
		}
	}
	return true
}

// body is raw of a body, unescaped into mem if it was left out.
func (it *item) body(field int, mem *[]byte) string {
	if it.left == nil {
		return it.raw(field)
	}
	for _, b := range it.left.bodies[:it.left.count] {
		if b.at == it.spans[field].start {
			*mem = appendUnescaped((*mem)[:0], it.left.escaped[b.from:b.to])
			return viewOf(*mem)
		}
	}
	return it.raw(field)
}

// whole puts into the event what was left out; its text stands in mem then.
func (it *item) whole(mem *[]byte) {
	if it.left == nil {
		return
	}
	left, b, from := it.left, (*mem)[:0], uint32(0)
	var grown [len(left.bodies)]uint32
	for i, x := range left.bodies[:left.count] {
		b = append(b, it.text[from:x.at]...)
		from = x.at + uint32(len("{}"))
		start := len(b)
		b = appendUnescaped(b, left.escaped[x.from:x.to])
		grown[i] = uint32(len(b)-start) - uint32(len("{}"))
	}
	b = append(b, it.text[from:]...)
	for i := range it.spans {
		left.move(&it.spans[i], &grown)
	}
	for i := range it.ref {
		left.move(&it.ref[i], &grown)
	}
	left.move(&it.code, &grown)
	*mem, it.text, it.left = b, viewOf(b), nil
}

// move makes a span one of the whole event, in which bodies are so much longer.
func (l *leftOut) move(s *span, grown *[2]uint32) {
	by := span{}
	for i, x := range l.bodies[:l.count] {
		if s.start > x.at {
			by.start += grown[i]
		}
		if s.end > x.at {
			by.end += grown[i]
		}
	}
	s.start, s.end = s.start+by.start, s.end+by.end
}
