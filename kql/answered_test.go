package kql

import (
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// conditionOf is the condition of a query that has one.
func conditionOf(t *testing.T, text string) plan.Expr {
	t.Helper()
	q, err := Compile(diag.NewFile("q", text), sieved{})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return q.plan.Root.(*plan.Where).P
}

// What a subquery gave is a constant: calls are made ready for it.
func TestAnswered(t *testing.T) {
	for _, c := range []struct {
		text, answer string
		ready        bool
	}{
		{`T | where User matches regex toscalar(T | project Name | take 1)`, "^a", true},
		{`T | where User has_any (toscalar(T | project Name | take 1))`, "a", true},
		{`T | where User contains toscalar(T | project Name | take 1)`, "a", true},
		{`T | where User matches regex toscalar(T | project Name | take 1)`, "(", false},
		{`T | where User matches regex toscalar(T | project Name | take 1)`, strings.Repeat("a", 5000), false},
	} {
		e := plan.Answered(conditionOf(t, c.text), func(*plan.Scalar) (value.Value, bool) { return value.StringOf(c.answer), true })
		if ready := e.(*plan.Call).Bound.Test != nil; ready != c.ready {
			t.Errorf("%s: ready for %.10q: %t", c.text, c.answer, ready)
		}
	}
	e := conditionOf(t, `T | where User == 'a' and Name has 'b'`)
	if plan.Answered(e, nil) != e {
		t.Error("a condition without subqueries is made anew")
	}
}

func TestNotsInside(t *testing.T) {
	for text, want := range map[string]string{
		`T | where not(User == 'a' and Name == 'b')`:           `not(User == "a") or not(Name == "b")`,
		`T | where not(User == 'a' or not(Name == 'b'))`:       `not(User == "a") and Name == "b"`,
		`T | where Code == 1 or not(not(IsSystem or Code==2))`: `Code == 1 or IsSystem or Code == 2`,
		`T | where not(tobool(Name))`:                          `not(tobool(Name))`,
	} {
		if got := plan.Text(plan.NotsInside(conditionOf(t, text))); got != want {
			t.Errorf("%s: %s", text, got)
		}
	}
}

func TestApart(t *testing.T) {
	for text, want := range map[string]string{
		`T | where case(User == 'a', strlen(Name), 0) > 1`:                          `User == "a" and strlen(Name) > 1`,
		`T | where case(User == 'a', 2, strlen(Name)) > 1`:                          `User == "a" or strlen(Name) > 1`,
		`T | where case(User == 'a', 0, strlen(Name)) > 1`:                          `case(User == "a", false, strlen(Name) > 1)`,
		`T | where case(User == 'a', 2, Name == 'b', 0, Name == 'c', 3, 1) > 1`:     `User == "a" or case(Name == "b", false, Name == "c")`,
		`T | where isnotempty(case(User == 'a', 'x', Name == 'b', '', 'y'))`:        `User == "a" or case(Name == "b", false, true)`,
		`T | where IsSystem and isempty(case(case(IsSystem, 1, 0) > 0, 'x', Name))`: `IsSystem and case(IsSystem, false, isempty(Name))`,
		`T | where case(User == 'a', strlen(Name), strlen(User)) > 1`:               `case(User == "a", strlen(Name), strlen(User)) > 1`,
		`T | where isnotempty(extract('a(b)', 1, User))`:                            `User matches regex "a(b)" and isnotempty(extract("a(b)", 1, User))`,
		`T | where isnotempty(extract(Name, 1, User))`:                              `isnotempty(extract(Name, 1, User))`,
		`T | where User == case(IsSystem, 'a', Name)`:                               `User == case(IsSystem, "a", Name)`,
	} {
		if got := plan.Text(plan.Apart(conditionOf(t, text))); got != want {
			t.Errorf("%s: %s", text, got)
		}
	}
}
