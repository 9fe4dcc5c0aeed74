package cli

import "github.com/spf13/cobra"

// Topics are commands that do nothing but have help.

func exitCodesTopic() *cobra.Command {
	return &cobra.Command{
		Use:   "exit-codes",
		Short: "What the exit codes mean",
		Long: `Exit codes:

    0  done, whatever was found
    1  findings at or above --fail-on (default: none, so findings break no pipeline)
    2  wrong usage, rule or query
    3  input could not be read; results of what could be read are printed
  130  interrupted

When several hold, the highest is given: input that could not be read outweighs
findings, for what was not read may hold more of them.`,
	}
}

func inputsTopic() *cobra.Command {
	return &cobra.Command{
		Use:   "inputs",
		Short: "What can be read, and how",
		Long: `Inputs are files, directories (read recursively), globs in quotes, and - for
standard input. gzip and zstd are recognised by content. Shapes are recognised record
by record and may be mixed:

  Kubernetes audit events    audit.k8s.io/v1, one a line, as EventList or JSON array
  Azure diagnostic exports   {"records":[...]} from Event Hubs, lines from storage blobs
  Log Analytics exports      AzureDiagnostics, AKSAudit, AKSAuditAdmin, AKSControlPlane,
                             ArcK8sAudit, AzureActivity
  Azure Activity log         REST, portal, Event Hubs, Log Analytics
  Google Cloud Logging       entries of GKE's audit log (serviceName k8s.io)
  Amazon CloudWatch Logs     subscription data, filter-log-events, exports to S3
  Log collectors             the one audit event in an object, as text or parsed, up to
                             two levels deep (message, log, event, _source, line, ...);
                             behind a date, a CRI or a syslog prefix

A record that was cut in the middle (Azure cuts at 16 KiB) is judged as far as it
goes and marked truncated. What cannot be read is counted and told at the end.`,
	}
}

func outputTopic() *cobra.Command {
	return &cobra.Command{
		Use:   "output",
		Short: "Formats, colour, streams",
		Long: `Results go to standard output; progress, remarks and errors to standard error.

  -o table      aligned columns; wrapped and coloured on a terminal only
  -o wide       the same with all columns (scan)
  -o json       one document; --jq EXPR filters it
  -o jsonl      one JSON object a line, as they come
  -o csv        for spreadsheets; cells that look like formulas are quoted with '
  -o markdown   a table for issues and chats
  -o html       a page of its own, to be mailed or printed (hunt, scan)
  -o chart      drawn as the query's render says; on a terminal without -o (hunt)
  -o svg        the same as a picture (hunt)
  -o sarif      for code scanning (scan)
  -o junit      for test reports (rules test, rules lint)
  -o github     annotations of a GitHub Actions run

Rows that are too wide for a terminal are printed as blocks, a line for each column.
Charts are drawn with plain ASCII where the locale (LC_ALL, LC_CTYPE, LANG) has no UTF-8.
--columns a,b picks columns, --no-headers leaves out the headings. Colour is used on
a terminal unless NO_COLOR is set or TERM is dumb; --color always|never decides.
Times are UTC.`,
	}
}
