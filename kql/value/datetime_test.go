package value

import (
	"testing"
	"time"
)

func TestParseDateTime(t *testing.T) {
	for in, want := range map[string]string{
		"2014-05-25T08:20:03.123456Z":      "2014-05-25T08:20:03.123456Z",
		"2014-05-25T08:20:03.12345678912Z": "2014-05-25T08:20:03.1234567Z",
		"2014-05-25T08:20:03+02:00":        "2014-05-25T06:20:03Z",
		"2014-05-25T08:20:03-0330":         "2014-05-25T11:50:03Z",
		"2014-05-25 08:20":                 "2014-05-25T08:20:00Z",
		"2014-05-25":                       "2014-05-25T00:00:00Z",
		"  2014-05-25  ":                   "2014-05-25T00:00:00Z",
		"2014-5-2 8:20:03":                 "2014-05-02T08:20:03Z",
		"2014-11-08 15:55:55 GMT":          "2014-11-08T15:55:55Z",
		"2014-11":                          "2014-11-01T00:00:00Z",
		"2014":                             "2014-01-01T00:00:00Z",
		"2017 - 08 - 02":                   "2017-08-02T00:00:00Z",
		"2025, 6, 14":                      "2025-06-14T00:00:00Z",
		"Sat, 8 Nov 14 15:05:02 GMT":       "2014-11-08T15:05:02Z",
		"Sat, 8 Nov 14 15:05":              "2014-11-08T15:05:00Z",
		"8 Nov 14 15:05:02 +0100":          "2014-11-08T14:05:02Z",
		"Saturday, 08-Nov-14 15:05:02 UTC": "2014-11-08T15:05:02Z",
		"November 8, 2014 3:05 PM":         "2014-11-08T15:05:00Z",
		"11/08/2014 12:00 AM":              "2014-11-08T00:00:00Z",
		"01-01-2022":                       "2022-01-01T00:00:00Z",
		"2024-02-29T24:00:00Z":             "2024-03-01T00:00:00Z",
		"0001-01-01":                       "0001-01-01T00:00:00Z",
		"9999-12-31T23:59:59.9999999Z":     "9999-12-31T23:59:59.9999999Z",
		"2026-11-20T10:00:00.000001Z":      "2026-11-20T10:00:00.000001Z",
		"2014-05-25t08:20:03z":             "2014-05-25T08:20:03Z",
		"Thu, 26 Nov 2026 01:02:03.5 GMT":  "2026-11-26T01:02:03.5Z",
		"2014-05-25T08:20:03,5Z":           "2014-05-25T08:20:03.5Z",
		"2017-01-01T00:00:00.0000000Z":     "2017-01-01T00:00:00Z",
		"02/17/2016 08:40:01":              "2016-02-17T08:40:01Z",
		"2015-12-31 23:59:59.9":            "2015-12-31T23:59:59.9Z",
		"2026-01-02T03:04:05.12345xZ":      "", "2026-01-02T03:60:05Z": "", "2026-02-29T03:04:05Z": "",
		"": "", "x": "", "2014-13-01": "", "2014-02-30": "", "2014-05-25T25:00:00Z": "",
		"2014-05-25T08:20:03+99:00": "", "12345": "", "99999999999999999999": "",
		"2014-05-25 noon": "", "0000-01-01": "", "0001-01-01T00:00:00+01:00": "", "10:20": "", "1/2": "",
		"2014-05-25T08:20:03Zjunk": "", "Mon": "", "13/40/2014": "", "2014-05-25T08:61:00": "",
	} {
		ticks, ok := ParseDateTime(in)
		got := ""
		if ok {
			got = FormatDateTime(ticks)
		}
		if got != want {
			t.Errorf("ParseDateTime(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestDateTimeAgreesWithGo(t *testing.T) {
	for ticks := int64(0); ticks <= MaxDateTime; ticks += 1_234_567_890_123_457 {
		c := CivilOf(ticks)
		back, ok := c.Ticks()
		if !ok || back != ticks {
			t.Fatalf("%+v gives back %d, want %d", c, back, ticks)
		}
		d := ticks - UnixEpoch
		secs := d / Second
		if d%Second < 0 {
			secs--
		}
		want := time.Unix(secs, 0).UTC().Format("2006-01-02T15:04:05")
		if got := DateTimeText(ticks)[:19]; got != want {
			t.Fatalf("ticks %d are %s, Go has %s", ticks, got, want)
		}
	}
}

func TestTimeSpans(t *testing.T) {
	for in, want := range map[string]string{
		"1.02:03:04.5": "1.02:03:04.5000000", "02:03:04": "02:03:04", "02:03": "02:03:00", "5": "5.00:00:00",
		"2d": "2.00:00:00", "1.5h": "01:30:00", "30m": "00:30:00", "10s": "00:00:10", "100ms": "00:00:00.1000000",
		"10microsecond": "00:00:00.0000100", "1tick": "00:00:00.0000001", "-1h": "-01:00:00", "-1.02:00:00": "-1.02:00:00",
		"0.00:01:00": "00:01:00", "25min": "00:25:00", "100nanoseconds": "00:00:00.0000001", "12.23:12:23.1": "12.23:12:23.1000000",
		"": "", "x": "", "25:00": "", "1:60": "", "1:2:3:4": "", "5 parsecs": "", "1.2.3": "", "-": "", "99999999999d": "", "d": "",
	} {
		ticks, ok := ParseTimeSpan(in)
		got := ""
		if ok {
			got = FormatTimeSpan(ticks)
		}
		if got != want {
			t.Errorf("ParseTimeSpan(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestGUIDs(t *testing.T) {
	for in, want := range map[string]string{
		"0123456789abcdef0123456789ABCDEF":       "01234567-89ab-cdef-0123-456789abcdef",
		"0123456789ab-cdef-0123-456789abcdef":    "01234567-89ab-cdef-0123-456789abcdef",
		"{01234567-89ab-cdef-0123-456789abcdef}": "01234567-89ab-cdef-0123-456789abcdef",
		"(01234567-89ab-cdef-0123-456789abcdef)": "01234567-89ab-cdef-0123-456789abcdef",
		"":                                       "", "a string that is not a guid": "", "-0123456789abcdef0123456789abcdef": "", "0123456789abcdef0123456789abcdef0": "",
	} {
		got, ok := ParseGUID(in)
		if got != want || ok != (want != "") {
			t.Errorf("ParseGUID(%q) = %q, %v, want %q", in, got, ok, want)
		}
	}
}

func FuzzParseDateTime(f *testing.F) {
	for _, s := range []string{"2014-05-25T08:20:03.123456Z", "Sat, 8 Nov 14 15:05:02 GMT", "11/08/2014 3:05 PM", "2014"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if quick, ok := parseZulu(s); ok {
			if slow, ok := parseISO(s); !ok || slow != quick {
				t.Errorf("%q: %d, want %d", s, quick, slow)
			}
		}
		ticks, ok := ParseDateTime(s)
		if !ok {
			return
		}
		for _, text := range []string{FormatDateTime(ticks), DateTimeText(ticks)} {
			if back, ok := ParseDateTime(text); !ok || back != ticks {
				t.Fatalf("%q is written %q and read back as %d, want %d", s, text, back, ticks)
			}
		}
	})
}

func FuzzParseTimeSpan(f *testing.F) {
	for _, s := range []string{"1.02:03:04.5", "-2d", "1.5h", "9223372036854775807tick"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ticks, ok := ParseTimeSpan(s)
		if !ok {
			return
		}
		if back, ok := ParseTimeSpan(FormatTimeSpan(ticks)); !ok || back != ticks {
			t.Fatalf("%q is written %q and read back as %d, want %d", s, FormatTimeSpan(ticks), back, ticks)
		}
	})
}
