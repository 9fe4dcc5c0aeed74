package decode

import "slices"

// How the columns of tables can be looked for in a store without reading the
// records: what stands in a record as it stands in the column.

// A Lookup says how a column can be looked for.
type Lookup struct {
	// Kept is the kept column that has the same values, "" if there is none.
	Kept string
	// Keys are names under one of which the record has the column's value, if it
	// is not empty. nil: it may have been made of anything.
	Keys []string
	// Text says that every letter and digit of the column stands in the record,
	// next to those that it stands next to in the column.
	Text bool
	// Tree says that the column is a part of the record, so that what holds for
	// its members holds for members of the record of the same names.
	Tree bool
}

// LookupOf tells it of a column of a table, or of a member of one.
func LookupOf(table, column string, path []string) Lookup {
	switch table {
	case "KubeAudit":
		return kubeLookup(column, path)
	case "AKSAudit", "AKSAuditAdmin", "ArcK8sAudit", "ArcK8sAuditAdmin":
		return auditLookup(column, path)
	case "AzureDiagnostics":
		switch {
		case column != "log_s":
		case len(path) == 0:
			return Lookup{Text: true}
		default:
			return eventLookup(path)
		}
	}
	return Lookup{}
}

// memberLookup is for a member of a part of the record.
func memberLookup(path []string) Lookup {
	return Lookup{Keys: []string{path[len(path)-1]}, Text: true, Tree: true}
}

// eventLookup is for a member of an event, which an exported row names in its
// own way.
func eventLookup(path []string) Lookup {
	l := memberLookup(path)
	if len(path) == 1 {
		l.Keys = eventKeys(path[0])
	}
	return l
}

// eventKeys are the names of an event's member in records of all shapes.
func eventKeys(key string) []string {
	keys := []string{key}
	for own, k := range auditColumns {
		if k == key {
			keys = append(keys, own)
		}
	}
	slices.Sort(keys)
	return keys
}

// kubeTexts are columns of KubeAudit that are one member of the event.
var kubeTexts = map[string]string{
	"AuditID": "auditID", "Stage": "stage", "Level": "level", "UserAgent": "userAgent", "Verb": "verb", "RequestURI": "requestURI",
	"User": "username", "Actor": "username", "ImpersonatedUser": "username", "UserUid": "uid", "Reason": "reason", "Message": "message",
	"Decision": "authorization.k8s.io/decision", "DecisionReason": "authorization.k8s.io/reason",
}

// kubeTrees are columns that are a part of the event.
var kubeTrees = []string{"Groups", "UserExtra", "ImpersonatedGroups", "SourceIPs", "Annotations", "Object", "Record"}

func kubeLookup(column string, path []string) Lookup {
	if slices.Contains(kubeTrees, column) {
		switch {
		case len(path) == 0:
			return Lookup{Text: true, Tree: true}
		case column == "Record":
			return eventLookup(path)
		}
		return memberLookup(path)
	}
	var l Lookup
	if len(path) > 0 {
		return l
	}
	if slices.Contains(keptColumns, column) {
		l.Kept = column
	}
	if key := kubeTexts[column]; key != "" {
		l.Keys, l.Text = eventKeys(key), true
	}
	return l
}

// auditLookup is for the tables with AKSAudit's columns.
func auditLookup(column string, path []string) Lookup {
	key := auditColumns[column]
	switch column {
	case "AuditId", "Level", "RequestUri", "Stage", "UserAgent", "Verb":
		if len(path) > 0 {
			return Lookup{}
		}
		l := Lookup{Keys: eventKeys(key), Text: true}
		return l
	case "Annotations", "ObjectRef", "RequestObject", "ResponseObject", "ResponseStatus", "SourceIps", "User":
		if len(path) == 0 {
			return Lookup{Text: true, Tree: true}
		}
		return memberLookup(path)
	}
	return Lookup{}
}
