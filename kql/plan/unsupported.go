package plan

import "github.com/dogwatch-dev/dogwatch/kql/syntax"

// unsupportedOp is the name of an operator that is read but not run, or "".
func unsupportedOp(op syntax.Op) string {
	switch op := op.(type) {
	case *syntax.Unsupported:
		return op.Feature
	case *syntax.Reduce:
		return "reduce"
	case *syntax.MacroExpand:
		return "macro-expand"
	case *syntax.GraphWhere:
		if op.Edges {
			return "graph-where-edges"
		}
		return "graph-where-nodes"
	}
	return ""
}

// A Lack is features of the language that are read and refused, and why.
type Lack struct {
	Features []string
	Why      string
}

// Lacks are the features that are refused for a reason. Others are refused for
// their arguments only, with a hint in the error.
func Lacks() []Lack { return lacks }

var lacks = []Lack{
	{
		[]string{"evaluate basket"},
		"the numbers of its segments follow an order that is not documented, and it samples rows",
	},
	{
		[]string{"evaluate autocluster", "evaluate diffpatterns"},
		"they search from random seeds, and how is not documented",
	},
	{
		[]string{"reduce"},
		"which patterns stand for a group, and which value for a pattern, is not documented",
	},
	{
		[]string{"evaluate sequence_detect", "evaluate funnel_sequence", "evaluate funnel_sequence_completion"},
		"what counts where a row could belong to several sequences is not documented; scan follows sequences step by step",
	},
	{
		[]string{"evaluate session_count"},
		"whether a session counts in every bin that it reaches or in its first, and from where the look-back is measured, is not documented; row_window_session() tells sessions apart",
	},
	{
		[]string{"narrow with bool columns", "narrow with datetime columns", "narrow with timespan columns", "narrow with decimal columns", "narrow with dynamic columns"},
		"as which texts these stand is not documented; tostring() before it makes texts of them",
	},
	{
		[]string{"hash_combine()", "hash_many()"},
		"how hashes are combined is not documented; hash(strcat(...)) makes one of several values",
	},
	{
		[]string{"series_periods_detect()", "series_periods_validate()"},
		"how periods are scored is not documented; series_decompose() and its like take a period",
	},
	{
		[]string{"series_fit_2lines()", "series_fit_2lines_dynamic()"},
		"how short a side of the split may be, which side its index names, and from where the right line counts, is not documented",
	},
	{
		[]string{"geo_info_from_ip_address()"},
		"it needs a database of addresses; ipv4_lookup joins addresses with ranges of a list",
	},
	{
		[]string{"graph-where-nodes", "graph-where-edges", "node_id()", "make-graph with --"},
		"what they do is not documented",
	},
	{
		[]string{"with_match_id of scan with partition by", "optional steps of scan", "a step of scan that reads a later one"},
		"what they do is not documented",
	},
	{
		[]string{"evaluate python", "evaluate r", "evaluate csharp"},
		"a query runs no programs",
	},
	{
		[]string{
			"evaluate sql_request", "evaluate mysql_request", "evaluate postgresql_request", "evaluate cosmosdb_sql_request",
			"evaluate dax_request", "evaluate http_request", "evaluate http_request_post", "evaluate azure_digital_twins_query_request",
			"evaluate ai_embed_text", "evaluate ai_embeddings", "evaluate ai_chat_completion", "evaluate ai_chat_completion_prompt",
			"evaluate execute_query", "evaluate execute_show_command",
		},
		"a query asks nobody else",
	},
	{
		[]string{elsewhere, "entity_group", "macro-expand"},
		"there is one database",
	},
	{
		[]string{
			"cursor_after()", "cursor_before_or_at()", "cursor_current()", "current_cursor()", "extent_id()", "extentid()", "extent_tags()",
			"row_id()", "rowstore_ordinal_range()", "current_node_id()", "current_cluster_endpoint()", "current_database()",
			"current_principal()", "current_principal_details()", "current_principal_is_member_of()",
		},
		"they tell about Microsoft's service",
	},
}

// whyNot is the reason for which a feature is refused, or "".
func whyNot(feature string) string {
	for _, l := range lacks {
		for _, f := range l.Features {
			if f == feature {
				return l.Why
			}
		}
	}
	return ""
}
