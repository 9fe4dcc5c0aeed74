package kql

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// asked is a table of requests with their times.
type asked struct {
	sieved
	rows [][]value.Value
}

var askedSchema = append(slices.Clone(sievedSchema), value.Field{Name: "At", Type: value.DateTime})

func (asked) Table(name string) (value.Schema, bool) { return askedSchema, name == "T" }

func (a asked) Scan(_ context.Context, _ string, _ []int, emit func(*value.Batch) error) error {
	return emitRows(a.rows, emit)
}

func emitRows(rows [][]value.Value, emit func(*value.Batch) error) error {
	for len(rows) > 0 {
		n := min(len(rows), 7)
		cols := make([]value.Column, len(askedSchema))
		for c := range cols {
			vals := make([]value.Value, n)
			for i := range vals {
				vals[i] = rows[i][c]
			}
			cols[c] = value.ColumnOf(vals)
		}
		if err := emit(value.NewBatch(n, cols)); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// strict gives no row but those that meet the conditions, and of those that are
// ordered only what can still count.
type strict struct {
	asked
	left *int // rows that were left out
}

func (s strict) Select(_ context.Context, ask Ask, emit func(*value.Batch) error) error {
	rows := slices.Clone(s.rows)
	if b := ask.Best; b != nil {
		slices.SortStableFunc(rows, func(x, y []value.Value) int {
			c := cmp.Compare(x[b.Column].Int(), y[b.Column].Int())
			if b.Newest {
				return -c
			}
			return c
		})
	}
	for _, row := range rows {
		useless := false
		if b := ask.Best; b != nil && b.Bound() != 0 && !row[b.Column].IsNull() {
			at := row[b.Column].Int()
			useless = b.Newest && at < b.Bound() || !b.Newest && at > b.Bound()
		}
		if useless || slices.ContainsFunc(ask.Conditions, func(c Condition) bool { return !meets(c, row) }) {
			*s.left++
			continue
		}
		if err := emitRows([][]value.Value{row}, emit); err != nil {
			return err
		}
	}
	return nil
}

// meets says whether a row meets a condition.
func meets(c Condition, row []value.Value) bool {
	switch c.Kind {
	case All:
		return !slices.ContainsFunc(c.Of, func(d Condition) bool { return !meets(d, row) })
	case Any:
		return slices.ContainsFunc(c.Of, func(d Condition) bool { return meets(d, row) })
	}
	found := valuesAt(row[c.Column], c.Path)
	return slices.ContainsFunc(found, func(v value.Value) bool {
		same := func(w value.Value) bool {
			return v.String() == w.String() || c.Fold && value.EqualFold(v.String(), w.String())
		}
		switch c.Kind {
		case Is:
			return slices.ContainsFunc(c.Values, same)
		case IsNot:
			return !slices.ContainsFunc(c.Values, same)
		case AtLeast:
			return !v.IsNull() && value.Compare(v, c.Values[0]) >= 0
		case AtMost:
			return !v.IsNull() && value.Compare(v, c.Values[0]) <= 0
		}
		n := value.NewNeedle(c.Text, true)
		switch {
		case c.Left && c.Right:
			return n.Has(v.String())
		case c.Left:
			return n.HasPrefix(v.String())
		case c.Right:
			return n.HasSuffix(v.String())
		}
		return n.Contains(v.String())
	})
}

// valuesAt are a value's members by a path, the elements of arrays passed over.
func valuesAt(v value.Value, path []string) []value.Value {
	if v.Type() == value.String && len(path) > 0 {
		v, _ = value.LazyJSON(v.Str())
	}
	if v.IsArray() {
		out := []value.Value{}
		if len(path) == 0 {
			out = append(out, v)
		}
		for _, e := range v.Elems() {
			out = append(out, valuesAt(e, path)...)
		}
		return out
	}
	if len(path) == 0 {
		return []value.Value{v.Inner()}
	}
	return valuesAt(v.Get(path[0]), path[1:])
}

var askedQueries = append(slices.Clone(sievedQueries),
	`T | where At > ago(10m) | count`,
	`T | where At between (ago(30m) .. 10m) and Verb =~ "GET"`,
	`T | where At !between (ago(30m) .. ago(5m))`,
	`T | where ago(20m) <= At and now() > At | summarize count() by Verb, bin(At, 5m)`,
	`T | where Code >= 400 or Code < 201 | project Code, X = toupper(Verb) | where X == "GET" or X in ("UPDATE")`,
	`T | where Code !in (403, 404) and Code != 200`,
	`T | where Log has "create" or Log contains "DEL"`,
	`T | where tolower(Log) has "create" and Name startswith "a"`,
	`T | where Log has_any ("delete", "none") and Log has_all ("user", "a")`,
	`T | where IPs has "10.0.0.1" | where IPs[0] == "10.0.0.1" or IPs[1] == "10.0.0.1"`,
	`T | mv-expand IP = IPs | where IP == "10.0.0.1" | summarize count() by User`,
	`T | extend e = parse_json(Log) | where e.user.name == "a" or e["verb"] == "delete"`,
	`T | where parse_json(tostring(parse_json(Log).user)).name == "a"`,
	`T | where Verb == "get" | top 3 by At desc | project At`,
	`T | project W = At, V = Verb | where V != "get" | top 5 by W asc`,
	`T | top 4 by At asc nulls first | project At`,
	`T | order by At desc | take 3 | project At`,
	`let A = T | top 3 by At; A | union (T | summarize At = min(At)) | project At`,
	`T | where Verb == "create" | join kind=leftouter (T | where Code == 403 | project User, C = Code) on User | where C == 403 | count`,
	`T | where isempty(Name) or Name == ""`,
	`T | where Name == "" | count`,
	`T | where not(Verb == "get") and not(Log has "create")`,
	`T | parse Name with "a" Rest | extend Both = Verb == "create" and isnotempty(Rest) | where not(Both)`,
	`T | where iff(IsSystem, Verb, Resource) == "pods"`,
	`T | summarize n = count() by Verb | where Verb == "get"`,
)

// TestConditionsAreMet asks databases that give rows only where all conditions
// are met what is asked of one that gives every row.
func TestConditionsAreMet(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	now, _ := value.ParseDateTime("2026-01-02T03:04:05Z")
	left := 0
	for _, text := range askedQueries {
		for range 60 {
			db := asked{}
			for range 40 {
				row := make([]value.Value, len(askedSchema))
				for c := range sievedSchema {
					row[c] = sievedValue(r, c)
				}
				row[len(sievedSchema)] = value.DateTimeOf(now - r.Int64N(36e9))
				if r.IntN(12) == 0 {
					row[len(sievedSchema)] = value.NullOf(value.DateTime)
				}
				db.rows = append(db.rows, row)
			}
			want, got := answer(t, text, db, now), answer(t, text, strict{db, &left}, now)
			if !slices.Equal(got, want) {
				t.Fatalf("%s:\n%s\nwant\n%s", text, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		}
	}
	if left < 20_000 {
		t.Errorf("only %d rows were left out", left)
	}
}

func answer(t *testing.T, text string, db Database, now int64) (rows []string) {
	q, err := Compile(diag.NewFile("q", text), db.(Catalog))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	err = q.Run(context.Background(), db, RunOptions{Now: now}, func(b *value.Batch) error {
		for _, i := range b.Rows() {
			var line []byte
			for c := range b.Cols {
				line = append(value.AppendCanonical(line, b.At(int(i), c)), '|')
			}
			rows = append(rows, string(line))
		}
		return nil
	})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	slices.Sort(rows)
	return rows
}

// TestTopTellsWhatIsOfNoUse checks that rows need not be read to the end of a
// table when they come in order.
func TestTopTellsWhatIsOfNoUse(t *testing.T) {
	db := asked{}
	for i := range 100 {
		row := make([]value.Value, len(askedSchema))
		for c, f := range askedSchema {
			row[c] = value.NullOf(f.Type)
		}
		row[len(sievedSchema)] = value.DateTimeOf(int64(i+1) * 1e7)
		db.rows = append(db.rows, row)
	}
	for text, least := range map[string]int{
		`T | top 3 by At`: 90,
		`T | project X = At | top 5 by X asc nulls last`:   90,
		`T | summarize At = max(At) by Verb | top 3 by At`: 0,
		`let A = T; A | top 3 by At | union A`:             0,
	} {
		left := 0
		answer(t, text, strict{db, &left}, 1)
		if left < least || least == 0 && left > 0 {
			t.Errorf("%s: %d rows were left out", text, left)
		}
	}
}
