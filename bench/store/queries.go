// Package store measures the embedded store beside DuckDB, over events that
// generate makes. It is a module of its own: DuckDB is large, and C.
package store

// A question is asked of every engine. {user} and {id} are a user's name and an
// audit id that the events hold.
type question struct {
	name string
	kql  string
	sql  string // over the table or view ev(raw, ts, verb, username, code, ip, auditID)
}

var questions = []question{
	{
		"q1 count by verb in an hour",
		`KubeAudit | where TimeGenerated between (datetime(2026-03-02T10:00:00Z) .. datetime(2026-03-02T11:00:00Z)) | summarize n = count() by Verb`,
		`select verb, count(*) n from ev where ts between '2026-03-02 10:00:00' and '2026-03-02 11:00:00' group by 1`,
	},
	{
		"q2 newest 100 of a user in 24 h",
		`KubeAudit | where User == "{user}" and TimeGenerated between (datetime(2026-03-02T00:00:00Z) .. datetime(2026-03-03T00:00:00Z)) | top 100 by TimeGenerated desc | project Record`,
		`select raw from ev where username = '{user}' and ts between '2026-03-02' and '2026-03-03' order by ts desc limit 100`,
	},
	{
		"q3 hostPID in the request's body",
		`KubeAudit | where Record.requestObject.spec.hostPID == true | project AuditID`,
		`select auditID from ev where json_extract_string(raw, '$.requestObject.spec.hostPID') = 'true'`,
	},
	{
		"q4 a word anywhere",
		`KubeAudit | where Record has "xmrig" | project AuditID`,
		`select auditID from ev where regexp_matches(raw, '(^|[^a-z0-9])xmrig([^a-z0-9]|$)', 'i')`,
	},
	{
		"q4 any-case substring anywhere",
		`KubeAudit | where Record contains "MRIG/6.2" | project AuditID`,
		`select auditID from ev where raw ilike '%MRIG/6.2%'`,
	},
	{
		"q5 by auditID",
		`KubeAudit | where AuditID == "{id}" | project Record`,
		`select raw from ev where auditID = '{id}'`,
	},
	{
		"q6 403s by user and 5 minutes",
		`KubeAudit | where Code == 403 | summarize n = count() by User, bin(TimeGenerated, 5m)`,
		`select username, time_bucket(interval 5 minutes, ts) b, count(*) from ev where code = 403 group by 1, 2`,
	},
	{
		"q7 top addresses",
		`KubeAudit | summarize n = count() by ClientIP | top 10 by n`,
		`select ip, count(*) n from ev group by 1 order by n desc limit 10`,
	},
	{
		"q8 403s with later 200s within 5 minutes",
		`KubeAudit | where Code == 403 | project User, T = TimeGenerated, Key = pack_array(bin(TimeGenerated, 5m), bin(TimeGenerated, 5m) + 5m)
| mv-expand Key to typeof(datetime)
| join kind=inner (KubeAudit | where Code == 200 | project User, Later = TimeGenerated, Key = bin(TimeGenerated, 5m)) on User, Key
| where Later > T and Later <= T + 5m
| summarize n = count() by User`,
		`select a.username, count(*) from ev a join ev b on a.username = b.username and b.ts > a.ts and b.ts <= a.ts + interval 5 minutes where a.code = 403 and b.code = 200 group by 1`,
	},
}
