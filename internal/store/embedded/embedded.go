// Package embedded is the store that needs nothing installed: a folder of files.
//
// What is appended goes to a log first, many batches with one sync, and to
// memory. When memory holds enough, it is sealed: sorted by time, written as a
// segment (Parquet and an index), named in the next manifest, and only then is
// its log removed. Whatever moment the process or the machine stops at, the
// manifest and the log together say what is kept, each record once.
//
// Scans hold a snapshot: the segments of one manifest and the memory of that
// moment. Files that compaction or retention has put aside are removed when the
// last scan that may read them has ended.
package embedded

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dogwatch-dev/dogwatch/internal/store"
	"github.com/dogwatch-dev/dogwatch/internal/store/wal"
)

// Options say how a store is kept.
type Options struct {
	Dir string
	// ReadOnly opens a store that is there without changing a file of it;
	// several processes may do so at once.
	ReadOnly bool
	Now      func() time.Time // nil: the clock
	Log      *slog.Logger     // nil: nowhere
	// SealBytes is how much memory may hold before it is sealed; 0: 32 MB. Up
	// to twice of it is held while that is done.
	SealBytes int
	// MaxAge and MaxBytes are what retention keeps, by the time of receipt and
	// by the size of files; 0: all. Whole segments go.
	MaxAge   time.Duration
	MaxBytes int64
}

const (
	defaultSeal = 32 << 20
	lockName    = "LOCK"
	logFolder   = "wal"
	dataFolder  = "segments"
)

// ErrInUse is about a folder that another process works on.
var ErrInUse = errors.New("another dogwatch process is using it")

// ErrNoStore is about a folder that holds no store.
var ErrNoStore = errors.New("there is no store")

// A Store is an opened folder.
type Store struct {
	opt  Options
	lock *os.File

	mu       sync.Mutex
	man      *manifest
	handles  map[string]*handle // by segment name
	readers  atomic.Int64       // that are open
	active   *memory
	sealing  *memory // being sealed, or nil
	sealErr  error   // why the last try failed
	problems []string

	// What the log holds already, whoever waits for it or not.
	seq      int64
	chain    store.Chain
	received int64
	marks    map[string]mark

	queue   []*pending
	writing bool
	hasher  store.Hasher // of whoever is writing
	head    []byte       // memory of the same, for a frame
	log     *wal.Writer
	logName string
	logNo   int64

	closed   bool
	work     sync.WaitGroup
	wake     chan struct{} // tells the sealer
	sealed   *sync.Cond    // a try to seal has ended
	stop     context.CancelFunc
	maintain sync.Mutex // compaction and retention, one at a time
}

// A memory is the records that one or more log files hold.
type memory struct {
	parts []*part
	bytes int
	files []string
}

// Open opens the store of a folder, and makes one where there is none.
func Open(opt Options) (*Store, error) {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.SealBytes == 0 {
		opt.SealBytes = defaultSeal
	}
	s := &Store{opt: opt, handles: map[string]*handle{}, marks: map[string]mark{}, wake: make(chan struct{}, 1)}
	s.sealed = sync.NewCond(&s.mu)
	if err := s.open(); err != nil {
		_ = s.unlock()
		return nil, fmt.Errorf("open store %q: %w", opt.Dir, err)
	}
	if !opt.ReadOnly {
		ctx, stop := context.WithCancel(context.Background())
		s.stop = stop
		s.work.Go(func() { s.sealer(ctx) })
	}
	return s, nil
}

func (s *Store) open() error {
	if err := s.takeLock(); err != nil {
		return err
	}
	m, err := loadManifest(s.opt.Dir)
	if err != nil {
		return err
	}
	if m == nil {
		if m, err = s.create(); err != nil {
			return err
		}
	}
	s.man = m
	for _, e := range m.Segments {
		s.handles[e.Name] = s.newHandle(e)
	}
	if err := s.recover(); err != nil {
		return err
	}
	if s.opt.ReadOnly {
		return nil
	}
	s.sweep()
	return s.newLog()
}

// takeLock keeps other writers out, and everyone while this one writes.
func (s *Store) takeLock() error {
	name := filepath.Join(s.opt.Dir, lockName)
	if s.opt.ReadOnly {
		f, err := os.Open(name)
		if errors.Is(err, os.ErrNotExist) {
			return ErrNoStore
		}
		if err != nil {
			return err
		}
		s.lock = f
	} else {
		for _, dir := range []string{s.opt.Dir, filepath.Join(s.opt.Dir, logFolder), filepath.Join(s.opt.Dir, dataFolder)} {
			if err := os.MkdirAll(dir, 0o700); err != nil {
				return err
			}
		}
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return err
		}
		s.lock = f
	}
	taken, err := lockFile(s.lock, !s.opt.ReadOnly)
	if err == nil && !taken {
		err = ErrInUse
	}
	return err
}

func (s *Store) unlock() error {
	if s.lock == nil {
		return nil
	}
	return s.lock.Close()
}

// create starts an empty store.
func (s *Store) create() (*manifest, error) {
	logs, err := filepath.Glob(filepath.Join(s.opt.Dir, logFolder, "*.log"))
	if err != nil {
		return nil, err
	}
	segments, err := filepath.Glob(filepath.Join(s.opt.Dir, dataFolder, "*.parquet"))
	switch {
	case err != nil:
		return nil, err
	case len(logs)+len(segments) > 0:
		return nil, errors.New("it holds files of a store and no manifest")
	case s.opt.ReadOnly:
		return nil, ErrNoStore
	}
	id := make([]byte, 16)
	if _, err := rand.Read(id); err != nil {
		return nil, err
	}
	m := &manifest{Format: manifestFormat, Store: hex.EncodeToString(id), Version: 1, Written: s.opt.Now().UTC(), Chain: hexOf(store.Chain{})}
	return m, m.save(s.opt.Dir)
}

// Close seals nothing: what is in the log is found there again.
func (s *Store) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	for s.writing {
		s.sealed.Wait()
	}
	s.mu.Unlock()
	if s.stop != nil {
		s.stop()
	}
	s.work.Wait()
	var errs []error
	if s.log != nil {
		errs = append(errs, s.log.Close())
	}
	for _, h := range s.handles {
		errs = append(errs, h.close())
	}
	return errors.Join(append(errs, s.unlock())...)
}

// sweep removes files that no manifest names: what was being written when the
// process stopped, and what was put aside.
func (s *Store) sweep() {
	known := map[string]bool{}
	for _, e := range s.man.Segments {
		known[e.Name+fileEnd], known[e.Name+indexEnd] = true, true
	}
	found, _ := os.ReadDir(filepath.Join(s.opt.Dir, dataFolder))
	for _, d := range found {
		if !known[d.Name()] && d.Type().IsRegular() && isOurs(d.Name()) {
			s.remove(filepath.Join(s.opt.Dir, dataFolder, d.Name()))
		}
	}
	left, _ := filepath.Glob(filepath.Join(s.opt.Dir, "manifest-*"+tempSuffix))
	for _, name := range left {
		s.remove(name)
	}
}

func isOurs(name string) bool {
	for _, end := range []string{fileEnd, indexEnd, tempSuffix} {
		if filepath.Ext(name) == end {
			return true
		}
	}
	return false
}

func (s *Store) remove(name string) {
	if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
		s.opt.Log.Warn("remove a file that is no longer needed", "file", name, "error", err)
	}
}

// problem notes what an operator should know.
func (s *Store) problem(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	s.problems = append(s.problems, text)
	s.opt.Log.Error(text)
}
