package fn

import (
	_ "embed"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// zoneNames are the time zones of the IANA database, a line each.
//
//go:embed zones.txt
var zoneNames string

func zoneFuncs() []Func {
	names := textArray(strings.Fields(zoneNames))
	return []Func{{
		Name: "datetime_list_timezones", Category: timeCategory, Result: value.Dynamic,
		Doc:      "Lists the names of the time zones.",
		Examples: []string{`set_has_element(datetime_list_timezones(), "Europe/Paris")`},
		Eval:     func(*Context, []value.Value) value.Value { return names },
	}}
}
