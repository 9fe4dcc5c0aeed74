package decode

import (
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// GKE hands its audit log to Cloud Logging as entries whose protoPayload is an
// AuditLog of the service k8s.io. They hold what an audit event holds, under
// other names: https://cloud.google.com/kubernetes-engine/docs/how-to/audit-logging
// and https://cloud.google.com/logging/docs/reference/audit/auditlog/rest/Shared.Types/AuditLog.

// isCloudLogging tells a cluster's entries from those of other services.
func isCloudLogging(s string) bool {
	p := get(s, "protoPayload")
	return str(get(p, "serviceName")) == "k8s.io" && str(get(p, "methodName")) != ""
}

func openCloudLogging(rec *record) {
	rec.time = str(rec.top("timestamp"))
	labels := getPath(rec.text, "resource", "labels")
	if name := str(get(labels, "cluster_name")); name != "" {
		rec.resourceID = "projects/" + str(get(labels, "project_id")) + "/locations/" + str(get(labels, "location")) + "/clusters/" + name
	}
	rec.event.text = cloudLoggingEvent(rec.text)
	members, _ := scanObject(rec.event.text, 0, nil)
	rec.event.set(members)
}

// cloudLoggingEvent writes an entry as the audit event that it was made from.
func cloudLoggingEvent(s string) string {
	p := get(s, "protoPayload")
	method := str(get(p, "methodName"))
	verb := method[strings.LastIndexByte(method, '.')+1:]
	uri := resourceURI(str(get(p, "resourceName")))
	at := get(s, "timestamp")
	request, response := get(p, "request"), get(p, "response")

	b := []byte(`{"kind":"Event","apiVersion":"audit.k8s.io/v1"`)
	b = appendText(b, "level", entryLevel(request, response))
	b = appendText(b, "auditID", firstOf(str(getPath(s, "operation", "id")), str(get(s, "insertId"))))
	b = appendText(b, "stage", entryStage(get(s, "operation")))
	b = appendText(b, "requestURI", uri)
	b = appendText(b, "verb", verb)
	b = append(b, `,"user":{"username":`...)
	b = append(value.AppendQuoted(b, str(getPath(p, "authenticationInfo", "principalEmail"))), '}')
	if ip := str(getPath(p, "requestMetadata", "callerIp")); ip != "" {
		b = append(value.AppendQuoted(append(b, `,"sourceIPs":[`...), ip), ']')
	}
	b = appendText(b, "userAgent", str(getPath(p, "requestMetadata", "callerSuppliedUserAgent")))
	b = appendRef(b, refOfPath(uri, true))
	b = append(b, `,"responseStatus":{"code":`...)
	b = append(append(b, entryCode(p, response)...), '}')
	b = appendRaw(b, "requestObject", request)
	b = appendRaw(b, "responseObject", response)
	b = appendRaw(b, "requestReceivedTimestamp", at)
	b = appendRaw(b, "stageTimestamp", at)
	b = appendRaw(b, "annotations", get(s, "labels"))
	return string(append(b, '}'))
}

func appendText(b []byte, key, text string) []byte {
	if text == "" {
		return b
	}
	return value.AppendQuoted(append(append(append(b, `,"`...), key...), `":`...), text)
}

func appendRaw(b []byte, key, token string) []byte {
	if token == "" {
		return b
	}
	return append(append(append(append(b, `,"`...), key...), `":`...), token...)
}

func appendRef(b []byte, r ref) []byte {
	if r.resource == "" {
		return b
	}
	b = value.AppendQuoted(append(b, `,"objectRef":{"resource":`...), r.resource)
	b = appendText(b, "namespace", r.namespace)
	b = appendText(b, "name", r.name)
	b = appendText(b, "apiGroup", r.group)
	b = appendText(b, "apiVersion", r.version)
	return append(appendText(b, "subresource", r.subresource), '}')
}

// resourceURI is the address that a resource's name was made from:
// core/v1/namespaces/NS/pods/NAME/exec, or GROUP/VERSION/... of other groups.
func resourceURI(name string) string {
	switch {
	case name == "", name[0] == '/':
		return name
	case strings.HasPrefix(name, "core/"):
		return "/api/" + name[len("core/"):]
	}
	return "/apis/" + name
}

func entryLevel(request, response string) string {
	switch {
	case response != "":
		return "RequestResponse"
	case request != "":
		return "Request"
	}
	return "Metadata"
}

// entryStage is ResponseStarted for the first of several entries of a request.
func entryStage(operation string) string {
	if get(operation, "first") == "true" && get(operation, "last") != "true" {
		return "ResponseStarted"
	}
	return "ResponseComplete"
}

// entryCode is the HTTP code: of the Status that was the answer, or the one
// that stands for the code of google.rpc.
func entryCode(p, response string) string {
	if str(get(response, "kind")) == "Status" || strings.HasSuffix(str(get(response, "@type")), ".Status") {
		if code := get(response, "code"); len(code) == 3 && code[0] >= '1' && code[0] <= '5' {
			return code
		}
	}
	if code := get(get(p, "status"), "code"); code != "" {
		return httpCode(code)
	}
	if isRefused(get(p, "authorizationInfo")) {
		return "403"
	}
	return "200"
}

// isRefused says whether there were permissions to be had and none was granted.
func isRefused(authorization string) bool {
	some := false
	for part := range elements(authorization) {
		if get(part, "granted") == "true" {
			return false
		}
		some = true
	}
	return some
}

// httpCode maps a code as google/rpc/code.proto says.
func httpCode(code string) string {
	switch code {
	case "0":
		return "200"
	case "3", "9", "11":
		return "400"
	case "4":
		return "504"
	case "5":
		return "404"
	case "6", "10":
		return "409"
	case "7":
		return "403"
	case "8":
		return "429"
	case "12":
		return "501"
	case "14":
		return "503"
	case "16":
		return "401"
	}
	return "500"
}
