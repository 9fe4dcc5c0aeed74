package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestInterruptedWhileSilent wants an end though standard input is open and gives nothing.
func TestInterruptedWhileSilent(t *testing.T) {
	for _, args := range [][]string{{"scan", "-"}, {"hunt", "KubeAudit | count", "-"}, {"hunt", "KubeAudit | join KubeAudit on AuditID", "-"}, {"bench", "-"}, {"hunt", "--stdin", "audit.log"}, {"hunt", "-i", "audit.log"}} {
		silent, keep, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		defer silent.Close()
		defer keep.Close()
		ctx, stop := context.WithCancel(context.Background())
		env, _, errs := testEnv(silent)
		time.AfterFunc(100*time.Millisecond, stop)
		if code := Run(ctx, env, args); code != ExitInterrupted {
			t.Errorf("%q: exit code %d:\n%s", args, code, errs)
		}
	}
}

// TestInterruptedWithPart wants all that was read judged, little as it is, and nothing made
// of what the interruption cut off.
func TestInterruptedWithPart(t *testing.T) {
	indented := &bytes.Buffer{}
	if err := json.Indent(indented, []byte(oneEvent), "", " "); err != nil {
		t.Fatal(err)
	}
	line, pretty := strings.TrimSuffix(oneEvent, "\n"), strings.TrimSpace(indented.String())
	for _, form := range []struct{ before, event, between, behind string }{
		{"", line, "\n", line[:len(line)/2]},
		{"", line, "\n", line[:1]},
		{"2026-01-02T03:04:05Z stderr F ", line, "\n2026-01-02T03:04:05Z stderr F ", line[:len(line)/2]},
		{"2026-01-02T03:04:05Z stderr F ", line, "\n", "2026-01-02T0"},
		{"", pretty, "\n", pretty[:len(pretty)/2]},
		{"[", line, ",", line[:len(line)/2]},
		{`{"kind":"EventList","items":[`, line, ",", ""},
		{`{"records":[`, `{"category":"kube-audit","time":"2026-01-02T03:04:05Z","properties":{"log":` + strconv.Quote(line) + `}}`, ",", `{"category":"kube-audit","properties":{"log":"` + strconv.Quote(line)[:99]},
	} {
		for _, events := range []int{1, 3, 8000} { // 8,000 are more than a chunk
			in, out, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			defer out.Close()
			log := form.before + strings.Repeat(form.event+form.between, events) + form.behind
			ctx, stop := context.WithCancel(context.Background())
			env, got, errs := testEnv(in)
			go func() {
				io.WriteString(out, log)
				for unread := 1; unread > 0; {
					time.Sleep(time.Millisecond) // nothing tells that a pipe was read
					if unread, err = unix.IoctlGetInt(int(in.Fd()), unix.TIOCINQ); err != nil {
						t.Error(err)
					}
				}
				stop()
			}()
			if code := Run(ctx, env, []string{"scan", "-", "-o", "json"}); code != ExitInterrupted {
				t.Errorf("%.40q: exit code %d:\n%s", log, code, errs)
			}
			if want := fmt.Sprintf("%d decoded", events); !strings.Contains(strings.ReplaceAll(errs.String(), ",", ""), want) || !strings.Contains(errs.String(), "0 cut short, 0 refused") || !strings.Contains(got.String(), "attach-to-pod") {
				t.Errorf("%.40q, %d events:\n%s", log, events, errs)
			}
		}
	}
}
