package cli

import (
	"fmt"
	"strings"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/internal/app"
)

// sieve shows what is tested of an event before a rule reads it.
func (f *explainFlags) sieve(env *Env, arg string) error {
	r, a, err := f.ruleOf(arg)
	if err != nil {
		return err
	}
	readings, reads := a.Sieve(r)
	if f.format == "json" {
		return f.writeJSON(env.Stdout, readings)
	}
	return printSieve(env, &f.output, r, readings, reads)
}

func printSieve(env *Env, o *output, r *dogwatch.Rule, readings [][]app.SievePart, reads int) error {
	fmt.Fprintf(env.Stdout, "%s  %s\n", o.palette.paint(bold, r.Short), oneLine(r.Name))
	if reads == 0 {
		_, err := fmt.Fprintf(env.Stdout, "reads %s, which no sieve stands before\n", strings.Join(r.Query.Tables(), ", "))
		return err
	}
	for i, parts := range readings {
		if reads > 1 {
			fmt.Fprintf(env.Stdout, "%s\n", o.palette.paint(dim, fmt.Sprintf("reading %d of %d", i+1, reads)))
		}
		if len(parts) == 0 {
			fmt.Fprintf(env.Stdout, "%s\n", o.palette.paint(yellow, "every event is a row of this rule: no condition is about its deed, its caller or the answer alone"))
			continue
		}
		if err := o.print(env, env.Stdout, sieveTable(parts)); err != nil {
			return err
		}
	}
	return nil
}

// sieveTable has a line for each condition.
func sieveTable(parts []app.SievePart) *table {
	t := &table{heads: []string{"PART", "TEST"}}
	for _, p := range parts {
		name := p.Part
		if len(p.Keys) > 0 {
			t.add(text(name), text("one of these keys: "+strings.Join(p.Keys, ", ")))
			name = "or else"
		}
		for _, c := range p.Conditions {
			t.add(text(name), text(c))
			name = ""
		}
	}
	return t
}
