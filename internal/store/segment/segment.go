// Package segment reads and writes the files in which the embedded store keeps
// sealed records: a Parquet file, which other engines read as it is, and beside
// it an index of words and leaves, for Parquet's own filters cover too much at
// once.
//
// A segment never changes. It is units, each sorted by time; a unit is a row
// group of the file and a part of the index. Within a unit the bytes of some
// hundred records are one page, a block: they are compressed, indexed and read
// together.
//
// What is read is not trusted: pages and index carry checksums, sizes are held
// against what the file can hold, and a file that makes the Parquet library
// panic is a damaged file.
package segment

import (
	"errors"
	"fmt"
	"math"

	"github.com/parquet-go/parquet-go"

	"github.com/dogwatch-dev/dogwatch/internal/store"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// BlockRows is how many records a block has.
const BlockRows = 256

// MaxUnitRows is how many records a unit has at most.
const MaxUnitRows = 1 << 16

// ErrDamaged is about files that are not what was written.
var ErrDamaged = errors.New("the file is damaged")

// A Field is a column that a segment keeps.
type Field struct {
	Name string     `json:"name"`
	Type value.Type `json:"type"`
}

// The columns that every segment has. All others come from whoever appends.
const (
	colSeq      = "Seq"
	colTime     = "Time"
	colReceived = "Received"
	colStream   = "Stream"
	colPosition = "Position"
	colSource   = "Source"
	colLine     = "Line"
	colNumber   = "Number"
	colHash     = "Hash"
	colRaw      = "Raw"
	colRawBytes = "RawBytes" // of records that are not UTF-8, which Raw must be
	colPrior    = "Prior"
)

var reserved = map[string]bool{
	colSeq: true, colTime: true, colReceived: true, colStream: true, colPosition: true, colSource: true,
	colLine: true, colNumber: true, colHash: true, colRaw: true, colRawBytes: true, colPrior: true,
}

// CheckField says what is wrong with a column.
func CheckField(f Field) error {
	switch f.Type {
	case value.Bool, value.Int, value.Long, value.String:
	default:
		return fmt.Errorf("column %q: a store keeps no %s", f.Name, f.Type)
	}
	if f.Name == "" || reserved[f.Name] {
		return fmt.Errorf("column %q: the name is taken", f.Name)
	}
	return nil
}

// schemaOf is the Parquet schema of a segment.
func schemaOf(fields []Field) *parquet.Schema {
	delta := func(n parquet.Node) parquet.Node {
		return parquet.Compressed(parquet.Encoded(n, &parquet.DeltaBinaryPacked), codec{})
	}
	dict := func(n parquet.Node) parquet.Node {
		return parquet.Compressed(parquet.Encoded(n, &parquet.RLEDictionary), codec{})
	}
	bytes := func(n parquet.Node) parquet.Node { return parquet.Compressed(parquet.Optional(n), codec{}) }
	g := parquet.Group{
		colSeq:      delta(parquet.Int(64)),
		colTime:     parquet.Compressed(parquet.Optional(parquet.Encoded(parquet.Timestamp(parquet.Nanosecond), &parquet.DeltaBinaryPacked)), codec{}),
		colReceived: delta(parquet.Timestamp(parquet.Nanosecond)),
		colStream:   dict(parquet.String()),
		colPosition: delta(parquet.Int(64)),
		colSource:   dict(parquet.String()),
		colLine:     delta(parquet.Int(64)),
		colNumber:   delta(parquet.Int(64)),
		colHash:     parquet.Leaf(parquet.FixedLenByteArrayType(len(store.Digest{}))),
		colRaw:      bytes(parquet.String()),
		colRawBytes: bytes(parquet.Leaf(parquet.ByteArrayType)),
		colPrior:    bytes(parquet.Leaf(parquet.ByteArrayType)),
	}
	for _, f := range fields {
		g[f.Name] = parquet.Optional(dict(leafOf(f.Type)))
		if f.Type == value.Bool { // one bit is less than any code
			g[f.Name] = parquet.Compressed(parquet.Optional(leafOf(f.Type)), codec{})
		}
	}
	return parquet.NewSchema("event", g)
}

func leafOf(t value.Type) parquet.Node {
	switch t {
	case value.Bool:
		return parquet.Leaf(parquet.BooleanType)
	case value.Int:
		return parquet.Int(32)
	case value.Long:
		return parquet.Int(64)
	}
	return parquet.String()
}

// Times are kept in nanoseconds since 1970, for that is what other engines
// read. Ticks that do not fit are kept as not known, and read from the record.
const unixTicks = 621355968000000000

func nanosOf(ticks int64) (nanos int64, ok bool) {
	if ticks == 0 {
		return 0, false
	}
	t := ticks - unixTicks
	if t > math.MaxInt64/100 || t < math.MinInt64/100 {
		return 0, false
	}
	return t * 100, true
}

// KeptTime is a time as a segment keeps it: 0 where it cannot.
func KeptTime(ticks int64) int64 {
	if _, ok := nanosOf(ticks); !ok {
		return 0
	}
	return ticks
}

func ticksOf(nanos int64) int64 { return nanos/100 + unixTicks }
