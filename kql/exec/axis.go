package exec

import (
	"math"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// An axis parts values into numbered bins: numbers and times into equal ones,
// times also by the calendar.
type axis struct {
	typ      value.Type
	origin   value.Value // where bin 0 starts
	step     value.Value
	calendar string // week, month or year, instead of a step
}

// steps says whether the axis comes forward at all.
func (a *axis) steps() bool {
	return a.calendar != "" || numberOf(a.step) > 0
}

func numberOf(v value.Value) float64 {
	if v.Kind() == value.KReal {
		return v.Real()
	}
	return float64(v.Int())
}

// bin is the number of the bin that a value lies in. Ticks are counted as whole
// numbers: a real has too few digits for them.
func (a *axis) bin(v value.Value) int64 {
	switch {
	case a.calendar == "week":
		return floorDiv(v.Int()+value.Day, 7*value.Day) // 0001-01-01 was a Monday
	case a.calendar == "month":
		c := value.CivilOf(v.Int())
		return int64(c.Year)*12 + int64(c.Month) - 1
	case a.calendar == "year":
		return int64(value.CivilOf(v.Int()).Year)
	case a.real():
		return int64(math.Floor((numberOf(v) - numberOf(a.origin)) / numberOf(a.step)))
	}
	return floorDiv(v.Int()-a.origin.Int(), a.step.Int())
}

func (a *axis) real() bool {
	return a.typ == value.Real || a.step.Kind() == value.KReal || a.origin.Kind() == value.KReal
}

func floorDiv(x, step int64) int64 {
	q := x / step
	if x%step != 0 && (x < 0) != (step < 0) {
		q--
	}
	return q
}

// start is where a bin starts.
func (a *axis) start(bin int64) value.Value {
	var n int64
	switch {
	case a.calendar == "week":
		n = bin*7*value.Day - value.Day
	case a.calendar == "month":
		n, _ = value.Civil{Year: int(floorDiv(bin, 12)), Month: int(bin-12*floorDiv(bin, 12)) + 1, Day: 1}.Ticks()
	case a.calendar == "year":
		n, _ = value.Civil{Year: int(bin), Month: 1, Day: 1}.Ticks()
	case a.real():
		return value.RealOf(numberOf(a.origin) + float64(bin)*numberOf(a.step)).To(a.typ)
	default:
		n = a.origin.Int() + bin*a.step.Int()
	}
	switch a.typ {
	case value.DateTime:
		return value.DateTimeOf(n)
	case value.TimeSpan:
		return value.TimeSpanOf(n)
	}
	return value.LongOf(n).To(a.typ)
}
