package dogwatch

import (
	"strings"
	"time"

	"github.com/dogwatch-dev/dogwatch/kql"
)

// A Rule is a detection, read and compiled. It never changes.
type Rule struct {
	ID          string // a GUID
	Short       string // the file's name without .yaml
	Name        string
	Description string
	Version     string
	Severity    Severity
	Kind        string // Scheduled or NRT
	Enabled     bool
	Path        string // of the rule's file
	Text        string // the rule's file

	Tactics    []string
	Techniques []string // of MITRE ATT&CK
	Attack     string   // the version of ATT&CK that Techniques are taken from
	Tags       []string
	Tests      int // test cases that stand beside the rule

	// AuditLevel is the least level of an audit policy at which the rule finds
	// anything, where its file says so.
	AuditLevel string

	Impact         string
	Mitigation     string
	FalsePositives string

	Query *kql.Query
	// KQL is the query as it stands in the rule.
	KQL string
	// Frequency and Period say how often the query runs, and over which time,
	// where it counts. A Period of 0 is all there is.
	Frequency time.Duration
	Period    time.Duration
	Trigger   Trigger
	// PerResult makes each result row an alert; else those of one run are one.
	PerResult bool
	Group     Group
	// SuppressFor keeps the rule silent after an alert.
	SuppressFor time.Duration

	Summary           string // one line, {{Column}} takes a result column's value
	NameFormat        string
	DescriptionFormat string
	SeverityColumn    string
	TacticsColumn     string
	Entities          []EntityMapping
	Objects           []ObjectMapping
	Details           []Detail

	Exceptions []Exception
	// ExceptionColumn is the result column that says which exception a row
	// meets: its number from 1, or 0. "" when the rule has no exceptions.
	ExceptionColumn string
}

// Ref is what alerts say of their rule.
func (r *Rule) Ref() RuleRef { return RuleRef{r.ID, r.Short, r.Name, r.Version} }

// Counts says whether the rule needs more than one record to decide.
func (r *Rule) Counts() bool {
	return !r.Query.Stateless() || r.Trigger != Trigger{Operator: "gt"}
}

// OnChange says whether a rule that counts is to run whenever it may have
// something new to say, over the Period before; else it runs every Frequency.
// It can only where more records never take a result away.
func (r *Rule) OnChange() bool {
	return r.Counts() && strings.EqualFold(r.Kind, "NRT") && r.Trigger.Operator == "gt" && r.Period > 0
}

// A Trigger compares the number of result rows with a threshold.
type Trigger struct {
	Operator  string // gt, lt, eq, ne
	Threshold int64
}

// Met says whether n rows are cause for an alert.
func (t Trigger) Met(n int64) bool {
	switch t.Operator {
	case "lt":
		return n < t.Threshold
	case "eq":
		return n == t.Threshold
	case "ne":
		return n != t.Threshold
	}
	return n > t.Threshold
}

// A Group says which result rows are told as one alert: those that agree in
// the columns of By and follow each other by no more than Within.
type Group struct {
	By     []string
	Within time.Duration
}

// An EntityMapping makes an entity of result columns.
type EntityMapping struct {
	Type   string
	Fields []FieldMapping
}

// A FieldMapping takes a property of an entity from a column.
type FieldMapping struct{ Identifier, Column string }

// An ObjectMapping names the columns that name a Kubernetes object; "" where
// there is none.
type ObjectMapping struct{ Cluster, APIGroup, Resource, Namespace, Name string }

// A Detail is a column that an alert shows under a name of its own.
type Detail struct{ Key, Column string }

// An Exception is a known and expected case: result rows that meet it are no
// alert, up to its last day.
type Exception struct {
	Where string // a KQL predicate over the result columns
	// Rows are the rows of tables that meet it, where it is over their columns
	// because the result lacks them: the rule does not see these.
	Rows    []*kql.Query
	Owner   string
	Reason  string
	Expires time.Time // the first moment after its last day; zero: never
}
