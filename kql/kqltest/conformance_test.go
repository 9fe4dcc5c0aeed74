package kqltest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A conformanceCase is a query with the answer of Microsoft's own engine.
type conformanceCase struct {
	ID               string   `json:"id"`
	Query            string   `json:"query"`
	Columns          []string `json:"columns"`
	ColumnTypes      []string `json:"column_types"`
	Rows             [][]any  `json:"rows"`
	Ordered          bool     `json:"ordered"`
	Nondeterministic bool     `json:"nondeterministic"`
	Fixture          bool     `json:"fixture"`
	Graph            bool     `json:"graph"`
	Plugins          []string `json:"plugins"`
	Ops              []string `json:"ops"`
	Funcs            []string `json:"funcs"`
}

// TestConformance compares our answers with Microsoft's. KQL_CONFORMANCE names
// the file of cases; KQL_CASE shows one case whole.
func TestConformance(t *testing.T) {
	path := os.Getenv("KQL_CONFORMANCE")
	if path == "" {
		t.Skip("KQL_CONFORMANCE names no file of conformance cases")
	}
	cases, err := readCases(path)
	if err != nil {
		t.Fatal(err)
	}
	var agree, unsupported, usable int
	reasons := map[string]int{}
	for _, c := range cases {
		if c.Nondeterministic || c.Fixture || os.Getenv("KQL_CASE") != "" && os.Getenv("KQL_CASE") != c.ID {
			continue
		}
		usable++
		verdict, missing := judge(c)
		switch {
		case verdict == "":
			agree++
		case missing != "":
			unsupported++
			reasons[missing]++
			t.Logf("%s: not supported: %s", c.ID, missing)
		default:
			t.Errorf("%s: %s\n%s", c.ID, verdict, c.Query)
		}
	}
	t.Logf("%d of %d usable cases agree, %d need what is not supported yet, %d differ", agree, usable, unsupported, usable-agree-unsupported)
	t.Logf("missing: %s", ranked(reasons))
	fmt.Printf("conformance: %d of %d usable cases agree, %d not supported yet, %d differ\n", agree, usable, unsupported, usable-agree-unsupported)
}

func ranked(m map[string]int) string {
	var names []string
	for k := range m {
		names = append(names, k)
	}
	sort.Slice(names, func(i, j int) bool {
		if m[names[i]] != m[names[j]] {
			return m[names[i]] > m[names[j]]
		}
		return names[i] < names[j]
	})
	var out []string
	for _, n := range names {
		out = append(out, fmt.Sprintf("%s (%d)", n, m[n]))
	}
	return strings.Join(out, ", ")
}

func readCases(path string) ([]conformanceCase, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var out []conformanceCase
	sc := bufio.NewScanner(bytes.NewReader(data))
	sc.Buffer(nil, 64<<20)
	for sc.Scan() {
		var c conformanceCase
		if err := json.Unmarshal(sc.Bytes(), &c); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, sc.Err()
}

// judge runs a case: "" when it agrees; missing names what is not supported.
func judge(c conformanceCase) (verdict, missing string) {
	q, err := kql.Compile(diag.NewFile(c.ID, c.Query), noTables{})
	if err != nil {
		var list diag.List
		if errors.As(err, &list) {
			var names []string
			for _, e := range list {
				if e.Unsupported != "" {
					names = append(names, e.Unsupported)
				}
			}
			if len(names) > 0 {
				return "unsupported", strings.Join(names, ", ")
			}
		}
		return err.Error(), ""
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	var rows [][]any
	err = q.Run(ctx, noRows{}, kql.RunOptions{Now: kql.Ticks(time.Now())}, func(b *value.Batch) error {
		for _, i := range b.Rows() {
			rows = append(rows, jsonRow(b, int(i)))
		}
		return nil
	})
	if err != nil {
		return err.Error(), ""
	}
	return compare(c, q.Schema(), rows), ""
}

func jsonRow(b *value.Batch, i int) []any {
	var row []any
	for c := range b.Cols {
		var v any
		text := value.AppendOutput(nil, b.At(i, c))
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		if err := d.Decode(&v); err != nil {
			v = "not JSON: " + string(text)
		}
		row = append(row, v)
	}
	return row
}

func compare(c conformanceCase, schema value.Schema, rows [][]any) string {
	var names, types []string
	for _, f := range schema {
		names, types = append(names, f.Name), append(types, f.Type.String())
	}
	if fmt.Sprint(names) != fmt.Sprint(c.Columns) {
		return fmt.Sprintf("columns %v, want %v", names, c.Columns)
	}
	if fmt.Sprint(types) != fmt.Sprint(c.ColumnTypes) {
		return fmt.Sprintf("types %v, want %v", types, c.ColumnTypes)
	}
	if len(rows) != len(c.Rows) {
		return fmt.Sprintf("%d rows, want %d\n got %s\nwant %s", len(rows), len(c.Rows), show(rows), show(c.Rows))
	}
	if matchRows(c, rows) {
		return ""
	}
	return fmt.Sprintf("rows differ\n got %s\nwant %s", show(rows), show(c.Rows))
}

func show(rows [][]any) string {
	text, _ := json.Marshal(rows)
	if len(text) > 1500 {
		text = append(text[:1500], "..."...)
	}
	return string(text)
}

// matchRows pairs rows in order, or any way when the case has no order.
func matchRows(c conformanceCase, rows [][]any) bool {
	approximate := false
	for _, f := range c.Funcs {
		approximate = approximate || strings.Contains(f, "dcount") || strings.Contains(f, "percentile") || strings.Contains(f, "tdigest") || strings.Contains(f, "hll")
	}
	if unordered := slices.ContainsFunc(c.Funcs, func(f string) bool { return slices.Contains(looseArrays, f) }); unordered {
		sortArrays(rows)
		sortArrays(c.Rows)
	}
	if c.Ordered {
		for i := range rows {
			if !sameRow(rows[i], c.Rows[i], approximate) {
				return false
			}
		}
		return true
	}
	used := make([]bool, len(c.Rows))
next:
	for _, r := range rows {
		for i, w := range c.Rows {
			if !used[i] && sameRow(r, w, approximate) {
				used[i] = true
				continue next
			}
		}
		return false
	}
	return true
}

// looseArrays are functions whose results are sets: the engine and its
// documentation give their elements in different orders.
var looseArrays = []string{"geo_s2cell_neighbors", "geo_h3cell_neighbors", "geo_polygon_to_h3cells"}

// sortArrays brings the elements of arrays into one order, however deep.
func sortArrays[T any](values []T) {
	for _, v := range values {
		switch v := any(v).(type) {
		case []any:
			sortArrays(v)
			sort.SliceStable(v, func(i, j int) bool { return sortKey(v[i]) < sortKey(v[j]) })
		case map[string]any:
			for _, m := range v {
				sortArrays([]any{m})
			}
		}
	}
}

// sortKey is a text for a value, with numbers cut to the digits that agree.
func sortKey(v any) string {
	switch v := v.(type) {
	case []any:
		var keys []string
		for _, e := range v {
			keys = append(keys, sortKey(e))
		}
		return strings.Join(keys, " ")
	case map[string]any:
		return sortKey(v["coordinates"])
	}
	if f, ok := number(v); ok {
		return fmt.Sprintf("%.8g", f)
	}
	return fmt.Sprint(v)
}

func sameRow(x, y []any, approximate bool) bool {
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		if !same(x[i], y[i], approximate) {
			return false
		}
	}
	return true
}

func same(x, y any, approximate bool) bool {
	switch x := x.(type) {
	case []any:
		y, ok := y.([]any)
		return ok && sameRow(x, y, approximate)
	case map[string]any:
		y, ok := y.(map[string]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for k, v := range x {
			w, there := y[k]
			if !there || !same(v, w, approximate) {
				return false
			}
		}
		return true
	}
	if fx, ok := number(x); ok {
		if fy, ok := number(y); ok {
			within := 1e-9
			if approximate {
				within = 0.05
			}
			return fx == fy || math.Abs(fx-fy) <= within*max(math.Abs(fx), math.Abs(fy))
		}
	}
	if tx, ok := x.(string); ok {
		if ty, ok := y.(string); ok && tx != ty {
			return sameTime(tx, ty)
		}
	}
	return x == y
}

func number(x any) (float64, bool) {
	switch x := x.(type) {
	case json.Number:
		f, err := x.Float64()
		return f, err == nil
	case float64:
		return x, true
	}
	return 0, false
}

// sameTime: the same instant written with more or fewer digits.
func sameTime(x, y string) bool {
	a, errA := time.Parse(time.RFC3339Nano, x)
	b, errB := time.Parse(time.RFC3339Nano, y)
	return errA == nil && errB == nil && a.Equal(b)
}

// noTables is a catalog without tables.
type noTables struct{}

func (noTables) Table(string) (value.Schema, bool) { return nil, false }
func (noTables) TableNames() []string              { return nil }
func (noTables) Watchlist(string) (value.Schema, [][]value.Value, bool) {
	return nil, nil, false
}

type noRows struct{}

func (noRows) Scan(context.Context, string, []int, func(*value.Batch) error) error { return nil }
