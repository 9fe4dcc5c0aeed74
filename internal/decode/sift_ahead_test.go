package decode

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dogwatch-dev/dogwatch"
)

// brokenUp is a log of some megabytes with what sifters cannot read in it.
func brokenUp(t testing.TB, random *rand.Rand, every int) []byte {
	lines := slices.Collect(strings.Lines(string(corpus(t, "attacks.ndjson"))))
	var b bytes.Buffer
	for n := 0; b.Len() < 8*chunkSize; n++ {
		line := lines[random.IntN(len(lines))]
		if every == 0 || random.IntN(every) > 0 {
			b.WriteString(line)
			continue
		}
		switch random.IntN(8) {
		case 0:
			b.WriteString("no JSON\n")
		case 1:
			b.WriteString("\n \n")
		case 2:
			b.WriteString(line[:len(line)/2] + "\n")
		case 3:
			b.WriteString(strings.TrimSuffix(line, "\n") + line)
		case 4:
			b.WriteString("[" + strings.TrimSuffix(line, "\n") + "]\n")
		case 5:
			b.WriteString(strings.Replace(line, `,"verb"`, ",\n"+`"verb"`, 1))
		case 6:
			b.WriteString(strings.Replace(line, `"level"`, `"filler":"`+strings.Repeat("x", chunkSize)+`","level"`, 1))
		default:
			b.WriteString(strings.TrimSuffix(line, "\n") + "\r\n")
		}
	}
	return b.Bytes()
}

// pieces gives a text in pieces of any size, and at its end an error.
type pieces struct {
	text   []byte
	random *rand.Rand
	err    error
}

func (p *pieces) Read(b []byte) (n int, err error) {
	n = copy(b, p.text[:min(len(p.text), p.random.IntN(chunkSize/2))])
	if p.text = p.text[n:]; len(p.text) == 0 {
		return n, p.err
	}
	return n, nil
}

// Several sifters read a log as one does, whatever is in it and however it comes: the
// same rows in the same order, the same ledger.
func TestSiftersReadAheadAsOne(t *testing.T) {
	random, broken := rand.New(rand.NewPCG(1, 2)), errors.New("the line is broken")
	for _, every := range []int{0, 2000, 100, 5} {
		log := brokenUp(t, random, every)
		log = log[:len(log)-random.IntN(2)*100]
		read := func(cpus int, in io.Reader) (rows []string, ledger string) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cpus))
			r, err := NewReader(Options{Sieve: aSieve{}}, "KubeAudit")
			if err != nil {
				t.Fatal(err)
			}
			if n := len(r.siftings.sifters); n != min(cpus, maxSifters) {
				t.Fatalf("%d sifters on %d processors", n, cpus)
			}
			emit := func(b dogwatch.Batch) error {
				for _, row := range b.Rows.Rows() {
					e := b.Evidence(int(row))
					rows = append(rows, fmt.Sprint(e.Line, e.AuditID, e.Stage))
				}
				return nil
			}
			if in != nil {
				err = r.Read(context.Background(), "log", in, emit)
			} else {
				err = r.ReadText(context.Background(), "log", log, emit)
			}
			if p, _ := in.(*pieces); p != nil && p.err == broken {
				if want := fmt.Sprintf("at byte %d:", len(log)); !errors.Is(err, broken) || !strings.Contains(err.Error(), want) {
					t.Errorf("error %v, not one %s", err, want)
				}
			} else if err != nil {
				t.Fatal(err)
			}
			l := r.Ledgers()[0]
			return rows, fmt.Sprint(l.Bytes, l.Decoded, l.Joined, l.Refused)
		}
		rows, ledger := read(1, nil)
		for _, cpus := range []int{1, 2, 16} {
			ins := []io.Reader{nil, bytes.NewReader(log), &pieces{log, random, io.EOF}, &pieces{log, random, broken}}
			for _, in := range ins {
				more, other := read(cpus, in)
				if !slices.Equal(rows, more) || ledger != other {
					t.Fatalf("broken up every %d lines, %d sifters, read from %T: %d rows and %.200s, not %d and %.200s",
						every, cpus, in, len(more), other, len(rows), ledger)
				}
			}
		}
		if len(rows) < 100 {
			t.Errorf("%d rows", len(rows))
		}
	}
}

// Of a log that is called off all whole lines are read, and nothing is made of what was
// cut off, wherever that is; how far reading has come may be asked meanwhile.
func TestSiftersReadUntilCalledOff(t *testing.T) {
	log := brokenUp(t, rand.New(rand.NewPCG(5, 6)), 0)
	random := rand.New(rand.NewPCG(7, 8))
	read := func(cpus int, text []byte, end error) (ledger string) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cpus))
		r, err := NewReader(Options{Sieve: aSieve{}}, "KubeAudit")
		if err != nil {
			t.Fatal(err)
		}
		rows := 0
		in := &nosy{pieces{text, random, end}, r.Decoded}
		err = r.Read(t.Context(), "log", in, func(b dogwatch.Batch) error {
			rows += b.Rows.Len()
			return nil
		})
		if end != io.EOF && !errors.Is(err, end) || end == io.EOF && err != nil {
			t.Fatal(err)
		}
		l := r.Ledgers()[0]
		return fmt.Sprint(rows, l.Decoded, l.Truncated, l.Joined, l.Refused)
	}
	for _, size := range []int{1, 300, 100_000, 2*chunkSize + 1000, 6*chunkSize + 77} {
		text := log[:size]
		want := read(1, text[:bytes.LastIndexByte(text, '\n')+1], io.EOF)
		for _, cpus := range []int{1, 2, 4} {
			for _, end := range []error{context.Canceled, context.DeadlineExceeded} {
				if got := read(cpus, text, end); got != want {
					t.Errorf("%d bytes, %d processors, %v: %s, not %s", size, cpus, end, got, want)
				}
			}
		}
	}
}

// nosy asks before each reading how far it has come.
type nosy struct {
	pieces
	decoded func() int64
}

func (a *nosy) Read(b []byte) (int, error) {
	if a.decoded() < 0 {
		panic("fewer than no records")
	}
	return a.pieces.Read(b)
}

// What was read when a scan is called off is in the ledger.
func TestSiftersTellWhatTheyReadUntilCalledOff(t *testing.T) {
	log := brokenUp(t, rand.New(rand.NewPCG(3, 4)), 0)
	for _, cpus := range []int{1, 2} {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cpus))
		r, err := NewReader(Options{Sieve: aSieve{}}, "KubeAudit")
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		emit := func(dogwatch.Batch) error {
			stop()
			return nil
		}
		err = r.Read(ctx, "log", &pieces{log, rand.New(rand.NewPCG(5, 6)), io.EOF}, emit)
		l := r.Ledgers()[0]
		whole := bytes.Count(log[:l.Bytes], []byte{'\n'})
		if !errors.Is(err, context.Canceled) || l.Decoded == 0 || l.Decoded != int64(whole) || l.Bytes == int64(len(log)) {
			t.Errorf("%d processors: error %v, and %d events decoded in %d bytes, which hold %d", cpus, err, l.Decoded, l.Bytes, whole)
		}
	}
}

// A sifter that cannot ask reads on, and says of all chunks then what it says of each
// that it is asked about at once.
func TestSifterAsksLater(t *testing.T) {
	r, err := NewReader(Options{Sieve: aSieve{}}, "KubeAudit")
	if err != nil {
		t.Fatal(err)
	}
	j, plain := newJudges(r, aSieve{}), newSifter(newJudges(r, aSieve{}), &r.signs.seed)
	a := &ahead{sifters: []*sifter{newSifter(j, &r.signs.seed)}, outlet: newOutlet(false)}
	text := string(corpus(t, "attacks.ndjson")[:2*maxLater*chunkSize])
	a.chunker = chunker{text: text[:strings.LastIndexByte(text, '\n')+1], atEOF: true}
	j.mu.Lock()
	chunks, waited, done := 0, 0, make(chan struct{})
	go func() {
		defer close(done)
		a.run(func(c *chunk) (int, bool) {
			other := &chunk{text: c.text, atEOF: true}
			plain.look(other)
			if len(c.items) != len(other.items) || len(c.items) == 0 {
				t.Errorf("%d events, and %d", len(c.items), len(other.items))
				return 0, false
			}
			for i := range c.items {
				got, want := &c.items[i], &other.items[i]
				if got.any != want.any || got.odd != want.odd || !slices.Equal(got.rules, want.rules) {
					t.Errorf("%s has rules %v, not %v", got.text, got.rules, want.rules)
				}
			}
			chunks, waited = chunks+1, waited+len(c.waiting)
			return c.size, true
		})
	}()
	for queued := 0; queued < maxLater; { // it takes more though it cannot ask about the first
		time.Sleep(time.Millisecond) // nothing tells that it has: so it is given time
		a.outlet.mu.Lock()
		queued = len(a.queue)
		a.outlet.mu.Unlock()
	}
	j.mu.Unlock()
	<-done
	if chunks < maxLater || waited < 100 {
		t.Errorf("%d chunks, in which %d events waited", chunks, waited)
	}
}

// A sifter looks at chunks in the memory that it had before; that of others is used where
// much is free, so that there is not more of it than chunks may wait.
func TestChunksStayWithTheirSifter(t *testing.T) {
	x, y := &sifter{}, &sifter{}
	var a ahead
	own := a.newChunk(x)
	a.free = []*chunk{own, {by: y}}
	if a.newChunk(x) != own || len(a.free) != 1 {
		t.Error("a sifter did not get the chunk that it had")
	}
	if c := a.newChunk(x); c.by != x || len(a.free) != 1 {
		t.Error("a sifter got the chunk of another, of which few are free")
	}
	for len(a.free) < maxFree {
		a.free = append(a.free, &chunk{by: y})
	}
	a.free[0].looked.Store(true)
	if c := a.newChunk(x); c.by != x || c.looked.Load() || len(a.free) != maxFree-1 {
		t.Error("a sifter did not get the chunk of another, of which many are free")
	}
}
