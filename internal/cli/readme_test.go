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

var update = flag.Bool("update", false, "rewrite the transcripts in README.md")

var (
	console = regexp.MustCompile("(?ms)^```console\n(.*?)^```$")
	// How long something took is never the same, and rules are added all the time.
	elapsed = regexp.MustCompile(`\d+(\.\d+)? s\b|\d+ rules`)
)

// TestReadmeIsTrue runs the commands of the README's transcripts and holds
// them to what stands there.
func TestReadmeIsTrue(t *testing.T) {
	t.Chdir("../..")
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	fresh := console.ReplaceAllStringFunc(string(page), func(block string) string {
		n++
		was := console.FindStringSubmatch(block)[1]
		command, _, _ := strings.Cut(was, "\n")
		now := command + "\n" + transcript(t, strings.TrimPrefix(command, "$ "))
		if elapsed.ReplaceAllString(now, "0 s") == elapsed.ReplaceAllString(was, "0 s") {
			return block
		}
		if !*update {
			t.Errorf("README.md is not true any more (make update rewrites it):\n%s\nnow gives\n%s", was, now)
		}
		return "```console\n" + now + "```"
	})
	if n == 0 {
		t.Fatal("README.md has no transcript")
	}
	if *update {
		if err := os.WriteFile("README.md", []byte(fresh), 0o644); err != nil {
			t.Fatal(err)
		}
	}
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
	return out.String()
}

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
