package cli

import (
	"github.com/dogwatch-dev/dogwatch"
)

// A palette paints words, or leaves them as they are.
type palette bool

const (
	red    = "31"
	yellow = "33"
	cyan   = "36"
	green  = "32"
	bold   = "1"
	dim    = "2"
)

func (p palette) paint(code, s string) string {
	if !p || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

// severity says the word first; colour only repeats it.
func (p palette) severity(s dogwatch.Severity, text string) string {
	switch s {
	case dogwatch.High:
		return p.paint(red+";"+bold, text)
	case dogwatch.Medium:
		return p.paint(yellow, text)
	case dogwatch.Low:
		return p.paint(cyan, text)
	}
	return p.paint(dim, text)
}

// paletteFor decides by --color, then by what the environment is known to want.
func paletteFor(env *Env, mode string, terminal bool) (palette, error) {
	switch mode {
	case "always":
		return true, nil
	case "never":
		return false, nil
	case "auto", "":
	default:
		return false, usage("--color %q: it is auto, always or never", mode)
	}
	switch {
	case env.Getenv("NO_COLOR") != "":
		return false, nil
	case env.Getenv("CLICOLOR_FORCE") != "" && env.Getenv("CLICOLOR_FORCE") != "0":
		return true, nil
	case env.Getenv("TERM") == "dumb":
		return false, nil
	}
	return palette(terminal), nil
}
