package segment

import (
	"errors"

	"github.com/parquet-go/parquet-go"

	"github.com/dogwatch-dev/dogwatch/internal/store"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// Origin tells where a record stood.
func (u *Unit) Origin(row int32) (o store.Origin, err error) {
	if err := u.texted(colSource); err != nil {
		return o, err
	}
	line, err := u.number(colLine)
	if err != nil {
		return o, err
	}
	number, err := u.number(colNumber)
	if err != nil {
		return o, err
	}
	return store.Origin{Source: u.columns[colSource].At(int(row)).Str(), Line: line[row], Number: int(number[row])}, nil
}

// Place tells where a record came from.
func (u *Unit) Place(row int32) (p store.Place, err error) {
	if err := u.loadPlaces(); err != nil {
		return p, err
	}
	n := func(name string) int64 { return u.numbers[name][row] }
	copy(p.Hash[:], u.hashes[int(row)*len(p.Hash):])
	p.Seq, p.Position, p.Line, p.Number = n(colSeq), n(colPosition), n(colLine), int(n(colNumber))
	p.Received, p.Time = ticksOf(n(colReceived)), u.times[row]
	p.Stream, p.Source = u.columns[colStream].At(int(row)).Str(), u.columns[colSource].At(int(row)).Str()
	return p, nil
}

// number reads one of the columns of numbers.
func (u *Unit) number(name string) ([]int64, error) {
	if v, ok := u.numbers[name]; ok {
		return v, nil
	}
	v, err := u.readInts(name, 0, nil)
	if err != nil {
		return nil, err
	}
	if u.numbers == nil {
		u.numbers = map[string][]int64{}
	}
	u.numbers[name] = v
	return v, nil
}

// texted reads one of the columns of texts that every segment has.
func (u *Unit) texted(name string) error {
	if u.columns[name] != nil {
		return nil
	}
	c, err := u.dictionary(name, value.String)
	if err == nil {
		u.columns[name] = c
	}
	return err
}

func (u *Unit) loadPlaces() error {
	if u.hashes != nil {
		return nil
	}
	if _, err := u.Times(); err != nil {
		return err
	}
	for _, name := range []string{colSeq, colPosition, colLine, colNumber, colReceived} {
		if _, err := u.number(name); err != nil {
			return err
		}
	}
	for _, name := range []string{colStream, colSource} {
		if err := u.texted(name); err != nil {
			return err
		}
	}
	hashes := digests.get(u.rows * len(store.Digest{}))
	err := u.pages(colHash, func(p parquet.Page) error {
		data := p.Data()
		b, _ := data.FixedLenByteArray()
		hashes = append(hashes, b...)
		return nil
	})
	if err != nil || len(hashes) != u.rows*len(store.Digest{}) {
		return errors.Join(err, wrongLength(colHash, len(hashes)/len(store.Digest{}), u.rows))
	}
	u.hashes = hashes
	return nil
}
