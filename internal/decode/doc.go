// Package decode turns the bytes of logs into rows of tables. It stands between
// source and detect and owns the tables' schemas.
//
// Records are recognised one by one by their shape: audit events of the API
// server alone, in lists and in Azure's envelopes, rows exported from Log
// Analytics, and the Azure activity log. A record is never rewritten: a table
// is a view of its bytes, and a column is read when it is asked for.
//
// Input is hostile. Nothing here recurses over what is read, keeps more than
// one record of it, or trusts that it is whole: of a record that was cut off,
// what stands before the cut is read.
package decode
