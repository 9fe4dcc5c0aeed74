package fn

import (
	"strings"
	"unicode/utf8"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

const textCategory = "Text"

// maxText bounds what a function may make out of little text (strrep).
const maxText = 4 << 20

func textFuncs() []Func {
	return []Func{
		{
			Name: "strlen", Category: textCategory, Result: value.Long,
			Params:   []Param{param("string", tText, "the text")},
			Doc:      "Counts the characters of a text.",
			Examples: []string{`strlen("hello") == 5`, `strlen("⒦⒰⒮⒯⒪") == 5`},
			Eval: eachText(value.Long, func(s string) value.Value {
				return value.LongOf(int64(utf8.RuneCountInString(s)))
			}),
		},
		{
			Name: "string_size", Category: textCategory, Result: value.Long,
			Params:   []Param{param("string", tText, "the text")},
			Doc:      "Counts the bytes of a text.",
			Examples: []string{`string_size("hello") == 5`, `string_size("⒦") == 3`},
			Eval:     eachText(value.Long, func(s string) value.Value { return value.LongOf(int64(len(s))) }),
		},
		{
			Name: "tolower", Category: textCategory, Result: value.String,
			Params:   []Param{param("value", nil, "the text")},
			Doc:      "Writes a text in lower case.",
			Examples: []string{`tolower("KUBE-System") == "kube-system"`},
			Eval:     eachText(value.String, func(s string) value.Value { return value.StringOf(strings.ToLower(s)) }),
		},
		{
			Name: "toupper", Category: textCategory, Result: value.String,
			Params:   []Param{param("value", nil, "the text")},
			Doc:      "Writes a text in upper case.",
			Examples: []string{`toupper("hello") == "HELLO"`},
			Eval:     eachText(value.String, func(s string) value.Value { return value.StringOf(strings.ToUpper(s)) }),
		},
		{
			Name: "strcat", Category: textCategory, Result: value.String,
			Params:   []Param{repeated("arg", nil, "what is put together")},
			Doc:      "Puts texts together; values of other types are turned into text.",
			Examples: []string{`strcat("hello", " ", "world") == "hello world"`, `strcat("a", 1) == "a1"`},
			Eval:     func(ctx *Context, a []value.Value) value.Value { return joinValues(ctx, "", a) },
		},
		{
			Name: "strcat_delim", Category: textCategory, Result: value.String,
			Params: []Param{
				param("delimiter", tWritten, "what stands between"),
				repeated("arg", nil, "what is put together"),
			},
			Doc:      "Puts texts together with a delimiter between them.",
			Examples: []string{`strcat_delim("-", 1, "2", "A", 1s) == "1-2-A-00:00:01"`},
			Eval:     func(ctx *Context, a []value.Value) value.Value { return joinValues(ctx, text(a[0]), a[1:]) },
		},
		{
			Name: "strcat_array", Aliases: []string{"array_strcat"}, Category: textCategory, Result: value.String,
			Params: []Param{
				param("array", tDynamic, "an array"),
				param("delimiter", tWritten, "what stands between"),
			},
			Doc:      "Puts the elements of an array together with a delimiter between them.",
			Examples: []string{`strcat_array(dynamic([1, 2, 3]), "->") == "1->2->3"`},
			Eval: func(ctx *Context, a []value.Value) value.Value {
				if !a[0].IsArray() {
					return value.StringOf(text(a[0]))
				}
				return joinValues(ctx, text(a[1]), a[0].Elems())
			},
		},
		{
			Name: "strrep", Category: textCategory, Result: value.String,
			Params: []Param{
				param("value", nil, "what is repeated"),
				param("multiplier", tLong, "how often, 1024 at most"),
				optional("delimiter", tWritten, "what stands between"),
			},
			Doc:      "Repeats a text.",
			Examples: []string{`strrep("ABC", 2) == "ABCABC"`, `strrep(123, 3, ".") == "123.123.123"`},
			Eval:     strrep,
		},
		{
			Name: "substring", Category: textCategory, Result: value.String,
			Params: []Param{
				param("string", tWritten, "the text"),
				param("start", tLong, "where to start, from 0; negative counts from the end"),
				optional("length", tLong, "how many characters; all when left out"),
			},
			Doc:      "Cuts a part out of a text, counted in characters.",
			Examples: []string{`substring("123456", 1) == "23456"`, `substring("123456", 2, 2) == "34"`, `substring("123456", -2, 2) == "56"`},
			Eval:     substring,
		},
		{
			Name: "reverse", Category: textCategory, Result: value.String,
			Params:   []Param{param("value", nil, "the text")},
			Doc:      "Writes the characters of a text in reverse order.",
			Examples: []string{`reverse("abc") == "cba"`},
			Eval:     eachText(value.String, func(s string) value.Value { return value.StringOf(reverse(s)) }),
		},
		{
			Name: "replace_string", Category: textCategory, Result: value.String,
			Params: []Param{
				param("text", tText, "the text"),
				param("lookup", tText, "what is replaced"),
				param("rewrite", tText, "what takes its place"),
			},
			Doc:      "Replaces every occurrence of a text in another.",
			Examples: []string{`replace_string("a cat and a cat", "cat", "dog") == "a dog and a dog"`},
			Eval: func(ctx *Context, a []value.Value) value.Value {
				return value.StringOf(replaceAll(ctx, text(a[0]), text(a[1]), text(a[2])))
			},
		},
		{
			Name: "replace_strings", Category: textCategory, Result: value.String,
			Params: []Param{
				param("text", tText, "the text"),
				param("lookups", tDynamic, "an array of what is replaced"),
				param("rewrites", tDynamic, "an array of what takes their places, or one text for all"),
			},
			Doc:      "Replaces texts by others in one pass: what was put in is not looked at again.",
			Examples: []string{`replace_strings("a cat and a dog", dynamic(["cat", "dog"]), dynamic(["fox", "hen"])) == "a fox and a hen"`},
			Eval:     replaceStrings,
		},
		{
			Name: "translate", Category: textCategory, Result: value.String,
			Params: []Param{
				param("searchList", tText, "the characters replaced"),
				param("replacementList", tText, "the characters that take their places; the last one serves the rest"),
				param("source", tText, "the text"),
			},
			Doc:      "Replaces characters by others.",
			Examples: []string{`translate("krasp", "otsku", "spark") == "kusto"`, `translate("abc", "", "abcd") == "d"`},
			Eval:     translate,
		},
		{
			Name: "split", Category: textCategory, Result: value.Dynamic,
			Params: []Param{
				param("source", tWritten, "the text"),
				param("delimiter", tText, "where it is parted"),
				optional("requestedIndex", tLong, "the only part wanted, from 0"),
			},
			Doc:      "Parts a text at a delimiter into an array.",
			Examples: []string{`tostring(split("a_b_c", "_")) == '["a","b","c"]'`, `tostring(split("a_b_c", "_", 1)) == '["b"]'`, `split("a/b", "/")[1] == "b"`},
			Eval:     split,
		},
		{
			Name: "strcmp", Category: textCategory, Result: value.Long,
			Params: []Param{
				param("string1", tWritten, "one text"),
				param("string2", tWritten, "the other"),
			},
			Doc:      "Compares two texts by their characters: -1, 0 or 1.",
			Examples: []string{`strcmp("abc", "ABC") == 1`, `strcmp("a", "a") == 0`},
			Eval: func(_ *Context, a []value.Value) value.Value {
				return value.LongOf(int64(strings.Compare(text(a[0]), text(a[1]))))
			},
		},
		{
			Name: "unicode_codepoints_from_string", Aliases: []string{"to_utf8"}, Category: textCategory, Result: value.Dynamic,
			Params:   []Param{param("value", nil, "the text")},
			Doc:      "Gives the code points of a text as an array of numbers.",
			Examples: []string{`tostring(unicode_codepoints_from_string("ab")) == "[97,98]"`},
			Eval:     eachText(value.Dynamic, codepoints),
		},
		{
			Name: "unicode_codepoints_to_string", Aliases: []string{"make_string"}, Category: textCategory, Result: value.String,
			Params:   []Param{repeated("value", nil, "code points, or arrays of them")},
			Doc:      "Makes a text of code points.",
			Examples: []string{`unicode_codepoints_to_string(75, 117, dynamic([115, 116])) == "Kust"`},
			Eval:     fromCodepoints,
		},
		{
			Name: "isascii", Category: textCategory, Result: value.Bool,
			Params:   []Param{param("value", nil, "the text")},
			Doc:      "Says whether a text is ASCII only.",
			Examples: []string{`isascii("abc")`, `not(isascii("ä"))`},
			Eval: eachText(value.Bool, func(s string) value.Value {
				return value.BoolOf(strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0)
			}),
		},
		{
			Name: "isutf8", Category: textCategory, Result: value.Bool,
			Params:   []Param{param("value", nil, "the text")},
			Doc:      "Says whether a text is valid UTF-8.",
			Examples: []string{`isutf8("ä")`},
			Eval:     eachText(value.Bool, func(s string) value.Value { return value.BoolOf(utf8.ValidString(s)) }),
		},
	}
}

func joinValues(ctx *Context, delimiter string, parts []value.Value) value.Value {
	if len(parts) == 1 {
		return value.StringOf(text(parts[0]))
	}
	ctx.Need(len(parts) * len(delimiter))
	var b strings.Builder
	for i, p := range parts {
		if i > 0 {
			b.WriteString(delimiter)
		}
		b.WriteString(text(p))
	}
	return value.StringOf(b.String())
}

func strrep(ctx *Context, a []value.Value) value.Value {
	s, n, delimiter := text(a[0]), min(a[1].Int(), 1024), textArg(a, 2, "")
	if n <= 0 {
		return value.StringOf("")
	}
	ctx.Need(int(n) * (len(s) + len(delimiter)))
	return value.StringOf(strings.Repeat(s+delimiter, int(n-1)) + s)
}

func substring(_ *Context, a []value.Value) value.Value {
	s := text(a[0])
	start, ok1 := longArg(a, 1, 0)
	length, ok2 := longArg(a, 2, int64(len(s)))
	if !ok1 || !ok2 {
		return value.StringOf("")
	}
	if start < 0 {
		start = max(start+int64(utf8.RuneCountInString(s)), 0)
	}
	if length < 0 {
		length = int64(len(s))
	}
	from := runeOffset(s, start)
	return value.StringOf(s[from : from+runeOffset(s[from:], length)])
}

// runeOffset is the byte offset of character n, at most the length.
func runeOffset(s string, n int64) int {
	if n >= int64(len(s)) {
		return len(s)
	}
	at := 0
	for ; n > 0 && at < len(s); n-- {
		if s[at] < utf8.RuneSelf {
			at++
			continue
		}
		_, size := utf8.DecodeRuneInString(s[at:])
		at += size
	}
	return at
}

func reverse(s string) string {
	b := make([]byte, 0, len(s))
	for len(s) > 0 {
		_, size := utf8.DecodeLastRuneInString(s)
		b = append(b, s[len(s)-size:]...)
		s = s[:len(s)-size]
	}
	return string(b)
}

func replaceAll(ctx *Context, s, from, to string) string {
	if from == "" {
		return s
	}
	if grow := len(to) - len(from); grow > 0 && grow*len(s) > littleRoom {
		ctx.Need(strings.Count(s, from) * grow)
	}
	return strings.ReplaceAll(s, from, to)
}

func replaceStrings(ctx *Context, a []value.Value) value.Value {
	s := text(a[0])
	var pairs []string
	grow := 0 // of all replacements at most: no two are of the same place
	for i, from := range a[1].Elems() {
		to := a[2]
		if to.IsArray() {
			to = to.At(i)
		}
		if text(from) != "" {
			pairs = append(pairs, text(from), text(to))
			if more := len(text(to)) - len(text(from)); more > 0 && more*len(s) > littleRoom {
				grow += more * strings.Count(s, text(from))
			}
		}
	}
	if len(pairs) == 0 {
		return value.StringOf(s)
	}
	ctx.Need(grow)
	return value.StringOf(strings.NewReplacer(pairs...).Replace(s))
}

func translate(_ *Context, a []value.Value) value.Value {
	from, to := []rune(text(a[0])), []rune(text(a[1]))
	table := make(map[rune]rune, len(from))
	for i, r := range from {
		if _, done := table[r]; done {
			continue
		}
		switch {
		case len(to) == 0:
			table[r] = -1
		default:
			table[r] = to[min(i, len(to)-1)]
		}
	}
	return value.StringOf(strings.Map(func(r rune) rune {
		if t, ok := table[r]; ok {
			return t
		}
		return r
	}, text(a[2])))
}

func split(_ *Context, a []value.Value) value.Value {
	s, delimiter := text(a[0]), text(a[1])
	parts := []string{s}
	if delimiter != "" {
		parts = strings.Split(s, delimiter)
	}
	if len(a) > 2 && !a[2].IsNull() {
		i := a[2].Int()
		if i < 0 {
			i += int64(len(parts))
		}
		if i < 0 || i >= int64(len(parts)) {
			return value.ArrayOf([]value.Value{})
		}
		parts = parts[i : i+1]
	}
	return textArray(parts)
}

func textArray(parts []string) value.Value {
	elems := make([]value.Value, len(parts))
	for i, p := range parts {
		elems[i] = value.StringOf(p)
	}
	return value.ArrayOf(elems)
}

func codepoints(s string) value.Value {
	elems := make([]value.Value, 0, len(s))
	for _, r := range s {
		elems = append(elems, value.LongOf(int64(r)))
	}
	return value.ArrayOf(elems)
}

func fromCodepoints(_ *Context, a []value.Value) value.Value {
	var b strings.Builder
	for _, v := range a {
		for _, e := range appendElements(nil, v) {
			if n := e.To(value.Long); !n.IsNull() && n.Int() >= 0 && n.Int() <= utf8.MaxRune {
				b.WriteRune(rune(n.Int()))
			}
		}
	}
	return value.StringOf(b.String())
}
