package kql

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch/kql/diag"
)

// A few lines of functions that call one another twice would be millions.
func TestCallsAreBounded(t *testing.T) {
	var text strings.Builder
	text.WriteString("let f0 = () { print x = 1 };\n")
	for i := range 40 {
		fmt.Fprintf(&text, "let f%d = () { union f%d(), f%d() };\n", i+1, i, i)
	}
	text.WriteString("f40()")
	_, err := Compile(diag.NewFile("q", text.String()), sieved{})
	if err == nil || !strings.Contains(err.Error(), "more than 20000 times") {
		t.Errorf("the error is %v", err)
	}
}
