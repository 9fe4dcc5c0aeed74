package decode

import "testing"

func TestResourceTypes(t *testing.T) {
	for id, want := range map[string]string{
		"/subscriptions/s/resourcegroups/g/providers/microsoft.containerservice/managedclusters/c":                      "managedclusters",
		"/SUBSCRIPTIONS/S/RESOURCEGROUPS/G/PROVIDERS/MICROSOFT.SQL/SERVERS/A/DATABASES/B":                               "SERVERS/DATABASES",
		"/subscriptions/s/providers/a/b/c/providers/microsoft.insights/diagnosticsettings/d":                            "diagnosticsettings",
		"/providers/microsoft.management/managementgroups/m":                                                            "managementgroups",
		"/\xd1\xd1\xd1\xd1\xd1\xd1\xd1\xd1\xd1\xd1\xd1\xd1\xd1\xd1\xd1/PROVIDERS/a/b":                                   "b",
		"/\u0130\u0130\u0130\u0130\u0130\u0130\u0130\u0130/providers/microsoft.containerservice/managedclusters/\u0130": "managedclusters",
		"/subscriptions/s/providers/": "", "/subscriptions/s/providers": "", "providers/a/b": "", "": "", "/": "",
	} {
		if got := idType(id); got != want {
			t.Errorf("%q is of the type %q, not %q", id, got, want)
		}
	}
}
