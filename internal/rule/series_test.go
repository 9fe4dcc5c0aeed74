package rule

import (
	"strings"
	"testing"
)

func TestASeriesIsManyRecords(t *testing.T) {
	file := `rule: a
base:
  r: {verb: get, name: x, auditID: id, requestReceivedTimestamp: '2026-11-21T07:10:59.5Z'}
tests:
- name: all
  expect: []
  given:
  - {repeat: 2, every: 1m, record: {"<<": r, name: 'p-{n}-{n}', list: ['{n}']}}
  - {repeat: 1, record: {verb: '{n}'}}
  - {repeat: 3}
`
	tf := readTests(newFile("a.test.yaml", file), nil, ".")
	if len(tf.doc.errs) > 0 {
		t.Fatal(tf.doc.errs)
	}
	want := `{"verb":"get","name":"p-0-0","auditID":"id-0","requestReceivedTimestamp":"2026-11-21T07:10:59.5Z","list":["0"]}
{"verb":"get","name":"p-1-1","auditID":"id-1","requestReceivedTimestamp":"2026-11-21T07:11:59.5Z","list":["1"]}
{"verb":"0"}
{"repeat":3}
`
	if got := string(tf.cases[0].input); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestMistakesInASeries(t *testing.T) {
	for item, want := range map[string]string{
		"{repeat: 0, record: {}}":                     "repeat is a number from 1 to 10000",
		"{repeat: 100000, record: {}}":                "repeat is a number from 1 to 10000",
		"{repeat: many, record: {}}":                  "repeat is a number from 1 to 10000",
		"{repeat: 2, every: soon, record: {}}":        "every is a time such as 1s or 2m",
		"{repeat: 2, times: 3, record: {}}":           `"times"`,
		`{repeat: 2, record: {"<<": nobody}}`:         "no base record",
		"{repeat: 2, record: {repeat: 2, record: x}}": "",
	} {
		file := "rule: a\ntests:\n- name: x\n  expect: []\n  given:\n  - " + item + "\n"
		tf := readTests(newFile("a.test.yaml", file), nil, ".")
		switch {
		case want == "" && len(tf.doc.errs) > 0:
			t.Errorf("%s: %v", item, tf.doc.errs)
		case want != "" && (len(tf.doc.errs) != 1 || !strings.Contains(tf.doc.errs[0].Error(), want)):
			t.Errorf("%s: got %v, want one mistake: %s", item, tf.doc.errs, want)
		}
	}
}
