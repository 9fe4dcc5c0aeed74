package embedded

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/dogwatch-dev/dogwatch/internal/store"
	"github.com/dogwatch-dev/dogwatch/internal/store/segment"
	"github.com/dogwatch-dev/dogwatch/internal/store/wal"
)

// A pending batch waits for its sync.
type pending struct {
	batch   *store.Batch
	receipt store.Receipt
	err     error
	done    chan struct{}
}

var errClosed = errors.New("the store is closed")

// Append keeps a batch. Whoever finds nobody writing writes what all have
// brought by then, with one sync.
func (s *Store) Append(ctx context.Context, b *store.Batch) (store.Receipt, error) {
	if s.opt.ReadOnly {
		return store.Receipt{}, store.ErrReadOnly
	}
	if err := checkBatch(b); err != nil {
		return store.Receipt{}, err
	}
	if err := ctx.Err(); err != nil {
		return store.Receipt{}, err
	}
	p := &pending{batch: b, done: make(chan struct{})}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return store.Receipt{}, errClosed
	}
	s.queue = append(s.queue, p)
	if s.writing {
		s.mu.Unlock()
		<-p.done // its memory is being read: to leave now would be wrong
		return p.receipt, p.err
	}
	s.writing = true
	for len(s.queue) > 0 {
		s.writeQueue()
	}
	s.writing = false
	s.sealed.Broadcast()
	s.mu.Unlock()
	return p.receipt, p.err
}

func checkBatch(b *store.Batch) error {
	for i := range b.Columns {
		c := &b.Columns[i]
		if err := segment.CheckField(segment.Field{Name: c.Name, Type: c.Type}); err != nil {
			return err
		}
		if len(c.Codes) != len(b.Records) {
			return fmt.Errorf("column %q has %d values for %d records", c.Name, len(c.Codes), len(b.Records))
		}
	}
	for i := 1; i < len(b.Records); i++ {
		if b.Records[i].Position <= b.Records[i-1].Position {
			return fmt.Errorf("stream %q: position %d comes after %d", b.Stream, b.Records[i].Position, b.Records[i-1].Position)
		}
	}
	if len(b.Records) > mostRecords {
		return fmt.Errorf("a batch of %d records: the most is %d", len(b.Records), mostRecords)
	}
	return nil
}

// mostAtOnce bounds the bytes that one sync is for.
const mostAtOnce = 16 << 20

// writeQueue writes what waits. The lock is held, but not while the disk works.
func (s *Store) writeQueue() {
	if err := s.makeRoom(); err != nil {
		s.fail(s.queue, err)
		s.queue = nil
		return
	}
	queue, bytes := s.queue, 0
	for i, p := range queue {
		if bytes += sizeOf(p.batch); bytes > mostAtOnce && i > 0 {
			queue = queue[:i]
			break
		}
	}
	s.queue = s.queue[len(queue):]
	w := &write{store: s, seq: s.seq, chain: s.chain, marks: map[string]int64{}}
	w.received = max(store.Ticks(s.opt.Now()), s.received)
	log := s.log
	s.mu.Unlock()
	err := w.frames(queue)
	if err == nil {
		err = failpoint("append")
	}
	if err == nil && len(w.parts) > 0 {
		err = log.Write(w.logged...)
	}
	s.mu.Lock()
	if err != nil {
		s.fail(queue, fmt.Errorf("write to the log: %w", err))
		return
	}
	s.publish(w)
	for _, p := range queue {
		close(p.done)
	}
}

func sizeOf(b *store.Batch) (n int) {
	for i := range b.Records {
		n += len(b.Records[i].Raw) + len(b.Records[i].Prior)
	}
	return n
}

func (s *Store) fail(queue []*pending, err error) {
	for _, p := range queue {
		p.receipt, p.err = store.Receipt{}, err
		close(p.done)
	}
}

// A write is what one sync is for.
type write struct {
	store    *Store
	seq      int64
	chain    store.Chain
	received int64
	marks    map[string]int64
	parts    []*part
	logged   []*wal.Frame
}

// frames numbers and sums what is new of the batches.
func (w *write) frames(queue []*pending) error {
	for _, p := range queue {
		b := *p.batch
		b.Stream, b.Source = strings.ToValidUTF8(b.Stream, "?"), strings.ToValidUTF8(b.Source, "?")
		known := w.known(&b)
		p.receipt = store.Receipt{Known: known, Kept: len(b.Records) - known}
		if p.receipt.Kept == 0 {
			continue
		}
		var frame *wal.Frame
		frame, w.store.head = frameOf(w.store.head, &b, known, w.seq+1, w.received)
		part, err := parseFrame(frame.Payload())
		if err != nil {
			return err
		}
		w.chain = part.chain(w.chain, &w.store.hasher)
		w.seq = part.last()
		w.marks[b.Stream] = b.Records[len(b.Records)-1].Position
		w.parts, w.logged = append(w.parts, part), append(w.logged, frame)
		p.receipt.Last = w.seq
	}
	return nil
}

// known is how many of the first records the stream brought before.
func (w *write) known(b *store.Batch) (n int) {
	last, ok := w.marks[b.Stream]
	if !ok {
		w.store.mu.Lock()
		m, there := w.store.marks[b.Stream]
		w.store.mu.Unlock()
		last, ok = m.Position, there
	}
	for ok && n < len(b.Records) && b.Records[n].Position <= last {
		n++
	}
	return n
}

// publish shows what is on disk now to scans.
func (s *Store) publish(w *write) {
	for _, p := range w.parts {
		s.active.parts = append(s.active.parts, p)
		s.active.bytes += p.size
		records := p.batch.Records
		s.marks[p.batch.Stream] = mark{p.batch.Stream, records[len(records)-1].Position, p.last()}
	}
	s.seq, s.chain, s.received = w.seq, w.chain, w.received
	s.forgetStreams()
}

// forgetStreams bounds the memory for streams; the manifest keeps no more.
func (s *Store) forgetStreams() {
	if len(s.marks) <= 2*mostStreams {
		return
	}
	m := &manifest{}
	m.setStreams(s.marks)
	s.marks = make(map[string]mark, len(m.Streams))
	for _, k := range m.Streams {
		s.marks[k.Stream] = k
	}
}

// makeRoom hands full memory to the sealer, and waits while that has its hands
// full.
func (s *Store) makeRoom() error {
	if s.active.bytes < s.opt.SealBytes {
		return nil
	}
	for s.sealing != nil {
		if s.sealErr != nil {
			err := s.sealErr
			s.kick()
			return fmt.Errorf("seal: %w", err)
		}
		s.sealed.Wait()
	}
	return s.rotate()
}

// rotate puts memory aside for the sealer and goes on with a new log.
func (s *Store) rotate() error {
	full := s.active
	s.active = &memory{}
	if err := s.newLog(); err != nil {
		s.active = full
		return err
	}
	s.sealing, s.sealErr = full, nil
	s.kick()
	return nil
}

func (s *Store) kick() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}
