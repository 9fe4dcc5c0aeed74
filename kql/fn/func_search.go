package fn

import (
	"strings"
	"unicode/utf8"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

func searchFuncs() []Func {
	return []Func{
		{
			Name: "indexof", Category: textCategory, Result: value.Long,
			Params: []Param{
				param("string", nil, "the text"),
				param("match", nil, "what is looked for"),
				optional("start", tLong, "where to start, from 0; negative counts from the end"),
				optional("length", tLong, "how many characters to look at; -1 for all"),
				optional("occurrence", tLong, "which occurrence, from 1"),
			},
			Doc:      "Finds a text in another: the place of its first character, or -1.",
			Examples: []string{`indexof("abcdefg", "cde") == 2`, `indexof("abcabc", "abc", 1) == 3`, `indexof("abc", "x") == -1`, `indexof("abcabc", "b", 0, -1, 2) == 4`, `indexof("abcdefgabcdefg", "cde", 1, 10, 2) == 9`},
			Eval:     indexof,
		},
		{
			Name: "has_any_index", Category: textCategory, Result: value.Long,
			Params: []Param{
				param("source", tText, "the text"),
				param("values", tDynamic, "an array of terms"),
			},
			Doc:      "Finds the first of several terms that a text has: its place in the array, or -1.",
			Examples: []string{`has_any_index("this is an example", dynamic(["no", "example"])) == 1`},
			Prepare:  prepareHasAnyIndex,
		},
		{
			Name: "countof", Category: textCategory, Result: value.Long,
			Params: []Param{
				param("source", tText, "the text"),
				param("search", tText, "what is counted"),
				optional("kind", tText, `"normal" (occurrences may overlap) or "regex" (they do not)`),
			},
			Doc:      "Counts the occurrences of a text or a regular expression.",
			Examples: []string{`countof("aaaa", "aa") == 3`, `countof("ababa", "aba", "regex") == 1`},
			Prepare:  prepareCountof,
		},
	}
}

// A window is a part of a text that is searched: the characters from at on, and
// how many of them; -1 for all.
type window struct {
	text       string
	at, length int64
	occurrence int64 // which one is meant, from 1
}

// windowOf reads start, length and occurrence from the third argument on. It is
// not ok when the numbers make no window.
func windowOf(s string, a []value.Value) (w window, ok bool) {
	start, ok1 := longArg(a, 2, 0)
	length, ok2 := longArg(a, 3, -1)
	occurrence, ok3 := longArg(a, 4, 1)
	if !ok1 || !ok2 || !ok3 || length < -1 || occurrence < 1 {
		return window{}, false
	}
	if start < 0 {
		start = max(start+int64(utf8.RuneCountInString(s)), 0)
	}
	return window{s[runeOffset(s, start):], start, length, occurrence}, true
}

// part is the text as far as it is searched.
func (w window) part() string {
	if w.length < 0 {
		return w.text
	}
	return w.text[:runeOffset(w.text, w.length)]
}

func indexof(_ *Context, a []value.Value) value.Value {
	if a[0].IsNull() || a[1].IsNull() {
		return value.NullOf(value.Long)
	}
	w, ok := windowOf(text(a[0]), a)
	if !ok {
		return value.NullOf(value.Long)
	}
	match := text(a[1])
	for {
		i := strings.Index(w.part(), match)
		if i < 0 {
			return value.LongOf(-1)
		}
		w.at += int64(utf8.RuneCountInString(w.text[:i]))
		if w.occurrence--; w.occurrence == 0 {
			return value.LongOf(w.at)
		}
		// The search goes on behind the match, as far as it went before.
		behind := i + len(match)
		if match == "" {
			behind = i + runeOffset(w.text[i:], 1)
		}
		if behind == i {
			return value.LongOf(-1)
		}
		w.at += int64(utf8.RuneCountInString(w.text[i:behind]))
		w.text = w.text[behind:]
	}
}

func prepareHasAnyIndex(args []Arg) (Eval, error) {
	find := func(needles []*value.Needle, s string) value.Value {
		for i, n := range needles {
			if n.Has(s) {
				return value.LongOf(int64(i))
			}
		}
		return value.LongOf(-1)
	}
	prepare := func(v value.Value) []*value.Needle {
		var out []*value.Needle
		for _, e := range v.Elems() {
			out = append(out, value.NewNeedle(e.String(), true))
		}
		return out
	}
	if c := args[1].Const; c != nil {
		needles := prepare(*c)
		return func(_ *Context, a []value.Value) value.Value { return find(needles, text(a[0])) }, nil
	}
	return func(_ *Context, a []value.Value) value.Value { return find(prepare(a[1]), text(a[0])) }, nil
}

func prepareCountof(args []Arg) (Eval, error) {
	if len(args) > 2 && args[2].Const != nil && args[2].Const.String() == "regex" {
		re, err := regexOf(args[1], 1)
		if err != nil {
			return nil, err
		}
		return func(_ *Context, a []value.Value) value.Value {
			r := re(a[1])
			if r == nil {
				return value.NullOf(value.Long)
			}
			return value.LongOf(int64(len(r.findAll(text(a[0]), -1))))
		}, nil
	}
	return func(_ *Context, a []value.Value) value.Value {
		return value.LongOf(countOverlapping(text(a[0]), text(a[1])))
	}, nil
}

// countOverlapping is Knuth, Morris and Pratt's search: linear, whatever the texts.
func countOverlapping(s, word string) int64 {
	if word == "" {
		return 0
	}
	back := make([]int, len(word))
	for i, k := 1, 0; i < len(word); i++ {
		for k > 0 && word[i] != word[k] {
			k = back[k-1]
		}
		if word[i] == word[k] {
			k++
		}
		back[i] = k
	}
	count, k := int64(0), 0
	for i := range len(s) {
		for k == len(word) || k > 0 && s[i] != word[k] {
			k = back[k-1]
		}
		if s[i] == word[k] {
			k++
		}
		if k == len(word) {
			count++
		}
	}
	return count
}
