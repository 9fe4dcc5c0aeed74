package embedded

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/dogwatch-dev/dogwatch/internal/store/wal"
)

const logEnd = ".log"

// recover reads what the log holds beyond the segments.
func (s *Store) recover() error {
	chain, err := chainOf(s.man.Chain)
	if err != nil {
		return err
	}
	s.seq, s.chain, s.received = s.man.Sealed, chain, s.man.Received
	for _, k := range s.man.Streams {
		s.marks[k.Stream] = k
	}
	s.active = &memory{}
	names, err := filepath.Glob(filepath.Join(s.opt.Dir, logFolder, "*"+logEnd))
	if err != nil {
		return err
	}
	slices.Sort(names)
	for _, name := range names {
		if err := s.recoverFile(name); err != nil {
			return fmt.Errorf("read log %q: %w", name, err)
		}
	}
	return nil
}

// recoverFile takes over a log file. One that holds nothing beyond the
// segments was left when the process stopped before it was removed.
func (s *Store) recoverFile(name string) error {
	if n, err := strconv.ParseInt(strings.TrimSuffix(filepath.Base(name), logEnd), 10, 64); err == nil {
		s.logNo = max(s.logNo, n)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	before := len(s.active.parts)
	found, err := wal.Read(data, s.recoverFrame)
	if err != nil {
		return err
	}
	for _, d := range found.Damages {
		s.problem("log %q is damaged from byte %d to %d", filepath.Base(name), d.From, d.To)
	}
	if len(s.active.parts) == before && len(found.Damages) == 0 {
		if !s.opt.ReadOnly {
			s.remove(name)
		}
		return nil
	}
	s.active.files = append(s.active.files, name)
	return nil
}

func (s *Store) recoverFrame(frame []byte) error {
	p, err := parseFrame(frame)
	if err != nil {
		return err
	}
	if p.last() <= s.seq {
		return nil
	}
	if p.first != s.seq+1 {
		s.problem("the log lacks the records %d to %d", s.seq+1, p.first-1)
	}
	s.take(p)
	return nil
}

// take adds a part to memory; it follows what is there.
func (s *Store) take(p *part) {
	s.chain = p.chain(s.chain, &s.hasher)
	s.seq, s.received = p.last(), max(s.received, p.received)
	records := p.batch.Records
	s.marks[p.batch.Stream] = mark{p.batch.Stream, records[len(records)-1].Position, s.seq}
	s.active.parts = append(s.active.parts, p)
	s.active.bytes += p.size
}

// newLog starts the next log file.
func (s *Store) newLog() error {
	if err := failpoint("log"); err != nil {
		return err
	}
	s.logNo++
	name := filepath.Join(s.opt.Dir, logFolder, fmt.Sprintf("%012d%s", s.logNo, logEnd))
	log, err := wal.Create(name)
	if err != nil {
		return fmt.Errorf("start log: %w", err)
	}
	if err := syncDir(filepath.Dir(name)); err != nil {
		_ = log.Close()
		return fmt.Errorf("start log: %w", err)
	}
	if s.log != nil {
		_ = s.log.Close() // all of it is synced
	}
	s.log, s.logName = log, name
	s.active.files = append(s.active.files, name)
	return nil
}
