package dogwatch

import (
	"fmt"
	"strings"
)

// Severity is Sentinel's scale. A greater one is worse.
type Severity uint8

// The severities.
const (
	Informational Severity = iota
	Low
	Medium
	High
)

var severityNames = [...]string{"Informational", "Low", "Medium", "High"}

// SeverityNames are the names of all severities, the mildest first.
func SeverityNames() []string { return severityNames[:] }

// String is Sentinel's name.
func (s Severity) String() string {
	if int(s) < len(severityNames) {
		return severityNames[s]
	}
	return fmt.Sprintf("Severity(%d)", uint8(s))
}

// ParseSeverity reads a name in any case.
func ParseSeverity(text string) (Severity, bool) {
	for i, name := range severityNames {
		if strings.EqualFold(name, strings.TrimSpace(text)) {
			return Severity(i), true
		}
	}
	return Informational, false
}

// MarshalText writes the name.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a name in any case.
func (s *Severity) UnmarshalText(text []byte) error {
	v, ok := ParseSeverity(string(text))
	if !ok {
		return fmt.Errorf("unknown severity %q: it is one of %s", text, strings.Join(severityNames[:], ", "))
	}
	*s = v
	return nil
}
