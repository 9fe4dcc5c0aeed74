package embedded

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/dogwatch-dev/dogwatch/internal/store"
)

// A manifest says which files make up the store. There is a new one for every
// change, under the next number; the file ends in its own checksum. The last
// two are kept.
type manifest struct {
	Format  int       `json:"format"`
	Store   string    `json:"store"`
	Version int64     `json:"version"`
	Written time.Time `json:"written"`
	// Sealed is the last sequence number that is in a segment, and Chain what
	// all records up to it amount to. What the log holds of them is done with.
	Sealed int64  `json:"sealed"`
	Chain  string `json:"chain"`
	// Second is the first sealed record that is summed and chained in the second
	// form, and those after it are; 0: none is.
	Second   int64   `json:"second,omitempty"`
	Received int64   `json:"received"` // ticks of the last receipt
	Segments []entry `json:"segments"`
	// Streams are the last positions that are sealed.
	Streams []mark  `json:"streams"`
	Dropped []taken `json:"dropped,omitempty"`
}

// An entry is a segment.
type entry struct {
	Name     string `json:"name"` // of the files, without their ends
	First    int64  `json:"first"`
	Last     int64  `json:"last"`
	Records  int64  `json:"records"`
	From     int64  `json:"from,omitempty"` // ticks
	To       int64  `json:"to,omitempty"`
	Timeless bool   `json:"timeless,omitempty"`
	Received int64  `json:"received"` // ticks of the last
	Raw      int64  `json:"raw"`
	Bytes    int64  `json:"bytes"`
	Index    int64  `json:"index"`
	Sum      string `json:"sha256"` // of the files; see sameDigest
	IndexSum string `json:"indexSha256"`
	// Before and After are the chain up to the segment, and with it.
	Before string `json:"before"`
	After  string `json:"after"`
	// Damage says why the segment is not read.
	Damage string `json:"damage,omitempty"`
}

// A mark is how far a stream has come.
type mark struct {
	Stream   string `json:"stream"`
	Position int64  `json:"position"`
	Seq      int64  `json:"seq"` // of the record there
}

// A taken is what retention took.
type taken struct {
	First  int64     `json:"first"`
	Last   int64     `json:"last"`
	Before string    `json:"before"`
	After  string    `json:"after"`
	Why    string    `json:"why"`
	At     time.Time `json:"at"`
}

const (
	// manifestFormat is written. One of the first format, whose digests are of
	// whole files and whose records have the first form, is read as well; the
	// next that is written has this one.
	manifestFormat = 2
	// mostStreams bounds what is remembered of streams; those that were silent
	// longest are forgotten.
	mostStreams = 20_000
	// mostTaken bounds the history of retention; neighbours are joined first.
	mostTaken = 1000
)

func manifestName(version int64) string { return fmt.Sprintf("manifest-%012d.json", version) }

func (m *manifest) text() ([]byte, error) {
	data, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	return append(data, "\nsha256:"+hex.EncodeToString(sum[:])+"\n"...), nil
}

var errManifest = errors.New("the manifest is damaged")

// parseManifest reads and checks a manifest.
func parseManifest(data []byte) (*manifest, error) {
	at := bytes.LastIndex(data, []byte("\nsha256:"))
	if at < 0 {
		return nil, fmt.Errorf("%w: no checksum", errManifest)
	}
	sum := sha256.Sum256(data[:at])
	if strings.TrimSpace(string(data[at+len("\nsha256:"):])) != hex.EncodeToString(sum[:]) {
		return nil, fmt.Errorf("%w: checksum", errManifest)
	}
	m := &manifest{}
	if err := json.Unmarshal(data[:at], m); err != nil {
		return nil, fmt.Errorf("%w: %w", errManifest, err)
	}
	if m.Format < 1 || m.Format > manifestFormat {
		return nil, fmt.Errorf("the store has format %d, and this program reads up to %d", m.Format, manifestFormat)
	}
	return m, m.check()
}

// check looks for what no store of ours says.
func (m *manifest) check() error {
	if _, err := chainOf(m.Chain); err != nil {
		return err
	}
	last := int64(0)
	for i := range m.Segments {
		e := &m.Segments[i]
		if e.Name == "" || strings.ContainsAny(e.Name, `/\`) || strings.Contains(e.Name, "..") {
			return fmt.Errorf("%w: segment named %q", errManifest, e.Name)
		}
		if e.First <= last || e.Last < e.First || e.Last > m.Sealed || e.Records < 1 || e.Records > e.Last-e.First+1 {
			return fmt.Errorf("%w: segment %q holds %d to %d", errManifest, e.Name, e.First, e.Last)
		}
		for _, c := range []string{e.Before, e.After} {
			if _, err := chainOf(c); err != nil {
				return err
			}
		}
		last = e.Last
	}
	return nil
}

func chainOf(text string) (c store.Chain, err error) {
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != len(c) {
		return c, fmt.Errorf("%w: chain %q", errManifest, text)
	}
	copy(c[:], b)
	return c, nil
}

func hexOf(c store.Chain) string { return hex.EncodeToString(c[:]) }

// next is a copy to be changed.
func (m *manifest) next(now time.Time) *manifest {
	n := *m
	n.Format = manifestFormat
	n.Version++
	n.Written = now.UTC()
	n.Segments = slices.Clone(m.Segments)
	n.Dropped = slices.Clone(m.Dropped)
	return &n
}

// setStreams keeps the newest marks.
func (m *manifest) setStreams(marks map[string]mark) {
	m.Streams = m.Streams[:0:0]
	for _, k := range marks {
		m.Streams = append(m.Streams, k)
	}
	slices.SortFunc(m.Streams, func(a, b mark) int { return cmp.Or(cmp.Compare(b.Seq, a.Seq), strings.Compare(a.Stream, b.Stream)) })
	m.Streams = m.Streams[:min(len(m.Streams), mostStreams)]
}

// drop takes segments out for retention.
func (m *manifest) drop(why string, segments ...entry) {
	for _, e := range segments {
		m.Segments = slices.DeleteFunc(m.Segments, func(s entry) bool { return s.Name == e.Name })
		if n := len(m.Dropped); n > 0 && m.Dropped[n-1].Last+1 == e.First {
			d := &m.Dropped[n-1]
			d.Last, d.After, d.Why, d.At = e.Last, e.After, why, m.Written
			continue
		}
		m.Dropped = append(m.Dropped, taken{e.First, e.Last, e.Before, e.After, why, m.Written})
	}
	slices.SortFunc(m.Dropped, func(a, b taken) int { return cmp.Compare(a.First, b.First) })
	m.Dropped = m.Dropped[max(0, len(m.Dropped)-mostTaken):]
}

// save writes the manifest and removes those before the last.
func (m *manifest) save(dir string) error {
	data, err := m.text()
	if err != nil {
		return err
	}
	if err := failpoint("manifest"); err != nil {
		return err
	}
	if err := writeBeside(filepath.Join(dir, manifestName(m.Version)), data); err != nil {
		return fmt.Errorf("write manifest: %w", err)
	}
	_ = os.Remove(filepath.Join(dir, manifestName(m.Version-2))) // it is only in the way
	return nil
}

// loadManifest reads the newest manifest; nil when there is none. One that is
// damaged is an error: to go on from the one before would lose what was sealed
// since.
func loadManifest(dir string) (*manifest, error) {
	names, err := filepath.Glob(filepath.Join(dir, "manifest-*.json"))
	if err != nil || len(names) == 0 {
		return nil, err
	}
	slices.Sort(names)
	name := names[len(names)-1]
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	m, err := parseManifest(data)
	if err != nil {
		return nil, fmt.Errorf("read %q: %w", name, err)
	}
	return m, nil
}
