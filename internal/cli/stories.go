package cli

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/internal/app"
)

// mostStories is how many stories a summary tells before it only counts them.
const mostStories = 20

// printStories tells what each actor did, the worst first.
func printStories(env *Env, w io.Writer, alerts []dogwatch.Alert, p palette) error {
	stories := app.Stories(alerts)
	fmt.Fprintf(w, "%s, %s\n", plural(int64(len(stories)), "story"), bySeverity(alerts, p))
	width := 0
	if env.StdoutTerminal {
		width = env.Width
	}
	for i := range stories {
		if i == mostStories {
			fmt.Fprintf(w, "  ... and %s more of %s or less\n", thousands(int64(len(stories)-i)), stories[i].Severity)
			break
		}
		writeStory(w, &stories[i], width, p)
	}
	return nil
}

// bySeverity counts alerts: "2 High, 5 Medium".
func bySeverity(alerts []dogwatch.Alert, p palette) string {
	counts := map[dogwatch.Severity]int64{}
	for i := range alerts {
		counts[alerts[i].Severity]++
	}
	var parts []string
	for s := dogwatch.High; ; s-- {
		if counts[s] > 0 {
			parts = append(parts, p.severity(s, thousands(counts[s])+" "+s.String()))
		}
		if s == dogwatch.Informational {
			return plural(int64(len(alerts)), "alert") + ": " + strings.Join(parts, ", ")
		}
	}
}

// writeStory is "High  ann from 192.0.2.1  03:04:05-03:09:00  3 alerts: rule, rule".
func writeStory(w io.Writer, s *app.Story, width int, p palette) {
	who := s.Actor
	if who == "" {
		who = "somebody"
	}
	if from := addresses(s); from != "" {
		who += " from " + from
	}
	head := fmt.Sprintf("  %-13s  ", s.Severity)
	body := fmt.Sprintf("%s, %s: %s (%s)", oneLine(who), span(s.From, s.To), plural(int64(len(s.Alerts)), "alert"), strings.Join(s.Rules, ", "))
	for i, line := range wrapFrom(body, len(head), width) {
		if i == 0 {
			fmt.Fprint(w, p.severity(s.Severity, head))
		} else {
			fmt.Fprint(w, strings.Repeat(" ", len(head)))
		}
		fmt.Fprintln(w, line)
	}
}

// addresses are the first few that an actor came from, but for the one that is
// named already.
func addresses(s *app.Story) string {
	const most = 3
	var list []string
	for _, a := range s.Addresses {
		if !strings.HasSuffix(s.Actor, a) {
			list = append(list, a)
		}
	}
	if len(list) > most {
		return strings.Join(list[:most], ", ") + fmt.Sprintf(" and %d more", len(list)-most)
	}
	return strings.Join(list, ", ")
}

// span is a stretch of time, with the date once.
func span(from, to time.Time) string {
	const day, clock = "2006-01-02", "15:04:05"
	from, to = from.UTC(), to.UTC()
	switch {
	case from.Format(day) != to.Format(day):
		return from.Format(day+" "+clock) + " to " + to.Format(day+" "+clock)
	case from.Format(clock) == to.Format(clock):
		return from.Format(day + " " + clock)
	}
	return from.Format(day+" "+clock) + "-" + to.Format(clock)
}
