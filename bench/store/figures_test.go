package store

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
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
	only   = flag.String("only", "", "a part of the questions' names, to ask those alone: for profiles")
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
		t.Skip("see README.md")
	}
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
		query, err := a.Compile(diag.NewFile(q.name, q.filled(q.kql)))
		if err != nil {
			t.Fatal(err)
		}
		var result app.HuntResult
		c, rows, err := best(func() (n int64, err error) {
			result, err = a.Hunt(context.Background(), query, app.Input{Store: s}, kql.RunOptions{Now: kql.Ticks(time.Now())}, func(b *value.Batch) error {
				n += int64(b.Len())
				return nil
			})
			return n, err
		})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Printf("dogwatch  %-42s %s  %6d rows, %d of %d segments, %d blocks\n", q.name, c, rows, result.Store.Segments, result.Store.Of, result.Store.Blocks)
	}
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err == nil {
		fmt.Printf("dogwatch  peak memory %d MB\n", u.Maxrss>>10)
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
