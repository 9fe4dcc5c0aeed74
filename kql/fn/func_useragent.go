package fn

import (
	"sync"

	"github.com/ua-parser/uap-go/uaparser"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

func userAgentFuncs() []Func {
	return []Func{{
		Name: "parse_user_agent", Category: parseCategory, Result: value.Dynamic,
		Params: []Param{param("user_agent", tText, "the text that a client calls itself by"),
			constant("look_for", tJSON, `"browser", "os" or "device", or an array of them`)},
		Doc:      "Says which browser, operating system and device a user agent is.",
		Examples: []string{`parse_user_agent("curl/8.1.2", "browser").Browser.Family == "curl"`},
		Prepare:  prepareUserAgent,
	}}
}

// userAgents is made when a query first asks for it: its thousand patterns take
// a while.
var userAgents = sync.OnceValues(func() (*uaparser.Parser, error) { return uaparser.New() })

func prepareUserAgent(args []Arg) (Eval, error) {
	parser, err := userAgents()
	if err != nil {
		return nil, err
	}
	want := map[string]bool{}
	for _, e := range appendElements(nil, *args[1].Const) {
		kind := text(e)
		if kind != "browser" && kind != "os" && kind != "device" {
			return nil, &ArgError{1, `parse_user_agent() looks for "browser", "os" or "device"`}
		}
		want[kind] = true
	}
	return func(_ *Context, a []value.Value) value.Value {
		agent := text(a[0])
		var keys []string
		var found []value.Value
		if want["browser"] {
			b := parser.ParseUserAgent(agent)
			keys, found = append(keys, "Browser"), append(found, textBag("Family", b.Family, "MajorVersion", b.Major, "MinorVersion", b.Minor, "Patch", b.Patch))
		}
		if want["os"] {
			o := parser.ParseOs(agent)
			keys, found = append(keys, "OperatingSystem"), append(found, textBag("Family", o.Family, "MajorVersion", o.Major, "MinorVersion", o.Minor, "Patch", o.Patch, "PatchMinor", o.PatchMinor))
		}
		if want["device"] {
			d := parser.ParseDevice(agent)
			keys, found = append(keys, "Device"), append(found, textBag("Family", d.Family, "Brand", d.Brand, "Model", d.Model))
		}
		return value.BagOf(keys, found)
	}, nil
}

// textBag is a bag of keys and texts by turns.
func textBag(pairs ...string) value.Value {
	var keys []string
	var elems []value.Value
	for i := 0; i < len(pairs); i += 2 {
		keys, elems = append(keys, pairs[i]), append(elems, value.StringOf(pairs[i+1]))
	}
	return value.BagOf(keys, elems)
}
