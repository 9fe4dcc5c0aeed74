package syntax

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/diag"
)

// An Op is a query operator.
type Op interface {
	Node
	op()
}

// BadOp stands where the parser found no operator it knows; the mistake is
// reported.
type BadOp struct{ Pos }

func (*BadOp) op()       {}
func (*Unsupported) op() {}

func (n *BadOp) print(w *printer) { w.put("?") }

// operators are the names an operator may be called by.
var operators = []string{
	"as", "assert-schema", "consume", "count", "distinct", "evaluate", "extend", "facet", "filter", "find", "fork",
	"getschema", "graph-mark-components", "graph-match", "graph-shortest-paths", "graph-to-table",
	"graph-where-edges", "graph-where-nodes", "invoke", "join", "limit", "lookup", "macro-expand", "make-graph",
	"make-series", "mv-apply", "mv-expand", "mvapply", "mvexpand", "order", "parse", "parse-kv", "parse-where",
	"partition", "print", "project", "project-away", "project-by-names", "project-keep", "project-rename",
	"project-reorder", "range", "reduce", "render", "sample", "sample-distinct", "scan", "search", "serialize",
	"sort", "summarize", "take", "top", "top-hitters", "top-nested", "union", "where",
}

func (p *parser) operatorWord(w string) bool {
	return slices.Contains(operators, w) || unsupportedOps[w]
}

// operator reads one operator, from its name on.
func (p *parser) operator() Op {
	t := p.tok()
	if t.kind == tWord && unsupportedOps[t.text] {
		return p.unsupported(t.text, "|", ";")
	}
	if t.kind != tWord || !slices.Contains(operators, t.text) {
		return p.badOperator()
	}
	start := p.i
	p.i++
	switch t.text {
	case "where", "filter":
		return p.where(start)
	case "extend":
		return &Extend{Cols: p.columns(), Pos: p.from(start)}
	case "project", "project-away", "project-by-names", "project-keep", "project-rename", "project-reorder":
		return p.project(start)
	case "summarize":
		return p.summarize(start)
	case "distinct":
		return p.distinct(start)
	case "sort", "order":
		return p.sort(start)
	case "top":
		return p.top(start)
	case "top-nested":
		return p.topNested(start)
	case "take", "limit":
		return p.takeOp(start)
	case "sample", "sample-distinct":
		return p.sample(start)
	case "count":
		return p.count(start)
	case "join", "lookup":
		return p.join(start)
	case "union":
		return p.union(start)
	case "mv-expand", "mvexpand":
		return p.mvExpand(start)
	case "mv-apply", "mvapply":
		return p.mvApply(start)
	case "parse", "parse-where":
		return p.parse(start)
	case "parse-kv":
		return p.parseKV(start)
	case "print":
		return p.print(start)
	case "range":
		return p.rangeOp(start)
	case "as":
		return p.as(start)
	case "invoke":
		return p.invoke(start)
	case "evaluate":
		return p.evaluate(start)
	case "render":
		return p.render(start)
	case "serialize":
		return p.serialize(start)
	case "getschema":
		return p.getSchema(start)
	case "consume":
		return p.consume(start)
	case "make-series":
		return p.makeSeries(start)
	case "search":
		return p.search(start)
	case "find":
		return p.find(start)
	case "partition":
		return p.partition(start)
	case "fork":
		return p.fork(start)
	case "facet":
		return p.facet(start)
	case "reduce":
		return p.reduce(start)
	case "top-hitters":
		return p.topHitters(start)
	case "assert-schema":
		return p.assertSchema(start)
	case "macro-expand":
		return p.macroExpand(start)
	case "make-graph", "graph-match", "graph-shortest-paths", "graph-to-table", "graph-mark-components",
		"graph-where-nodes", "graph-where-edges":
		return p.graph(start)
	default:
		return p.scan(start)
	}
}

// badOperator reports a word that is no operator, or nothing where one should
// stand.
func (p *parser) badOperator() Op {
	t := p.tok()
	if t.kind != tWord {
		p.fail("expected an operator after %q, found %s", "|", p.found())
		return &BadOp{p.nowhere()}
	}
	start := p.i
	at := t.at
	// A dash belongs to the name that was meant: mv-expnad.
	for n := 1; n < 5 && p.touches(n) && (p.ahead(n).is("-") || p.ahead(n-1).is("-") && p.ahead(n).kind == tWord); n++ {
		at = at.Join(p.ahead(n).at)
	}
	word := p.f.Slice(at)
	p.i++
	pos := p.from(start)
	e := p.failAt(at, "unknown operator %q", clip(word))
	if near := nearestOperator(word); near != "" {
		e.Hint = "did you mean " + near + "?"
	}
	return &BadOp{pos}
}

func nearestOperator(word string) string {
	all := slices.Clone(operators)
	for w := range unsupportedOps {
		if !strings.HasPrefix(w, "_") {
			all = append(all, w)
		}
	}
	slices.Sort(all)
	return diag.Nearest(word, all)
}

// query reads a tabular expression: a source, then operators after pipes; or a
// scalar expression, which is the same without pipe.
func (p *parser) query() Expr {
	defer p.leave()
	if !p.enter() {
		return p.nothing()
	}
	start := p.i
	var source Expr
	var ops []Op
	if p.startsSource() {
		ops = append(ops, p.operation())
		p.checkFirst(start, ops[0])
	} else {
		source = p.expr()
		p.endPart(start, ",")
	}
	for p.take("|") {
		ops = append(ops, p.operation())
	}
	if ops == nil {
		return source
	}
	return &Pipeline{p.from(start), source, ops}
}

// operation reads an operator and moves to what ends it.
func (p *parser) operation() Op {
	start := p.i
	op := p.operator()
	p.endPart(start, "")
	return op
}

// endPart checks that a part of a pipeline ends here, and after a mistake moves
// to its end: the next "|" or ";", or what closes the brackets around.
func (p *parser) endPart(start int, also string) {
	nest := p.within(start)
	ended := p.tok().kind == tEOF || p.is("|") || p.is(";") || also != "" && p.is(also) ||
		p.nest[p.i] < nest || p.startsLet()
	if !p.bad && !ended {
		p.unexpected()
	}
	if !p.bad {
		return
	}
	for ; p.tok().kind != tEOF; p.i++ {
		if p.nest[p.i] < nest || p.nest[p.i] == nest && (p.is("|") || p.is(";") || p.startsLet()) {
			break
		}
	}
	p.bad = p.over
}

// startsLet says whether `let a =` comes next: a statement that is not parted
// from the last one.
func (p *parser) startsLet() bool {
	return p.is("let") && p.ahead(1).kind == tWord && p.ahead(2).is("=")
}

// startsSource says whether an operator comes next rather than an expression.
// Names of operators that may name other things as well need a closer look.
func (p *parser) startsSource() bool {
	t, next := p.tok(), p.ahead(1)
	if t.kind != tWord {
		return false
	}
	switch t.text {
	case "evaluate":
		return next.kind == tWord && (p.nameLen(1, false) > 0 || options[next.text])
	case "range":
		n := p.nameLen(1, false)
		return n > 0 && p.ahead(1+n).is("from")
	case "find", "print", "search", "where", "as", "invoke", "top-nested", "top-hitters", "sample-distinct":
		return !next.is("=")
	}
	return reserved[t.text] && p.operatorWord(t.text)
}

// checkFirst reports an operator that needs a table before it and has none.
func (p *parser) checkFirst(start int, op Op) {
	switch op.(type) {
	case *Print, *Range, *Union, *Find, *Search, *Evaluate, *MacroExpand, *Unsupported, *BadOp:
		return
	}
	t := p.toks[start]
	p.note(t.at, "%q needs a table before it", t.text).Hint = fmt.Sprintf("start with a table: T | %s ...", t.text)
}

// subquery reads operators in parentheses: ( where x | take 1 ).
func (p *parser) subquery() []Op {
	open := p.i
	if !p.enter() || !p.expect("(") {
		p.leave()
		return nil
	}
	ops := []Op{p.operation()}
	for p.match[open] >= 0 && p.take("|") {
		ops = append(ops, p.operation())
	}
	p.close(open, ")")
	p.leave()
	return ops
}

// columns is a list of expressions that may have names.
func (p *parser) columns() []Expr { return list(p, p.named) }

// columnsOrNone is columns, or none where the operator ends at once.
func (p *parser) columnsOrNone() []Expr {
	if p.atEnd() {
		return nil
	}
	return p.columns()
}

// atEnd says whether the operator ends here.
func (p *parser) atEnd() bool {
	return p.tok().kind == tEOF || p.is("|") || p.is(";") || p.is(")") || p.is("}")
}

// Operators are the names that an operator may be called by, sorted.
func Operators() []string { return slices.Clone(operators) }
