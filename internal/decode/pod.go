package decode

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A pod is a pod's specification, or a part of one, and what it asks of its
// node, each read when it is asked for.
type pod struct {
	spec value.Value
	// whole is the pod as it is now, where this one is only what changed: how a
	// volume is mounted may stand there. It may be nil, or return nil.
	whole func() *pod
	cut   bool // the record was cut off, maybe in the middle of a mount

	isRead     bool
	members    [nPodMembers]value.Value
	containers [len(containerLists)][]container

	pathsKnown                  bool
	hostPaths, hostPathsWritten []string
}

// The members of a specification that are read, in the order of podMembers.
const (
	podHostPID = len(containerLists) + iota // behind the lists of containers
	podHostIPC
	podHostNetwork
	podSecurity
	podVolumes
	nPodMembers
)

var containerLists = [...]string{"containers", "initContainers", "ephemeralContainers"}

var podMembers = append(containerLists[:], "hostPID", "hostIPC", "hostNetwork", "securityContext", "volumes")

// A container is the members of one that are read.
type container [nContainerMembers]value.Value

const (
	containerName = iota
	containerImage
	containerCommand
	containerArgs
	containerSecurity
	containerPorts
	containerMounts
	nContainerMembers
)

var containerMembers = []string{"name", "image", "command", "args", "securityContext", "ports", "volumeMounts"}

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

// read finds the members of the specification and of its containers.
func (p *pod) read() {
	if p.isRead {
		return
	}
	p.isRead = true
	p.spec.Pick(podMembers, p.members[:])
	for i := range containerLists {
		var few [4]value.Value
		all := value.AppendElems(few[:0], p.members[i])
		p.containers[i] = make([]container, len(all))
		for k, c := range all {
			c.Pick(containerMembers, p.containers[i][k][:])
		}
	}
}

func (p *pod) member(at int) value.Value {
	p.read()
	return p.members[at]
}

// each calls do for all containers; place says where one stands.
func (p *pod) each(do func(c *container, place func() string)) {
	p.read()
	for i, list := range &p.containers {
		for k := range list {
			do(&list[k], func() string { return containerLists[i] + "[" + strconv.Itoa(k) + "]" })
		}
	}
}

func (p *pod) images() (images []string) {
	p.each(func(c *container, _ func() string) {
		if image := c[containerImage].Str(); image != "" {
			images = addNew(images, image)
		}
	})
	return images
}

func (p *pod) commands() (commands []string) {
	p.each(func(c *container, _ func() string) {
		if words := append(texts(c[containerCommand]), texts(c[containerArgs])...); len(words) > 0 {
			commands = append(commands, strings.Join(words, " "))
		}
	})
	return commands
}

func (p *pod) privileged() (names []string) {
	p.each(func(c *container, place func() string) {
		if !c[containerSecurity].Get("privileged").Bool() {
			return
		}
		name := c[containerName].Str()
		if name == "" {
			name = place()
		}
		names = addNew(names, name)
	})
	return names
}

func (p *pod) capabilities() (added []string) {
	p.each(func(c *container, _ func() string) {
		for _, name := range texts(c[containerSecurity].Get("capabilities").Get("add")) {
			added = addNew(added, strings.TrimPrefix(strings.ToUpper(name), "CAP_"))
		}
	})
	return added
}

func (p *pod) hostPorts() (ports []int64) {
	p.each(func(c *container, _ func() string) {
		for _, port := range c[containerPorts].Elems() {
			if n := port.Get("hostPort"); n.Kind() == value.KLong && n.Int() != 0 && !slices.Contains(ports, n.Int()) {
				ports = append(ports, n.Int())
			}
		}
	})
	return ports
}

func (p *pod) hostProcess() bool {
	yes := isHostProcess(p.member(podSecurity))
	p.each(func(c *container, _ func() string) { yes = yes || isHostProcess(c[containerSecurity]) })
	return yes
}

func isHostProcess(security value.Value) bool {
	return security.Get("windowsOptions").Get("hostProcess").Bool()
}

// paths lists the host's paths: those of the volumes here, and those of the
// whole specification that are mounted anew.
func (p *pod) paths() *pod {
	if p.pathsKnown {
		return p
	}
	p.pathsKnown = true
	here, volumes := p.mounts(), p.member(podVolumes).Elems()
	if len(here) == 0 && len(volumes) == 0 {
		return p
	}
	now := p.now()
	all := now.mounts()
	for _, v := range volumes {
		name := v.Get("name").Str()
		p.hostPath(v.Get("hostPath"), here[name] || all[name])
	}
	for _, v := range now.member(podVolumes).Elems() {
		if name := v.Get("name").Str(); here.has(name) {
			p.hostPath(v.Get("hostPath"), here[name])
		}
	}
	return p
}

// now is the whole pod; an empty one where it is not known.
func (p *pod) now() *pod {
	if p.whole != nil {
		if now := p.whole(); now != nil {
			return now
		}
	}
	return &pod{}
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

// mounts lists the mounts of all containers. Of a mount that may be cut it is
// not known whether readOnly would have followed.
func (p *pod) mounts() mounts {
	p.read()
	m := mounts{}
	for _, list := range &p.containers {
		for i := range list {
			all := list[i][containerMounts].Elems()
			for k, mount := range all {
				name := mount.Get("name").Str()
				maybeCut := p.cut && i == len(list)-1 && k == len(all)-1
				m[name] = m[name] || !mount.Get("readOnly").Bool() && !maybeCut
			}
		}
	}
	return m
}

// persistentVolume reads a volume that stands for a path of a node.
func persistentVolume(v value.Value) *pod {
	spec := v.Get("spec")
	p := &pod{spec: value.NullOf(value.Dynamic), pathsKnown: true}
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

// podOf is the pod of Change if isNew, else thePod.
func (rec *record) podOf(isNew bool) *pod {
	if isNew {
		return rec.theNewPod()
	}
	return rec.thePod()
}

// thePod is the pod of Object, else of Change; nil if there is none.
func (rec *record) thePod() *pod {
	if p := rec.objectPod(); p != nil || rec.facts.object.IsBag() {
		return p
	}
	return rec.theNewPod()
}

// objectPod is the pod of Object; nil if there is none.
func (rec *record) objectPod() *pod {
	f := rec.facts
	if !f.podDone {
		f.podDone, f.pod = true, podIn(rec.theRef(), rec.theObject(), rec.cut)
	}
	return f.pod
}

// theNewPod is the pod of Change; nil if there is none.
func (rec *record) theNewPod() *pod {
	f := rec.facts
	if !f.newPodDone {
		f.newPodDone = true
		if f.newPod = podIn(rec.theRef(), rec.theChange().set, rec.cut); f.newPod != nil {
			f.newPod.whole = rec.objectPod
		}
	}
	return f.newPod
}

func podIn(r *ref, v value.Value, cut bool) *pod {
	if r.resource == "persistentvolumes" && r.subresource == "" && v.IsBag() {
		return persistentVolume(v)
	}
	spec := podSpecOf(r, v)
	if spec.IsNull() {
		return nil
	}
	return &pod{spec: spec, cut: cut}
}
