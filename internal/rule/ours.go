package rule

import (
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/dogwatch-dev/dogwatch"
)

// readOurs reads the key dogwatch, which other readers of rules ignore.
func (s *source) readOurs(m *mapping) {
	n := m.get("dogwatch")
	if n == nil {
		return
	}
	s.ours = true
	r := &s.rule
	r.PerResult = true
	o := s.doc.mapping(n)
	r.Attack = o.text("attack")
	r.Summary = s.template(o, "summary")
	r.Impact = strings.TrimSpace(o.text("impact"))
	r.Mitigation = strings.TrimSpace(o.text("mitigation"))
	r.FalsePositives = strings.TrimSpace(o.text("falsePositives"))
	if n := o.get("auditLevel"); n != nil {
		s.readLevel(n)
	}
	s.readGroup(o)
	for _, n := range o.list("objects") {
		s.mappedObjects = true
		r.Objects = append(r.Objects, s.object(n))
	}
	for _, n := range o.list("exceptions") {
		s.readException(n)
	}
	o.unknown("dogwatch", "attack", "summary", "impact", "mitigation", "falsePositives", "auditLevel", "group", "objects", "exceptions")
}

// readLevel reads the least audit level at which the rule finds anything.
func (s *source) readLevel(n *yaml.Node) {
	level, ok := oneOf(Levels, strings.TrimSpace(s.doc.scalar(n)))
	if !ok {
		s.doc.fail(n, "unknown auditLevel %s", kindName(n)).Hint = "it is one of " + strings.Join(Levels, ", ")
	}
	s.rule.AuditLevel, s.levelAt = level, s.doc.span(n)
}

func (s *source) readGroup(o *mapping) {
	n := o.get("group")
	if n == nil {
		return
	}
	g := s.doc.mapping(n)
	for _, c := range g.list("by") {
		name := strings.TrimSpace(s.doc.scalar(c))
		if name == "" {
			continue
		}
		s.columns = append(s.columns, columnUse{name, s.doc.span(c), "group"})
		s.rule.Group.By = append(s.rule.Group.By, name)
	}
	s.rule.Group.Within = s.duration(g, "within")
	if len(g.keys) > 0 && (len(s.rule.Group.By) == 0 || s.rule.Group.Within <= 0) {
		s.doc.fail(n, "a group needs by (columns) and within (a duration)")
	}
	g.unknown("group", "by", "within")
}

func (s *source) object(n *yaml.Node) dogwatch.ObjectMapping {
	m := s.doc.mapping(n)
	o := dogwatch.ObjectMapping{
		Cluster: s.column(m, "cluster"), APIGroup: s.column(m, "apiGroup"), Resource: s.column(m, "resource"),
		Namespace: s.column(m, "namespace"), Name: s.column(m, "name"),
	}
	m.unknown("objects", "cluster", "apiGroup", "resource", "namespace", "name")
	if o.Resource == "" && o.Name == "" {
		s.doc.fail(n, "an object needs the column of its resource or name")
	}
	return o
}

// readException reads an exception; more are keys that others read.
func (s *source) readException(n *yaml.Node, more ...string) {
	m := s.doc.mapping(n)
	for _, key := range more {
		m.get(key)
	}
	e := dogwatch.Exception{Owner: m.text("owner"), Reason: strings.TrimSpace(m.text("reason"))}
	where := m.get("where")
	if where != nil {
		e.Where = strings.TrimSpace(s.doc.scalar(where))
	}
	if at := m.get("expires"); at != nil {
		e.Expires = s.lastDay(at)
	}
	m.unknown("exceptions", append(more, "where", "owner", "reason", "expires")...)
	if e.Where == "" {
		s.doc.fail(n, "an exception needs where, a KQL condition")
		return
	}
	if e.Owner == "" || e.Reason == "" || e.Expires.IsZero() {
		s.warn(n, "an exception needs an owner, a reason and a last day (expires)")
	}
	s.rule.Exceptions = append(s.rule.Exceptions, e)
	s.where = append(s.where, condition{s.doc, where})
}

// lastDay is the end of the day that is named.
func (s *source) lastDay(n *yaml.Node) time.Time {
	text := strings.TrimSpace(s.doc.scalar(n))
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return day.AddDate(0, 0, 1)
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at.UTC()
	}
	s.doc.fail(n, "expires is a day, not %s", kindName(n)).Hint = "write 2027-06-30"
	return time.Time{}
}
