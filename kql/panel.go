package kql

import "github.com/dogwatch-dev/dogwatch/kql/exec"

// A Panel is the sieves of many queries over one table, asked together.
type Panel = exec.Panel

// A Set is some sieves of a Panel, by their numbers.
type Set = exec.Set

// NewPanel returns a Panel with room for so many sieves.
func NewPanel(sieves int) *Panel { return exec.NewPanel(sieves) }

// NewSet returns an empty set of things below n.
func NewSet(n int) Set { return exec.NewSet(n) }

// Join puts a sieve into a Panel of the same goroutine, where it gets the next
// number. Conditions of more than maxSize parts are left out.
func (l *Live) Join(p *Panel, s *Sieve, maxSize int) { p.Add(l.live, s, maxSize) }
