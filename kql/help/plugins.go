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
}
