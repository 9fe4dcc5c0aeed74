package embedded

import (
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/dogwatch-dev/dogwatch/internal/store/segment"
)

// A handle is a segment's files while scans use them. They stay open for the next
// scan, unless too many are; when the segment was put aside, they are removed
// after the last.
type handle struct {
	base string

	mu      sync.Mutex
	entry   entry // of the manifest that scans see now
	held    int   // snapshots that may read it
	users   int   // of the reader
	reader  *segment.Reader
	doomed  bool
	readers *atomic.Int64 // readers of the whole store
}

// mostOpen is how many segments stay open with what they say of themselves,
// some 50 KB each; those of which only the index was asked take less.
const mostOpen = 200

// mostIndexes is how many segments stay open at all.
var mostIndexes = int64(min(maxFiles()/2, 4000))

func (s *Store) newHandle(e entry) *handle {
	return &handle{base: filepath.Join(s.opt.Dir, dataFolder, e.Name), entry: e, readers: &s.readers}
}

// now is the segment's entry, as the manifest has it that scans see.
func (h *handle) now() entry {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.entry
}

func (h *handle) become(e entry) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.entry = e
}

func (h *handle) hold() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.held++
}

// letGo ends a hold.
func (h *handle) letGo() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.held--
	h.bury()
}

// doom says that no manifest names the segment any more.
func (h *handle) doom() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.doomed = true
	h.bury()
}

func (h *handle) bury() {
	if h.doomed && h.held == 0 {
		_ = h.shut()
		_ = os.Remove(h.base + fileEnd) // or the next start does it
		_ = os.Remove(h.base + indexEnd)
	}
}

// open gives the reader; done must be called after its use.
func (h *handle) open() (*segment.Reader, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.reader == nil {
		r, err := segment.Open(h.base+fileEnd, h.base+indexEnd)
		if err != nil {
			return nil, err
		}
		h.reader = r
		h.readers.Add(1)
	}
	h.users++
	return h.reader, nil
}

func (h *handle) done() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.users--
	if n := h.readers.Load(); h.users == 0 && (n > mostIndexes || n > mostOpen && h.reader.IsReady()) {
		_ = h.shut()
	}
}

// shut closes the files. The lock is held.
func (h *handle) shut() error {
	if h.reader == nil {
		return nil
	}
	err := h.reader.Close()
	h.reader = nil
	h.readers.Add(-1)
	return err
}

func (h *handle) close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.shut()
}
