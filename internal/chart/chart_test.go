package chart

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch/internal/screen"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// Times of the tests: minutes after midnight.
func minute(n int64) value.Value {
	start, _ := value.ParseDateTime("2026-01-02T00:00:00Z")
	return value.DateTimeOf(start + n*value.Minute)
}

func str(s string) value.Value   { return value.StringOf(s) }
func long(n int64) value.Value   { return value.LongOf(n) }
func real(f float64) value.Value { return value.RealOf(f) }

// schema reads "Name:type ...".
func schema(text string) value.Schema {
	types := map[string]value.Type{"s": value.String, "t": value.DateTime, "l": value.Long, "r": value.Real, "d": value.Dynamic, "b": value.Bool}
	var out value.Schema
	for _, part := range strings.Fields(text) {
		name, typ, _ := strings.Cut(part, ":")
		out = append(out, value.Field{Name: name, Type: types[typ]})
	}
	return out
}

// drawing is a chart as text, 40 columns and 5 rows.
func drawing(t *testing.T, r Request, s string, rows [][]value.Value, ascii bool) string {
	t.Helper()
	c, err := New(r, schema(s), rows)
	if err != nil {
		return "error: " + err.Error()
	}
	var b bytes.Buffer
	if err := c.Terminal(&b, Terminal{Width: 40, Height: 5, ASCII: ascii}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTerminal(t *testing.T) {
	over := func(kind string, options map[string][]string) Request { return Request{kind, options} }
	series := [][]value.Value{
		{minute(0), str("a"), long(1)}, {minute(0), str("b"), long(4)},
		{minute(1), str("a"), long(3)}, {minute(1), str("b"), long(2)},
	}
	names := [][]value.Value{{str("get"), long(8)}, {str("日本"), long(3)}, {str(""), long(0)}}
	arrays := [][]value.Value{{
		value.ArrayOf([]value.Value{str("2026-01-02T00:00:00Z"), str("2026-01-02T00:01:00Z"), str("2026-01-02T00:02:00Z")}),
		value.ArrayOf([]value.Value{long(0), long(4), real(2)}),
	}}
	for _, c := range []struct {
		name   string
		r      Request
		schema string
		rows   [][]value.Value
		ascii  bool
		want   string
	}{
		{"lines", over("timechart", map[string][]string{"title": {"Two"}}), "T:t N:s n:l", series, true, `Two
* a  + b
4 |+++++++++
  |         ++++++++++++++++++**********
2 |         ******************++++++++++
  |*********
0 |
  ++-----------------+-----------------+
   00:00:00      00:00:30       00:01:00
   2026-01-02 00:00:00 to 2026-01-02 00:01:00 UTC
`},
		{"bars", over("barchart", nil), "N:s n:l", names, false, `get     █████████████████████████████ 8
日本    ██████████▉ 3
(empty)  0
`},
		{"stacked bars", over("barchart", map[string][]string{"kind": {"stacked"}}), "N:s a:l b:l",
			[][]value.Value{{str("x"), long(2), long(2)}, {str("y"), long(1), long(0)}}, true, `# a  = b
x ##################================= 4
y ######### 1
`},
		{"columns", over("columnchart", nil), "N:s n:l", names, true, `10 |
   |########
 5 |########
   |######## ########
 0 |######## ########
   +----+--------+--------+----
       get     日本    (empty)
`},
		{"bars to both sides", over("barchart", nil), "N:s n:l", [][]value.Value{{str("up"), long(5)}, {str("down"), long(-5)}}, false, `up                   ███████████████ 5
down ███████████████▌ -5
`},
		{"pie", over("piechart", nil), "N:s n:l", names, true, `get      72.7 %  ######## 8
日本     27.3 %  ### 3
(empty)   0.0 %   0
`},
		{"card", over("card", nil), "n:l", [][]value.Value{{long(42)}}, false, "n\n  42\n"},
		{"series in arrays", over("timechart", nil), "T:d n:d", arrays, true, `4 |                *******
  |            ****       *********
2 |       *****                    *****
  |   ****
0 |***
  ++-----------------+-----------------+
   00:00           00:01           00:02
   2026-01-02 00:00:00 to 2026-01-02 00:02:00 UTC
`},
		{"named columns", over("linechart", map[string][]string{"xcolumn": {"b"}, "ycolumns": {"a"}}), "a:l b:l c:l",
			[][]value.Value{{long(1), long(0), long(99)}, {long(2), long(10), long(99)}}, true, `  2 |                              *****
    |                      ********
1.5 |             *********
    |     ********
  1 |*****
    ++----------------+----------------+
     0                5               10
`},
		{"one point", over("timechart", nil), "T:t n:l", [][]value.Value{{minute(0), long(11030)}}, true, `20,000 |
       |
10,000 |                *
       |
     0 |
       ++------------------------------+
        01-01 23:59:59    01-02 00:00:01
        2026-01-01 23:59:59 to 2026-01-02 00:00:01 UTC
`},
		{"no rows", over("barchart", nil), "N:s n:l", nil, false, "error: render barchart has no rows to draw"},
		{"no times", over("timechart", nil), "N:s n:l", names, false, "error: render timechart needs a column of times"},
		{"no numbers", over("barchart", nil), "N:s", [][]value.Value{{str("a")}}, false, "error: render barchart needs a column of numbers beside N"},
		{"nothing but nulls", over("barchart", nil), "N:s n:l", [][]value.Value{{str("a"), value.NullOf(value.Long)}}, false, "error: render barchart: the rows have no numbers to draw"},
		{"wrong column", over("barchart", map[string][]string{"ycolumns": {"m"}}), "N:s n:l", names, false, `error: render barchart: there is no column "m" for ycolumns`},
		{"not drawn", over("treemap", nil), "N:s n:l", names, false, "error: render treemap is not drawn: the kinds are anomalychart, areachart, barchart, card, columnchart, linechart, piechart, scatterchart, stackedareachart, timechart"},
	} {
		got := drawing(t, c.r, c.schema, c.rows, c.ascii)
		if got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

func TestOptions(t *testing.T) {
	rows := [][]value.Value{{long(1), long(2), real(3)}, {long(2), long(6), real(1)}}
	points := func(options map[string][]string) [][]point {
		c, err := New(Request{"linechart", options}, schema("x:l a:l b:r"), rows)
		if err != nil {
			t.Fatal(err)
		}
		var out [][]point
		for _, s := range c.series {
			out = append(out, s.points)
		}
		return out
	}
	if got := points(map[string][]string{"accumulate": {"True"}}); got[0][1].y != 8 {
		t.Errorf("accumulate: %v", got)
	}
	if got := points(map[string][]string{"kind": {"stacked100"}}); got[0][0].y != 40 || got[1][0].y != 60 {
		t.Errorf("stacked100: %v", got)
	}
	if got := points(map[string][]string{"ycolumns": {"b"}}); len(got) != 1 || got[0][0].y != 3 {
		t.Errorf("ycolumns: %v", got)
	}
}

func TestGuess(t *testing.T) {
	for text, want := range map[string]string{"T:t n:l": "timechart", "N:s n:l": "barchart", "n:l": "", "T:t N:s": ""} {
		if got := Guess(schema(text)); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

const hostile = `</title><script>alert(1)</script>"'&` + "\x1b[2J\x00\u202e]]>"

// TestPicturesAreInert reads every picture as XML, and wants nothing in it but
// drawing.
func TestPicturesAreInert(t *testing.T) {
	rows := [][]value.Value{{str(hostile), minute(0), long(1)}, {str("b"), minute(1), real(2)}}
	for kind := range kinds {
		options := map[string][]string{"title": {hostile}, "xtitle": {hostile}, "ytitle": {hostile}}
		c, err := New(Request{kind, options}, value.Schema{{Name: "N" + hostile, Type: value.String}, {Name: "T", Type: value.DateTime}, {Name: "n", Type: value.Long}}, rows)
		if err != nil {
			t.Errorf("%s: %v", kind, err)
			continue
		}
		var svg, screen bytes.Buffer
		if err := errors.Join(c.SVG(&svg), c.Terminal(&screen, Terminal{Width: 60})); err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(screen.String(), "\x1b\x00\u202e") {
			t.Errorf("%s acts on the terminal: %q", kind, screen.String())
		}
		wellFormed(t, kind, svg.String())
	}
}

// harmless are the elements of a picture.
var harmless = map[string]bool{
	"svg": true, "title": true, "desc": true, "style": true, "rect": true, "text": true, "line": true, "path": true, "circle": true,
}

func wellFormed(t *testing.T, kind, svg string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("%s is no XML: %v\n%s", kind, err, svg)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if !harmless[start.Name.Local] {
			t.Errorf("%s has an element %s", kind, start.Name.Local)
		}
		for _, a := range start.Attr {
			if strings.HasPrefix(a.Name.Local, "on") || strings.Contains(a.Name.Local, "href") {
				t.Errorf("%s has an attribute %s", kind, a.Name.Local)
			}
		}
	}
}

func TestPicturesAreTold(t *testing.T) {
	c, err := New(Request{Kind: "timechart"}, schema("T:t n:l"), [][]value.Value{{minute(0), long(3)}, {minute(5), long(1234)}})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := c.SVG(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`role="img" aria-labelledby="chart-title chart-description"`, `<title id="chart-title">n by T</title>`,
		`2 values of n, from 3 to 1,234, between 2026-01-02 00:00:00 and 2026-01-02 00:05:00 UTC`, "prefers-color-scheme: dark",
		`<title>n: 1,234 at 2026-01-02 00:05:00</title>`,
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}

func TestNumbers(t *testing.T) {
	for f, want := range map[float64]string{0: "0", 1234567: "1,234,567", -1234: "-1,234", 0.25: "0.25", 1.5e15: "1.5e+15", 100: "100"} {
		if got := numberText(f); got != want {
			t.Errorf("%v is %q, want %q", f, got, want)
		}
	}
	s, ticks := nice(0, 97, 5)
	if s.low != 0 || s.high != 100 || len(ticks) != 6 {
		t.Errorf("%v %v", s, ticks)
	}
}

// FuzzChart draws whatever numbers there are, on terminals of any size.
func FuzzChart(f *testing.F) {
	f.Add("timechart", "title", "x", 0.0, 1.0, 2.0, int64(0), int64(600000000), 40, 10)
	f.Add("barchart", "kind", "stacked", -1.0, 1e300, -1e300, int64(-5), int64(1<<62), 1, 1)
	f.Add("columnchart", "yaxis", "log", 1e-300, 1.0, 5.0, int64(7), int64(7), 300, 3)
	f.Add("stackedareachart", "ymin", "5", 1.0, 1.0, 1.0, int64(1), int64(2), 60, 20)
	f.Fuzz(func(t *testing.T, kind, option, val string, a, b, c float64, from, to int64, width, height int) {
		if !Draws(kind) {
			kind = Kinds()[len(kind)%len(Kinds())]
		}
		rows := [][]value.Value{
			{value.DateTimeOf(from), str(val), real(a)}, {value.DateTimeOf(to), str(val), real(b)}, {value.DateTimeOf(to), str(option), real(c)},
		}
		ch, err := New(Request{kind, map[string][]string{option: {val}}}, schema("T:t N:s n:r"), rows)
		if err != nil {
			return
		}
		width, height = width%400, height%100
		var svg, text bytes.Buffer
		if err := errors.Join(ch.SVG(&svg), ch.Terminal(&text, Terminal{Width: width, Height: height})); err != nil {
			t.Fatal(err)
		}
		wellFormed(t, kind, svg.String())
		if strings.Contains(svg.String(), "NaN") || strings.Contains(svg.String(), "Inf") {
			t.Fatalf("a place that is none:\n%s", svg.String())
		}
		for _, line := range strings.Split(text.String(), "\n") {
			if screen.Width(line) > max(width, 60)+8 {
				t.Fatalf("%d cells on a terminal of %d:\n%s", screen.Width(line), width, text.String())
			}
		}
	})
}
