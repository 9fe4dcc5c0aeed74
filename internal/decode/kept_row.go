package decode

import (
	"strings"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A keptRow is a row of KubeAudit that is kept by itself, beyond a batch: the
// event's text, and what was read of it. Rules that count keep theirs, and judges
// those of parts of events. Rules that keep the same row share it; it shares
// nothing with the batch, which may still be read.
type keptRow struct {
	columns []column

	mu     sync.Mutex
	record record // its facts are made when a column is asked for
	reader *Reader
	refs   [nRefs]span // for its facts
	isSeen bool
	known  []value.Value // few: most columns are never asked for
	room   *columnRoom   // nil: none was
	told   toldValues    // of a part

	holders atomic.Int32
}

// A columnRoom is room for what columns make of a row.
type columnRoom struct {
	facts  facts
	places [maxColumns]uint8 // by column: its place among those that are known, from 1
	few    [8]value.Value
}

// maxColumns is how many columns KubeAudit has at most.
const maxColumns = 128

// Keep hands out a row of KubeAudit.
func (r *rows) Keep(row int) value.Row {
	rec := r.records[row]
	if !r.keeps {
		return nil
	}
	if rec.kept == nil {
		f := rec.facts
		rec.kept = &keptRow{columns: r.columns, record: rec.alone(), reader: f.r, refs: f.refs, isSeen: f.refSeen}
	}
	return rec.kept
}

// alone is a record of KubeAudit, without facts, of which no part is a part of a
// larger text.
func (rec *record) alone() record {
	out := *rec
	out.text, out.raw, out.log = "", "", "" // no column reads them
	out.facts = nil
	if rec.own {
		return out
	}
	out.event.text = strings.Clone(rec.event.text)
	for _, s := range []*string{&out.time, &out.category, &out.resourceID, &out.pod, &out.stream} {
		*s = strings.Clone(*s)
	}
	return out
}

func (k *keptRow) Value(col int) value.Value {
	if v, ok := k.record.said.Value(col); ok {
		return v
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.room == nil {
		k.take(&columnRoom{facts: facts{r: k.reader, refs: k.refs, refSeen: k.isSeen}})
	}
	if at := k.room.places[col]; at > 0 {
		return k.known[at-1]
	}
	k.known = append(k.known, k.columns[col].of(&k.record))
	k.room.places[col] = uint8(len(k.known))
	return k.known[len(k.known)-1]
}

// Told is what is known of the row without reading it; nil: nothing is.
func (k *keptRow) Told() value.Told {
	rec := &k.record
	if rec.said == nil {
		return nil
	}
	return besides{rec.said, rec.cluster(), isDryRun(&rec.event, rec.verb())}
}

// take gives the row room for its columns.
func (k *keptRow) take(room *columnRoom) {
	k.room, k.known, k.record.facts = room, room.few[:0], &room.facts
}

// Evidence says where the row was read.
func (k *keptRow) Evidence() dogwatch.Evidence {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.record.evidence("KubeAudit")
}

// Hold notes who keeps the row.
func (k *keptRow) Hold(more int) (holders int) { return int(k.holders.Add(int32(more))) }

// readSize is about what columns take that were read: those that parts of the event
// tell are theirs.
const readSize = 512

// Size counts the event, its object's last version, and room for what was read
// of them.
func (k *keptRow) Size() int {
	return int(unsafe.Sizeof(*k)+unsafe.Sizeof(facts{})) + readSize + len(k.record.event.text) + len(k.record.event.prior)
}
