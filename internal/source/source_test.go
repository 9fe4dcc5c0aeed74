package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

const log = `{"kind":"Event","auditID":"1"}` + "\n" + `{"kind":"Event","auditID":"2"}` + "\n"

func gzipped(t testing.TB, parts ...string) []byte {
	var b bytes.Buffer
	for _, p := range parts {
		w := gzip.NewWriter(&b)
		io.WriteString(w, p)
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

func zstded(t testing.TB, parts ...string) []byte {
	var b bytes.Buffer
	for _, p := range parts {
		w, err := zstd.NewWriter(&b)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, p)
		w.Close()
	}
	return b.Bytes()
}

func utf16ed(s string) []byte {
	b := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return b
}

// read reads data with one processor and with two, on which it is decompressed ahead:
// that makes no difference.
func read(t testing.TB, data []byte) (string, error) {
	t.Helper()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	got, err := readOnce(t, data)
	runtime.GOMAXPROCS(2)
	if ahead, other := readOnce(t, data); ahead != got || fmt.Sprint(other) != fmt.Sprint(err) {
		t.Errorf("with two processors %d bytes and error %v, with one %d and %v", len(ahead), other, len(got), err)
	}
	return got, err
}

func readOnce(t testing.TB, data []byte) (string, error) {
	s, err := Reader("x", bytes.NewReader(data)).Open(t.Context())
	if err != nil {
		return "", err
	}
	defer s.Close()
	got, err := io.ReadAll(s)
	if err == nil && s.Offset() != int64(len(data)) {
		t.Errorf("offset %d after reading %d bytes", s.Offset(), len(data))
	}
	return string(got), err
}

func TestCompressionIsToldByContent(t *testing.T) {
	skippable := append([]byte{0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3}, zstded(t, log)...)
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"plain":          {[]byte(log), log},
		"empty":          {nil, ""},
		"one byte":       {[]byte("{"), "{"},
		"gzip":           {gzipped(t, log), log},
		"gzip members":   {gzipped(t, log, "", log), log + log},
		"zstd":           {zstded(t, log), log},
		"zstd frames":    {zstded(t, log, log), log + log},
		"zstd skippable": {skippable, log},
		"utf-16":         {utf16ed("{\"a\":\"é€😀\"}\n"), "{\"a\":\"é€😀\"}\n"},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := read(t, c.data); err != nil || got != c.want {
				t.Errorf("got %q, %v; want %q", got, err, c.want)
			}
		})
	}
}

func TestDamagedDataGivesWhatCouldBeRead(t *testing.T) {
	long := strings.Repeat(log, 2*aheadFrom/len(log))
	for name, data := range map[string][]byte{"gzip": gzipped(t, long), "zstd": zstded(t, long+randomText(1<<20))} {
		got, err := read(t, data[:len(data)-len(data)/3])
		if err == nil || !strings.Contains(err.Error(), name+" data is damaged or cut off") {
			t.Errorf("%s: error %v", name, err)
		}
		if len(got) == 0 || !strings.HasPrefix(long, got[:min(len(got), len(long))]) {
			t.Errorf("%s: read %d bytes that are not the beginning", name, len(got))
		}
	}
	if _, err := read(t, gzipMagic); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("two bytes of gzip: %v", err)
	}
}

// Who closes an input leaves nothing at work, however much of it was read.
func TestCloseEndsDecompression(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	long := strings.Repeat(log, 3*aheadFrom/len(log))
	for name, data := range map[string][]byte{"gzip": gzipped(t, long), "zstd": zstded(t, long)} {
		before := runtime.NumGoroutine()
		for _, n := range []int{0, 1, aheadFrom / 2, 2 * aheadFrom} {
			s, err := Reader("x", bytes.NewReader(data)).Open(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadFull(s, make([]byte, n)); err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Errorf("%s, closed after %d bytes: %v", name, n, err)
			}
		}
		// Close waits until nothing is read any more, and a goroutine that has read goes
		// away a moment later, of which nothing tells: so they are counted until it has.
		for wait := time.Now(); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
			if time.Since(wait) > 10*time.Second {
				t.Fatalf("%s: %d goroutines, %d before", name, runtime.NumGoroutine(), before)
			}
		}
	}
}

// randomText does not compress well.
func randomText(n int) string {
	b, x := make([]byte, n), uint32(1)
	for i := range b {
		x = x*1664525 + 1013904223
		b[i] = 'a' + byte(x>>24)%26
	}
	return string(b)
}

func TestPackedFormatsAreNamed(t *testing.T) {
	for _, f := range unreadable {
		_, err := read(t, append(slices.Clone(f.magic), "rest"...))
		if err == nil || !strings.Contains(err.Error(), f.name+" data: unpack it first") {
			t.Errorf("%s: error %v", f.name, err)
		}
	}
}

func tree(t *testing.T, files map[string]string) string {
	root := t.TempDir()
	for name, text := range files {
		name = filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func names(root string, inputs []Input) (all []string) {
	for _, in := range inputs {
		rel, err := filepath.Rel(root, in.Name)
		if err != nil {
			rel = in.Name
		}
		all = append(all, filepath.ToSlash(rel))
	}
	return all
}

func TestExpand(t *testing.T) {
	root := tree(t, map[string]string{
		"b.json":            log,
		"a/z.log":           "# taken on Monday\n" + log,
		"a/readme.md":       "# Logs\n\nNot a log.\n",
		"a/packed":          string(gzipped(t, log)),
		"a/.hidden":         log,
		".git/objects":      log,
		"c/half.gz":         string(gzipped(t, log)[:5]),
		"none/notes.txt":    "nothing here",
		"empty/.keep":       "",
		"lines/prefixed":    "2026-01-01T00:00:00Z stdout F " + log,
		"pretty/array.json": "  \n[\n {\n}]",
	})
	if err := os.Symlink(root, filepath.Join(root, "a", "loop")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(root, "gone"), filepath.Join(root, "c", "dangling")); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		args []string
		want []string
		errs []string
	}{
		"a file":        {[]string{"b.json"}, []string{"b.json"}, nil},
		"twice":         {[]string{"b.json", "b.json"}, []string{"b.json"}, nil},
		"a directory":   {[]string{"a"}, []string{"a/packed", "a/z.log"}, nil},
		"a pattern":     {[]string{"*.json"}, []string{"b.json"}, nil},
		"no match":      {[]string{"*.ndjson", "b.json"}, []string{"b.json"}, []string{"no file matches"}},
		"bad pattern":   {[]string{"[.json"}, nil, []string{"pattern"}},
		"missing":       {[]string{"nope", "b.json"}, []string{"b.json"}, []string{"no such file"}},
		"no logs":       {[]string{"none"}, nil, []string{"holds no logs (1 files looked at)"}},
		"empty":         {[]string{"empty"}, nil, []string{"holds no logs (0 files looked at)"}},
		"damaged":       {[]string{"c"}, []string{"c/half.gz"}, []string{"dangling"}},
		"odd beginning": {[]string{"lines", "pretty"}, []string{"lines/prefixed", "pretty/array.json"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			for i, a := range c.args {
				c.args[i] = filepath.Join(root, a)
			}
			inputs, errs := Expand(c.args, nil)
			if got := names(root, inputs); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if len(errs) != len(c.errs) {
				t.Fatalf("errors %v, want %q", errs, c.errs)
			}
			for i, err := range errs {
				if !strings.Contains(err.Error(), c.errs[i]) {
					t.Errorf("error %q, want %q", err, c.errs[i])
				}
			}
		})
	}
}

func TestStdin(t *testing.T) {
	inputs, errs := Expand([]string{"-"}, strings.NewReader(log))
	if len(inputs) != 1 || len(errs) > 0 || inputs[0].Name != Stdin {
		t.Fatalf("got %v, %v", inputs, errs)
	}
	s, err := inputs[0].Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(s); err != nil || string(got) != log {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestUnreadableFileNamesItself(t *testing.T) {
	_, err := File(filepath.Join(t.TempDir(), "gone.json")).Open(t.Context())
	if err == nil || !strings.Contains(err.Error(), "gone.json\": no such file") {
		t.Errorf("error %v", err)
	}
}

func FuzzDecompress(f *testing.F) {
	f.Add(gzipped(f, log))
	f.Add(zstded(f, log))
	f.Add(utf16ed(log))
	f.Add([]byte(log))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Reader("x", bytes.NewReader(data)).Open(t.Context())
		if err != nil {
			return
		}
		defer s.Close()
		io.Copy(io.Discard, io.LimitReader(s, 16<<20))
	})
}
