package cli

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"time"
)

// An endless log, of which a scan never sees the end.
type endless struct {
	line  string
	reads int
	then  func() // after some reads
}

func (e *endless) Read(p []byte) (int, error) {
	if e.reads++; e.reads == 20 && e.then != nil {
		e.then()
	}
	n := 0
	for n+len(e.line) <= len(p) {
		n += copy(p[n:], e.line)
	}
	if n == 0 {
		n = copy(p, e.line)
		e.line = e.line[n:] + e.line[:n]
	}
	return n, nil
}

const oneEvent = `{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"a","stage":"ResponseComplete","requestURI":"/api/v1/namespaces/x/pods/p/attach","verb":"create","user":{"username":"ann"},"sourceIPs":["192.0.2.1"],"objectRef":{"resource":"pods","namespace":"x","name":"p","apiVersion":"v1","subresource":"attach"},"responseStatus":{"code":200},"requestReceivedTimestamp":"2026-01-02T03:04:05.000000Z","stageTimestamp":"2026-01-02T03:04:05.100000Z"}` + "\n"

func testEnv(in io.Reader) (env *Env, out, errs *bytes.Buffer) {
	out, errs = &bytes.Buffer{}, &bytes.Buffer{}
	return &Env{Stdin: in, Stdout: out, Stderr: errs, Getenv: func(string) string { return "" }, Now: time.Now, Version: "test"}, out, errs
}

// TestInterrupted wants what was found until Ctrl-C, and its exit code.
func TestInterrupted(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	env, out, errs := testEnv(&endless{line: oneEvent, then: stop})
	if code := Run(ctx, env, []string{"scan", "-", "-o", "jsonl", "--only", "attach-to-pod"}); code != ExitInterrupted {
		t.Errorf("exit code %d:\n%s", code, errs)
	}
	if !strings.Contains(out.String(), `"short":"attach-to-pod"`) || !strings.Contains(errs.String(), "dogwatch: interrupted") {
		t.Errorf("stdout:\n%s\nstderr:\n%s", out, errs)
	}
}

func TestInterruptedHunt(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	env, _, errs := testEnv(strings.NewReader(""))
	time.AfterFunc(100*time.Millisecond, stop)
	if code := Run(ctx, env, []string{"hunt", "range x from 1 to 1000000000000 step 1 | summarize count() by x % 7"}); code != ExitInterrupted {
		t.Errorf("exit code %d:\n%s", code, errs)
	}
}

// TestTimeout wants partial results and says that they are partial.
func TestTimeout(t *testing.T) {
	env, out, errs := testEnv(&endless{line: oneEvent})
	if code := Run(context.Background(), env, []string{"scan", "-", "-o", "jsonl", "--only", "attach-to-pod", "--timeout", "300ms"}); code != ExitInput {
		t.Errorf("exit code %d:\n%s", code, errs)
	}
	if !strings.Contains(out.String(), `"short":"attach-to-pod"`) || !strings.Contains(errs.String(), "longer than --timeout") {
		t.Errorf("stdout:\n%s\nstderr:\n%s", out, errs)
	}
}

// TestMeter draws on a terminal only, and leaves nothing behind.
func TestMeter(t *testing.T) {
	clock := time.Unix(0, 0)
	env, _, errs := testEnv(nil)
	env.Now = func() time.Time { return clock }
	if newMeter(env, false) != nil {
		t.Error("a meter without a terminal")
	}
	env.StderrTerminal, env.Width = true, 60
	if newMeter(env, true) != nil {
		t.Error("a meter though quiet")
	}
	m := newMeter(env, false)
	m.show("a.log", 10, 100, 1)
	if errs.Len() > 0 {
		t.Error("drawn before it is needed")
	}
	clock = clock.Add(time.Second)
	m.show("a.log", 50, 100, 5)
	m.show("a.log", 51, 100, 5)
	if drawn := errs.String(); strings.Count(drawn, "\r") != 1 || !strings.Contains(drawn, "50%") {
		t.Errorf("drawn: %q", drawn)
	}
	m.clear()
	m.clear()
	if rest := errs.String(); !strings.HasSuffix(rest, " \r") || strings.Count(rest, "\r") != 3 {
		t.Errorf("not cleared: %q", rest)
	}
	var none *meter
	none.show("", 1, 2, 3)
	none.clear()
}
