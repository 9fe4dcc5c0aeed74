package store

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/dogwatch-dev/dogwatch/internal/app"
	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

var (
	events = flag.String("events", "", "the file that generate wrote")
	dir    = flag.String("dir", "", "where the stores are kept; filled if they are not there")
	rounds = flag.Int("rounds", 3, "how often each question is asked; the best counts")
	askers = flag.Int("askers", 2, "how many questions are asked at once while a store is filled")
	// Two halves of a processor that are both at work slow each other: what a
	// second of one is worth would depend on the machine.
	processors = flag.Int("processors", 1, "how many fill a store; DuckDB has one thread")
	only       = flag.String("only", "", "a part of the questions' names, to ask those alone: for profiles")
)

// A cost is what something took of the processor and of the clock.
type cost struct{ cpu, wall time.Duration }

func (c cost) String() string {
	return fmt.Sprintf("%8.1f ms CPU %8.1f ms", float64(c.cpu.Microseconds())/1000, float64(c.wall.Microseconds())/1000)
}

func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// best runs something a few times.
func best(run func() (int64, error)) (c cost, rows int64, err error) {
	for i := range *rounds {
		c0, w0 := cpu(), time.Now()
		if rows, err = run(); err != nil {
			return c, rows, err
		}
		got := cost{cpu() - c0, time.Since(w0)}
		if i == 0 || got.cpu < c.cpu {
			c = got
		}
	}
	return c, rows, nil
}

// asked are the questions that -only leaves.
func asked() []question {
	var list []question
	for _, q := range questions {
		if strings.Contains(q.name, *only) {
			list = append(list, q)
		}
	}
	return list
}

// filled says what the questions ask for.
func (q question) filled(text string) string {
	return strings.NewReplacer("{user}", *user, "{id}", *id).Replace(text)
}

var (
	user = flag.String("user", "user-100@example.com", "of q2")
	id   = flag.String("id", "", "of q5")
)

// TestDogwatch asks the embedded store.
func TestDogwatch(t *testing.T) {
	if *dir == "" {
		t.Skip("-dir does not say where the stores lie: see README.md")
	}
	runtime.GOMAXPROCS(*processors)
	debug.SetMemoryLimit(memory)
	a := app.Load(app.Config{NoTests: true})
	where := *dir + "/dogwatch"
	if _, err := os.Stat(where); err != nil {
		fill(t, a, where)
	}
	s, err := app.OpenStore(app.StoreOptions{Dir: where, ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, q := range asked() {
		var result app.HuntResult
		c, rows, err := best(func() (n int64, err error) {
			result, n, err = hunt(context.Background(), a, s, q)
			return n, err
		})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Printf("dogwatch  %-42s %s  %6d rows, %d of %d segments, %d blocks\n", q.name, c, rows, result.Store.Segments, result.Store.Of, result.Store.Blocks)
	}
	tellMemory()
}

// hunt asks a store one question.
func hunt(ctx context.Context, a *app.App, s *app.Store, q question) (result app.HuntResult, rows int64, err error) {
	query, err := a.Compile(diag.NewFile(q.name, q.filled(q.kql)))
	if err != nil {
		return result, 0, err
	}
	result, err = a.Hunt(ctx, query, app.Input{Store: s}, kql.RunOptions{Now: kql.Ticks(time.Now())}, func(b *value.Batch) error {
		rows += int64(b.Len())
		return nil
	})
	return result, rows, err
}

func tellMemory() {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err == nil {
		fmt.Printf("dogwatch  peak memory %d MB\n", u.Maxrss>>10)
	}
}

// memory is what dogwatch import asks the collector to stay below.
const memory = 216 << 20

// TestDogwatchTogether fills a store while questions are asked of it, several at
// once, and tells the memory that takes.
func TestDogwatchTogether(t *testing.T) {
	if *dir == "" {
		t.Skip("-dir does not say where the stores lie: see README.md")
	}
	debug.SetMemoryLimit(memory)
	a := app.Load(app.Config{NoTests: true})
	s, err := app.OpenStore(app.StoreOptions{Dir: *dir + "/together"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, done := context.WithCancel(context.Background())
	var group sync.WaitGroup
	var answers atomic.Int64
	for i := range *askers {
		group.Go(func() {
			for k := i; ctx.Err() == nil; k++ {
				if _, _, err := hunt(ctx, a, s, questions[k%len(questions)]); err == nil {
					answers.Add(1)
				} else if ctx.Err() == nil {
					t.Error(err)
				}
			}
		})
	}
	result, err := a.Import(context.Background(), s, app.Input{Paths: []string{*events}})
	done()
	group.Wait()
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("dogwatch  %d records kept while %d questions were answered\n", result.Kept, answers.Load())
	tellMemory()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func fill(t *testing.T, a *app.App, where string) {
	s, err := app.OpenStore(app.StoreOptions{Dir: where})
	if err != nil {
		t.Fatal(err)
	}
	c0, w0 := cpu(), time.Now()
	result, err := a.Import(context.Background(), s, app.Input{Paths: []string{*events}})
	if err == nil {
		err = s.Flush(context.Background())
	}
	if err != nil {
		t.Fatal(err)
	}
	c := cost{cpu() - c0, time.Since(w0)}
	status, err := s.Status(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("dogwatch  ingest %s: %.0f events per CPU-second, %.3f of the bytes on disk\n", c, float64(result.Kept)/c.cpu.Seconds(), float64(status.DiskBytes)/float64(result.Ledger.Bytes()))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
