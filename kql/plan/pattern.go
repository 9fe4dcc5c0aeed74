package plan

import (
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A pattern maps texts to tables. Each case is a function that has the pattern's
// parameters, and its path as one more.
type pattern struct {
	params int // without the path
	path   bool
	cases  map[string]*function // by form
	forms  []string             // in the order of the text
}

// declarePattern gives a name to a pattern.
func (b *binder) declarePattern(st *syntax.DeclarePattern, s *scope) {
	name := st.Name.Text
	if _, dup := s.names[name]; dup {
		b.fail(&st.Name, "the name %q is given twice", name)
		return
	}
	before := len(b.errs)
	if len(st.Cases) == 0 {
		b.unsupported(st, "declare pattern without a definition")
	}
	p := &pattern{params: len(st.Params), path: st.Path != nil, cases: map[string]*function{}}
	params := st.Params
	if p.path {
		params = append(params[:len(params):len(params)], st.Path)
	}
	for _, param := range params {
		if param.Type != value.String {
			b.fail(param, "the parameters of a pattern are of type string")
		}
	}
	for _, c := range st.Cases {
		b.patternCase(st, c, p, &function{name: name, decl: &syntax.Function{Pos: c.Pos, Params: params, Body: c.Body}, scope: s})
	}
	s.names[name] = binding{of: p, bad: len(b.errs) > before}
}

// patternCase adds a case to a pattern.
func (b *binder) patternCase(st *syntax.DeclarePattern, c *syntax.PatternCase, p *pattern, f *function) {
	values, ok := b.patternValues(c.Values)
	switch {
	case !ok:
		return
	case len(values) != p.params:
		b.fail(c, "the pattern %s takes %d values, not %d", st.Name.Text, p.params, len(values))
		return
	case (c.Path != nil) != p.path:
		b.fail(c, "a case of the pattern %s is written %s = {...};", st.Name.Text, p.shape(""))
		return
	}
	form := patternForm(values, nil)
	if c.Path != nil {
		path, ok := b.patternValues([]syntax.Expr{c.Path})
		if !ok {
			return
		}
		form = patternForm(values, &path[0])
	}
	if p.cases[form] != nil {
		b.fail(c, "the case %s is given twice", form)
		return
	}
	p.cases[form] = f
	p.forms = append(p.forms, form)
}

// patternValues are texts as written: patterns are resolved before anything is
// computed.
func (b *binder) patternValues(list []syntax.Expr) ([]string, bool) {
	var out []string
	for _, x := range list {
		text, ok := x.(*syntax.Literal)
		if !ok || text.Value.Kind() != value.KString {
			b.fail(x, "a pattern takes texts in quotes only")
			return nil, false
		}
		out = append(out, text.Value.Str())
	}
	return out, true
}

// patternForm is how a case is written and found: ("a", "b").["path"].
func patternForm(values []string, path *string) string {
	var w strings.Builder
	for i, v := range values {
		w.WriteString([]string{"(", ", "}[min(i, 1)])
		w.WriteString(quoted(v))
	}
	w.WriteString(")")
	if path != nil {
		w.WriteString(".[" + quoted(*path) + "]")
	}
	return w.String()
}

func quoted(s string) string { return syntax.Format(&syntax.Literal{Value: value.StringOf(s)}) }

// shape is how the pattern is used, and its cases are written.
func (p *pattern) shape(name string) string {
	texts := strings.TrimSuffix(strings.Repeat(`"...", `, p.params), ", ")
	if p.path {
		return name + "(" + texts + `).["..."]`
	}
	return name + "(" + texts + ")"
}

// usedPattern is the call of a pattern that an expression is, or nil.
func usedPattern(x syntax.Expr, s *scope) *syntax.Call {
	call, ok := x.(*syntax.Call)
	if !ok {
		return nil
	}
	if got, ok := s.find(call.Func.Text); ok && got.of != nil {
		return call
	}
	return nil
}

// usePattern puts the case that fits in place of `name("a").path`.
func (b *binder) usePattern(at syntax.Node, use *syntax.Call, path *syntax.Name, s *scope) Node {
	name := use.Func.Text
	got, _ := s.find(name)
	p := got.of
	if got.bad {
		return &Values{}
	}
	values, ok := b.patternValues(use.Args)
	if !ok {
		return &Values{}
	}
	if len(values) != p.params || (path != nil) != p.path {
		b.fail(at, "the pattern %s is used as %s", name, p.shape(name))
		return &Values{}
	}
	form, args := patternForm(values, nil), use.Args
	if path != nil {
		form = patternForm(values, &path.Text)
		args = append(args[:len(args):len(args)], &syntax.Literal{Pos: path.Pos, Value: value.StringOf(path.Text)})
	}
	f := p.cases[form]
	if f == nil {
		e := b.fail(at, "the pattern %s has no case %s", name, form)
		if near := diag.Nearest(form, p.forms); near != "" {
			e.Hint = "did you mean " + name + near + "?"
		}
		return &Values{}
	}
	return b.tableFunction(&syntax.Call{Pos: syntax.Pos{At: at.Span()}, Func: use.Func, Args: args}, f, s)
}
