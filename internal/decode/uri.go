package decode

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A ref says what a request is about.
type ref struct {
	group, version, resource, subresource, namespace, name string
}

// refOf reads objectRef; where there is none, or it was cut off, the address
// of the request tells.
func refOf(e *event, cut, uriCut bool) ref {
	o := e.raw(fObjectRef)
	r := readRef(o)
	if o != "" && !cut {
		return r
	}
	uri := e.str(fURI)
	p, _, query := strings.Cut(uri, "?")
	u := refOfPath(p, !uriCut || query)
	if r.resource == "" {
		return u
	}
	if u.resource == r.resource && u.group == r.group {
		r.version, r.subresource = firstOf(r.version, u.version), firstOf(r.subresource, u.subresource)
		r.namespace, r.name = firstOf(r.namespace, u.namespace), firstOf(r.name, u.name)
	}
	return r
}

// refOf is refOf of the event, from what was seen of it.
func (g *glance) refOf() ref {
	if g.raw(fObjectRef) == "" {
		return refOf(&g.event, false, false)
	}
	return refAt(g.text, &g.ref)
}

// refAt is the ref whose members stand at some places of an event.
func refAt(event string, at *[nRefs]span) ref {
	member := func(i int) string { return str(event[at[i].start:at[i].end]) }
	return ref{
		group: member(refGroup), version: member(refVersion), resource: member(refResource),
		subresource: member(refSubresource), namespace: member(refNamespace), name: member(refName),
	}
}

// readRef reads objectRef in one pass.
func readRef(o string) (r ref) {
	var few [12]member
	members, _ := scanObject(o, 0, few[:0])
	for i := range members {
		m := &members[i]
		token := o[m.start:m.end]
		switch m.key(o) {
		case "apiGroup":
			r.group = str(token)
		case "apiVersion":
			r.version = str(token)
		case "resource":
			r.resource = str(token)
		case "subresource":
			r.subresource = str(token)
		case "namespace":
			r.namespace = str(token)
		case "name":
			r.name = str(token)
		}
	}
	return r
}

// refOfPath reads /api/v1/namespaces/NS/pods/NAME/exec and its like. Of a path
// that is not whole the last part may be half and is left out.
func refOfPath(p string, whole bool) (r ref) {
	parts := strings.Split(strings.Trim(p, "/"), "/")
	if !whole && !strings.HasSuffix(p, "/") {
		parts = parts[:len(parts)-1]
	}
	for i, s := range parts {
		if decoded, err := url.PathUnescape(s); err == nil {
			parts[i] = decoded
		}
	}
	switch {
	case len(parts) > 2 && parts[0] == "api":
		r.version, parts = parts[1], parts[2:]
	case len(parts) > 3 && parts[0] == "apis":
		r.group, r.version, parts = parts[1], parts[2], parts[3:]
	default:
		return ref{}
	}
	if (parts[0] == "watch" || parts[0] == "proxy") && len(parts) > 1 {
		parts = parts[1:]
	}
	if parts[0] == "namespaces" && !whole && len(parts) < 3 { // of what in it is cut off
		if len(parts) > 1 {
			r.namespace = parts[1]
		}
		return ref{group: r.group, version: r.version, namespace: r.namespace}
	}
	if parts[0] == "namespaces" && len(parts) > 1 {
		r.namespace = parts[1]
		if len(parts) > 2 && (len(parts) > 3 || parts[2] != "status" && parts[2] != "finalize") {
			parts = parts[2:]
		}
	}
	r.resource = parts[0]
	if len(parts) > 1 {
		r.name = parts[1]
	}
	if len(parts) > 2 {
		r.subresource = parts[2]
	}
	return r
}

// A param is one name of a query and its values, in order.
type param struct {
	name   string
	values []string
}

// paramsOf reads the query as the API server does: pairs that do not decode or
// hold a semicolon are left out. Of an address that was cut off, the last pair
// is kept as far as it goes.
func paramsOf(uri string, cut bool) (params []param) {
	_, query, _ := strings.Cut(uri, "?")
	for query != "" {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		last := cut && query == ""
		if last {
			pair = wholeEscapes(pair)
		}
		if pair == "" || strings.IndexByte(pair, ';') >= 0 {
			continue
		}
		name, val, _ := strings.Cut(pair, "=")
		name, err1 := url.QueryUnescape(name)
		val, err2 := url.QueryUnescape(val)
		if last {
			name, val = wholeRunes(name), wholeRunes(val)
		}
		if err1 == nil && err2 == nil {
			params = addParam(params, name, val)
		}
	}
	return params
}

func addParam(params []param, name, val string) []param {
	for i := range params {
		if params[i].name == name {
			params[i].values = append(params[i].values, val)
			return params
		}
	}
	if len(params) >= maxMembers {
		return params
	}
	return append(params, param{name, []string{val}})
}

// wholeEscapes drops a percent sign whose digits are cut off.
func wholeEscapes(s string) string {
	if i := strings.LastIndexByte(s, '%'); i >= 0 && i > len(s)-3 {
		return s[:i]
	}
	return s
}

func valuesOf(params []param, name string) []string {
	for i := range params {
		if params[i].name == name {
			return params[i].values
		}
	}
	return nil
}

// boolParam reads a flag as the API server does: there is no wrong value.
func boolParam(params []param, name string) value.Value {
	vals := valuesOf(params, name)
	if len(vals) == 0 {
		return value.BoolOf(false)
	}
	return value.BoolOf(vals[0] != "0" && !strings.EqualFold(vals[0], "false"))
}

// paramsValue is a bag of the parameters: a text each, or an array where one
// was given more than once.
func paramsValue(params []param) value.Value {
	keys, vals := make([]string, len(params)), make([]value.Value, len(params))
	for i, p := range params {
		keys[i] = p.name
		if len(p.values) == 1 {
			vals[i] = value.StringOf(p.values[0])
			continue
		}
		vals[i] = stringsValue(p.values)
	}
	return value.BagOf(keys, vals)
}

func stringsValue(texts []string) value.Value {
	vals := make([]value.Value, len(texts))
	for i, s := range texts {
		vals[i] = value.StringOf(s)
	}
	return value.ArrayOf(vals)
}

// pathOf is the path of an address, decoded; of one that was cut off, as far as
// it goes.
func pathOf(uri string, cut bool) string {
	p, _, query := strings.Cut(uri, "?")
	cut = cut && !query
	if cut {
		p = wholeEscapes(p)
	}
	decoded, err := url.PathUnescape(p)
	if err != nil {
		return p
	}
	if cut {
		decoded = wholeRunes(decoded)
	}
	return decoded
}

// wholeRunes drops a character at the end whose last bytes are missing.
func wholeRunes(s string) string {
	for n := 1; n <= min(3, len(s)); n++ {
		if b := s[len(s)-n]; utf8.RuneStart(b) {
			if !utf8.FullRuneInString(s[len(s)-n:]) {
				return s[:len(s)-n]
			}
			break
		}
	}
	return s
}
