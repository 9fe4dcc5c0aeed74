package fn

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A set of few values and one of many count the same as a map does.
func TestDistinct(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for kinds := 1; kinds < 40; kinds++ {
		var d distinct
		known := map[string]bool{}
		for range 4 * kinds {
			n := r.IntN(kinds)
			v := value.LongOf(int64(n))
			switch n % 4 {
			case 1:
				v = value.StringOf(strings.Repeat("x", n))
			case 2:
				v = value.StringOf(strings.Repeat("y", 40000*(n%8)))
			case 3:
				v = value.ArrayOf([]value.Value{value.LongOf(int64(n))})
			}
			key := string(v.GroupKey(nil))
			if d.has(v) != known[key] {
				t.Fatalf("of %d kinds, number %d is known: %v", kinds, n, !known[key])
			}
			if d.add(v) == known[key] {
				t.Fatalf("of %d kinds, number %d is new: %v", kinds, n, known[key])
			}
			known[key] = true
		}
		if got := d.Result().Int(); got != int64(len(known)) {
			t.Errorf("%d values, not %d", got, len(known))
		}
	}
}

func BenchmarkDistinct(b *testing.B) {
	for _, n := range []int{1, 3, 8, 100} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				d := &distinct{}
				for i := range 3 * n {
					d.add(value.StringOf(resources[i%n]))
				}
			}
		})
	}
}

// resources are texts of the length that rules count.
var resources = func() (out [100]string) {
	for i := range out {
		out[i] = fmt.Sprint("list secrets kube-system ", i)
	}
	return out
}()
