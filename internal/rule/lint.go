package rule

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
)

// A Finding is something that lint has to say about a rule file.
type Finding struct {
	*diag.Error
	Rule string // short name, or ""
	// Warning is advice; else the file has a mistake and is not used.
	Warning bool
	// Note is a warning that there is nothing to do about.
	Note bool
}

// Lint says all that is wrong, and all that could be better, by place. now
// judges the last days of exceptions.
func (s *Set) Lint(now time.Time) []Finding {
	var out []Finding
	for _, e := range s.Mistakes {
		out = append(out, Finding{Error: e, Rule: s.ruleOf(e)})
	}
	names := map[string]*source{}
	for _, src := range s.sources {
		l := linter{src: src, tests: s.tests[src.rule.Short]}
		l.errs = append(l.errs, src.warnings...)
		l.lint(now)
		if i := slices.IndexFunc(s.Rules, func(r *dogwatch.Rule) bool { return r.Path == src.rule.Path }); i >= 0 {
			l.query(s.Rules[i], s)
		}
		if old := names[strings.ToLower(src.rule.Name)]; old != nil && src.rule.Name != "" {
			l.warn("name", "the name %q is that of %s too", clip(src.rule.Name), old.doc.file.Name)
		}
		names[strings.ToLower(src.rule.Name)] = src
		for _, e := range l.errs {
			out = append(out, Finding{Error: e, Rule: src.rule.Short, Warning: true, Note: slices.Contains(l.notes, e)})
		}
	}
	for _, e := range s.exceptionWarnings {
		out = append(out, Finding{Error: e, Warning: true})
	}
	for _, name := range sortedKeys(s.tests) {
		if t := s.tests[name]; !slices.ContainsFunc(s.sources, func(src *source) bool { return src.rule.Short == name }) {
			e := &diag.Error{File: t.doc.file, Message: "there is no rule " + name + " beside these tests"}
			out = append(out, Finding{Error: e, Warning: true})
		}
	}
	slices.SortStableFunc(out, func(a, b Finding) int {
		x, lx, cx, _, _ := a.Position()
		y, ly, cy, _, _ := b.Position()
		if x != y {
			return strings.Compare(x, y)
		}
		if lx != ly {
			return lx - ly
		}
		return cx - cy
	})
	return out
}

// ruleOf is the short name of the rule that a mistake is in.
func (s *Set) ruleOf(e *diag.Error) string {
	name, _, _, _, _ := e.Position()
	return strings.TrimSuffix(shortName(name), ".test")
}

// A linter looks at one rule.
type linter struct {
	src   *source
	tests *testFile
	errs  diag.List
	notes diag.List // those of errs that are no more than notes
}

func (l *linter) warn(key, format string, args ...any) *diag.Error {
	return l.errs.Add(l.src.doc.file, l.src.placeOf(key), format, args...)
}

func (l *linter) lint(now time.Time) {
	if l.src.query == nil {
		return // not read: that is a mistake of its own
	}
	l.identity()
	l.schedule()
	l.meaning()
	l.tested()
	l.exceptions(now)
}

var guid = regexp.MustCompile(`(?i)^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

var versionForm = regexp.MustCompile(`^\d+\.\d+\.\d+$`)

func (l *linter) identity() {
	r := &l.src.rule
	if r.ID != "" && !guid.MatchString(r.ID) {
		l.warn("id", "the id %q is no GUID", clip(r.ID)).Hint = "Sentinel takes nothing else; uuidgen makes one"
	}
	if len(r.Name) > 256 {
		l.warn("name", "the name is longer than 256 characters")
	}
	if r.Version == "" {
		l.warn("", "the rule has no version")
	} else if !versionForm.MatchString(r.Version) {
		l.warn("version", "the version %q is not of the form 1.0.0", clip(r.Version))
	}
	if r.Description == "" {
		l.warn("", "the rule has no description")
	}
	if kql := r.KQL; strings.TrimRight(kql, "\n") != strings.TrimSpace(kql) {
		l.warn("query", "the query has blanks around it")
	}
}

// schedule holds the times to what Sentinel takes.
func (l *linter) schedule() {
	r := &l.src.rule
	if r.Kind == "NRT" {
		return
	}
	day := 24 * time.Hour
	for _, t := range []struct {
		key string
		d   time.Duration
	}{{"queryFrequency", r.Frequency}, {"queryPeriod", r.Period}} {
		switch {
		case t.d == 0:
			l.warn("", "the rule has no %s, which Sentinel asks of a Scheduled one", t.key)
		case t.d < 5*time.Minute || t.d > 14*day:
			l.warn(t.key, "%s is from 5m to 14d", t.key)
		}
	}
	if r.Period > 0 && r.Period < r.Frequency {
		l.warn("queryPeriod", "queryPeriod is shorter than queryFrequency: what happens between is not looked at")
	}
	if r.Period >= 2*day && r.Frequency < time.Hour {
		l.warn("queryFrequency", "a queryPeriod of 2d or more needs a queryFrequency of 1h or more")
	}
}

// meaning asks for what a person needs who gets the alert.
func (l *linter) meaning() {
	r := &l.src.rule
	if len(r.Tactics) == 0 {
		l.warn("", "the rule names no tactics")
	}
	if len(r.Techniques) == 0 {
		l.warn("", "the rule names no relevantTechniques")
	}
	if !l.src.ours {
		return
	}
	for _, t := range []struct{ key, text string }{
		{"summary", r.Summary}, {"impact", r.Impact}, {"mitigation", r.Mitigation}, {"attack", r.Attack},
		{"falsePositives", r.FalsePositives},
	} {
		if t.text == "" {
			l.warn("dogwatch", "dogwatch has no %s", t.key)
		}
	}
	if len(l.src.mappings()) == 0 {
		l.warn("", "the rule names no entities: alerts will not say who")
	}
}

// mappings are the entities the file names.
func (s *source) mappings() []string {
	var out []string
	for _, e := range s.rule.Entities {
		out = append(out, e.Type)
	}
	return out
}

// tested asks for a record that alerts and two that look alike and do not.
func (l *linter) tested() {
	if l.tests == nil {
		if l.src.ours {
			l.warn("", "the rule has no tests").Hint = "write " + l.src.rule.Short + ".test.yaml beside it"
		}
		return
	}
	yes, no := 0, 0
	for _, c := range l.tests.cases {
		if len(c.want) > 0 {
			yes++
		} else {
			no++
		}
	}
	if yes < 1 || no < 2 {
		l.errs.Add(l.tests.doc.file, diag.Span{}, "a rule wants at least one test that alerts and two that do not: there are %d and %d", yes, no)
	}
}

func (l *linter) exceptions(now time.Time) {
	for i, e := range l.src.rule.Exceptions {
		file, span := l.src.where[i].doc.file, l.src.where[i].span()
		switch {
		case e.Expires.IsZero():
		case e.Expires.Before(now):
			l.errs.Add(file, span, "the exception ended on %s: it no longer holds", e.Expires.AddDate(0, 0, -1).Format(time.DateOnly))
		case e.Expires.After(now.AddDate(2, 0, 0)):
			l.errs.Add(file, span, "the exception holds for more than two years")
		}
	}
}
