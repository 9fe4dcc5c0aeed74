package oracle

import "regexp"

// reasons say why we do otherwise than Microsoft's parser, by what is told of
// the difference.
var reasons = []struct {
	what   *regexp.Regexp
	reason string
}{
	{regexp.MustCompile(`^query:\S+ unknown letter "`), "A constant format that has no meaning is told when the query is read; the parser does not look into texts."},
	{regexp.MustCompile(`^query:\S+ cannot read the path "`), "A constant path that has no meaning is told when the query is read; the parser does not look into texts."},
	{regexp.MustCompile(`^query:\S+ unknown time zone "`), "A constant time zone that is not known is told when the query is read; the parser does not look into texts."},
	{regexp.MustCompile(`^query:\S+ extract_all\(\) wants a group`), "The page of extract_all demands a group; the parser does not look into texts."},
	{regexp.MustCompile(`wants a constant for percentile`), "A percentile is a constant (the page of percentile); the parser takes any number."},
	{regexp.MustCompile(`operator \* is not defined for timespan and timespan`), "The page of timespan arithmetic knows no product of two timespans."},
	{regexp.MustCompile(`y:real, want y:dynamic`), "The page of jaccard_index gives a number; the parser names no type."},
	{regexp.MustCompile(`geo_line_locate_point\(\) takes \d arguments`), "An argument that may be given is not there yet, and is told as one too many or too few."},
	{regexp.MustCompile(`parse_user_agent\(\) (takes 2|looks for)`), "The page of parse_user_agent demands what to look for."},
	{regexp.MustCompile(`outliers are of the kind|series_outliers\(\) wants a constant for kind`), "The function's page names what it takes there; the rest has no known answer."},
	{regexp.MustCompile(`rank_tdigest\(\) wants|preserve_crossing, not|for distance, not`), "The function's page names the types that it takes; the parser takes more."},
	{regexp.MustCompile(`merge_tdigests_:dynamic, want tdigests_merge_result`), "The parser names one function by two names, as an aggregate and as none."},
	{regexp.MustCompile(`: \w*_(a|step|name|type):dynamic, want |_step:string, want step|_name:dynamic, want name`), "A member of a constant bag or array: the parser knows the types of members of constants, and names the member alone."},
	{regexp.MustCompile(`want none$|: count_:long, want count_:dynamic|: s t1:string, want `), "The parser's columns have two of one name, or lose one to the other; a table has no two columns of one name."},
	{regexp.MustCompile(`^column \d+: min_:int, want min_:long`), "The sign before a constant int is the constant's; the parser forgets that when the constant comes from a user's function."},
	{regexp.MustCompile(`^column \d+: t:dynamic, want t:real|: a1:long, want c:string|: a_string:string, want a:long`), "A name that is given twice: the parser drops one of the columns, so those behind it stand elsewhere."},
	{regexp.MustCompile(`want AADTenantId:string$`), "union * counts views made by let as tables (the page of let statement), which the parser leaves out."},
	{regexp.MustCompile(`want \$table:string$`), "search adds the column $table (the page of search); behind a search of tables the parser adds a second one."},
	{regexp.MustCompile(`take_any\(\) needs arguments`), "A star over a table without columns stands for nothing."},
}

// Reason is why we do otherwise than Microsoft's parser, or "".
func Reason(what string) string {
	for _, r := range reasons {
		if r.what.MatchString(what) {
			return r.reason
		}
	}
	return ""
}
