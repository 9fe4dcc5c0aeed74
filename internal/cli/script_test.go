package cli

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// asProgram has the test binary be dogwatch, for tests at a terminal.
const asProgram = "DOGWATCH_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		program()
	}
	testscript.Main(m, map[string]func(){"dogwatch": program})
}

// program is dogwatch as its main runs it.
func program() {
	env := System("test")
	ctx, stop := Signals(env)
	code := Run(ctx, env, os.Args[1:])
	stop()
	os.Exit(code)
}

// TestScripts runs the command line as a person would. $RECORDS holds a few
// recorded events, $CORPORA the recorded logs.
func TestScripts(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("RECORDS", filepath.Join(root, "internal/cli/testdata/records"))
			env.Setenv("CORPORA", filepath.Join(root, "testdata/corpora"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "make": makeFile, "lines": countLines,
		},
	})
}

// exits CODE COMMAND... runs a command that must end with the code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		ended, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = ended.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// lines FILE N wants a file (stdout, stderr) of n lines.
func countLines(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: lines FILE N")
	}
	text := ts.ReadFile(args[0])
	if got := strconv.Itoa(strings.Count(text, "\n")); got != args[1] {
		ts.Fatalf("%s has %s lines, want %s:\n%s", args[0], got, args[1], text)
	}
}

// makeFile KIND FILE makes input that is too large or too odd for a script.
func makeFile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: make KIND FILE")
	}
	event := strings.TrimSpace(firstLine(ts.ReadFile(filepath.Join(ts.Getenv("RECORDS"), "attacks.ndjson"))))
	var data string
	switch args[0] {
	case "rubbish":
		data = rubbish()
	case "long-line": // one record with 100 MB in one of its members
		head, tail, _ := strings.Cut(event, `"annotations":{`)
		data = head + `"annotations":{"x":"` + strings.Repeat("x", 100<<20) + `",` + tail + "\n" + event + "\n"
	case "long-list": // one line of 100 MB that holds many records
		data = `{"records":[` + strings.TrimSuffix(strings.Repeat(event+",", 100<<20/len(event)), ",") + "]}\n"
	case "deep":
		head, tail, _ := strings.Cut(event, `"annotations":{`)
		data = head + `"annotations":{"x":` + strings.Repeat("[", 200_000) + strings.Repeat("]", 200_000) + "," + tail + "\n" +
			strings.Repeat("[", 200_000) + "\n" + strings.Repeat(`{"a":`, 200_000) + "\n" + event + "\n"
	case "not-utf8":
		data = strings.ReplaceAll(event, "kubectl/v1", "kube\xff\xfectl/v1") + "\n"
	case "crlf-bom":
		data = "\xef\xbb\xbf" + event + "\r\n" + event + "\r\n"
	default:
		ts.Fatalf("unknown kind %q", args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(data), 0o600))
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// rubbish looks like a compiled program: all byte values, no structure.
func rubbish() string {
	b := make([]byte, 1<<16)
	x := uint32(2463534242)
	for i := range b {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		b[i] = byte(x)
	}
	return "\x7fELF" + string(b)
}
