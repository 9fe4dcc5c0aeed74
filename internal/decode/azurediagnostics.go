package decode

import (
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

func azureDiagnostics() *table {
	return &table{
		name: "AzureDiagnostics",
		doc: "Resource logs as Log Analytics keeps them in its shared table: one row a record, every category. The log line " +
			"of a control-plane category is `log_s`. It stays as it came: when Azure cut it, it is no JSON and `parse_json(log_s)` " +
			"gives nothing, as in Azure; KubeAudit reads what is left. Audit events that did not come through Azure are rows of " +
			"the category `kube-audit`.",
		has:     isDiagnostics,
		columns: append(diagnosticsColumns(), diagnosticsProperties()...),
	}
}

func isDiagnostics(r *record) bool {
	return r.shape == shapeEvent || r.shape == shapeContainerLine || r.shape == shapeEnvelope || r.shape == shapeDiagnosticsRow
}

func diagnosticsColumns() []column {
	return []column{
		text("TenantId", "Id of the workspace, of exported rows.", func(r *record) string { return r.ownOr("TenantId", "") }),
		moment("TimeGenerated", "When the record was written: the envelope's time; of events without one stageTimestamp.", (*record).timeGenerated),
		text("ResourceId", "The resource that wrote the record, as it writes it (mostly in capitals).", (*record).resource),
		text("Category", "kube-audit, kube-audit-admin, kube-apiserver, kube-controller-manager, kube-scheduler, cluster-autoscaler, guard and others.", func(r *record) string {
			if r.category == "" && r.event.is() {
				return "kube-audit"
			}
			return r.category
		}),
		text("ResourceGroup", "From ResourceId.", func(r *record) string { return r.ownOr("ResourceGroup", idPart(r.resource(), "resourcegroups")) }),
		text("SubscriptionId", "From ResourceId.", func(r *record) string {
			return r.ownOr("SubscriptionId", strings.ToLower(idPart(r.resource(), "subscriptions")))
		}),
		text("ResourceProvider", "From ResourceId.", func(r *record) string { return r.ownOr("ResourceProvider", idPart(r.resource(), "providers")) }),
		text("Resource", "From ResourceId: the cluster's name.", func(r *record) string { return r.ownOr("Resource", idName(r.resource())) }),
		text("ResourceType", "From ResourceId.", func(r *record) string { return r.ownOr("ResourceType", idType(r.resource())) }),
		text("OperationName", "`Microsoft.ContainerService/managedClusters/diagnosticLogs/Read` for all control-plane logs.", fromEnvelope("operationName")),
		text("OperationVersion", "Version of the operation's schema, where the record has one.", fromEnvelope("operationVersion")),
		text("ResultType", "Result, of resources that write one.", fromEnvelope("resultType")),
		text("ResultSignature", "Detail of the result.", fromEnvelope("resultSignature")),
		text("ResultDescription", "Result in words.", fromEnvelope("resultDescription")),
		{"DurationMs", value.Long, "Milliseconds that the operation took.", func(r *record) value.Value { return value.StringOf(fromEnvelope("durationMs")(r)).To(value.Long) }},
		text("CallerIPAddress", "Address of the caller, of resources that write one.", fromEnvelope("callerIpAddress")),
		text("CorrelationId", "The same in records of one operation.", fromEnvelope("correlationId")),
		text("Level", "Level of the record, of resources that write one; log lines have theirs in log_s.", fromEnvelope("level")),
		text("Message", "Text of the record, of resources that write one.", fromEnvelope("message")),
		text("log_s", "The log line: for the audit categories one audit event as JSON, for others a line of text. An object in its place is written as JSON. Taken from AdditionalFields where the row has no column of its own for it.", func(r *record) string {
			if r.shape == shapeEvent {
				return r.raw
			}
			return r.log
		}),
		text("pod_s", "The control plane's pod that wrote it.", func(r *record) string { return r.pod }),
		text("stream_s", "stdout or stderr.", func(r *record) string { return r.stream }),
		object("AdditionalFields", "Columns beyond the 500 that the table may have, of exported rows.", func(r *record) string {
			return r.ofRow("AdditionalFields")
		}),
		text("SourceSystem", "`Azure`.", func(r *record) string { return r.ownOr("SourceSystem", "Azure") }),
		text("Type", "`AzureDiagnostics`.", func(*record) string { return "AzureDiagnostics" }),
		text("_ResourceId", "ResourceId in lower case.", func(r *record) string { return strings.ToLower(r.resource()) }),
		text("_SubscriptionId", "SubscriptionId.", func(r *record) string { return strings.ToLower(idPart(r.resource(), "subscriptions")) }),
	}
}

func (r *record) timeGenerated() string {
	return firstOf(r.time, r.event.str(fStageTime), r.event.received())
}

// resource is the id of the resource that wrote the record.
func (r *record) resource() string {
	if r.resourceID == "" && strings.HasPrefix(r.in.cluster, "/") {
		return r.in.cluster
	}
	return r.resourceID
}

// ofRow is a column of an exported row, as text.
func (r *record) ofRow(name string) string {
	switch r.shape {
	case shapeDiagnosticsRow, shapeAuditRow, shapeControlPlaneRow, shapeActivityRow:
		return r.top(name)
	}
	return ""
}

// ownOr is a column of an exported row, else what other shapes say.
func (r *record) ownOr(name, otherwise string) string { return firstOf(str(r.ofRow(name)), otherwise) }

// fromEnvelope reads a column that the envelope has under a name of its own.
func fromEnvelope(name string) func(*record) string {
	column := strings.ToUpper(name[:1]) + name[1:]
	if name == "callerIpAddress" {
		column = "CallerIPAddress"
	}
	return func(r *record) string {
		switch r.shape {
		case shapeEnvelope:
			return str(r.top(name))
		case shapeDiagnosticsRow:
			return str(r.top(column))
		}
		return ""
	}
}

// diagnosticsProperties are columns that other resources' records fill, and
// some of AKS. Log Analytics names them for the member and its type.
func diagnosticsProperties() (columns []column) {
	for _, name := range strings.Fields(propertyColumns) {
		of, typ := name[:len(name)-2], suffixTypes[name[len(name)-1]]
		columns = append(columns, column{name, typ, "Member `" + of + "` of the record or its properties.", func(r *record) value.Value {
			return dynamicOr(r.property(name, of)).To(typ)
		}})
	}
	return columns
}

var suffixTypes = map[byte]value.Type{
	's': value.String, 'd': value.Real, 'b': value.Bool, 'g': value.GUID, 't': value.DateTime,
}

// property is the JSON of a column's member.
func (r *record) property(name, of string) string {
	switch r.shape {
	case shapeDiagnosticsRow:
		return r.top(name)
	case shapeEnvelope:
		return firstOf(get(r.properties(), of), r.top(of))
	}
	return ""
}

func (r *record) properties() string {
	p := r.top("properties")
	if strings.HasPrefix(p, `"`) {
		return str(p)
	}
	return p
}

func dynamicOr(token string) value.Value {
	if token == "" || token[0] != '"' {
		return dynamic(token)
	}
	return value.StringOf(str(token))
}

const propertyColumns = `
containerID_s ccpNamespace_s Cloud_s Environment_s UnderlayClass_s UnderlayName_s attrs_s serviceBuild_s
action_id_s action_name_s action_s ActivityId_g AdHocOrScheduledJob_s application_name_s
audit_schema_version_d avg_cpu_percent_s avg_mean_time_s backendHostname_s Caller_s callerId_s calls_s
client_ip_s clientInfo_s clientIP_s clientIp_s clientIpAddress_s clientPort_d code_s collectionName_s
conditions_destinationIP_s conditions_destinationPortRange_s conditions_None_s conditions_protocols_s
conditions_sourceIP_s conditions_sourcePortRange_s count_executions_d cpu_time_d database_name_s
database_principal_name_s DatabaseName_s db_id_s direction_s dop_d duration_d duration_milliseconds_d
ElasticPoolName_s endTime_t error_code_s error_message_s errorLevel_s event_class_s event_s event_subclass_s
event_time_t EventName_s execution_type_d executionInfo_endTime_t executionInfo_exitCode_d
executionInfo_startTime_t host_s httpMethod_s httpStatus_d httpStatusCode_d httpStatusCode_s httpVersion_s
id_s identity_claim_appid_g identity_claim_ipaddr_s instanceId_s interval_end_time_d interval_start_time_d
ip_s is_column_permission_s isAccessPolicyMatch_b JobDurationInSecs_s JobFailureCode_s JobId_g jobId_s
JobOperation_s JobOperationSubType_s JobStartDateTime_s JobStatus_s JobUniqueId_g log_bytes_used_d
logical_io_reads_d logical_io_writes_d LogicalServerName_s macAddress_s matchedConnections_d max_cpu_time_d
max_dop_d max_duration_d max_log_bytes_used_d max_logical_io_reads_d max_logical_io_writes_d
max_num_physical_io_reads_d max_physical_io_reads_d max_query_max_used_memory_d max_rowcount_d max_time_s
mean_time_s min_time_s msg_s num_physical_io_reads_d object_id_d object_name_s partitionKey_s
physical_io_reads_d plan_id_d policy_s policyMode_s primaryIPv4Address_s priority_d
properties_enabledForDeployment_b properties_enabledForDiskEncryption_b
properties_enabledForTemplateDeployment_b properties_s properties_sku_Family_s properties_sku_Name_s
properties_tenantId_g query_hash_s query_id_d query_max_used_memory_d query_plan_hash_s query_time_d
querytext_s receivedBytes_d Region_s requestCharge_s requestQuery_s requestResourceId_s requestResourceType_s
requestUri_s reserved_storage_mb_s resource_actionName_s resource_location_s resource_originRunId_s
resource_resourceGroupName_s resource_runId_s resource_subscriptionId_g resource_triggerName_s
resource_workflowId_g resource_workflowName_s response_rows_d resultCode_s resultDescription_ChildJobs_s
resultDescription_ErrorJobs_s resultMessage_s rootCauseAnalysis_s routingRuleName_s rowcount_d ruleName_s
RunbookName_s RunOn_s schema_name_s sentBytes_d sequence_group_id_g sequence_number_d server_principal_sid_s
session_id_d
`

// idPart is the part of a resource id behind one of its words: subscriptions,
// resourcegroups, providers.
func idPart(id, word string) string {
	for rest := id; ; {
		_, after, ok := strings.Cut(rest, "/")
		if !ok {
			return ""
		}
		part, next, _ := strings.Cut(after, "/")
		if strings.EqualFold(part, word) {
			found, _, _ := strings.Cut(next, "/")
			return found
		}
		rest = after
	}
}

// idName is the last name in a resource id, idType the types that lead to it.
func idName(id string) string {
	if i := strings.LastIndexByte(strings.TrimRight(id, "/"), '/'); i >= 0 {
		return strings.TrimRight(id, "/")[i+1:]
	}
	return id
}

func idType(id string) string {
	parts := strings.Split(id, "/")
	for at := len(parts) - 2; at > 0; at-- {
		if !strings.EqualFold(parts[at], "providers") {
			continue
		}
		var types []string
		for k := at + 2; k < len(parts); k += 2 {
			types = append(types, parts[k])
		}
		return strings.Join(types, "/")
	}
	return ""
}
