package syntax

import "github.com/dogwatch-dev/dogwatch/kql/diag"

func parse(f *diag.File) (*Query, diag.List) { return &Query{}, nil }
