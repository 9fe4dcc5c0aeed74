package cli

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/dogwatch-dev/dogwatch"
)

// writeGitHub prints alerts as annotations of a GitHub Actions run.
func writeGitHub(w io.Writer, alerts []dogwatch.Alert) error {
	out := bufio.NewWriter(w)
	for i := range alerts {
		a := &alerts[i]
		file, line := "", int64(0)
		if len(a.Evidence) > 0 {
			file, line = a.Evidence[0].Source, a.Evidence[0].Line
		}
		annotate(out, githubLevels[a.Severity], file, line, a.Severity.String()+": "+a.Rule.Name, who(a)+": "+what(a))
	}
	return out.Flush()
}

var githubLevels = map[dogwatch.Severity]string{
	dogwatch.Informational: "notice", dogwatch.Low: "notice", dogwatch.Medium: "warning", dogwatch.High: "error",
}

// annotate writes one workflow command. Everything in it is escaped: a line
// break from a record would start a command of its own.
func annotate(w io.Writer, level, file string, line int64, title, message string) {
	var properties []string
	if file != "" {
		properties = append(properties, "file="+githubProperty.Replace(printable(file)))
	}
	if line > 0 {
		properties = append(properties, fmt.Sprintf("line=%d", line))
	}
	properties = append(properties, "title="+githubProperty.Replace(printable(title)))
	fmt.Fprintf(w, "::%s %s::%s\n", level, strings.Join(properties, ","), githubText.Replace(printable(message)))
}

var (
	githubText     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)
