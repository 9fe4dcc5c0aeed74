package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/dogwatch-dev/dogwatch/kql/diag"
)

// Run runs one command line and returns the exit code. Results go to stdout,
// everything else to stderr.
func Run(ctx context.Context, env *Env, args []string) int {
	root := rootCommand(env)
	root.SetArgs(args)
	root.SetIn(env.Stdin)
	root.SetOut(env.Stdout)
	root.SetErr(env.Stderr)
	err := knownCommand(root, args)
	if err == nil {
		err = root.ExecuteContext(ctx)
	}
	if err == nil {
		return ExitDone
	}
	// The reader of our output is gone (`| head`): nobody is left to tell.
	if errors.Is(err, syscall.EPIPE) || errors.Is(err, io.ErrClosedPipe) {
		return ExitDone
	}
	report(env.Stderr, err)
	return exitCode(ctx, err)
}

const intro = `dogwatch finds attacks in the audit logs of Kubernetes clusters and AKS.

  dogwatch scan audit.log                 what happened, by whom, and why it matters
  dogwatch hunt 'KubeAudit | take 5' audit.log    ask anything in KQL
  dogwatch rules list                     what it looks for

Commands: scan, hunt, explain, import, store, rules, completion, version.
"dogwatch help COMMAND" shows examples and flags; "dogwatch help exit-codes"
and "dogwatch help inputs" say what they are.
`

// usageTemplate is cobra's with the examples first: they are what one looks
// for.
const usageTemplate = `{{if .HasExample}}Examples:
{{.Example}}

{{end}}Usage:
{{- if .Runnable}}
  {{.UseLine}}{{end}}
{{- if .HasAvailableSubCommands}}
  {{.CommandPath}} COMMAND

Commands:{{range .Commands}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}{{end}}
{{- if .HasAvailableLocalFlags}}

Flags:
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}
{{- if .HasHelpSubCommands}}

Topics:{{range .Commands}}{{if .IsAdditionalHelpTopicCommand}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}{{end}}
`

func rootCommand(env *Env) *cobra.Command {
	root := &cobra.Command{
		Use:           "dogwatch",
		Short:         "Find attacks in the audit logs of Kubernetes clusters",
		Long:          strings.TrimSpace(intro),
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(*cobra.Command, []string) error {
			_, err := io.WriteString(env.Stdout, intro)
			return err
		},
	}
	root.SetFlagErrorFunc(flagError)
	root.SetUsageTemplate(usageTemplate)
	root.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveDefault)
	root.AddCommand(
		scanCommand(env), huntCommand(env), explainCommand(env), rulesCommand(env), coverageCommand(env), importCommand(env), storeCommand(env), benchCommand(env), versionCommand(env),
		exitCodesTopic(), inputsTopic(), outputTopic(),
	)
	return root
}

// knownCommand reports a command that does not exist, with the nearest that
// does; cobra's own text has several lines and no colour of ours.
func knownCommand(root *cobra.Command, args []string) error {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd(args...)
	if len(args) > 0 && strings.HasPrefix(args[0], "__") { // the shell asks for completions
		return nil
	}
	if len(args) > 1 && args[0] == "help" {
		args = args[1:]
	}
	cmd, rest, err := root.Find(args)
	if err == nil && (cmd.RunE != nil || !cmd.HasAvailableSubCommands() || len(words(rest)) == 0) {
		return nil
	}
	word := ""
	if w := words(rest); len(w) > 0 {
		word = w[0]
	}
	f := usage("there is no command %q", strings.TrimSpace(strings.TrimPrefix(cmd.CommandPath(), root.Name())+" "+word))
	if near := diag.Nearest(word, commandNames(cmd)); near != "" {
		return f.withHint("did you mean %q?", cmd.CommandPath()+" "+near)
	}
	if _, err := os.Stat(word); err == nil && cmd == root {
		return f.withHint("to look for attacks in a file: dogwatch scan %s", word)
	}
	return f.withHint("%q lists the commands", cmd.CommandPath()+" --help")
}

// words are the arguments that are no flags.
func words(args []string) []string {
	var out []string
	for _, a := range args {
		if !strings.HasPrefix(a, "-") {
			out = append(out, a)
		}
	}
	return out
}

func commandNames(cmd *cobra.Command) []string {
	var names []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() || c.IsAdditionalHelpTopicCommand() || c.Name() == "help" {
			names = append(names, c.Name())
		}
	}
	return names
}

// flagError makes a wrong flag wrong usage, with the nearest flag as a hint.
func flagError(cmd *cobra.Command, err error) error {
	if errors.Is(err, pflag.ErrHelp) {
		return err
	}
	f := usage("%s: %s", cmd.CommandPath(), err)
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok {
		return f
	}
	var names []string
	cmd.Flags().VisitAll(func(flag *pflag.Flag) { names = append(names, flag.Name) })
	if near := diag.Nearest(unknown.GetSpecifiedName(), names); near != "" {
		return f.withHint("did you mean --%s?", near)
	}
	return f.withHint("%q lists the flags", cmd.CommandPath()+" --help")
}

// arguments checks how many arguments a command was given.
func arguments(least, most int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return usage("%s needs %s", cmd.CommandPath(), what).withHint("%s", firstExample(cmd))
		case most >= 0 && len(args) > most:
			return usage("%s takes %s, and %q is one too many", cmd.CommandPath(), what, args[most]).withHint("%s", firstExample(cmd))
		}
		return nil
	}
}

// firstExample is the first line of a command's examples.
func firstExample(cmd *cobra.Command) string {
	line, _, _ := strings.Cut(strings.TrimSpace(cmd.Example), "\n")
	return fmt.Sprintf("for example: %s", strings.TrimSpace(line))
}
