package fn

import (
	"fmt"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // zones must not depend on the machine

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

func calendarFuncs() []Func {
	date := []Param{param("date", tTime, "the datetime")}
	number := func(name string, aliases []string, doc, example string, f func(t int64) int64) Func {
		return Func{
			Name: name, Aliases: aliases, Category: timeCategory, Result: value.Int, Params: date, Doc: doc, Examples: []string{example},
			Eval: each(value.Int, func(v value.Value) value.Value { return value.IntOf(int32(f(v.Int()))) }),
		}
	}
	long := func(f Func) Func { // the engine's year and month are wider than its other parts
		f.Eval, f.Result = converted64(f.Eval), value.Long
		return f
	}
	funcs := []Func{
		long(number("getyear", nil, "Gives the year.", `getyear(datetime(2015-10-12)) == 2015`, func(t int64) int64 { return int64(value.CivilOf(t).Year) })),
		long(number("monthofyear", nil, "Gives the month, 1 to 12.", `monthofyear(datetime(2015-12-14)) == 12`, month)),
		number("getmonth", nil, "Gives the month, 1 to 12, as monthofyear() does.", `getmonth(datetime(2015-10-12)) == 10`, month),
		number("dayofmonth", nil, "Gives the day of the month, 1 to 31.", `dayofmonth(datetime(2015-12-14)) == 14`,
			func(t int64) int64 { return int64(value.CivilOf(t).Day) }),
		number("dayofyear", nil, "Gives the day of the year, 1 to 366.", `dayofyear(datetime(2015-12-14)) == 348`, dayOfYear),
		number("hourofday", nil, "Gives the hour, 0 to 23.", `hourofday(datetime(2015-12-14 18:54)) == 18`, func(t int64) int64 { return t % value.Day / value.Hour }),
		number("week_of_year", []string{"weekofyear"}, "Gives the week of the year as ISO 8601 counts.", `week_of_year(datetime(2020-12-31)) == 53`, weekOfYear),
		{
			Name: "dayofweek", Category: timeCategory, Result: value.TimeSpan, Params: date,
			Doc:      "Gives the days since the last Sunday, as a timespan.",
			Examples: []string{`dayofweek(datetime(2015-12-14)) == 1d`},
			Eval: each(value.TimeSpan, func(v value.Value) value.Value {
				return value.TimeSpanOf((v.Int()/value.Day + 1) % 7 * value.Day)
			}),
		},
		{
			Name: "datetime_part", Aliases: []string{"datepart"}, Category: timeCategory, Result: value.Int,
			Params: []Param{
				param("part", tText, "year, quarter, month, week_of_year, day, dayOfYear, hour, minute, second, millisecond, microsecond or nanosecond"),
				param("date", tTime, "the datetime"),
			},
			Doc:      "Gives a part of a datetime as a number.",
			Examples: []string{`datetime_part("quarter", datetime(2017-10-30)) == 4`, `datetime_part("millisecond", datetime(2017-10-30 01:02:03.7654321)) == 765`},
			Prepare:  knownPart(datetimePart, calendarParts),
		},
		zoneFunc("datetime_utc_to_local", "Turns a time in UTC into the local time of a zone.",
			`datetime_utc_to_local(datetime(2020-02-02 19:02:20), "Europe/Paris") == datetime(2020-02-02 20:02:20)`, utcToLocal),
		zoneFunc("datetime_local_to_utc", "Turns the local time of a zone into UTC.",
			`datetime_local_to_utc(datetime(2020-02-02 20:02:20), "Europe/Paris") == datetime(2020-02-02 19:02:20)`, localToUTC),
	}
	for _, p := range periods {
		funcs = append(funcs, p.startFunc(), p.endFunc())
	}
	return funcs
}

func converted64(eval Eval) Eval {
	return func(ctx *Context, a []value.Value) value.Value { return eval(ctx, a).To(value.Long) }
}

func month(t int64) int64 { return int64(value.CivilOf(t).Month) }

func dayOfYear(t int64) int64 {
	first, _ := value.Civil{Year: value.CivilOf(t).Year, Month: 1, Day: 1}.Ticks()
	return (t-first)/value.Day + 1
}

func weekOfYear(t int64) int64 {
	c := value.CivilOf(t)
	_, week := time.Date(c.Year, time.Month(c.Month), c.Day, 0, 0, 0, 0, time.UTC).ISOWeek()
	return int64(week)
}

// calendarParts are the parts that a datetime has.
var calendarParts = []string{"year", "quarter", "month", "week_of_year", "weekofyear", "day", "dayofyear", "hour", "minute", "second", "millisecond", "microsecond", "nanosecond"}

func datetimePart(_ *Context, a []value.Value) value.Value {
	if a[1].IsNull() {
		return value.NullOf(value.Int)
	}
	t := a[1].Int()
	c := value.CivilOf(t)
	n := 0
	switch value.FoldString(text(a[0])) {
	case "year":
		n = c.Year
	case "quarter":
		n = (c.Month + 2) / 3
	case "month":
		n = c.Month
	case "week_of_year", "weekofyear":
		n = int(weekOfYear(t))
	case "day":
		n = c.Day
	case "dayofyear":
		n = int(dayOfYear(t))
	case "hour":
		n = c.Hour
	case "minute":
		n = c.Minute
	case "second":
		n = c.Second
	case "millisecond":
		n = c.Tick / 10_000
	case "microsecond":
		n = c.Tick / 10
	case "nanosecond":
		n = c.Tick * 100
	default:
		return value.NullOf(value.Int)
	}
	return value.IntOf(int32(n))
}

// A period is a unit of the calendar: start finds its beginning before t, n
// periods on.
type period struct {
	name, startExample, endExample string
	start                          func(t, n int64) (int64, bool)
}

var periods = []period{
	{"day", `startofday(datetime(2017-01-01 10:10:17), -1) == datetime(2016-12-31)`,
		`endofday(datetime(2017-01-01 10:10:17)) == datetime(2017-01-01 23:59:59.9999999)`, startOfDay},
	{"week", `startofweek(datetime(2017-01-01 10:10:17)) == datetime(2017-01-01)`,
		`endofweek(datetime(2017-01-01 10:10:17)) == datetime(2017-01-07 23:59:59.9999999)`, startOfWeek},
	{"month", `startofmonth(datetime(2017-01-15)) == datetime(2017-01-01)`,
		`endofmonth(datetime(2017-01-15), 1) == datetime(2017-02-28 23:59:59.9999999)`, startOfMonths(1)},
	{"year", `startofyear(datetime(2017-01-15), 1) == datetime(2018-01-01)`,
		`endofyear(datetime(2017-01-15)) == datetime(2017-12-31 23:59:59.9999999)`, startOfMonths(12)},
}

func (p period) params() []Param {
	return []Param{param("date", tTime, "the datetime"), optional("offset", tLong, "how many "+p.name+"s on")}
}

func (p period) startFunc() Func {
	return Func{
		Name: "startof" + p.name, Category: timeCategory, Result: value.DateTime, Params: p.params(),
		Doc: "Gives the beginning of the " + p.name + ".", Examples: []string{p.startExample},
		Eval: func(_ *Context, a []value.Value) value.Value { return p.at(a, 0) },
	}
}

func (p period) endFunc() Func {
	return Func{
		Name: "endof" + p.name, Category: timeCategory, Result: value.DateTime, Params: p.params(),
		Doc: "Gives the last tick of the " + p.name + ".", Examples: []string{p.endExample},
		Eval: func(_ *Context, a []value.Value) value.Value {
			v := p.at(a, 1)
			if v.IsNull() {
				return v
			}
			return value.DateTimeOf(v.Int() - 1)
		},
	}
}

func (p period) at(a []value.Value, more int64) value.Value {
	n, ok := longArg(a, 1, 0)
	if a[0].IsNull() || !ok || n > 4_000_000 || n < -4_000_000 {
		return value.NullOf(value.DateTime)
	}
	t, ok := p.start(a[0].Int(), n+more)
	if !ok || t < value.MinDateTime || t > value.MaxDateTime+1 {
		return value.NullOf(value.DateTime)
	}
	return value.DateTimeOf(t)
}

func startOfDay(t, n int64) (int64, bool) { return t - t%value.Day + n*value.Day, true }

func startOfWeek(t, n int64) (int64, bool) {
	day := t / value.Day
	return (day - (day+1)%7 + 7*n) * value.Day, true
}

func startOfMonths(size int64) func(t, n int64) (int64, bool) {
	return func(t, n int64) (int64, bool) {
		months := (monthsOf(t)/size + n) * size
		if months < 12 || months > 12*10_000 {
			return 0, false
		}
		if months == 12*10_000 {
			return value.MaxDateTime + 1, true
		}
		return value.Civil{Year: int(months / 12), Month: int(months%12) + 1, Day: 1}.Ticks()
	}
}

func zoneFunc(name, doc, example string, f func(t int64, zone *time.Location) int64) Func {
	return Func{
		Name: name, Category: timeCategory, Result: value.DateTime, Doc: doc, Examples: []string{example},
		Params: []Param{param("from", tTime, "the time"), param("timezone", tText, "the zone's name, such as Europe/Paris")},
		Prepare: func(args []Arg) (Eval, error) {
			if c := args[1].Const; c != nil {
				if _, ok := zoneByName(c.String()); !ok {
					return nil, &ArgError{1, fmt.Sprintf("unknown time zone %q", c.String())}
				}
			}
			var zones sync.Map // there are some six hundred
			return func(_ *Context, a []value.Value) value.Value {
				zone, ok := knownZone(&zones, text(a[1]))
				if a[0].IsNull() || !ok {
					return value.NullOf(value.DateTime)
				}
				return ticksOf(value.DateTime, f(a[0].Int(), zone))
			}, nil
		},
	}
}

func knownZone(zones *sync.Map, name string) (*time.Location, bool) {
	if z, ok := zones.Load(name); ok {
		return z.(*time.Location), true
	}
	zone, ok := zoneByName(name)
	if ok {
		zones.Store(strings.Clone(name), zone)
	}
	return zone, ok
}

// zoneByName does not let data name files: LoadLocation refuses such names,
// and "Local" would be this machine's.
func zoneByName(name string) (*time.Location, bool) {
	if name == "" || name == "Local" || len(name) > 64 {
		return nil, false
	}
	zone, err := time.LoadLocation(name)
	return zone, err == nil
}

func zoneOffset(t int64, zone *time.Location) int64 {
	_, seconds := time.Unix((t-value.UnixEpoch)/value.Second, 0).In(zone).Zone()
	return int64(seconds) * value.Second
}

func utcToLocal(t int64, zone *time.Location) int64 { return t + zoneOffset(t, zone) }

// localToUTC takes the offset before a change if it fits, else the one after:
// times that a change skips are read as if it had come already.
func localToUTC(t int64, zone *time.Location) int64 {
	before := zoneOffset(t-value.Day, zone)
	after := zoneOffset(t+value.Day, zone)
	if zoneOffset(t-before, zone) == before {
		return t - before
	}
	return t - after
}
