package kql

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// panelQueries are conditions of many forms.
var panelQueries = append(slices.Clone(sievedQueries),
	`T | where User != 'a' and User !in ('b', 'c') and User in ('a', 'b', '') and User in ('b', '')`,
	`T | where IsSystem and Name == 'a' and User != 'b'`,
	`T | extend W = tolower(strcat(User, '-', Name)) | where W has 'a' or Code == 200 and W has 'b'`,
	`T | extend W = tolower(strcat(User, '-', Name)) | where not(W has 'a' or Code == 200 and W has 'b')`,
	`T | extend W = tolower(strcat(User, '-', Name)) | where case(W has 'b', W == 'b-a', W == 'a-', IsSystem, isempty(Name)) or W has 'a'`,
	`let L = _GetWatchlist('L') | project SearchKey; T | extend W = tolower(strcat(User, '-', Name)) | where W has toscalar(L | take 1) or Code in (200, 201)`,
	`let L = _GetWatchlist('L') | project SearchKey; T | extend W = tolower(strcat(User, '-', Name)) | where not(W has toscalar(L | take 1)) and User in (L)`,
	`T | mv-expand IP = IPs to typeof(string) | where IP == '10.0.0.1' and Verb == 'get' and User == 'a'`,
	`T | where Code == 200 | mv-expand IP = IPs to typeof(string) | where IP startswith '10.' or User == 'b'`,
	`T | mv-expand IP = IPs to typeof(string) | mv-expand Part = split(IP, '.') to typeof(string) | where Part in ('1', 'a') and User != 'b'`,
	`T | mv-expand IP = IPs to typeof(string) | mv-expand Part = split(IP, '.') to typeof(string) | where Part == '10' and Name == 'a'`,
	`T | mv-expand IP = IPs to typeof(string) limit 1 | where IP == 'a'`,
	`T | where isnotempty(User) and isempty(Name)`,
	`T | where isempty(User) or Code == 200 and (isnotempty(Name) or User has_any ('a', 'c'))`,
	`T | where User has 'a' or Name == 'b'`,
	`T | where not(User has 'a') or Name == 'b'`,
	`T | where User has 'a' and User !startswith 'b' or Name == 'b'`,
	`T | where User has 'a' or User startswith 'b' or Name == 'b'`,
	`T | where Name startswith 'b' or Code > 200`,
	`T | where set_has_element(IPs, '10.0.0.1')`,
	`T | where set_has_element(IPs, '10.0.0.1') and set_has_element(IPs, 'a') or not(set_has_element(IPs, 'a'))`,
	`T | where User == 'a' or set_has_element(IPs, '10.0.0.1') and not(IsSystem)`,
	`T | where User startswith 'A' or (set_has_element(IPs, 'a') or set_has_element(IPs, '10.0.0.1')) and Code == 200`,
	`T | where not(User startswith 'A' and User != 'a') and (User startswith 'b' or User has 'a' or User == '')`,
	`T | where Name startswith 'b' or not(Code > 200)`,
	`T | where case(isempty(Name), User == 'a', Code == 200, User has_any ('b', 'c'), isnotempty(User) and Name has 'a')`,
	`T | where not(IsSystem) and Code between (200 .. 299)`,
	`T | where not(IsSystem) and Code !between (200 .. 299)`,
	`T | where User == 'a' or Name == 'b'`,
	`T | where User has 'a' or Code >= 400 or IsSystem`,
	`T | where (User == 'a' and Name == 'b') or (User in ('b', 'c') and Verb == 'get' and Code != 200)`,
	`T | where (User == 'a' or Name == 'b') and (User == 'b' or Name == 'c') and (User != 'c' or Name == '')`,
	`T | where not(Code >= 300) and not(Code == 200 and Name == 'a')`,
	`T | where not(User in ('a', 'b')) and (User !in ('c') or User == 'a') and not(not(Name == 'a' or Name != 'b'))`,
	`T | where isnotempty(case(User == 'a', 'x', Name has 'b' and Code == 200, '', IsSystem, 'z', ''))`,
	`T | where (User !startswith 'b' or User == 'b') and (User startswith 'a' or User in ('b', 'c'))`,
	`T | where User in~ ('A', 'b') or Name =~ 'C' or not(IsSystem)`,
	`T | where User in~ ('A', 'b') and User != 'a' and User has_any ('a', 'b')`,
	`T | where Code in (200, 403) and Code != 403 or Code in (404) and (IsSystem or not(IsSystem))`,
	`T | where case(User == 'a', Name == 'b', Name == 'c', Code == 200 and IsSystem, Verb == 'get')`,
	`T | where not(case(User == 'a', Name == 'b', Name == 'c', Code == 200, Verb == 'get'))`,
	`T | where User == 'a' or Name == 'a' or Verb == 'get' or Code == 200`,
	`let P = toscalar(_GetWatchlist('L') | summarize strcat('(?i)^', strcat_array(make_list(SearchKey), '|'))); T | where User matches regex P or extract(P, 0, strcat(User, Name)) == 'A'`,
	`let P = toscalar(_GetWatchlist('L') | summarize make_list(SearchKey)); T | mv-expand IP = IPs to typeof(string) | where IP has_any (P) or ipv4_is_in_any_range(IP, P)`,
	`T | where not(tolower(User) in ('a', 'b') and Name == 'a') and not(not(IsSystem or Code == 200))`,
	`T | where not(tolower(trim('b', User)) in ('a', 'b') or Code > 300)`,
	`T | where tolower(trim('b', User)) !in ('a', '') or isempty(strcat(User, Name))`,
	`T | where isnotempty(extract('([ab])', 1, User)) or isnull(toint(Name)) and isnotnull(IPs[0])`,
	`T | where Name == 'a' and (toint(Code) - 100 > 99 or tolower(User) == 'a')`,
	`T | where Name == 'b' or toint(Code) - 100 > 99 and tolower(User) == 'a'`,
	`T | where case(tobool(Name), strlen(User), tolower(User) == 'a', 2, 0) > 1`,
	`T | where case(toint(Name) > 1, 0, strcat(User, Name) has 'a', strlen(User), toint(User) < 9, 7, 3) > 1 or IsSystem`,
	`T | where not(case(tobool(Name), Code > 300, strcat(User, Name) has 'b'))`,
	`T | where isempty(case(toint(Name) > 1, 'x', strcat(User, Name) has 'a', '', isnull(toint(User)), Name, 'y'))`,
	`T | where isnotempty(case(toint(Name) > 1, '', strcat(User, Name) has 'a', User, ''))`,
	`T | where isnotempty(extract('(a)|(b)', 2, strcat(User, Name))) or isnotempty(extract('(a)|(b)', 1, strcat(User, Name))) and Code == 200`,
	`T | where isnotempty(extract('x*', 0, strcat(User, Name))) or isnotempty(extract('(a)|(b)', 7, strcat(User, Name)))`,
	`T | where array_length(IPs) > 0 and User != 'a'`,
	`T | where array_length(IPs) > 1 and array_length(IPs) != 3`,
	`T | where not(array_length(IPs) > 1)`,
	`T | where isnull(array_length(IPs)) and Code == 200`,
	`T | where array_length(IPs) == 2 or Name == 'a'`,
	`T | where (array_length(IPs) >= 1 or array_length(IPs) < 0) and (array_length(IPs) in (1, 3) or IsSystem)`,
	`let L = _GetWatchlist('L') | project SearchKey; T | where User in (L) and Code == 200`,
	`let L = _GetWatchlist('L') | project SearchKey; T | where User !in (L) and Code == 200`,
)

func panelLives(t *testing.T) (lives []*Live) {
	for _, text := range panelQueries {
		q, err := Compile(diag.NewFile("q", text), sieved{})
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		lives = append(lives, q.NewLive(context.Background(), RunOptions{}))
	}
	return lives
}

// A panel answers as its sieves do one by one.
func TestPanelAnswersAsItsSieves(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	lives := panelLives(t)
	for range 100 {
		knows := make([]bool, len(sievedSchema))
		for i := range knows {
			knows[i] = r.IntN(3) > 0
		}
		panel, sieves := NewPanel(130), []*Sieve(nil)
		for i := range 120 { // most queries twice
			live := lives[i%len(lives)]
			if s := live.Sieve(0, len(sievedSchema), func(c int, _ []string) bool { return knows[c] }); s != nil {
				live.Join(panel, len(sieves), s, math.MaxInt32)
				sieves = append(sieves, s)
			}
		}
		for range 10 {
			rows, _ := sievedRows(r, knows)
			rows = rows.With([]int32{0, 2, 3, 5, 6, 7})
			sets := make([]Set, rows.N)
			for row := range sets {
				sets[row] = NewSet(130)
				for id := range sieves {
					if id%5 > 0 || row%2 == 0 {
						sets[row].Add(id)
					}
				}
			}
			if r.IntN(2) == 0 {
				panel.Judge(rows, sets)
			} else {
				inParts(panel, rows, sets)
			}
			for id, s := range sieves {
				kept := s.Keep(rows)
				for _, row := range rows.Rows() {
					want := slices.Contains(kept, row) && (id%5 > 0 || row%2 == 0)
					if got := sets[row].Has(id); got != want {
						t.Fatalf("%v: row %d is let through: %t in the panel, %t alone", s.Conditions(), row, got, want)
					}
				}
			}
		}
	}
}

// Where a column that conditions share takes more room than there is, all rows are let
// through, and that is told: whoever has them must ask again.
func TestPanelLetsThroughWhatItCannotCompute(t *testing.T) {
	const n = 10
	panel, failures := NewPanel(n), 0
	panel.OnFailure = func() { failures++ }
	for id := range n {
		text := fmt.Sprintf(`T | where strlen(replace_string(User, 'u', '0123456789')) > %d`, 100*id)
		q, err := Compile(diag.NewFile("q", text), sieved{})
		if err != nil {
			t.Fatal(err)
		}
		live := q.NewLive(context.Background(), RunOptions{MaxMemory: 100_000})
		live.Join(panel, id, live.Sieve(0, len(sievedSchema), func(int, []string) bool { return true }), math.MaxInt32)
	}
	knows := slices.Repeat([]bool{true}, len(sievedSchema))
	for _, test := range []struct {
		users int
		fails bool
	}{{7, false}, {45, false}, {40_000, true}, {45, false}} {
		rows, _ := sievedRows(rand.New(rand.NewPCG(7, 8)), knows)
		rows.Cols[2] = value.ColumnOf(slices.Repeat([]value.Value{value.StringOf(strings.Repeat("u", test.users))}, rows.N))
		sets := make([]Set, rows.N)
		for row := range sets {
			sets[row] = NewSet(n)
			for id := range n {
				sets[row].Add(id)
			}
		}
		failures = 0
		panel.Judge(rows, sets)
		for row, set := range sets {
			for id := range n {
				if got, want := set.Has(id), test.fails || test.users > 10*id; got != want {
					t.Errorf("%d times, row %d: more than %d: %t", test.users, row, 10*id, got)
				}
			}
		}
		if (failures > 0) != test.fails {
			t.Errorf("%d times: %d failures", test.users, failures)
		}
	}
}

// Of rows whose parts were asked about a panel asks what is left, and answers as the
// sieves over all that they say. Behind mv-expand it may let more through.
func TestPanelOfJudgedRows(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	lives, width := panelLives(t), len(sievedSchema)
	for range 50 {
		var told [2]Known
		for i := range told {
			knows := r.Perm(width)[:width/2]
			told[i] = func(c int, _ []string) bool { return slices.Contains(knows, c) }
		}
		panel, whole, parts := NewPanel(len(lives)), make([]*Sieve, len(lives)), make([][]*Sieve, len(lives))
		for id, live := range lives {
			whole[id] = live.Whole(0, width)
			for _, known := range told {
				parts[id] = append(parts[id], live.Sieve(0, width, known))
			}
			if s := live.Rest(0, width, told[:]...); s != nil {
				live.Join(panel, id, s, math.MaxInt32)
			}
		}
		rows, _ := sievedRows(r, slices.Repeat([]bool{true}, width))
		sets := make([]Set, rows.N)
		for row := range sets {
			sets[row] = NewSet(len(lives))
			for id := range lives {
				if !slices.ContainsFunc(parts[id], func(s *Sieve) bool { return s != nil && !slices.Contains(s.Keep(rows), int32(row)) }) {
					sets[row].Add(id)
				}
			}
		}
		panel.Judge(rows, sets)
		for id, s := range whole {
			for row, set := range sets {
				want := s == nil || slices.Contains(s.Keep(rows), int32(row))
				if set.Has(id) != want && (want || lives[id].Settles(0, width, math.MaxInt32)) {
					t.Fatalf("%s: row %d is let through: %t in the panel, %t alone", panelQueries[id], row, set.Has(id), want)
				}
			}
		}
	}
}

// inParts judges rows by a glance first, and then asks half of the sieves that
// are left after the other.
func inParts(p *Panel, rows *value.Batch, sets []Set) {
	p.Glance(rows, sets)
	others := make([]Set, len(sets))
	const half = 0x5555555555555555
	for row, set := range sets {
		others[row] = slices.Clone(set)
		for w := range set {
			set[w], others[row][w] = set[w]&half, set[w]&^half
		}
	}
	p.Ask(rows, sets)
	p.Ask(rows, others)
	for row, set := range sets {
		for w := range set {
			set[w] |= others[row][w]
		}
	}
}
