package embedded

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/dogwatch-dev/dogwatch/internal/store"
	"github.com/dogwatch-dev/dogwatch/internal/store/segment"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

const (
	fileEnd  = ".parquet"
	indexEnd = ".index"
)

// sealer seals memory that is put aside, until ctx ends.
func (s *Store) sealer(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		case <-time.After(time.Minute): // age alone may make something go
		}
		for s.sealOnce() != nil {
			select {
			case <-ctx.Done():
				return
			case <-time.After(time.Second):
			case <-s.wake:
			}
		}
		if err := s.Maintain(ctx); err != nil && ctx.Err() == nil {
			s.opt.Log.Error("maintain store", "error", err)
		}
	}
}

// sealOnce writes what was put aside into a segment.
func (s *Store) sealOnce() error {
	s.mu.Lock()
	m := s.sealing
	s.mu.Unlock()
	if m == nil {
		return nil
	}
	err := s.seal(m)
	s.mu.Lock()
	s.sealErr = err
	s.sealed.Broadcast()
	s.mu.Unlock()
	if err != nil {
		s.opt.Log.Error("seal", "error", err)
		return err
	}
	for _, name := range m.files {
		s.remove(name)
	}
	return nil
}

func (s *Store) seal(m *memory) error {
	if len(m.parts) == 0 {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.sealing = nil
		return nil
	}
	blocks := make([]store.Block, len(m.parts))
	rows := 0
	for _, p := range m.parts {
		rows += len(p.times)
	}
	refs := make([]segment.Ref, 0, rows)
	for i, p := range m.parts {
		blocks[i] = p
		for row, t := range p.times {
			refs = append(refs, segment.Ref{Block: int32(i), Row: int32(row), Time: t, Seq: p.first + int64(row)})
		}
	}
	segment.SortRefs(refs)
	// The records of memory follow those that are sealed.
	s.mu.Lock()
	man := s.man
	s.mu.Unlock()
	last := m.parts[len(m.parts)-1]
	e := entry{Name: segmentName(m.parts[0].first, last.last(), man.Version), Before: man.Chain, Received: last.received}
	e.After = hexOf(last.after)
	err := s.writeSegment(&e, fieldsOf(m.parts), func(w *segment.Writer) error {
		for len(refs) > 0 {
			n := min(len(refs), segment.MaxUnitRows)
			if err := w.Unit(blocks, refs[:n]); err != nil {
				return err
			}
			refs = refs[n:]
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.commit(func(n *manifest) {
		n.Segments = append(n.Segments, e)
		n.Sealed, n.Chain, n.Received = e.Last, e.After, last.received
		n.sealForms(m.parts)
		n.setStreams(s.sealedMarks(e.Last))
		s.sealing = nil
	})
}

// sealedMarks are the streams' marks as far as records up to one show them. The
// lock is held.
func (s *Store) sealedMarks(last int64) map[string]mark {
	marks := map[string]mark{}
	for _, k := range s.man.Streams {
		marks[k.Stream] = k
	}
	for _, m := range []*memory{s.sealing, s.active} {
		if m == nil {
			continue
		}
		for _, p := range m.parts {
			if p.last() <= last {
				records := p.batch.Records
				marks[p.batch.Stream] = mark{p.batch.Stream, records[len(records)-1].Position, p.last()}
			}
		}
	}
	return marks
}

func segmentName(first, last, version int64) string {
	return fmt.Sprintf("%012d-%012d-%06d", first, last, version)
}

// fieldsOf are the columns of parts. Of two types for one name the last counts:
// it is that of the newer version.
func fieldsOf(parts []*part) []segment.Field {
	types := map[string]value.Type{}
	var names []string
	for _, p := range parts {
		for _, c := range p.batch.Columns {
			if _, known := types[c.Name]; !known {
				names = append(names, c.Name)
			}
			types[c.Name] = c.Type
		}
	}
	fields := make([]segment.Field, len(names))
	for i, name := range names {
		fields[i] = segment.Field{Name: name, Type: types[name]}
	}
	return fields
}

// writeSegment writes the files of a segment and fills in the rest of e.
func (s *Store) writeSegment(e *entry, fields []segment.Field, units func(*segment.Writer) error) error {
	base := filepath.Join(s.opt.Dir, dataFolder, e.Name)
	file, err := createTemp(base + fileEnd)
	if err != nil {
		return err
	}
	index, err := createTemp(base + indexEnd)
	if err != nil {
		return file.finish("", err)
	}
	w, err := segment.NewWriter(file, index, fields, map[string]string{"dogwatch.store": s.man.Store, "dogwatch.before": e.Before, "dogwatch.after": e.After})
	var stats segment.Stats
	if err == nil {
		if err = units(w); err == nil {
			stats, err = w.Close()
		}
	}
	if err == nil {
		err = failpoint("segment")
	}
	err = index.finish(base+indexEnd, err)
	if err = file.finish(base+fileEnd, err); err != nil {
		s.remove(base + indexEnd)
		return fmt.Errorf("write segment: %w", err)
	}
	e.First, e.Last, e.Records = stats.FirstSeq, stats.LastSeq, stats.Records
	e.From, e.To, e.Timeless, e.Raw = stats.From, stats.To, stats.Timeless, stats.RawBytes
	e.Bytes, e.Index, e.Sum, e.IndexSum = file.size, index.size, file.digest(), index.digest()
	return failpoint("renamed")
}

// commit makes the next manifest the store's. The lock is taken; change runs
// under it.
func (s *Store) commit(change func(*manifest)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.man.next(s.opt.Now())
	sealing := s.sealing
	change(n)
	if err := n.save(s.opt.Dir); err != nil {
		s.sealing = sealing
		return err
	}
	s.adopt(n)
	return failpoint("committed")
}

// adopt makes a manifest that is on disk the one that scans see.
func (s *Store) adopt(n *manifest) {
	kept := map[string]bool{}
	for _, e := range n.Segments {
		kept[e.Name] = true
		if s.handles[e.Name] == nil {
			s.handles[e.Name] = s.newHandle(e)
		}
		s.handles[e.Name].become(e)
	}
	for name, h := range s.handles {
		if !kept[name] {
			delete(s.handles, name)
			h.doom()
		}
	}
	s.man = n
}
