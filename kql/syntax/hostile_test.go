package syntax

import (
	"strings"
	"testing"
	"time"

	"github.com/dogwatch-dev/dogwatch/kql/diag"
)

// TestHostile reads texts made to cost more than their length. Each must be
// answered at once, without a deep stack, with few mistakes.
func TestHostile(t *testing.T) {
	const n = 50_000
	cases := map[string]string{
		"open":             strings.Repeat("(", 4*n),
		"open and close":   "print " + strings.Repeat("(", n) + "1" + strings.Repeat(")", n),
		"calls":            "print " + strings.Repeat("f(", n),
		"brackets":         "print a" + strings.Repeat("[", n),
		"mixed":            strings.Repeat("([{", n),
		"wrongly closed":   strings.Repeat("(", n) + strings.Repeat("]", n),
		"braces":           "let f = () " + strings.Repeat("{let f = () ", n),
		"json":             "print dynamic(" + strings.Repeat("[", n),
		"json objects":     "print dynamic(" + strings.Repeat(`{"a":`, n),
		"schemas":          "let f = (" + strings.Repeat("T:(", n),
		"or":               "T | where a" + strings.Repeat(" or a", n),
		"plus":             "print 1" + strings.Repeat("+1", n),
		"path":             "print a" + strings.Repeat(".a", n),
		"index":            "print a" + strings.Repeat("[0]", n),
		"in":               "T | where " + strings.Repeat("a in (", n),
		"joins":            "T " + strings.Repeat("| join (T ", n),
		"pipes":            strings.Repeat("|", n),
		"bad operators":    "T" + strings.Repeat(" | foo", n),
		"semicolons":       strings.Repeat(";", n),
		"lets":             strings.Repeat("let a = ", n),
		"quotes":           strings.Repeat("\"\n", n),
		"escapes":          "print '" + strings.Repeat(`\q`, n),
		"strings":          "print " + strings.Repeat(`"a" `, n),
		"typed":            "print " + strings.Repeat("long((", n),
		"typed and closed": "print " + strings.Repeat("long()", n),
		"long word":        "T | " + strings.Repeat("x", n),
		"dashes":           "T | " + strings.Repeat("mv-", n),
		"names":            "print (" + strings.Repeat("a,", n),
		"names again":      "print " + strings.Repeat("(a,", n),
		"quoted name":      "print [" + strings.Repeat(`"a" `, n),
		"digits":           "print " + strings.Repeat("9", n),
		"days":             "print " + strings.Repeat("9", n) + "d",
		"stars":            "union " + strings.Repeat("*a", n),
		"junk":             strings.Repeat("\x00\xff", n),
		"minus":            "print " + strings.Repeat("-", n),
	}
	for name, text := range cases {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			q, errs := Parse(diag.NewFile("hostile", text))
			_ = errs.Error()
			_ = Format(q)
			checkTree(t, q, text)
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("took %v", took)
			}
			if len(errs) > maxErrors {
				t.Errorf("%d mistakes", len(errs))
			}
		})
	}
}

func TestTooDeep(t *testing.T) {
	for _, text := range []string{
		"print " + strings.Repeat("(", 1000) + "1" + strings.Repeat(")", 1000),
		"print dynamic(" + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + ")",
	} {
		_, errs := Parse(diag.NewFile("deep", text))
		if len(errs) != 1 || errs[0].Message != "nested too deeply" {
			t.Errorf("mistakes: %v", errs)
		}
	}
	shallow := "print " + strings.Repeat("(", 100) + "1" + strings.Repeat(")", 100)
	if _, errs := Parse(diag.NewFile("shallow", shallow)); errs.Err() != nil {
		t.Errorf("100 parentheses: %v", errs)
	}
	long := "T | where a == 0" + strings.Repeat(" or a == 1", 10_000)
	if _, errs := Parse(diag.NewFile("long", long)); errs.Err() != nil {
		t.Errorf("10,000 conditions: %v", errs)
	}
}

func TestTooLong(t *testing.T) {
	_, errs := Parse(diag.NewFile("long", strings.Repeat(" ", maxText+1)))
	if len(errs) != 1 {
		t.Errorf("mistakes: %v", errs)
	}
}
