package decode

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A pod is what a pod's specification, or a part of one, asks of its node.
type pod struct {
	spec                        value.Value
	isPV                        bool
	hostPID, hostIPC            bool
	hostNetwork, hostProcess    bool
	images, commands            []string
	hostPaths, hostPathsWritten []string
	capabilities, privileged    []string
	hostPorts                   []int64
}

// keepsPods are the built-in resources whose objects hold a pod's
// specification, and where.
var keepsPods = map[string][]string{
	"pods":                   {"spec"},
	"deployments":            {"spec", "template", "spec"},
	"daemonsets":             {"spec", "template", "spec"},
	"statefulsets":           {"spec", "template", "spec"},
	"replicasets":            {"spec", "template", "spec"},
	"replicationcontrollers": {"spec", "template", "spec"},
	"jobs":                   {"spec", "template", "spec"},
	"cronjobs":               {"spec", "jobTemplate", "spec", "template", "spec"},
	"podtemplates":           {"template", "spec"},
}

// podSpecOf finds the specification in an object or a change of it. Of
// subresources only those that carry it as what they change: the answer to a
// change of status shows it too, but is no news of it.
func podSpecOf(r *ref, v value.Value) value.Value {
	if !v.IsBag() || r.subresource != "" && !slices.Contains(podSubresources, r.subresource) {
		return value.NullOf(value.Dynamic)
	}
	if steps := keepsPods[r.resource]; steps != nil {
		return bagAt(v, steps)
	}
	for _, steps := range [][]string{keepsPods["deployments"], keepsPods["cronjobs"]} {
		if spec := bagAt(v, steps); spec.Get("containers").IsArray() {
			return spec
		}
	}
	return value.NullOf(value.Dynamic)
}

var podSubresources = []string{"ephemeralcontainers", "resize"}

func bagAt(v value.Value, steps []string) value.Value {
	for _, s := range steps {
		v = v.Get(s)
	}
	if !v.IsBag() {
		return value.NullOf(value.Dynamic)
	}
	return v
}

// newPod reads a specification. whole is the specification as it is now, where
// spec is only what changed: how a volume is mounted may stand there. cut says
// that the record was cut off, maybe in the middle of one of them.
func newPod(spec value.Value, whole func() value.Value, cut bool) *pod {
	p := &pod{spec: spec}
	p.hostPID = spec.Get("hostPID").Bool()
	p.hostIPC = spec.Get("hostIPC").Bool()
	p.hostNetwork = spec.Get("hostNetwork").Bool()
	p.hostProcess = isHostProcess(spec)
	for _, list := range containerLists {
		for i, c := range spec.Get(list).Elems() {
			p.container(c, list+"["+strconv.Itoa(i)+"]")
		}
	}
	p.volumes(spec, whole, cut)
	return p
}

var containerLists = []string{"containers", "initContainers", "ephemeralContainers"}

func (p *pod) container(c value.Value, place string) {
	if image := c.Get("image").Str(); image != "" {
		p.images = addNew(p.images, image)
	}
	if words := append(texts(c.Get("command")), texts(c.Get("args"))...); len(words) > 0 {
		p.commands = append(p.commands, strings.Join(words, " "))
	}
	security := c.Get("securityContext")
	if security.Get("privileged").Bool() {
		name := c.Get("name").Str()
		if name == "" {
			name = place
		}
		p.privileged = addNew(p.privileged, name)
	}
	for _, name := range texts(security.Get("capabilities").Get("add")) {
		p.capabilities = addNew(p.capabilities, strings.TrimPrefix(strings.ToUpper(name), "CAP_"))
	}
	p.hostProcess = p.hostProcess || isHostProcess(c)
	for _, port := range c.Get("ports").Elems() {
		if n := port.Get("hostPort"); n.Kind() == value.KLong && n.Int() != 0 && !slices.Contains(p.hostPorts, n.Int()) {
			p.hostPorts = append(p.hostPorts, n.Int())
		}
	}
}

func isHostProcess(v value.Value) bool {
	return v.Get("securityContext").Get("windowsOptions").Get("hostProcess").Bool()
}

// volumes lists the host's paths: those of the volumes here, and those of the
// whole specification that are mounted anew.
func (p *pod) volumes(spec value.Value, whole func() value.Value, cut bool) {
	here, volumes := mountsOf(spec, cut), spec.Get("volumes").Elems()
	if len(here) == 0 && len(volumes) == 0 {
		return
	}
	now := whole()
	all := mountsOf(now, cut)
	for _, v := range volumes {
		name := v.Get("name").Str()
		p.hostPath(v.Get("hostPath"), here[name] || all[name])
	}
	for _, v := range now.Get("volumes").Elems() {
		if name := v.Get("name").Str(); here.has(name) {
			p.hostPath(v.Get("hostPath"), here[name])
		}
	}
}

func (p *pod) hostPath(source value.Value, written bool) {
	at := source.Get("path").Str()
	if at == "" {
		return
	}
	at = cleanPath(at)
	p.hostPaths = addNew(p.hostPaths, at)
	if written {
		p.hostPathsWritten = addNew(p.hostPathsWritten, at)
	}
}

// mounts are the volumes that containers mount, true if one may write.
type mounts map[string]bool

func (m mounts) has(name string) bool {
	_, ok := m[name]
	return ok
}

// mountsOf lists the mounts of all containers. Of a mount that may be cut it is
// not known whether readOnly would have followed.
func mountsOf(spec value.Value, cut bool) mounts {
	m := mounts{}
	for _, list := range containerLists {
		containers := spec.Get(list).Elems()
		for i, c := range containers {
			all := c.Get("volumeMounts").Elems()
			for k, mount := range all {
				name := mount.Get("name").Str()
				maybeCut := cut && i == len(containers)-1 && k == len(all)-1
				m[name] = m[name] || !mount.Get("readOnly").Bool() && !maybeCut
			}
		}
	}
	return m
}

// persistentVolume reads a volume that stands for a path of a node.
func persistentVolume(v value.Value) *pod {
	spec := v.Get("spec")
	p := &pod{spec: value.NullOf(value.Dynamic), isPV: true}
	written := true
	if modes := texts(spec.Get("accessModes")); len(modes) > 0 {
		written = slices.ContainsFunc(modes, func(m string) bool { return m != "ReadOnlyMany" })
	}
	for _, kind := range []string{"hostPath", "local"} {
		p.hostPath(spec.Get(kind), written)
	}
	return p
}

// cleanPath writes a path as the node takes it: no double slashes, no dots, no
// slash at the end.
func cleanPath(s string) string {
	if strings.HasPrefix(s, "/") {
		return path.Clean(s)
	}
	if len(s) > 1 && s[1] == ':' || strings.HasPrefix(s, `\`) { // Windows
		return s
	}
	return path.Clean("/" + s)
}

func texts(list value.Value) []string {
	var all []string
	for _, e := range list.Elems() {
		all = append(all, e.String())
	}
	return all
}

func addNew(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// thePod is the pod of Object, else of Change; nil if there is none.
func (rec *record) thePod() *pod {
	f := rec.facts
	if !f.podDone {
		f.podDone = true
		none := func() value.Value { return value.NullOf(value.Dynamic) }
		if f.pod = podOf(rec.theRef(), rec.theObject(), none, rec.cut); f.pod == nil && !f.object.IsBag() {
			f.pod = rec.theNewPod()
		}
	}
	return f.pod
}

// theNewPod is the pod of Change; nil if there is none.
func (rec *record) theNewPod() *pod {
	f := rec.facts
	if !f.newPodDone {
		f.newPodDone = true
		f.newPod = podOf(rec.theRef(), rec.theChange().set, rec.theObject, rec.cut)
	}
	return f.newPod
}

func podOf(r *ref, v value.Value, whole func() value.Value, cut bool) *pod {
	if r.resource == "persistentvolumes" && r.subresource == "" && v.IsBag() {
		return persistentVolume(v)
	}
	spec := podSpecOf(r, v)
	if spec.IsNull() {
		return nil
	}
	return newPod(spec, func() value.Value { return podSpecOf(r, whole()) }, cut)
}
