package decode

import (
	"math"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// KeptDelay is the kept column that says how long after a record's time the
// time stands that Azure's tables have: that of the stage, in milliseconds,
// rounded down.
const KeptDelay = "Delay"

// KeptTime says how a store finds the rows of a table by their TimeGenerated:
// it is the time that is kept of the records, or, where delayed, lies after
// that by KeptDelay. ok is false for tables whose rows are no records.
func KeptTime(table string) (delayed, ok bool) {
	switch table {
	case "KubeAudit", "AzureActivity":
		return false, true
	case "Sources", "Silences":
		return false, false
	}
	return true, true
}

// ticksPerMilli are ticks of 100 ns.
const ticksPerMilli = 10_000

// delay is the record's KeptDelay; null where that is not known.
func (rec *record) delay(kept int64) value.Value {
	return delayOf(kept, datetime(rec.timeGenerated()).Int())
}

// delayOf is how long after one time another is, in milliseconds.
func delayOf(kept, written int64) value.Value {
	if kept == 0 || written == 0 {
		return value.NullOf(value.Dynamic)
	}
	d := (written - kept) / ticksPerMilli
	if (written-kept)%ticksPerMilli < 0 {
		d--
	}
	if d < math.MinInt32 || d > math.MaxInt32 {
		return value.NullOf(value.Dynamic)
	}
	return value.IntOf(int32(d))
}
