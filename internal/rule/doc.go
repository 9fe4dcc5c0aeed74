// Package rule reads rule files, their tests and lists, and compiles the rules.
// It stands before detect, which runs what is compiled here.
//
// A rule file is Sentinel's analytics-rule YAML, read leniently, with one key
// of our own. Every mistake in every file is reported, with its place; a rule
// that cannot be used is never left out silently.
package rule
