package help

var plugins = []Entry{
	{
		Name: "bag_unpack", Form: "T | evaluate bag_unpack(Bag [, prefix])",
		Doc: "Makes a column of each member of a bag.",
		Examples: []string{`datatable(Labels:dynamic)[dynamic({"app": "api", "tier": "web"})]
| evaluate bag_unpack(Labels)`},
	},
	{
		Name: "pivot", Form: "T | evaluate pivot(Column [, aggregate(...)] [, Key, ...])",
		Doc: "Makes a column of each value of a column, with the number of rows or another aggregate in it.",
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
		Name: "ipv6_lookup", Form: "T | evaluate ipv6_lookup(Table, Address, Range [, return_unmatched = true])",
		Doc: "Joins addresses of version 6, or 4, with the ranges of a table that they lie in.",
		Examples: []string{`let Networks = datatable(Net:string, Name:string)["2001:db8::/32", "inside"];
datatable(IP:string)["2001:db8::7", "fe80::1"]
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
		Doc:      "Gives its input.",
		Examples: []string{`print User = "ann" | evaluate identity()`},
	},
	{
		Name: "schema_merge", Form: "T | evaluate schema_merge([PreserveOrder])",
		Doc: "Makes one schema of several that getschema gave.",
		Examples: []string{`union (print A = 1 | getschema), (print A = 1, B = "x" | getschema)
| evaluate schema_merge()`},
	},
	{
		Name: "activity_counts_metrics", Form: "T | evaluate activity_counts_metrics(Id, Time, Start, End, Window [, Dimension, ...])",
		Doc: "Counts, for each window: rows, ids, ids that no window before had, and ids so far.",
		Examples: []string{`datatable(User:string, Day:long)["ann", 1, "bob", 1, "ann", 2, "eve", 2]
| evaluate activity_counts_metrics(User, Day, 1, 2, 1)`},
	},
	{
		Name: "activity_metrics", Form: "T | evaluate activity_metrics(Id, Time, Start, End, Window [, Dimension, ...])",
		Doc: "Compares the ids of each window with those of the window before.",
		Examples: []string{`datatable(User:string, Day:long)["ann", 1, "bob", 1, "ann", 2, "eve", 2]
| evaluate activity_metrics(User, Day, 1, 2, 1)`},
	},
	{
		Name: "activity_engagement", Form: "T | evaluate activity_engagement(Id, Time, Start, End, Inner, Outer [, Dimension, ...])",
		Doc: "Compares the ids of each inner window with those of the outer one that ends with it.",
		Examples: []string{`datatable(User:string, Day:long)["ann", 1, "bob", 1, "ann", 2]
| evaluate activity_engagement(User, Day, 1, 2, 1, 2)`},
	},
	{
		Name: "active_users_count", Form: "T | evaluate active_users_count(Id, Time, Start, End, LookbackWindow, Period, ActivePeriods, Bin [, Dimension, ...])",
		Doc: "Counts the ids that came in at least so many periods of the window that ends with a row of theirs.",
		Examples: []string{`datatable(User:string, Day:long)["ann", 1, "ann", 2, "bob", 2]
| evaluate active_users_count(User, Day, 1, 2, 7, 1, 2, 1)`},
	},
	{
		Name: "sliding_window_counts", Form: "T | evaluate sliding_window_counts(Id, Time, Start, End, LookbackWindow, Bin [, Dimension, ...])",
		Doc: "Counts rows and ids in the window that ends with each bin.",
		Examples: []string{`datatable(User:string, Day:long)["ann", 1, "bob", 2, "ann", 3]
| evaluate sliding_window_counts(User, Day, 1, 3, 2, 1)`},
	},
	{
		Name: "new_activity_metrics", Form: "T | evaluate new_activity_metrics(Id, Time, Start, End, Window [, Cohort] [, Dimension, ...] [, Lookback])",
		Doc: "Follows the ids that each window saw first through the windows behind it.",
		Examples: []string{`datatable(User:string, Day:long)["ann", 1, "bob", 1, "ann", 2, "eve", 2]
| evaluate new_activity_metrics(User, Day, 1, 2, 1)`},
	},
	{
		Name: "rolling_percentile", Form: "T | evaluate rolling_percentile(Value, Percentile, Index, BinSize, BinsPerWindow [, Dimension, ...])",
		Doc: "Takes a percentile of the last bins together, at each bin.",
		Examples: []string{`range N from 0 to 9 step 1 | extend V = 10 * N
| evaluate rolling_percentile(V, 50, N, 5, 2)`},
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
}
