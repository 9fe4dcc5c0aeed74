package decode

import (
	"bytes"
	"context"
	"fmt"
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

// Several sifters read a log as one does, whatever is in it: the same rows in
// the same order, the same ledger.
func TestSiftersReadAheadAsOne(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, every := range []int{0, 2000, 100, 5} {
		log := brokenUp(t, random, every)
		log = log[:len(log)-random.IntN(2)*100]
		read := func(cpus int, stream bool) (rows []string, ledger string) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cpus))
			r, err := NewReader(Options{Sieve: aSieve{}}, "KubeAudit")
			if err != nil {
				t.Fatal(err)
			}
			if (len(r.siftings.sifters) > 1) != (cpus > 1) {
				t.Fatalf("%d sifters", len(r.siftings.sifters))
			}
			emit := func(b dogwatch.Batch) error {
				for _, row := range b.Rows.Rows() {
					e := b.Evidence(int(row))
					rows = append(rows, fmt.Sprint(e.Line, e.AuditID, e.Stage))
				}
				return nil
			}
			if stream {
				err = r.Read(context.Background(), "log", bytes.NewReader(log), emit)
			} else {
				err = r.ReadText(context.Background(), "log", log, emit)
			}
			if err != nil {
				t.Fatal(err)
			}
			l := r.Ledgers()[0]
			return rows, fmt.Sprint(l.Bytes, l.Decoded, l.Joined, l.Refused)
		}
		rows, ledger := read(1, false)
		for _, cpus := range []int{1, 4} {
			for _, stream := range []bool{true, false} {
				more, other := read(cpus, stream)
				if !slices.Equal(rows, more) || ledger != other {
					t.Fatalf("broken up every %d lines, %d sifters, stream %v: %d rows and %.200s, not %d and %.200s",
						every, cpus, stream, len(more), other, len(rows), ledger)
				}
			}
		}
		if len(rows) < 100 {
			t.Errorf("%d rows", len(rows))
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
		a.run(func(c *chunk) bool {
			other := &chunk{text: c.text, atEOF: true}
			plain.look(other)
			if len(c.items) != len(other.items) || len(c.items) == 0 {
				t.Errorf("%d events, and %d", len(c.items), len(other.items))
				return false
			}
			for i := range c.items {
				got, want := &c.items[i], &other.items[i]
				if got.any != want.any || got.odd != want.odd || !slices.Equal(got.rules, want.rules) {
					t.Errorf("%s has rules %v, not %v", got.text, got.rules, want.rules)
				}
			}
			chunks, waited = chunks+1, waited+len(c.waiting)
			return true
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
