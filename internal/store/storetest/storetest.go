// Package storetest says what every store must do. An engine passes it before
// it has tests of its own.
package storetest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/dogwatch-dev/dogwatch/internal/store"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// An Engine opens empty stores.
type Engine struct {
	Open func(t *testing.T) store.Store
	// Reopen, when set, closes a store and opens it again, having laid its
	// records out anew where it can. Everything is tested before and after.
	Reopen func(t *testing.T, s store.Store) store.Store
}

// Run holds an engine to the contract.
func Run(t *testing.T, e Engine) {
	for name, test := range map[string]func(*testing.T, Engine){
		"what is kept comes back":         comesBack,
		"positions make appends the same": idempotent,
		"predicates lose nothing":         predicates,
		"time bounds":                     timeBounds,
		"bounds of a later time":          delayedBounds,
		"order and bound":                 orderAndBound,
		"a scan is of one moment":         oneMoment,
		"many at once":                    manyAtOnce,
		"wrong batches":                   wrongBatches,
		"stopping":                        stopping,
		"progress":                        progress,
		"proof":                           proof,
	} {
		t.Run(name, func(t *testing.T) { test(t, e) })
	}
}

// Base is the time of the first event that Batch makes, in ticks.
var Base, _ = value.ParseDateTime("2026-03-01T10:00:00Z")

var verbs = []string{"get", "list", "create", "delete", "patch"}

// Batch makes n records of a stream from a position on: some have bodies, odd
// text, no time, or a prior version. Two columns are known of most.
func Batch(stream string, from, n int) *store.Batch {
	b := &store.Batch{Stream: stream, Source: "file of " + stream}
	verb := store.Column{Name: "Verb", Type: value.String, Dict: []value.Value{value.NullOf(value.Dynamic)}}
	code := store.Column{Name: "Code", Type: value.Int, Dict: []value.Value{value.IntOf(200), value.IntOf(403), value.NullOf(value.Dynamic)}}
	deed := store.Column{Name: "Deed", Type: value.Bool, Dict: []value.Value{value.BoolOf(false), value.BoolOf(true)}}
	for _, v := range verbs {
		verb.Dict = append(verb.Dict, value.StringOf(v))
	}
	for i := from; i < from+n; i++ {
		rng := rand.New(rand.NewPCG(uint64(i), uint64(len(stream))))
		r := store.Record{Position: int64(3*i + 7), Line: int64(i + 1), Number: -1, Time: Base + int64(i)*10_000_000 + rng.Int64N(5e7)}
		v := rng.IntN(len(verbs))
		user := fmt.Sprintf("user-%d", rng.IntN(20))
		body := ""
		switch {
		case i%17 == 0:
			body = fmt.Sprintf(`,"requestObject":{"spec":{"hostPID":%t,"containers":[{"image":"evil/xmrig:%d"}]}}`, i%34 == 0, i)
		case i%13 == 0:
			body = `,"note":"a\nXMRig \u003cb\u003e Łódź` + string(rune(0x4e00+i%500)) + `"`
		}
		r.Raw = fmt.Sprintf(`{"auditID":"%08x-0000-4000-8000-%012x","stream":%q,"verb":%q,"user":{"username":%q}%s}`, i, i, stream, verbs[v], user, body)
		switch {
		case i%97 == 5:
			r.Time = 0
		case i%101 == 3:
			r.Raw = "{\"broken\":\"\xff\xfe text\"," + r.Raw[1:]
		case i%89 == 7:
			r.Prior, r.Number = `{"before":`+fmt.Sprint(i)+`}`, i%4
		}
		verb.Codes, code.Codes, deed.Codes = append(verb.Codes, uint32(v+1)), append(code.Codes, uint32(rng.IntN(2))), append(deed.Codes, uint32(i&1))
		if i%50 == 1 {
			verb.Codes[len(verb.Codes)-1], code.Codes[len(code.Codes)-1] = 0, 2
		}
		b.Records = append(b.Records, r)
	}
	b.Columns = []store.Column{verb, code}
	if from%2 == 0 {
		b.Columns = append(b.Columns, deed)
	}
	return b
}

// A Row is everything that a store says of a record.
type Row struct {
	store.Place
	Raw, Prior string
	Columns    map[string]string
}

// Rows reads what a request gives, in the order of sequence numbers.
func Rows(t testing.TB, s store.Store, req store.Request) []Row {
	t.Helper()
	var out []Row
	scanned, err := s.Scan(context.Background(), req, func(b store.Block) error {
		times, err := b.Times()
		if err != nil {
			return err
		}
		for _, r := range b.Rows() {
			p, err := b.Place(r)
			if err != nil {
				return err
			}
			if times[r] != p.Time {
				return fmt.Errorf("record %d: time %d, and %d", p.Seq, times[r], p.Time)
			}
			raw, prior, err := b.Text(r)
			if err != nil {
				return err
			}
			row := Row{p, strings.Clone(raw), strings.Clone(prior), map[string]string{}}
			for _, name := range req.Columns {
				if c, ok := b.Column(name); ok && !c.At(int(r)).IsNull() {
					row.Columns[name] = c.At(int(r)).String()
				}
			}
			out = append(out, row)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range scanned.Problems {
		t.Error(p)
	}
	if scanned.Records != int64(len(out)) {
		t.Errorf("%d records counted, %d came", scanned.Records, len(out))
	}
	slices.SortFunc(out, func(a, b Row) int { return int(a.Seq - b.Seq) })
	return out
}

// Fill appends batches of several streams in turns.
func Fill(t testing.TB, s store.Store, n int) []*store.Batch {
	t.Helper()
	var all []*store.Batch
	for at := 0; at < n; at += 300 {
		for _, stream := range []string{"a", "bb"} {
			b := Batch(stream, at, min(300, n-at))
			Append(t, s, b)
			all = append(all, b)
		}
	}
	return all
}

// Append keeps a batch of which nothing is known yet.
func Append(t testing.TB, s store.Store, b *store.Batch) {
	t.Helper()
	r, err := s.Append(context.Background(), b)
	if err != nil {
		t.Fatal(err)
	}
	if r.Kept != len(b.Records) || r.Known != 0 {
		t.Fatalf("receipt %+v for %d new records", r, len(b.Records))
	}
}

// both runs a check on a store, and again when it was opened anew.
func both(t *testing.T, e Engine, s store.Store, check func(t *testing.T, s store.Store)) {
	t.Run("as written", func(t *testing.T) { check(t, s) })
	if e.Reopen != nil {
		s = e.Reopen(t, s)
		t.Run("opened again", func(t *testing.T) { check(t, s) })
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

var columns = []string{"Verb", "Code", "Deed", "None"}

func comesBack(t *testing.T, e Engine) {
	s := e.Open(t)
	batches := Fill(t, s, 2000)
	both(t, e, s, func(t *testing.T, s store.Store) {
		got := Rows(t, s, store.Request{Columns: columns})
		seq := int64(0)
		for _, b := range batches {
			for i, r := range b.Records {
				if int(seq) >= len(got) {
					t.Fatalf("%d records came", len(got))
				}
				row := got[seq]
				seq++
				want := store.Place{Seq: seq, Stream: b.Stream, Position: r.Position, Source: b.Source, Line: r.Line, Number: r.Number, Time: r.Time, Received: row.Received, Hash: row.Hash}
				if row.Place != want {
					t.Fatalf("record %d: %+v, want %+v", seq, row.Place, want)
				}
				if row.Raw != r.Raw || row.Prior != r.Prior || row.Received == 0 || row.Hash == (store.Digest{}) {
					t.Fatalf("record %d: %+v, want %q, %q", seq, row, r.Raw, r.Prior)
				}
				if want := columnsAt(b, i); !maps.Equal(row.Columns, want) {
					t.Fatalf("record %d: columns %v, want %v", seq, row.Columns, want)
				}
			}
		}
		if int(seq) != len(got) {
			t.Errorf("%d records came, want %d", len(got), seq)
		}
		status(t, s, seq)
	})
}

func columnsAt(b *store.Batch, row int) map[string]string {
	out := map[string]string{}
	for _, c := range b.Columns {
		if v := c.At(row); !v.IsNull() {
			out[c.Name] = v.String()
		}
	}
	return out
}

func status(t *testing.T, s store.Store, records int64) {
	st, err := s.Status(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if st.Records != records || st.FirstSeq != 1 || st.LastSeq != records || st.Streams != 2 || st.Head.Seq != records {
		t.Errorf("status %+v of %d records", st, records)
	}
	if st.From < Base || st.From > Base+1e8 || st.To < st.From || st.RawBytes == 0 {
		t.Errorf("status %+v", st)
	}
}

func idempotent(t *testing.T, e Engine) {
	s := e.Open(t)
	Append(t, s, Batch("a", 0, 100))
	both(t, e, s, func(t *testing.T, s store.Store) {
		for _, c := range []struct{ from, n, kept, known int }{{0, 100, 0, 100}, {40, 60, 0, 60}, {90, 10, 0, 10}} {
			r, err := s.Append(context.Background(), Batch("a", c.from, c.n))
			if err != nil || r.Kept != c.kept || r.Known != c.known || r.Last != 0 {
				t.Errorf("%+v: %+v, %v", c, r, err)
			}
		}
		if got := Rows(t, s, store.Request{}); len(got) != 100 {
			t.Errorf("%d records", len(got))
		}
	})
	s = e.Open(t)
	Append(t, s, Batch("a", 0, 100))
	if e.Reopen != nil {
		s = e.Reopen(t, s)
	}
	r, err := s.Append(context.Background(), Batch("a", 90, 30))
	if err != nil || r.Kept != 20 || r.Known != 10 || r.Last != 120 {
		t.Errorf("%+v, %v", r, err)
	}
	Append(t, s, Batch("b", 90, 30)) // another stream
	for i, row := range Rows(t, s, store.Request{}) {
		if row.Seq != int64(i+1) {
			t.Fatalf("record %d is numbered %d", i, row.Seq)
		}
		if want := Batch(row.Stream, i%120, 1).Records[0].Position; i < 120 && row.Position != want {
			t.Fatalf("record %d has position %d, want %d", i, row.Position, want)
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func predicates(t *testing.T, e Engine) {
	s := e.Open(t)
	Fill(t, s, 3000)
	two, four := int64(201), int64(500)
	cases := map[string]struct {
		where store.Predicate
		holds func(Row) bool
		exact bool
	}{
		"nothing":    {nil, func(Row) bool { return true }, true},
		"never":      {store.Or{}, func(Row) bool { return false }, true},
		"column":     {store.In{Column: "Verb", Values: []value.Value{value.StringOf("delete")}}, func(r Row) bool { return r.is("Verb", "delete") }, true},
		"in":         {store.In{Column: "Verb", Values: []value.Value{value.StringOf("get"), value.StringOf("list")}}, func(r Row) bool { return r.is("Verb", "get", "list") }, true},
		"case":       {store.In{Column: "Verb", Values: []value.Value{value.StringOf("GET")}, Fold: true}, func(r Row) bool { return r.is("Verb", "get") }, true},
		"not":        {store.In{Column: "Verb", Values: []value.Value{value.StringOf("get")}, Not: true}, func(r Row) bool { return r.Columns["Verb"] != "get" }, true},
		"number":     {store.In{Column: "Code", Values: []value.Value{value.LongOf(403)}}, func(r Row) bool { return r.is("Code", "403") }, true},
		"range":      {store.Range{Column: "Code", Low: &two, High: &four}, func(r Row) bool { return r.is("Code", "403") }, true},
		"bool":       {store.In{Column: "Deed", Values: []value.Value{value.BoolOf(true)}}, func(r Row) bool { return r.is("Deed", "true") }, true},
		"no column":  {store.In{Column: "None", Values: []value.Value{value.StringOf("x")}}, func(Row) bool { return true }, true},
		"word":       {store.Words("xmrig", true, true), func(r Row) bool { return strings.Contains(strings.ToLower(r.Raw), "xmrig") }, false},
		"other case": {store.Words("EVIL/xmrig", true, true), func(r Row) bool { return strings.Contains(r.Raw, "evil/") }, false},
		"not ASCII":  {store.Words("łódź", true, false), func(r Row) bool { return strings.Contains(r.Raw, "Łódź") }, false},
		"part":       {store.Parts("mrI"), func(r Row) bool { return strings.Contains(strings.ToLower(r.Raw), "mri") }, false},
		"leaf":       {store.Leaf{Key: "hostPID", Value: "true"}, func(r Row) bool { return strings.Contains(r.Raw, `"hostPID":true`) }, false},
		"id":         {store.Leaf{Key: "auditID", Value: "00000539-0000-4000-8000-000000000539"}, func(r Row) bool { return strings.Contains(r.Raw, "00000539-0000") }, false},
		"either": {store.Or{store.Leaf{Key: "hostPID", Value: "true"}, store.In{Column: "Code", Values: []value.Value{value.IntOf(403)}}},
			func(r Row) bool { return strings.Contains(r.Raw, `"hostPID":true`) || r.is("Code", "403") }, false},
		"both": {store.And{store.Parts("xmrig"), store.In{Column: "Verb", Values: []value.Value{value.StringOf("get")}}},
			func(r Row) bool { return strings.Contains(strings.ToLower(r.Raw), "xmrig") && r.is("Verb", "get") }, false},
	}
	both(t, e, s, func(t *testing.T, s store.Store) {
		all := Rows(t, s, store.Request{Columns: columns})
		for name, c := range cases {
			got := map[int64]bool{}
			for _, r := range Rows(t, s, store.Request{Where: c.where}) {
				got[r.Seq] = true
			}
			extra := len(got)
			for _, r := range all {
				if c.holds(r) {
					extra--
					if !got[r.Seq] {
						t.Fatalf("%s: record %d is left out: %s", name, r.Seq, r.Raw)
					}
				}
			}
			if c.exact && extra > 0 || extra > len(all)/2 {
				t.Errorf("%s: %d of %d records too many", name, extra, len(all))
			}
		}
	})
}

// is says whether a column has one of the values, or is not known.
func (r Row) is(column string, values ...string) bool {
	v, known := r.Columns[column]
	return !known || slices.Contains(values, v)
}

func timeBounds(t *testing.T, e Engine) {
	s := e.Open(t)
	Fill(t, s, 2000)
	both(t, e, s, func(t *testing.T, s store.Store) {
		all := Rows(t, s, store.Request{})
		pick := all[777].Time
		for _, b := range [][2]int64{{0, 0}, {pick, 0}, {0, pick}, {pick, pick}, {pick - 1e9, pick + 1e9}, {Base - 9e9, Base - 8e9}, {pick, pick - 1}} {
			want := 0
			for _, r := range all {
				if r.Time == 0 || (b[0] == 0 || r.Time >= b[0]) && (b[1] == 0 || r.Time <= b[1]) {
					want++
				}
			}
			if got := Rows(t, s, store.Request{From: b[0], To: b[1]}); len(got) != want {
				t.Errorf("%v: %d records, want %d", b, len(got), want)
			}
		}
	})
}

// delayedBounds bounds a time that a column puts behind that of the records.
func delayedBounds(t *testing.T, e Engine) {
	s := e.Open(t)
	later := map[int64]int64{} // by sequence number, in ticks
	seq := int64(0)
	for from := 0; from < 3000; from += 500 {
		b := Batch("late", from, 500)
		c := store.Column{Name: "Delay", Type: value.Int, Dict: []value.Value{value.NullOf(value.Dynamic)}}
		for i := range b.Records {
			seq++
			rng := rand.New(rand.NewPCG(uint64(seq), 1))
			b.Records[i].Time = cmp.Or(b.Records[i].Time, Base+seq*1e7)
			delay := rng.Int64N(3e7) // seconds
			switch {
			case i%50 == 3:
				delay = rng.Int64N(4e10) // most of an hour
			case i%40 == 7:
				delay = -rng.Int64N(1e8)
			case i%30 == 9 && from == 1000:
				c.Codes = append(c.Codes, 0)
				continue
			}
			later[seq] = b.Records[i].Time + delay
			c.Codes = append(c.Codes, uint32(len(c.Dict)))
			c.Dict = append(c.Dict, value.IntOf(int32((delay+1e12)/store.TicksPerMilli-1e8)))
		}
		if from != 2000 { // whose delays are not known at all
			b.Columns = append(b.Columns, c)
		}
		Append(t, s, b)
	}
	both(t, e, s, func(t *testing.T, s store.Store) {
		all := Rows(t, s, store.Request{})
		for _, b := range [][2]int64{{Base + 1e10, Base + 2e10}, {Base + 2e10, 0}, {0, Base + 5e9}, {Base + 4e10, Base + 6e10}} {
			got := map[int64]bool{}
			for _, r := range Rows(t, s, store.Request{From: b[0], To: b[1], Delay: "Delay"}) {
				got[r.Seq] = true
			}
			for _, r := range all {
				at, known := later[r.Seq]
				known = known && (r.Seq <= 2000 || r.Seq > 2500)
				switch {
				case !known || at >= b[0] && (b[1] == 0 || at <= b[1]):
					if !got[r.Seq] {
						t.Fatalf("%v: record %d is left out, which is of %d", b, r.Seq, at)
					}
				case at < b[0]-store.TicksPerMilli || b[1] != 0 && at > b[1]+store.TicksPerMilli:
					if got[r.Seq] {
						t.Fatalf("%v: record %d is there, which is of %d", b, r.Seq, at)
					}
				}
			}
		}
	})
}

func orderAndBound(t *testing.T, e Engine) {
	s := e.Open(t)
	Fill(t, s, 3000)
	both(t, e, s, func(t *testing.T, s store.Store) {
		all := Rows(t, s, store.Request{})
		var times []int64
		for _, r := range all {
			if r.Time != 0 {
				times = append(times, r.Time)
			}
		}
		slices.Sort(times)
		for _, order := range []store.Order{store.NewestFirst, store.OldestFirst} {
			// The ten best so far set the bound, as sorting with a limit does.
			var best []int64
			worse := func(a, b int64) int {
				if order == store.NewestFirst {
					a, b = b, a
				}
				return int(max(-1, min(1, a-b)))
			}
			bound := func() int64 {
				if len(best) < 10 {
					return 0
				}
				return best[9]
			}
			_, err := s.Scan(context.Background(), store.Request{Order: order, Bound: bound}, func(b store.Block) error {
				ts, err := b.Times()
				for _, r := range b.Rows() {
					if ts[r] != 0 {
						best = append(best, ts[r])
					}
				}
				slices.SortFunc(best, worse)
				best = best[:min(len(best), 10)]
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			want := slices.Clone(times[:10])
			if order == store.NewestFirst {
				want = slices.Clone(times[len(times)-10:])
				slices.Reverse(want)
			}
			if !slices.Equal(best, want) {
				t.Errorf("order %d: %v, want %v", order, best, want)
			}
		}
	})
}

func oneMoment(t *testing.T, e Engine) {
	s := e.Open(t)
	Append(t, s, Batch("a", 0, 100))
	Append(t, s, Batch("a", 100, 100))
	n := 0
	_, err := s.Scan(context.Background(), store.Request{}, func(b store.Block) error {
		if n == 0 {
			Append(t, s, Batch("a", 200, 100))
		}
		n += len(b.Rows())
		return nil
	})
	if err != nil || n != 200 {
		t.Errorf("%d records, %v", n, err)
	}
	if got := Rows(t, s, store.Request{}); len(got) != 300 {
		t.Errorf("%d records afterwards", len(got))
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func manyAtOnce(t *testing.T, e Engine) {
	s := e.Open(t)
	var wg sync.WaitGroup
	const streams, rounds = 6, 12
	for i := range streams {
		wg.Go(func() {
			for k := range rounds {
				if _, err := s.Append(context.Background(), Batch(fmt.Sprint("stream ", i), 50*k, 50)); err != nil {
					t.Error(err)
				}
			}
		})
		wg.Go(func() {
			for range rounds {
				last := int64(0)
				got := Rows(t, s, store.Request{})
				for _, r := range got {
					if r.Seq != last+1 {
						t.Errorf("record %d follows %d", r.Seq, last)
						return
					}
					last = r.Seq
				}
			}
		})
	}
	wg.Wait()
	both(t, e, s, func(t *testing.T, s store.Store) {
		next := map[string]int64{}
		got := Rows(t, s, store.Request{})
		for _, r := range got {
			if want := 3*next[r.Stream] + 7; r.Position != want {
				t.Fatalf("%s: position %d, want %d", r.Stream, r.Position, want)
			}
			next[r.Stream]++
		}
		if len(got) != streams*rounds*50 {
			t.Errorf("%d records", len(got))
		}
	})
}

func wrongBatches(t *testing.T, e Engine) {
	s := e.Open(t)
	short := Batch("a", 0, 3)
	short.Columns[0].Codes = short.Columns[0].Codes[:2]
	back := Batch("a", 0, 3)
	back.Records[2].Position = back.Records[1].Position
	for name, b := range map[string]*store.Batch{"a column too short": short, "positions that do not grow": back} {
		if _, err := s.Append(context.Background(), b); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if r, err := s.Append(context.Background(), &store.Batch{Stream: "a"}); err != nil || r != (store.Receipt{}) {
		t.Errorf("an empty batch: %+v, %v", r, err)
	}
	if got := Rows(t, s, store.Request{}); len(got) != 0 {
		t.Errorf("%d records", len(got))
	}
	Append(t, s, Batch("a", 0, 3))
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// progress is told as a scan goes on, and comes to what the scan says of itself.
func progress(t *testing.T, e Engine) {
	s := e.Open(t)
	Fill(t, s, 1000)
	both(t, e, s, func(t *testing.T, s store.Store) {
		var told []store.Progress
		rows := int64(0)
		scanned, err := s.Scan(context.Background(), store.Request{Progress: func(p store.Progress) { told = append(told, p) }}, func(b store.Block) error {
			rows += int64(len(b.Rows()))
			return nil
		})
		if err != nil || len(told) == 0 {
			t.Fatalf("%d times, %v", len(told), err)
		}
		for i, p := range told[1:] {
			if was := told[i]; p.Segments < was.Segments || p.Bytes < was.Bytes || p.Records < was.Records || p.Of != was.Of || p.Segments > p.Of {
				t.Errorf("%+v after %+v", p, was)
			}
		}
		last := told[len(told)-1]
		if last.Segments != scanned.Segments || last.Of != scanned.Of || last.Records != rows || scanned.Records != rows || last.Bytes != scanned.Bytes {
			t.Errorf("%+v at last, of %+v and %d rows", last, scanned, rows)
		}
	})
}

func stopping(t *testing.T, e Engine) {
	s := e.Open(t)
	Fill(t, s, 1000)
	both(t, e, s, func(t *testing.T, s store.Store) {
		enough := errors.New("enough")
		_, err := s.Scan(context.Background(), store.Request{}, func(store.Block) error { return enough })
		if err != enough {
			t.Errorf("error %v", err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		blocks := 0
		_, err = s.Scan(ctx, store.Request{}, func(store.Block) error { blocks++; cancel(); return nil })
		if blocks != 1 || err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("%d blocks, error %v", blocks, err)
		}
	})
}

func proof(t *testing.T, e Engine) {
	s := e.Open(t)
	Append(t, s, Batch("a", 0, 500))
	st, err := s.Status(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	Append(t, s, Batch("a", 500, 800))
	forged := st.Head
	forged.Chain = strings.Repeat("0", len(forged.Chain))
	both(t, e, s, func(t *testing.T, s store.Store) {
		p, err := s.Verify(context.Background(), []store.Head{st.Head}, nil)
		if err != nil || len(p.Wrong) > 0 || p.Records != 1300 || p.Heads != 1 || p.LastSeq != 1300 {
			t.Errorf("%+v, %v", p, err)
		}
		p, err = s.Verify(context.Background(), []store.Head{forged}, nil)
		if err != nil || len(p.Wrong) != 1 || p.Heads != 0 {
			t.Errorf("a forged head: %+v, %v", p, err)
		}
	})
}
