package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Expand finds the inputs that arguments name: files, directories with all the
// logs below them, patterns, and - for the standard input. What cannot be read
// is told in the errors, one each; the rest goes on. Inputs come in the order
// of the arguments, those of a directory sorted by path, and none twice.
func Expand(args []string, stdin io.Reader) ([]Input, []error) {
	x := expander{seen: map[string]bool{}}
	for _, arg := range args {
		if arg == "-" {
			x.add(Reader(Stdin, stdin))
			continue
		}
		if err := x.expand(arg); err != nil {
			x.errs = append(x.errs, err)
		}
	}
	return x.inputs, x.errs
}

type expander struct {
	inputs []Input
	errs   []error
	seen   map[string]bool
}

func (x *expander) add(in Input) {
	if !x.seen[in.Name] {
		x.seen[in.Name] = true
		x.inputs = append(x.inputs, in)
	}
}

func (x *expander) expand(arg string) error {
	info, err := os.Stat(arg)
	switch {
	case err == nil && info.IsDir():
		return x.directory(arg)
	case err == nil:
		x.add(File(arg))
		return nil
	case errors.Is(err, fs.ErrNotExist) && strings.ContainsAny(arg, "*?["):
		return x.pattern(arg)
	}
	return fmt.Errorf("open %q: %w", arg, cause(err))
}

// cause is an error of the file system without the path, which we quote.
func cause(err error) error {
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		return p.Err
	}
	return err
}

func (x *expander) pattern(arg string) error {
	names, err := filepath.Glob(arg)
	if err != nil {
		return fmt.Errorf("pattern %q: %w", arg, err)
	}
	if len(names) == 0 {
		return fmt.Errorf("no file matches %q", arg)
	}
	for _, name := range names {
		if err := x.expand(name); err != nil {
			x.errs = append(x.errs, err)
		}
	}
	return nil
}

// directory adds the logs below a directory. Other files are passed over, for
// directories hold all kinds; a directory without a log is an error.
func (x *expander) directory(root string) error {
	before, looked, failed := len(x.inputs), 0, len(x.errs)
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			x.errs = append(x.errs, fmt.Errorf("open %q: %w", name, cause(err)))
			return nil
		}
		if isHidden(d.Name()) && name != root {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if isFile(name, d) {
			looked++
			x.addLog(name)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read directory %q: %w", root, cause(err))
	}
	if len(x.inputs) == before && len(x.errs) == failed {
		return fmt.Errorf("directory %q holds no logs (%d files looked at)", root, looked)
	}
	return nil
}

func isHidden(name string) bool { return strings.HasPrefix(name, ".") && name != "." && name != ".." }

// isFile follows a link to a file, but no link to a directory: it may lead back.
func isFile(name string, d fs.DirEntry) bool {
	if d.Type()&fs.ModeSymlink == 0 {
		return d.Type().IsRegular()
	}
	info, err := os.Stat(name)
	return err != nil || info.Mode().IsRegular()
}

func (x *expander) addLog(name string) {
	in := File(name)
	ok, err := looksLikeLog(in)
	switch {
	case err != nil:
		x.errs = append(x.errs, fmt.Errorf("open %q: %w", name, cause(err)))
	case ok:
		x.add(in)
	}
}

// sniffed is how much of a file is looked at to see whether it is a log.
const sniffed = 64 << 10

// looksLikeLog says whether one of a file's first lines starts as JSON does. A
// file that is damaged or packed in a way that we do not read counts: it is
// reported when it is opened.
func looksLikeLog(in Input) (bool, error) {
	ctx := context.Background() // only regular files are looked at
	raw, err := in.open(ctx)
	if err != nil {
		return false, err
	}
	raw.Close()
	s, err := in.Open(ctx)
	if err != nil {
		return true, nil
	}
	defer s.Close()
	head := make([]byte, sniffed)
	n, err := io.ReadFull(s, head)
	if n == 0 && err != nil && err != io.EOF {
		return true, nil
	}
	for line := range strings.Lines(string(head[:n])) {
		line = strings.TrimLeft(line, " \t\r\n\ufeff")
		if strings.HasPrefix(line, "{") || strings.HasPrefix(line, "[") || strings.Contains(line, `{"kind":"Event`) {
			return true, nil
		}
	}
	return false, nil
}
