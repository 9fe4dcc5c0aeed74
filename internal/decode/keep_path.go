package decode

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A Path is a member, however deep, of a column of KubeAudit that is a part of
// the event.
type Path struct {
	Column string
	Keys   []string
}

// pathColumns are the columns whose members may be kept.
var pathColumns = []string{"Record", "Object", "Annotations", "UserExtra"}

// longestKept is how long a text is that is kept of a path.
const longestKept = 256

// KeptPath is the name of the kept column of a path, "" where there is none. The
// column has the text of what stands there, see PathText; it is empty where
// nothing does, and not known where the path leads through a list.
func KeptPath(p Path) string {
	if len(p.Keys) == 0 || !slices.Contains(pathColumns, p.Column) {
		return ""
	}
	var b strings.Builder
	b.WriteString(p.Column)
	for _, k := range p.Keys {
		if k == "" {
			return ""
		}
		if strings.Trim(k, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == "" {
			b.WriteString("." + k)
			continue
		}
		b.WriteString("[" + strconv.Quote(k) + "]")
	}
	return b.String()
}

// pathColumn is the kept column of a path.
func pathColumn(p Path) *column {
	columns := tableOf("KubeAudit").columns
	whole := columns[slices.IndexFunc(columns, func(c column) bool { return c.name == p.Column })].read
	if p.Column == "Object" { // without what its change is
		whole = func(r *record) value.Value { return objectOf(&r.event, r.verb()) }
	}
	last := p.Keys[len(p.Keys)-1]
	return &column{name: KeptPath(p), typ: value.String, read: func(r *record) value.Value {
		// Most events have nothing there, and this looks at many bytes at a time.
		if !strings.Contains(r.event.text, last) && strings.IndexByte(r.event.text, '\\') < 0 {
			return value.StringOf("")
		}
		return memberText(whole(r), p.Keys)
	}}
}

// memberText is the text of what stands at a path; null where that may be said
// in more than one way.
func memberText(v value.Value, keys []string) value.Value {
	unknown := value.NullOf(value.Dynamic)
	for _, k := range keys {
		switch {
		case v.IsArray(), v.Kind() == value.KString && holdsJSON(v.Str()):
			return unknown
		case !v.IsBag():
			return value.StringOf("")
		}
		v = v.Get(k)
	}
	if v.IsNull() {
		return value.StringOf("")
	}
	if text, ok := PathText(v); ok {
		return value.StringOf(text)
	}
	return unknown
}

func holdsJSON(s string) bool {
	s = strings.TrimLeft(s, " \t\r\n")
	return s != "" && (s[0] == '{' || s[0] == '[')
}

// PathText is how a scalar stands in a kept column of a path. ok is false for
// values that are not scalars, and for those that may equal others whose text
// is another: what looks like a number and is no whole one.
func PathText(v value.Value) (text string, ok bool) {
	switch v.Kind() {
	case value.KString:
		s := v.Str()
		if s == "" || len(s) > longestKept || holdsJSON(s) {
			return "", s == ""
		}
		if strings.IndexByte("0123456789+-. \t\r\n", s[0]) >= 0 && strings.Trim(s, "0123456789") != "" {
			return "", false
		}
		return s, true
	case value.KBool, value.KInt, value.KLong:
		return v.String(), true
	case value.KReal:
		if f := v.Real(); f == math.Trunc(f) && math.Abs(f) < 1e15 {
			return strconv.FormatInt(int64(f), 10), true
		}
	}
	return "", false
}
