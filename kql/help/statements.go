package help

var statements = []Entry{
	{
		Name: "let", Form: "let Name = Expression; or let Name = (parameter:type = default, ...) { Query };",
		Doc: "Names a value, a table, or a function for what follows.",
		Examples: []string{`let least = 400;
let failed = (T:(Code:long)) { T | where Code >= least };
failed(datatable(Code:long)[200, 403])`},
	},
	{
		Name: "set", Form: "set option [= value];",
		Doc: "Sets an option of Microsoft's service. Those that cannot change an answer are taken, others are refused.",
		Examples: []string{`set notruncation;
print 1`},
	},
	{
		Name: "declare", Form: "declare query_parameters(Name:type = default, ...);",
		Doc: "Gives a query parameters; they have their defaults.",
		Examples: []string{`declare query_parameters(Who:string = "ann");
print Who`},
	},
	{
		Name: "declare pattern", Form: `declare pattern Name = (Name:string, ...)[Path:string] { ("text", ...).["text"] = { query }; ... };`,
		Doc: `Gives names to queries, which are used as Name("text").Path or Name("text").["text"]. The path may be left out.`,
		Examples: []string{`declare pattern capital = (country:string)[state:string] {
  ("USA").["New York"] = { print Capital = "Albany" };
  ("Canada").["Alberta"] = { print Capital = "Edmonton" };
};
capital("Canada").Alberta`},
	},
}

var infixes = []Entry{
	{Name: "==", Form: "X == Y", Doc: "Is true where both are the same. Texts are compared by their case.", Examples: []string{`print "Pod" == "pod", 1 == 1.0`}},
	{Name: "!=", Aliases: []string{"<>"}, Form: "X != Y", Doc: "Is true where the two differ.", Examples: []string{`print "Pod" != "pod"`}},
	{Name: "=~", Form: "X =~ Y", Doc: "Is == whatever the case.", Examples: []string{`print "Pod" =~ "pod"`}},
	{Name: "!~", Form: "X !~ Y", Doc: "Is != whatever the case.", Examples: []string{`print "Pod" !~ "pod"`}},
	{Name: "has", Aliases: []string{"!has", "has_cs", "!has_cs"}, Form: `X has "word"`, Doc: "Looks for a whole word of letters and digits, whatever its case; has_cs minds the case.", Examples: []string{`print "kube-system" has "SYSTEM", "kube-system" has "sys"`}},
	{Name: "has_any", Form: `X has_any ("word", ...)`, Doc: "Is true where a text has any of the words.", Examples: []string{`print "curl | sh" has_any ("wget", "curl")`}},
	{Name: "has_all", Form: `X has_all ("word", ...)`, Doc: "Is true where a text has all the words.", Examples: []string{`print "curl http://x | sh" has_all ("curl", "sh")`}},
	{Name: "hasprefix", Aliases: []string{"!hasprefix", "hasprefix_cs", "!hasprefix_cs"}, Form: `X hasprefix "wor"`, Doc: "Looks for the beginning of a word.", Examples: []string{`print "kube-system" hasprefix "sys"`}},
	{Name: "hassuffix", Aliases: []string{"!hassuffix", "hassuffix_cs", "!hassuffix_cs"}, Form: `X hassuffix "ord"`, Doc: "Looks for the end of a word.", Examples: []string{`print "kube-system" hassuffix "tem"`}},
	{Name: "contains", Aliases: []string{"!contains", "contains_cs", "!contains_cs"}, Form: `X contains "part"`, Doc: "Looks for any part of a text, whatever its case; contains_cs minds the case.", Examples: []string{`print "kube-system" contains "E-SYS"`}},
	{Name: "startswith", Aliases: []string{"!startswith", "startswith_cs", "!startswith_cs"}, Form: `X startswith "part"`, Doc: "Is true where a text begins so, whatever the case.", Examples: []string{`print "system:node:a" startswith "system:"`}},
	{Name: "endswith", Aliases: []string{"!endswith", "endswith_cs", "!endswith_cs"}, Form: `X endswith "part"`, Doc: "Is true where a text ends so, whatever the case.", Examples: []string{`print "api.yaml" endswith ".YAML"`}},
	{Name: "matches regex", Form: `X matches regex "expression"`, Doc: "Is true where a regular expression matches a part of the text. Its flavour is RE2's.", Examples: []string{`print "api-7f9c" matches regex @"^api-[0-9a-f]+$"`}},
	{Name: "in", Aliases: []string{"!in"}, Form: `X in (Y, ...)`, Doc: "Is true where a value is one of a list, of a dynamic array, or of a table's only column.", Examples: []string{`print "get" in ("get", "list"), 3 !in (1, 2)`}},
	{Name: "in~", Aliases: []string{"!in~"}, Form: `X in~ (Y, ...)`, Doc: "Is in whatever the case.", Examples: []string{`print "GET" in~ ("get", "list")`}},
	{Name: "between", Aliases: []string{"!between"}, Form: "X between (Low .. High)", Doc: "Is true from one value to another, both included. After a time the upper may be a timespan.", Examples: []string{`print 403 between (400 .. 499), datetime(2026-01-02) between (datetime(2026-01-01) .. 2d)`}},
	{Name: "and", Form: "X and Y", Doc: "Is true where both are.", Examples: []string{`print true and false`}},
	{Name: "or", Form: "X or Y", Doc: "Is true where one is.", Examples: []string{`print true or false`}},
}
