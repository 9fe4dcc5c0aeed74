// Package store says what keeps events and finds them again. It stands beside
// the flow: what decode has read is appended to it, hunts and rules that look
// back are answered from it. It owns the contract (Store), what a query may ask
// of one (Request, Predicate), and how text is made findable; packages below it
// are engines.
//
// A store knows nothing of tables and rules. It keeps a record's bytes as they
// came, where they came from, and columns that whoever appends has read from
// them already, so that a query need not open the bytes.
package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A Store keeps records. All methods may be called from several goroutines.
type Store interface {
	// Append keeps a batch. When it returns nil the batch is safe, whatever
	// becomes of the process or the machine; on an error some or none of it
	// may be kept, and appending it again is right. It takes nothing of the
	// batch: the caller may use its memory anew.
	//
	// Records that the stream brought before, going by their positions, are
	// passed over and counted in the receipt.
	Append(ctx context.Context, b *Batch) (Receipt, error)

	// Scan emits the records that a request may mean in blocks, all of one
	// moment: what is appended while it runs is not seen, what is compacted is
	// seen once. It may emit records that the request does not mean and leaves
	// out none that it does. Blocks are only good until emit returns; an error
	// of emit ends the scan and is returned as it is.
	Scan(ctx context.Context, req Request, emit func(Block) error) (Scanned, error)

	// Status says what is kept.
	Status(ctx context.Context) (Status, error)

	// Verify reads everything and proves that nothing was altered, added or
	// removed but by retention, as far as the hashes that the store keeps go
	// and, where a head is given, as that head attests.
	Verify(ctx context.Context, heads []Head, tell func(Progress)) (Proof, error)

	// Close ends the store's use; it waits for appends that are under way.
	Close() error
}

// A Batch is records of one stream, in the order in which it brought them.
type Batch struct {
	// Stream is where deliveries are told apart: a file, a partition of a hub,
	// a batch of a webhook. Within it positions only grow.
	Stream string
	// Source is the stream's name for people.
	Source  string
	Records []Record
	// Columns are what was read from the records already.
	Columns []Column
}

// A Record is one record to keep.
type Record struct {
	Position int64 // in the stream
	Line     int64 // 1-based, in the source
	Number   int   // of the record in its line, from 0; -1 where it has it to itself
	Time     int64 // ticks of the event; 0 when not known
	Raw      string
	// Prior is text of other records that the reading of this one needs.
	Prior string
}

// A Column is one value for each record of a batch or block, by way of a
// dictionary: such columns repeat themselves. A null means that the value is
// not known here and has to be read from the record.
type Column struct {
	Name  string
	Type  value.Type // bool, int, long or string
	Dict  []value.Value
	Codes []uint32 // by row; an index into Dict
}

// At is the value of a row.
func (c *Column) At(row int) value.Value { return c.Dict[c.Codes[row]] }

// A Receipt is what became of a batch.
type Receipt struct {
	Kept, Known int   // records that are new, and that were there
	Last        int64 // sequence number of the last that was kept, 0 when none was
}

// A Place is a record's identity and where it came from.
type Place struct {
	Seq      int64 // in the store, from 1, without gaps
	Stream   string
	Position int64
	Source   string
	Line     int64
	Number   int
	Received int64 // ticks
	Time     int64 // ticks; 0 when not known
	Hash     Digest
}

// An Origin is where a record stood, for people.
type Origin struct {
	Source string
	Line   int64
	Number int
}

// A Digest is the first half of a record's SHA-256; see Hasher.
type Digest [16]byte

// A Block is some records of one scan.
type Block interface {
	// Rows are the records that may be meant, as numbers that the other
	// methods take, in the order of the scan.
	Rows() []int32
	// Column is a kept column, false when the block has none of that name. It
	// is only sure to be there when the request asked for it.
	Column(name string) (*Column, bool)
	// Times are ticks by row, 0 where not known.
	Times() ([]int64, error)
	// Text is a record's bytes, and those of its Prior. They never change.
	Text(row int32) (raw, prior string, err error)
	// Origin tells where a record stood, which is less work than Place.
	Origin(row int32) (Origin, error)
	// Place tells where a record came from.
	Place(row int32) (Place, error)
}

// An Order is how a scan goes through the records. It is that of the blocks:
// they may overlap, and rows within them have any order.
type Order uint8

// The orders.
const (
	OldestFirst Order = iota
	NewestFirst
)

// A Request says what a scan is for.
type Request struct {
	// From and To bound the time of the records, both included; 0 is no bound.
	// Records whose time is not known are always meant.
	From, To int64
	// Delay, when set, is a kept column of whole milliseconds, rounded down: the
	// bounds, and Bound, are then for the time so much after that of a record.
	Delay string
	// Where is what else the records must meet; nil: nothing.
	Where Predicate
	// Columns are what the blocks should have at hand.
	Columns []string
	Order   Order
	// Bound, when set, is asked again and again: records before it (after it,
	// for OldestFirst) are no longer wanted. 0 is no bound.
	Bound func() int64
	// Progress, when set, is told now and then.
	Progress func(Progress)
}

// TicksPerMilli are the ticks of a millisecond.
const TicksPerMilli = 10_000

// Meant says whether a row of a time may be within the bounds. delay is the
// column that the request names, if the row's block has it.
func (r *Request) Meant(ticks int64, delay *Column, row int32) bool {
	if ticks == 0 {
		return true
	}
	least, most := ticks, ticks
	if r.Delay != "" {
		if delay == nil || delay.At(int(row)).IsNull() {
			return true
		}
		least += delay.At(int(row)).Int() * TicksPerMilli
		most = least + TicksPerMilli - 1
	}
	return (r.From == 0 || most >= r.From) && (r.To == 0 || least <= r.To)
}

// Progress is how far something has come.
type Progress struct {
	Segments, Of int // parts done of all
	Bytes        int64
	Records      int64
}

// Scanned is what a scan read.
type Scanned struct {
	Segments, Of int   // parts that were opened, of all
	Blocks       int   // whose records were read
	Bytes        int64 // of files
	Records      int64 // that were emitted
	// Problems are parts that could not be read; the rest was.
	Problems []error
}

// Status is what a store keeps.
type Status struct {
	Records     int64 // kept now
	FirstSeq    int64 // of those, 0 when there are none
	LastSeq     int64
	RawBytes    int64 // of records
	DiskBytes   int64 // of files
	From, To    int64 // time of the earliest and latest event, 0 when not known
	Segments    int
	Unsealed    int64 // records that are in the log only
	Streams     int
	Dropped     int64 // records that retention took
	Head        Head
	Quarantined []string // parts that are damaged, and why
}

// A Head says what all records up to one amount to.
type Head struct {
	Store string    `json:"store"`
	Seq   int64     `json:"seq"`
	Chain string    `json:"chain"` // hex
	Time  time.Time `json:"time"`
	// Key and Signature are ed25519's over Text, where heads are signed.
	Key       string `json:"key,omitempty"`
	Signature string `json:"signature,omitempty"`
}

// Text is what is signed of a head.
func (h Head) Text() []byte {
	return fmt.Appendf(nil, "dogwatch head v1\nstore %s\nseq %d\nchain %s\ntime %s\n", h.Store, h.Seq, h.Chain, h.Time.UTC().Format(time.RFC3339Nano))
}

// A Proof is what Verify found.
type Proof struct {
	Records  int64 // that were read
	FirstSeq int64 // of those that were looked for, damaged or not
	LastSeq  int64
	Segments int
	Heads    int // of those given, how many are attested
	Head     Head
	// Wrong lists everything that is not as it should be.
	Wrong []string
}

// ErrReadOnly is Append's where the store can only be read.
var ErrReadOnly = errors.New("the store is open for reading only")

const unixTicks = 621355968000000000 // at 1970-01-01

// Ticks is a time as values have it: 100 ns since 0001-01-01.
func Ticks(t time.Time) int64 { return t.Unix()*1e7 + int64(t.Nanosecond())/100 + unixTicks }

// TimeOf is the time of ticks.
func TimeOf(ticks int64) time.Time {
	return time.Unix((ticks-unixTicks)/1e7, (ticks-unixTicks)%1e7*100).UTC()
}
