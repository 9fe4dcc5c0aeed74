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
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	put := func(s string) error {
		if err := enc.Encode(s); err != nil {
			return err
		}
		b.Truncate(b.Len() - 1) // Encode ends with a newline
		return nil
	}
	b.WriteString(`{"type":`)
	if err := put(e.Type); err != nil {
		return nil, err
	}
	for _, f := range e.Fields {
		b.WriteByte(',')
		if err := put(f.Name); err != nil {
			return nil, err
		}
		b.WriteByte(':')
		if err := put(f.Value); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
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
