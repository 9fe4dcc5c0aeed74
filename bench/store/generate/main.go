// Command generate writes audit events for measurements: those of the recorded
// logs over and over, with other ids, times, users and addresses each time, so
// that they do not repeat themselves more than a cluster's do. The same seed
// gives the same bytes.
package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"flag"
	"fmt"
	"hash/fnv"
	"io"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"github.com/klauspost/compress/zstd"
)

func main() {
	n := flag.Int("n", 1_000_000, "how many events")
	seed := flag.Uint64("seed", 7, "of the random numbers")
	hours := flag.Int("hours", 72, "the time that the events span")
	corpora := flag.String("corpora", "../../testdata/corpora", "the folder of the recorded logs")
	flag.Parse()
	templates, err := read(*corpora)
	if err != nil {
		log.Fatal(err)
	}
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	g := &generator{rng: rand.New(rand.NewPCG(*seed, 1)), seed: *seed, step: time.Duration(*hours) * time.Hour / time.Duration(*n)}
	for i := range *n {
		if err := g.write(out, templates[g.rng.IntN(len(templates))], i); err != nil {
			log.Fatal(err)
		}
	}
	if err := out.Flush(); err != nil {
		log.Fatal(err)
	}
}

// read gives the events of the recorded logs.
func read(dir string) (events [][]byte, err error) {
	for _, name := range []string{"benign.ndjson.zst", "attacks.ndjson.zst"} {
		f, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		z, err := zstd.NewReader(f)
		if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(z)
		if err != nil {
			return nil, err
		}
		z.Close()
		f.Close()
		events = append(events, bytes.Split(bytes.TrimSpace(data), []byte{'\n'})...)
	}
	return events, nil
}

type generator struct {
	rng  *rand.Rand
	seed uint64
	step time.Duration
	buf  []byte
}

var start = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

// write writes event i, made of a template.
func (g *generator) write(w io.Writer, template []byte, i int) error {
	received := start.Add(time.Duration(i)*g.step + time.Duration(g.rng.Int64N(int64(g.step)+1)))
	b := replaceMember(g.buf[:0], template, `"requestReceivedTimestamp":"`, received.Format("2006-01-02T15:04:05.000000Z"))
	g.buf = b
	b = replaceMember(nil, b, `"stageTimestamp":"`, received.Add(time.Duration(g.rng.IntN(20_000))*time.Microsecond).Format("2006-01-02T15:04:05.000000Z"))
	b = replaceMember(nil, b, `"auditID":"`, g.uuid())
	// Objects live for an hour or so, and their ids with them.
	b = g.otherIDs(b, uint64(i)*uint64(g.step)/uint64(time.Hour))
	if g.rng.IntN(3) == 0 {
		b = replaceMember(nil, b, `"sourceIPs":["`, fmt.Sprintf("10.%d.%d.%d", g.rng.IntN(4), g.rng.IntN(16), g.rng.IntN(256)))
	}
	if g.rng.IntN(8) == 0 {
		b = replaceMember(nil, b, `"username":"`, fmt.Sprintf("user-%d@example.com", g.zipf(5000)))
	}
	if g.rng.IntN(29_000) == 0 {
		b = bytes.Replace(b, []byte(`"userAgent":"`), []byte(`"userAgent":"XMRig/6.21 `), 1)
	}
	_, err := w.Write(append(b, '\n'))
	return err
}

// zipf picks small numbers more often.
func (g *generator) zipf(n int) int {
	f := g.rng.Float64()
	return int(float64(n) * f * f * f)
}

func (g *generator) uuid() string {
	var id [16]byte
	binary.LittleEndian.PutUint64(id[:], g.rng.Uint64())
	binary.LittleEndian.PutUint64(id[8:], g.rng.Uint64())
	return format(id)
}

func format(id [16]byte) string {
	h := hex.EncodeToString(id[:])
	return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-a" + h[17:20] + "-" + h[20:]
}

// replaceMember gives the first member of a name another text.
func replaceMember(dst, b []byte, head, text string) []byte {
	at := bytes.Index(b, []byte(head))
	if at < 0 {
		return append(dst, b...)
	}
	from := at + len(head)
	end := from + bytes.IndexByte(b[from:], '"')
	return append(append(append(dst, b[:from]...), text...), b[end:]...)
}

// otherIDs replaces every UUID but the first, which is the audit id, by one
// that is the same for an hour.
func (g *generator) otherIDs(b []byte, hour uint64) []byte {
	first := true
	for i := 0; i+36 <= len(b); i++ {
		if b[i+8] != '-' || b[i+13] != '-' || b[i+18] != '-' || b[i+23] != '-' || !isHex(b[i]) || !isHex(b[i+35]) {
			continue
		}
		if first {
			first = false
			i += 35
			continue
		}
		h := fnv.New128a()
		h.Write(b[i : i+36])
		fmt.Fprint(h, hour, g.seed)
		copy(b[i:], format([16]byte(h.Sum(nil))))
		i += 35
	}
	return b
}

func isHex(c byte) bool { return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' }
