package app

import (
	"slices"
	"testing"
)

// Two columns are made of lists: who reads them reads those.
func TestListsBehindColumns(t *testing.T) {
	a := Load(Config{NoTests: true})
	got := a.ListsOf(a.Find("pods-evicted"))
	if want := []string{"cluster-operators", "system-identities"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
