package app

import (
	"github.com/dogwatch-dev/dogwatch/internal/decode"
	"github.com/dogwatch-dev/dogwatch/internal/store"
	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// requestFor says in a store's words what a query asks of a table. What cannot
// be said so is left out: the query looks at the rows again.
func requestFor(ask *kql.Ask, schema value.Schema, view string) store.Request {
	w := wording{table: ask.Table, schema: schema, view: view}
	req := store.Request{Columns: storedColumns}
	all := []store.Predicate{store.In{Column: decode.KeptRow(ask.Table), Values: []value.Value{value.BoolOf(true)}}}
	delayed, timed := decode.KeptTime(ask.Table)
	if delayed {
		req.Delay = decode.KeptDelay
	}
	for i := range ask.Conditions {
		w.bound(&ask.Conditions[i], &req)
		all = append(all, w.predicate(&ask.Conditions[i]))
	}
	req.Where = store.AllOf(all...)
	if b := ask.Best; b != nil && timed && schema[b.Column].Name == "TimeGenerated" {
		req.Bound = b.Bound
		if b.Newest {
			req.Order = store.NewestFirst
		}
	}
	return req
}

// A wording says conditions on a table's columns as predicates of a store.
type wording struct {
	table  string
	schema value.Schema
	view   string
}

// bound takes the bounds of time out of conditions that must all be met.
func (w *wording) bound(c *kql.Condition, req *store.Request) {
	if c.Kind == kql.All {
		for i := range c.Of {
			w.bound(&c.Of[i], req)
		}
		return
	}
	if _, timed := decode.KeptTime(w.table); !timed || len(c.Path) > 0 || (c.Kind != kql.AtLeast && c.Kind != kql.AtMost && c.Kind != kql.Is) {
		return
	}
	if w.schema[c.Column].Name != "TimeGenerated" || len(c.Values) != 1 || c.Values[0].Kind() != value.KDateTime {
		return
	}
	t := c.Values[0].Int()
	if c.Kind != kql.AtMost {
		req.From = max(req.From, t)
	}
	if c.Kind != kql.AtLeast && t > 0 && (req.To == 0 || t < req.To) {
		req.To = t
	}
}

// predicate is a condition; nil when nothing can be said.
func (w *wording) predicate(c *kql.Condition) store.Predicate {
	switch c.Kind {
	case kql.All:
		return store.AllOf(w.each(c.Of)...)
	case kql.Any:
		return store.AnyOf(w.each(c.Of)...)
	case kql.Is, kql.IsNot:
		return w.is(c)
	case kql.AtLeast, kql.AtMost:
		return w.within(c)
	case kql.Holds:
		if w.lookup(c).Text {
			return store.Words(c.Text, c.Left, c.Right)
		}
	}
	return nil
}

func (w *wording) each(list []kql.Condition) []store.Predicate {
	out := make([]store.Predicate, len(list))
	for i := range list {
		out[i] = w.predicate(&list[i])
	}
	return out
}

func (w *wording) lookup(c *kql.Condition) decode.Lookup {
	return decode.LookupOf(w.table, w.schema[c.Column].Name, c.Path)
}

func (w *wording) is(c *kql.Condition) store.Predicate {
	if len(c.Values) == 0 {
		return nil
	}
	l := w.lookup(c)
	if l.Kept != "" {
		return w.kept(l.Kept, c)
	}
	if c.Kind == kql.IsNot || l.Keys == nil {
		return nil
	}
	var any []store.Predicate
	for _, v := range c.Values {
		text, ok := leafText(v)
		if !ok {
			return nil
		}
		for _, key := range l.Keys {
			any = append(any, store.Leaf{Key: key, Value: text})
		}
	}
	return store.AllOf(store.AnyOf(any...), w.keptPath(c))
}

// keptPath is a condition on a member in the words of the column that is kept
// for it, where one is; nil when there cannot be one.
func (w *wording) keptPath(c *kql.Condition) store.Predicate {
	name := decode.KeptPath(decode.Path{Column: w.schema[c.Column].Name, Keys: c.Path})
	if w.table != "KubeAudit" || name == "" {
		return nil
	}
	in := store.In{Column: name, Fold: true}
	for _, v := range c.Values {
		text, ok := decode.PathText(v)
		if !ok || text == "" {
			return nil
		}
		in.Values = append(in.Values, value.StringOf(text))
	}
	return in
}

// kept is a condition on a kept column. What a column that depends on the
// configuration said under another is not what it says today.
func (w *wording) kept(name string, c *kql.Condition) store.Predicate {
	if !sameKinds(c.Values, w.schema[c.Column].Type) {
		return nil
	}
	return w.ofView(name, store.In{Column: name, Values: c.Values, Fold: c.Fold, Not: c.Kind == kql.IsNot})
}

func (w *wording) ofView(name string, p store.Predicate) store.Predicate {
	if !decode.IsConfigured(name) {
		return p
	}
	return store.AnyOf(p, store.In{Column: decode.KeptView, Values: []value.Value{value.StringOf(w.view)}, Not: true})
}

// sameKinds says whether values can be compared with those of a column one by
// one.
func sameKinds(values []value.Value, t value.Type) bool {
	for _, v := range values {
		switch k := v.Kind(); t {
		case value.String:
			if k != value.KString {
				return false
			}
		case value.Int, value.Long:
			if k != value.KInt && k != value.KLong {
				return false
			}
		case value.Bool:
			if k != value.KBool {
				return false
			}
		default:
			return false
		}
	}
	return true
}

func (w *wording) within(c *kql.Condition) store.Predicate {
	l, t := w.lookup(c), w.schema[c.Column].Type
	if l.Kept == "" || len(c.Values) != 1 || t != value.Int && t != value.Long || !sameKinds(c.Values, t) {
		return nil
	}
	n := c.Values[0].Int()
	r := store.Range{Column: l.Kept}
	if c.Kind == kql.AtLeast {
		r.Low = &n
	} else {
		r.High = &n
	}
	return w.ofView(l.Kept, r)
}

// leafText is a value as a leaf of JSON has it. An empty text may be a member
// that is missing.
func leafText(v value.Value) (string, bool) {
	if v.Kind() == value.KString {
		return v.Str(), v.Str() != ""
	}
	return decode.PathText(v)
}
