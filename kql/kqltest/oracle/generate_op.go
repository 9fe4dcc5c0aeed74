package oracle

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// operator makes what stands after a pipe, and tells the columns known after.
func (g *Generator) operator(cols []col, ordered *bool) (string, []col) {
	s := &scope{cols: cols, ordered: *ordered}
	was := *ordered
	*ordered = false
	switch g.r.IntN(64) {
	case 0, 1, 2, 3, 4:
		*ordered = was
		return g.word("where where filter") + " " + g.expr(value.Bool, s), cols
	case 5, 6, 7, 8, 9, 10, 11, 12:
		made, text := g.named(cols, s, 3)
		for _, c := range made {
			cols = with(cols, c)
		}
		return "extend " + text, cols
	case 13, 14, 15, 16, 17:
		made, text := g.named(nil, s, 4)
		return "project " + text, made
	case 18, 19, 20:
		return g.pickColumns(cols)
	case 21, 22, 23, 24, 25, 26, 27, 28, 29:
		return g.summarize(s)
	case 30, 31:
		return g.distinct(s)
	case 32, 33:
		*ordered = true
		return g.word("sort order") + " by " + g.orders(s), cols
	case 34:
		*ordered = true
		return "top " + g.word("5 10 1 2+3") + " by " + g.order(s), cols
	case 35:
		return g.word("take limit") + " " + g.word("5 10 1 2*3"), cols
	case 36:
		return pick(g, []string{"count", "count", "count as N"}), []col{{"Count", value.Long}}
	case 37, 38, 39, 40, 41:
		return g.join(cols)
	case 42, 43:
		return g.union("piped")
	case 44, 45, 46:
		return g.mvExpand(s)
	case 47, 48:
		return g.mvApply(s)
	case 49, 50, 51:
		return g.parse(s)
	case 52:
		return g.parseKV(s)
	case 53, 54:
		*ordered = true
		if g.chance(40) {
			return "serialize", cols
		}
		s.ordered = true
		made, text := g.named(cols, s, 2)
		for _, c := range made {
			cols = with(cols, c)
		}
		return "serialize " + text, cols
	case 55:
		return pick(g, []string{"getschema", "getschema", "getschema kind=csl"}), []col{{"ColumnName", value.String}, {"ColumnOrdinal", value.Int}}
	case 56, 57:
		return g.makeSeries(s)
	case 58:
		return g.evaluate(s)
	case 59, 60:
		return g.rare(s)
	case 61:
		return "sample " + g.word("5 10"), cols
	case 62:
		name := g.fresh("A")
		g.views = append(g.views, view{name, cols})
		return "as " + pick(g, []string{"", "hint.materialized=true "}) + name, cols
	}
	return "render " + pick(g, []string{"timechart", "table", "barchart with (title='x', kind=stacked)", "piechart", "columnchart kind=unstacked", "timechart with (xcolumn=a, ycolumns=b, c, legend=hidden, ymin=0, ymax=10.5)", "card"}), cols
}

func (g *Generator) orders(s *scope) string {
	return g.list(2, func() string { return g.order(s) })
}

func (g *Generator) order(s *scope) string {
	t := pick(g, allTypes[:9])
	x := g.leaf(t, s)
	if g.chance(30) {
		x = g.expr(t, s)
	}
	return x + pick(g, []string{"", " asc", " desc", " nulls first", " asc nulls last", " desc nulls first"})
}

// pickColumns is one of the projects that take names and wildcards.
func (g *Generator) pickColumns(cols []col) (string, []col) {
	pattern := func() string {
		if len(cols) > 0 && g.chance(70) {
			return pick(g, cols).name
		}
		return g.word("a* *a* *e s* *_s T* *1 * d*")
	}
	switch g.r.IntN(5) {
	case 0:
		if len(cols) > 0 {
			c := pick(g, cols)
			rest := slices.DeleteFunc(slices.Clone(cols), func(o col) bool { return o.name == c.name })
			return "project-away " + c.name, rest
		}
		return "project-away " + pattern(), nil
	case 1:
		return "project-keep " + g.list(3, pattern), nil
	case 2:
		if len(cols) > 0 {
			c := pick(g, cols)
			name := g.name(nil)
			rest := slices.DeleteFunc(slices.Clone(cols), func(o col) bool { return o.name == c.name })
			return fmt.Sprintf("project-rename %s = %s", name, c.name), append(rest, col{name, c.typ})
		}
		return "project-rename", cols
	case 3:
		return "project-reorder " + g.list(3, func() string {
			return pattern() + pick(g, []string{"", "", "", " asc", " desc", " granny-asc", " granny-desc"})
		}), cols
	}
	return "project-away " + g.word("*_s z* *X *Name"), nil
}

// aggregate makes an aggregate of any kind.
func (g *Generator) aggregate(s *scope) (string, value.Type) {
	d := &scope{cols: s.cols, depth: 2}
	if g.chance(30) {
		x := func(t value.Type) string { return g.leaf(t, d) }
		any := func() string { return x(pick(g, allTypes)) }
		return pick(g, []string{
			"count()", "count()", "countif(" + g.expr(value.Bool, d) + ")", "dcount(" + any() + ")", "sum(" + x(value.Long) + ")", "avg(" + x(value.Real) + ")",
			"max(" + any() + ")", "min(" + any() + ")", "make_set(" + any() + ")", "make_list(" + any() + ", 10)", "make_bag(" + x(value.Dynamic) + ")",
			"take_any(" + any() + ")", "take_any(*)", "arg_max(" + x(value.DateTime) + ", *)", "arg_min(" + x(value.Long) + ", " + any() + ", " + any() + ")",
			"arg_max(" + x(value.Long) + ", " + any() + ")", "percentile(" + x(value.Real) + ", 95)", "percentiles(" + x(value.Long) + ", 5, 50, 99.9)",
			"percentiles_array(" + x(value.Long) + ", 5, 50)", "stdev(" + x(value.Long) + ")", "variance(" + x(value.Real) + ")", "dcountif(" + any() + ", " + g.expr(value.Bool, d) + ")",
			"sumif(" + x(value.Long) + ", " + g.expr(value.Bool, d) + ")", "any(" + any() + ")", "makeset(" + any() + ")", "hll(" + any() + ")", "tdigest(" + x(value.Long) + ")",
			"take_anyif(" + any() + ", true)", "make_list_with_nulls(" + any() + ")", "buildschema(" + x(value.Dynamic) + ")", "max(" + x(value.Long) + ") - min(" + x(value.Long) + ")",
			"round(avg(" + x(value.Real) + "), 2)", "tostring(make_set(" + any() + "))", "count() * 1.0 / 3", "strcat('n', count())", "array_length(make_list(" + any() + "))", "argmax(" + x(value.Long) + ", *)",
		}), value.Unknown
	}
	t := pick(g, allTypes)
	if all := g.calls.aggregate[t]; len(all) > 0 && g.chance(60) {
		return g.invoke(pick(g, all), t, d), t
	}
	return g.invoke(pick(g, g.calls.allAggregates), t, d), value.Unknown
}

func (g *Generator) summarize(s *scope) (string, []col) {
	var cols []col
	text := "summarize " + pick(g, []string{"", "", "", "", "", "hint.strategy=shuffle ", "hint.num_partitions=4 "})
	aggs := g.r.IntN(4)
	for i := range aggs {
		if i > 0 {
			text += ", "
		}
		if g.chance(4) {
			text += pick(g, []string{
				"(q1, q2) = percentiles(" + g.leaf(value.Real, s) + ", 5, 50)",
				"(w1, w2) = arg_max(" + g.leaf(value.Long, s) + ", " + g.leaf(value.String, s) + ")",
				"(v1) = arg_min(" + g.leaf(value.Long, s) + ", *)",
			})
			continue
		}
		a, t := g.aggregate(s)
		if g.chance(45) {
			name := g.name(cols)
			if t != value.Unknown {
				cols = with(cols, col{name, t})
			}
			text += name + " = "
		}
		text += a
	}
	if aggs == 0 || g.chance(75) {
		keys, by := g.keys(s)
		text += " by " + by
		for _, c := range keys {
			cols = with(cols, c)
		}
	}
	return text, cols
}

// keys are what rows are grouped by.
func (g *Generator) keys(s *scope) ([]col, string) {
	var cols []col
	text := g.list(3, func() string {
		t := pick(g, allTypes[:9])
		names := g.known(t, &scope{cols: s.cols})
		if len(names) > 0 && g.chance(60) {
			name := pick(g, names)
			cols = with(cols, col{name, t})
			return name
		}
		x := g.expr(t, &scope{cols: s.cols, depth: 2})
		switch g.r.IntN(4) {
		case 0:
			return x
		case 1:
			return "bin(" + g.leaf(value.Long, s) + ", 5)"
		case 2:
			return pick(g, []string{"bin(" + g.leaf(value.DateTime, s) + ", 1h)", "tostring(" + g.path(s) + ")", "tolower(" + g.leaf(value.String, s) + ")", "startofday(" + g.leaf(value.DateTime, s) + ")"})
		}
		name := g.fresh("k")
		if g.chance(60) {
			name = g.name(nil)
		}
		cols = with(cols, col{name, t})
		return name + " = " + x
	})
	return cols, text
}

func (g *Generator) distinct(s *scope) (string, []col) {
	if g.chance(20) {
		return "distinct *", s.cols
	}
	var cols []col
	return "distinct " + g.list(3, func() string {
		t := pick(g, allTypes[:9])
		x := g.leaf(t, s)
		if g.chance(30) {
			return g.expr(t, s)
		}
		if slices.ContainsFunc(s.cols, func(c col) bool { return c.name == x }) {
			cols = with(cols, col{x, t})
		}
		return x
	}), cols
}

func (g *Generator) join(cols []col) (string, []col) {
	right, rightCols := g.table()
	if g.chance(50) {
		var q string
		q, rightCols = g.pipeline(g.r.IntN(3))
		right = "(" + q + ")"
	}
	on := ""
	for _, l := range cols {
		for _, r := range rightCols {
			switch {
			case l.typ != r.typ || l.typ == value.Dynamic || on != "" && !g.chance(10):
			case l.name == r.name && g.chance(40):
				on = l.name
			case g.chance(12):
				on = pick(g, []string{fmt.Sprintf("$left.%s == $right.%s", l.name, r.name), fmt.Sprintf("($left.%s == $right.%s)", l.name, r.name)})
				if l.name == r.name && g.chance(20) {
					on = l.name + ", " + on
				}
			}
		}
	}
	if on == "" {
		return "where true", cols
	}
	if g.chance(25) {
		return "lookup " + pick(g, []string{"", "kind=leftouter ", "kind=inner "}) + right + " on " + on, cols
	}
	kind := g.word("- - innerunique inner leftouter rightouter fullouter leftanti anti leftantisemi rightanti rightantisemi leftsemi rightsemi")
	text := "join "
	if kind != "-" {
		text += "kind=" + kind + " "
	}
	text += pick(g, []string{"", "", "", "hint.strategy=broadcast ", "hint.remote=left "}) + right + " on " + on
	switch {
	case strings.Contains(kind, "right") && kind != "rightouter":
		return text, rightCols
	case strings.HasPrefix(kind, "left") && kind != "leftouter", kind == "anti":
		return text, cols
	}
	for _, c := range rightCols {
		if !slices.ContainsFunc(cols, func(o col) bool { return o.name == c.name }) {
			cols = append(slices.Clone(cols), c)
		}
	}
	return text, cols
}

// expand is the columns of mv-expand and mv-apply.
func (g *Generator) expand(s *scope, most int) (string, []col) {
	var cols []col
	text := g.list(most, func() string {
		x := g.path(s)
		if g.chance(25) {
			x = g.container("", s)
		}
		if g.chance(50) {
			name := g.name(s.cols)
			t := value.Dynamic
			to := ""
			if g.chance(40) {
				t = pick(g, allTypes)
				to = " to typeof(" + t.String() + ")"
			}
			cols = append(cols, col{name, t})
			return name + "=" + x + to
		}
		if g.chance(25) {
			return x + " to typeof(" + pick(g, allTypes).String() + ")"
		}
		return x
	})
	return text, cols
}

func (g *Generator) mvExpand(s *scope) (string, []col) {
	text, made := g.expand(s, 2)
	cols := slices.Clone(s.cols)
	for _, c := range made {
		cols = with(cols, c)
	}
	text = g.word("mv-expand mv-expand mvexpand") + " " + pick(g, []string{"", "", "", "kind=array ", "kind=bag ", "bagexpansion=array ", "with_itemindex=i "}) + text
	if g.chance(15) {
		text += " limit 10"
	}
	return text, cols
}

func (g *Generator) mvApply(s *scope) (string, []col) {
	text, made := g.expand(s, 2)
	cols := slices.Clone(s.cols)
	for _, c := range made {
		cols = with(cols, c)
	}
	sub, after := "", cols
	ordered := false
	for i := range 1 + g.r.IntN(2) {
		if i > 0 {
			sub += " | "
		}
		op, next := g.operator(after, &ordered)
		sub, after = sub+op, next
	}
	text = "mv-apply " + pick(g, []string{"", "", "", "with_itemindex=i "}) + text
	if g.chance(10) {
		text += " limit 5"
	}
	return text + " on (" + sub + ")", slices.Clone(s.cols)
}

func (g *Generator) parse(s *scope) (string, []col) {
	cols := slices.Clone(s.cols)
	text := g.word("parse parse parse-where") + " " + pick(g, []string{"", "", "kind=simple ", "kind=regex ", "kind=relaxed ", "kind=regex flags=Ui "}) + g.leaf(value.String, s) + " with "
	if g.chance(50) {
		text += "* "
	}
	for range 1 + g.r.IntN(3) {
		text += pick(g, []string{"'x='", `"a"`, "@'b '"}) + " "
		name := g.name(s.cols)
		t := value.String
		text += name
		if g.chance(50) {
			t = pick(g, allTypes[:9])
			text += pick(g, []string{":", ": "}) + pick(g, spellings(t))
		}
		cols = with(cols, col{name, t})
		text += " "
	}
	return text + pick(g, []string{"", "'y' *", ""}), cols
}

func (g *Generator) parseKV(s *scope) (string, []col) {
	cols := slices.Clone(s.cols)
	text := "parse-kv " + g.leaf(value.String, s) + " as (" + g.list(3, func() string {
		c := col{g.name(s.cols), pick(g, allTypes[:9])}
		cols = with(cols, c)
		return c.name + ":" + c.typ.String()
	}) + ")"
	return text + pick(g, []string{"", " with (pair_delimiter=',', kv_delimiter='=')", " with (quote='\"')", " with (greedy=true, pair_delimiter=' ', kv_delimiter=':')", ` with (regex=@'(\w+)=(\w+)')`}), cols
}

func (g *Generator) makeSeries(s *scope) (string, []col) {
	d := &scope{cols: s.cols, depth: 2}
	text := "make-series " + pick(g, []string{"", "", "kind=nonempty "}) + g.list(2, func() string {
		n, any := g.leaf(pick(g, numbers), d), g.leaf(pick(g, allTypes[:9]), d)
		x := pick(g, []string{
			"count()", "avg(" + n + ")", "avgif(" + n + ", " + g.expr(value.Bool, d) + ")", "countif(" + g.expr(value.Bool, d) + ")", "dcount(" + any + ")",
			"dcountif(" + any + ", true)", "max(" + n + ")", "maxif(" + n + ", true)", "min(" + n + ")", "minif(" + n + ", false)", "percentile(" + n + ", 95)",
			"take_any(" + any + ")", "stdev(" + n + ")", "sum(" + n + ")", "sumif(" + n + ", true)", "variance(" + n + ")",
		})
		if g.chance(50) {
			x = g.name(nil) + "=" + x
		}
		return x + pick(g, []string{"", " default=0", " default=real(null)"})
	})
	t := pick(g, []value.Type{value.DateTime, value.DateTime, value.Long})
	step := map[value.Type]string{value.DateTime: "1h", value.Long: "5"}[t]
	text += " on " + g.leaf(t, d)
	text += pick(g, []string{
		fmt.Sprintf(" from %s to %s step %s", g.literal(t), g.literal(t), step),
		" step " + step,
		fmt.Sprintf(" from %s step %s", g.literal(t), step),
		fmt.Sprintf(" in range(%s, %s, %s)", g.literal(t), g.literal(t), step),
	})
	if g.chance(60) {
		_, by := g.keys(d)
		text += " by " + by
	}
	return text, nil
}

// evaluate runs a plugin whose columns do not depend on rows.
func (g *Generator) evaluate(s *scope) (string, []col) {
	x := func(t value.Type) string { return g.leaf(t, s) }
	return "evaluate " + pick(g, []string{
		"bag_unpack(" + x(value.Dynamic) + ") : (*, q:string, r:long)",
		"bag_unpack(" + x(value.Dynamic) + ", 'p_') : (q:string)",
		"pivot(" + x(value.String) + ", count(), " + x(value.Long) + ") : (k:long, v:long)",
		"narrow()", "basket()", "autocluster(0.5)",
		"ipv4_lookup(U, " + x(value.String) + ", c)", "ipv4_lookup(U, " + x(value.String) + ", c, return_unmatched=true)",
		"rolling_percentile(" + x(value.Long) + ", 95, a, 1, 10)",
		"diffpatterns(" + x(value.String) + ", 'a', 'b')",
		"sequence_detect(" + x(value.DateTime) + ", 1h, 2h, x1=(" + g.expr(value.Bool, &scope{cols: s.cols, depth: 2}) + "), x2=true, " + x(value.String) + ")",
		"dcount_intersect(hll(a))", "funnel_sequence(" + x(value.String) + ", " + x(value.DateTime) + ", ago(1d), now(), 1d, 1h, " + x(value.String) + ", dynamic(['a']))",
		"active_users_count(" + x(value.String) + ", " + x(value.DateTime) + ", ago(7d), now(), 1d, 1d, 1, 1d)",
		"activity_counts_metrics(" + x(value.String) + ", " + x(value.DateTime) + ", ago(7d), now(), 1d)",
		"session_count(" + x(value.String) + ", " + x(value.Long) + ", 1, 100, 5, 10)",
		"sliding_window_counts(" + x(value.String) + ", " + x(value.DateTime) + ", ago(7d), now(), 1d, 1d)",
		"rows_near(" + g.expr(value.Bool, &scope{cols: s.cols, depth: 2}) + ", 2)",
		"schema_merge()", "preview(5)", "http_request('https://x')",
		"python(typeof(*, z:long), 'result = df')", "R(typeof(*), 'x')",
	}), nil
}

// rare is one of the operators that are seldom seen.
func (g *Generator) rare(s *scope) (string, []col) {
	x := func(t value.Type) string { return g.leaf(t, s) }
	key := func() string { return g.column(s, allTypes[:9]...) }
	if key() == "" {
		return "take 3", s.cols
	}
	sub := func() string {
		ordered := false
		op, _ := g.operator(s.cols, &ordered)
		return op
	}
	d := &scope{cols: s.cols, depth: 2}
	switch g.r.IntN(17) {
	case 0, 1, 2:
		level := func() string {
			return "top-nested " + pick(g, []string{"3 ", "2 ", ""}) + "of " + pick(g, []string{"", "", g.name(nil) + "="}) + key() + pick(g, []string{"", "", " with others='o'"}) + " by " + pick(g, []string{"", "", "q="}) + pick(g, []string{"count()", "max(" + x(value.Long) + ")", "sum(" + x(value.Real) + ")"}) + pick(g, []string{"", " asc"})
		}
		return strings.Join([]string{level(), level()}[:1+g.r.IntN(2)], ", "), nil
	case 3, 4:
		return "partition " + pick(g, []string{"", "hint.strategy=native ", "hint.strategy=legacy "}) + "by " + key() + " (" + sub() + ")", nil
	case 5, 6:
		step := func(name string) string {
			return "step " + name + pick(g, []string{"", "", " output=all", " output=last", " optional"}) + ": " + g.expr(value.Bool, d) + pick(g, []string{"", " => n7 = 1", " => n7 = s1.n7 + 1, m7 = 'x'", " => m7 = s1.m7"}) + "; "
		}
		return "scan " + pick(g, []string{"", "with_match_id=mid "}) + pick(g, []string{"", "order by " + g.orders(s) + " ", "partition by " + key() + " "}) + "declare (n7:long = 0, m7:string) with (" + step("s1") + pick(g, []string{"", step("s2")}) + ")", s.cols
	case 7:
		return "sample-distinct 5 of " + key(), nil
	case 8:
		return "top-hitters 5 of " + key() + pick(g, []string{"", " by " + x(value.Long)}), nil
	case 9:
		return "reduce " + pick(g, []string{"", "kind=source "}) + "by " + x(value.String) + pick(g, []string{"", " with threshold=0.2", " with threshold=0.1, characters='-'"}), nil
	case 10:
		return "fork (" + sub() + ") (" + sub() + ")", nil
	case 11:
		return "facet by " + key() + pick(g, []string{"", " with (" + sub() + ")"}), nil
	case 12:
		return "consume", s.cols
	case 13:
		if len(g.funcs) > 0 {
			return "invoke " + pick(g, g.funcs) + "()", nil
		}
		return "project-by-names 'a', 's'", nil
	case 14:
		return "search " + pick(g, []string{"'x'", "s:'x'", "kind=case_sensitive 'x'"}), s.cols
	}
	return "where " + g.expr(value.Bool, s), s.cols
}
