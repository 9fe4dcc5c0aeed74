package app

import (
	"bytes"
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/internal/decode"
	"github.com/dogwatch-dev/dogwatch/internal/detect"
)

var (
	eventTime = regexp.MustCompile(`"(requestReceivedTimestamp|stageTimestamp)":"([^"]+)"`)
	eventID   = regexp.MustCompile(`"auditID":"`)
)

// weeks repeats some recorded events for 17 days, from another day on each: what
// comes late is new to who looks back.
func weeks(t *testing.T) []byte {
	lines := slices.DeleteFunc(events(t), func(e string) bool {
		return !strings.Contains(e, `"ResponseComplete"`) || !strings.Contains(e, "system:serviceaccount:") && !strings.Contains(e, "@contoso.com")
	})
	var out bytes.Buffer
	for day := range 17 {
		for i, line := range lines {
			if i%15 != 0 || i%255/15 > day { // some of them, a few more each day
				continue
			}
			line = eventTime.ReplaceAllStringFunc(line, func(s string) string {
				m := eventTime.FindStringSubmatch(s)
				at, err := time.Parse(time.RFC3339Nano, m[2])
				if err != nil {
					return s
				}
				at = at.Add(time.Duration(24*day+i%24) * time.Hour)
				return `"` + m[1] + `":"` + at.Format("2006-01-02T15:04:05.000000Z") + `"`
			})
			out.WriteString(eventID.ReplaceAllString(line, `"auditID":"`+string(rune('a'+day))))
			out.WriteByte('\n')
		}
	}
	return out.Bytes()
}

// Over more than two weeks, rules that look back tell the same whether their runs
// look at all rows or at those that stand for others.
func TestTwoWeeksBack(t *testing.T) {
	a := Load(Config{NoTests: true})
	text := weeks(t)
	a.Only(func(r *dogwatch.Rule) bool { return r.Counts() && r.Query.Recall(int64(r.Period)/100) != nil })
	if len(a.rules) < 2 {
		t.Fatalf("%d rules look back", len(a.rules))
	}
	plain, looked := scanBack(t, a, text, true)
	quick, fewer := scanBack(t, a, text, false)
	if x, y := asJSON(t, plain), asJSON(t, quick); !bytes.Equal(x, y) {
		t.Errorf("over all rows:\n%s\nover some:\n%s", difference(x, y), difference(y, x))
	}
	told := map[string]bool{}
	for _, a := range quick {
		told[a.Rule.Short] = true
	}
	if len(told) != len(a.rules) || fewer > looked/3 {
		t.Errorf("alerts of %v; looked at %d rows, and at %d", told, looked, fewer)
	}
}

func scanBack(t *testing.T, a *App, text []byte, plain bool) (alerts []dogwatch.Alert, looked int64) {
	t.Helper()
	ctx := context.Background()
	engine := detect.New(a.rules, detect.Options{Catalog: a.set.Catalog(), Plain: plain})
	r, err := decode.NewReader(a.decodeOptions(a.set.Lists), engine.Tables()...)
	if err != nil {
		t.Fatal(err)
	}
	worker := engine.NewWorker(ctx)
	if err := r.ReadText(ctx, "log", text, worker.Feed); err != nil {
		t.Fatal(err)
	}
	if alerts, err = engine.Finish(ctx); err != nil {
		t.Fatal(err)
	}
	for _, s := range engine.Stats() {
		if looked += s.Looks; s.Err != nil {
			t.Errorf("%s: %v", s.Rule.Short, s.Err)
		}
	}
	return alerts, looked
}
