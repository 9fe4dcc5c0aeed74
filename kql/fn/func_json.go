package fn

import (
	"strconv"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

const dynamicCategory = "Dynamic values"

func jsonFuncs() []Func {
	return []Func{
		{
			Name: "parse_json", Aliases: []string{"todynamic", "parsejson", "toobject"}, Category: dynamicCategory, Result: value.Dynamic,
			Params:   []Param{param("json_text", tJSON, "the text")},
			Doc:      "Reads JSON. Text that is none becomes a dynamic value holding the text; a dynamic value stays as it is.",
			Examples: []string{`parse_json('{"a": [1, 2]}').a[1] == 2`, `parse_json("abc") == "abc"`},
			Eval:     func(_ *Context, a []value.Value) value.Value { return parseJSON(a[0]) },
		},
		{
			Name: "dynamic_to_json", Category: dynamicCategory, Result: value.String,
			Params:   []Param{param("dynamic", nil, "the value")},
			Doc:      "Writes a dynamic value as JSON in one canonical form, with the keys of bags in order.",
			Examples: []string{`dynamic_to_json(dynamic({"b": 1, "a": [2, "c"]})) == '{"a":[2,"c"],"b":1}'`},
			Eval: func(_ *Context, a []value.Value) value.Value {
				return value.StringOf(string(value.AppendCanonical(nil, a[0])))
			},
		},
		{
			Name: "extract_json", Aliases: []string{"extractjson"}, Category: dynamicCategory,
			ResultOf: func(args []Arg) value.Type { return typeArg(args, 2) },
			Params: []Param{
				param("jsonPath", tText, "a path such as $.a.b[0].c or $['a']"), param("jsonText", tText, "the JSON"),
				{Name: "type", Types: tText, Optional: true, Const: true, Doc: "the type to convert to: typeof(long)"},
			},
			Doc:      "Gives what a path finds in JSON text.",
			Examples: []string{`extract_json("$.a[1]", '{"a":[1,2]}', typeof(long)) == 2`, `extract_json("$.a.b", '{"a":{"b":"c"}}') == "c"`},
			Prepare:  prepareExtractJSON,
		},
		{
			Name: "treepath", Category: dynamicCategory, Result: value.Dynamic,
			Params: []Param{param("object", tDynamic, "the value")},
			Doc:    "Lists the paths of a dynamic value; the elements of an array have one path together.",
			Examples: []string{
				`tostring(treepath(dynamic({"a": {"b": 1}}))) == "[\"['a']\",\"['a']['b']\"]"`,
				`tostring(treepath(dynamic([1, {"b": 1}]))) == "[\"[0]\",\"[0]['b']\"]"`,
			},
			Eval: treepath,
		},
	}
}

func parseJSON(v value.Value) value.Value {
	if v.Type() == value.Dynamic || v.Kind() != value.KString {
		return v.To(value.Dynamic)
	}
	s := v.Str()
	if d, ok := value.LazyJSON(s); ok {
		return d
	}
	if strings.TrimSpace(s) == "" {
		return value.NullOf(value.Dynamic)
	}
	return value.DynamicOf(v)
}

// A pathStep is a member's name, or an element's number when name is nil.
type pathStep struct {
	name  *string
	index int
}

// parsePath reads $.a.b[0]['c'].
func parsePath(s string) (steps []pathStep, ok bool) {
	s, ok = strings.CutPrefix(strings.TrimSpace(s), "$")
	for ok && s != "" {
		var step pathStep
		if step, s, ok = parseStep(s); ok {
			steps = append(steps, step)
		}
	}
	return steps, ok
}

func parseStep(s string) (step pathStep, rest string, ok bool) {
	if s[0] == '.' && len(s) > 1 && s[1] != '[' {
		end := strings.IndexAny(s[1:], ".[")
		if end < 0 {
			end = len(s) - 1
		}
		name := s[1 : 1+end]
		return pathStep{name: &name}, s[1+end:], name != ""
	}
	s = strings.TrimPrefix(s, ".")
	end := strings.IndexByte(s, ']')
	if s == "" || s[0] != '[' || end < 0 {
		return step, s, false
	}
	inside := s[1:end]
	if quote := inside; len(quote) >= 1 && (quote[0] == '\'' || quote[0] == '"') {
		close := strings.Index(s[2:], quote[:1]+"]")
		if close < 0 {
			return step, s, false
		}
		name := s[2 : 2+close]
		return pathStep{name: &name}, s[close+4:], true
	}
	n, err := strconv.Atoi(inside)
	return pathStep{index: n}, s[end+1:], err == nil
}

func follow(v value.Value, steps []pathStep) value.Value {
	for _, s := range steps {
		if s.name != nil {
			v = v.Get(*s.name)
		} else {
			v = v.At(s.index)
		}
	}
	return v
}

func prepareExtractJSON(args []Arg) (Eval, error) {
	t := typeArg(args, 2)
	var fixed []pathStep
	if c := args[0].Const; c != nil {
		var ok bool
		if fixed, ok = parsePath(c.String()); !ok {
			return nil, &ArgError{0, "cannot read the path " + strconv.Quote(c.String())}
		}
	}
	constant := args[0].Const != nil
	return func(_ *Context, a []value.Value) value.Value {
		steps, ok := fixed, true
		if !constant {
			steps, ok = parsePath(text(a[0]))
		}
		v, valid := value.LazyJSON(text(a[1]))
		if !ok || !valid {
			return value.NullOf(t)
		}
		return follow(v, steps).To(t)
	}, nil
}

// maxPaths bounds the list, whose length is that of the value times its depth.
const maxPaths = 100_000

// maxPathDepth is how far down paths are looked for.
const maxPathDepth = 100

func treepath(_ *Context, a []value.Value) value.Value {
	if !a[0].IsArray() && !a[0].IsBag() {
		return value.NullOf(value.Dynamic)
	}
	var shape pathShape
	shape.add(a[0].Resolve(), 0)
	l := pathList{}
	l.below("", &shape)
	return value.ArrayOf(l.paths)
}

// A pathShape is what is below a place of a value, each path once: the elements
// of an array have one path together.
type pathShape struct {
	steps []string // ['key'] or [0], in the order in which they came
	below map[string]*pathShape
}

func (s *pathShape) add(v value.Value, depth int) {
	if depth > maxPathDepth {
		return
	}
	if v.IsArray() {
		for i := range v.Len() {
			s.at("[0]").add(v.At(i), depth+1)
		}
		return
	}
	v.Each(func(key string, e value.Value) bool {
		s.at("['"+key+"']").add(e, depth+1)
		return true
	})
}

func (s *pathShape) at(step string) *pathShape {
	if s.below == nil {
		s.below = map[string]*pathShape{}
	}
	if s.below[step] == nil {
		s.below[step] = &pathShape{}
		s.steps = append(s.steps, step)
	}
	return s.below[step]
}

// A pathList writes the paths of a shape out.
type pathList struct {
	paths []value.Value
	size  int
}

func (l *pathList) below(at string, s *pathShape) {
	for _, step := range s.steps {
		if len(l.paths) >= maxPaths || l.size > maxText {
			return
		}
		path := at + step
		l.size += len(path)
		l.paths = append(l.paths, value.StringOf(path))
		l.below(path, s.below[step])
	}
}
