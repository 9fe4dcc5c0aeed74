package embedded

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/dogwatch-dev/dogwatch/internal/store"
	"github.com/dogwatch-dev/dogwatch/internal/store/segment"
	"github.com/dogwatch-dev/dogwatch/internal/store/sha"
)

// Verify reads all records and sums them anew.
func (s *Store) Verify(ctx context.Context, heads []store.Head, tell func(store.Progress)) (store.Proof, error) {
	snap, err := s.snapshot()
	if err != nil {
		return store.Proof{}, err
	}
	defer snap.release()
	v := &verifying{snap: snap, heads: heads, tell: tell}
	v.proof.Head = s.headOf(snap)
	s.mu.Lock()
	v.proof.Wrong = append(v.proof.Wrong, s.problems...)
	s.mu.Unlock()
	for i, e := range snap.entries {
		if err := ctx.Err(); err != nil {
			return v.proof, err
		}
		v.segment(snap.handles[i], e)
	}
	v.memory()
	v.missingHeads()
	return v.proof, nil
}

type verifying struct {
	snap   *snapshot
	heads  []store.Head
	tell   func(store.Progress)
	proof  store.Proof
	next   int64 // sequence number that has to come
	chain  store.Chain
	seen   map[int]bool // heads that were held against the chain
	bytes  int64
	hasher store.Hasher
}

func (v *verifying) wrong(format string, args ...any) {
	v.proof.Wrong = append(v.proof.Wrong, fmt.Sprintf(format, args...))
}

// joins checks that records from first on, with the chain before them, follow
// what was seen, but for what retention took.
func (v *verifying) joins(what string, first int64, before string) {
	if v.proof.FirstSeq == 0 {
		v.proof.FirstSeq = first
	}
	at, chain := v.next, hexOf(v.chain)
	if at == 0 {
		at, chain = 1, hexOf(store.Chain{})
	}
	for _, d := range v.snap.man.Dropped {
		if d.First == at {
			if d.Before != chain {
				v.wrong("records %d to %d, which retention took, do not follow those before them", d.First, d.Last)
			}
			at, chain = d.Last+1, d.After
		}
	}
	switch {
	case at < first:
		v.wrong("records %d to %d are missing", at, first-1)
	case at > first:
		v.wrong("%s holds records from %d on, which were there before", what, first)
	case before != chain:
		v.wrong("%s does not follow the records before it: the chain is another", what)
	}
	v.next = first
	v.chain, _ = chainOf(before)
}

func (v *verifying) segment(h *handle, e entry) {
	what := fmt.Sprintf("segment %q", e.Name)
	v.proof.Segments++
	v.joins(what, e.First, e.Before)
	defer func() {
		v.next = e.Last + 1
		v.proof.LastSeq = e.Last // also of those that could not be read
		v.chain, _ = chainOf(e.After)
		v.bytes += e.Bytes + e.Index
		if v.tell != nil {
			v.tell(store.Progress{Segments: v.proof.Segments, Of: len(v.snap.entries), Bytes: v.bytes, Records: v.proof.Records})
		}
	}()
	if !v.files(h, e, what) {
		return
	}
	sums, err := v.sums(h, e)
	if err != nil {
		v.wrong("%s cannot be read: %v", what, err)
		return
	}
	for i, sum := range sums {
		seq := e.First + int64(i)
		v.record(seq, sum, v.snap.man.formOf(seq))
	}
	if hexOf(v.chain) != e.After {
		v.wrong("%s: its records do not amount to what was noted of them", what)
	}
}

// files checks the files as a whole.
func (v *verifying) files(h *handle, e entry, what string) bool {
	good := true
	for _, f := range []struct{ end, sum string }{{fileEnd, e.Sum}, {indexEnd, e.IndexSum}} {
		same, err := sameDigest(h.base+f.end, f.sum)
		switch {
		case err != nil:
			v.wrong("%s: %v", what, err)
			good = false
		case !same:
			v.wrong("%s: file %q was altered", what, e.Name+f.end)
		}
	}
	return good
}

// sums are those of a segment's records, in their order.
func (v *verifying) sums(h *handle, e entry) ([]sha.Sum, error) {
	r, err := h.open()
	if err != nil {
		return nil, err
	}
	defer h.done()
	if err := r.Ready(); err != nil {
		return nil, err
	}
	sums := make([]sha.Sum, e.Last-e.First+1)
	for i := range r.Units() {
		if err := v.unit(r, i, e, sums); err != nil {
			return nil, err
		}
	}
	return sums, nil
}

func (v *verifying) unit(r *segment.Reader, i int, e entry, sums []sha.Sum) error {
	u := r.Unit(i)
	defer u.Close()
	var columns []store.Column
	for _, f := range r.Fields() {
		if err := u.Load(f.Name); err != nil {
			return err
		}
		c, _ := u.Column(f.Name)
		columns = append(columns, *c)
	}
	v.hasher.Columns(columns)
	for rows := range slices.Chunk(u.Rows(), segment.BlockRows) {
		u.Forget()
		if err := v.block(u, rows, e, sums); err != nil {
			return err
		}
	}
	return nil
}

// block sums records that lie together.
func (v *verifying) block(u *segment.Unit, rows []int32, e entry, sums []sha.Sum) error {
	defer v.hasher.Sums() // an error leaves some
	places := make([]store.Place, len(rows))
	for i, row := range rows {
		p, err := u.Place(row)
		if err != nil {
			return err
		}
		raw, prior, err := u.Text(row)
		if err != nil {
			return err
		}
		if p.Seq < e.First || p.Seq > e.Last {
			return fmt.Errorf("a record numbered %d", p.Seq)
		}
		places[i] = p
		v.snap.man.formOf(p.Seq).add(&v.hasher, &p, int(row), raw, prior)
	}
	for i, sum := range v.hasher.Sums() {
		p := &places[i]
		if [16]byte(sum[:16]) != p.Hash {
			v.wrong("record %d (%s, line %d) was altered", p.Seq, p.Source, p.Line)
		}
		sums[p.Seq-e.First] = sum
		v.proof.Records++
	}
	return nil
}

// record goes on with the chain, and holds heads against it.
func (v *verifying) record(seq int64, sum sha.Sum, f form) {
	if sum == (sha.Sum{}) {
		v.wrong("record %d is missing", seq)
		return
	}
	v.chain = f.next(v.chain, sum)
	v.proof.LastSeq = seq
	for i, h := range v.heads {
		if h.Seq == seq {
			v.holdAgainst(i, h)
		}
	}
}

func (v *verifying) holdAgainst(i int, h store.Head) {
	if v.seen == nil {
		v.seen = map[int]bool{}
	}
	v.seen[i] = true
	switch {
	case h.Store != v.snap.man.Store:
		v.wrong("the head of record %d is another store's", h.Seq)
	case !strings.EqualFold(h.Chain, hex.EncodeToString(v.chain[:])):
		v.wrong("the head of record %d does not agree: records up to there were altered", h.Seq)
	default:
		v.proof.Heads++
	}
}

// memory checks what is in the log only. Its own checksums were looked at when
// it was read.
func (v *verifying) memory() {
	for _, p := range v.snap.parts {
		if v.next != p.first {
			v.joins("the log", p.first, hexOf(v.chain))
		}
		for row, sum := range p.sums(&v.hasher) {
			v.record(p.first+int64(row), sum, p.form)
			v.proof.Records++
		}
		v.next = p.last() + 1
	}
	if v.next != 0 && v.chain != v.snap.after {
		v.wrong("the records do not amount to the head of the store")
	}
}

// missingHeads tells heads of which there is no record.
func (v *verifying) missingHeads() {
	for i, h := range v.heads {
		switch {
		case v.seen[i]:
		case h.Store != v.snap.man.Store:
			v.wrong("the head of record %d is another store's", h.Seq)
		case v.droppedAt(h):
			v.proof.Heads++
		case h.Seq >= v.snap.seq:
			v.wrong("records up to %d are attested, and the last is %d", h.Seq, v.snap.seq)
		case v.isDropped(h.Seq):
		default:
			v.wrong("record %d, which is attested, is missing", h.Seq)
		}
	}
}

// droppedAt says whether a head is that of the last record that retention took
// at one time.
func (v *verifying) droppedAt(h store.Head) bool {
	for _, d := range v.snap.man.Dropped {
		if d.Last == h.Seq && strings.EqualFold(d.After, h.Chain) {
			return true
		}
	}
	return false
}

func (v *verifying) isDropped(seq int64) bool {
	for _, d := range v.snap.man.Dropped {
		if d.First <= seq && seq <= d.Last {
			return true
		}
	}
	return false
}
