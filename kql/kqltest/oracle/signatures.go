package oracle

import (
	"slices"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// Signatures are the functions that Microsoft's parser knows, as oracle.js
// tells them.
type Signatures struct {
	Functions  []Callable `json:"functions"`
	Aggregates []Callable `json:"aggregates"`
	Plugins    []Callable `json:"plugins"`
}

// A Callable is a function with its overloads.
type Callable struct {
	Name       string      `json:"name"`
	Hidden     bool        `json:"hidden"` // is not documented
	Signatures []Signature `json:"signatures"`
}

// A Signature is one overload.
type Signature struct {
	Returns    string      `json:"returns"` // Declared, Parameter0, Common, ...
	Type       string      `json:"type"`    // when declared
	Hidden     bool        `json:"hidden"`
	Parameters []Parameter `json:"parameters"`
}

// A Parameter says what an argument may be.
type Parameter struct {
	Name     string   `json:"name"`
	Kind     string   `json:"kind"` // Declared, Number, Summable, ...
	Types    []string `json:"types"`
	Argument string   `json:"argument"` // Expression, Constant, Column, ...
	Least    int      `json:"least"`
	Most     int      `json:"most"`
	Values   []string `json:"values"`
}

// A call is an overload under its function's name.
type call struct {
	name string
	Signature
}

// calls are the overloads that can be generated, by what they give.
type calls struct {
	scalar, aggregate map[value.Type][]call
	all               []call // scalar functions
	allAggregates     []call
}

// apart are functions that need a place of their own (entities, windows,
// graphs), and those that ask the service about itself.
var apart = []string{
	"all", "node_id", "node_degree_in", "node_degree_out", "inner_nodes", "labels", "edges", "any_type",
	"current_principal", "current_principal_details", "current_principal_is_member_of", "current_cluster_endpoint",
	"current_database", "current_node_id", "current_cursor", "cursor_after", "cursor_before_or_at", "cursor_current",
	"extent_id", "extentid", "extent_tags", "ingestion_time", "estimate_data_size", "geo_info_from_ip_address",
	"cluster", "database", "table", "external_table", "materialized_view", "stored_query_result", "graph",
	"entity_group", "toscalar", "materialize", "totable", "view", "typeof", "row_number", "row_cumsum", "row_rank",
	"row_rank_min", "row_rank_dense", "row_window_session", "prev", "next", "assert", "around", "in", "has_any",
	"column_ifexists", "columnifexists", "__invoke", "plugin", "workspace", "app", "fullcluster", "partition",
}

func newCalls(s *Signatures) *calls {
	c := &calls{scalar: map[value.Type][]call{}, aggregate: map[value.Type][]call{}}
	gather := func(from []Callable, by map[value.Type][]call) (all []call) {
		for _, f := range from {
			for _, sig := range f.Signatures {
				if f.Hidden || sig.Hidden || slices.Contains(apart, f.Name) || !sig.usable() {
					continue
				}
				sig.documented(f.Name)
				all = append(all, call{f.Name, sig})
				for _, t := range sig.results() {
					by[t] = append(by[t], call{f.Name, sig})
				}
			}
		}
		return all
	}
	c.all = gather(s.Functions, c.scalar)
	c.allAggregates = gather(s.Aggregates, c.aggregate)
	return c
}

// documented narrows the parameters of functions whose pages say less than the
// parser takes.
func (s *Signature) documented(name string) {
	kind := ""
	switch {
	case name == "bin_at" && s.Parameters[0].Kind == "Declared", (name == "bin" || name == "floor") && s.Parameters[0].Kind == "Declared":
		s.Parameters[1].Kind, s.Parameters[1].Types = "Declared", []string{"timespan"}
		return
	case strings.HasPrefix(name, "binary_all"):
		kind = "Integer"
	case strings.HasPrefix(name, "covariance"):
		kind = "Number"
	case name == "series_dot_product":
		kind = "DynamicArray"
	}
	for i := range s.Parameters {
		if p := &s.Parameters[i]; kind != "" && p.Name != "predicate" {
			p.Kind, p.Types = kind, nil
		}
	}
}

// usable says whether all arguments can be made.
func (s *Signature) usable() bool {
	for _, p := range s.Parameters {
		if p.Kind == "Tabular" || p.Kind == "Database" || p.Kind == "Cluster" || p.Kind == "Any" {
			return false
		}
	}
	return true
}

// results are the types that a call can be made to give.
func (s *Signature) results() []value.Type {
	if s.Type != "" {
		t, ok := value.TypeByName(s.Type)
		if ok {
			return []value.Type{t}
		}
		return nil
	}
	switch s.Returns {
	case "Parameter0", "Parameter1", "Common", "CommonNonDynamic", "Widest", "Parameter0Promoted":
		for _, p := range s.Parameters {
			if p.Kind != "Declared" {
				return p.allowed()
			}
		}
	}
	return nil
}

// allowed are the types that a parameter takes.
func (p *Parameter) allowed() []value.Type {
	switch p.Kind {
	case "Integer":
		return []value.Type{value.Int, value.Long}
	case "RealOrDecimal":
		return []value.Type{value.Real, value.Decimal}
	case "Number":
		return numbers
	case "Summable":
		return []value.Type{value.Int, value.Long, value.Real, value.Decimal, value.TimeSpan}
	case "NumberOrBool":
		return append(slices.Clone(numbers), value.Bool)
	case "StringOrDynamic", "StringOrArray":
		return []value.Type{value.String, value.Dynamic}
	case "IntegerOrArray":
		return []value.Type{value.Int, value.Long, value.Dynamic}
	case "DynamicArray", "DynamicBag":
		return []value.Type{value.Dynamic}
	case "Orderable", "CommonOrderable":
		return []value.Type{value.Int, value.Long, value.Real, value.Decimal, value.TimeSpan, value.DateTime, value.String}
	case "NotDynamic", "CommonScalar":
		return slices.DeleteFunc(slices.Clone(allTypes), func(t value.Type) bool { return t == value.Dynamic })
	case "NotRealOrBool":
		return []value.Type{value.Int, value.Long, value.String, value.DateTime, value.TimeSpan, value.GUID}
	case "Declared":
		var out []value.Type
		for _, name := range p.Types {
			if t, ok := value.TypeByName(name); ok {
				out = append(out, t)
			}
		}
		return out
	}
	return allTypes
}

var (
	allTypes = []value.Type{value.Bool, value.Int, value.Long, value.Real, value.Decimal, value.String, value.DateTime, value.TimeSpan, value.GUID, value.Dynamic}
	numbers  = []value.Type{value.Int, value.Long, value.Real, value.Decimal}
)
