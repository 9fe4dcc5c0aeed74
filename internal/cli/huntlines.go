package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/dogwatch-dev/dogwatch/internal/app"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A question is a line of --stdin. An id of any JSON type is given back as it
// came.
type question struct {
	ID    json.RawMessage `json:"id"`
	Query *string         `json:"query"`
}

// longestQuestion bounds a line of --stdin.
const longestQuestion = 64 << 20

// answerLines answers queries from standard input in their order, each on a
// line of its own that is written before the next query is read. A query that
// fails is answered with its error, and the rest go on.
func (f *huntFlags) answerLines(ctx context.Context, env *Env, inputs []string) error {
	if slices.Contains(inputs, "-") {
		return usage("with --stdin the queries come from standard input: the logs cannot")
	}
	a, err := f.loadToRun()
	if err != nil {
		return err
	}
	in := bufio.NewScanner(app.Until(ctx, env.Stdin))
	in.Buffer(nil, longestQuestion)
	unread := false
	for n := 1; in.Scan(); n++ {
		if len(bytes.TrimSpace(in.Bytes())) == 0 {
			continue
		}
		line, missed := f.answerLine(ctx, env, a, in.Bytes(), n, inputs)
		if err := ctx.Err(); err != nil {
			return err
		}
		unread = unread || missed
		if _, err := env.Stdout.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	switch err := in.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return usage("a query on standard input is longer than %s", size(longestQuestion))
	case err != nil:
		return fmt.Errorf("read queries: %w", err)
	case unread:
		return said(ExitInput)
	}
	return nil
}

// answerLine is the answer to one line; missed says that input could not be
// read whole, which the answer says as well.
func (f *huntFlags) answerLine(ctx context.Context, env *Env, a *app.App, line []byte, n int, inputs []string) (answer []byte, missed bool) {
	var q question
	if err := json.Unmarshal(line, &q); err != nil {
		return errorLine(q.ID, fmt.Errorf("line %d is no JSON of {\"id\",\"query\"}: %w", n, err)), false
	}
	if q.Query == nil {
		return errorLine(q.ID, fmt.Errorf("line %d has no query", n)), false
	}
	compiled, err := a.Compile(diag.NewFile("query", *q.Query))
	var in app.Input
	if err == nil {
		in, err = f.input(env, compiled, inputs)
	}
	if err != nil {
		return errorLine(q.ID, err), false
	}
	if n := len(compiled.Results()); n > 1 {
		return errorLine(q.ID, fmt.Errorf("the query gives %d tables, and one is needed here", n)), false
	}
	var buf bytes.Buffer
	doc := newDocument(&buf, compiled.Schema(), idText(q.ID))
	result, err := f.run(ctx, a, compiled, in, f.options(), doc.write)
	if problems := result.Problems(); err == nil && len(problems) > 0 {
		err, missed = problems[0], true
	}
	if err != nil && !missed {
		return errorLine(q.ID, err), false
	}
	if err := doc.finish(err); err != nil {
		return errorLine(q.ID, err), false
	}
	return bytes.TrimRight(buf.Bytes(), "\n"), missed
}

func errorLine(id json.RawMessage, err error) []byte {
	line := append([]byte(`{"id":`), idText(id)...)
	line = value.AppendQuoted(append(line, `,"error":`...), err.Error())
	return append(line, '}')
}

// idText is the id on one line; null where the question had none.
func idText(id json.RawMessage) []byte {
	var b bytes.Buffer
	if len(id) == 0 || json.Compact(&b, id) != nil {
		return []byte("null")
	}
	return b.Bytes()
}
