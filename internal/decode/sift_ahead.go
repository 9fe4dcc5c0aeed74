package decode

import (
	"context"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/dogwatch-dev/dogwatch"
)

// A chunk is a part of an input, and what a sifter saw in it.
type chunk struct {
	text   string
	buf    []byte // that text was read into, to be written to again
	atEOF  bool   // the last line has no break
	behind int    // so much of the input follows; -1: not known
	begins bool   // it begins in a list of records

	items   []item    // the events
	turns   []turn    // theirs
	waiting []int     // those of them that wait for what the sieve is asked
	strays  []stray   // the other records
	sets    []uint64  // that the items' rules are made of
	members []member  // of strays
	own     []member  // of the record at hand
	logs    []byte    // what was unescaped
	left    []leftOut // of items
	body    int       // where the next body may begin in the text, if it was looked for
	size    int       // bytes that were looked at: less than text, where the next is to be read another way
	breaks  int64     // line breaks in them
	listed  bool      // they end in a list
	opened  int64     // where the last list began that was stepped into, counted as breaks; -1: none was
	count   int       // records on the last line
	looked  atomic.Bool
	by      *sifter // who looks at it: its memory is in the caches of that one's processor
}

const (
	// chunkSize is enough for what is new in it to be judged together.
	chunkSize = 2 << 20
	// leastChunk is how small chunks are where several sifters share what is left.
	leastChunk = 1 << 18
	// calmChunks must have been read since a stop before sifters run ahead: what was
	// seen behind a stop is seen again.
	calmChunks = 4
	// lastBytes are the end of an input, in which rows are handed on ever sooner once it
	// is known to be the end, so that the rules are not alone at work at last.
	lastBytes = 16 << 20
)

// A chunker cuts an input into chunks.
type chunker struct {
	text   string // what is not cut yet
	atEOF  bool
	in     *window // that the rest of the input is read from; nil: text is all that is cut
	reads  bool    // some was read
	listed bool    // text begins in a list, or is taken to
	lists  bool    // it is cut also between the elements of lists
	events bool    // which are events
	shares int     // for how many pieces what is left must do, if it ends the input
}

// most is how long the next piece may be.
func (t *chunker) most() int {
	if t.atEOF && t.shares > 1 {
		return min(chunkSize, max(leastChunk, len(t.text)/t.shares))
	}
	return chunkSize
}

// next cuts off about chunkSize bytes, behind a line or an element of a list, or
// whatever is left where the input ends. false: there is nothing more.
func (t *chunker) next(c *chunk) bool {
	n := t.size()
	if n == 0 && t.read(c) {
		n = t.size()
	}
	if n == 0 {
		return false
	}
	c.text, c.begins, t.text = t.text[:n], t.listed, t.text[n:]
	c.atEOF, c.behind = t.atEOF && t.text == "", -1
	if t.atEOF {
		c.behind = len(t.text)
	}
	t.listed = t.lists && endsInList(c.text)
	return true
}

// read reads the text of a chunk, behind what is left of that before; false: there is
// none, or that is too long.
func (t *chunker) read(c *chunk) bool {
	if t.in == nil || t.atEOF || len(t.text) >= chunkSize {
		return false
	}
	if c.buf == nil {
		c.buf = make([]byte, chunkSize)
	}
	n := copy(c.buf, t.text)
	for n < chunkSize && !t.in.eof {
		n += t.in.read(c.buf[n:])
	}
	t.text, t.atEOF, t.reads = viewOf(c.buf[:n]), t.in.eof, true
	if t.atEOF {
		c.buf = nil // it is cut into several chunks
	}
	return true
}

func (t *chunker) size() int {
	if most := t.most(); len(t.text) > most {
		if n := t.last(t.text[:most]); n > 0 {
			return n
		}
		for n := most; n < len(t.text); {
			i := strings.IndexAny(t.text[n:], "\n{")
			if i < 0 {
				break
			}
			if n += i; t.text[n] == '\n' {
				return n
			} else if t.lists && t.isBetween(t.text, n) {
				return n
			}
			n++
		}
	}
	if t.atEOF {
		return len(t.text)
	}
	return t.last(t.text)
}

// last is the end of the last line in s, or of what stands before the last element
// in it; 0 if there is neither.
func (t *chunker) last(s string) int {
	if !t.lists {
		return strings.LastIndexByte(s, '\n') + 1
	}
	for n := len(s) - 1; n > 0; n-- {
		if s[n] == '\n' {
			return n
		}
		if s[n] == '{' && t.isBetween(s, n) {
			return n
		}
	}
	return 0
}

// isBetween says whether an element of a list begins at the bracket s[n], behind
// another. In a text the quote would have a backslash before it; an event may have lists
// of objects in it.
func (t *chunker) isBetween(s string, n int) bool {
	return n >= 2 && n+1 < len(s) && s[n+1] == '"' && s[n-1] == ',' && s[n-2] == '}' && (!t.events || beginsEvent(s[n:]))
}

// endsInList says whether what follows a piece that was cut off is most likely an
// element of a list.
func endsInList(s string) bool {
	s = strings.TrimRight(s, "\r\n\t ")
	return strings.HasSuffix(s, ",") || strings.HasSuffix(s, "[")
}

// ahead lets sifters look at the chunks of a text at the same time. What they found
// is taken in the order of the chunks, and what rows that leaves is handed on in
// order too: each by one sifter at a time, which is whoever comes by. So none of them
// waits for another as long as there is something to do.
type ahead struct {
	sifters []*sifter
	outlet  *outlet // whose mu is held where what follows is used

	chunker chunker // of what was not handed out
	free    []*chunk
	queue   []*chunk // those that are being looked at, or wait to be taken, in order
	take    func(*chunk) (taken int, more bool)
	taking  bool     // one is being taken
	cutting bool     // one is being cut off, and read
	cutAll  bool     // no more are to be had from the chunker
	stopped bool     // no more are to be taken
	rest    []string // what was cut off or read and is not taken
}

const (
	// maxLater is how many chunks wait at most for what is new in them to be asked.
	maxLater = 4
	// maxQueue is how many chunks are looked at before the first of them is taken.
	maxQueue = 8
	// maxFree is how many chunks of others lie ready before a sifter uses one of them.
	maxFree = 2
	// maxSifters is how many look at an input: where there are more, they only wait for
	// what is done in order, a third of all work, and each takes memory.
	maxSifters = 4
)

// run looks at all chunks, and has them taken in order as long as more are wanted; taken
// is how many bytes of a chunk were. rest is what was not taken then.
func (a *ahead) run(take func(*chunk) (taken int, more bool)) {
	a.take, a.cutAll, a.stopped, a.rest = take, false, false, a.rest[:0]
	a.outlet.attend(true)
	var others sync.WaitGroup
	for _, f := range a.sifters[1:] {
		others.Go(func() { a.work(f) })
	}
	a.work(a.sifters[0])
	others.Wait()
	for _, c := range a.queue {
		a.rest = append(a.rest, c.text)
	}
	a.rest = append(a.rest, a.chunker.text)
	a.free = append(a.free, a.queue...)
	a.queue = a.queue[:0]
	a.outlet.attend(false)
}

// work looks at chunks until there are no more. While another sifter asks, it goes
// on with the next chunk and asks about both later.
func (a *ahead) work(f *sifter) {
	var later []*chunk
	for {
		c := a.next(f, len(later) == 0)
		if c == nil && len(later) == 0 {
			return
		}
		if c != nil {
			if len(later) == 0 {
				f.forget()
			}
			f.read(c)
			later = append(later, c)
		}
		if !f.ask(c == nil || len(later) == maxLater) {
			continue
		}
		for _, c := range later {
			f.finish(c)
			c.looked.Store(true)
		}
		later = later[:0]
	}
}

// next does what has its turn and is next a chunk to look at; nil: there are no
// more, or none that need not be waited for.
func (a *ahead) next(f *sifter, wait bool) *chunk {
	a.outlet.mu.Lock()
	defer a.outlet.mu.Unlock()
	for {
		if a.outlet.pass() || a.takeNext() {
			continue
		}
		if c := a.cut(f); c != nil {
			return c
		}
		if !wait || a.stopped || a.cutAll && len(a.queue) == 0 {
			return nil
		}
		a.outlet.changed.Wait()
	}
}

// takeNext takes the next chunk if it was looked at; false: it was not, or another
// is taken just now, or what was taken is still to be handed on. mu is not held
// meanwhile.
func (a *ahead) takeNext() bool {
	if a.taking || a.stopped || len(a.queue) == 0 || !a.queue[0].looked.Load() || a.outlet.isFull() {
		return false
	}
	c := a.queue[0]
	a.taking = true
	var n int
	var more bool
	a.outlet.unlocked(func() { n, more = a.take(c) })
	a.queue = slices.Delete(a.queue, 0, 1)
	a.free = append(a.free, c)
	if a.taking, a.stopped = false, !more; !more {
		a.rest = append(a.rest, c.text[n:])
	}
	a.outlet.changed.Broadcast()
	return true
}

// cut cuts off a chunk; nil: there are no more, or many that wait, or another sifter
// cuts. mu is not held meanwhile.
func (a *ahead) cut(f *sifter) *chunk {
	if a.stopped || a.cutAll || a.cutting || len(a.queue) == maxQueue {
		return nil
	}
	c := a.newChunk(f)
	a.cutting = true
	var more bool
	a.outlet.unlocked(func() { more = a.chunker.next(c) })
	a.cutting, a.cutAll = false, !more
	a.outlet.changed.Broadcast()
	if !more {
		a.free = append(a.free, c)
		return nil
	}
	a.queue = append(a.queue, c)
	return c
}

// newChunk is one that a sifter looked at before, or another where many are free.
func (a *ahead) newChunk(f *sifter) *chunk {
	n := len(a.free) - 1
	for n >= 0 && a.free[n].by != f {
		n--
	}
	if n < 0 && len(a.free) < maxFree {
		return &chunk{by: f}
	}
	n = max(n, 0)
	c := a.free[n]
	a.free = slices.Delete(a.free, n, n+1)
	c.by = f
	c.looked.Store(false)
	return c
}

// sift takes records at the start of the window, which stands before a line or
// in a list of records; false if the first is to be read another way.
func (r *Reader) sift(ctx context.Context, f *framer, emit func(dogwatch.Batch) error) (bool, error) {
	s, w := r.siftings, f.w
	if !s.window(f) {
		return false, nil
	}
	size, breaks, last := 0, int64(0), w.last
	var err error
	take := func(c *chunk) (taken int, more bool) {
		if err = ctx.Err(); err != nil || c.begins != f.listed {
			return 0, false
		}
		whole := c.size == len(c.text)
		r.takeChunk(f, c, w.line+breaks)
		r.tell()
		size, breaks = size+c.size, breaks+c.breaks
		if c.size > 0 {
			last = c.text[c.size-1]
		}
		hand := r.handOn
		if s.isSoon(c.behind) {
			hand = r.flush
		}
		if err = hand(emit); err != nil {
			return c.size, false
		}
		if s.calm++; !whole {
			s.calm = 0
			return c.size, false
		}
		return c.size, len(s.sifters) == 1 || s.calm != calmChunks
	}
	if s.mayRun() && len(s.chunker.text) > leastChunk {
		s.chunker.in, s.chunker.shares = w, 2*len(s.sifters)
		s.run(take)
	} else {
		for c := s.one(); c != nil; c = s.one() {
			if _, more := take(c); !more {
				break
			}
		}
	}
	if s.chunker.reads {
		w.goOn(size, breaks, last, s.rest)
	} else {
		w.take(size, breaks)
	}
	f.line = w.line
	return size > 0, err
}

// takeChunk takes the records of a chunk whose first line has a number.
func (r *Reader) takeChunk(f *framer, c *chunk, line int64) {
	onLine := f.numbered(line)
	from := 0
	for i := range c.strays {
		x := &c.strays[i]
		r.takeItems(c, from, x.before, line, onLine)
		from = x.before
		if x.line == 0 {
			x.number += onLine
		}
		fr := frame{text: x.text, members: x.members, whole: true, line: line + x.line, number: x.number}
		if r.record(&fr) {
			f.w.kept, c.buf = true, nil
		}
	}
	r.takeItems(c, from, len(c.items), line, onLine)
	if c.opened >= 0 {
		f.listLine = line + c.opened
	}
	f.listed, f.line, f.onLine = c.listed, line+c.breaks, c.count
	if c.breaks == 0 {
		f.onLine += onLine
	}
}

// takeItems takes events of a chunk, from one up to another; onLine records stand
// before the chunk on its first line.
func (r *Reader) takeItems(c *chunk, from, to int, line int64, onLine int) {
	items, turns := c.items[from:to], c.turns[from:to]
	if onLine > 0 {
		for i := range items {
			if items[i].line == 0 {
				items[i].number += onLine
			}
		}
	}
	if r.wantsCount && len(items) > 0 {
		r.countItems(turns, items, line)
	}
	for i := range turns {
		if i%touchAhead == 0 {
			ahead := turns[i:min(i+touchAhead, len(turns))]
			r.signs.touch(ahead[0].whose.clusterOr(r.ledger.cluster), ahead)
		}
		r.sifted(&turns[i], &items[i], line)
	}
	r.waited += len(items)
}

// siftings are the sifters of a reader.
type siftings struct {
	ahead
	single *sifter // of records that come one by one, also while the others are at work
	calm   int     // chunks since the last that was not read to its end
	soon   int     // so much must be left of the input for rows to be handed on
	alone  chunk
}

func newSiftings(r *Reader, sieve dogwatch.Sieve) *siftings {
	s, j := &siftings{calm: calmChunks}, newJudges(r, sieve)
	s.outlet = r.outlet
	for range min(runtime.GOMAXPROCS(0), maxSifters) {
		s.sifters = append(s.sifters, newSifter(j, &r.signs.seed))
	}
	if s.single = s.sifters[0]; len(s.sifters) > 1 {
		s.single = newSifter(j, &r.signs.seed)
	}
	return s
}

// mayRun says whether sifters may run ahead.
func (s *siftings) mayRun() bool { return len(s.sifters) > 1 && s.calm >= calmChunks }

// window makes ready to cut what is there into chunks; false if the line at its
// start is none that is cut.
func (s *siftings) window(f *framer) bool {
	w := f.w
	lists := f.listed
	if lists || s.mayRun() {
		w.fillTo(blockSize)
	}
	if !lists {
		_, whole := w.lineEnd(blockSize)
		if lists = listHead(w.text()) > 0; !lists && !whole {
			return false
		}
	}
	s.chunker = chunker{text: w.text(), atEOF: w.eof, listed: f.listed, lists: lists}
	s.chunker.events = strings.HasPrefix(w.text(), eventsHead) || f.listed && beginsEvent(w.text())
	return true
}

// isSoon says whether rows are handed on now, so much of the input being left (-1: not
// known): each time that it is half of what it was.
func (s *siftings) isSoon(left int) bool {
	if len(s.sifters) == 1 || left < 0 || left > s.soon {
		return false
	}
	s.soon = left / 2
	return true
}

// one is next without running ahead.
func (s *siftings) one() *chunk {
	c := &s.alone
	if !s.chunker.next(c) {
		return nil
	}
	s.sifters[0].look(c)
	return c
}
