package fn

import "github.com/dogwatch-dev/dogwatch/kql/value"

const (
	rowCategory   = "Rows in order"
	queryCategory = "Queries and tables"
)

// specialFuncs are the functions that look beyond the row that they stand in.
// They have no code here: the planner knows them by name.
func specialFuncs() []Func {
	restart := optional("restart", tBool, "when true the count begins anew at this row")
	offset := optional("offset", tLong, "how many rows off; 1 when left out")
	missing := optional("default_value", nil, "the value where there is no such row; null when left out")
	special := func(category, name string, result value.Type, doc string, params ...Param) Func {
		f := Func{Name: name, Category: category, Result: result, Doc: doc, Params: params, Special: true}
		if result == value.Unknown {
			f.ResultOf = typeOfFirst
		}
		return f
	}
	rank := special(rowCategory, "row_rank_dense", value.Long, "Ranks rows in order, without gaps behind equal ones.", param("term", nil, "the value ranked by"), restart)
	rank.Aliases = []string{"row_rank"}
	exists := special(queryCategory, "column_ifexists", value.Unknown, "Gives a column if the table has it, else another value.",
		constant("column_name", tText, "the column's name"), param("defaultValue", nil, "what stands for it"))
	exists.Aliases = []string{"columnifexists"}
	exists.ResultOf = func(args []Arg) value.Type { return args[1].Type }
	bins := special(mathCategory, "bin_auto", value.Unknown, "Is bin_at() with the size and the place of the bins that the query gives, as in set query_bin_auto_size = 1h; set query_bin_auto_at = datetime(2026-01-01).",
		param("value", nil, "a number, datetime or timespan"))
	bins.NameFromArg = true
	return []Func{
		special(rowCategory, "prev", value.Unknown, "Gives a column's value in an earlier row of a table in order.", param("column", nil, "the column"), offset, missing),
		special(rowCategory, "next", value.Unknown, "Gives a column's value in a later row of a table in order.", param("column", nil, "the column"), offset, missing),
		special(rowCategory, "row_number", value.Long, "Numbers the rows of a table in order.", optional("startingIndex", tLong, "the first number; 1 when left out"), restart),
		special(rowCategory, "row_cumsum", value.Unknown, "Adds up a column from row to row.", param("term", tNumber, "what is added"), restart),
		rank,
		special(rowCategory, "row_rank_min", value.Long, "Ranks rows in order; equal ones share the least rank.", param("term", nil, "the value ranked by"), restart),
		special(rowCategory, "row_window_session", value.DateTime, "Gives the start of the session that a row belongs to.",
			param("expr", tTime, "the time"), param("maxDistanceFromFirst", tSpan, "how long a session may last"),
			param("maxDistanceBetweenNeighbors", tSpan, "how long it may pause"), restart),
		special(queryCategory, "toscalar", value.Unknown, "Runs a query and gives the first value of its first row.", param("expression", nil, "a query")),
		special(queryCategory, "materialize", value.Unknown, "Runs a query once, however often its result is used.", param("expression", nil, "a query")),
		special(queryCategory, "table", value.Unknown, "Names a table by a text.", constant("name", tText, "the table's name")),
		special(queryCategory, "_GetWatchlist", value.Unknown, "Gives the rows of a watchlist.", constant("alias", tText, "the list's name")),
		special(queryCategory, "pack_all", value.Dynamic, "Makes a bag of all columns of a row.", optional("ignore_null_empty", tBool, "when true, columns that are null or empty are left out")),
		special(queryCategory, "ingestion_time", value.DateTime, "Gives the time at which a record was received; of records read from files, the TimeGenerated of their row."),
		exists,
		special(queryCategory, "assert", value.Bool, "Ends the query with a message where a condition is false, which has to be known before any row is read. Else it is true.",
			param("condition", tBool, "what has to be true"), constant("message", tText, "what is told else")),
		bins,
	}
}
