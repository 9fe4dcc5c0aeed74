// Package memory is a store that forgets: records in slices, judged one by one.
// It shows what a store has to do and no more, and serves tests.
package memory

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/dogwatch-dev/dogwatch/internal/store"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A Store keeps batches as they were appended.
type Store struct {
	mu     sync.Mutex
	blocks []*block // never changed once they are here
	marks  map[string]int64
	seq    int64
	chain  store.Chain
}

// New returns an empty store.
func New() *Store { return &Store{marks: map[string]int64{}} }

// A block is one batch.
type block struct {
	columns []store.Column
	records []store.Record
	places  []store.Place
	before  store.Chain
}

// Append keeps a copy of what is new.
func (s *Store) Append(_ context.Context, b *store.Batch) (store.Receipt, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, known := &block{before: s.chain}, 0
	last, ok := s.marks[b.Stream]
	for ok && known < len(b.Records) && b.Records[known].Position <= last {
		known++
	}
	for _, c := range b.Columns {
		if len(c.Codes) != len(b.Records) {
			return store.Receipt{}, fmt.Errorf("column %q has %d values for %d records", c.Name, len(c.Codes), len(b.Records))
		}
		dict := make([]value.Value, len(c.Dict))
		for i, v := range c.Dict {
			dict[i] = v.Own()
		}
		k.columns = append(k.columns, store.Column{Name: c.Name, Type: c.Type, Dict: dict, Codes: slices.Clone(c.Codes[known:])})
	}
	var hasher store.Hasher
	hasher.Columns(k.columns)
	seq, chain := s.seq, s.chain
	for i, r := range b.Records[known:] {
		if i+known > 0 && r.Position <= b.Records[i+known-1].Position {
			return store.Receipt{}, fmt.Errorf("stream %q: position %d comes after a higher one", b.Stream, r.Position)
		}
		r.Raw, r.Prior = strings.Clone(r.Raw), strings.Clone(r.Prior)
		seq++
		p := store.Place{
			Seq: seq, Stream: strings.Clone(b.Stream), Position: r.Position, Source: strings.Clone(b.Source),
			Line: r.Line, Number: r.Number, Received: store.Ticks(time.Now()), Time: r.Time,
		}
		hasher.Add(&p, i, r.Raw, r.Prior)
		sum := hasher.Sums()[0]
		copy(p.Hash[:], sum[:])
		chain = chain.Next(sum)
		k.records, k.places = append(k.records, r), append(k.places, p)
	}
	if len(k.records) == 0 {
		return store.Receipt{Known: known}, nil
	}
	s.seq, s.chain = seq, chain
	s.blocks = append(s.blocks, k)
	s.marks[strings.Clone(b.Stream)] = k.records[len(k.records)-1].Position
	return store.Receipt{Kept: len(k.records), Known: known, Last: seq}, nil
}

// Rows are all records.
func (k *block) Rows() []int32 { return value.AllRows(len(k.records)) }

// Column is a column of the batch.
func (k *block) Column(name string) (*store.Column, bool) {
	i := slices.IndexFunc(k.columns, func(c store.Column) bool { return c.Name == name })
	if i < 0 {
		return nil, false
	}
	return &k.columns[i], true
}

// Times are those of the events.
func (k *block) Times() ([]int64, error) {
	times := make([]int64, len(k.records))
	for i := range k.records {
		times[i] = k.records[i].Time
	}
	return times, nil
}

// Text is a record's bytes.
func (k *block) Text(row int32) (raw, prior string, err error) {
	return k.records[row].Raw, k.records[row].Prior, nil
}

// Origin tells where a record stood.
func (k *block) Origin(row int32) (store.Origin, error) {
	r := &k.records[row]
	return store.Origin{Source: k.places[row].Source, Line: r.Line, Number: r.Number}, nil
}

// Place tells where a record came from.
func (k *block) Place(row int32) (store.Place, error) { return k.places[row], nil }

// chosen is some rows of a block.
type chosen struct {
	*block
	rows []int32
}

// Rows are those.
func (c chosen) Rows() []int32 { return c.rows }

func (s *Store) all() []*block {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.blocks[:len(s.blocks):len(s.blocks)]
}

// Scan judges every record.
func (s *Store) Scan(ctx context.Context, req store.Request, emit func(store.Block) error) (store.Scanned, error) {
	var out store.Scanned
	blocks := s.all()
	out.Of = len(blocks)
	sorted := slices.Clone(blocks)
	slices.SortStableFunc(sorted, func(a, b *block) int {
		if req.Order == store.NewestFirst {
			return cmp.Compare(b.latest(), a.latest())
		}
		return cmp.Compare(a.records[0].Time, b.records[0].Time)
	})
	m := store.NewMatcher(req.Where)
	for _, k := range sorted {
		if err := ctx.Err(); err != nil {
			return out, err
		}
		var rows []int32
		delay, _ := k.Column(req.Delay)
		for i := range k.records {
			if req.Meant(k.records[i].Time, delay, int32(i)) {
				rows = append(rows, int32(i))
			}
		}
		column := func(name string) *store.Column { c, _ := k.Column(name); return c }
		rows, err := m.Rows(rows, nil, column, func(r int32) (string, error) { return k.records[r].Raw, nil })
		if err != nil {
			return out, err
		}
		out.Segments++
		out.Records += int64(len(rows))
		if len(rows) > 0 {
			if err := emit(chosen{k, rows}); err != nil {
				return out, err
			}
		}
		if req.Progress != nil {
			req.Progress(store.Progress{Segments: out.Segments, Of: out.Of, Records: out.Records})
		}
	}
	return out, nil
}

func (k *block) latest() (t int64) {
	for i := range k.records {
		t = max(t, k.records[i].Time)
	}
	return t
}

// Status counts.
func (s *Store) Status(context.Context) (store.Status, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := store.Status{LastSeq: s.seq, Records: s.seq, Streams: len(s.marks), Unsealed: s.seq, Head: s.head()}
	for _, k := range s.blocks {
		st.FirstSeq = 1
		for i := range k.records {
			r := &k.records[i]
			st.RawBytes += int64(len(r.Raw) + len(r.Prior))
			if r.Time != 0 && (st.From == 0 || r.Time < st.From) {
				st.From = r.Time
			}
			st.To = max(st.To, r.Time)
		}
	}
	return st, nil
}

func (s *Store) head() store.Head {
	return store.Head{Store: "memory", Seq: s.seq, Chain: hex.EncodeToString(s.chain[:]), Time: time.Now().UTC()}
}

// Verify sums the records anew.
func (s *Store) Verify(_ context.Context, heads []store.Head, _ func(store.Progress)) (store.Proof, error) {
	s.mu.Lock()
	proof := store.Proof{LastSeq: s.seq, Segments: len(s.blocks), Head: s.head()}
	blocks := s.blocks
	s.mu.Unlock()
	var chain store.Chain
	for _, k := range blocks {
		var h store.Hasher
		h.Columns(k.columns)
		for i := range k.records {
			h.Add(&k.places[i], i, k.records[i].Raw, k.records[i].Prior)
			chain = chain.Next(h.Sums()[0])
			proof.Records++
			proof.FirstSeq = 1
			for _, head := range heads {
				switch {
				case head.Seq != k.places[i].Seq:
				case head.Chain == hex.EncodeToString(chain[:]):
					proof.Heads++
				default:
					proof.Wrong = append(proof.Wrong, fmt.Sprintf("the head of record %d does not agree", head.Seq))
				}
			}
		}
	}
	if proof.Head.Chain != hex.EncodeToString(chain[:]) {
		proof.Wrong = append(proof.Wrong, "the records do not amount to the head")
	}
	return proof, nil
}

// Close forgets nothing: the store is gone with its last user.
func (s *Store) Close() error { return nil }

var _ store.Store = (*Store)(nil)
