package segment

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"

	"github.com/parquet-go/parquet-go"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A Reader reads a segment. Goroutines may share it.
type Reader struct {
	name        string // of the file
	file, index *os.File
	parquet     *parquet.File
	places      []unitPlace
	lists       []atomic.Pointer[list] // of the units whose part was read
	v1          bool                   // of the index
	number      map[string]int
	types       map[string]value.Type

	once sync.Once
	err  error
}

// Open opens a segment's index. What else there is waits until Ready: most
// searches end at the index.
func Open(file, index string) (r *Reader, err error) {
	r = &Reader{name: file, number: map[string]int{}, types: map[string]value.Type{}}
	defer func() {
		if err != nil {
			_ = r.Close()
			r = nil
		}
	}()
	if r.index, err = os.Open(index); err != nil {
		return r, err
	}
	return r, r.open()
}

func (r *Reader) open() (err error) {
	info, err := r.index.Stat()
	if err != nil {
		return err
	}
	r.places, r.v1, err = placesOf(r.index, info.Size())
	r.lists = make([]atomic.Pointer[list], len(r.places))
	return err
}

// part is a unit's part of the index, for one scan. What it says before its
// table is read once.
func (r *Reader) part(unit int) (*part, error) {
	place := r.places[unit]
	if r.v1 {
		return readPartV1(r.index, place)
	}
	if l := r.lists[unit].Load(); l != nil {
		return l.part(r.index, place), nil
	}
	l, err := readList(r.index, place)
	if err != nil {
		return nil, err
	}
	r.lists[unit].Store(l)
	p := l.part(r.index, place)
	p.read = l.size
	return p, nil
}

// Ready opens the file, reads what it says of itself and holds that against the
// index.
func (r *Reader) Ready() error {
	r.once.Do(func() { r.err = r.ready() })
	return r.err
}

// IsReady says whether the file is open too. It is for when nobody uses the
// reader.
func (r *Reader) IsReady() bool { return r.file != nil }

func (r *Reader) ready() (err error) {
	defer guard(&err)
	if r.file, err = os.Open(r.name); err != nil {
		return err
	}
	info, err := r.file.Stat()
	if err != nil {
		return err
	}
	r.parquet, err = parquet.OpenFile(r.file, info.Size(), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return damaged(err)
	}
	return r.check()
}

// check looks at what the file says of itself.
func (r *Reader) check() error {
	if len(r.places) != len(r.parquet.RowGroups()) {
		return fmt.Errorf("%d units and an index of %d: %w", len(r.parquet.RowGroups()), len(r.places), ErrDamaged)
	}
	for _, g := range r.parquet.RowGroups() {
		if n := g.NumRows(); n <= 0 || n > MaxUnitRows {
			return fmt.Errorf("a unit of %d records: %w", n, ErrDamaged)
		}
	}
	for i, path := range r.parquet.Schema().Columns() {
		if len(path) == 1 {
			r.number[path[0]] = i
		}
	}
	for name := range reserved {
		if _, ok := r.number[name]; !ok {
			return fmt.Errorf("no column %q: %w", name, ErrDamaged)
		}
	}
	for _, f := range r.parquet.Schema().Fields() {
		if !reserved[f.Name()] && f.Leaf() {
			r.types[f.Name()] = typeOf(f.Type())
		}
	}
	return nil
}

func typeOf(t parquet.Type) value.Type {
	switch t.Kind() {
	case parquet.Boolean:
		return value.Bool
	case parquet.Int32:
		return value.Int
	case parquet.Int64:
		return value.Long
	case parquet.ByteArray:
		return value.String
	}
	return value.Unknown
}

// guard makes an error of a panic: the library was not made for files that
// somebody has changed.
func guard(err *error) {
	if p := recover(); p != nil {
		if e, ok := p.(error); ok {
			*err = damaged(e)
			return
		}
		*err = damaged(fmt.Errorf("%v", p))
	}
}

func damaged(err error) error {
	if err == nil || errors.Is(err, ErrDamaged) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrDamaged, err)
}

// Close closes the files.
func (r *Reader) Close() error {
	var errs []error
	for _, f := range []*os.File{r.file, r.index} {
		if f != nil {
			errs = append(errs, f.Close())
		}
	}
	return errors.Join(errs...)
}

// Fields are the columns that the segment keeps, when it is ready.
func (r *Reader) Fields() []Field {
	var out []Field
	for _, f := range r.parquet.Schema().Fields() {
		if t, ok := r.types[f.Name()]; ok && t != value.Unknown {
			out = append(out, Field{f.Name(), t})
		}
	}
	return out
}

// Units is how many there are.
func (r *Reader) Units() int { return len(r.places) }

var _ io.Closer = (*Reader)(nil)
