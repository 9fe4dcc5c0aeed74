package cli

import (
	"bytes"
	"context"
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite the transcripts in README.md and docs/hunting.md")

var (
	console = regexp.MustCompile("(?ms)^```console\n(.*?)^```$")
	// How long something took, and what it kept, is never the same.
	elapsed = regexp.MustCompile(`\d+(\.\d+)? (s|ms|µs|B|kB)\b`)
	spaces  = regexp.MustCompile(` +`)
)

// TestReadmeIsTrue runs the commands of the transcripts in README.md and in the
// tour of hunting, and holds them to what stands there.
func TestReadmeIsTrue(t *testing.T) {
	t.Chdir("../..")
	for _, name := range []string{"README.md", "docs/hunting.md"} {
		checkTranscripts(t, name)
	}
}

func checkTranscripts(t *testing.T, name string) {
	page, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	fresh := console.ReplaceAllStringFunc(string(page), func(block string) string {
		n++
		was := console.FindStringSubmatch(block)[1]
		command, _, _ := strings.Cut(was, "\n")
		now := command + "\n" + transcript(t, strings.TrimPrefix(command, "$ "))
		if lasting(now) == lasting(was) {
			return block
		}
		if !*update {
			t.Errorf("%s is not true any more (make update rewrites it):\n%s\nnow gives\n%s", name, was, now)
		}
		return "```console\n" + now + "```"
	})
	if n == 0 {
		t.Fatalf("%s has no transcript", name)
	}
	if *update {
		if err := os.WriteFile(name, []byte(fresh), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// lasting is what of a transcript is the same each time: times are of any
// length, and so are the columns that hold them.
func lasting(s string) string {
	return spaces.ReplaceAllString(elapsed.ReplaceAllString(s, "0 s"), " ")
}

// transcript is what a person sees of a command.
func transcript(t *testing.T, command string) string {
	var out bytes.Buffer
	env := &Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, Getenv: func(string) string { return "" }, Now: time.Now, Version: "test"}
	args := split(command)
	if args[0] != "dogwatch" {
		t.Fatalf("%q is no command of ours", command)
	}
	if code := Run(context.Background(), env, args[1:]); code != ExitDone {
		t.Fatalf("%q ends with %d:\n%s", command, code, out.String())
	}
	return blanks.ReplaceAllString(out.String(), "\n")
}

// blanks at the end of lines are no part of a page.
var blanks = regexp.MustCompile(`[ \t]+\n`)

// split parts a command line at blanks outside of single quotes.
func split(line string) []string {
	var args []string
	for i, part := range strings.Split(line, "'") {
		if i%2 == 1 {
			args = append(args, part)
			continue
		}
		args = append(args, strings.Fields(part)...)
	}
	return args
}
