package app

import "github.com/dogwatch-dev/dogwatch/internal/detect"

// RuleStats are what one rule looked at, found, and kept.
type RuleStats = detect.RuleStats
