package kqltest

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// Columns is a table T in memory, by column: what benchmarks run over.
type Columns struct {
	Schema value.Schema
	Vals   [][]value.Value
	N      int
}

// Events makes n events like those of an audit log, the same ones each time:
// times a tenth of a second apart, 1,000 users, 8 verbs, a few codes, a text of
// which one in 20 has the word secret, and a body of JSON.
func Events(n int) *Columns {
	m := newEventMaker()
	c := newColumns(n)
	for i := range n {
		m.row(c, i)
	}
	return c
}

// EventParts gives what Events makes, size rows at a time.
func EventParts(n, size int, emit func(*Columns) error) error {
	m := newEventMaker()
	for n > 0 {
		c := newColumns(min(size, n))
		for i := range c.N {
			m.row(c, i)
		}
		if err := emit(c); err != nil {
			return err
		}
		n -= c.N
	}
	return nil
}

func newColumns(n int) *Columns {
	c := &Columns{N: n, Schema: value.Schema{
		{Name: "Time", Type: value.DateTime}, {Name: "User", Type: value.String}, {Name: "Verb", Type: value.String},
		{Name: "Code", Type: value.Long}, {Name: "Text", Type: value.String}, {Name: "Body", Type: value.Dynamic},
	}}
	c.Vals = make([][]value.Value, len(c.Schema))
	for i := range c.Vals {
		c.Vals[i] = make([]value.Value, n)
	}
	return c
}

// An eventMaker makes one event after another.
type eventMaker struct {
	r    *rand.Rand
	made int
}

func newEventMaker() *eventMaker { return &eventMaker{r: rand.New(rand.NewPCG(1, 2))} }

var (
	eventVerbs = []string{"get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"}
	eventKinds = []string{"pods", "configmaps", "deployments", "services", "nodes", "events", "leases", "jobs"}
	eventCodes = []int64{200, 200, 200, 200, 201, 403, 404, 409}
)

// row makes the next event, as row i of a table.
func (m *eventMaker) row(c *Columns, i int) {
	r := m.r
	kind := eventKinds[r.IntN(len(eventKinds))]
	if r.IntN(20) == 0 {
		kind = "secrets"
	}
	team := r.IntN(50)
	row := []value.Value{
		value.DateTimeOf(Now + int64(m.made)*value.Second/10),
		value.StringOf(fmt.Sprintf("user-%d", r.IntN(1000))),
		value.StringOf(eventVerbs[r.IntN(len(eventVerbs))]),
		value.LongOf(eventCodes[r.IntN(len(eventCodes))]),
		value.StringOf(fmt.Sprintf("GET /api/v1/namespaces/team-%d/%s/object-%d?watch=%t", team, kind, r.IntN(100_000), r.IntN(2) == 0)),
		value.JSONOf(fmt.Sprintf(`{"kind":"Pod","metadata":{"name":"p%d","namespace":"team-%d","labels":{"app":"x","tier":"web"}},"spec":{"containers":[{"name":"c","image":"registry.example.com/app:%d"}],"hostPID":%t%s},"tags":["a","b"]}`,
			m.made, team, r.IntN(100), r.IntN(100) == 0, rare(r.IntN(100) == 0))),
	}
	for k, v := range row {
		c.Vals[k][i] = v
	}
	m.made++
}

// rare is a member that few bodies have, as with what is only written when set.
func rare(set bool) string {
	if set {
		return `,"hostNetwork":true`
	}
	return ""
}

// Scan gives the rows in batches of 1,024.
func (c *Columns) Scan(_ context.Context, _ string, columns []int, emit func(*value.Batch) error) error {
	for start := 0; start < c.N; start += 1024 {
		end := min(start+1024, c.N)
		cols := make([]value.Column, len(c.Schema))
		for _, k := range columns {
			cols[k] = value.ColumnOf(c.Vals[k][start:end:end])
		}
		if err := emit(value.NewBatch(end-start, cols)); err != nil {
			return err
		}
	}
	return nil
}

// Table knows one table, T.
func (c *Columns) Table(name string) (value.Schema, bool) { return c.Schema, name == "T" }

// TableNames is T.
func (c *Columns) TableNames() []string { return []string{"T"} }

// Watchlist knows none.
func (c *Columns) Watchlist(string) (value.Schema, [][]value.Value, bool) { return nil, nil, false }

// A Benchmark is a query over T, and the same in SQL as DuckDB has it.
type Benchmark struct{ Name, Query, SQL string }

// Benchmarks are what is measured, here and beside DuckDB. Each gives few rows,
// so that the work is measured and not the output.
var Benchmarks = []Benchmark{
	{"where-equals", `T | where Verb == "delete" | count`, `SELECT count(*) FROM T WHERE Verb = 'delete'`},
	{"where-path", `T | where Body.spec.hostPID == true | count`, `SELECT count(*) FROM T WHERE json_extract_string(Body, '$.spec.hostPID') = 'true'`},
	{"where-rare-path", `T | where Body.spec.hostNetwork == true | count`, `SELECT count(*) FROM T WHERE json_extract_string(Body, '$.spec.hostNetwork') = 'true'`},
	{"where-has", `T | where Text has "secrets" | count`, `SELECT count(*) FROM T WHERE regexp_matches(Text, '(?i)\bsecrets\b')`},
	{"where-contains", `T | where Text contains "SECRET" | count`, `SELECT count(*) FROM T WHERE contains(lower(Text), 'secret')`},
	{"where-regex", `T | where Text matches regex @"secrets/[a-z]+-[0-9]+" | count`, `SELECT count(*) FROM T WHERE regexp_matches(Text, 'secrets/[a-z]+-[0-9]+')`},
	{"summarize-1", `T | summarize n = count() by Verb | count`, `SELECT count(*) FROM (SELECT Verb, count(*) FROM T GROUP BY Verb)`},
	{"summarize-3", `T | summarize n = count(), m = max(Code) by Verb, User, bin(Time, 1d) | count`, `SELECT count(*) FROM (SELECT Verb, User, time_bucket(INTERVAL 1 DAY, Time) AS d, count(*) AS n, max(Code) AS m FROM T GROUP BY ALL)`},
	{"join", `T | where Code == 403 | join kind=inner (T | where Verb == "delete" | summarize n = count() by User) on User | summarize sum(n)`, `SELECT sum(n) FROM T JOIN (SELECT User, count(*) AS n FROM T WHERE Verb = 'delete' GROUP BY User) R USING (User) WHERE Code = 403`},
	{"mv-expand", `T | mv-expand t = Body.tags | where t == "b" | count`, `SELECT count(*) FROM (SELECT unnest(from_json(json_extract(Body, '$.tags'), '["VARCHAR"]')) AS t FROM T) WHERE t = 'b'`},
	{"parse", `T | parse Text with * "team-" team:long "/" kind "/" * | where team > 10 | count`, `SELECT count(*) FROM (SELECT TRY_CAST(regexp_extract(Text, 'team-(\d+)/(.*?)/', 1) AS BIGINT) AS team, regexp_extract(Text, 'team-(\d+)/(.*?)/', 2) AS kind FROM T) WHERE team > 10`},
	{"top", `T | top 10 by Time desc | count`, `SELECT count(*) FROM (SELECT * FROM T ORDER BY Time DESC LIMIT 10)`},
	{"sort", `T | sort by User asc, Time desc | project User, Time | summarize take_any(User)`, `SELECT any_value(User) FROM (SELECT User, Time, row_number() OVER (ORDER BY User, Time DESC) AS i FROM T) WHERE i > 0`},
}
