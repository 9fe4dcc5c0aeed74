package app

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/internal/detect"
	"github.com/dogwatch-dev/dogwatch/internal/state"
)

// A keepsake is a file that keeps what a scan knows, for the next one: a log that
// is scanned in pieces then has the alerts of one that is scanned at once.
type keepsake struct {
	path string
	seen os.FileInfo // the file as it was loaded; nil: there was none
	told told        // when it was loaded
	next *os.File    // what is to take its place
	w    *state.Writer
}

// told is by the id of each alert what it said when it was told.
type told map[string]uint64

func said(a *dogwatch.Alert) uint64 {
	text, err := json.Marshal(a)
	if err != nil { // it cannot be shown either
		return 0
	}
	sum := sha256.Sum256(text)
	return binary.LittleEndian.Uint64(sum[:])
}

// load gives the scan what the file says, if there is one. A file that is
// damaged, or of another cluster, is an error, and nothing of it is used.
func (m *keepsake) load(a *App, s *scanning) (*detect.Restored, error) {
	f, err := os.Open(m.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if m.seen, err = f.Stat(); err != nil {
		return nil, err
	}
	restored, err := m.read(a, s, state.NewReader(f))
	if err != nil {
		return nil, fmt.Errorf("load the state %q: %w", m.path, err)
	}
	return restored, nil
}

func (m *keepsake) read(a *App, s *scanning, in *state.Reader) (*detect.Restored, error) {
	cluster, hops := in.Text(), in.Text()
	switch {
	case in.Err() != nil:
		return nil, in.Err()
	case cluster != a.cfg.Cluster:
		return nil, fmt.Errorf("it is that of the cluster %q, and this scan is of %q (--cluster): each needs a state of its own", cluster, a.cfg.Cluster)
	case hops != fmt.Sprint(a.cfg.TrustedHops):
		return nil, fmt.Errorf("it was made with the trusted hops %s, and this scan has %v (--trusted-hops): what records say of addresses is not the same", hops, a.cfg.TrustedHops)
	}
	restored, err := s.engine.Load(in, a.marks())
	if err != nil {
		return nil, err
	}
	if err := s.reader.Load(in); err != nil {
		return nil, err
	}
	m.told = told{}
	for n := in.Len(); n > 0 && in.Err() == nil; n-- {
		id := in.Text()
		m.told[id] = in.Word()
	}
	return restored, in.Close()
}

// draft writes what the scan knows when its input is read and before it ends:
// windows that are open stay open. It goes to a file beside, that only its owner
// may read, as it has records in it.
func (m *keepsake) draft(a *App, s *scanning) (err error) {
	if m.next, err = os.CreateTemp(filepath.Dir(m.path), "."+filepath.Base(m.path)+"-*"); err != nil {
		return err
	}
	m.w = state.NewWriter(m.next)
	m.w.Text(a.cfg.Cluster)
	m.w.Text(fmt.Sprint(a.cfg.TrustedHops))
	if err := s.engine.Save(m.w, a.marks()); err != nil {
		return err
	}
	s.reader.Save(m.w)
	return nil
}

// keep puts the draft in the file's place, with the alerts as they were told.
// Whatever happens meanwhile, the file is the old one or the new one.
func (m *keepsake) keep(alerts []dogwatch.Alert) error {
	m.w.Len(len(alerts))
	for i := range alerts {
		m.w.Text(alerts[i].ID)
		m.w.Word(said(&alerts[i]))
	}
	err := m.w.Close()
	if err == nil {
		err = m.next.Sync()
	}
	if closed := m.next.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = m.unchanged()
	}
	if err == nil {
		err = os.Rename(m.next.Name(), m.path)
	}
	if err == nil {
		err = syncDir(filepath.Dir(m.path))
	}
	if err != nil {
		m.discard()
		return fmt.Errorf("keep the state %q: %w", m.path, err)
	}
	return nil
}

// unchanged asks that the file is the one that was loaded: of two scans at the
// same time the second would forget what the first saw.
func (m *keepsake) unchanged() error {
	now, err := os.Stat(m.path)
	if errors.Is(err, fs.ErrNotExist) && m.seen == nil {
		return nil
	}
	if err != nil {
		return err
	}
	if m.seen == nil || !os.SameFile(now, m.seen) || now.Size() != m.seen.Size() || !now.ModTime().Equal(m.seen.ModTime()) {
		return errors.New("another scan changed it meanwhile")
	}
	return nil
}

// discard forgets the draft.
func (m *keepsake) discard() {
	if m.next != nil {
		_ = m.next.Close()
		_ = os.Remove(m.next.Name())
	}
}

// syncDir makes a renaming last. Windows has no such thing for a folder.
func syncDir(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	defer d.Close()
	// Some file systems cannot, and need not.
	if err := d.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrInvalid) {
		return err
	}
	return nil
}

// Fresh are the alerts that were not told before, or say more now: all of them
// where no state was loaded.
func (r *ScanResult) Fresh() []dogwatch.Alert {
	if r.kept == nil {
		return r.Alerts
	}
	return slices.DeleteFunc(slices.Clone(r.Alerts), func(a dogwatch.Alert) bool {
		was, known := r.kept.told[a.ID]
		return known && was == said(&a)
	})
}

// Keep writes the state of a scan that had one, once its alerts are told. Until
// then the file stays what it was, and the same alerts are told again.
func (r *ScanResult) Keep() error {
	if r.kept == nil || r.kept.next == nil {
		return nil
	}
	return r.kept.keep(r.Alerts)
}

// Discard leaves the state as it was.
func (r *ScanResult) Discard() {
	if r.kept != nil {
		r.kept.discard()
		r.kept.next = nil
	}
}
