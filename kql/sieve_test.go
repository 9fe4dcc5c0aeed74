package kql

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// sieved is a table of requests and a list, for rules as they are written.
type sieved struct{}

var sievedSchema = value.Schema{
	{Name: "Verb", Type: value.String}, {Name: "Resource", Type: value.String}, {Name: "User", Type: value.String},
	{Name: "Code", Type: value.Int}, {Name: "IsSystem", Type: value.Bool}, {Name: "IPs", Type: value.Dynamic},
	{Name: "Log", Type: value.String}, {Name: "Name", Type: value.String},
}

func (sieved) Table(name string) (value.Schema, bool) { return sievedSchema, name == "T" }
func (sieved) TableNames() []string                   { return []string{"T"} }
func (sieved) Watchlist(name string) (value.Schema, [][]value.Value, bool) {
	return value.Schema{{Name: "SearchKey", Type: value.String}}, [][]value.Value{{value.StringOf("a")}, {value.StringOf("10.0.0.1")}}, name == "L"
}

var sievedQueries = []string{
	`T | where Verb == 'create' and not(IsSystem)`,
	`T | where Verb in ('create', 'update') and (Name == 'a' or Resource == 'pods')`,
	`T | where not(IsSystem or Name == 'b') | where Code between (200 .. 299)`,
	`T | where not(IsSystem and Name == 'b')`,
	`let L = _GetWatchlist('L') | project SearchKey; T | where User in (L) | extend Verb = Resource | where Verb == 'pods'`,
	`T | extend Deed = case(Verb == 'delete', 'deleted', Verb == 'update' and Name == 'a', 'changed', '') | where isnotempty(Deed)`,
	`T | extend Deed = case(Verb == 'delete', '', Verb in ('delete', 'update'), 'changed', '') | where Deed != '' and Code == 200`,
	`T | extend Deed = case(Verb == 'delete', Name, '') | where isnotempty(Deed)`,
	`T | extend Deed = case(Verb == 'delete' and Code > 300, 'deleted', IsSystem, 'changed', '') | where isnotempty(Deed) or Name == 'a'`,
	`T | extend Deed = case(Verb == 'delete' and Code > 300, 'deleted', IsSystem, 'changed', '') | where not(isnotempty(Deed)) and Code != 200`,
	`T | extend Deed = case(Verb == 'delete', strcat('deleted ', Name), IsSystem, iff(Code > 300, 'x', 'y'), '') | where isnotempty(Deed)`,
	`T | mv-expand IP = IPs to typeof(string) | where IP in (_GetWatchlist('L') | project SearchKey) | where Verb != 'get' or Name == 'a'`,
	`T | extend log = parse_json(Log) | where log.verb == 'create' and tostring(log.user.name) == 'a'`,
	`T | where tostring(parse_json(Log).verb) in~ ('CREATE') | project Verb, U = strcat(User, Name) | where U == 'aa' and Verb == 'create'`,
	`union (T | where Verb == 'create' | project User, X = Code), (T | where Resource == 'pods' | project X = Code, User) | where User == 'a' and X > 200`,
	`T | parse Name with 'a' Rest | where isempty(Rest) and Verb == 'get'`,
	`T | parse Name with 'a' Rest | extend Both = Verb == 'create' and isnotempty(Rest) | where not(Both)`,
	`T | parse Name with 'a' Rest | extend Both = Verb == 'create' and isempty(Rest) | mv-expand IP = IPs | where Both and IP != 'a'`,
	`T | where isnull(Code) or Code in (403, 404) | where IsSystem != true`,
}

// Whatever a sieve knows of a row, it must let through what the query lets
// through: what it does not know may be anything.
func TestSieveTurnsNothingAwayThatPasses(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	turned := 0
	for _, text := range sievedQueries {
		q, err := Compile(diag.NewFile("q", text), sieved{})
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		live := q.NewLive(context.Background(), RunOptions{})
		for range 300 {
			knows := make([]bool, len(sievedSchema))
			for i := range knows {
				knows[i] = r.IntN(2) == 0
			}
			verbOnly := r.IntN(2) == 0 // of the log
			known := func(c int, path []string) bool {
				return knows[c] || c == 6 && verbOnly && len(path) > 0 && path[0] == "verb"
			}
			rows, blind := sievedRows(r, knows)
			for leaf := range q.Leaves() {
				s := live.Sieve(leaf, len(sievedSchema), known)
				if s == nil {
					continue
				}
				kept := slices.Clone(s.Keep(blind))
				turned += rows.N - len(kept)
				for _, i := range passing(t, live, leaf, rows) {
					if !slices.Contains(kept, i) {
						t.Fatalf("%s, knowing %v: row %d passes, and the sieve turns it away", text, knows, i)
					}
				}
			}
		}
	}
	if turned < 10_000 {
		t.Errorf("the sieves turned away only %d rows", turned)
	}
}

// Rules that find the same and name it otherwise have one sieve.
func TestSieveKeys(t *testing.T) {
	keys := NewSieveKeys()
	keyOf := func(text string) string {
		q, err := Compile(diag.NewFile("q", text), sieved{})
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		live := q.NewLive(context.Background(), RunOptions{})
		key, ok := live.KeyOf(live.Whole(0, len(sievedSchema)), keys)
		if !ok {
			t.Fatalf("%s has no key", text)
		}
		return key
	}
	same := []string{
		`T | where isnotempty(case(Verb == 'a', 'x', Code == 1, 'y', '')) or IsSystem`,
		`T | extend Deed = case(Verb == 'a', 'made', Code == 1, 'let go', '') | where Deed != '' or IsSystem`,
		`T | extend Deed = case(Verb == 'a', iff(IsSystem, 'x', 'y'), Code == 1, strcat(User, ' let go'), '') | where Deed != '' or IsSystem`,
		`T | where Verb == 'a' or Code == 1 or IsSystem | summarize count() by User`,
	}
	for _, text := range same {
		if keyOf(text) != keyOf(same[0]) {
			t.Errorf("%s has another sieve than %s", text, same[0])
		}
	}
	for _, text := range []string{
		`T | where isnotempty(case(Verb == 'a', 'x', Code == 1, '', '')) or IsSystem`,
		`T | where isnotempty(case(Verb == 'a', 'x', Code == 1, 'y', 'z')) or IsSystem`,
		`T | where isnotempty(case(Verb == 'a', 'x', Code == 1, strcat(User, ''), '')) or IsSystem`,
		`T | where isnotempty(case(Verb == 'a', iff(IsSystem, 'x', ''), Code == 1, 'y', '')) or IsSystem`,
		`T | where not(isnotempty(case(Verb == 'a', 'x', Code == 1, 'y', ''))) or IsSystem`,
		`T | where isnotempty(case(Verb == 'a', 'x', Code == 2, 'y', '')) or IsSystem`,
	} {
		if keyOf(text) == keyOf(same[0]) {
			t.Errorf("%s has the sieve of %s", text, same[0])
		}
	}
}

// Sieves have those parts in common that their conditions have.
func TestPartsOfSieves(t *testing.T) {
	keys := NewSieveKeys()
	partsOf := func(text string) []int {
		q, err := Compile(diag.NewFile("q", text), sieved{})
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		live := q.NewLive(context.Background(), RunOptions{})
		return live.PartsOf(live.Whole(0, len(sievedSchema)), keys)
	}
	of := partsOf(`T | where (Verb == 'a' or User has 'x') and Code == 1`)
	for text, want := range map[string]int{
		`T | where (Verb == 'a' or User has 'x') and Code == 1`: 4, // with `or`
		`T | where (Verb == 'a' or User has 'x') and Code == 2`: 3,
		`T | where (Verb == 'b' or User has 'x') and Code == 1`: 2,
		`T | where Verb == 'a'`:                                 1,
		`T | where IsSystem`:                                    0,
	} {
		shared := slices.DeleteFunc(partsOf(text), func(part int) bool { return !slices.Contains(of, part) })
		if len(shared) != want {
			t.Errorf("%s has %d parts in common, want %d", text, len(shared), want)
		}
	}
}

// What settles a leaf lets through what the leaf does, and nothing else.
func TestSievesThatSettle(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 9))
	queries := append([]string{
		`T | extend Both = Verb == 'create' and rand() < 0.5 | where Both`,
		`T | where Verb == 'create' and rand() < 0.5`,
		`T | where Verb == 'create' and datetime(2020-01-01) < now()`,
	}, sievedQueries...)
	settled := map[string]bool{}
	for _, text := range queries {
		q, err := Compile(diag.NewFile("q", text), sieved{})
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		live := q.NewLive(context.Background(), RunOptions{})
		for leaf := range q.Leaves() {
			if live.Settles(leaf, len(sievedSchema), 0) {
				t.Errorf("%s: leaf %d is settled where no condition is asked", text, leaf)
			}
			if !live.Settles(leaf, len(sievedSchema), 400) {
				continue
			}
			settled[text] = true
			for range 100 {
				rows, _ := sievedRows(r, make([]bool, len(sievedSchema)))
				got, want := live.Whole(leaf, len(sievedSchema)).Keep(rows), passing(t, live, leaf, rows)
				if !slices.Equal(got, want) {
					t.Fatalf("%s: %v come through the sieve, %v pass", text, got, want)
				}
			}
		}
	}
	if len(settled) < 8 || settled[queries[0]] || settled[queries[1]] || settled[queries[2]] {
		t.Errorf("settled are %v", settled)
	}
}

// What two parts of a row and the rest let through, each by itself, is what the
// whole does.
func TestRestOfASieve(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	left := 0
	for _, text := range sievedQueries {
		q, err := Compile(diag.NewFile("q", text), sieved{})
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		live := q.NewLive(context.Background(), RunOptions{})
		for range 100 {
			part := make([]int, len(sievedSchema))
			for i := range part {
				part[i] = r.IntN(3)
			}
			one := func(c int, _ []string) bool { return part[c] == 1 }
			two := func(c int, _ []string) bool { return part[c] == 2 }
			rows, _ := sievedRows(r, make([]bool, len(sievedSchema)))
			for leaf := range q.Leaves() {
				got := slices.Clone(rows.Rows())
				rest := live.Rest(leaf, len(sievedSchema), one, two)
				for _, s := range []*Sieve{live.Sieve(leaf, len(sievedSchema), one), live.Sieve(leaf, len(sievedSchema), two), rest} {
					if s != nil {
						kept := slices.Clone(s.Keep(rows))
						got = slices.DeleteFunc(got, func(i int32) bool { return !slices.Contains(kept, i) })
					}
				}
				want := rows.Rows()
				if s := live.Whole(leaf, len(sievedSchema)); s != nil {
					want = s.Keep(rows)
					if rest == nil || len(rest.Steps) < len(s.Steps) {
						left++
					}
				}
				if !slices.Equal(got, want) {
					t.Fatalf("%s, parts %v: %v come through, %v through the whole", text, part, got, want)
				}
			}
		}
	}
	if left < 100 {
		t.Errorf("conditions were left out only %d times", left)
	}
}

// passing are the rows that a leaf lets through.
func passing(t *testing.T, live *Live, leaf int, rows *value.Batch) (out []int32) {
	err := live.Feed(leaf, rows, func(b *value.Batch) error {
		for _, i := range b.Rows() {
			if b.Origin == nil {
				out = append(out, i)
				continue
			}
			for _, o := range b.Origin[i] {
				out = append(out, int32(o))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// sievedRows are some rows, and the same with other values where they are not
// known.
func sievedRows(r *rand.Rand, knows []bool) (rows, blind *value.Batch) {
	const n = 8
	one, other := make([]value.Column, len(sievedSchema)), make([]value.Column, len(sievedSchema))
	for c := range sievedSchema {
		a, b := make([]value.Value, n), make([]value.Value, n)
		for i := range n {
			a[i], b[i] = sievedValue(r, c), sievedValue(r, c)
			if knows[c] {
				b[i] = a[i]
			} else if c == 6 { // the log's verb may be known alone
				b[i] = value.StringOf(`{"verb":"` + a[i].Str()[9:12] + a[i].Str()[12:15] + `"}`)
			}
		}
		one[c], other[c] = value.ColumnOf(a), value.ColumnOf(b)
	}
	return value.NewBatch(n, one), value.NewBatch(n, other)
}

func sievedValue(r *rand.Rand, column int) value.Value {
	word := func(words ...string) value.Value { return value.StringOf(words[r.IntN(len(words))]) }
	switch sievedSchema[column].Name {
	case "Verb":
		return word("create", "update", "delete", "get")
	case "Resource":
		return word("pods", "nodes")
	case "Code":
		if r.IntN(4) == 0 {
			return value.NullOf(value.Int)
		}
		return value.IntOf([]int32{200, 201, 403, 404}[r.IntN(4)])
	case "IsSystem":
		return value.BoolOf(r.IntN(3) == 0)
	case "IPs":
		v, _ := value.LazyJSON([]string{`[]`, `["10.0.0.1"]`, `["1.1.1.1","10.0.0.1"]`, `["1.1.1.1"]`}[r.IntN(4)])
		return v
	case "Log":
		return word(`{"verb":"create","user":{"name":"a"}}`, `{"verb":"delete","user":{"name":"a"}}`, `{"verb":"create"}`)
	}
	return word("a", "b", "")
}
