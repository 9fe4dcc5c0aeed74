package cli

import (
	"bufio"
	"io"
	"strings"
)

// writeMarkdown writes a table as GitHub's Markdown has it.
func (t *table) writeMarkdown(w io.Writer) error {
	out := bufio.NewWriter(w)
	line := func(cells []string) { out.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	line(t.heads)
	rule := make([]string, len(t.heads))
	for i := range rule {
		rule[i] = "---"
		if i < len(t.right) && t.right[i] {
			rule[i] = "---:"
		}
	}
	line(rule)
	for _, row := range t.rows {
		cells := make([]string, len(row))
		for i, c := range row {
			cells[i] = markdown.Replace(c.text)
		}
		line(cells)
	}
	return out.Flush()
}

// markdown escapes what would be markup: names in records may hold any of it.
var markdown = strings.NewReplacer(
	`\`, `\\`, "|", `\|`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`,
	"<", "&lt;", ">", "&gt;", "&", "&amp;", "\n", "<br>", "!", `\!`, "~", `\~`, "@", "&#64;",
)
