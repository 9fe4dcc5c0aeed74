package syntax

import (
	"testing"

	"github.com/dogwatch-dev/dogwatch/kql/diag"
)

// checkTree checks that spans lie within the text and within their parents'.
func checkTree(t *testing.T, q *Query, text string) {
	t.Helper()
	stack := []Node{}
	Walk(q, func(n Node) bool {
		at := n.Span()
		if at.Start < 0 || at.End < at.Start || at.End > len(text) {
			t.Errorf("%T has the span %v in a text of %d bytes", n, at, len(text))
		}
		stack = append(stack, n)
		return true
	})
}

// checkRoundTrip checks that the printed text reads back as the same tree.
func checkRoundTrip(t *testing.T, q *Query) {
	t.Helper()
	printed := Format(q)
	again, errs := Parse(diag.NewFile("printed", printed))
	if errs.Err() != nil {
		t.Errorf("printed text has mistakes:\n%s\n%s", errs.Error(), printed)
		return
	}
	if !Equal(q, again) {
		t.Errorf("printed text is another tree:\n%s\nprinted again:\n%s", printed, Format(again))
	}
}
