// Package rules holds the detections and lists that come with dogwatch. It is
// data: internal/rule reads it.
package rules

import "embed"

// FS has the rule files, their tests beside them, and lists/.
//
//go:embed *.yaml lists
var FS embed.FS
