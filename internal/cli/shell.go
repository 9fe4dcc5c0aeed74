package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/dogwatch-dev/dogwatch/internal/app"
	"github.com/dogwatch-dev/dogwatch/internal/edit"
	"github.com/dogwatch-dev/dogwatch/internal/shell"
	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
)

// A session is one sitting at the shell.
type session struct {
	f      *huntFlags
	flags  *pflag.FlagSet
	env    *Env
	app    *app.App
	inputs []string
	lang   *shell.Language
	worst  int // exit code of what failed
}

// errQuit ends the shell.
var errQuit = errors.New("quit")

// converse asks for queries until the input ends. At a terminal mistakes end
// nothing; a script's are its exit code.
func (f *huntFlags) converse(cmd *cobra.Command, env *Env, inputs []string) error {
	if slices.Contains(inputs, "-") {
		return usage("in the shell the queries come from standard input: the logs cannot").withHint("put them into a file first, or ask one query without -i")
	}
	a, err := f.loadToRun()
	if err != nil {
		return err
	}
	s := &session{f: f, flags: cmd.Flags(), env: env, app: a, inputs: inputs, lang: language(a)}
	read := s.reader(cmd.Context())
	for quit := false; !quit; {
		text, err := read()
		if errors.Is(err, edit.ErrInterrupted) {
			continue
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		ended := err != nil
		if quit, err = s.take(cmd.Context(), text); err != nil {
			return err
		}
		quit = quit || ended
	}
	if s.worst == ExitDone || env.StdinTerminal {
		return nil
	}
	return said(s.worst)
}

// take does what was written, and tells what is wrong with it. The error is
// that of a process that is told to end.
func (s *session) take(ctx context.Context, text string) (quit bool, err error) {
	if strings.TrimSpace(text) == "" {
		return false, nil
	}
	s.measure()
	err = s.do(ctx, text)
	switch {
	case errors.Is(err, errQuit):
		return true, nil
	case ctx.Err() != nil:
		return true, ctx.Err()
	case err != nil:
		report(s.env.Stderr, err)
		s.worst = max(s.worst, exitCode(ctx, err))
	}
	return false, nil
}

// measure looks how wide the terminal is now.
func (s *session) measure() {
	if s.env.Size == nil || !s.env.StdoutTerminal {
		return
	}
	if w, _ := s.env.Size(); w > 0 {
		s.env.Width = w
	}
}

// do runs a command of the shell's own, or a query.
func (s *session) do(ctx context.Context, text string) error {
	if line := strings.TrimSpace(text); strings.HasPrefix(line, ".") {
		return s.command(ctx, line)
	}
	return s.query(ctx, diag.NewFile("query", text))
}

// query answers a query, until Ctrl-C.
func (s *session) query(ctx context.Context, file *diag.File) error {
	ctx, end := s.env.interrupts.during(ctx)
	defer end()
	if s.f.nowText == "" {
		s.f.now = kql.Ticks(s.env.Now())
	}
	out := s.env.Stdout
	s.env.Stdout = &stoppable{ctx, out}
	defer func() { s.env.Stdout = out }()
	err := s.f.ask(ctx, s.env, s.app, file, s.inputs)
	if ctx.Err() != nil {
		return context.Canceled
	}
	return err
}

// A stoppable writer ends when its context does: a query that was called off
// has said enough.
type stoppable struct {
	ctx context.Context
	w   io.Writer
}

// Write writes, unless the context has ended.
func (s *stoppable) Write(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.w.Write(p)
}

// reader returns what reads the next text until ctx ends: from a terminal with an
// editor, else line by line.
func (s *session) reader(ctx context.Context) func() (string, error) {
	if !s.env.StdinTerminal || !s.env.StderrTerminal && !s.env.StdoutTerminal || s.env.Raw == nil || s.env.Getenv("TERM") == "dumb" {
		return s.plainReader(ctx)
	}
	history, err := edit.OpenHistory(shell.HistoryFile(s.env.Getenv))
	if err != nil {
		s.warn(err)
	}
	screen := s.env.Stderr
	if !s.env.StderrTerminal {
		screen = s.env.Stdout
	}
	e := &edit.Editor{
		In: bufio.NewReader(s.env.Stdin), Out: screen, Size: s.env.Size, Prompt: "kql> ", More: "   | ",
		Done: shell.Done, Complete: s.lang.Complete, History: history,
	}
	s.greet(screen)
	return func() (string, error) {
		restore, err := s.env.Raw()
		if err != nil {
			return "", err
		}
		text, err := e.Read(ctx)
		restore()
		if err == nil {
			if kept := history.Add(text); kept != nil {
				s.warn(kept)
			}
		}
		return text, err
	}
}

// warn tells of what does not end the shell.
func (s *session) warn(err error) { fmt.Fprintf(s.env.Stderr, "dogwatch: %s\n", oneLine(err.Error())) }

func (s *session) greet(w io.Writer) {
	if s.f.quiet {
		return
	}
	over := "over the store, if there is one"
	if len(s.inputs) > 0 {
		over = "over " + oneLine(strings.Join(s.inputs, ", "))
	}
	fmt.Fprintf(w, "dogwatch %s, %s\nA query ends with ; or an empty line. Tab completes, Ctrl-C stops, Ctrl-D leaves, .help says more.\n", s.env.Version, over)
}

// plainReader reads texts from a pipe or a file, without a prompt.
func (s *session) plainReader(ctx context.Context) func() (string, error) {
	in := bufio.NewReader(app.Until(ctx, s.env.Stdin))
	return func() (string, error) {
		var text strings.Builder
		for {
			if err := ctx.Err(); err != nil {
				return "", err
			}
			line, err := in.ReadString('\n')
			text.WriteString(strings.ReplaceAll(line, "\r\n", "\n"))
			if err != nil {
				return text.String(), err
			}
			whole := strings.TrimSuffix(text.String(), "\n")
			if shell.Done(whole) {
				return whole, nil
			}
		}
	}
}
