package detect

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/dogwatch-dev/dogwatch"
)

// A Story is what one actor did without a long pause, as far as rules tell.
type Story struct {
	Actor     string // "" when the alerts name nobody
	From, To  time.Time
	Severity  dogwatch.Severity // the worst
	Rules     []string          // short names, in the order of the first alert of each
	Tactics   []string          // likewise
	Addresses []string          // that the actor came from
	Alerts    []int             // places in the list the story was made of, by time
	Records   int64             // that counted
}

// pause parts two stories of one actor.
const pause = time.Hour

// Stories folds alerts into stories by actor and time. Each alert is in one
// story; the worst stories come first, and of those the earliest.
func Stories(alerts []dogwatch.Alert) []Story {
	order := make([]int, len(alerts))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return alerts[a].FirstEvent.Compare(alerts[b].FirstEvent) })
	open := map[string]int{} // actor to the latest story
	var out []Story
	for _, i := range order {
		who := actor(&alerts[i])
		at, ok := open[who]
		if !ok || alerts[i].FirstEvent.Sub(out[at].To) > pause {
			at = len(out)
			open[who] = at
			out = append(out, Story{Actor: who, From: alerts[i].FirstEvent, To: alerts[i].LastEvent})
		}
		out[at].add(&alerts[i], i)
	}
	slices.SortStableFunc(out, func(a, b Story) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), a.From.Compare(b.From), strings.Compare(a.Actor, b.Actor))
	})
	return out
}

func (s *Story) add(a *dogwatch.Alert, i int) {
	s.Alerts = append(s.Alerts, i)
	s.Records += a.Count
	s.Severity = max(s.Severity, a.Severity)
	if a.LastEvent.After(s.To) {
		s.To = a.LastEvent
	}
	s.Rules = addNew(s.Rules, a.Rule.Short)
	for _, t := range a.Tactics {
		s.Tactics = addNew(s.Tactics, t)
	}
	for _, e := range a.Entities {
		if e.Type == "IP" {
			s.Addresses = addNew(s.Addresses, e.String())
		}
	}
}

func addNew(list []string, text string) []string {
	if slices.Contains(list, text) {
		return list
	}
	return append(list, text)
}

// actor is the account of an alert. Anonymous requests have only their address
// to tell them apart.
func actor(a *dogwatch.Alert) string {
	var account, address string
	for _, e := range a.Entities {
		switch {
		case e.Type == "Account" && account == "":
			account = e.String()
		case e.Type == "IP" && address == "":
			address = e.String()
		}
	}
	if account == "" || account == "system:anonymous" && address != "" {
		return strings.TrimSpace(account + " " + address)
	}
	return account
}
