package rule

import (
	"errors"
	"strconv"
	"strings"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// exceptionColumn says which exception a result row meets.
const exceptionColumn = "dogwatch_exception"

// compile makes the rule ready to run: nil, with the mistakes, when it cannot.
func (s *source) compile(cat kql.Catalog) (*dogwatch.Rule, diag.List) {
	if len(s.doc.errs) > 0 || s.query == nil {
		return nil, s.doc.errs
	}
	q, errs := compileSnippet(s.querySnippet(), cat)
	if q == nil {
		return nil, errs
	}
	r := s.rule
	r.Query = q
	schema := q.Schema()
	errs = s.checkColumns(schema)
	if !s.mappedEntities {
		r.Entities = legacy(schema)
	}
	if !s.mappedObjects {
		r.Objects = defaultObjects(schema)
	}
	if len(s.where) > 0 {
		q, more := compileSnippet(s.withExceptions(), cat)
		errs = append(errs, more...)
		r.Query, r.ExceptionColumn = q, exceptionColumn
	}
	if len(errs) > 0 {
		return nil, errs
	}
	return &r, nil
}

func compileSnippet(s *snippet, cat kql.Catalog) (*kql.Query, diag.List) {
	f := s.file()
	q, err := kql.Compile(f, cat)
	if err == nil {
		return q, nil
	}
	var errs diag.List
	if !errors.As(err, &errs) || len(errs) == 0 {
		errs.Add(f, diag.Span{End: len(f.Text)}, "%v", err)
	}
	return nil, errs
}

func (s *source) querySnippet() *snippet {
	out := &snippet{outer: s.doc.file}
	out.add(s.doc, s.query)
	return out
}

// withExceptions is the query with a last step that says which exception a row
// meets. A condition that is null for a row does not hold.
func (s *source) withExceptions() *snippet {
	out := &snippet{outer: s.doc.file}
	text := strings.TrimRight(s.query.Value, "; \t\r\n")
	out.text.WriteString(text)
	out.from = append(out.from, s.doc.origins(s.query)[:len(text)]...)
	// The breaks end comments, which may close a query and a condition.
	out.addText("\n| extend "+exceptionColumn+" = case(", s.doc.offset(s.where[0]))
	for i, where := range s.where {
		at := s.doc.offset(where)
		out.addText("(", at)
		out.add(s.doc, where)
		ends := s.doc.origins(where)
		out.addText("\n), "+strconv.Itoa(i+1)+", ", ends[len(ends)-1])
	}
	out.addText("0)", s.doc.offset(s.where[0]))
	return out
}

// checkColumns reports names of columns that the result does not have.
func (s *source) checkColumns(schema value.Schema) diag.List {
	var errs diag.List
	names := make([]string, len(schema))
	for i, f := range schema {
		names[i] = f.Name
	}
	for _, use := range s.columns {
		if schema.Index(use.name) < 0 {
			errs.Add(s.doc.file, use.at, "%s: the query's result has no column %q", use.what, clip(use.name)).Hint = nearest(use.name, names)
		}
	}
	return errs
}

// legacy maps the columns by which old rules named their entities.
func legacy(schema value.Schema) []dogwatch.EntityMapping {
	var out []dogwatch.EntityMapping
	for _, l := range legacyEntities {
		if schema.Index(l.column) >= 0 {
			out = append(out, dogwatch.EntityMapping{Type: l.entity, Fields: []dogwatch.FieldMapping{{Identifier: l.identifier, Column: l.column}}})
		}
	}
	return out
}

// defaultObjects takes an object from the columns that KubeAudit names it by.
func defaultObjects(schema value.Schema) []dogwatch.ObjectMapping {
	have := func(name string) string {
		if schema.Index(name) < 0 {
			return ""
		}
		return name
	}
	o := dogwatch.ObjectMapping{
		Cluster: have("Cluster"), APIGroup: have("ApiGroup"), Resource: have("Resource"),
		Namespace: have("Namespace"), Name: have("Name"),
	}
	if o.Resource == "" || o.Name == "" {
		return nil
	}
	return []dogwatch.ObjectMapping{o}
}
