// Package wal writes a log of frames that is safe when a write returns, and
// reads it again after whatever has happened to it. It stands below the
// embedded store, which puts records into frames before they are sealed.
//
// A file is a header and frames. A frame is a mark, the length of its payload,
// CRC-32C of length and payload, and the payload. A file that was being written
// when the process or the machine stopped ends in a frame that is not whole: it
// was never acknowledged, and is cut off. A frame that is damaged further in is
// another matter, and told.
package wal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
)

const (
	header    = "dogwatch log v1\n"
	mark      = 0x57474f44 // "DOGW"
	frameHead = 12
)

// MaxPayload is how many bytes a frame may hold.
const MaxPayload = 256 << 20

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// A File is what a Writer writes to: an *os.File.
type File interface {
	Write([]byte) (int, error)
	Sync() error
	Truncate(size int64) error
	Seek(offset int64, whence int) (int64, error)
	Close() error
}

// A Writer appends frames to a file. It is used by one goroutine.
type Writer struct {
	f    File
	size int64
	buf  []byte
	err  error // what broke it for good
}

// Create starts a new log file. The caller syncs its folder.
func Create(name string) (*Writer, error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	w, err := NewWriter(f)
	if err != nil {
		_ = f.Close()
		_ = os.Remove(name)
	}
	return w, err
}

// NewWriter starts a log in an empty file.
func NewWriter(f File) (*Writer, error) {
	w := &Writer{f: f, size: int64(len(header))}
	if _, err := f.Write([]byte(header)); err != nil {
		return nil, err
	}
	return w, f.Sync()
}

// Size is the length of the file.
func (w *Writer) Size() int64 { return w.size }

// Write appends payloads, a frame each, and returns when they are on disk. On
// an error none of them is; the log can be written to again unless it cannot be
// known what the disk holds, then every further Write fails.
func (w *Writer) Write(payloads ...[]byte) error {
	if w.err != nil {
		return w.err
	}
	for _, p := range payloads {
		if len(p) > MaxPayload {
			return fmt.Errorf("a frame of %d bytes: the most is %d", len(p), MaxPayload)
		}
	}
	n, err := w.frames(payloads)
	if err != nil {
		if n > 0 {
			w.takeBack()
		}
		return err
	}
	// After a failed sync the pages may be marked clean without being on disk:
	// nothing that is written later makes up for them.
	if err := w.f.Sync(); err != nil {
		w.err = fmt.Errorf("the log is not safe any more: %w", err)
		w.takeBack()
		return w.err
	}
	w.size += int64(n)
	return nil
}

// large is what is not worth copying to be written with its neighbours.
const large = 64 << 10

// frames writes frames and says how many bytes it wrote.
func (w *Writer) frames(payloads [][]byte) (n int, err error) {
	w.buf = w.buf[:0]
	flush := func(b []byte) {
		if err == nil && len(b) > 0 {
			var more int
			more, err = w.f.Write(b)
			n += more
		}
	}
	for _, p := range payloads {
		w.buf = appendHead(w.buf, p)
		if len(p) < large {
			w.buf = append(w.buf, p...)
		}
		if len(p) >= large || len(w.buf) >= large {
			flush(w.buf)
			w.buf = w.buf[:0]
		}
		if len(p) >= large {
			flush(p)
		}
	}
	flush(w.buf)
	return n, err
}

// takeBack cuts off what was written in part.
func (w *Writer) takeBack() {
	err := w.f.Truncate(w.size)
	if err == nil {
		_, err = w.f.Seek(w.size, 0)
	}
	if err != nil && w.err == nil {
		w.err = fmt.Errorf("the log cannot be cut back to its last whole frame: %w", err)
	}
}

// Close closes the file.
func (w *Writer) Close() error { return w.f.Close() }

// appendHead appends what stands before a payload.
func appendHead(b, payload []byte) []byte {
	var head [frameHead]byte
	binary.LittleEndian.PutUint32(head[0:], mark)
	binary.LittleEndian.PutUint32(head[4:], uint32(len(payload)))
	crc := crc32.Update(crc32.Checksum(head[4:8], castagnoli), castagnoli, payload)
	binary.LittleEndian.PutUint32(head[8:], crc)
	return append(b, head[:]...)
}

// A Damage is a part of a file that holds no whole frame although whole ones
// follow.
type Damage struct{ From, To int64 }

// A Reading is what was found in a file.
type Reading struct {
	Frames int
	// End is behind the last whole frame; what follows was cut off.
	End, Size int64
	Damages   []Damage
}

// ErrNoLog is about a file that is none of ours.
var ErrNoLog = errors.New("not a log of dogwatch")

// Read hands on the payloads of a log's text. They point into data.
func Read(data []byte, take func(payload []byte) error) (Reading, error) {
	r := Reading{Size: int64(len(data)), End: int64(len(header))}
	if len(data) < len(header) && string(data) == header[:len(data)] {
		r.End = 0 // stopped while it was made
		return r, nil
	}
	if len(data) < len(header) || string(data[:len(header)]) != header {
		return r, ErrNoLog
	}
	for at := len(header); at < len(data); {
		payload, ok := frameAt(data[at:])
		if !ok {
			next := nextFrame(data, at+1)
			if next < 0 {
				break
			}
			r.Damages = append(r.Damages, Damage{int64(at), int64(next)})
			at = next
			continue
		}
		if err := take(payload); err != nil {
			return r, err
		}
		at += frameHead + len(payload)
		r.Frames++
		r.End = int64(at)
	}
	return r, nil
}

// frameAt is the payload of the whole frame that data starts with.
func frameAt(data []byte) (payload []byte, ok bool) {
	if len(data) < frameHead || binary.LittleEndian.Uint32(data) != mark {
		return nil, false
	}
	n := int(binary.LittleEndian.Uint32(data[4:]))
	if n > MaxPayload || n > len(data)-frameHead {
		return nil, false
	}
	payload = data[frameHead : frameHead+n]
	crc := crc32.Update(crc32.Checksum(data[4:8], castagnoli), castagnoli, payload)
	return payload, crc == binary.LittleEndian.Uint32(data[8:])
}

// nextFrame is where the next whole frame starts, or -1. Checksums are only
// computed where a mark stands; a file made of marks costs what a few of them
// do.
func nextFrame(data []byte, at int) int {
	const mostChecked = 64 << 20
	checked := 0
	for ; at+frameHead <= len(data); at++ {
		if data[at] != mark&0xff || binary.LittleEndian.Uint32(data[at:]) != mark {
			continue
		}
		if n := int(binary.LittleEndian.Uint32(data[at+4:])); n <= len(data)-at-frameHead {
			if checked += n; checked > mostChecked+len(data) {
				return -1
			}
		}
		if _, ok := frameAt(data[at:]); ok {
			return at
		}
	}
	return -1
}
