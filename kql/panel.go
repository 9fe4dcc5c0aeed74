package kql

import "github.com/dogwatch-dev/dogwatch/kql/exec"

// A Panel is the sieves of many queries over one table, asked together.
type Panel = exec.Panel

// A Set is some sieves of a Panel, by their numbers.
type Set = exec.Set

// NewPanel returns a Panel for sieves that are numbered below a bound.
func NewPanel(bound int) *Panel { return exec.NewPanel(bound) }

// Sets are memory for sets that is used again.
type Sets = exec.Sets

// NewSet returns an empty set of things below n.
func NewSet(n int) Set { return exec.NewSet(n) }

// Join puts a sieve into a Panel of the same goroutine, under a number that no
// other has. Conditions of more than maxSize parts are left out.
func (l *Live) Join(p *Panel, number int, s *Sieve, maxSize int) { p.Add(l.live, number, s, maxSize) }

// SieveKeys tell whether sieves of several queries over one table are the same.
type SieveKeys = exec.SieveKeys

// NewSieveKeys returns an empty SieveKeys.
func NewSieveKeys() *SieveKeys { return exec.NewSieveKeys() }

// KeyOf is the key of a sieve: those that have one key let the same rows through, and
// read the same of them. Some have none.
func (l *Live) KeyOf(s *Sieve, k *SieveKeys) (key string, ok bool) { return k.Of(l.live, s) }

// PartsOf are the keys of what a sieve's conditions are made of.
func (l *Live) PartsOf(s *Sieve, k *SieveKeys) []int { return k.Parts(l.live, s) }
