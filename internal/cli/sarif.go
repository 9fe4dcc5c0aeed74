package cli

import (
	"io"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/dogwatch-dev/dogwatch"
)

// The subset of SARIF 2.1.0 that code-scanning services read.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool    sarifTool     `json:"tool"`
		Results []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		Version        string      `json:"version"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID               string          `json:"id"`
		Name             string          `json:"name"`
		ShortDescription sarifText       `json:"shortDescription"`
		FullDescription  *sarifText      `json:"fullDescription,omitempty"`
		Help             *sarifText      `json:"help,omitempty"`
		Properties       sarifProperties `json:"properties"`
	}
	sarifProperties struct {
		Tags []string `json:"tags"`
		// Severity is on CVSS's scale, by which GitHub sorts.
		Severity string `json:"security-severity,omitempty"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID       string            `json:"ruleId"`
		Level        string            `json:"level"`
		Message      sarifText         `json:"message"`
		Locations    []sarifLocation   `json:"locations"`
		Fingerprints map[string]string `json:"partialFingerprints"`
		Count        int64             `json:"occurrenceCount,omitempty"`
	}
	sarifLocation struct {
		Physical sarifPhysical `json:"physicalLocation"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   sarifRegion   `json:"region"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine int64 `json:"startLine"`
	}
)

// mostLocations bounds the places that one result lists.
const mostLocations = 100

func writeSARIF(w io.Writer, version string, alerts []dogwatch.Alert) error {
	run := sarifRun{
		Tool:    sarifTool{sarifDriver{Name: "dogwatch", Version: version, InformationURI: "https://github.com/dogwatch-dev/dogwatch", Rules: []sarifRule{}}},
		Results: []sarifResult{},
	}
	known := map[string]bool{}
	for i := range alerts {
		a := &alerts[i]
		if !known[a.Rule.Short] {
			known[a.Rule.Short] = true
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRuleOf(a))
		}
		run.Results = append(run.Results, sarifResultOf(a))
	}
	return encode(w, sarifLog{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}}, true)
}

func sarifRuleOf(a *dogwatch.Alert) sarifRule {
	r := sarifRule{
		ID: a.Rule.Short, Name: a.Rule.Name, ShortDescription: sarifText{a.Rule.Name},
		Properties: sarifProperties{
			Tags:     append(append([]string{"security"}, a.Techniques...), a.Tags...),
			Severity: sarifScores[a.Severity],
		},
	}
	if a.Impact != "" {
		r.FullDescription = &sarifText{strings.TrimSpace(a.Impact)}
	}
	if a.Mitigation != "" {
		r.Help = &sarifText{strings.TrimSpace(a.Mitigation)}
	}
	return r
}

func sarifResultOf(a *dogwatch.Alert) sarifResult {
	r := sarifResult{
		RuleID: a.Rule.Short, Level: sarifLevels[a.Severity], Message: sarifText{printable(what(a))},
		Locations: []sarifLocation{}, Fingerprints: map[string]string{"dogwatchAlert/v1": a.ID}, Count: a.Count,
	}
	for _, e := range a.Evidence[:min(len(a.Evidence), mostLocations)] {
		r.Locations = append(r.Locations, sarifLocation{sarifPhysical{
			sarifArtifact{(&url.URL{Path: filepath.ToSlash(e.Source)}).String()}, sarifRegion{max(e.Line, 1)},
		}})
	}
	return r
}

var sarifLevels = map[dogwatch.Severity]string{
	dogwatch.Informational: "note", dogwatch.Low: "note", dogwatch.Medium: "warning", dogwatch.High: "error",
}

var sarifScores = map[dogwatch.Severity]string{
	dogwatch.Informational: "0.0", dogwatch.Low: "3.0", dogwatch.Medium: "5.5", dogwatch.High: "8.0",
}
