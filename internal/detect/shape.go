package detect

import (
	"slices"
	"strings"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A shape is where a rule's result has what alerts are made of, by the numbers
// of columns.
type shape struct {
	rule      *dogwatch.Rule
	schema    value.Schema
	severity  int // -1: none
	tactics   int
	exception int
	group     []int
	entities  []entityShape
	objects   []objectShape
	// counted are the columns that the query counts by, nil when it does not.
	counted []int
	// asked are the columns that are read of every row.
	asked []int
}

func newShape(r *dogwatch.Rule) *shape {
	s := &shape{rule: r, schema: r.Query.Schema()}
	s.severity, s.tactics, s.exception = s.column(r.SeverityColumn), s.column(r.TacticsColumn), s.column(r.ExceptionColumn)
	for _, name := range r.Group.By {
		s.group = append(s.group, s.column(name))
	}
	if keys, ok := r.Query.Keys(); ok {
		s.counted = append([]int{}, keys...)
	}
	s.asked = append([]int{s.severity, s.tactics, s.exception}, s.group...)
	for _, m := range r.Entities {
		e := entityShape{of: m.Type}
		for _, f := range m.Fields {
			e.names, e.columns = append(e.names, propertyName(m.Type, f.Identifier)), append(e.columns, s.column(f.Column))
		}
		s.entities, s.asked = append(s.entities, e), append(s.asked, e.columns...)
	}
	for _, o := range r.Objects {
		columns := objectShape{s.column(o.Cluster), s.column(o.APIGroup), s.column(o.Resource), s.column(o.Namespace), s.column(o.Name)}
		s.objects, s.asked = append(s.objects, columns), append(s.asked, columns[:]...)
	}
	s.asked = slices.DeleteFunc(s.asked, func(c int) bool { return c < 0 })
	return s
}

// An entityShape is where an entity of one type has its properties.
type entityShape struct {
	of      string
	names   []string
	columns []int
}

// An objectShape is where an object has its cluster, API group, resource, namespace
// and name.
type objectShape [5]int

// read reads what is asked of all rows of a result, for all at once.
func (s *shape) read(b *value.Batch) {
	for _, c := range s.asked {
		b.Col(c, nil)
	}
}

func (s *shape) column(name string) int {
	if name == "" {
		return -1
	}
	return s.schema.Index(name)
}

// A row is one result row.
type row struct {
	*shape
	b *value.Batch
	i int
}

// named is text of a column by its name.
func (r row) named(name string) string { return r.text(r.column(name)) }

// text is a column's value for people; "" where there is none.
func (r row) text(c int) string {
	if c < 0 {
		return ""
	}
	return textOf(r.b.At(r.i, c))
}

// textOf shows a value to people: an array as a list, and what has a kind and
// a name (the subjects of a binding) by these.
func textOf(v value.Value) string {
	switch {
	case v.Kind() == value.KDateTime:
		return string(value.AppendDateTime(nil, v.Int()))
	case v.IsBag() && !v.Get("name").IsNull() && !v.Get("kind").IsNull():
		name := v.Get("name").String()
		if ns := v.Get("namespace").String(); ns != "" {
			name = ns + "/" + name
		}
		return v.Get("kind").String() + " " + name
	case v.IsArray():
		const most = 20
		var parts []string
		for i, e := range v.Elems() {
			if i == most {
				parts = append(parts, "...")
				break
			}
			if e.IsArray() {
				return v.String()
			}
			parts = append(parts, textOf(e.Inner()))
		}
		return strings.Join(parts, ", ")
	}
	return strings.Clone(v.String())
}

// excepted is the number of the exception that the row meets, from 1; 0: none.
func (r row) excepted() int {
	if r.exception < 0 {
		return 0
	}
	return int(r.b.At(r.i, r.exception).Int())
}

func (r row) severityOf() dogwatch.Severity {
	if r.severity >= 0 {
		if s, ok := dogwatch.ParseSeverity(r.b.At(r.i, r.severity).String()); ok {
			return s
		}
	}
	return r.rule.Severity
}

// tacticsOf are the tactics that the row names, nil when it names none.
func (r row) tacticsOf() []string {
	if r.tactics < 0 {
		return nil
	}
	v := r.b.At(r.i, r.tactics)
	if !v.IsArray() {
		return strings.FieldsFunc(strings.Clone(v.String()), func(c rune) bool { return c == ',' || c == ';' || c == ' ' })
	}
	var out []string
	for _, e := range v.Elems() {
		out = append(out, strings.Clone(e.String()))
	}
	return out
}

// groupKey tells groups apart; ok is false when the rule names none.
func (r row) groupKey() (key string, ok bool) {
	if len(r.group) == 0 {
		return "", false
	}
	return r.keyOf(r.group), true
}

// countedKey tells apart what the query counts; ok is false when it does not.
func (r row) countedKey() (key string, ok bool) {
	if r.counted == nil {
		return "", false
	}
	return r.keyOf(r.counted), true
}

func (r row) keyOf(columns []int) string {
	var buf []byte
	for _, c := range columns {
		if c >= 0 {
			buf = r.b.At(r.i, c).GroupKey(buf)
		}
	}
	return string(buf)
}

// summary is the one line that tells what happened.
func (r row) summary() string {
	format := r.rule.Summary
	if format == "" {
		format = r.rule.NameFormat
	}
	if format == "" {
		return r.rule.Name
	}
	return dogwatch.Expand(format, r.named)
}

// impact says why it matters: rules of Sentinel have no such text, but a
// description.
func (r row) impact() string {
	switch {
	case r.rule.Impact != "":
		return r.rule.Impact
	case r.rule.DescriptionFormat != "":
		return dogwatch.Expand(r.rule.DescriptionFormat, r.named)
	}
	return r.rule.Description
}

func (r row) details() map[string]string {
	if len(r.rule.Details) == 0 {
		return nil
	}
	out := map[string]string{}
	for _, d := range r.rule.Details {
		out[d.Key] = r.named(d.Column)
	}
	return out
}

// entities are those of the mappings that have a value in this row.
func (r row) entities() []dogwatch.Entity {
	var out []dogwatch.Entity
	for _, of := range r.shape.entities {
		e := dogwatch.Entity{Type: of.of}
		for i, c := range of.columns {
			if text := r.text(c); text != "" {
				e.Fields = append(e.Fields, dogwatch.EntityField{Name: of.names[i], Value: text})
			}
		}
		if len(e.Fields) > 0 {
			out = append(out, e)
		}
	}
	for _, o := range r.objects {
		e := dogwatch.ObjectEntity(r.text(o[0]), r.text(o[1]), r.text(o[2]), r.text(o[3]), r.text(o[4]))
		if e.Get("resource") != "" || e.Get("name") != "" {
			out = append(out, e)
		}
	}
	return out
}

// propertyName is Sentinel's identifier as alerts write it: a full name is the
// name, others begin in lower case.
func propertyName(entity, identifier string) string {
	if identifier == "FullName" && entity == "Account" {
		return "name"
	}
	i := 0
	for i < len(identifier) && 'A' <= identifier[i] && identifier[i] <= 'Z' {
		i++
	}
	if i > 1 && i < len(identifier) {
		i-- // OMSAgentID: omsAgentID
	}
	return strings.ToLower(identifier[:i]) + identifier[i:]
}
