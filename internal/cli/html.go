package cli

import (
	"bufio"
	"html/template"
	"io"
)

// A page is a table as a page of its own: one file, without scripts and without
// anything from elsewhere, so that it can be mailed and opened anywhere.
type page struct {
	Title, Query, Made, Trouble, Version string
	Chart                                template.HTML
	Heads                                []pageCell
	Rows                                 [][]pageCell
}

type pageCell struct {
	Text   string
	Number bool
}

// pageTemplate escapes all texts: names in records are chosen by whoever made
// them, and may be markup. The policy in the head is for what might get through.
var pageTemplate = template.Must(template.New("page").Parse(`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="generator" content="dogwatch {{.Version}}">
<title>{{.Title}}</title>
<style>
:root { color-scheme: light dark; --line: #d4d7dd; --head: #f2f4f7; --quiet: #555d6b }
@media (prefers-color-scheme: dark) { :root { --line: #3a404b; --head: #20242c; --quiet: #a8adb8 } }
body { font: 14px/1.45 system-ui, "Segoe UI", Helvetica, Arial, sans-serif; margin: 1.5rem }
h1 { font-size: 1.2rem } .quiet { color: var(--quiet) } .trouble { border-left: 4px solid #d55e00; padding-left: .7rem }
pre { background: var(--head); padding: .8rem; overflow-x: auto; border-radius: 4px }
svg { max-width: 100%; height: auto } .scroll { overflow-x: auto }
table { border-collapse: collapse; font-size: 13px }
th { position: sticky; top: 0; background: var(--head); text-align: left }
th, td { border: 1px solid var(--line); padding: .3rem .55rem; vertical-align: top; overflow-wrap: anywhere; min-width: 4rem; max-width: 40rem }
.number { text-align: right; font-variant-numeric: tabular-nums }
@media print { th { position: static } body { margin: 0 } }
</style>
</head>
<body>
<h1>{{.Title}}</h1>
{{with .Query}}<pre>{{.}}</pre>
{{end}}{{with .Trouble}}<p class="trouble">The rows are not all: {{.}}</p>
{{end}}{{with .Chart}}<figure>{{.}}</figure>
{{end}}<div class="scroll"><table>
<thead><tr>{{range .Heads}}<th scope="col"{{if .Number}} class="number"{{end}}>{{.Text}}</th>{{end}}</tr></thead>
<tbody>
{{range .Rows}}<tr>{{range .}}<td{{if .Number}} class="number"{{end}}>{{.Text}}</td>{{end}}</tr>
{{end}}</tbody>
</table></div>
<p class="quiet">{{len .Rows}} rows{{with .Made}}, {{.}}{{end}}</p>
</body>
</html>
`))

// writeHTML writes a table as a page.
func (t *table) writeHTML(w io.Writer, p *page) error {
	number := func(i int) bool { return i < len(t.right) && t.right[i] }
	for i, h := range t.heads {
		p.Heads = append(p.Heads, pageCell{h, number(i)})
	}
	for _, row := range t.rows {
		cells := make([]pageCell, len(row))
		for i, c := range row {
			cells[i] = pageCell{c.text, number(i)}
		}
		p.Rows = append(p.Rows, cells)
	}
	out := bufio.NewWriter(w)
	if err := pageTemplate.Execute(out, p); err != nil {
		return err
	}
	return out.Flush()
}
