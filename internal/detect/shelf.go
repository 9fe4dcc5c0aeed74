package detect

import (
	"bufio"
	"cmp"
	"os"
	"slices"
	"sync"
)

// A shelf keeps on disk the rows for which there is no memory: in a file that
// nobody else sees, and that is gone when the process is. It is filled under the
// engine's lock.
type shelf struct {
	f *os.File

	mu     sync.Mutex // while a row is read
	out    *bufio.Writer
	size   int64
	chunks []chunk // those read last, the latest first
}

// A chunk is a part of the file as it was read.
type chunk struct {
	at   int64
	text []byte
}

const (
	chunkSize  = 256 << 10
	maxChunks  = 24
	shelfWrite = 256 << 10
)

func newShelf() (*shelf, error) {
	f, err := os.CreateTemp("", "dogwatch-rows-*")
	if err != nil {
		return nil, err
	}
	// Where a file that is open cannot be removed, close does.
	_ = os.Remove(f.Name())
	return &shelf{f: f, out: bufio.NewWriterSize(f, shelfWrite)}, nil
}

func (s *shelf) close() {
	_ = s.f.Close()
	_ = os.Remove(s.f.Name())
}

// put appends a row and returns its place.
func (s *shelf) put(b []byte) (at int64, err error) {
	at = s.size
	n, err := s.out.Write(b)
	s.size += int64(n)
	return at, err
}

// settle makes what was put readable.
func (s *shelf) settle() error {
	// One that was read at the end of the file may be longer now.
	s.chunks = slices.DeleteFunc(s.chunks, func(c chunk) bool { return len(c.text) < chunkSize })
	return s.out.Flush()
}

// get reads a row; good until the next call.
func (s *shelf) get(at int64, n int) ([]byte, error) {
	from := at / chunkSize * chunkSize
	if at+int64(n) > from+chunkSize {
		b := make([]byte, n)
		_, err := s.f.ReadAt(b, at)
		return b, err
	}
	c, err := s.chunk(from)
	if err != nil {
		return nil, err
	}
	return c.text[at-from : at-from+int64(n)], nil
}

func (s *shelf) chunk(from int64) (*chunk, error) {
	for i := range s.chunks {
		if s.chunks[i].at == from {
			c := s.chunks[i]
			copy(s.chunks[1:i+1], s.chunks[:i])
			s.chunks[0] = c
			return &s.chunks[0], nil
		}
	}
	var c chunk
	if len(s.chunks) < maxChunks {
		c.text = make([]byte, chunkSize)
		s.chunks = append(s.chunks, chunk{})
	} else {
		c.text = s.chunks[len(s.chunks)-1].text[:chunkSize]
	}
	c.at = from
	n := min(chunkSize, int(s.size-from))
	if _, err := s.f.ReadAt(c.text[:n], from); err != nil {
		s.chunks = s.chunks[:0]
		return nil, err
	}
	c.text = c.text[:n]
	copy(s.chunks[1:], s.chunks)
	s.chunks[0] = c
	return &s.chunks[0], nil
}

// shelve puts the window's rows on disk, for all windows that share them, and says how
// many bytes of memory that freed.
func (w *window) shelve(s *shelf, st *RuleStats) (freed int64, err error) {
	var b []byte
	for i := range w.rows {
		if h := w.rows[i].held; h != nil {
			var n int
			if n, b, err = h.shelve(s, b); err != nil {
				return 0, err
			}
			st.Shelved += int64(n)
		}
	}
	if err := s.settle(); err != nil {
		return 0, err
	}
	for i := range w.rows {
		r := &w.rows[i]
		if r.held == nil {
			continue
		}
		for _, o := range w.sharers() {
			less := r.release() - keptSize
			o.mem, o.resident, freed = o.mem-(int64(r.size())-keptSize), o.resident-less, freed+less
		}
		r.held, r.lies = nil, r.held.lies
	}
	return freed, nil
}

// tidy puts the rows of rules that count on disk where all together take too
// much memory: those of the rules that keep most, until half of it is free. So the
// work comes in parts, and what is forgotten soon is not written. Where that cannot
// be, they stay, and the bounds of each rule hold.
func (e *Engine) tidy() {
	if e.resident <= e.shelveAt || e.unshelved {
		return
	}
	if e.shelf == nil {
		if e.shelf, _ = newShelf(); e.shelf == nil {
			e.unshelved = true
			return
		}
	}
	for _, u := range e.largest() {
		if e.resident <= e.opt.Resident/2 {
			break
		}
		freed, err := u.window.shelve(e.shelf, u.stats)
		e.resident -= freed
		if err != nil {
			e.unshelved = true
			return
		}
	}
	e.shelveAt = max(e.opt.Resident, e.resident+e.opt.Resident/2)
}

// largest are the rules whose rows are worth being put on disk, first those that
// keep most. A row that several keep is counted for each of them: as long as one
// does not let go of it, it stays in memory.
func (e *Engine) largest() []*unit {
	var all []*unit
	for _, u := range e.units {
		if u.window != nil && u.window.mem >= e.opt.Resident/64 {
			all = append(all, u)
		}
	}
	slices.SortStableFunc(all, func(a, b *unit) int { return cmp.Compare(b.window.mem, a.window.mem) })
	return all
}
