//go:build unix

package cli

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
)

// A sitting is a dogwatch that runs at a terminal.
type sitting struct {
	t    *testing.T
	cmd  *exec.Cmd
	tty  *os.File
	over chan struct{} // closed when the output has ended

	mu   sync.Mutex
	out  bytes.Buffer
	seen int
}

// sit starts dogwatch at a terminal of its own.
func sit(t *testing.T, home string, args ...string) *sitting {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	s := &sitting{t: t, cmd: exec.Command(program, args...), over: make(chan struct{})}
	s.cmd.Env = []string{asProgram + "=1", "HOME=" + home, "TERM=xterm", "PATH=" + os.Getenv("PATH")}
	if s.tty, err = pty.StartWithSize(s.cmd, &pty.Winsize{Rows: 30, Cols: 100}); err != nil {
		t.Fatal(err)
	}
	go s.record()
	t.Cleanup(func() {
		_ = s.cmd.Process.Kill() // it has ended, if all went well
		_ = s.tty.Close()
		<-s.over
	})
	return s
}

func (s *sitting) record() {
	defer close(s.over)
	buf := make([]byte, 4096)
	for {
		n, err := s.tty.Read(buf)
		s.mu.Lock()
		s.out.Write(buf[:n])
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (s *sitting) keys(text string) {
	s.t.Helper()
	if _, err := s.tty.Write([]byte(text)); err != nil {
		s.t.Fatal(err)
	}
}

// sees waits for texts, one after the other, that were not seen before.
func (s *sitting) sees(texts ...string) {
	s.t.Helper()
	for _, want := range texts {
		for end := time.Now().Add(20 * time.Second); !s.find(want); time.Sleep(5 * time.Millisecond) {
			if time.Now().After(end) {
				s.t.Fatalf("%q does not come; after what was seen there is\n%q", want, s.out.String()[s.seen:])
			}
		}
	}
}

func (s *sitting) find(want string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := strings.Index(s.out.String()[s.seen:], want)
	if at >= 0 {
		s.seen += at + len(want)
	}
	return at >= 0
}

// ends waits for the end, and wants an exit code.
func (s *sitting) ends(code int) {
	s.t.Helper()
	<-s.over
	_ = s.cmd.Wait() // the code says it all
	if got := s.cmd.ProcessState.ExitCode(); got != code {
		s.t.Errorf("exit code %d, want %d:\n%q", got, code, s.out.String())
	}
}

const prompt = "kql> "

func TestShellAtATerminal(t *testing.T) {
	home := t.TempDir()
	records := filepath.Join("testdata", "records", "attacks.ndjson")
	s := sit(t, home, "hunt", "-i", "--color=never", records)
	s.sees("over "+records, prompt)
	s.keys("Kubea\t\r")
	s.sees("KubeAudit", "   | ")
	s.keys("| coun\t;\r")
	s.sees("count ;", "Count\r\n    3\r\n", "1 row", prompt)
	s.keys("KubeAudit | wher Verb == 1\r\r")
	s.sees(`unknown operator "wher"`, "| wher Verb", "~~~~", "did you mean where?", prompt)
	s.keys(".schema sources\r")
	s.sees("COLUMN", "TimeGenerated", prompt)
	s.keys("print x = 1\x03")
	s.sees(prompt)
	s.keys("\x1b[A\x1b[A\x1b[A\r") // what was asked first
	s.sees("   | | count ;", "3\r\n", prompt)
	s.keys("\x04")
	s.ends(ExitDone)

	s = sit(t, home, "hunt", "-i", "-q")
	s.sees(prompt)
	s.keys("\x12wher\r")
	s.sees("(search: wher)", "KubeAudit | wher Verb == 1")
	s.keys("\x03.quit\r")
	s.ends(ExitDone)
}

// TestDrawingAtATerminal draws what is asked for, unless rows are asked for.
func TestDrawingAtATerminal(t *testing.T) {
	s := sit(t, t.TempDir(), "hunt", "-i")
	const query = "datatable(Verb:string, n:long)[\"get\", 8] | render barchart;\r"
	s.sees(prompt)
	s.keys(query)
	s.sees("get \x1b[36m█", "█\x1b[0m 8\r\n", prompt)
	s.keys("print x = 1 | render treemap;\r")
	s.sees("render treemap is not drawn; the rows are", "1\r\n", prompt)
	s.keys("print x = 1 | render timechart;\r")
	s.sees("needs a column of times; the rows are", "1\r\n", prompt)
	s.keys(".set color never\r")
	s.sees(prompt)
	s.keys(query)
	s.sees("get ██", "█ 8\r\n", prompt)
	s.keys(".set output table\r")
	s.sees(prompt)
	s.keys(query)
	s.sees("Verb  n\r\n", "get   8\r\n", prompt)
	// A terminal that has become narrow.
	if err := pty.Setsize(s.tty, &pty.Winsize{Rows: 30, Cols: 40}); err != nil {
		t.Fatal(err)
	}
	s.keys("print a = \"one two three four five six seven\", b = 1;\r")
	s.sees("\x1b[?2004l", "one two three four five six seven  1\r\n", prompt)
	s.keys("print a = \"one two three four five six seven eight\", b = 1, c = \"x\";\r")
	s.sees("\x1b[?2004l", "one two three four five six seven   1  x\r\neight\r\n", prompt)
	s.keys("\x04")
	s.ends(ExitDone)
}

// TestShellStopsQueries ends a query, and not the shell.
func TestShellStopsQueries(t *testing.T) {
	s := sit(t, t.TempDir(), "hunt", "-i")
	s.sees(prompt)
	s.keys("range x from 1 to 1000000000000 step 1 | summarize count() by x % 7;\r")
	s.sees("x % 7;", "\x1b[?2004l") // the query runs now
	for range 3 {
		time.Sleep(50 * time.Millisecond)
	}
	s.keys("\x03")
	s.sees("dogwatch: interrupted", prompt)
	s.keys("print still = \"here\";\r")
	s.sees("here\r\n", prompt)
	s.keys("\x04")
	s.ends(ExitDone)
}

// TestShellEndsWithItsProcess leaves the terminal as it was.
func TestShellEndsWithItsProcess(t *testing.T) {
	s := sit(t, t.TempDir(), "hunt", "-i")
	s.sees(prompt)
	if err := s.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	s.sees("\x1b[?2004l")
	s.ends(ExitInterrupted)
}
