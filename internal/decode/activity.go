package decode

import (
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// An activityColumn is where each of the three raw shapes of the activity log
// keeps what a column shows. A path's steps are joined with dots.
type activityColumn struct {
	name, doc string
	typ       value.Type
	rest      []string // REST API and portal
	log       []string // resource log: Event Hub and storage
	also      string   // another column of the table's own rows that says the same
	finish    func(r *record, v value.Value) value.Value
}

func azureActivity() *table {
	t := &table{
		name: "AzureActivity",
		doc: "The activity log of Azure subscriptions: who created, changed or deleted a resource, or called an action on it. " +
			"All its forms are brought into the columns of this table: REST and portal, Event Hub and storage, exported rows. " +
			"An operation is several rows (started, accepted, done) with one CorrelationId.",
		has: func(r *record) bool {
			return r.shape == shapeActivityREST || r.shape == shapeActivityLog || r.shape == shapeActivityRow
		},
	}
	for _, c := range activityColumns() {
		t.columns = append(t.columns, column{c.name, c.typ, c.doc, c.read})
	}
	return t
}

const (
	upn      = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"
	nameID   = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name"
	objectID = "http://schemas.microsoft.com/identity/claims/objectidentifier"
)

func activityColumns() []activityColumn {
	s, d, t := value.String, value.Dynamic, value.DateTime
	return []activityColumn{
		{name: "ActivityStatus", doc: "As ActivityStatusValue, in the words of the older log: Started, Accepted, Succeeded, Failed.", typ: s, rest: []string{"status.localizedValue", "status.value"}, log: []string{"resultType"}, also: "ActivityStatusValue", finish: oldStatus},
		{name: "ActivityStatusValue", doc: "Start, Accept, Success or Failure, in whatever form it came.", typ: s, rest: []string{"status.value"}, log: []string{"resultType"}, also: "ActivityStatus", finish: newStatus},
		{name: "ActivitySubstatus", doc: "As ActivitySubstatusValue, for display.", typ: s, rest: []string{"subStatus.localizedValue", "subStatus.value"}, log: []string{"resultSignature"}, also: "ActivitySubstatusValue"},
		{name: "ActivitySubstatusValue", doc: "The HTTP status in words. `Succeeded.Created`, or `Created` (201): the resource is new; write operations that change one have `OK`.", typ: s, rest: []string{"subStatus.value"}, log: []string{"resultSignature"}, also: "ActivitySubstatus"},
		{name: "Authorization", doc: "The permission that was checked, as text.", typ: s, rest: []string{"authorization"}, log: []string{"identity.authorization"}, also: "Authorization_d"},
		activityAuthorization,
		{name: "Caller", doc: "Who called: the user's name, else the object id or application id of a service principal.", typ: s, rest: []string{"caller"}, log: []string{"caller"}, finish: activityCaller},
		{name: "CallerIpAddress", doc: "The caller's address.", typ: s, rest: []string{"httpRequest.clientIpAddress"}, log: []string{"callerIpAddress"}},
		{name: "Category", doc: "As CategoryValue.", typ: s, rest: []string{"category.localizedValue", "category.value"}, log: []string{"category"}, also: "CategoryValue", finish: activityCategory},
		{name: "CategoryValue", doc: "Administrative, Security, Policy, ServiceHealth and so on. Older exports write Write, Delete or Action: those are Administrative.", typ: s, rest: []string{"category.value"}, log: []string{"category"}, also: "Category", finish: activityCategory},
		{name: "Claims", doc: "The claims of the caller's token, as text.", typ: s, rest: []string{"claims"}, log: []string{"identity.claims"}, also: "Claims_d"},
		activityClaims,
		{name: "CorrelationId", doc: "The same in all rows of one operation.", typ: s, rest: []string{"correlationId"}, log: []string{"correlationId"}},
		{name: "EventDataId", doc: "Id of the row.", typ: s, rest: []string{"eventDataId"}, log: []string{"properties.eventDataId", "eventDataId"}},
		{name: "EventSubmissionTimestamp", doc: "When the row could be queried.", typ: t, rest: []string{"submissionTimestamp"}, log: []string{"properties.submissionTimestamp"}},
		{name: "HTTPRequest", doc: "The request, as JSON text: id, address, method, path. Resource logs have none.", typ: s, rest: []string{"httpRequest"}, log: []string{"properties.httpRequest", "httpRequest"}},
		{name: "Hierarchy", doc: "Management groups above the subscription.", typ: s, rest: []string{"properties.hierarchy"}, log: []string{"properties.hierarchy"}},
		{name: "Level", doc: "Informational, Warning, Error or Critical.", typ: s, rest: []string{"level"}, log: []string{"level"}},
		{name: "OperationId", doc: "The same in the rows of one step of an operation.", typ: s, rest: []string{"operationId"}, log: []string{"operationId", "properties.operationId"}},
		{name: "OperationName", doc: "The operation's name for display, such as `Create role assignment`: the record's own, else of the operations that matter to clusters the name that Azure shows; else as OperationNameValue. It is translated in some exports: prefer OperationNameValue.", typ: s, rest: []string{"operationName.localizedValue"}, log: []string{"properties.operationName"}, finish: operationDisplay},
		activityOperation,
		{name: "Properties", doc: "Details, as JSON text: `statusCode`, and `requestbody` and `responseBody`, which are JSON text or objects again.", typ: s, rest: []string{"properties"}, log: []string{"properties"}, also: "Properties_d", finish: activityProperties},
		{name: "Properties_d", doc: "Details, as Properties.", typ: d, rest: []string{"properties"}, log: []string{"properties"}, also: "Properties", finish: activityProperties},
		{name: "Resource", doc: "Name of the resource.", typ: s, finish: fromResourceID(idName)},
		{name: "ResourceGroup", doc: "Its resource group.", typ: s, rest: []string{"resourceGroupName"}, finish: fromResourceID(func(id string) string { return idPart(id, "resourcegroups") })},
		activityResource,
		{name: "ResourceProvider", doc: "As ResourceProviderValue.", typ: s, rest: []string{"resourceProviderName.localizedValue", "resourceProviderName.value"}, also: "ResourceProviderValue", finish: operationProvider},
		{name: "ResourceProviderValue", doc: "First part of the operation: Microsoft.ContainerService and so on.", typ: s, rest: []string{"resourceProviderName.value"}, also: "ResourceProvider", finish: operationProvider},
		{name: "SourceSystem", doc: "`Azure`.", typ: s, finish: constant("Azure")},
		{name: "SubscriptionId", doc: "The subscription.", typ: s, rest: []string{"subscriptionId"}, also: "_SubscriptionId", finish: fromResourceID(subscriptionOf)},
		{name: "TenantId", doc: "Id of the workspace, of exported rows; else of the directory.", typ: s, rest: []string{"tenantId"}, log: []string{"tenantId"}},
		activityTime,
		{name: "Type", doc: "`AzureActivity`.", typ: s, finish: constant("AzureActivity")},
		{name: "_BilledSize", doc: "Bytes billed, of exported rows.", typ: value.Real},
		{name: "_IsBillable", doc: "Whether they were billed, of exported rows.", typ: s},
		{name: "_ResourceId", doc: "ResourceId in lower case.", typ: s, rest: []string{"resourceId"}, log: []string{"resourceId"}, also: "ResourceId", finish: lowerCase},
		{name: "_SubscriptionId", doc: "SubscriptionId in lower case.", typ: s, rest: []string{"subscriptionId"}, also: "SubscriptionId", finish: fromResourceID(subscriptionOf)},
	}
}

func (c activityColumn) read(r *record) value.Value {
	v := c.raw(r)
	if c.typ == value.String {
		v = value.StringOf(v.String())
	} else {
		v = v.To(c.typ)
	}
	if c.finish != nil {
		v = c.finish(r, v)
	}
	if c.typ == value.String && v.Type() != value.String {
		return value.StringOf(v.String())
	}
	return v
}

func (c activityColumn) raw(r *record) value.Value {
	paths := c.log
	switch r.shape {
	case shapeActivityRow:
		paths = []string{c.name, c.also}
	case shapeActivityREST:
		paths = c.rest
	}
	for _, p := range paths {
		if p == "" {
			continue
		}
		if token := getPath(r.text, strings.Split(p, ".")...); token != "" && token != `""` {
			return c.value(token, p)
		}
	}
	return value.NullOf(value.Dynamic)
}

// value reads a token: texts stay as they are for text columns, and are read
// as the JSON in them for the others.
func (c activityColumn) value(token, p string) value.Value {
	switch {
	case c.typ == value.Dynamic:
		return dynamic(token)
	case token[0] == '"':
		return value.StringOf(str(token))
	case strings.HasPrefix(p, "operationName") && token[0] == '{':
		return value.NullOf(value.Dynamic)
	}
	return dynamic(token)
}

func constant(s string) func(*record, value.Value) value.Value {
	return func(*record, value.Value) value.Value { return value.StringOf(s) }
}

func lowerCase(_ *record, v value.Value) value.Value { return value.StringOf(strings.ToLower(v.Str())) }

func subscriptionOf(id string) string { return strings.ToLower(idPart(id, "subscriptions")) }

// fromResourceID fills a column that the record leaves out.
func fromResourceID(part func(string) string) func(*record, value.Value) value.Value {
	return func(r *record, v value.Value) value.Value {
		if v.Str() != "" {
			return v
		}
		return value.StringOf(part(activityResource.read(r).Str()))
	}
}

var activityAuthorization = activityColumn{name: "Authorization_d", doc: "The permission that was checked: action, scope, evidence. `evidence.roleDefinitionId` is the caller's own role, without dashes.", typ: value.Dynamic, rest: []string{"authorization"}, log: []string{"identity.authorization"}, also: "Authorization"}

var activityClaims = activityColumn{name: "Claims_d", doc: "The claims of the caller's token.", typ: value.Dynamic, rest: []string{"claims"}, log: []string{"identity.claims"}, also: "Claims"}

var activityOperation = activityColumn{name: "OperationNameValue", doc: "The operation, such as `Microsoft.ContainerService/managedClusters/write` (create or update). Its case varies: compare with =~.", typ: value.String, rest: []string{"operationName.value", "operationName"}, log: []string{"operationName"}}

var activityResource = activityColumn{name: "ResourceId", doc: "The resource that the operation was about. Its case varies.", typ: value.String, rest: []string{"resourceId", "resourceUri", "authorization.scope"}, log: []string{"resourceId"}, also: "_ResourceId"}

var activityTime = activityColumn{name: "TimeGenerated", doc: "When it happened.", typ: value.DateTime, rest: []string{"eventTimestamp"}, log: []string{"time"}}

var statusWords = [][2]string{{"Start", "Started"}, {"Accept", "Accepted"}, {"Success", "Succeeded"}, {"Failure", "Failed"}}

func newStatus(_ *record, v value.Value) value.Value { return statusWord(v, 1, 0) }
func oldStatus(_ *record, v value.Value) value.Value { return statusWord(v, 0, 1) }

func statusWord(v value.Value, from, to int) value.Value {
	for _, w := range statusWords {
		if strings.EqualFold(v.Str(), w[from]) || strings.EqualFold(v.Str(), w[to]) {
			return value.StringOf(w[to])
		}
	}
	return v
}

func activityCategory(_ *record, v value.Value) value.Value {
	switch strings.ToLower(v.Str()) {
	case "write", "delete", "action":
		return value.StringOf("Administrative")
	}
	return v
}

// activityCaller finds the caller in the claims where the record does not say
// it outright.
func activityCaller(r *record, v value.Value) value.Value {
	if v.Str() != "" {
		return v
	}
	claims := activityClaims.read(r)
	for _, name := range []string{upn, nameID, "upn", "unique_name", "preferred_username", objectID, "oid", "appid"} {
		if s := claims.Get(name).String(); s != "" {
			return value.StringOf(s)
		}
	}
	return value.StringOf(activityAuthorization.read(r).Get("evidence").Get("principalId").String())
}

func operationProvider(r *record, v value.Value) value.Value {
	if v.Str() != "" {
		return v
	}
	name, _, ok := strings.Cut(activityOperation.read(r).Str(), "/")
	if !ok {
		return v
	}
	return value.StringOf(name)
}

// activityProperties brings the names of bodies into one form and takes details
// out of the extra bag that some exports put them into.
func activityProperties(r *record, v value.Value) value.Value {
	bag := v
	if v.Type() == value.String {
		bag, _ = value.LazyJSON(v.Str())
	}
	if r.shape == shapeActivityRow || !bag.IsBag() {
		return v
	}
	var keys []string
	var elems []value.Value
	changed := false
	add := func(name string, elem value.Value) {
		switch strings.ToLower(name) {
		case "requestbody":
			changed = changed || name != "requestbody"
			name = "requestbody"
		case "responsebody":
			changed = changed || name != "responseBody"
			name = "responseBody"
		}
		for _, k := range keys {
			if k == name {
				return
			}
		}
		keys, elems = append(keys, name), append(elems, elem)
	}
	bag.Each(func(name string, elem value.Value) bool { add(name, elem); return true })
	bag.Get("eventProperties").Each(func(name string, elem value.Value) bool {
		changed = true
		add(name, elem)
		return true
	})
	if !changed {
		return v
	}
	return value.BagOf(keys, elems)
}

func operationDisplay(r *record, v value.Value) value.Value {
	if v.Str() != "" {
		return v
	}
	name := activityOperation.read(r).Str()
	if display := operationNames[strings.ToLower(name)]; display != "" {
		return value.StringOf(display)
	}
	return value.StringOf(name)
}

// operationNames are the names that Azure shows for operations.
var operationNames = map[string]string{
	"microsoft.authorization/roleassignments/write":                                         "Create role assignment",
	"microsoft.authorization/roleassignments/delete":                                        "Delete role assignment",
	"microsoft.authorization/locks/write":                                                   "Add management locks",
	"microsoft.authorization/locks/delete":                                                  "Delete management locks",
	"microsoft.containerservice/managedclusters/write":                                      "Create or Update Managed Cluster",
	"microsoft.containerservice/managedclusters/delete":                                     "Delete Managed Cluster",
	"microsoft.containerservice/managedclusters/listclusteradmincredential/action":          "List clusterAdmin credential",
	"microsoft.containerservice/managedclusters/listclusterusercredential/action":           "List clusterUser credential",
	"microsoft.containerservice/managedclusters/listclustermonitoringusercredential/action": "List clusterMonitoringUser credential",
	"microsoft.containerservice/managedclusters/agentpools/write":                           "Create or Update Agent Pool",
	"microsoft.containerservice/managedclusters/agentpools/delete":                          "Delete Agent Pool",
	"microsoft.containerservice/managedclusters/runcommand/action":                          "Run Command On Managed Cluster",
	"microsoft.containerservice/managedclusters/start/action":                               "Start Managed Cluster",
	"microsoft.containerservice/managedclusters/stop/action":                                "Stop Managed Cluster",
	"microsoft.insights/diagnosticsettings/write":                                           "Create or update resource diagnostic setting",
	"microsoft.insights/diagnosticsettings/delete":                                          "Delete resource diagnostic setting",
	"microsoft.resources/subscriptions/resourcegroups/write":                                "Update resource group",
	"microsoft.resources/subscriptions/resourcegroups/delete":                               "Delete resource group",
}
