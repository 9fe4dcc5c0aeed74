package embedded

import (
	"context"
	"fmt"
	"slices"

	"github.com/dogwatch-dev/dogwatch/internal/store"
	"github.com/dogwatch-dev/dogwatch/internal/store/segment"
)

// Maintain joins small segments and lets retention take what is due. Scans and
// appends go on meanwhile.
func (s *Store) Maintain(ctx context.Context) error { return s.tidy(ctx, smallRaw) }

// Compact seals what is in memory, joins segments as far as that pays, and lets
// retention take what is due.
func (s *Store) Compact(ctx context.Context) error {
	if s.opt.ReadOnly {
		return store.ErrReadOnly
	}
	if err := s.Flush(ctx); err != nil {
		return err
	}
	return s.tidy(ctx, fullRaw/2)
}

func (s *Store) tidy(ctx context.Context, small int64) error {
	s.maintain.Lock()
	defer s.maintain.Unlock()
	if err := s.retain(); err != nil {
		return err
	}
	for {
		run := s.smallRun(small)
		if run == nil {
			return nil
		}
		if err := s.join(ctx, run); err != nil {
			return err
		}
	}
}

// Flush seals what is in memory.
func (s *Store) Flush(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.writing || s.sealing != nil {
		if s.sealErr != nil {
			return s.sealErr
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		s.sealed.Wait()
	}
	if len(s.active.parts) == 0 {
		return nil
	}
	s.writing = true
	err := s.rotate()
	s.writing = false
	s.sealed.Broadcast()
	for err == nil && s.sealing != nil {
		s.sealed.Wait()
		err = s.sealErr
	}
	return err
}

const (
	// smallRaw is what a segment holds at most to be joined by itself with its
	// neighbours, bytes of records; fullRaw what the joined one may hold.
	smallRaw = 8 << 20
	fullRaw  = 128 << 20
	// mostJoined bounds how many files a join has open.
	mostJoined = 32
	// enough is how many small ones must lie together to be worth the work.
	enough = 4
)

// smallRun finds neighbours that are worth joining: by sequence number, for the
// chain goes by that.
func (s *Store) smallRun(small int64) []entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	least := enough
	if small > smallRaw {
		least = 2
	}
	var run []entry
	raw := int64(0)
	for _, e := range s.man.Segments {
		fits := e.Damage == "" && e.Raw < small
		follows := len(run) == 0 || run[len(run)-1].Last+1 == e.First
		if !fits || !follows || raw+e.Raw > fullRaw || len(run) == mostJoined {
			if len(run) >= least {
				return run
			}
			run, raw = nil, 0
		}
		if fits {
			run, raw = append(run, e), raw+e.Raw
		}
	}
	if len(run) >= least {
		return run
	}
	return nil
}

// join writes one segment of several, and puts them aside.
func (s *Store) join(ctx context.Context, run []entry) error {
	snap, err := s.snapshot()
	if err != nil {
		return err
	}
	defer snap.release()
	j := &joining{ctx: ctx}
	defer j.close()
	for i, e := range snap.entries {
		if !slices.ContainsFunc(run, func(r entry) bool { return r.Name == e.Name }) {
			continue
		}
		if err := j.add(snap.handles[i]); err != nil {
			s.quarantine(snap.handles[i], err)
			return fmt.Errorf("read segment %q: %w", e.Name, err)
		}
	}
	first, last := run[0], run[len(run)-1]
	e := entry{Name: segmentName(first.First, last.Last, snap.man.Version), Before: first.Before, After: last.After}
	for _, r := range run {
		e.Received = max(e.Received, r.Received)
	}
	if err := s.writeSegment(&e, j.fields(), j.write); err != nil {
		return err
	}
	return s.commit(func(n *manifest) {
		at := slices.IndexFunc(n.Segments, func(x entry) bool { return x.Name == first.Name })
		n.Segments = slices.DeleteFunc(n.Segments, func(x entry) bool {
			return slices.ContainsFunc(run, func(r entry) bool { return r.Name == x.Name })
		})
		n.Segments = slices.Insert(n.Segments, at, e)
	})
}

// A joining is the units of several segments.
type joining struct {
	ctx     context.Context
	handles []*handle
	units   []*segment.Unit
	blocks  []store.Block
	refs    []segment.Ref
	types   []segment.Field
}

func (j *joining) add(h *handle) error {
	r, err := h.open()
	if err != nil {
		return err
	}
	j.handles = append(j.handles, h)
	if err := r.Ready(); err != nil {
		return err
	}
	names := []string{}
	for _, f := range r.Fields() {
		names = append(names, f.Name)
		j.types = slices.DeleteFunc(j.types, func(g segment.Field) bool { return g.Name == f.Name })
		j.types = append(j.types, f)
	}
	for i := range r.Units() {
		u := r.Unit(i)
		j.units, j.blocks = append(j.units, u), append(j.blocks, u)
		if err := u.Load(names...); err != nil {
			return err
		}
		times, err := u.Times()
		if err != nil {
			return err
		}
		for _, row := range u.Rows() {
			p, err := u.Place(row)
			if err != nil {
				return err
			}
			j.refs = append(j.refs, segment.Ref{Block: int32(len(j.units) - 1), Row: row, Time: times[row], Seq: p.Seq})
		}
	}
	return nil
}

func (j *joining) fields() []segment.Field { return j.types }

// write gives the records out by time. The texts that were read are forgotten
// after each unit, so a unit is bounded by its bytes as well.
func (j *joining) write(w *segment.Writer) error {
	segment.SortRefs(j.refs)
	for len(j.refs) > 0 {
		if err := j.ctx.Err(); err != nil {
			return err
		}
		n := min(len(j.refs), segment.MaxUnitRows/4)
		if err := w.Unit(j.blocks, j.refs[:n]); err != nil {
			return err
		}
		j.refs = j.refs[n:]
		for _, u := range j.units {
			u.Forget()
		}
	}
	return nil
}

func (j *joining) close() {
	for _, u := range j.units {
		u.Close()
	}
	for _, h := range j.handles {
		h.done()
	}
}

// retain lets whole segments go that are too old, and the oldest while all
// together are too large. What was received last stays.
func (s *Store) retain() error {
	if s.opt.MaxAge == 0 && s.opt.MaxBytes == 0 {
		return nil
	}
	s.mu.Lock()
	var due []entry
	oldest := int64(0)
	if s.opt.MaxAge > 0 {
		oldest = store.Ticks(s.opt.Now().Add(-s.opt.MaxAge))
	}
	size := int64(0)
	for _, e := range s.man.Segments {
		size += e.Bytes + e.Index
	}
	why := ""
	for _, e := range s.man.Segments {
		switch {
		case e.Received < oldest:
			why = "age"
		case s.opt.MaxBytes > 0 && size > s.opt.MaxBytes && len(due) < len(s.man.Segments)-1:
			why = "size"
		default:
			continue
		}
		due = append(due, e)
		size -= e.Bytes + e.Index
	}
	s.mu.Unlock()
	if len(due) == 0 {
		return nil
	}
	return s.commit(func(n *manifest) { n.drop(why, due...) })
}
