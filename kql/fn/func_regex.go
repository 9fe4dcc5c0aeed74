package fn

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

const regexCategory = "Regular expressions"

func regexFuncs() []Func {
	regex := param("regex", tText, "a regular expression")
	source := param("source", tText, "the text")
	return []Func{
		{
			Name: "extract", Category: regexCategory, ResultOf: extractType,
			Params: []Param{
				regex,
				param("captureGroup", tLong, "the group wanted; 0 for the whole match"),
				source,
				{Name: "typeLiteral", Types: tText, Optional: true, Const: true, Doc: "the type to convert to: typeof(long)"},
			},
			Doc:      "Gives what a group of a regular expression matched; the empty string when nothing matches.",
			Examples: []string{`extract("x=([0-9.]+)", 1, "hello x=45.6|wo") == "45.6"`, `extract(@"(\d+)", 1, "a 12", typeof(long)) == 12`},
			Prepare:  prepareExtract,
		},
		{
			Name: "extract_all", Aliases: []string{"extractall"}, Category: regexCategory, Result: value.Dynamic,
			Params: []Param{
				regex,
				param("captureGroups", nil, "an array of the groups wanted, by number or name; or left out"),
				optional("source", tText, "the text"),
			},
			Doc:      "Gives all matches as an array: of texts for one group, of arrays for several; null when nothing matches.",
			Examples: []string{`tostring(extract_all(@"(\d+)", "a 12 b 3")) == '["12","3"]'`, `tostring(extract_all(@"(\w)(\d)", dynamic([2]), "a1 b2")) == '["1","2"]'`},
			Prepare:  prepareExtractAll,
		},
		{
			Name: "replace_regex", Category: regexCategory, Result: value.String,
			Params: []Param{
				param("source", nil, "the text"), param("lookup_regex", tText, "a regular expression"),
				param("rewrite_pattern", tText, `what takes its place; \1 is the first group, \0 the whole match`),
			},
			Doc:      "Replaces every match of a regular expression.",
			Examples: []string{`replace_regex("Number is 1", @"is (\d+)", @"was: \1") == "Number was: 1"`},
			Prepare:  prepareReplace(0, 1, 2),
		},
		{
			Name: "replace", Category: regexCategory, Result: value.String,
			Params: []Param{
				regex,
				param("rewrite", tText, `what takes its place; \1 is the first group, \0 the whole match`), source,
			},
			Doc:      "The old form of replace_regex, with its arguments in another order.",
			Examples: []string{`replace(@"(\d)", @"<\1>", "a1") == "a<1>"`},
			Prepare:  prepareReplace(2, 0, 1),
		},
		{
			Name: "trim", Category: regexCategory, Result: value.String, Params: []Param{regex, source},
			Doc:      "Takes what matches off both ends of a text.",
			Examples: []string{`trim("--", "--x--") == "x"`, `trim(@"[^\w]+", " a b! ") == "a b"`, `trim(" ", "  a ") == "a"`},
			Prepare:  prepareTrim(true, true),
		},
		{
			Name: "trim_start", Category: regexCategory, Result: value.String, Params: []Param{regex, source},
			Doc:      "Takes what matches off the start of a text.",
			Examples: []string{`trim_start("--", "--x--") == "x--"`},
			Prepare:  prepareTrim(true, false),
		},
		{
			Name: "trim_end", Category: regexCategory, Result: value.String, Params: []Param{regex, source},
			Doc:      "Takes what matches off the end of a text.",
			Examples: []string{`trim_end("--", "--x--") == "--x"`},
			Prepare:  prepareTrim(false, true),
		},
		{
			Name: "indexof_regex", Category: regexCategory, Result: value.Long,
			Params: []Param{
				param("string", nil, "the text"), param("match", tWritten, "a regular expression"),
				optional("start", tLong, "where to start, from 0"),
				optional("length", tLong, "how many characters to look at; -1 for all"),
				optional("occurrence", tLong, "which match, from 1"),
			},
			Doc:      "Finds a regular expression in a text: the place of the match's first character, or -1. With a negative start it is null.",
			Examples: []string{`indexof_regex("abcabc", @"a.c") == 0`, `indexof_regex("abcabc", "c", 0, -1, 2) == 5`},
			Prepare:  prepareIndexRegex,
		},
		{
			Name: "regex_quote", Category: regexCategory, Result: value.String,
			Params:   []Param{param("string", nil, "the text")},
			Doc:      "Puts a backslash before every character that means something in a regular expression.",
			Examples: []string{`regex_quote("(so$me.Te^xt)") == @"\(so\$me\.Te\^xt\)"`},
			Eval:     eachText(value.String, func(s string) value.Value { return value.StringOf(regexp.QuoteMeta(s)) }),
		},
	}
}

// typeArg reads a type literal, which is given as a constant of its name.
func typeArg(args []Arg, i int) value.Type {
	if i < len(args) && args[i].Const != nil {
		if t, ok := value.TypeByName(args[i].Const.String()); ok {
			return t
		}
	}
	return value.String
}

func extractType(args []Arg) value.Type { return typeArg(args, 3) }

func prepareExtract(args []Arg) (Eval, error) {
	re, err := regexOf(args[0], 0)
	if err != nil {
		return nil, err
	}
	t := extractType(args)
	return func(_ *Context, a []value.Value) value.Value {
		r, s := re(a[0]), text(a[2])
		group := 2 * a[1].Int()
		if r == nil || a[1].IsNull() || group < 0 || group > int64(2*r.groups) {
			return value.NullOf(t)
		}
		m := r.findGroups(s)
		if m == nil || m[group] < 0 {
			return value.NullOf(t)
		}
		return value.StringOf(s[m[group]:m[group+1]]).To(t)
	}, nil
}

func prepareExtractAll(args []Arg) (Eval, error) {
	re, err := regexOf(args[0], 0)
	if err != nil {
		return nil, err
	}
	if args[0].Const != nil && re(value.Value{}).groups == 0 {
		return nil, &ArgError{0, "extract_all() wants a group ( ) in its regular expression"}
	}
	return func(_ *Context, a []value.Value) value.Value {
		r := re(a[0])
		if r == nil || r.groups == 0 {
			return value.NullOf(value.Dynamic)
		}
		groups := allGroups(r)
		if len(a) > 2 && !a[1].IsNull() {
			groups = chosenGroups(r, a[1])
		}
		return extractAll(r, groups, text(a[len(a)-1]))
	}, nil
}

func allGroups(r *regex) []int {
	groups := make([]int, r.groups)
	for i := range groups {
		groups[i] = i + 1
	}
	return groups
}

// chosenGroups reads an array of numbers and names.
func chosenGroups(r *regex, v value.Value) []int {
	var groups []int
	for _, e := range appendElements(nil, v) {
		i := -1
		if e.Kind() == value.KString {
			i = r.group(e.Str())
		} else if n := e.To(value.Long); !n.IsNull() && n.Int() >= 0 && n.Int() <= int64(r.groups) {
			i = int(n.Int())
		}
		if i >= 0 {
			groups = append(groups, i)
		}
	}
	return groups
}

func extractAll(r *regex, groups []int, s string) value.Value {
	if len(groups) == 1 && r.listed(s) && r.lits.nothing {
		return value.ArrayOf(slices.Repeat([]value.Value{value.StringOf("")}, len(s)+1))
	}
	matches := r.findAll(s, -1)
	if len(matches) == 0 || len(groups) == 0 {
		return value.NullOf(value.Dynamic)
	}
	group := func(m []int, g int) value.Value {
		if m[2*g] < 0 {
			return value.StringOf("")
		}
		return value.StringOf(s[m[2*g]:m[2*g+1]])
	}
	out := make([]value.Value, len(matches))
	for i, m := range matches {
		if len(groups) == 1 {
			out[i] = group(m, groups[0])
			continue
		}
		row := make([]value.Value, len(groups))
		for k, g := range groups {
			row[k] = group(m, g)
		}
		out[i] = value.ArrayOf(row)
	}
	return value.ArrayOf(out)
}

// prepareReplace takes the places of its arguments.
func prepareReplace(source, regex, rewrite int) func([]Arg) (Eval, error) {
	return func(args []Arg) (Eval, error) {
		re, err := regexOf(args[regex], regex)
		if err != nil {
			return nil, err
		}
		return func(ctx *Context, a []value.Value) value.Value {
			r := re(a[regex])
			if r == nil {
				return value.StringOf(text(a[source]))
			}
			return value.StringOf(replaceRegex(ctx, r, text(a[source]), text(a[rewrite])))
		}, nil
	}
}

func replaceRegex(ctx *Context, r *regex, s, rewrite string) string {
	var b strings.Builder
	last := 0
	for _, m := range r.findAll(s, -1) {
		b.WriteString(s[last:m[0]])
		appendRewrite(&b, s, rewrite, m)
		last = m[1]
		if b.Len() > littleRoom {
			ctx.Need(2 * b.Len())
		}
	}
	b.WriteString(s[last:])
	return b.String()
}

// appendRewrite writes a rewrite pattern with its groups filled in.
func appendRewrite(b *strings.Builder, s, rewrite string, m []int) {
	for i := 0; i < len(rewrite); i++ {
		if rewrite[i] != '\\' || i+1 == len(rewrite) {
			b.WriteByte(rewrite[i])
			continue
		}
		i++
		group, err := strconv.Atoi(rewrite[i : i+1])
		switch {
		case err != nil:
			b.WriteByte(rewrite[i])
		case 2*group < len(m) && m[2*group] >= 0:
			b.WriteString(s[m[2*group]:m[2*group+1]])
		}
	}
}

func prepareTrim(start, end bool) func([]Arg) (Eval, error) {
	repeat := ""
	if start && end { // trim takes every match off, the others one
		repeat = "+"
	}
	return func(args []Arg) (Eval, error) {
		first, last := args[0], args[0]
		if c := args[0].Const; c != nil {
			head, tail := value.StringOf(`\A(?:`+c.String()+`)`+repeat), value.StringOf(`(?:`+c.String()+`)`+repeat+`\z`)
			if _, err := CompileRegex(c.String()); err != nil {
				return nil, &ArgError{0, err.Error()}
			}
			first.Const, last.Const = &head, &tail
		}
		head, err := regexOf(first, 0)
		if err != nil {
			return nil, err
		}
		tail, err := regexOf(last, 0)
		if err != nil {
			return nil, err
		}
		return func(_ *Context, a []value.Value) value.Value {
			s := text(a[1])
			pattern := text(a[0])
			if start {
				s = s[matchEnd(head(value.StringOf(`\A(?:`+pattern+`)`+repeat)), s):]
			}
			if end {
				s = s[:len(s)-matchEnd(tail(value.StringOf(`(?:`+pattern+`)`+repeat+`\z`)), s)]
			}
			return value.StringOf(s)
		}, nil
	}
}

// matchEnd is the length of the match, which stands at an end of s.
func matchEnd(r *regex, s string) int {
	if r == nil {
		return 0
	}
	m := r.find(s)
	if m == nil {
		return 0
	}
	return m[1] - m[0]
}

func prepareIndexRegex(args []Arg) (Eval, error) {
	re, err := regexOf(args[1], 1)
	if err != nil {
		return nil, err
	}
	return func(_ *Context, a []value.Value) value.Value {
		r := re(a[1])
		w, ok := windowOf(text(a[0]), a)
		if start, _ := longArg(a, 2, 0); r == nil || !ok || start < 0 || a[0].IsNull() {
			return value.NullOf(value.Long)
		}
		s := w.part()
		matches := r.findAll(s, int(min(w.occurrence, int64(len(s)+1))))
		if int64(len(matches)) < w.occurrence {
			return value.LongOf(-1)
		}
		return value.LongOf(w.at + int64(utf8.RuneCountInString(s[:matches[w.occurrence-1][0]])))
	}, nil
}
