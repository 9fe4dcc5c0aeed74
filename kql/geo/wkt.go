package geo

import (
	"strconv"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// maxCollections is how deep collections may lie in one another.
const maxCollections = 100

// FromWKT turns well-known text into GeoJSON; null when it is none.
func FromWKT(text string) value.Value {
	r := &wkt{rest: text}
	v := r.shape(0)
	r.space()
	if r.bad || r.rest != "" {
		return Null()
	}
	return v
}

// wkt reads well-known text from the front; bad once it is none.
type wkt struct {
	rest string
	bad  bool
}

func (r *wkt) space() { r.rest = strings.TrimLeft(r.rest, " \t\r\n") }

// word reads letters, digits and what numbers are made of, in upper case.
func (r *wkt) word() string {
	r.space()
	end := strings.IndexAny(r.rest, " \t\r\n(),")
	if end < 0 {
		end = len(r.rest)
	}
	w := r.rest[:end]
	r.rest = r.rest[end:]
	return strings.ToUpper(w)
}

// take reads one character if it is next.
func (r *wkt) take(c byte) bool {
	r.space()
	if r.rest == "" || r.rest[0] != c {
		return false
	}
	r.rest = r.rest[1:]
	return true
}

// shape reads a type's name and what belongs to it.
func (r *wkt) shape(depth int) value.Value {
	switch kind := r.word(); {
	case depth > maxCollections:
	case kind == "POINT":
		if all := r.list(r.position).Elems(); len(all) == 1 {
			return geometry("Point", all[0])
		}
	case kind == "LINESTRING":
		return geometry("LineString", r.line())
	case kind == "POLYGON":
		return geometry("Polygon", r.list(r.line))
	case kind == "MULTIPOINT":
		return geometry("MultiPoint", r.list(r.bracketed))
	case kind == "MULTILINESTRING":
		return geometry("MultiLineString", r.list(r.line))
	case kind == "MULTIPOLYGON":
		return geometry("MultiPolygon", r.list(func() value.Value { return r.list(r.line) }))
	case kind == "GEOMETRYCOLLECTION":
		return Collection(r.list(func() value.Value { return r.shape(depth + 1) }))
	}
	r.bad = true
	return Null()
}

// Collection is shapes of several kinds.
func Collection(geometries value.Value) value.Value {
	return value.BagOf([]string{"type", "geometries"}, []value.Value{value.StringOf("GeometryCollection"), geometries})
}

// list reads one or more things in brackets.
func (r *wkt) list(one func() value.Value) value.Value {
	var out []value.Value
	if !r.take('(') {
		r.bad = true
		return Null()
	}
	for !r.bad {
		out = append(out, one())
		if r.take(')') {
			break
		}
		if !r.take(',') {
			r.bad = true
		}
	}
	return value.ArrayOf(out)
}

func (r *wkt) line() value.Value { return r.list(r.position) }

// bracketed reads a position that may stand in brackets of its own.
func (r *wkt) bracketed() value.Value {
	own := r.take('(')
	v := r.position()
	if own && !r.take(')') {
		r.bad = true
	}
	return v
}

// position reads two numbers or more; those after the second are left out.
func (r *wkt) position() value.Value {
	lng, lat := r.number(), r.number()
	for range 2 {
		r.space()
		if r.rest != "" && r.rest[0] != ',' && r.rest[0] != ')' {
			r.number()
		}
	}
	return position(lng, lat)
}

func (r *wkt) number() float64 {
	f, err := strconv.ParseFloat(r.word(), 64)
	if err != nil || f-f != 0 {
		r.bad = true
	}
	return f
}
