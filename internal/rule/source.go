package rule

import (
	"cmp"
	"path"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
)

// A source is a rule file that was read: the rule without its compiled query,
// and the places of what may still turn out to be wrong.
type source struct {
	doc     *doc
	rule    dogwatch.Rule
	builtin bool
	ours    bool // has the key dogwatch

	query   *yaml.Node
	columns []columnUse
	where   []condition // of the exceptions
	// mapped says that the file has entityMappings, objects.
	mappedEntities, mappedObjects bool
	levelAt                       diag.Span // of auditLevel
	// warnings are for lint only.
	warnings diag.List
}

// A columnUse is a place of a rule that names a column of the query's result.
type columnUse struct {
	name string
	at   diag.Span
	what string
}

// readRule reads a rule file.
func readRule(file *diag.File) *source {
	d, top := parseYAML(file)
	s := &source{doc: d}
	s.rule.Path, s.rule.Text = file.Name, file.Text
	s.rule.Short = shortName(file.Name)
	if top == nil {
		return s
	}
	m := d.mapping(top)
	s.readHead(m)
	s.readSchedule(m)
	s.readEntities(m)
	s.readOverrides(m)
	s.readDetails(m)
	s.readOurs(m)
	s.readTail(m)
	return s
}

// shortName is the base of a path without its ending.
func shortName(p string) string {
	base := path.Base(strings.ReplaceAll(p, `\`, "/"))
	for _, ext := range []string{".yaml", ".yml"} {
		base = strings.TrimSuffix(base, ext)
	}
	return base
}

func (s *source) warn(n *yaml.Node, format string, args ...any) *diag.Error {
	return s.warnings.Add(s.doc.file, s.doc.span(n), format, args...)
}

// readHead reads who the rule is and its query.
func (s *source) readHead(m *mapping) {
	r := &s.rule
	r.ID = s.needed(m, "id")
	r.Name = s.needed(m, "name")
	r.Description = trimQuote(m.text("description"))
	r.Version = m.text("version")
	r.Enabled = m.flag("enabled", true)
	if s.query = m.get("query"); s.query == nil {
		e := s.doc.fail(m.node, "the rule has no query")
		e.Hint = "a rule is a YAML mapping with id, name, severity and query; tests end in .test.yaml"
	} else if r.KQL = s.doc.scalar(s.query); strings.TrimSpace(r.KQL) == "" && s.query.Kind == yaml.ScalarNode {
		s.doc.fail(s.query, "the query is empty")
	}
	s.readSeverity(m)
	s.readTactics(m)
	for _, n := range m.list("tags") {
		r.Tags = append(r.Tags, s.tag(n))
	}
}

// needed is a text that every rule must have.
func (s *source) needed(m *mapping, key string) string {
	text := strings.TrimSpace(m.text(key))
	if text == "" {
		at := m.get(key)
		if at == nil {
			at = m.node
		}
		s.doc.fail(at, "the rule has no %s", key)
	}
	return text
}

// trimQuote takes off the lone quotes that many of Sentinel's descriptions
// have around them.
func trimQuote(text string) string {
	text = strings.TrimSpace(text)
	return strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(text, "'"), "'"))
}

// readSeverity reads the severity. Hunting queries have none.
func (s *source) readSeverity(m *mapping) {
	n := m.get("severity")
	if n == nil {
		s.warn(m.node, "the rule has no severity: it counts as Informational")
		return
	}
	var ok bool
	if s.rule.Severity, ok = dogwatch.ParseSeverity(s.doc.scalar(n)); !ok {
		s.doc.fail(n, "unknown severity %s", kindName(n)).Hint = "it is one of " + strings.Join(dogwatch.SeverityNames(), ", ")
	}
}

func (s *source) readTactics(m *mapping) {
	r := &s.rule
	for _, n := range m.list("tactics") {
		name, ok := tactic(strings.TrimSpace(s.doc.scalar(n)))
		if !ok {
			s.warn(n, "unknown tactic %q", clip(name)).Hint = nearest(name, tactics)
		}
		if name != "" {
			r.Tactics = append(r.Tactics, name)
		}
	}
	key := "relevantTechniques"
	if m.get(key) == nil {
		key = "techniques"
	}
	for _, n := range m.list(key) {
		id := strings.ToUpper(strings.TrimSpace(s.doc.scalar(n)))
		if id == "" {
			continue
		}
		r.Techniques = append(r.Techniques, id)
		switch ok, known := belongs(id, r.Tactics); {
		case !techniqueForm.MatchString(id):
			s.warn(n, "%q is no technique of ATT&CK", clip(id)).Hint = "they look like T1609 or T1098.006"
		case known && !ok && len(r.Tactics) > 0:
			s.warn(n, "the technique %s belongs to no tactic of the rule", id)
		}
	}
}

// tag is a tag as text; Sentinel's may be a mapping.
func (s *source) tag(n *yaml.Node) string {
	if n.Kind != yaml.MappingNode {
		return strings.TrimSpace(s.doc.scalar(n))
	}
	var parts []string
	m := s.doc.mapping(n)
	for i, k := range m.keys {
		parts = append(parts, k.Value+":"+s.doc.scalar(m.vals[i]))
	}
	return strings.Join(parts, " ")
}

// readSchedule reads when the query runs and what it takes to be an alert.
func (s *source) readSchedule(m *mapping) {
	r := &s.rule
	r.Kind = "Scheduled"
	if n := m.get("kind"); n != nil {
		switch kind := strings.TrimSpace(s.doc.scalar(n)); {
		case strings.EqualFold(kind, "NRT"):
			r.Kind = "NRT"
		case kind != "" && !strings.EqualFold(kind, "Scheduled"):
			s.doc.fail(n, "rules of kind %q are not supported", clip(kind)).Hint = "a rule is Scheduled or NRT"
		}
	}
	r.Frequency = s.duration(m, "queryFrequency")
	r.Period = s.duration(m, "queryPeriod")
	if r.Kind == "NRT" { // Sentinel runs them every minute over the last
		r.Frequency, r.Period = cmp.Or(r.Frequency, time.Minute), cmp.Or(r.Period, time.Minute)
	}
	if r.Period > 0 && r.Frequency == 0 {
		r.Frequency = r.Period
	}
	s.readTrigger(m)
	group := s.sub(m, "eventGroupingSettings")
	if n := group.get("aggregationKind"); n != nil {
		switch kind := s.doc.scalar(n); {
		case strings.EqualFold(kind, "AlertPerResult"):
			r.PerResult = true
		case !strings.EqualFold(kind, "SingleAlert"):
			s.doc.fail(n, "unknown aggregationKind %q", clip(kind)).Hint = "it is SingleAlert or AlertPerResult"
		}
	}
	if d := s.duration(m, "suppressionDuration"); m.flag("suppressionEnabled", false) {
		r.SuppressFor = d
	}
}

// sub reads a mapping below a key; an empty one when it is absent.
func (s *source) sub(m *mapping, key string) *mapping {
	n := m.get(key)
	if n == nil {
		return &mapping{d: s.doc, node: m.node, taken: map[string]bool{}}
	}
	return s.doc.mapping(n)
}

func (s *source) duration(m *mapping, key string) time.Duration {
	n := m.get(key)
	if n == nil {
		return 0
	}
	d, ok := ParseDuration(s.doc.scalar(n))
	if !ok {
		s.doc.fail(n, "%s is no duration: %s", key, kindName(n)).Hint = "write 5m, 1h, 1d, PT1H or 1.00:00:00"
	}
	return d
}

var triggers = map[string]string{
	"gt": "gt", "greaterthan": "gt", ">": "gt", "lt": "lt", "lessthan": "lt", "<": "lt",
	"eq": "eq", "equal": "eq", "equals": "eq", "=": "eq", "==": "eq", "ne": "ne", "notequal": "ne", "notequals": "ne", "!=": "ne",
}

func (s *source) readTrigger(m *mapping) {
	t := dogwatch.Trigger{Operator: "gt"}
	if n := m.get("triggerOperator"); n != nil {
		op, ok := triggers[strings.ToLower(strings.TrimSpace(s.doc.scalar(n)))]
		if !ok {
			s.doc.fail(n, "unknown triggerOperator %s", kindName(n)).Hint = "it is one of gt, lt, eq, ne"
			op = "gt"
		}
		t.Operator = op
	}
	if n := m.get("triggerThreshold"); n != nil {
		v, err := strconv.ParseInt(strings.TrimSpace(s.doc.scalar(n)), 10, 64)
		if err != nil || v < 0 || v > 10000 {
			s.doc.fail(n, "triggerThreshold is a number from 0 to 10000, not %s", kindName(n))
		}
		t.Threshold = v
	}
	s.rule.Trigger = t
}

// readEntities reads entityMappings.
func (s *source) readEntities(m *mapping) {
	for _, n := range m.list("entityMappings") {
		s.mappedEntities = true
		em := s.doc.mapping(n)
		e := dogwatch.EntityMapping{Type: s.entityType(em)}
		for _, f := range em.list("fieldMappings") {
			fm := s.doc.mapping(f)
			id := strings.TrimSpace(fm.text("identifier"))
			if ids := entityTypes[e.Type]; len(ids) > 0 {
				if near, ok := oneOf(ids, id); ok {
					id = near
				} else {
					s.warn(f, "an entity of type %s has no identifier %q", e.Type, clip(id)).Hint = nearest(id, ids)
				}
			}
			if col := s.column(fm, "columnName"); id != "" && col != "" {
				e.Fields = append(e.Fields, dogwatch.FieldMapping{Identifier: id, Column: col})
			}
		}
		if e.Type != "" && len(e.Fields) > 0 {
			s.rule.Entities = append(s.rule.Entities, e)
		} else if len(em.keys) > 0 {
			s.doc.fail(n, "an entity mapping needs an entityType and fieldMappings with identifier and columnName")
		}
	}
}

func (s *source) entityType(m *mapping) string {
	text := strings.TrimSpace(m.text("entityType"))
	name, ok := named(entityTypes, text)
	if !ok && text != "" {
		s.warn(m.get("entityType"), "unknown entity type %q", clip(text)).Hint = nearest(text, keys(entityTypes))
	}
	return name
}

func oneOf(list []string, text string) (string, bool) {
	for _, s := range list {
		if strings.EqualFold(s, text) {
			return s, true
		}
	}
	return "", false
}

// column takes a key whose value is the name of a result column.
func (s *source) column(m *mapping, key string) string {
	n := m.get(key)
	if n == nil {
		return ""
	}
	name := strings.TrimSpace(s.doc.scalar(n))
	if name != "" {
		s.columns = append(s.columns, columnUse{name, s.doc.span(n), key})
	}
	return name
}

// readOverrides reads how the alert is named and rated.
func (s *source) readOverrides(m *mapping) {
	o := s.sub(m, "alertDetailsOverride")
	s.rule.NameFormat = s.template(o, "alertDisplayNameFormat")
	s.rule.DescriptionFormat = s.template(o, "alertDescriptionFormat")
	s.rule.SeverityColumn = s.column(o, "alertSeverityColumnName")
	s.rule.TacticsColumn = s.column(o, "alertTacticsColumnName")
}

// template takes a key whose text may have {{Column}} in it.
func (s *source) template(m *mapping, key string) string {
	n := m.get(key)
	if n == nil {
		return ""
	}
	text := s.doc.scalar(n)
	for _, p := range dogwatch.Placeholders(text) {
		s.columns = append(s.columns, columnUse{p, s.doc.span(n), key})
	}
	return strings.TrimSpace(text)
}

func (s *source) readDetails(m *mapping) {
	d := s.sub(m, "customDetails")
	for _, k := range d.keys {
		if col := s.column(d, k.Value); col != "" {
			s.rule.Details = append(s.rule.Details, dogwatch.Detail{Key: k.Value, Column: col})
		}
	}
}

// knownKeys are the keys of Sentinel's rules: others are read over, but one
// that looks like a slip of the pen is told by lint.
var knownKeys = []string{
	"id", "kind", "name", "description", "severity", "status", "requiredDataConnectors", "queryFrequency", "queryPeriod",
	"triggerOperator", "triggerThreshold", "query", "tactics", "relevantTechniques", "entityMappings", "customDetails",
	"alertDetailsOverride", "eventGroupingSettings", "incidentConfiguration", "suppressionEnabled", "suppressionDuration",
	"version", "tags", "metadata", "sentinelEntitiesMappings", "alertRuleTemplateName", "enabled", "techniques", "dogwatch",
}

func (s *source) readTail(m *mapping) {
	for _, k := range m.rest() {
		if _, ok := oneOf(knownKeys, k.Value); ok {
			continue
		}
		if near := diag.Nearest(k.Value, knownKeys); near != "" {
			s.warn(k, "unknown key %q", clip(k.Value)).Hint = "did you mean " + near + "?"
		}
	}
	if len(s.rule.KQL) > 10000 {
		s.warn(s.query, "the query is longer than the 10000 characters that Sentinel takes")
	}
}

func nearest(word string, list []string) string {
	if near := diag.Nearest(word, list); near != "" {
		return "did you mean " + near + "?"
	}
	return ""
}

func keys[V any](m map[string]V) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	return out
}
