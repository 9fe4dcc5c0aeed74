package chart

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A scale maps numbers to places between 0 and 1.
type scale struct {
	low, high float64
	log       bool
}

// at is the place of a number; not ok outside of the scale.
func (s scale) at(v float64) (float64, bool) {
	low, high := s.low, s.high
	if s.log {
		if v <= 0 {
			return 0, false
		}
		low, high, v = math.Log10(low), math.Log10(high), math.Log10(v)
	}
	f := (v - low) / (high - low)
	return f, f >= 0 && f <= 1
}

// clamp is the place of a number, at the scale's end when outside of it.
func (s scale) clamp(v float64) float64 {
	if s.log && v <= 0 {
		return 0
	}
	f, _ := s.at(v)
	return min(max(f, 0), 1)
}

// nice widens a scale so that it has about n steps of round numbers.
func nice(low, high float64, n int) (scale, []float64) {
	if low == high {
		low, high = min(low, 0), max(high, 0)
		if low == high {
			high = 1
		}
	}
	step := roundStep((high - low) / float64(max(n, 1)))
	low, high = math.Floor(low/step)*step, math.Ceil(high/step)*step
	var ticks []float64
	for i := 0; i <= 2*n+2; i++ {
		t := low + float64(i)*step
		if t > high+step/2 {
			break
		}
		if math.Abs(t) < step/1e6 { // what is 0 but for rounding
			t = 0
		}
		ticks = append(ticks, t)
	}
	return scale{low: low, high: high}, ticks
}

// roundStep is the next of 1, 2, 5 times a power of ten.
func roundStep(x float64) float64 {
	if x <= 0 || math.IsInf(x, 0) || math.IsNaN(x) {
		return 1
	}
	p := math.Pow(10, math.Floor(math.Log10(x)))
	for _, m := range []float64{1, 2, 5} {
		if m*p >= x*(1-1e-9) {
			return m * p
		}
	}
	return 10 * p
}

// logScale has powers of ten as its ends.
func logScale(low, high float64) (scale, []float64) {
	from, to := math.Floor(math.Log10(low)), math.Ceil(math.Log10(high))
	if from == to {
		to++
	}
	var ticks []float64
	for e := from; e <= to; e += max(math.Ceil((to-from)/6), 1) {
		ticks = append(ticks, math.Pow(10, e))
	}
	return scale{math.Pow(10, from), math.Pow(10, to), true}, ticks
}

// timeSteps are the steps that an axis of time may have.
var timeSteps = []int64{
	value.Millisecond, 10 * value.Millisecond, 100 * value.Millisecond, value.Second, 2 * value.Second, 5 * value.Second, 10 * value.Second,
	15 * value.Second, 30 * value.Second, value.Minute, 2 * value.Minute, 5 * value.Minute, 10 * value.Minute, 15 * value.Minute,
	30 * value.Minute, value.Hour, 2 * value.Hour, 3 * value.Hour, 6 * value.Hour, 12 * value.Hour, value.Day, 2 * value.Day,
	7 * value.Day, 14 * value.Day, 30 * value.Day, 91 * value.Day, 365 * value.Day, 5 * 365 * value.Day, 50 * 365 * value.Day,
}

// timeTicks are about n round times from low to high.
func timeTicks(low, high float64, n int) []float64 {
	step := timeSteps[len(timeSteps)-1]
	for _, s := range timeSteps {
		if float64(s) >= (high-low)/float64(max(n, 1)) {
			step = s
			break
		}
	}
	var ticks []float64
	for t := (int64(low) + step - 1) / step * step; float64(t) <= high && len(ticks) <= 2*n+2; t += step {
		ticks = append(ticks, float64(t))
	}
	return ticks
}

func timeOf(x float64) time.Time {
	const unixEpoch = value.UnixEpoch
	t := int64(min(max(x, 0), float64(value.MaxDateTime))) - unixEpoch
	return time.Unix(t/value.Second, t%value.Second*100).UTC()
}

// timeFormat is the shortest that tells times apart.
func timeFormat(all []float64) string {
	whole := func(unit int64) bool {
		for _, t := range all {
			if int64(t)%unit != 0 {
				return false
			}
		}
		return true
	}
	oneDay := len(all) == 0 || int64(all[0])/value.Day == int64(all[len(all)-1])/value.Day
	switch {
	case whole(value.Day):
		return time.DateOnly
	case !oneDay && whole(value.Minute):
		return "01-02 15:04"
	case !oneDay:
		return "01-02 15:04:05"
	case whole(value.Minute):
		return "15:04"
	case whole(value.Second):
		return "15:04:05"
	}
	return "15:04:05.000"
}

// numberText is a number for people: 1,234 or 0.25 or 1.5e+09.
func numberText(f float64) string {
	if f == 0 {
		return "0" // and not -0
	}
	if f == math.Trunc(f) && math.Abs(f) < 1e12 {
		s := strconv.FormatFloat(f, 'f', 0, 64)
		for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
			s = s[:i] + "," + s[i:]
		}
		return s
	}
	return fmt.Sprintf("%.4g", f)
}

// span is the least and the largest of what the series have.
func (c *Chart) span(of func(point) float64) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, s := range c.series {
		for _, p := range s.points {
			low, high = min(low, of(p)), max(high, of(p))
		}
	}
	return low, high
}

// yScale is the scale of y with about n steps.
func (c *Chart) yScale(n int) (scale, []float64) {
	low, high := c.span(func(p point) float64 { return p.y })
	if c.stacked {
		low, high = c.stackSpan()
	}
	if c.logY && low > 0 {
		return logScale(low, high)
	}
	if c.form != dots && c.form != lines || low > 0 && low < high/2 || low == high {
		low, high = min(low, 0), max(high, 0) // lengths are compared from 0 on, and what is alone with 0
	}
	if c.hasMin {
		low = c.min
	}
	if c.hasMax {
		high = c.max
	}
	if low >= high {
		high = low + 1
	}
	return nice(low, high, n)
}

// stackSpan is span where the points of one x stand on one another.
func (c *Chart) stackSpan() (low, high float64) {
	up, down := map[float64]float64{}, map[float64]float64{}
	for _, s := range c.series {
		for _, p := range s.points {
			if p.y < 0 {
				down[p.x] += p.y
			} else {
				up[p.x] += p.y
			}
		}
	}
	for _, v := range up {
		high = max(high, v)
	}
	for _, v := range down {
		low = min(low, v)
	}
	return low, high
}

// xScale is the scale of x, which is its span, and its ticks with their texts.
func (c *Chart) xScale(n int) (scale, []float64, []string) {
	low, high := c.span(func(p point) float64 { return p.x })
	if c.x.kind == categories {
		s := scale{low: -0.5, high: float64(len(c.x.names)) - 0.5}
		var ticks []float64
		for i := range c.x.names {
			ticks = append(ticks, float64(i))
		}
		return s, ticks, c.x.names
	}
	if low == high {
		by := 1.0
		if c.x.kind == times {
			by = float64(value.Second) // of a tick a float64 knows nothing
		}
		low, high = low-by, high+by
	}
	if c.x.kind == times {
		ticks := timeTicks(low, high, n)
		var texts []string
		format := timeFormat(ticks)
		for _, t := range ticks {
			texts = append(texts, timeOf(t).Format(format))
		}
		return scale{low: low, high: high}, ticks, texts
	}
	s, ticks := nice(low, high, n)
	var texts []string
	for _, t := range ticks {
		texts = append(texts, numberText(t))
	}
	return s, ticks, texts
}
