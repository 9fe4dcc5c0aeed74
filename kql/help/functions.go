package help

// examples are of functions and aggregates that look beyond one row, and cannot
// be shown by an expression. fn has those of all others.
var examples = map[string]string{
	"assert": `let longer = (s:string, least:long) { assert(least > 0, "the least length is above zero") and strlen(s) > least };
datatable(Name:string)["api", "kube-proxy"]
| where longer(Name, 5)`,
	"bin_auto": `set query_bin_auto_size = 1h;
set query_bin_auto_at = datetime(2026-01-01T00:05:00Z);
datatable(At:datetime)[datetime(2026-01-01T00:10:00Z), datetime(2026-01-01T01:04:00Z), datetime(2026-01-01T01:06:00Z)]
| summarize n = count() by bin_auto(At)`,
	"prev": `range x from 1 to 3 step 1
| serialize before = prev(x)`,
	"next": `range x from 1 to 3 step 1
| serialize after = next(x, 1, 0)`,
	"row_number": `range x from 5 to 7 step 1
| serialize n = row_number()`,
	"row_cumsum": `range x from 1 to 4 step 1
| serialize sum = row_cumsum(x), fresh = row_cumsum(x, x == 3)`,
	"row_rank_dense": `datatable(Code:long)[200, 403, 403, 404]
| serialize rank = row_rank_dense(Code)`,
	"row_rank_min": `datatable(Code:long)[200, 403, 403, 404]
| serialize rank = row_rank_min(Code)`,
	"row_window_session": `datatable(At:datetime)[datetime(2026-01-01T00:00:00Z), datetime(2026-01-01T00:01:00Z), datetime(2026-01-01T02:00:00Z)]
| serialize Session = row_window_session(At, 1h, 5m)`,
	"toscalar": `let Most = toscalar(range x from 1 to 5 step 1 | summarize max(x));
print Most`,
	"materialize": `let T = materialize(range x from 1 to 3 step 1);
T | where x == toscalar(T | summarize max(x))`,
	"column_ifexists": `print User = "ann"
| project Who = column_ifexists("User", ""), Team = column_ifexists("Team", "none")`,
	"pack_all": `print User = "ann", Code = 200
| project All = pack_all()`,
	"bag_pack_columns": `print User = "ann", Code = 200, Other = 1
| project Bag = bag_pack_columns(User, Code)`,
	"arg_max": `datatable(User:string, Code:long)["ann", 200, "ann", 403, "bob", 200]
| summarize arg_max(Code, *) by User`,
	"arg_min": `datatable(User:string, Code:long)["ann", 200, "ann", 403]
| summarize arg_min(Code, User)`,
	"take_any": `datatable(User:string, Code:long)["ann", 200]
| summarize take_any(User, Code)`,
	"percentiles": `range x from 1 to 100 step 1
| summarize percentiles(x, 50, 95)`,
	"percentilesw": `datatable(Code:long, n:long)[200, 90, 403, 10]
| summarize percentilesw(Code, n, 50, 95)`,
}

// Example is a query that shows a function which looks beyond one row; "" for
// others.
func Example(function string) string { return examples[function] }
