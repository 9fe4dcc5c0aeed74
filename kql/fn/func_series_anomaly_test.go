package fn

import (
	"math"
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// TestOutliers holds the scores to those that Kusto gave, as told in
// stackoverflow.com/questions/75264555.
func TestOutliers(t *testing.T) {
	x := reals([]float64{-3, 2.4, 15, 3.9, 5, 6, 4.5, 5.2, 3, 4, 5, 16, 7, 5, 5, 4})
	want := []float64{-1.9040785483608571, -0.10021466044004519, 1.3361954725339347, 0, 0, 0, 0, 0, 0, 0, 0, 1.6702443406674186, 0, 0, 0, 0}
	for i, e := range outliers(x, fences["ctukey"], math.NaN()).Elems() {
		if math.Abs(e.Real()-want[i]) > 1e-14 {
			t.Errorf("element %d: %v, want %v", i, e.Real(), want[i])
		}
	}
}

// TestOutliersLeaveOut scores what is no number, or stands for none, with 0,
// and does not count it among the others.
func TestOutliersLeaveOut(t *testing.T) {
	null := value.NullOf(value.Dynamic)
	with := value.ArrayOf([]value.Value{value.LongOf(1), null, value.LongOf(2), value.LongOf(-99), value.LongOf(3), value.LongOf(4), value.LongOf(50)})
	without := reals([]float64{1, 2, 3, 4, 50})
	got, want := outliers(with, fences["tukey"], -99).Elems(), outliers(without, fences["tukey"], math.NaN()).Elems()
	for i, k := range []int{0, 2, 4, 5, 6} {
		if got[k].Real() != want[i].Real() {
			t.Errorf("element %d: %v, want %v", k, got[k].Real(), want[i].Real())
		}
	}
	// the middle is from 2 to 4: 50 lies 46/2 beyond
	if got[1].Real() != 0 || got[3].Real() != 0 || got[6].Real() != 23 {
		t.Errorf("scores %v", got)
	}
}

// TestAnomalyArguments refuses what has no known answer.
func TestAnomalyArguments(t *testing.T) {
	text := func(s string) Arg { v := value.StringOf(s); return Arg{Type: value.String, Const: &v} }
	number := func(n int64) Arg { v := value.LongOf(n); return Arg{Type: value.Long, Const: &v} }
	series := Arg{Type: value.Dynamic}
	for _, c := range []struct {
		name string
		args []Arg
		want string
	}{
		{"series_outliers", []Arg{series, text("z")}, `"tukey" or "ctukey"`},
		{"series_outliers", []Arg{series, text("ctukey"), number(0), number(5), number(95)}, "percentiles other than 10 and 90"},
		{"series_decompose_anomalies", []Arg{series}, "finding the period"},
		{"series_decompose_anomalies", []Arg{series, number(2), number(-1)}, "finding the period"},
		{"series_decompose_anomalies", []Arg{series, number(2), number(7), text("avg"), number(0), text("z")}, `"tukey" or "ctukey"`},
		{"series_decompose_anomalies", []Arg{series, number(2), number(7), text("sum")}, `"linefit"`},
	} {
		f, _ := Lookup(c.name)
		if _, err := Bind(f, c.args); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}
