package rule

import (
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// A series is one item of given that stands for many records: a rule that
// counts needs twenty of a kind, which nobody wants to read.
//
//	{repeat: 20, every: 1s, record: {<<: base, objectRef.name: 'pod-{n}'}}
//
// In texts {n} is the record's number, from 0. Each record comes later than
// the one before by every, and has an auditID of its own.
type series struct {
	times  int
	every  time.Duration
	record *yaml.Node
}

const maxSeries = 10_000

// seriesItem recognises a series. It is nil, with ok true, when n is one that
// has mistakes, which are noted.
func (t *testFile) seriesItem(n *yaml.Node) (s *series, ok bool) {
	if n.Kind != yaml.MappingNode || !hasKey(n, "repeat") || !hasKey(n, "record") {
		return nil, false
	}
	m := t.doc.mapping(n)
	s = &series{record: m.get("record"), every: time.Second}
	var err error
	if s.times, err = strconv.Atoi(m.text("repeat")); err != nil || s.times < 1 || s.times > maxSeries {
		t.doc.fail(m.get("repeat"), "repeat is a number from 1 to %d", maxSeries)
		return nil, true
	}
	if at := m.get("every"); at != nil {
		if s.every, err = time.ParseDuration(t.doc.scalar(at)); err != nil {
			t.doc.fail(at, "every is a time such as 1s or 2m")
			return nil, true
		}
	}
	m.unknown("a series of records", "repeat", "every", "record")
	return s, true
}

func hasKey(n *yaml.Node, name string) bool {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return true
		}
	}
	return false
}

// records are what an item of given stands for, a line each.
func (t *testFile) records(n *yaml.Node) []byte {
	var out []byte
	add := func(record []byte) {
		if record != nil {
			out = append(append(out, record...), '\n')
		}
	}
	s, ok := t.seriesItem(n)
	if !ok {
		add(t.record(n, nil))
		return out
	}
	for i := 0; s != nil && i < s.times; i++ {
		before := len(out)
		add(t.record(s.record, &nth{i, time.Duration(i) * s.every}))
		if len(out) == before || len(out) > maxRecord {
			break // one mistake is enough
		}
	}
	return out
}

// An nth is a record's place in a series.
type nth struct {
	n     int
	later time.Duration
}

// text is a text of the record, of the member key.
func (at *nth) text(key, s string) string {
	switch key {
	case "requestReceivedTimestamp", "stageTimestamp", "time":
		if when, err := time.Parse(time.RFC3339Nano, s); err == nil {
			return when.Add(at.later).Format(time.RFC3339Nano)
		}
	case "auditID":
		return s + "-" + strconv.Itoa(at.n)
	}
	return strings.ReplaceAll(s, "{n}", strconv.Itoa(at.n))
}
