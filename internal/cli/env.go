// Package cli is the command line: one file a command. It stands before app,
// which does the work; it owns flags, output formats, messages and exit codes.
// A command reaches the world through Env alone.
package cli

import (
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"time"

	"golang.org/x/term"
)

// Env is what a command has of the world.
type Env struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(string) string
	Now            func() time.Time

	// Terminals say which streams are read by a person.
	StdinTerminal, StdoutTerminal, StderrTerminal bool
	// Width is the number of columns of the terminal, 0 when there is none.
	Width int
	// Size is the terminal's columns and rows now; 0 where they are not known.
	Size func() (width, height int)
	// Raw has the terminal hand over keys as they are pressed, until restore.
	Raw func() (restore func(), err error)

	Version string

	interrupts interrupts
}

// System is the Env of the running process.
func System(version string) *Env {
	return &Env{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Getenv: os.Getenv, Now: time.Now,
		StdinTerminal:  term.IsTerminal(int(os.Stdin.Fd())),
		StdoutTerminal: term.IsTerminal(int(os.Stdout.Fd())),
		StderrTerminal: term.IsTerminal(int(os.Stderr.Fd())),
		Width:          width(),
		Size:           terminalSize,
		Raw:            rawInput,
		Version:        moduleVersion(version),
	}
}

func width() int {
	w, _ := terminalSize()
	return w
}

func terminalSize() (width, height int) {
	for _, f := range []*os.File{os.Stdout, os.Stderr} {
		if w, h, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
			return w, h
		}
	}
	return 0, 0
}

func rawInput() (restore func(), err error) {
	fd := int(os.Stdin.Fd())
	was, err := term.MakeRaw(fd)
	if err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	return func() { _ = term.Restore(fd, was) }, nil // the terminal is gone when this fails
}

// moduleVersion is the linker's version, or for `go install` the module's.
func moduleVersion(linked string) string {
	if info, ok := debug.ReadBuildInfo(); ok && linked == "dev" && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return linked
}
