package fn

import (
	"testing"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A pattern of an empty list matches the empty text before each character, and
// behind the last.
func TestExtractAllOfNothing(t *testing.T) {
	for _, pattern := range []string{"", "()", "(?i)", "((?i))", "(())"} {
		re, err := newRegex(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range []string{"", "a", "some text", "ä", "a, and ö"} {
			group := re.groups
			want := make([]value.Value, len(re.re().FindAllStringSubmatchIndex(s, -1)))
			for i := range want {
				want[i] = value.StringOf("")
			}
			if got := extractAll(re, []int{group}, s); !value.Equal(got, value.ArrayOf(want)) {
				t.Errorf("%q in %q: %v, want %v", pattern, s, got, value.ArrayOf(want))
			}
		}
	}
}
