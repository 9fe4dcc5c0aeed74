package rule

import (
	"errors"
	"slices"
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
	if s.query == nil {
		return nil, s.doc.errs
	}
	q, errs := compileSnippet(s.querySnippet(), cat)
	if errs = append(slices.Clone(s.doc.errs), errs...); len(errs) > 0 {
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
	errs = append(errs, s.compileExceptions(&r, cat)...)
	if len(errs) > 0 {
		return nil, errs
	}
	return &r, nil
}

// compileExceptions gives the query a column for the exceptions over its
// result. Those that it has no columns for may be over the tables' rows.
func (s *source) compileExceptions(r *dogwatch.Rule, cat kql.Catalog) diag.List {
	var over []int
	for i := range s.where {
		over = append(over, i)
	}
	if len(over) == 0 {
		return nil
	}
	if errs := s.checkForeign(r.Query.Tables(), cat); len(errs) > 0 {
		return errs
	}
	q, errs := compileSnippet(s.withExceptions(over), cat)
	if len(errs) > 0 {
		r.Exceptions = slices.Clone(r.Exceptions)
		over = over[:0]
		for i := range s.where {
			if _, own := compileSnippet(s.withExceptions([]int{i}), cat); len(own) == 0 {
				over = append(over, i)
			} else if r.Exceptions[i].Rows = s.overRows(r.Query.Tables(), i, cat); r.Exceptions[i].Rows == nil {
				return errs
			}
		}
		if len(over) == 0 {
			return nil
		}
		if q, errs = compileSnippet(s.withExceptions(over), cat); len(errs) > 0 {
			return errs
		}
	}
	r.Query, r.ExceptionColumn = q, exceptionColumn
	return nil
}

// overRows are the rows of tables that meet an exception, by each table that
// has its columns.
func (s *source) overRows(tables []string, i int, cat kql.Catalog) (out []*kql.Query) {
	for _, table := range tables {
		where := &snippet{outer: s.doc.file}
		s.addCondition(where, s.where[i], table+"\n| where (", "\n)")
		if q, errs := compileSnippet(where, cat); len(errs) == 0 && q.Stateless() {
			out = append(out, q)
		}
	}
	return out
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
// meets. A condition that is null for a row does not hold. over are the places of
// the exceptions that are meant.
func (s *source) withExceptions(over []int) *snippet {
	out := &snippet{outer: s.doc.file}
	text := strings.TrimRight(s.query.Value, "; \t\r\n")
	out.addSome(s.doc, s.query, len(text))
	// The breaks end comments, which may close a query and a condition.
	out.addText("\n| extend "+exceptionColumn+" = case(", s.doc.offset(s.query))
	for _, i := range over {
		s.addCondition(out, s.where[i], "(", "\n), "+strconv.Itoa(i+1)+", ")
	}
	out.addText("0)", s.doc.offset(s.query))
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
