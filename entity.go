package dogwatch

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// An Entity is somebody or something that an alert is about: an account, an
// address, a Kubernetes object.
type Entity struct {
	Type   string // Account, IP, Host, AzureResource, KubernetesObject, ...
	Fields []EntityField
}

// An EntityField is one property of an entity.
type EntityField struct{ Name, Value string }

// KubernetesObject is the type of entities that are objects of a cluster.
const KubernetesObject = "KubernetesObject"

// ObjectEntity is a Kubernetes object.
func ObjectEntity(cluster, apiGroup, resource, namespace, name string) Entity {
	return Entity{KubernetesObject, []EntityField{
		{"cluster", cluster}, {"apiGroup", apiGroup}, {"resource", resource}, {"namespace", namespace}, {"name", name},
	}}
}

// Get is the value of a property, or "".
func (e Entity) Get(name string) string {
	for _, f := range e.Fields {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

// String names the entity as people do: an account by its name, an object as
// "pods shop/api-1".
func (e Entity) String() string {
	if e.Type != KubernetesObject {
		if len(e.Fields) == 0 {
			return ""
		}
		return e.Fields[0].Value
	}
	resource := e.Get("resource")
	if group := e.Get("apiGroup"); group != "" && resource != "" {
		resource += "." + group
	}
	name := strings.Trim(e.Get("namespace")+"/"+e.Get("name"), "/")
	return strings.TrimSpace(resource + " " + name)
}

// Equal says whether two entities are the same in every property.
func (e Entity) Equal(f Entity) bool {
	if e.Type != f.Type || len(e.Fields) != len(f.Fields) {
		return false
	}
	for i := range e.Fields {
		if e.Fields[i] != f.Fields[i] {
			return false
		}
	}
	return true
}

// MarshalJSON writes the type, then the properties in their order.
func (e Entity) MarshalJSON() ([]byte, error) {
	out := []byte("{")
	for i, f := range append([]EntityField{{"type", e.Type}}, e.Fields...) {
		name, err := readable(f.Name)
		if err != nil {
			return nil, err
		}
		text, err := readable(f.Value)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(append(out, name...), ':'), text...)
	}
	return append(out, '}'), nil
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (e *Entity) UnmarshalJSON(data []byte) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return fmt.Errorf("an entity is a JSON object")
	}
	*e = Entity{}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return err
		}
		var text string
		if err := dec.Decode(&text); err != nil {
			return fmt.Errorf("property %q of an entity: %w", name, err)
		}
		if name == "type" {
			e.Type = text
			continue
		}
		e.Fields = append(e.Fields, EntityField{name.(string), text})
	}
	return nil
}
