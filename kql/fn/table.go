package fn

import (
	"slices"
	"strings"
)

// Lookup finds a scalar function by its name or an alias, in its exact case.
func Lookup(name string) (*Func, bool) {
	f, ok := funcsByName[name]
	return f, ok
}

// LookupAgg finds an aggregate function by its name or an alias.
func LookupAgg(name string) (*Agg, bool) {
	a, ok := aggsByName[name]
	return a, ok
}

// Funcs returns all scalar functions by name.
func Funcs() []*Func { return slices.Clone(allFuncs) }

// Aggs returns all aggregate functions by name.
func Aggs() []*Agg { return slices.Clone(allAggs) }

// Known says whether the name is of a function, aggregate or plugin of the
// language, whether it is supported here or not.
func Known(name string) bool {
	_, found := slices.BinarySearch(knownNames, name)
	return found
}

var allFuncs = gatherFuncs()

func gatherFuncs() []*Func {
	var all []*Func
	for _, family := range families() {
		for i := range family {
			nameColumns(&family[i])
			all = append(all, &family[i])
		}
	}
	slices.SortFunc(all, func(a, b *Func) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// nameColumns sets how columns made by a call are called: most have a number,
// these the name of their argument, or that with a prefix.
func nameColumns(f *Func) {
	prefix, ok := namedByArg[f.Name]
	f.NameFromArg = f.NameFromArg || ok
	f.NamePrefix = prefix
}

var namedByArg = map[string]string{
	"strlen": "strlen_", "string_size": "string_size_", "gettype": "type_", "treepath": "tree_", "repeat": "repeat_",
	"dcount_hll": "dcount_hll_", "percentile_tdigest": "percentile_tdigest_", "percentiles_array_tdigest": "percentile_tdigest_",
	"abs": "", "acos": "", "asin": "", "atan": "", "atan2": "", "bin": "", "binary_and": "", "binary_not": "",
	"binary_or": "", "binary_shift_left": "", "binary_shift_right": "", "binary_xor": "", "bitset_count_ones": "",
	"ceiling": "", "cos": "", "erf": "", "erfc": "", "exp": "", "exp10": "", "exp2": "", "format_bytes": "", "format_datetime": "", "format_timespan": "",
	"gamma": "", "log": "", "log10": "", "log2": "", "loggamma": "", "make_datetime": "", "make_timespan": "",
	"parse_csv": "", "parse_json": "", "parse_xml": "", "pow": "", "rand": "", "round": "", "series_fill_backward": "",
	"series_fill_const": "", "series_fill_forward": "", "series_fill_linear": "", "series_iir": "", "series_fir": "", "sin": "", "split": "",
	"sqrt": "", "startofday": "", "tan": "", "tohex": "",
}

var funcsByName = func() map[string]*Func {
	m := make(map[string]*Func)
	for _, f := range allFuncs {
		m[f.Name] = f
		for _, a := range f.Aliases {
			m[a] = f
		}
	}
	return m
}()

var allAggs = gatherAggs()

func gatherAggs() []*Agg {
	var all []*Agg
	for _, family := range aggFamilies() {
		for i := range family {
			all = append(all, &family[i])
		}
	}
	slices.SortFunc(all, func(a, b *Agg) int { return strings.Compare(a.Name, b.Name) })
	return all
}

var aggsByName = func() map[string]*Agg {
	m := make(map[string]*Agg)
	for _, a := range allAggs {
		m[a.Name] = a
		for _, alias := range a.Aliases {
			m[alias] = a
		}
	}
	return m
}()
