package rule

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

var (
	goParts  = regexp.MustCompile(`^(?:\d+(?:\.\d+)?(?:d|h|m|s))+$`)
	goPart   = regexp.MustCompile(`(\d+(?:\.\d+)?)(d|h|m|s)`)
	isoParts = regexp.MustCompile(`^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$`)
	netParts = regexp.MustCompile(`^(?:(\d+)\.)?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.\d+)?)?$`)
)

// maxDuration keeps sums far from overflow.
const maxDuration = 100 * 365 * 24 * time.Hour

// ParseDuration reads the ways in which rules write a time: 5m, 1h10m, 1d
// (YAML of Sentinel), PT1H, P1DT2H (its templates), 1.00:00:00, 00:05:00 (.NET).
func ParseDuration(text string) (time.Duration, bool) {
	s := strings.TrimSpace(text)
	var d float64
	switch lower := strings.ToLower(s); {
	case goParts.MatchString(lower):
		for _, p := range goPart.FindAllStringSubmatch(lower, -1) {
			d += number(p[1]) * seconds(p[2])
		}
	case len(s) > 1 && isoParts.MatchString(strings.ToUpper(s)):
		p := isoParts.FindStringSubmatch(strings.ToUpper(s))
		if strings.HasSuffix(p[0], "T") {
			return 0, false
		}
		d = number(p[1])*7*86400 + number(p[2])*86400 + number(p[3])*3600 + number(p[4])*60 + number(p[5])
	case netParts.MatchString(s):
		p := netParts.FindStringSubmatch(s)
		if number(p[2]) > 23 || number(p[3]) > 59 || number(p[4]) > 59 {
			return 0, false
		}
		d = number(p[1])*86400 + number(p[2])*3600 + number(p[3])*60 + number(p[4])
	default:
		return 0, false
	}
	if d > maxDuration.Seconds() {
		return 0, false
	}
	return time.Duration(d * float64(time.Second)), true
}

func number(s string) float64 {
	n, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0 // an absent part
	}
	return n
}

func seconds(unit string) float64 {
	switch unit {
	case "d":
		return 86400
	case "h":
		return 3600
	case "m":
		return 60
	}
	return 1
}
