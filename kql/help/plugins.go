package help

// visits are rows for the plugins that count who came when.
const visits = `let Visits = datatable(Day:datetime, User:string)[
  datetime(2026-01-01), "ann", datetime(2026-01-01), "bob", datetime(2026-01-02), "ann", datetime(2026-01-03), "ann", datetime(2026-01-03), "cy"];
Visits
`

var plugins = []Entry{
	{
		Name: "bag_unpack", Form: "T | evaluate bag_unpack(Bag [, prefix])",
		Doc: "Makes a column of each member of a bag.",
		Examples: []string{`datatable(Labels:dynamic)[dynamic({"app": "api", "tier": "web"})]
| evaluate bag_unpack(Labels)`},
	},
	{
		Name: "pivot", Form: "T | evaluate pivot(Column [, aggregate(...)] [, Key, ...]) [: (Column:type, ...)]",
		Doc: "Makes a column of each value of a column, with the number of rows or another aggregate in it. Columns that are declared behind it are those of the result, whatever values come; so no row is read before the query runs.",
		Examples: []string{`datatable(User:string, Verb:string)["ann", "get", "ann", "get", "bob", "list"]
| evaluate pivot(Verb, count(), User)`},
	},
	{
		Name: "ipv4_lookup", Form: "T | evaluate ipv4_lookup(Table, Address, Range [, Key ...] [, return_unmatched = true])",
		Doc: "Joins addresses with the ranges of a table that they lie in.",
		Examples: []string{`let Networks = datatable(Net:string, Name:string)["10.0.0.0/8", "inside"];
datatable(IP:string)["10.1.2.3", "198.51.100.7"]
| evaluate ipv4_lookup(Networks, IP, Net, return_unmatched = true)`},
	},
	{
		Name: "ipv6_lookup", Form: "T | evaluate ipv6_lookup(Table, Address, Range [, Key ...] [, return_unmatched = true])",
		Doc: "Is ipv4_lookup for addresses of both versions.",
		Examples: []string{`let Networks = datatable(Net:string, Name:string)["fd00::/8", "inside"];
datatable(IP:string)["fd00::1", "2001:db8::1"]
| evaluate ipv6_lookup(Networks, IP, Net)`},
	},
	{
		Name: "rows_near", Form: "T | evaluate rows_near(Condition, Rows [, RowsBehind])",
		Doc: "Leaves the rows around those for which a condition holds.",
		Examples: []string{`range N from 1 to 9 step 1
| evaluate rows_near(N == 5, 1)`},
	},
	{
		Name: "narrow", Form: "T | evaluate narrow()",
		Doc: "Makes a row of each value: the row's number, the column's name, the value as text.",
		Examples: []string{`datatable(User:string, Code:long)["ann", 200]
| evaluate narrow()`},
	},
	{
		Name: "identity", Form: "T | evaluate identity()",
		Doc: "Gives the rows as they are.",
		Examples: []string{`print x = 1
| evaluate identity()`},
	},
	{
		Name: "schema_merge", Form: "union (T | getschema), (U | getschema) | evaluate schema_merge([PreserveOrder = false])",
		Doc: "Gives the columns that tables have together.",
		Examples: []string{`let A = datatable(User:string)[];
let B = datatable(User:string, Code:long)[];
union (A | getschema), (B | getschema)
| evaluate schema_merge()
| project ColumnName, ColumnType`},
	},
	{
		Name: "activity_counts_metrics", Form: "T | evaluate activity_counts_metrics(Id, Time, Start, End, Window [, Key, ...])",
		Doc:      "Counts in each window who came, how often, and how many came for the first time.",
		Examples: []string{visits + `| evaluate activity_counts_metrics(User, Day, datetime(2026-01-01), datetime(2026-01-03), 1d)`},
	},
	{
		Name: "activity_metrics", Form: "T | evaluate activity_metrics(Id, Time [, Start, End], Window [, Key, ...])",
		Doc:      "Says for each window how many came, how many were new, and which part came back from the window before, or did not.",
		Examples: []string{visits + `| evaluate activity_metrics(User, Day, datetime(2026-01-01), datetime(2026-01-03), 1d)`},
	},
	{
		Name: "activity_engagement", Form: "T | evaluate activity_engagement(Id, Time, Start, End, Inner, Outer [, Key, ...])",
		Doc:      "Compares who came in a short window with who came in a longer one around it.",
		Examples: []string{visits + `| evaluate activity_engagement(User, Day, datetime(2026-01-01), datetime(2026-01-03), 1d, 2d)`},
	},
	{
		Name: "active_users_count", Form: "T | evaluate active_users_count(Id, Time, Start, End, Lookback, Period, Least, Bin [, Key, ...])",
		Doc:      "Counts in each bin those who came in at least so many periods of the time looked back.",
		Examples: []string{visits + `| evaluate active_users_count(User, Day, datetime(2026-01-01), datetime(2026-01-03), 3d, 1d, 2, 1d)`},
	},
	{
		Name: "sliding_window_counts", Form: "T | evaluate sliding_window_counts(Id, Time, Start, End, Lookback, Bin [, Key, ...])",
		Doc:      "Counts for each bin who came, and how often, in the time looked back.",
		Examples: []string{visits + `| evaluate sliding_window_counts(User, Day, datetime(2026-01-01), datetime(2026-01-03), 2d, 1d)`},
	},
	{
		Name: "new_activity_metrics", Form: "T | evaluate new_activity_metrics(Id, Time, Start, End, Window [, Cohort] [, Lookback] [, Key, ...])",
		Doc: "Follows those who came first in one window through the later ones.",
		Examples: []string{visits + `| evaluate new_activity_metrics(User, Day, datetime(2026-01-01), datetime(2026-01-03), 1d)
| project from_Day, to_Day, dcount_new_values, dcount_retained_values, retention_rate`},
	},
	{
		Name: "rolling_percentile", Form: "T | evaluate rolling_percentile(Value, Percentile, Axis, Bin, Bins [, Key, ...])",
		Doc: "Gives for each bin of an axis the percentile of the bins up to it.",
		Examples: []string{`range x from 0 to 5 step 1
| extend v = 10 * x
| evaluate rolling_percentile(v, 50, x, 2, 2)`},
	},
	{
		Name: "geo_polygon_lookup", Form: "T | evaluate geo_polygon_lookup(Table, Polygon, Longitude, Latitude [, radius = Meters] [, return_unmatched = true] [, return_lookup_key = true])",
		Doc: "Joins places with the polygons of a table that they lie in, or near.",
		Examples: []string{`let Areas = datatable(Area:string, Shape:dynamic)["square", dynamic({"type": "Polygon", "coordinates": [[[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]]]})];
print Lng = 5.0, Lat = 5.0
| evaluate geo_polygon_lookup(Areas, Shape, Lng, Lat)`},
	},
	{
		Name: "geo_line_lookup", Form: "T | evaluate geo_line_lookup(Table, Line, Longitude, Latitude, Meters [, return_unmatched = true] [, return_lookup_key = true])",
		Doc: "Joins places with the lines of a table that they lie near.",
		Examples: []string{`let Roads = datatable(Road:string, Line:dynamic)["equator", dynamic({"type": "LineString", "coordinates": [[0, 0], [10, 0]]})];
print Lng = 5.0, Lat = 0.0
| evaluate geo_line_lookup(Roads, Line, Lng, Lat, 100)`},
	},
	{
		Name: "dcount_intersect", Form: "T | evaluate dcount_intersect(Sketch, Sketch [, Sketch ...])",
		Doc: "Counts the values that the first of some sketches has, that the first two have in common, and so on.",
		Examples: []string{`range N from 1 to 30 step 1
| summarize Even = hll(iff(N % 2 == 0, N, 0)), Third = hll(iff(N % 3 == 0, N, 0))
| evaluate dcount_intersect(Even, Third)
| project s0, s1`},
	},
	{
		Name: "preview", Form: "T | evaluate preview(Rows)",
		Doc: "Gives two tables: so many rows, and how many there are. It ends a query.",
		Examples: []string{`range x from 1 to 5 step 1
| evaluate preview(2)`},
	},
}
