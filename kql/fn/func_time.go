package fn

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

const timeCategory = "Time"

func timeFuncs() []Func {
	return []Func{
		{
			Name: "now", Category: timeCategory, Result: value.DateTime, Timed: true,
			Params:   []Param{optional("offset", tSpan, "what is added")},
			Doc:      "Gives the present time; the same for the whole query.",
			Examples: []string{`now() > datetime(2020-01-01)`, `now(1d) - now() == 1d`},
			Eval: func(c *Context, a []value.Value) value.Value {
				if len(a) == 0 {
					return value.DateTimeOf(c.Now)
				}
				return arithmetic('+', value.DateTimeOf(c.Now), a[0]).To(value.DateTime)
			},
		},
		{
			Name: "ago", Category: timeCategory, Result: value.DateTime, Timed: true,
			Params:   []Param{param("timespan", tSpan, "how long ago")},
			Doc:      "Gives the present time less a timespan.",
			Examples: []string{`now() - ago(1h) == 1h`},
			Eval: func(c *Context, a []value.Value) value.Value {
				if a[0].IsNull() {
					return value.NullOf(value.DateTime)
				}
				return arithmetic('-', value.DateTimeOf(c.Now), a[0]).To(value.DateTime)
			},
		},
		{
			Name: "datetime_add", Category: timeCategory, Result: value.DateTime,
			Params: []Param{
				param("part", tText, "year, quarter, month, week, day, hour, minute, second, millisecond, microsecond or nanosecond"),
				param("value", tLong, "how many of them"), param("datetime", tTime, "the datetime"),
			},
			Doc:      "Adds a number of years, months, days and so on; the day is cut to the month's length.",
			Examples: []string{`datetime_add("month", 1, datetime(2017-01-31)) == datetime(2017-02-28)`, `datetime_add("week", -1, datetime(2017-01-08)) == datetime(2017-01-01)`},
			Prepare:  knownPart(datetimeAdd, dateParts),
		},
		{
			Name: "datetime_diff", Category: timeCategory, Result: value.Long,
			Params: []Param{
				param("part", tText, "year, quarter, month, week, day, hour, minute, second, millisecond, microsecond or nanosecond"),
				param("datetime1", tTime, "the later"), param("datetime2", tTime, "the earlier"),
			},
			Doc:      "Counts the beginnings of years, months, days and so on between two datetimes.",
			Examples: []string{`datetime_diff("year", datetime(2017-01-01), datetime(2000-12-31)) == 17`, `datetime_diff("minute", datetime(2017-10-30 23:05:01), datetime(2017-10-30 23:00:59)) == 5`},
			Prepare:  knownPart(datetimeDiff, dateParts),
		},
		{
			Name: "make_datetime", Category: timeCategory, Result: value.DateTime,
			Params: []Param{
				param("year", nil, "the year; or the only argument, a text to convert"), optional("month", tNumber, "1 to 12"),
				optional("day", tNumber, "1 to 31"), optional("hour", tNumber, "0 to 23"),
				optional("minute", tNumber, "0 to 59"), optional("second", tReal, "0 to 59.9999999"),
			},
			Doc:      "Puts a datetime together; null when there is no such time.",
			Examples: []string{`make_datetime(2017, 10, 1) == datetime(2017-10-01)`, `isnull(make_datetime(2017, 2, 30))`},
			Eval:     makeDatetime,
		},
		{
			Name: "make_timespan", Category: timeCategory, Result: value.TimeSpan,
			Params: []Param{
				param("days", nil, "days; or hours when two or three arguments are given; or the only one, a text to convert"),
				optional("hours", tReal, "hours"), optional("minutes", tReal, "minutes"), optional("seconds", tReal, "seconds"),
			},
			Doc:      "Puts a timespan together of days, hours, minutes and seconds; without days of up to three arguments.",
			Examples: []string{`make_timespan(1, 12, 30, 55.123) == time(1.12:30:55.123)`, `make_timespan(12, 30) == 12h + 30m`},
			Eval:     makeTimespan,
		},
		unixTime("seconds", value.Second, 1546300800), unixTime("milliseconds", value.Millisecond, 1546300800000),
		unixTime("microseconds", value.Microsecond, 1546300800000000), unixTime("nanoseconds", 0, 1546300800000000000),
	}
}

// timeParts are the parts that have a fixed length; nanoseconds are not whole
// ticks and stand apart.
var timeParts = map[string]int64{
	"week": 7 * value.Day, "day": value.Day, "hour": value.Hour, "minute": value.Minute, "second": value.Second,
	"millisecond": value.Millisecond, "microsecond": value.Microsecond,
}

// monthParts are the parts that are a number of months.
var monthParts = map[string]int64{"month": 1, "quarter": 3, "year": 12}

// dateParts are the parts that can be added to a datetime, and counted between
// two.
var dateParts = []string{"year", "quarter", "month", "week", "day", "hour", "minute", "second", "millisecond", "microsecond", "nanosecond"}

// knownPart refuses a constant that names no part.
func knownPart(eval Eval, parts []string) func([]Arg) (Eval, error) {
	return func(args []Arg) (Eval, error) {
		if c := args[0].Const; c != nil && !slices.Contains(parts, value.FoldString(text(*c))) {
			return nil, &ArgError{0, fmt.Sprintf("there is no part %q of a date: it is one of %s", text(*c), strings.Join(parts, ", "))}
		}
		return eval, nil
	}
}

func datetimeAdd(_ *Context, a []value.Value) value.Value {
	part, n, t := value.FoldString(text(a[0])), a[1].Int(), a[2].Int()
	null := value.NullOf(value.DateTime)
	if a[1].IsNull() || a[2].IsNull() {
		return null
	}
	if months, ok := monthParts[part]; ok {
		if t, ok = addMonths(t, n, months); !ok {
			return null
		}
		return value.DateTimeOf(t)
	}
	size, ok := timeParts[part]
	if part == "nanosecond" {
		size, n, ok = 1, n/100, true
	}
	if !ok || n > value.MaxDateTime/size || n < -value.MaxDateTime/size {
		return null
	}
	return ticksOf(value.DateTime, t+n*size)
}

// addMonths keeps the time of day, and the day as far as the month has it.
func addMonths(t, n, times int64) (int64, bool) {
	if n > 200_000 || n < -200_000 {
		return 0, false
	}
	c := value.CivilOf(t)
	months := int64(c.Year)*12 + int64(c.Month-1) + n*times
	if months < 12 {
		return 0, false
	}
	c.Year, c.Month = int(months/12), int(months%12)+1
	if c.Year > 9999 {
		return 0, false
	}
	c.Day = min(c.Day, value.DaysIn(c.Year, c.Month))
	return c.Ticks()
}

func datetimeDiff(_ *Context, a []value.Value) value.Value {
	part, x, y := value.FoldString(text(a[0])), a[1].Int(), a[2].Int()
	if a[1].IsNull() || a[2].IsNull() {
		return value.NullOf(value.Long)
	}
	if months, ok := monthParts[part]; ok {
		return value.LongOf(monthsOf(x)/months - monthsOf(y)/months)
	}
	if size, ok := timeParts[part]; ok {
		shift := int64(0)
		if part == "week" { // the first day was a Monday, weeks begin on Sunday
			shift = value.Day
		}
		return value.LongOf((x+shift)/size - (y+shift)/size)
	}
	if part == "nanosecond" {
		return value.LongOf((x - y) * 100)
	}
	return value.NullOf(value.Long)
}

func monthsOf(t int64) int64 {
	c := value.CivilOf(t)
	return int64(c.Year)*12 + int64(c.Month-1)
}

func makeDatetime(_ *Context, a []value.Value) value.Value {
	if len(a) == 1 {
		return a[0].To(value.DateTime)
	}
	var n [5]int
	n[2] = 1
	for i := range min(len(a), 5) {
		v := a[i].To(value.Long)
		if v.IsNull() || v.Int() < 0 || v.Int() > 9999 {
			return value.NullOf(value.DateTime)
		}
		n[i] = int(v.Int())
	}
	c := value.Civil{Year: n[0], Month: n[1], Day: n[2], Hour: n[3], Minute: n[4]}
	if len(a) > 5 {
		s := a[5].To(value.Real)
		if s.IsNull() || !(s.Real() >= 0 && s.Real() < 60) {
			return value.NullOf(value.DateTime)
		}
		ticks := secondTicks(s.Real())
		c.Second, c.Tick = int(ticks/value.Second), int(ticks%value.Second)
	}
	t, ok := c.Ticks()
	if !ok {
		return value.NullOf(value.DateTime)
	}
	return value.DateTimeOf(t)
}

// secondTicks cuts to whole ticks, forgiving what binary fractions cannot say.
func secondTicks(s float64) int64 {
	return int64(math.Floor(s*float64(value.Second) + 1e-3))
}

func makeTimespan(_ *Context, a []value.Value) value.Value {
	if len(a) == 1 {
		return a[0].To(value.TimeSpan)
	}
	units := [4]int64{value.Day, value.Hour, value.Minute, value.Second}
	limits := [4]float64{10_675_198, 24, 60, 60}
	first := 1 // without days
	if len(a) == 4 {
		first = 0
	}
	total := int64(0)
	for i, v := range a {
		v = v.To(value.Real)
		f := v.Real()
		if v.IsNull() || !(f >= 0 && f < limits[first+i]) {
			return value.NullOf(value.TimeSpan)
		}
		if first+i == 3 {
			total += secondTicks(f)
		} else {
			total += int64(f) * units[first+i]
		}
	}
	return value.TimeSpanOf(total)
}

func unixTime(unit string, size, example int64) Func {
	return Func{
		Name: "unixtime_" + unit + "_todatetime", Category: timeCategory, Result: value.DateTime,
		Params:   []Param{param("number", []value.Type{value.Long, value.Int, value.Real, value.Decimal}, unit+" since 1970-01-01")},
		Doc:      "Turns the " + unit + " since 1970-01-01 into a datetime.",
		Examples: []string{"unixtime_" + unit + "_todatetime(" + value.LongOf(example).String() + ") == datetime(2019-01-01)"},
		Eval: each(value.DateTime, func(v value.Value) value.Value {
			null := value.NullOf(value.DateTime)
			if v.Kind() != value.KLong && v.Kind() != value.KInt {
				f := v.To(value.Real).Real() * max(float64(size), 0.01)
				if !(math.Abs(f) < float64(value.MaxDateTime)) {
					return null
				}
				return ticksOf(value.DateTime, value.UnixEpoch+int64(math.Round(f)))
			}
			n := v.Int()
			if size == 0 {
				return ticksOf(value.DateTime, value.UnixEpoch+n/100)
			}
			if n > value.MaxDateTime/size || n < -value.MaxDateTime/size {
				return null
			}
			return ticksOf(value.DateTime, value.UnixEpoch+n*size)
		}),
	}
}
