package fn

import (
	"fmt"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// Bind chooses a function for arguments of given types: it checks their number
// and types, has constants prepared, and arranges the conversions that the
// language makes by itself.
func Bind(f *Func, args []Arg) (Bound, error) {
	if err := checkCount(f.Name, f.Params, len(args)); err != nil {
		return Bound{}, err
	}
	convert, err := conversions(f.Name, f.Params, args)
	if err != nil {
		return Bound{}, err
	}
	args = converted(args, convert)
	if f.Check != nil {
		if err := f.Check(args); err != nil {
			return Bound{}, err
		}
	}
	b := Bound{Result: f.Result, Eval: f.Eval, Volatile: f.Volatile, Timed: f.Timed}
	if f.ResultOf != nil {
		b.Result = f.ResultOf(args)
	}
	if f.Prepare != nil {
		eval, err := f.Prepare(args)
		if err != nil {
			return Bound{}, err
		}
		if eval != nil {
			b.Eval = eval
		}
	}
	if b.Eval == nil {
		return Bound{}, fmt.Errorf("%s() cannot be used here", f.Name)
	}
	b.Eval = converting(b.Eval, convert)
	return b, nil
}

// CheckAgg does for an aggregate what Bind does for a function, but for the
// conversion: it returns the result's type.
func CheckAgg(a *Agg, args []Arg) (value.Type, error) {
	if err := checkCount(a.Name, a.Params, len(args)); err != nil {
		return value.Unknown, err
	}
	if _, err := conversions(a.Name, a.Params, args); err != nil {
		return value.Unknown, err
	}
	if a.Check != nil {
		if err := a.Check(args); err != nil {
			return value.Unknown, err
		}
	}
	if a.ResultOf != nil {
		return a.ResultOf(args), nil
	}
	return a.Result, nil
}

func checkCount(name string, params []Param, n int) error {
	least, most := 0, len(params)
	for _, p := range params {
		if !p.Optional {
			least++
		}
		if p.Repeat {
			most = -1
		}
	}
	switch {
	case n < least && most == least:
		return fmt.Errorf("%s() takes %s, not %d", name, count(least), n)
	case n < least:
		return fmt.Errorf("%s() takes at least %s, not %d", name, count(least), n)
	case most >= 0 && n > most && most == least:
		return fmt.Errorf("%s() takes %s, not %d", name, count(most), n)
	case most >= 0 && n > most:
		return fmt.Errorf("%s() takes at most %s, not %d", name, count(most), n)
	}
	return nil
}

func count(n int) string {
	switch n {
	case 0:
		return "no argument"
	case 1:
		return "1 argument"
	}
	return fmt.Sprintf("%d arguments", n)
}

// conversions says for each argument the type to convert to; Unknown leaves it.
func conversions(name string, params []Param, args []Arg) ([]value.Type, error) {
	to := make([]value.Type, len(args))
	for i, a := range args {
		p := params[min(i, len(params)-1)]
		t, ok := accept(p, a.Type)
		if !ok {
			return nil, &ArgError{i, fmt.Sprintf("%s() wants %s for %s, not %s", name, typeList(p.Types), p.Name, a.Type)}
		}
		if p.Const && a.Const == nil {
			return nil, &ArgError{i, fmt.Sprintf("%s() wants a constant for %s", name, p.Name)}
		}
		to[i] = t
	}
	return to, nil
}

// accept says whether a parameter takes a type, and what to convert it to.
func accept(p Param, t value.Type) (to value.Type, ok bool) {
	if len(p.Types) == 0 || t == value.Unknown {
		return value.Unknown, true
	}
	for _, want := range p.Types {
		if want == t {
			return value.Unknown, true
		}
	}
	for _, want := range p.Types {
		if widens(t, want) {
			return want, true
		}
	}
	if t == value.Dynamic {
		return p.Types[0], true
	}
	return value.Unknown, false
}

// widens says whether Kusto turns one type into the other by itself.
func widens(from, to value.Type) bool {
	switch from {
	case value.Int:
		return to == value.Long || to == value.Real || to == value.Decimal
	case value.Long:
		return to == value.Real || to == value.Decimal || to == value.Int
	case value.Real:
		return to == value.Decimal
	case value.Decimal:
		return to == value.Real
	}
	return false
}

func typeList(types []value.Type) string {
	s := ""
	for i, t := range types {
		switch {
		case i == 0:
		case i == len(types)-1:
			s += " or "
		default:
			s += ", "
		}
		s += t.String()
	}
	return s
}

// converted shows the arguments as they will be after conversion.
func converted(args []Arg, to []value.Type) []Arg {
	out := make([]Arg, len(args))
	for i, a := range args {
		if to[i] != value.Unknown {
			a.Type = to[i]
			if a.Const != nil {
				v := a.Const.To(to[i])
				a.Const = &v
			}
		}
		out[i] = a
	}
	return out
}

func converting(eval Eval, to []value.Type) Eval {
	any := false
	for _, t := range to {
		any = any || t != value.Unknown
	}
	if !any {
		return eval
	}
	return func(ctx *Context, args []value.Value) value.Value {
		for i, t := range to {
			if t != value.Unknown {
				args[i] = args[i].To(t)
			}
		}
		return eval(ctx, args)
	}
}
