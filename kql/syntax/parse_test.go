package syntax

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// checkTree checks that spans lie within the text.
func checkTree(t *testing.T, q *Query, text string) {
	t.Helper()
	Walk(q, func(n Node) bool {
		at := n.Span()
		if at.Start < 0 || at.End < at.Start || at.End > len(text) {
			t.Errorf("%T has the span %v in a text of %d bytes", n, at, len(text))
		}
		return true
	})
}

// checkSpans checks, for a tree without mistakes, that the parts of a node lie
// within it and that what a name or a literal spans reads as it alone.
func checkSpans(t *testing.T, q *Query, text string) {
	t.Helper()
	Walk(q, func(n Node) bool {
		at := n.Span()
		Walk(n, func(part Node) bool {
			in := part.Span()
			if in.Start < at.Start || in.End > at.End {
				t.Errorf("%T %v has a part %T %v", n, at, part, in)
			}
			return part == n
		})
		if id, ok := n.(*Ident); ok && !id.Name.Quoted && text[at.Start:at.End] != id.Name.Text {
			t.Errorf("%q spans %q", id.Name.Text, text[at.Start:at.End])
		}
		return true
	})
}

// checkRoundTrip checks that the printed text reads back as the same tree.
func checkRoundTrip(t *testing.T, q *Query) {
	t.Helper()
	printed := Format(q)
	again, errs := Parse(diag.NewFile("printed", printed))
	if errs.Err() != nil {
		t.Errorf("printed text has mistakes:\n%s\n%s", errs.Error(), printed)
		return
	}
	if !Equal(q, again) {
		t.Errorf("printed text is another tree:\n%s\nprinted again:\n%s", printed, Format(again))
	}
}

func parse(t *testing.T, text string) *Query {
	t.Helper()
	q, errs := Parse(diag.NewFile("q", text))
	if errs.Err() != nil {
		t.Fatalf("%s", errs.Error())
	}
	return q
}

// TestSpans checks the places that messages are shown at.
func TestSpans(t *testing.T) {
	text := "let a = 1d;\nT | where  x.y[0] has 'z' and b in (1, 2) | summarize n = count() by bin(t, 1h)"
	q := parse(t, text)
	want := map[string]string{
		"*syntax.Let": "let a = 1d", "*syntax.Where": "where  x.y[0] has 'z' and b in (1, 2)",
		"*syntax.Summarize": "summarize n = count() by bin(t, 1h)", "*syntax.Index": "x.y[0]",
		"*syntax.Path": "x.y", "*syntax.In": "b in (1, 2)", "*syntax.Named": "n = count()",
		"*syntax.Pipeline": text[12:],
	}
	Walk(q, func(n Node) bool {
		name := fmt.Sprintf("%T", n)
		if w, ok := want[name]; ok {
			if got := text[n.Span().Start:n.Span().End]; got != w {
				t.Errorf("%s spans %q, want %q", name, got, w)
			}
			delete(want, name)
		}
		if b, ok := n.(*Binary); ok && text[b.OpPos.Start:b.OpPos.End] != b.Op {
			t.Errorf("%s is at %q", b.Op, text[b.OpPos.Start:b.OpPos.End])
		}
		return true
	})
	if len(want) > 0 {
		t.Errorf("not in the tree: %v", want)
	}
}

// TestLiterals checks what constants mean.
func TestLiterals(t *testing.T) {
	for text, want := range map[string]value.Value{
		"5": value.LongOf(5), "0x1F": value.LongOf(31), "long(-5)": value.LongOf(-5), "int(7)": value.IntOf(7),
		"-9223372036854775808": value.LongOf(math.MinInt64), "long(null)": value.NullOf(value.Long),
		"1.5": value.RealOf(1.5), "1e3": value.RealOf(1000), "1.": value.RealOf(1), "real(-inf)": value.RealOf(math.Inf(-1)),
		"real(5)": value.RealOf(5), "double(null)": value.NullOf(value.Real), "true": value.BoolOf(true), "bool(False)": value.BoolOf(false),
		"1d": value.TimeSpanOf(864_000_000_000), "2.5h": value.TimeSpanOf(90_000_000_000), "1tick": value.TimeSpanOf(1),
		"100ms": value.TimeSpanOf(1_000_000), "time(1.02:03:04)": value.TimeSpanOf(937_840_000_000),
		"time(-1d)": value.TimeSpanOf(-864_000_000_000), "timespan(null)": value.NullOf(value.TimeSpan),
		"datetime(0001-01-02)": value.DateTimeOf(864_000_000_000), "datetime(null)": value.NullOf(value.DateTime),
		"datetime('0001-01-02')":                     value.DateTimeOf(864_000_000_000),
		"guid(74BE27DE-1e4e-49d9-b579-fe0b331d3642)": value.GUIDOf("74be27de-1e4e-49d9-b579-fe0b331d3642"),
		`"a\tb"`: value.StringOf("a\tb"), `'it\'s'`: value.StringOf("it's"), `@"a\b""c"`: value.StringOf(`a\b"c`),
		`h"x"`: value.StringOf("x"), `H@'y'`: value.StringOf("y"), "```a\n\"b```": value.StringOf("a\n\"b"),
		`"a" 'b' @"c"`: value.StringOf("abc"), `"\u00e9\x41\101\U0001F600\ud83d\ude00"`: value.StringOf("éAA😀😀"),
		"dynamic(null)": value.NullOf(value.Dynamic), "dynamic(5)": value.DynamicOf(value.LongOf(5)),
	} {
		s := parse(t, "print "+text).Statements[0].(*ExprStatement).X.(*Pipeline).Ops[0].(*Print)
		got, ok := s.Cols[0].(*Literal)
		if !ok || got.Value.Type() != want.Type() || !reflect.DeepEqual(got.Value, want) {
			t.Errorf("%s is %#v, want %#v", text, got, want)
		}
	}
}

func TestDynamicLiteral(t *testing.T) {
	q := parse(t, `print dynamic({"a": [1, -2.5, null, 'x'], "t": datetime(0001-01-02), "s": 1h, "a": [true]})`)
	v := q.Statements[0].(*ExprStatement).X.(*Pipeline).Ops[0].(*Print).Cols[0].(*Literal).Value
	if a := v.Get("a"); a.Len() != 1 || !a.At(0).Bool() {
		t.Errorf("a is %v: the last of two members counts", a)
	}
	if v.Get("t").Kind() != value.KDateTime || v.Get("s").Kind() != value.KTimeSpan {
		t.Errorf("kinds of %v and %v", v.Get("t"), v.Get("s"))
	}
}

// TestLiteralText checks that values of every kind are written so that they
// read back.
func TestLiteralText(t *testing.T) {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	values := []value.Value{
		value.LongOf(0), value.LongOf(-1), value.LongOf(math.MaxInt64), value.LongOf(math.MinInt64), value.IntOf(-5),
		value.RealOf(0), value.RealOf(math.Copysign(0, -1)), value.RealOf(1e300), value.RealOf(-1.5e-300), value.RealOf(3),
		value.RealOf(math.Inf(1)), value.RealOf(math.Inf(-1)), value.RealOf(math.MaxFloat64), value.RealOf(1e21),
		value.TimeSpanOf(0), value.TimeSpanOf(1), value.TimeSpanOf(-1), value.TimeSpanOf(math.MaxInt64),
		value.TimeSpanOf(123_456_789_012_345), value.TimeSpanOf(math.MinInt64), value.DateTimeOf(0),
		value.DateTimeOf(638_000_000_000_000_001), value.BoolOf(false), value.StringOf(""), value.StringOf(string(all)),
		value.StringOf("日本 \u2028 😀"), value.NullOf(value.Dynamic), value.NullOf(value.GUID), value.NullOf(value.Decimal),
		value.DecimalOf("1.5"), value.DecimalOf("-1"),
		value.ArrayOf([]value.Value{value.LongOf(-1), value.RealOf(-1), value.StringOf("\x00"), value.TimeSpanOf(-5), value.BoolOf(true)}),
		value.BagOf([]string{"", "a b"}, []value.Value{value.ArrayOf([]value.Value{}), value.BagOf(nil, nil)}),
	}
	for _, v := range values {
		for _, text := range []string{literalText(v), bareText(v)} {
			lit := parse(t, "datatable(x: string) ["+text+"]").Statements[0].(*ExprStatement).X.(*Datatable).Values[0].(*Literal)
			if !Equal(&Literal{Value: v}, lit) {
				t.Errorf("%s reads as %#v, want %#v", text, lit.Value, v)
			}
		}
	}
}

// TestFormatMade checks trees that no text made: parentheses and brackets
// appear where they are needed.
func TestFormatMade(t *testing.T) {
	id := func(s string) Expr { return &Ident{Name: Name{Text: s}} }
	bin := func(x Expr, op string, y Expr) Expr { return &Binary{Op: op, X: x, Y: y} }
	for want, x := range map[string]Expr{
		"(a or b) and c":          bin(bin(id("a"), "or", id("b")), "and", id("c")),
		"a or b and c":            bin(id("a"), "or", bin(id("b"), "and", id("c"))),
		"(a + b) * c":             bin(bin(id("a"), "+", id("b")), "*", id("c")),
		"a - (b - c)":             bin(id("a"), "-", bin(id("b"), "-", id("c"))),
		"(a == b) == c":           bin(bin(id("a"), "==", id("b")), "==", id("c")),
		"(a has b) has c":         bin(bin(id("a"), "has", id("b")), "has", id("c")),
		"a has (b + c)":           bin(id("a"), "has", bin(id("b"), "+", id("c"))),
		"-(a + b)":                &Unary{Op: "-", X: bin(id("a"), "+", id("b"))},
		"(a + b).c":               &Path{X: bin(id("a"), "+", id("b")), Name: Name{Text: "c"}},
		`a.["b.c"]`:               &Path{X: id("a"), Name: Name{Text: "b.c"}},
		`["a b"] == ["time"]`:     bin(id("a b"), "==", id("time")),
		`["5d"] > _5d`:            bin(id("5d"), ">", id("_5d")),
		`["true"]`:                id("true"),
		"(a == b) in (c, d or e)": &In{Op: "in", X: bin(id("a"), "==", id("b")), List: []Expr{id("c"), bin(id("d"), "or", id("e"))}},
	} {
		if got := Format(x); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		parse(t, "print "+want)
	}
}

func TestEqual(t *testing.T) {
	a := parse(t, "T|where a==1|take 5")
	if !Equal(a, parse(t, "T\n| where a == 1 // why\n| take 5")) {
		t.Error("places make a difference")
	}
	for _, other := range []string{"T | where a == 2 | take 5", "T | where a == 1", "T | where b == 1 | take 5", "T | where a != 1 | take 5"} {
		if Equal(a, parse(t, other)) {
			t.Errorf("equal to %s", other)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	text := readCases(b, "testdata/sentinel.txt")[0]
	text, _, _ = strings.Cut(text, divider)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, errs := Parse(diag.NewFile("q", text)); errs.Err() != nil {
			b.Fatal(errs)
		}
	}
}
