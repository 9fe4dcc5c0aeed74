package edit

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A History is texts that were written before, the oldest first. The nil
// History is empty and keeps nothing.
type History struct {
	entries []string
	file    string
}

// How much a history keeps: entries, and bytes of its file.
const (
	longest = 1000
	largest = 1 << 20
)

// OpenHistory reads the history of a file, which need not be there. What is
// added is appended to it, readable by its owner only; "" keeps it in memory.
func OpenHistory(file string) (*History, error) {
	h := &History{file: file}
	if file == "" {
		return h, nil
	}
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return h, nil
	}
	if err != nil {
		return h, fmt.Errorf("read history: %w", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		h.remember(unescape(lines.Text()))
	}
	if err := lines.Err(); err != nil {
		return h, fmt.Errorf("read history: %w", err)
	}
	return h, nil
}

// Len is the number of entries.
func (h *History) Len() int {
	if h == nil {
		return 0
	}
	return len(h.entries)
}

// Entry returns an entry.
func (h *History) Entry(i int) string { return h.entries[i] }

// remember takes an entry in, and says whether it is new.
func (h *History) remember(text string) bool {
	if strings.TrimSpace(text) == "" || len(h.entries) > 0 && h.entries[len(h.entries)-1] == text {
		return false
	}
	h.entries = append(h.entries, text)
	if len(h.entries) > longest {
		h.entries = h.entries[len(h.entries)-longest:]
	}
	return true
}

// Add keeps a text. One that begins with a blank is not kept, and neither is
// one that was written just before.
func (h *History) Add(text string) error {
	if h == nil || strings.HasPrefix(text, " ") || !h.remember(strings.TrimRight(text, " \n")) || h.file == "" {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(h.file), 0o700); err != nil {
		return fmt.Errorf("keep history: %w", err)
	}
	if info, err := os.Stat(h.file); err == nil && info.Size() > largest {
		return h.rewrite()
	}
	f, err := os.OpenFile(h.file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("keep history: %w", err)
	}
	_, err = f.WriteString(escape(h.entries[len(h.entries)-1]) + "\n")
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return fmt.Errorf("keep history: %w", err)
	}
	return nil
}

// rewrite leaves the newest entries in a file that has grown too long, half of
// what it may have.
func (h *History) rewrite() error {
	var lines []string
	size := 0
	for _, text := range slices.Backward(h.entries) {
		line := escape(text) + "\n"
		if size += len(line); size > largest/2 {
			break
		}
		lines = append(lines, line)
	}
	slices.Reverse(lines)
	if err := os.WriteFile(h.file, []byte(strings.Join(lines, "")), 0o600); err != nil {
		return fmt.Errorf("keep history: %w", err)
	}
	return nil
}

// An entry is a line of the file; its line breaks are written \n.
var (
	escaper   = strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`)
	unescaper = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\r`, "\r")
)

func escape(s string) string   { return escaper.Replace(s) }
func unescape(s string) string { return unescaper.Replace(s) }
