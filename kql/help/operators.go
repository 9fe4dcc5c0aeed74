package help

var joinKinds = []string{
	"kind=inner", "kind=innerunique", "kind=leftouter", "kind=rightouter", "kind=fullouter", "kind=leftanti",
	"kind=rightanti", "kind=leftsemi", "kind=rightsemi", "on",
}

var operators = []Entry{
	{
		Name: "where", Aliases: []string{"filter"}, Form: "T | where Condition",
		Doc: "Keeps the rows for which a condition is true; a row for which it is null is not kept. `* has \"text\"`, contains and their like look in the text of every column.",
		Examples: []string{`datatable(User:string, Code:long)["ann", 200, "bob", 403]
| where Code >= 400`},
		Words: []string{"and", "or"},
	},
	{
		Name: "extend", Form: "T | extend Name = Expression, ...",
		Doc: "Adds columns, or replaces those that have the name.",
		Examples: []string{`datatable(User:string)["system:node:a", "ann"]
| extend IsNode = User startswith "system:node:"`},
	},
	{
		Name: "project", Form: "T | project Column, Name = Expression, ...",
		Doc: "Leaves these columns, in this order.",
		Examples: []string{`datatable(User:string, Code:long)["ann", 403]
| project Code, Who = toupper(User)`},
	},
	{
		Name: "project-away", Form: "T | project-away Column, Prefix*, ...",
		Doc: "Leaves out columns; a * stands for any characters.",
		Examples: []string{`datatable(User:string, TagA:string, TagB:string)["ann", "a", "b"]
| project-away Tag*`},
	},
	{
		Name: "project-keep", Form: "T | project-keep Column, Prefix*, ...",
		Doc: "Leaves these columns in the order that they have.",
		Examples: []string{`datatable(User:string, TagA:string, TagB:string)["ann", "a", "b"]
| project-keep TagB, User`},
	},
	{
		Name: "project-rename", Form: "T | project-rename New = Old, ...",
		Doc: "Gives columns other names.",
		Examples: []string{`datatable(u:string)["ann"]
| project-rename User = u`},
	},
	{
		Name: "project-reorder", Form: "T | project-reorder Column [asc|desc|granny-asc|granny-desc], ...",
		Doc: "Puts these columns first; the others follow as they were.",
		Examples: []string{`datatable(b:long, a:long, c:long)[1, 2, 3]
| project-reorder c, * asc`},
		Words: []string{"asc", "desc", "granny-asc", "granny-desc"},
	},
	{
		Name: "project-by-names", Form: `T | project-by-names "Column", "Prefix*", Names, ...`,
		Doc: "Leaves the columns that have these names, in this order. Names are constant texts or arrays of texts, also of column_names_of(); those that no column has are read over.",
		Examples: []string{`datatable(User:string, Code:long, Verb:string)["ann", 403, "get"]
| project-by-names "Verb", dynamic(["User", "Team"])`},
		Words: []string{"column_names_of"},
	},
	{
		Name: "summarize", Form: "T | summarize Name = aggregate(...), ... by Name = Expression, ...",
		Doc: "Groups rows by keys and aggregates each group; without aggregates it gives each combination of keys once.",
		Examples: []string{`datatable(User:string, Code:long)["ann", 200, "bob", 403, "ann", 403]
| summarize Requests = count(), Denied = countif(Code == 403) by User`},
		Words: []string{"by"},
	},
	{
		Name: "distinct", Form: "T | distinct Column, ... or T | distinct *",
		Doc: "Gives each combination of values once.",
		Examples: []string{`datatable(User:string, Verb:string)["ann", "get", "ann", "get", "bob", "get"]
| distinct User, Verb`},
	},
	{
		Name: "count", Form: "T | count",
		Doc: "Gives the number of rows.",
		Examples: []string{`range x from 1 to 5 step 1
| count`},
	},
	{
		Name: "sort", Aliases: []string{"order"}, Form: "T | sort by Expression [asc|desc] [nulls first|nulls last], ...",
		Doc: "Orders rows. Without a word the order is descending.",
		Examples: []string{`datatable(User:string, Code:long)["ann", 403, "bob", 200, "cy", 403]
| sort by Code asc, User desc`},
		Words: []string{"by", "asc", "desc", "nulls first", "nulls last"},
	},
	{
		Name: "top", Form: "T | top N by Expression [asc|desc] [nulls first|nulls last]",
		Doc: "Gives the first rows in an order, without sorting the others.",
		Examples: []string{`datatable(User:string, Requests:long)["ann", 3, "bob", 9, "cy", 7]
| top 2 by Requests`},
		Words: []string{"by", "asc", "desc", "nulls first", "nulls last"},
	},
	{
		Name: "top-nested", Form: "T | top-nested N of Key [with others = Name] by aggregate(...), top-nested ...",
		Doc: "Gives the largest groups, and within each the largest of a further key.",
		Examples: []string{`datatable(Namespace:string, User:string)["shop", "ann", "shop", "ann", "shop", "bob", "web", "bob"]
| top-nested 1 of Namespace by n = count(), top-nested 1 of User by m = count()`},
		Words: []string{"of", "by", "with others"},
	},
	{
		Name: "top-hitters", Form: "T | top-hitters N of Expression [by Weight]",
		Doc: "Gives the values that are there most often, or have most weight together. Here they are exact.",
		Examples: []string{`datatable(User:string)["ann", "bob", "ann"]
| top-hitters 1 of User`},
		Words: []string{"of", "by"},
	},
	{
		Name: "take", Aliases: []string{"limit"}, Form: "T | take N",
		Doc: "Gives that many rows, whichever come first.",
		Examples: []string{`range x from 1 to 5 step 1
| take 2`},
	},
	{
		Name: "sample", Form: "T | sample N",
		Doc: "Gives that many rows, chosen at random.",
		Examples: []string{`range x from 1 to 5 step 1
| sample 3
| count`},
	},
	{
		Name: "sample-distinct", Form: "T | sample-distinct N of Column",
		Doc: "Gives that many different values of a column.",
		Examples: []string{`datatable(User:string)["ann", "ann", "bob"]
| sample-distinct 5 of User
| count`},
		Words: []string{"of"},
	},
	{
		Name: "join", Form: "T | join [kind=Kind] (Other) on Column, $left.A == $right.B, ...",
		Doc: "Joins rows of two tables that have the same keys. The kind is innerunique when none is given: of rows on the left with the same key only one is taken.",
		Examples: []string{`datatable(User:string, Verb:string)["ann", "get", "bob", "delete"]
| join kind=inner (datatable(Name:string, Team:string)["bob", "web"]) on $left.User == $right.Name
| project User, Verb, Team`},
		Words: joinKinds,
	},
	{
		Name: "lookup", Form: "T | lookup [kind=leftouter|inner] (Other) on Column, ...",
		Doc: "Adds the columns of a small table; the keys stand once in the result.",
		Examples: []string{`datatable(User:string, Code:long)["ann", 200, "bob", 403]
| lookup (datatable(User:string, Team:string)["bob", "web"]) on User`},
		Words: []string{"kind=leftouter", "kind=inner", "on"},
	},
	{
		Name: "union", Form: "T | union [kind=inner|outer] [withsource=Name] [isfuzzy=true] Other, ...",
		Doc:      "Gives the rows of several tables. With isfuzzy=true tables that are not there are left out.",
		Examples: []string{`union withsource=From (print a = 1), (print a = 2, b = "x")`},
		Words:    []string{"kind=inner", "kind=outer", "withsource=", "isfuzzy=true"},
	},
	{
		Name: "mv-expand", Aliases: []string{"mvexpand"}, Form: "T | mv-expand [kind=bag|array] [with_itemindex=Name] Name = Array [to typeof(Type)] [limit N], ...",
		Doc: "Gives a row for each element of an array, or each member of a bag.",
		Examples: []string{`print Pod = "api", Images = dynamic(["nginx", "sidecar"])
| mv-expand Image = Images to typeof(string)`},
		Words: []string{"to typeof(string)", "to typeof(long)", "to typeof(dynamic)", "with_itemindex=", "limit"},
	},
	{
		Name: "mv-apply", Aliases: []string{"mvapply"}, Form: "T | mv-apply Name = Array [to typeof(Type)] on (Query)",
		Doc: "Runs a query over the elements of an array, for each row by itself.",
		Examples: []string{`datatable(Pod:string, Ports:dynamic)["api", dynamic([80, 22, 443]), "db", dynamic([5432])]
| mv-apply Port = Ports to typeof(long) on (summarize Lowest = min(Port))
| project Pod, Lowest`},
		Words: []string{"to typeof(string)", "to typeof(long)", "to typeof(dynamic)", "on"},
	},
	{
		Name: "parse", Form: `T | parse [kind=simple|regex|relaxed] Text with * "constant" Name:type * ...`,
		Doc: "Takes a text apart into columns; where the text does not fit they are null.",
		Examples: []string{`print URI = "/api/v1/namespaces/shop/pods/api-7"
| parse URI with "/api/v1/namespaces/" Namespace "/pods/" Pod
| project Namespace, Pod`},
		Words: []string{"with", "kind=regex", "kind=relaxed", "kind=simple"},
	},
	{
		Name: "parse-where", Form: `T | parse-where [kind=simple|regex] Text with * "constant" Name:type * ...`,
		Doc: "Is parse, and leaves out the rows whose text does not fit.",
		Examples: []string{`datatable(Line:string)["user=ann code=403", "hello"]
| parse-where Line with "user=" User " code=" Code:long
| project User, Code`},
		Words: []string{"with", "kind=regex", "kind=simple"},
	},
	{
		Name: "parse-kv", Form: `T | parse-kv Text as (Name:type, ...) with (pair_delimiter=",", kv_delimiter="=")`,
		Doc: "Takes pairs of keys and values out of a text.",
		Examples: []string{`print Line = "user=ann, code=403"
| parse-kv Line as (user:string, code:long) with (pair_delimiter=", ", kv_delimiter="=")
| project user, code`},
		Words: []string{"as", "with"},
	},
	{
		Name: "search", Form: `search [kind=case_sensitive] [in (T1, T2)] "word" and Column: "word"`,
		Doc: "Gives the rows in which any column holds a word; $table says where they are from.",
		Examples: []string{`datatable(User:string, Verb:string)["ann", "get", "bob", "delete"]
| search "bob"`},
		Words: []string{"in", "kind=case_sensitive"},
	},
	{
		Name: "find", Form: "find [withsource=Name] [in (T1, T2)] where Condition [project Column, ...]",
		Doc: "Gives the rows of several tables for which a condition holds; source_ says where they are from.",
		Examples: []string{`let A = datatable(User:string, Code:long)["ann", 200];
let B = datatable(User:string, Verb:string)["ann", "get", "bob", "get"];
find in (A, B) where User == "ann" project User`},
		Words: []string{"in", "where", "project", "withsource="},
	},
	{
		Name: "print", Form: "print Name = Expression, ...",
		Doc:      "Gives one row.",
		Examples: []string{`print Sum = 1 + 2, Day = startofday(datetime(2026-01-02T03:04:05Z))`},
	},
	{
		Name: "range", Form: "range Name from First to Last step Step",
		Doc:      "Gives a row for each step from one value to another: numbers, times, timespans.",
		Examples: []string{`range Hour from datetime(2026-01-02) to datetime(2026-01-02T02:00:00Z) step 1h`},
		Words:    []string{"from", "to", "step"},
	},
	{
		Name: "datatable", Form: "datatable(Name:type, ...) [Value, ...]",
		Doc:      "Is a table written out.",
		Examples: []string{`datatable(User:string, Code:long)["ann", 200, "bob", 403]`},
	},
	{
		Name: "externaldata", Form: `externaldata(Name:type, ...) ["file"] with (format="csv")`,
		Doc: "Gives the rows of a local file: csv, tsv, psv, scsv, json, multijson, txt, raw. Only hunts may; rules read lists by _GetWatchlist().",
	},
	{
		Name: "make-series", Form: "T | make-series Name = aggregate(...) [default=Value] on Axis from First to Last step Step by Key, ...",
		Doc: "Aggregates along an axis of time or numbers, into arrays with an element for each step, also where there are no rows.",
		Examples: []string{`datatable(Hour:datetime, User:string)[datetime(2026-01-02T01:10:00Z), "ann", datetime(2026-01-02T03:20:00Z), "ann"]
| make-series Requests = count() on Hour from datetime(2026-01-02T00:00:00Z) to datetime(2026-01-02T04:00:00Z) step 1h by User`},
		Words: []string{"on", "from", "to", "step", "by", "default=0"},
	},
	{
		Name: "partition", Form: "T | partition [hint.strategy=native] by Column (Query)",
		Doc: "Runs a query over each group of rows by itself.",
		Examples: []string{`datatable(User:string, Code:long)["ann", 200, "ann", 403, "bob", 200]
| partition by User (top 1 by Code)`},
		Words: []string{"by"},
	},
	{
		Name: "fork", Form: "T | fork [Name =] (Operators) [Name =] (Operators) ...",
		Doc: "Runs several queries over the same rows, each with a table of its own as its result. It ends a query; hunt shows the tables one behind the other, with -o json as a list.",
		Examples: []string{`datatable(User:string, Code:long)["ann", 200, "bob", 403]
| fork Denied = (where Code == 403) Total = (count)`},
	},
	{
		Name: "facet", Form: "T | facet by Column, ... [with (Operators)]",
		Doc: "Counts the values of each column, in a table each, behind a table of what a query gives of the rows. It ends a query.",
		Examples: []string{`datatable(User:string, Verb:string)["ann", "get", "bob", "get"]
| facet by User, Verb with (take 1)`},
		Words: []string{"by", "with"},
	},
	{
		Name: "serialize", Form: "T | serialize [Name = Expression, ...]",
		Doc: "Fixes the order of rows, so that row_number(), prev() and their like can be used.",
		Examples: []string{`range x from 3 to 1 step -1
| serialize n = row_number()`},
	},
	{
		Name: "scan", Form: "T | scan [with_match_id=Name] [order by Column] [partition by Key, ...] [declare (Name:type = Value)] with (step Name: Condition => Column = Expression; ...)",
		Doc: "Follows sequences of rows through steps, each with a condition, and writes down what it saw on the way. The rows must be in order; partition by follows the rows of each key by themselves.",
		Examples: []string{`range x from 1 to 5 step 1
| scan declare (Sum:long = 0) with (step s: true => Sum = x + s.Sum;)`},
		Words: []string{"declare", "with", "step", "with_match_id=", "order by", "partition by"},
	},
	{
		Name: "make-graph", Form: "T | make-graph Source --> Target [with Nodes on Key, ... | with_node_id=Name] [partitioned-by Column (Operators)]",
		Doc: "Makes a graph: each row is an edge between the nodes that two of its columns name. Properties of nodes come from tables, or with_node_id gives nodes their key as a property. A graph operator follows.",
		Examples: []string{`datatable(From:string, May:string, To:string)["pod/web", "runs as", "sa/deployer", "sa/deployer", "bound to", "role/admin"]
| make-graph From --> To with_node_id=Id
| graph-match (pod)-[way*1..3]->(role) where pod.Id startswith "pod/" and role.Id == "role/admin" project Pod = pod.Id, Way = map(way, May)`},
		Words: []string{"with", "on", "with_node_id=", "partitioned-by"},
	},
	{
		Name: "graph-match", Form: "G | graph-match [cycles=all|none|unique_edges] (a)-[e]->(b)<-[f*1..5]-(c), ... [where Condition] project a.Name, Path = map(f, Kind), ...",
		Doc: "Finds the places in a graph where a pattern fits. An edge -[e]- goes both ways; -[e*1..5]-> has that many steps, and its properties are arrays. all(e, x), any(e, x) and map(e, x) look at each step, and with inner_nodes(e) at each node between; node_degree_in(a) and node_degree_out(a) count the edges of a node. No edge is used twice in a match, unless cycles=all; with cycles=none no node is.",
		Examples: []string{`datatable(From:string, To:string)["ann", "web", "web", "db", "bob", "db"]
| make-graph From --> To with_node_id=Id
| graph-match (a)-->(b)-->(c) project a.Id, b.Id, c.Id`},
		Words: []string{"cycles=all", "cycles=none", "cycles=unique_edges", "where", "project", "all", "any", "map", "inner_nodes", "node_degree_in", "node_degree_out"},
	},
	{
		Name: "graph-shortest-paths", Form: "G | graph-shortest-paths [output=any|all] (a)-[e*1..5]->(b) [where Condition] project a.Name, Path = map(e, Kind), ...",
		Doc: "Finds the shortest paths between nodes: one for each two nodes, or with output=all each that is as short. Conditions are on the two ends, or all(e, x) and all(inner_nodes(e), x).",
		Examples: []string{`datatable(From:string, To:string)["a", "b", "b", "c", "c", "d", "a", "c"]
| make-graph From --> To with_node_id=Id
| graph-shortest-paths (x)-[e*1..5]->(y) where x.Id == "a" project y.Id, Through = map(inner_nodes(e), Id)`},
		Words: []string{"output=any", "output=all", "where", "project"},
	},
	{
		Name: "graph-mark-components", Form: "G | graph-mark-components [kind=weak|strong] [with_component_id=Name]",
		Doc: "Numbers the parts of a graph that are connected, as the property ComponentId of each node. Those of kind=strong lead to one another.",
		Examples: []string{`datatable(From:string, To:string)["a", "b", "b", "c", "x", "y"]
| make-graph From --> To with_node_id=Id
| graph-mark-components
| graph-to-table nodes`},
		Words: []string{"kind=weak", "kind=strong", "with_component_id="},
	},
	{
		Name: "graph-to-table", Form: "G | graph-to-table nodes [with_node_id=Name] or graph-to-table edges [with_source_id=Name] [with_target_id=Name]",
		Doc: "Gives the nodes or the edges of a graph as rows, with hash() of the keys where it is asked for.",
		Examples: []string{`datatable(From:string, To:string)["ann", "web"]
| make-graph From --> To with (datatable(Id:string, Team:string)["ann", "blue"]) on Id
| graph-to-table nodes`},
		Words: []string{"nodes", "edges", "with_node_id=", "with_source_id=", "with_target_id="},
	},
	{
		Name: "as", Form: "T | as Name",
		Doc: "Gives a name to what comes so far, for the rest of the query.",
		Examples: []string{`range x from 1 to 3 step 1
| as T
| where x == toscalar(T | summarize max(x))`},
	},
	{
		Name: "invoke", Form: "T | invoke function(...)",
		Doc: "Hands the table to a function as its first argument.",
		Examples: []string{`let denied = (T:(Code:long)) { T | where Code == 403 };
datatable(User:string, Code:long)["ann", 200, "bob", 403]
| invoke denied()`},
	},
	{
		Name: "evaluate", Form: "T | evaluate plugin(...) [: (Name:type, ...)]",
		Doc: "Runs a plugin.",
		Examples: []string{`datatable(User:string, Verb:string)["ann", "get", "ann", "list", "bob", "get"]
| evaluate pivot(Verb)`},
	},
	{
		Name: "getschema", Form: "T | getschema",
		Doc: "Gives a row for each column: its name, place and type.",
		Examples: []string{`datatable(User:string, Code:long)[]
| getschema
| project ColumnName, ColumnType`},
	},
	{
		Name: "assert-schema", Form: "T | assert-schema (Name:type, ...)",
		Doc: "Gives the rows as they are, if the columns are those that are written; else it is a mistake.",
		Examples: []string{`print User = "ann"
| assert-schema (User:string)`},
	},
	{
		Name: "consume", Form: "T | consume",
		Doc: "Reads all rows and gives none.",
		Examples: []string{`range x from 1 to 3 step 1
| consume
| count`},
	},
	{
		Name: "render", Form: `T | render timechart|columnchart|barchart|piechart|... [with (title="...", ...)]`,
		Doc: "Says how the result is to be drawn: on a terminal, or with -o svg and -o html as a picture. The rows stay as they are.",
		Examples: []string{`datatable(User:string, Requests:long)["ann", 3, "bob", 9]
| render barchart with (title="Requests")`},
		Words: []string{
			"timechart", "linechart", "areachart", "stackedareachart", "barchart", "columnchart", "piechart", "scatterchart",
			"card", "table", "with",
		},
	},
}
