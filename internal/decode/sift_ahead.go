package decode

import (
	"context"
	"runtime"
	"strings"

	"github.com/dogwatch-dev/dogwatch"
)

// A chunk is some lines of an input, and what a sifter saw in them.
type chunk struct {
	text  string
	atEOF bool // the last line has no break

	items  []item   // the events, each on a line of its own
	sets   []uint64 // that the items' rules are made of
	size   int      // bytes that the items are: less than text, where the next is to be read another way
	breaks int64    // line breaks in them
	done   chan struct{}
}

const (
	// chunkSize is enough for what is new in it to be judged together.
	chunkSize = 2 << 20
	// aheadSize is how much of an input is read at once where several sifters
	// are at work.
	aheadSize = 8 << 20
	// calmChunks must have been read without a stop before sifters run ahead: what
	// was seen behind a stop is seen again.
	calmChunks = 4
)

// chunkOf is the lines at the start of a text, about chunkSize of them; the last
// is whole unless the text ends the input.
func chunkOf(text string, atEOF bool) (lines string, last bool) {
	if len(text) > chunkSize {
		if i := strings.LastIndexByte(text[:chunkSize], '\n'); i >= 0 {
			return text[:i+1], false
		}
		if i := strings.IndexByte(text[chunkSize:], '\n'); i >= 0 {
			return text[:chunkSize+i+1], false
		}
	}
	if atEOF {
		return text, true
	}
	return text[:strings.LastIndexByte(text, '\n')+1], false
}

// look takes the events at the start of a chunk that stand each on a line of
// their own.
func (f *sifter) look(c *chunk) {
	f.forget()
	n, s := 0, c.text
	f.sets, c.size, c.breaks = c.sets[:0], 0, 0
	for c.size < len(s) && s[c.size] == '{' {
		rest := s[c.size:]
		end, ok := f.skeleton.Read(rest)
		if !ok || end == len(rest) && !c.atEOF {
			break
		}
		if n == len(c.items) {
			c.items = append(c.items, item{})
		}
		it := &c.items[n]
		if !it.read(rest[:end], &f.skeleton, f.runs) {
			break
		}
		it.line, it.aks = c.breaks, false
		f.parts(it)
		n++
		c.size += end
		if end < len(rest) {
			c.size++
			c.breaks++
		}
	}
	c.items = c.items[:n]
	f.judge(c.items)
	c.sets = f.sets
}

// ahead hands the chunks of a text to sifters, each on a goroutine of its own, and
// gives them back in their order.
type ahead struct {
	sifters []*sifter
	free    []*chunk
	queue   []*chunk // those that are being looked at, in order
	jobs    chan *chunk
	text    string // what was not handed out
	atEOF   bool
}

func (a *ahead) start(text string, atEOF bool) {
	a.text, a.atEOF, a.jobs = text, atEOF, make(chan *chunk, len(a.sifters)+1)
	for _, f := range a.sifters {
		go func(jobs chan *chunk) {
			for c := range jobs {
				f.look(c)
				c.done <- struct{}{}
			}
		}(a.jobs)
	}
}

// next is the next chunk that was looked at; nil if there are no more lines.
func (a *ahead) next() *chunk {
	for len(a.queue) <= len(a.sifters) {
		lines, last := chunkOf(a.text, a.atEOF)
		if lines == "" {
			break
		}
		c := a.take()
		c.text, c.atEOF, a.text = lines, last, a.text[len(lines):]
		a.queue = append(a.queue, c)
		a.jobs <- c
	}
	if len(a.queue) == 0 {
		return nil
	}
	c := a.queue[0]
	a.queue = append(a.queue[:0], a.queue[1:]...)
	<-c.done
	return c
}

func (a *ahead) take() *chunk {
	if n := len(a.free); n > 0 {
		c := a.free[n-1]
		a.free = a.free[:n-1]
		return c
	}
	return &chunk{done: make(chan struct{}, 1)}
}

// put gives a chunk back.
func (a *ahead) put(c *chunk) { a.free = append(a.free, c) }

// stop waits for the sifters to be at rest.
func (a *ahead) stop() {
	close(a.jobs)
	for _, c := range a.queue {
		<-c.done
		a.put(c)
	}
	a.queue = a.queue[:0]
}

// sift takes events at the start of the window; false if the first is to be
// read another way.
func (r *Reader) sift(ctx context.Context, w *window, emit func(dogwatch.Batch) error) (bool, error) {
	if _, whole := w.lineEnd(blockSize); !whole {
		return false, nil
	}
	s := r.siftings
	next, put := s.one, func(*chunk) {}
	if len(s.sifters) > 1 && s.calm >= calmChunks {
		w.fillTo(aheadSize)
		s.start(w.text(), w.eof)
		defer s.stop()
		next, put = s.next, s.put
	} else {
		s.text, s.atEOF = w.text(), w.eof
	}
	size, breaks := 0, int64(0)
	for {
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
		c := next()
		if c == nil {
			break
		}
		if r.wantsCount && len(c.items) > 0 {
			r.countItems(c.items, w.line+breaks)
		}
		for i := range c.items {
			if i%touchAhead == 0 {
				r.signs.touch(r.ledger.cluster, c.items[i:min(i+touchAhead, len(c.items))])
			}
			r.sifted(&c.items[i], w.line+breaks)
		}
		size, breaks = size+c.size, breaks+c.breaks
		r.waited += len(c.items)
		put(c)
		if r.full() {
			if err := r.flush(emit); err != nil {
				return false, err
			}
		}
		if s.calm++; c.size < len(c.text) {
			s.calm = 0
			break
		}
		if len(s.sifters) > 1 && s.calm == calmChunks {
			break
		}
	}
	w.take(size, breaks)
	return size > 0, nil
}

// siftings are the sifters of a reader.
type siftings struct {
	ahead
	calm  int // chunks since the last that was not read to its end
	alone chunk
}

func newSiftings(r *Reader, sieve dogwatch.Sieve) *siftings {
	s, j := &siftings{}, newJudges(r, sieve)
	for range runtime.GOMAXPROCS(0) {
		s.sifters = append(s.sifters, newSifter(j, &r.signs.seed))
	}
	return s
}

// one is next without running ahead.
func (s *siftings) one() *chunk {
	c := &s.alone
	if c.text, c.atEOF = chunkOf(s.text, s.atEOF); c.text == "" {
		return nil
	}
	s.text = s.text[len(c.text):]
	s.sifters[0].look(c)
	return c
}
