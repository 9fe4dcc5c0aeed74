package embedded

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"slices"
	"strings"

	"github.com/dogwatch-dev/dogwatch/internal/store"
	"github.com/dogwatch-dev/dogwatch/internal/store/segment"
)

// A snapshot is what the store held at one moment.
type snapshot struct {
	man     *manifest
	handles []*handle
	entries []entry
	parts   []*part
	after   store.Chain // with the parts
	seq     int64
}

func (s *Store) snapshot() (*snapshot, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, errClosed
	}
	n := &snapshot{man: s.man, after: s.chain, seq: s.seq}
	for _, e := range s.man.Segments {
		h := s.handles[e.Name]
		h.hold()
		n.handles, n.entries = append(n.handles, h), append(n.entries, e)
	}
	for _, m := range []*memory{s.sealing, s.active} {
		if m != nil {
			n.parts = append(n.parts, m.parts...)
		}
	}
	return n, nil
}

func (n *snapshot) release() {
	for _, h := range n.handles {
		h.letGo()
	}
}

// A source is a segment or a part of memory in a scan.
type source struct {
	from, to int64 // ticks; 0 when no event has a time
	timeless bool
	handle   *handle
	part     *part
}

// sources are what may hold what a request means, in its order.
func (n *snapshot) sources(req *store.Request) []source {
	var all []source
	for i, e := range n.entries {
		all = append(all, source{e.From, e.To, e.Timeless, n.handles[i], nil})
	}
	for _, p := range n.parts {
		from, to, timeless := span(p.times)
		all = append(all, source{from, to, timeless, nil, p})
	}
	if req.Order == store.NewestFirst {
		slices.SortStableFunc(all, func(a, b source) int { return cmp.Compare(b.to, a.to) })
	} else {
		slices.SortStableFunc(all, func(a, b source) int { return cmp.Compare(a.from, b.from) })
	}
	return all
}

func span(times []int64) (from, to int64, timeless bool) {
	for _, t := range times {
		if t == 0 {
			timeless = true
			continue
		}
		if from == 0 || t < from {
			from = t
		}
		to = max(to, t)
	}
	return from, to, timeless
}

// Scan emits what a request may mean.
func (s *Store) Scan(ctx context.Context, req store.Request, emit func(store.Block) error) (store.Scanned, error) {
	snap, err := s.snapshot()
	if err != nil {
		return store.Scanned{}, err
	}
	defer snap.release()
	sc := newScan(ctx, &req, emit)
	all := snap.sources(&req)
	sc.out.Of = len(all)
	for _, src := range all {
		if err := ctx.Err(); err != nil {
			return sc.out, err
		}
		if req.Delay == "" && !sc.wants(src.from, src.to, src.timeless) {
			continue
		}
		sc.out.Segments++
		err := sc.source(src)
		sc.tell()
		switch {
		case err == nil:
		case sc.failed != nil:
			return sc.out, sc.failed
		case ctx.Err() != nil:
			return sc.out, ctx.Err()
		default:
			s.quarantine(src.handle, err)
			sc.out.Problems = append(sc.out.Problems, fmt.Errorf("segment %q is left out: %w", src.handle.now().Name, err))
		}
	}
	return sc.out, nil
}

// quarantine notes that a segment is damaged, so that it is not built upon.
func (s *Store) quarantine(h *handle, why error) {
	if s.opt.ReadOnly || !errors.Is(why, segment.ErrDamaged) && !errors.Is(why, fs.ErrNotExist) {
		return
	}
	name := h.now().Name
	err := s.commit(func(n *manifest) {
		for i := range n.Segments {
			if n.Segments[i].Name == name {
				n.Segments[i].Damage = why.Error()
			}
		}
	})
	if err != nil {
		s.opt.Log.Error("note a damaged segment", "error", err)
	}
}

// A scan is one run of Scan.
type scan struct {
	ctx     context.Context
	req     *store.Request
	emit    func(store.Block) error
	failed  error // emit's
	out     store.Scanned
	columns store.Predicate
	text    store.Predicate
	names   []string // columns that the predicate reads
	byCol   *store.Matcher
	byText  *store.Matcher
	rows    [3][]int32
	// least and most are the ticks by which the times of a unit's records lie
	// before those that the request bounds, if that is known.
	least, most int64
	anywhen     bool
}

func newScan(ctx context.Context, req *store.Request, emit func(store.Block) error) *scan {
	sc := &scan{ctx: ctx, req: req, emit: emit}
	sc.columns, sc.text = store.Split(req.Where)
	sc.names = columnsOf(req.Where, nil)
	sc.byCol, sc.byText = store.NewMatcher(sc.columns), store.NewMatcher(sc.text)
	return sc
}

func columnsOf(p store.Predicate, names []string) []string {
	switch p := p.(type) {
	case store.And:
		for _, q := range p {
			names = columnsOf(q, names)
		}
	case store.Or:
		for _, q := range p {
			names = columnsOf(q, names)
		}
	case store.In:
		names = append(names, p.Column)
	case store.Range:
		names = append(names, p.Column)
	}
	return names
}

// wants says whether events of a span of time are meant.
func (sc *scan) wants(from, to int64, timeless bool) bool {
	if timeless || sc.anywhen {
		return true
	}
	from, to = from+sc.least, to+sc.most
	if r := sc.req; r.From != 0 && to < r.From || r.To != 0 && from > r.To {
		return false
	}
	if sc.req.Bound == nil {
		return true
	}
	b := sc.req.Bound()
	switch {
	case b == 0:
		return true
	case sc.req.Order == store.NewestFirst:
		return to >= b
	}
	return from <= b
}

func (sc *scan) tell() {
	if sc.req.Progress != nil {
		sc.req.Progress(store.Progress{Segments: sc.out.Segments, Of: sc.out.Of, Bytes: sc.out.Bytes, Records: sc.out.Records})
	}
}

func (sc *scan) source(src source) error {
	if src.part != nil {
		return sc.memory(src.part)
	}
	if d := src.handle.now().Damage; d != "" {
		return errors.New(d)
	}
	r, err := src.handle.open()
	if err != nil {
		return err
	}
	defer src.handle.done()
	for i := range r.Units() {
		at := i
		if sc.req.Order == store.NewestFirst {
			at = r.Units() - 1 - i
		}
		if err := sc.unit(r.Unit(at)); err != nil {
			return err
		}
	}
	return nil
}

// memory judges the records of a part row by row.
func (sc *scan) memory(p *part) error {
	rows, err := sc.judge(p, p.Rows())
	if err != nil || len(rows) == 0 {
		return err
	}
	return sc.give(chosen{p, rows})
}

// unit judges a unit: first by what the index and the columns say, and only
// what is left by the records themselves.
func (sc *scan) unit(u *segment.Unit) (err error) {
	defer func() {
		sc.out.Bytes += u.Bytes
		sc.out.Blocks += u.Opened
		u.Close()
	}()
	if err := sc.delays(u); err != nil {
		return err
	}
	rows, err := sc.candidates(u)
	if err != nil || len(rows) == 0 {
		return err
	}
	if err := errors.Join(u.Ready(), u.Load(sc.names...)); err != nil {
		return err
	}
	if rows, err = sc.byTime(u, rows); err != nil {
		return err
	}
	if rows, err = sc.byCol.Rows(rows, rows, columnsIn(u), nil); err != nil {
		return err
	}
	return sc.chunks(u, rows)
}

// delays finds how far the times that the request bounds are from those of the
// records.
func (sc *scan) delays(u *segment.Unit) error {
	if sc.req.Delay == "" {
		return nil
	}
	if err := u.Load(sc.req.Delay); err != nil {
		return err
	}
	c, ok := u.Column(sc.req.Delay)
	if sc.anywhen = !ok; !ok {
		return nil
	}
	sc.least, sc.most = math.MaxInt64, math.MinInt64
	for i, v := range c.Dict {
		if v.IsNull() {
			sc.anywhen = sc.anywhen || slices.Contains(c.Codes, uint32(i))
			continue
		}
		sc.least = min(sc.least, v.Int()*store.TicksPerMilli)
		sc.most = max(sc.most, (v.Int()+1)*store.TicksPerMilli-1)
	}
	return nil
}

// candidates are the rows of the blocks that the index does not rule out.
func (sc *scan) candidates(u *segment.Unit) ([]int32, error) {
	rows := sc.rows[0][:0]
	if sc.text == nil && sc.req.From == 0 && sc.req.To == 0 {
		err := u.Ready()
		rows = appendRows(rows, 0, int32(u.Len()))
		sc.rows[0] = rows
		return rows, err
	}
	err := u.Blocks(sc.text, func(first, end int32, from, to int64, timeless bool) {
		if sc.wants(from, to, timeless) {
			rows = appendRows(rows, first, end)
		}
	})
	sc.rows[0] = rows
	return rows, err
}

func appendRows(rows []int32, from, to int32) []int32 {
	for r := from; r < to; r++ {
		rows = append(rows, r)
	}
	return rows
}

// byTime keeps the rows within the request's bounds.
func (sc *scan) byTime(b store.Block, rows []int32) ([]int32, error) {
	if sc.req.From == 0 && sc.req.To == 0 {
		return rows, nil
	}
	times, err := b.Times()
	if err != nil {
		return nil, err
	}
	delay, _ := b.Column(sc.req.Delay)
	out := rows[:0]
	for _, r := range rows {
		if sc.req.Meant(times[r], delay, r) {
			out = append(out, r)
		}
	}
	return out, nil
}

func columnsIn(b store.Block) func(string) *store.Column {
	return func(name string) *store.Column {
		c, _ := b.Column(name)
		return c
	}
}

// judge is what is left of rows of a block in memory.
func (sc *scan) judge(b store.Block, rows []int32) ([]int32, error) {
	rows, err := sc.byTime(b, slices.Clone(rows))
	if err != nil {
		return nil, err
	}
	if rows, err = sc.byCol.Rows(rows, rows, columnsIn(b), nil); err != nil {
		return nil, err
	}
	return sc.byText.Rows(rows, rows, columnsIn(b), func(row int32) (string, error) {
		raw, _, err := b.Text(row)
		return raw, err
	})
}

// chunkRows is how many blocks' rows are handed on together: their texts are
// held in memory meanwhile.
const chunkBlocks = 8

// chunks hands on rows of a unit a few blocks at a time, in the request's
// order.
func (sc *scan) chunks(u *segment.Unit, rows []int32) error {
	for len(rows) > 0 {
		if err := sc.ctx.Err(); err != nil {
			return err
		}
		var chunk []int32
		if sc.req.Order == store.NewestFirst {
			chunk, rows = lastChunk(rows)
		} else {
			chunk, rows = firstChunk(rows)
		}
		if err := sc.chunk(u, chunk); err != nil {
			return err
		}
	}
	return nil
}

func firstChunk(rows []int32) (chunk, rest []int32) {
	end := rows[0]/segment.BlockRows + chunkBlocks
	n := 0
	for n < len(rows) && rows[n]/segment.BlockRows < end {
		n++
	}
	return rows[:n], rows[n:]
}

// lastChunk is one block only: whoever asks for the newest wants few.
func lastChunk(rows []int32) (chunk, rest []int32) {
	first := rows[len(rows)-1] / segment.BlockRows
	n := len(rows)
	for n > 0 && rows[n-1]/segment.BlockRows == first {
		n--
	}
	return rows[n:], rows[:n]
}

func (sc *scan) chunk(u *segment.Unit, rows []int32) error {
	defer u.Forget()
	if sc.req.Bound != nil {
		times, err := u.Times()
		if err != nil {
			return err
		}
		first, last := times[rows[0]], times[rows[len(rows)-1]]
		if !sc.wants(first, last, first == 0) {
			return nil
		}
	}
	if sc.text != nil {
		var err error
		if rows, err = sc.matching(u, rows); err != nil {
			return err
		}
	}
	if len(rows) == 0 {
		return nil
	}
	if err := u.Load(sc.req.Columns...); err != nil {
		return err
	}
	return sc.give(chosen{lasting{u}, rows})
}

// matching are the rows whose texts may be meant. Those of blocks without any
// are forgotten at once.
func (sc *scan) matching(u *segment.Unit, rows []int32) ([]int32, error) {
	out := sc.rows[1][:0]
	for len(rows) > 0 {
		n := 1
		for n < len(rows) && rows[n]/segment.BlockRows == rows[0]/segment.BlockRows {
			n++
		}
		found, err := sc.byText.Rows(rows[:n], sc.rows[2], columnsIn(u), u.Raw)
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			u.ForgetBlock(rows[0])
		}
		out = append(out, found...)
		sc.rows[2], rows = found, rows[n:]
	}
	sc.rows[1] = out
	return out, nil
}

// lasting is a unit whose texts are good for ever, as those of a block are.
type lasting struct{ *segment.Unit }

// Text is a record's bytes.
func (u lasting) Text(row int32) (raw, prior string, err error) {
	raw, prior, err = u.Unit.Text(row)
	return strings.Clone(raw), strings.Clone(prior), err
}

// chosen is a block of which some rows are meant.
type chosen struct {
	store.Block
	rows []int32
}

// Rows are those.
func (c chosen) Rows() []int32 { return c.rows }

func (sc *scan) give(b store.Block) error {
	sc.out.Records += int64(len(b.Rows()))
	if err := sc.emit(b); err != nil {
		sc.failed = err
		return err
	}
	return nil
}
