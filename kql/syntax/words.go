package syntax

import "github.com/dogwatch-dev/dogwatch/kql/value"

// Words of the language come in three sorts, as Microsoft's parser has them:
// those that may be a name anywhere (count, kind, let, step: not listed here),
// those that may name a new column or parameter but not be referred to without
// brackets (declareOnly), and those that never name anything without brackets
// (reserved). Words of management commands are not held against the author.
var (
	declareOnly = set(`accumulate as by contains datatable earliest externaldata find has in invoke latest
		materialize mdm of print sample sample-distinct search set sql title to top-hitters top-nested
		toscalar totable verbose viewers where`)
	reserved = set(`true True TRUE false False FALSE 3Dchart __contextual_datatable __executeAndCache __projectAway and anomalychart areachart
		asc assert-schema bagexpansion barchart between boolean byte card char columnchart contains_cs
		containscs cycles datascope date datetime decimal decodeblocks desc double dynamic endswith
		endswith_cs expandoutput external_data first flags float granny-asc granny-desc graph-mark-components
		graph-match graph-shortest-paths graph-to-table graph-where-edges graph-where-nodes has_all has_any
		has_cs hasprefix hasprefix_cs hassuffix hassuffix_cs hotcache int int16 int32 int64 int8 isfuzzy
		ladderchart last like likecs linechart long macro-expand make-graph make-series
		materialized-view-combine missing mv-apply mv-expand nooptimization notcontains notcontainscs notlike
		notlikecs or others parse-kv parse-where partitioned-by piechart pivotchart project project-away
		project-by-names project-keep project-rename project-reorder project-smart real relaxed scatterchart
		simple stackedareachart startswith startswith_cs string time timechart timeline timepivot timespan
		treemap uint uint16 uint32 uint64 uint8 ulong union uniqueid with_itemindex with_match_id
		with_step_name`)
	negated = set(`!between !contains !contains_cs !endswith !endswith_cs !has !has_cs !hasprefix
		!hasprefix_cs !hassuffix !hassuffix_cs !in !in~ !startswith !startswith_cs`)
)

// dashedWords are words with a dash inside; dashed has their first parts.
var (
	dashedWords = set(`assert-schema granny-asc granny-desc graph-mark-components graph-match
		graph-shortest-paths graph-to-table graph-where-edges graph-where-nodes macro-expand make-graph
		make-series materialized-view-combine mv-apply mv-expand parse-kv parse-where partitioned-by
		project-away project-by-names project-keep project-rename project-reorder project-smart
		sample-distinct top-hitters top-nested`)
	dashed = set(`assert granny graph macro make materialized mv parse partitioned project sample top`)
)

const longestDashed = len("materialized-view-combine")

// stringOps are the operators between two scalars that bind tightest, by
// spelling, and the spelling they get in the tree.
var stringOps = map[string]string{
	"=~": "=~", "!~": "!~", ":": "has",
	"contains_cs": "contains_cs", "containscs": "contains_cs", "!contains_cs": "!contains_cs", "notcontainscs": "!contains_cs",
	"contains": "contains", "!contains": "!contains", "notcontains": "!contains",
	"has": "has", "!has": "!has", "has_cs": "has_cs", "!has_cs": "!has_cs",
	"hasprefix": "hasprefix", "!hasprefix": "!hasprefix", "hasprefix_cs": "hasprefix_cs", "!hasprefix_cs": "!hasprefix_cs",
	"hassuffix": "hassuffix", "!hassuffix": "!hassuffix", "hassuffix_cs": "hassuffix_cs", "!hassuffix_cs": "!hassuffix_cs",
	"startswith": "startswith", "!startswith": "!startswith", "startswith_cs": "startswith_cs", "!startswith_cs": "!startswith_cs",
	"endswith": "endswith", "!endswith": "!endswith", "endswith_cs": "endswith_cs", "!endswith_cs": "!endswith_cs",
	"like": "like", "notlike": "notlike", "likecs": "likecs", "notlikecs": "notlikecs",
	"matches regex": "matches regex",
}

// typedLiteral is the type of long(...) and its like.
var typedLiteral = map[string]value.Type{
	"bool": value.Bool, "int": value.Int, "int32": value.Int, "long": value.Long, "int64": value.Long,
	"real": value.Real, "double": value.Real, "decimal": value.Decimal,
	"datetime": value.DateTime, "date": value.DateTime, "timespan": value.TimeSpan, "time": value.TimeSpan,
	"guid": value.GUID, "uuid": value.GUID, "uniqueid": value.GUID,
}

// columnTypes are the types a column or parameter may be declared with.
var columnTypes = map[string]value.Type{
	"bool": value.Bool, "boolean": value.Bool, "date": value.DateTime, "datetime": value.DateTime,
	"decimal": value.Decimal, "double": value.Real, "dynamic": value.Dynamic, "guid": value.GUID,
	"int": value.Int, "int8": value.Int, "int64": value.Long, "long": value.Long, "real": value.Real,
	"string": value.String, "time": value.TimeSpan, "timespan": value.TimeSpan, "uniqueid": value.GUID,
}

// moreTypes are known besides, in typeof() and find.
var moreTypes = map[string]value.Type{
	"float": value.Real, "int16": value.Int, "int32": value.Int, "uint": value.Int, "uint8": value.Int,
	"uint16": value.Int, "uint32": value.Int, "uint64": value.Long, "ulong": value.Long,
}

// unsupportedOps are operators that are known by name only.
var unsupportedOps = set(`__partitionby __executeAndCache inline_external_table`)

// options are the names that, with "=" after them, are an option of an
// operator wherever it takes options; besides hint.anything.
var options = set(`__crossCluster __crossDB __id __isFuzzy __noWithSource __packedColumn __sourceColumnIndex
	bagexpansion bin_legacy cycles datascope decodeblocks expandoutput flags force_remote isfuzzy kind
	with_itemindex with_match_id with_source with_step_name withsource`)

func set(words string) map[string]bool {
	m := map[string]bool{}
	start := -1
	for i := range len(words) + 1 {
		blank := i == len(words) || words[i] == ' ' || words[i] == '\n' || words[i] == '\t'
		if blank && start >= 0 {
			m[words[start:i]] = true
			start = -1
		} else if !blank && start < 0 {
			start = i
		}
	}
	return m
}
