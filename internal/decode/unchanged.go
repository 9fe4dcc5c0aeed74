package decode

import (
	"time"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// Of an object that was not seen before within the run it is not known what of a
// whole update or apply is new. The response tells, when it is nothing: from
// what the server alone writes, so that no client can make a change look like
// none.

// withoutUnchanged leaves out of a whole object what this request cannot have
// changed. object is what the response shows.
func withoutUnchanged(e *event, r *ref, body, object value.Value) value.Value {
	switch {
	case e.raw(fResponse) == "" || str(get(e.raw(fStatus), "code")) != "200" || r.subresource != "":
		return body
	case isWrittenBack(e, body, object):
		return value.BagOf(nil, nil)
	case r.resource == "pods" && r.group == "":
		return withMember(body, "spec", changeablePodSpec(body.Get("spec")))
	case isSpecKnown(r, object):
		return withMember(body, "spec", value.NullOf(value.Dynamic))
	}
	return body
}

// isWrittenBack says whether a request gave back what there was. The server makes
// a new version of every change, and refuses an update of an older one; with the
// object comes who set its fields and when. An apply names no version.
func isWrittenBack(e *event, body, object value.Value) bool {
	managers := object.Get("metadata").Get("managedFields").Elems()
	sent := body.Get("metadata").Get("resourceVersion").String()
	switch {
	case sent != "" && sent != object.Get("metadata").Get("resourceVersion").String():
		return false
	case len(managers) == 0:
		return sent != ""
	}
	return areBefore(managers, e.received()) && (sent != "" || e.str(fVerb) == "patch")
}

// areBefore says whether all managers of an object's fields set them last before
// a time, in whole seconds as the server notes them.
func areBefore(managers []value.Value, received string) bool {
	at, err := time.Parse(time.RFC3339Nano, received)
	for _, m := range managers {
		set, bad := time.Parse(time.RFC3339, m.Get("time").Str())
		if err != nil || bad != nil || !set.Before(at.Truncate(time.Second)) {
			return false
		}
	}
	return true
}

// isSpecKnown says whether the controller of a workload has already acted upon
// its specification: the server counts a change of it as a new generation, which
// the controller has not seen when the response is made.
func isSpecKnown(r *ref, object value.Value) bool {
	switch r.group + "/" + r.resource {
	case "apps/deployments", "apps/daemonsets", "apps/statefulsets", "apps/replicasets", "/replicationcontrollers":
	default:
		return false
	}
	made, seen := object.Get("metadata").Get("generation"), object.Get("status").Get("observedGeneration")
	return made.Kind() == value.KLong && made.Int() > 0 && value.Equal(made, seen)
}

// changeablePodSpec is what of a pod may change once it is there: hardly more
// than images. The server refuses all else.
func changeablePodSpec(spec value.Value) value.Value {
	var keys []string
	var elems []value.Value
	names, members := spec.Members()
	for i, name := range names {
		switch name {
		case "containers", "initContainers":
			keys, elems = append(keys, name), append(elems, imagesOf(members[i]))
		case "activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds", "schedulingGates", "nodeSelector", "affinity":
			keys, elems = append(keys, name), append(elems, members[i])
		}
	}
	return value.BagOf(keys, elems)
}

func imagesOf(containers value.Value) value.Value {
	kept := make([]value.Value, containers.Len())
	for i, c := range containers.Elems() {
		kept[i] = value.BagOf([]string{"name", "image"}, []value.Value{c.Get("name"), c.Get("image")})
	}
	return value.ArrayOf(kept)
}

// withMember replaces a member of a bag; null takes it away.
func withMember(bag value.Value, key string, v value.Value) value.Value {
	var keys []string
	var elems []value.Value
	names, members := bag.Members()
	for i, name := range names {
		switch {
		case name != key:
			keys, elems = append(keys, name), append(elems, members[i])
		case !v.IsNull():
			keys, elems = append(keys, name), append(elems, v)
		}
	}
	return value.BagOf(keys, elems)
}
