package cli

import (
	"encoding/xml"
	"fmt"
	"io"
	"time"

	"github.com/dogwatch-dev/dogwatch/internal/app"
)

// The subset of JUnit's XML that CI services read.
type (
	junitSuites struct {
		XMLName xml.Name     `xml:"testsuites"`
		Suites  []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Time     string      `xml:"time,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		File    string        `xml:"file,attr,omitempty"`
		Line    int           `xml:"line,attr,omitempty"`
		Time    string        `xml:"time,attr"`
		Failure *junitFailure `xml:"failure"`

		elapsed time.Duration
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

func writeJUnit(w io.Writer, name string, cases []junitCase) error {
	suite := junitSuite{Name: name, Tests: len(cases), Cases: cases}
	var total time.Duration
	for i := range cases {
		c := &cases[i]
		c.Time = fmt.Sprintf("%.3f", c.elapsed.Seconds())
		total += c.elapsed
		if c.Failure != nil {
			suite.Failures++
		}
	}
	suite.Time = fmt.Sprintf("%.3f", total.Seconds())
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(junitSuites{Suites: []junitSuite{suite}}); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func junitOfTests(results []app.TestResult) []junitCase {
	cases := make([]junitCase, len(results))
	for i, r := range results {
		cases[i] = junitCase{Class: r.Rule, Name: r.Name, File: r.Path, Line: r.Line, elapsed: r.Elapsed}
		if !r.Passed() {
			cases[i].Failure = &junitFailure{"not the alerts wanted", printable(r.Failure)}
		}
	}
	return cases
}

// junitOfFindings makes a case of each finding; advice passes.
func junitOfFindings(findings []app.Finding) []junitCase {
	cases := make([]junitCase, len(findings))
	for i, f := range findings {
		path, line, _, _, _ := f.Position()
		cases[i] = junitCase{Class: f.Rule, Name: f.Message, File: path, Line: line}
		if !f.Warning {
			cases[i].Failure = &junitFailure{f.Message, printable(f.Detail())}
		}
	}
	return cases
}
