package rule

import (
	"io/fs"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/rules"
)

// A condition is the where of an exception, and the file it stands in: the
// rule's own, or one of exceptions.
type condition struct {
	doc  *doc
	node *yaml.Node
}

func (c condition) span() diag.Span { return c.doc.span(c.node) }

// addCondition appends a condition, and says which bytes of the file to blame
// for what stands before and behind it. One of another file is checked by
// itself before: here it is blamed on the rule's query.
func (s *source) addCondition(out *snippet, c condition, before, behind string) {
	if c.doc != s.doc {
		out.addText(before+c.node.Value+behind, s.doc.offset(s.query))
		return
	}
	ends := c.doc.origins(c.node)
	out.addText(before, c.doc.offset(c.node))
	out.add(c.doc, c.node)
	out.addText(behind, ends[len(ends)-1])
}

// isExceptions says whether a file is one of exceptions to rules that stand
// elsewhere.
func isExceptions(p string) bool { return shortName(p) == "exceptions" }

// readExceptions reads a file of exceptions and gives them to the rules that
// they name.
func (s *Set) readExceptions(file *diag.File) {
	d, top := parseYAML(file)
	if top != nil {
		m := d.mapping(top)
		list := m.list("exceptions")
		if len(list) == 0 {
			d.fail(top, "the file has no exceptions")
		}
		for _, n := range list {
			s.except(d, n)
		}
		m.unknown("a file of exceptions", "exceptions")
	}
	s.exceptionDocs = append(s.exceptionDocs, d)
}

// except gives one exception to its rules.
func (s *Set) except(d *doc, n *yaml.Node) {
	m := d.mapping(n)
	names := m.list("rules")
	if one := m.get("rule"); one != nil {
		names = append(names, one)
	}
	if len(names) == 0 {
		d.fail(n, "an exception needs the name of its rule (rule), or of several (rules)")
	}
	reader := &source{doc: d}
	reader.readException(n, "rule", "rules")
	s.exceptionWarnings = append(s.exceptionWarnings, reader.warnings...)
	if len(reader.where) == 0 {
		return
	}
	for _, name := range names {
		text := strings.TrimSpace(d.scalar(name))
		src := s.sourceOf(text)
		if src == nil {
			if _, err := fs.Stat(rules.FS, text+".yaml"); err == nil && s.noBuiltin {
				continue // one that comes with dogwatch, and is left out
			}
			d.fail(name, "there is no rule %q", clip(text)).Hint = nearest(text, s.shortNames())
			continue
		}
		src.rule.Exceptions = append(src.rule.Exceptions, reader.rule.Exceptions[0])
		src.where = append(src.where, reader.where[0])
	}
}

// sourceOf is the rule of a short name or id, or nil.
func (s *Set) sourceOf(name string) *source {
	i := slices.IndexFunc(s.sources, func(src *source) bool { return src.rule.Short == name || strings.EqualFold(src.rule.ID, name) })
	if i < 0 || name == "" {
		return nil
	}
	return s.sources[i]
}

func (s *Set) shortNames() (names []string) {
	for _, src := range s.sources {
		names = append(names, src.rule.Short)
	}
	return names
}

// checkForeign compiles the conditions that stand in other files, each by
// itself: what is wrong in one is told where it stands.
func (s *source) checkForeign(tables []string, cat kql.Catalog) (errs diag.List) {
	for i, c := range s.where {
		if c.doc == s.doc {
			continue
		}
		out := &snippet{outer: c.doc.file}
		at := c.doc.offset(c.node)
		out.addText(strings.TrimRight(s.query.Value, "; \t\r\n")+"\n| where (", at)
		out.add(c.doc, c.node)
		out.addText("\n)", at)
		if _, own := compileSnippet(out, cat); len(own) > 0 && s.overRows(tables, i, cat) == nil {
			errs = append(errs, own...)
		}
	}
	return errs
}
