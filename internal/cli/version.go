package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func versionCommand(env *Env) *cobra.Command {
	var o output
	cmd := &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: "  dogwatch version\n  dogwatch version -o json --jq .version",
		Args:    arguments(0, 0, "no arguments"),
		RunE: func(*cobra.Command, []string) error {
			if err := o.check(env); err != nil {
				return err
			}
			return printVersion(env, &o)
		},
	}
	o.flags(cmd, "table", "json")
	return cmd
}

func printVersion(env *Env, o *output) error {
	v := struct {
		Version  string `json:"version"`
		Commit   string `json:"commit,omitempty"`
		Go       string `json:"go"`
		Platform string `json:"platform"`
	}{env.Version, commit(), runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH}
	if o.isJSON() {
		return o.writeJSON(env.Stdout, v)
	}
	_, err := fmt.Fprintf(env.Stdout, "dogwatch %s (%s, %s)\n", v.Version, v.Go, v.Platform)
	return err
}

// commit is the revision that the binary was built from, where Go recorded it.
func commit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value
		}
	}
	return ""
}
