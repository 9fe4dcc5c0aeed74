package syntax

import (
	"reflect"
	"sync"

	"github.com/dogwatch-dev/dogwatch/kql/diag"
)

// Walk calls f for n and, where f says so, for every node below it, in the
// order of the text. Parts that are no pointers in the tree (names, options,
// columns of mv-expand) are handed over by their addresses.
func Walk(n Node, f func(Node) bool) {
	if n == nil {
		return
	}
	v := reflect.ValueOf(n)
	if v.Kind() == reflect.Pointer && v.IsNil() || !f(n) {
		return
	}
	walkFields(reflect.Indirect(v), f)
}

func walkFields(v reflect.Value, f func(Node) bool) {
	for _, i := range nodeFields(v.Type()) {
		walkValue(v.Field(i), f)
	}
}

// fieldsOf are by the type of a node what nodeFields says of it.
var fieldsOf sync.Map

// nodeFields are the fields of a struct in which nodes may stand.
func nodeFields(t reflect.Type) []int {
	if known, ok := fieldsOf.Load(t); ok {
		return known.([]int)
	}
	var fields []int
	for i := range t.NumField() {
		if mayHoldNodes(t.Field(i).Type) {
			fields = append(fields, i)
		}
	}
	fieldsOf.Store(t, fields)
	return fields
}

func mayHoldNodes(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Interface:
		return true
	case reflect.Pointer:
		return t.Implements(nodeType)
	case reflect.Slice:
		return mayHoldNodes(t.Elem())
	case reflect.Struct:
		return t != posType && reflect.PointerTo(t).Implements(nodeType)
	}
	return false
}

func walkValue(v reflect.Value, f func(Node) bool) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if n, ok := v.Interface().(Node); ok {
			Walk(n, f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			walkValue(v.Index(i), f)
		}
	case reflect.Struct:
		if !v.CanAddr() {
			return
		}
		if n, ok := v.Addr().Interface().(Node); ok {
			Walk(n, f)
		}
	}
}

var (
	nodeType = reflect.TypeFor[Node]()
	posType  = reflect.TypeFor[Pos]()
	spanType = reflect.TypeFor[diag.Span]()
)

// Equal says whether two trees are the same but for places in the text.
func Equal(a, b Node) bool {
	return equal(reflect.ValueOf(a), reflect.ValueOf(b))
}

func equal(a, b reflect.Value) bool {
	if !a.IsValid() || !b.IsValid() {
		return a.IsValid() == b.IsValid()
	}
	if a.Type() != b.Type() {
		return false
	}
	switch a.Kind() {
	case reflect.Pointer, reflect.Interface:
		if a.IsNil() || b.IsNil() {
			return a.IsNil() == b.IsNil()
		}
		return equal(a.Elem(), b.Elem())
	case reflect.Slice:
		return equalSlices(a, b)
	case reflect.Struct:
		return equalStructs(a, b)
	}
	return a.Equal(b)
}

func equalSlices(a, b reflect.Value) bool {
	if a.Len() != b.Len() {
		return false
	}
	for i := range a.Len() {
		if !equal(a.Index(i), b.Index(i)) {
			return false
		}
	}
	return true
}

func equalStructs(a, b reflect.Value) bool {
	t := a.Type()
	if t == posType || t == spanType {
		return true
	}
	for i := range t.NumField() {
		if !equal(a.Field(i), b.Field(i)) {
			return false
		}
	}
	return true
}
