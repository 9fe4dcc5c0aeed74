package app

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/internal/decode"
	"github.com/dogwatch-dev/dogwatch/internal/detect"
	"github.com/dogwatch-dev/dogwatch/internal/rule"
)

// whyNot says at which line of the rule the records of a test were stopped;
// "" when they were not.
func (a *App) whyNot(ctx context.Context, t *TestResult) string {
	r, lists, input := t.Given()
	cat := rule.NewCatalog(a.tables, lists)
	got, err := detect.Explain(ctx, r, cat, func(emit func(dogwatch.Batch) error) error {
		reader, err := decode.NewReader(a.decodeOptions(lists), r.Query.Tables()...)
		if err != nil {
			return err
		}
		if err := reader.Read(ctx, "test", bytes.NewReader(input), emit); err != nil {
			return err
		}
		return reader.Finish(emit)
	})
	if err != nil {
		return ""
	}
	for _, l := range got.Lines {
		if l.Rows == 0 && !l.Exception && l.Err == nil {
			return "nothing passed the line: " + strings.ReplaceAll(l.Text, "\n", " ") + missesOf(l)
		}
		if l.Exception && l.Rows > 0 {
			return fmt.Sprintf("%d %s", l.Rows, l.Text)
		}
	}
	return ""
}

func missesOf(l Line) string {
	var out strings.Builder
	for _, m := range l.Misses {
		values := make([]string, len(m.Values))
		for i, v := range m.Values {
			values[i] = v.Column + " = " + strconv.Quote(v.Value)
		}
		from := ""
		if m.Evidence.Line > 0 {
			from = fmt.Sprintf("record %d: ", m.Evidence.Line)
		}
		fmt.Fprintf(&out, "\n  %s%s", from, strings.Join(values, ", "))
	}
	return out.String()
}
