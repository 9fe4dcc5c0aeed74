package source

import (
	"context"
	"errors"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// A pipe that gives nothing is not waited for once the context ends, whatever was read
// before; compressed or not, which may be found out by what does not come.
func TestUntilWaitsForNoPipe(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("reading waits on Windows")
	}
	for _, sent := range []string{"", "\x1f", log, string(gzipped(t, log)[:20])} {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		defer w.Close()
		io.WriteString(w, sent)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error)
		go func() {
			s, err := Reader(Stdin, r).Open(ctx)
			if err == nil {
				_, err = io.ReadAll(s)
				s.Close()
			}
			done <- err
		}()
		time.AfterFunc(50*time.Millisecond, stop)
		select {
		case err := <-done:
			if !errors.Is(err, context.Canceled) {
				t.Errorf("after %q: %v", sent, err)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("after %q a silent pipe is waited for", sent)
		}
	}
}

// What a pipe gives is read to its end, however late it comes.
func TestUntilReadsOn(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	go func() {
		for part := range strings.SplitAfterSeq(log, ",") {
			time.Sleep(150 * time.Millisecond) // longer than one look
			io.WriteString(w, part)
		}
		w.Close()
	}()
	if got, err := io.ReadAll(Until(t.Context(), r)); err != nil || string(got) != log {
		t.Errorf("got %q, %v", got, err)
	}
}

func BenchmarkUntil(b *testing.B) {
	r, w, err := os.Pipe()
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	go func() {
		some := make([]byte, 64<<10)
		for {
			if _, err := w.Write(some); err != nil {
				return
			}
		}
	}()
	b.SetBytes(64 << 10)
	buf := make([]byte, 64<<10)
	for in := Until(b.Context(), r); b.Loop(); {
		if _, err := io.ReadFull(in, buf); err != nil {
			b.Fatal(err)
		}
	}
}
