//go:build unix

package embedded

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/dogwatch-dev/dogwatch/internal/store"
	"github.com/dogwatch-dev/dogwatch/internal/store/storetest"
)

var kills = flag.Int("kills", 24, "how often the writer is killed")

// points are where the writer kills itself, beside the random moments.
var points = []string{"", "", "append", "log", "create", "segment", "renamed", "manifest", "committed"}

const writerEnv = "DOGWATCH_TEST_WRITER" // folder, first record, failpoint, how often it is passed

func TestMain(m *testing.M) {
	if args := os.Getenv(writerEnv); args != "" {
		writer(strings.Split(args, "|"))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// writer appends batches for as long as it lives, and says on standard output
// up to where it was told that they are kept. It compacts meanwhile.
func writer(args []string) {
	from, _ := strconv.Atoi(args[1])
	passes, _ := strconv.ParseInt(args[3], 10, 64)
	var passed atomic.Int64
	failpoint = func(name string) error {
		if name == args[2] && passed.Add(1) > passes {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
		return nil
	}
	s, err := Open(Options{Dir: args[0], SealBytes: 48 << 10})
	if err != nil {
		fmt.Println("error", err)
		return
	}
	go func() {
		for {
			if err := s.Compact(context.Background()); err != nil {
				fmt.Println("error", err)
			}
		}
	}()
	for at, n := from, 0; ; at += n {
		if n = 40; at%7 == 0 {
			n = 2500 // so much goes past the system's cache
		}
		if _, err := s.Append(context.Background(), storetest.Batch("a", at, n)); err != nil {
			fmt.Println("error", err)
			return
		}
		fmt.Println("kept", at+n)
	}
}

// TestKilledWriterLosesNothing kills a writer again and again, at random and
// between the steps of sealing and compacting. What it was told is kept is
// there once, and what follows has no gaps.
func TestKilledWriterLosesNothing(t *testing.T) {
	n := *kills
	if testing.Short() {
		n = 6
	}
	rng := rand.New(rand.NewPCG(1, uint64(time.Now().UnixNano())))
	dir, kept := "", 0
	for i := range n {
		if i%12 == 0 {
			dir, kept = t.TempDir(), 0
		}
		point := points[rng.IntN(len(points))]
		kept = max(kept, killed(t, rng, dir, max(0, kept-70), point))
		kept = checkKept(t, dir, kept, point)
	}
}

// killed runs a writer until it is killed, and returns up to where it was told
// that records are kept.
func killed(t *testing.T, rng *rand.Rand, dir string, from int, point string) (kept int) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s|%d|%s|%d", writerEnv, dir, from, point, rng.IntN(4)))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	limit := 2 * time.Second // a failpoint may be passed too seldom
	if point == "" {
		limit = time.Duration(rng.IntN(150)) * time.Millisecond
	}
	timer := time.AfterFunc(limit, func() { _ = cmd.Process.Kill() })
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if text, ok := strings.CutPrefix(lines.Text(), "kept "); ok {
			kept, _ = strconv.Atoi(text)
		} else {
			t.Errorf("the writer says: %s", lines.Text())
		}
	}
	timer.Stop()
	_ = cmd.Wait() // it was killed
	return kept
}

// checkKept opens the store as it was left, and returns how many records it has.
func checkKept(t *testing.T, dir string, kept int, point string) int {
	t.Helper()
	s, err := Open(Options{Dir: dir})
	if err != nil {
		t.Fatalf("after %q: %v", point, err)
	}
	defer s.Close()
	rows := storetest.Rows(t, s, store.Request{})
	if len(rows) < kept {
		t.Fatalf("after %q: %d records of %d that were said to be kept", point, len(rows), kept)
	}
	for i, r := range rows {
		want := storetest.Batch("a", i, 1).Records[0]
		if r.Seq != int64(i+1) || r.Position != want.Position || r.Raw != want.Raw {
			t.Fatalf("after %q: record %d is %+v", point, i, r)
		}
	}
	proof, err := s.Verify(context.Background(), nil, nil)
	if err != nil || len(proof.Wrong) > 0 || proof.Records != int64(len(rows)) {
		t.Fatalf("after %q: %+v, %v", point, proof, err)
	}
	return len(rows)
}
