package cli

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/dogwatch-dev/dogwatch/internal/app"
)

// printLedger says what became of every record that was read. What was not
// read is always said; the rest is left out when quiet.
func printLedger(w io.Writer, l *app.Ledger, elapsed time.Duration, quiet bool) {
	if !quiet {
		fmt.Fprintf(w, "%s from %s, %s in %s: %s\n", plural(l.Records(), "record"), plural(int64(len(l.Sources)), "source"),
			size(l.Bytes()), duration(elapsed), balance(l))
	}
	for _, s := range l.Sources {
		for _, r := range s.Refused {
			fmt.Fprintf(w, "dogwatch: %s: %s\n", oneLine(s.Source), oneLine(r.String()))
		}
	}
	for _, remark := range l.Remarks {
		fmt.Fprintf(w, "dogwatch: %s\n", oneLine(remark))
	}
	for _, err := range l.Problems {
		fmt.Fprintf(w, "dogwatch: %s\n", oneLine(err.Error()))
	}
}

// balance is "1,200 decoded (1,200 audit), 3 cut short, 0 refused".
func balance(l *app.Ledger) string {
	var decoded, truncated, refused int64
	shapes := map[string]int64{}
	for _, s := range l.Sources {
		decoded += s.Decoded
		truncated += s.Truncated
		refused += s.RefusedTotal()
		for name, n := range s.Shapes {
			shapes[name] += n
		}
	}
	text := thousands(decoded) + " decoded"
	var kinds []string
	for _, name := range slices.Sorted(maps.Keys(shapes)) {
		kinds = append(kinds, thousands(shapes[name])+" "+name)
	}
	if len(kinds) > 0 {
		text += " (" + strings.Join(kinds, ", ") + ")"
	}
	return text + ", " + thousands(truncated) + " cut short, " + thousands(refused) + " refused"
}
