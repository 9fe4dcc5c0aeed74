package fn

import (
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

func schemaAggs() []Agg {
	return []Agg{{
		Name: "buildschema", Prefix: "schema_", Result: value.Dynamic,
		Params:   []Param{param("expr", tDynamic, "the dynamic values")},
		Doc:      "Describes what a column's dynamic values look like: for every member the types it has.",
		Examples: []string{`datatable(d:dynamic)[dynamic({"x":1}), dynamic({"x":"a"})] | summarize s = buildschema(d) | project tostring(s) == '{"x":["long","string"]}'`},
		New:      func([]Arg) State { return &schemaState{root: &shape{}} },
	}}
}

// A shape is all that was seen in one place.
type shape struct {
	types   []string // of scalars, sorted
	keys    []string // in order of appearance
	members map[string]*shape
	element *shape // of arrays
}

type schemaState struct {
	root *shape
	size int
}

// The shapes of one group stop growing here: a column of random keys must not
// fill the memory.
const (
	maxShapes     = 4 << 20
	maxShapeDepth = 100
)

func (s *schemaState) Add(a []value.Value) { s.see(s.root, a[0], 0) }

func (s *schemaState) see(at *shape, v value.Value, depth int) {
	if v.IsNull() || depth > maxShapeDepth || s.size > maxShapes {
		return
	}
	switch {
	case v.IsBag():
		if at.members == nil {
			at.members = map[string]*shape{}
		}
		keys, elems := v.Members()
		for i, k := range keys {
			m, ok := at.members[k]
			if !ok {
				m = &shape{}
				k = string([]byte(k))
				at.members[k] = m
				at.keys = append(at.keys, k)
				s.size += len(k) + 96
			}
			s.see(m, elems[i], depth+1)
		}
	case v.IsArray():
		if at.element == nil {
			at.element = &shape{}
			s.size += 64
		}
		for _, e := range v.Elems() {
			s.see(at.element, e, depth+1)
		}
	default:
		name := typeName(v)
		if name == "real" {
			name = "double"
		}
		if i, found := slices.BinarySearch(at.types, name); !found {
			at.types = slices.Insert(at.types, i, name)
			s.size += 16
		}
	}
}

func (s *schemaState) Result() value.Value { return s.root.value() }
func (s *schemaState) Size() int           { return 64 + s.size }

// value is one schema alone, or an array of several.
func (s *shape) value() value.Value {
	var all []value.Value
	if s.members != nil {
		elems := make([]value.Value, len(s.keys))
		for i, k := range s.keys {
			elems[i] = s.members[k].value()
		}
		all = append(all, value.BagOf(slices.Clone(s.keys), elems))
	}
	if s.element != nil {
		all = append(all, value.BagOf([]string{"`indexer`"}, []value.Value{s.element.value()}))
	}
	for _, t := range s.types {
		all = append(all, value.StringOf(t))
	}
	switch len(all) {
	case 0:
		return value.NullOf(value.Dynamic)
	case 1:
		return value.DynamicOf(all[0])
	}
	return value.ArrayOf(all)
}
