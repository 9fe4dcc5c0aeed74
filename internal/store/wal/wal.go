// Package wal writes a log of frames that is safe when a write returns, and
// reads it again after whatever has happened to it. It stands below the
// embedded store, which puts records into frames before they are sealed.
//
// A file is a header and frames. A frame is a mark, the length of its payload,
// CRC-32C of length and payload, and the payload. A file that was being written
// when the process or the machine stopped ends in a frame that is not whole: it
// was never acknowledged, and is cut off. A frame that is damaged further in is
// another matter, and told. A large frame may start at the next whole sector, and
// what follows it does: there are zeros between.
package wal

import (
	"bytes"
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
	WriteAt(b []byte, at int64) (int, error)
	Sync() error
	Truncate(size int64) error
	Close() error
}

// A Writer appends frames to a file. It is used by one goroutine.
type Writer struct {
	f    File
	past *os.File // the same, past the system's cache; nil where that does not go
	size int64
	at   int64 // where the next bytes go while frames are written
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
		return nil, err
	}
	w.past = openPast(name)
	return w, nil
}

// NewWriter starts a log in an empty file.
func NewWriter(f File) (*Writer, error) {
	w := &Writer{f: f, size: int64(len(header))}
	if _, err := f.WriteAt([]byte(header), 0); err != nil {
		return nil, err
	}
	return w, f.Sync()
}

// Size is the length of the file.
func (w *Writer) Size() int64 { return w.size }

// Write appends frames, and returns when they are on disk. On an error none of
// them is; the log can be written to again unless it cannot be known what the
// disk holds, then every further Write fails.
func (w *Writer) Write(frames ...*Frame) error {
	if w.err != nil {
		return w.err
	}
	for _, f := range frames {
		if f.size > MaxPayload {
			return fmt.Errorf("a frame of %d bytes: the most is %d", f.size, MaxPayload)
		}
	}
	if err := w.frames(frames); err != nil {
		w.takeBack()
		return err
	}
	// After a failed sync the pages may be marked clean without being on disk:
	// nothing that is written later makes up for them.
	if err := w.f.Sync(); err != nil {
		w.err = fmt.Errorf("the log is not safe any more: %w", err)
		w.takeBack()
		return w.err
	}
	w.size = w.at
	return nil
}

// frames writes frames.
func (w *Writer) frames(frames []*Frame) error {
	w.at, w.buf = w.size, w.buf[:0]
	for _, f := range frames {
		f.seal()
		if f.size < large {
			w.buf = append(w.buf, f.text...)
		}
		if f.size >= large || len(w.buf) >= large {
			if err := w.flush(); err != nil {
				return err
			}
		}
		if f.size >= large {
			if err := w.largeFrame(f); err != nil {
				return err
			}
		}
	}
	return w.flush()
}

func (w *Writer) flush() error {
	err := w.write(w.buf)
	w.buf = w.buf[:0]
	return err
}

func (w *Writer) write(b []byte) error {
	n, err := w.f.WriteAt(b, w.at)
	w.at += int64(n)
	return err
}

// largeFrame writes a frame, past the cache if that goes.
func (w *Writer) largeFrame(f *Frame) error {
	if w.past != nil && f.size >= past && isAligned(f.text) {
		at := int64(roundUp(int(w.at)))
		if n, err := w.past.WriteAt(f.text, at); err == nil {
			w.at = at + int64(n)
			return nil
		}
		// Whether it does not go here, or the disk is full: the common way tells.
		_ = w.past.Close()
		w.past = nil
		if err := w.f.Truncate(w.at); err != nil {
			return err
		}
	}
	return w.write(f.text[:frameHead+f.size])
}

// takeBack cuts off what was written in part.
func (w *Writer) takeBack() {
	if err := w.f.Truncate(w.size); err != nil && w.err == nil {
		w.err = fmt.Errorf("the log cannot be cut back to its last whole frame: %w", err)
	}
}

// Close closes the file.
func (w *Writer) Close() error {
	if w.past != nil {
		_ = w.past.Close() // all of it is synced
	}
	return w.f.Close()
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
		if next := roundUp(at); !ok && next < len(data) && isZero(data[at:next]) {
			at = next
			payload, ok = frameAt(data[at:])
		}
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

func isZero(b []byte) bool { return len(bytes.TrimLeft(b, "\x00")) == 0 }

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
	return payload, checksum(data[4:8], payload) == binary.LittleEndian.Uint32(data[8:])
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
