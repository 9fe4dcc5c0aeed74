package detect

import (
	"bytes"
	"encoding/json"
	"runtime"
	"testing"
	"time"

	"github.com/dogwatch-dev/dogwatch"
)

// veryMany rows are more than are remembered from one step to the next.
const veryMany = maxReread*openAtOnce + 2000

// manyRows are so many of two days.
func manyRows(seed uint64, n int) []dogwatch.Batch {
	rows := twoWeeks(seed, n)
	for i := range rows {
		at := rows[i].time()
		rows[i].at = at.Add(-time.Duration((at.Day()-1)/2*2*24) * time.Hour).Format("2006-01-02 15:04:05")
	}
	return batches(rows, 500)
}

// Alerts are the same whether the steps of a rule that has many rows are run one by one
// over all of them, or several at once over what old ones are stood for.
func TestStepsOfManyRowsRunAtOnce(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for i, tt := range []struct {
		query string
		rows  int
	}{{lookBack[1], veryMany}, {lookBack[3], veryMany}, {lookBack[4], veryMany}, {lookBack[1], longRun + 2000}} {
		query := tt.query
		r, all := lookingBack(t, query), manyRows(uint64(i), tt.rows)
		want, _ := eldersRun(t, r, Options{Plain: true}, all, nil)
		if len(want) < 300 {
			t.Errorf("%s\n%s", query, want)
		}
		for _, cpus := range []int{1, 4} {
			runtime.GOMAXPROCS(cpus)
			for _, resident := range []int64{0, 1} {
				if got, _ := eldersRun(t, r, Options{Resident: resident}, all, nil); !bytes.Equal(got, want) {
					t.Errorf("%s\nwith %d processors and %d bytes in memory: %s\nfor: %s", query, cpus, resident, got, want)
				}
			}
		}
	}
}

// A step that needs more memory than all at once may take is run by itself.
func TestAStepOfMuchMemoryRunsAlone(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	r := lookingBack(t, lookBack[4])
	all := manyRows(8, veryMany)
	want, _ := eldersRun(t, r, Options{}, all, nil)
	for memory := int64(1 << 10); ; memory *= 2 {
		e := New([]*dogwatch.Rule{r}, Options{Catalog: world{}})
		w := e.NewWorker(t.Context())
		for _, b := range all {
			if err := w.Feed(b); err != nil {
				t.Fatal(err)
			}
		}
		u := e.units[0]
		u.window.maxMem = memory
		alerts, err := e.Finish(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if u.stats.Err != nil {
			if !needsMemory(u.stats.Err) || u.stats.Skipped == 0 {
				t.Fatal(u.stats.Err)
			}
			continue
		}
		if got, err := json.MarshalIndent(alerts, "", " "); err != nil || !bytes.Equal(got, want) {
			t.Errorf("with %d bytes: %s\nwith as many as there are: %s (%v)", memory, got, want, err)
		}
		s := &stepper{w: u.window, runner: r.Query.NewRunner(), choice: u.window.elders.choice()}
		u.window.done = 0
		few := 0
		for _, at := range u.window.stepsOf(u.window.frequency(), u.window.period()) {
			if needsMemory(s.step(t.Context(), at, memory/maxAtOnce).err) {
				few++
			}
		}
		if few == 0 || len(want) < 300 {
			t.Errorf("%d bytes are enough, and with an eighth of it %d steps fail; alerts: %s", memory, few, want)
		}
		return
	}
}
