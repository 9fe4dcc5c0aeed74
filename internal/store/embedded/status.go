package embedded

import (
	"context"
	"os"
	"path/filepath"

	"github.com/dogwatch-dev/dogwatch/internal/store"
)

// Status says what is kept.
func (s *Store) Status(context.Context) (store.Status, error) {
	snap, err := s.snapshot()
	if err != nil {
		return store.Status{}, err
	}
	defer snap.release()
	st := store.Status{LastSeq: snap.seq, Segments: len(snap.entries), Head: s.headOf(snap)}
	see := func(first, n, from, to int64) {
		st.Records += n
		if st.FirstSeq == 0 {
			st.FirstSeq = first
		}
		if from != 0 && (st.From == 0 || from < st.From) {
			st.From = from
		}
		st.To = max(st.To, to)
	}
	for _, e := range snap.entries {
		see(e.First, e.Records, e.From, e.To)
		st.RawBytes += e.Raw
		if e.Damage != "" {
			st.Quarantined = append(st.Quarantined, e.Name+": "+e.Damage)
		}
	}
	for _, p := range snap.parts {
		from, to, _ := span(p.times)
		see(p.first, int64(len(p.times)), from, to)
		st.Unsealed += int64(len(p.times))
		st.RawBytes += int64(sizeOf(&p.batch))
	}
	for _, d := range snap.man.Dropped {
		st.Dropped += d.Last - d.First + 1
	}
	s.mu.Lock()
	st.Streams = len(s.marks)
	st.Quarantined = append(st.Quarantined, s.problems...)
	s.mu.Unlock()
	st.DiskBytes = s.diskBytes()
	return st, nil
}

// diskBytes is the size of all files of the store.
func (s *Store) diskBytes() (n int64) {
	for _, pattern := range []string{"*", logFolder + "/*", dataFolder + "/*"} {
		names, _ := filepath.Glob(filepath.Join(s.opt.Dir, pattern))
		for _, name := range names {
			if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() {
				n += info.Size()
			}
		}
	}
	return n
}

func (s *Store) headOf(snap *snapshot) store.Head {
	return store.Head{Store: snap.man.Store, Seq: snap.seq, Chain: hexOf(snap.after), Time: s.opt.Now().UTC()}
}
