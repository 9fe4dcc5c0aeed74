package app

import "github.com/dogwatch-dev/dogwatch/internal/rule"

// A Coverage is a catalogue of attacks, and the rules that tell of each.
type Coverage = rule.Coverage

// Coverage says what the rules cover.
func (a *App) Coverage() []Coverage { return rule.Cover(a.rules) }
