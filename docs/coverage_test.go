package docs_test

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/internal/app"
)

// TestCoverageFresh holds the page of coverage to the rules' tags; -update
// writes it anew.
func TestCoverageFresh(t *testing.T) {
	want := coveragePage(app.Load(app.Config{}).Rules())
	if *update {
		if err := os.WriteFile("coverage.md", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile("coverage.md")
	if err != nil || string(got) != want {
		t.Error("coverage.md does not show what the rules cover: run make update")
	}
}

// A row is something to be covered, and why it is not, where no rule can.
type row struct{ id, name, without string }

const runtime = "needs data from the node or the container (a runtime sensor)"

// matrix is the Threat Matrix for Kubernetes, microsoft.github.io.
var matrix = []row{
	{"MS-TA9001", "Using cloud credentials", ""}, {"MS-TA9002", "Compromised image in registry", "needs image scanning"},
	{"MS-TA9003", "Kubeconfig file", ""}, {"MS-TA9004", "Application vulnerability", runtime}, {"MS-TA9005", "Exposed sensitive interfaces", ""},
	{"MS-TA9006", "Exec into container", ""}, {"MS-TA9007", "bash/cmd inside container", runtime}, {"MS-TA9008", "New container", ""},
	{"MS-TA9009", "Application exploit (RCE)", runtime}, {"MS-TA9010", "SSH server running inside container", runtime}, {"MS-TA9011", "Sidecar injection", ""},
	{"MS-TA9012", "Backdoor container", ""}, {"MS-TA9013", "Writable hostPath mount", ""}, {"MS-TA9014", "Kubernetes CronJob", ""},
	{"MS-TA9015", "Malicious admission controller", ""}, {"MS-TA9016", "Container service account", ""}, {"MS-TA9017", "Static pods", ""},
	{"MS-TA9018", "Privileged container", ""}, {"MS-TA9019", "Cluster-admin binding", ""}, {"MS-TA9020", "Access cloud resources", runtime},
	{"MS-TA9021", "Clear container logs", runtime}, {"MS-TA9022", "Delete Kubernetes events", ""}, {"MS-TA9023", "Pod or container name similarity", ""},
	{"MS-TA9024", "Connect from proxy server", ""}, {"MS-TA9025", "List Kubernetes secrets", ""}, {"MS-TA9026", "Mount service principal", runtime},
	{"MS-TA9027", "Application credentials in configuration files", ""}, {"MS-TA9028", "Access managed identity credentials", runtime},
	{"MS-TA9029", "Access the Kubernetes API server", ""}, {"MS-TA9030", "Access Kubelet API", ""}, {"MS-TA9031", "Network mapping", runtime},
	{"MS-TA9033", "Instance Metadata API", runtime}, {"MS-TA9034", "Cluster internal networking", runtime}, {"MS-TA9035", "CoreDNS poisoning", ""},
	{"MS-TA9036", "ARP poisoning and IP spoofing", runtime}, {"MS-TA9037", "Images from a private registry", ""}, {"MS-TA9038", "Data destruction", ""},
	{"MS-TA9039", "Resource hijacking", ""}, {"MS-TA9040", "Denial of service", ""}, {"MS-TA9041", "Collecting data from pod", ""},
}

// containers is ATT&CK's Containers platform, version 18.1.
var containers = []row{
	{"T1036.005", "Match Legitimate Resource Name or Location", ""}, {"T1036.010", "Masquerade Account Name", ""}, {"T1046", "Network Service Discovery", runtime},
	{"T1053.007", "Container Orchestration Job", ""}, {"T1059.013", "Container CLI/API", ""}, {"T1068", "Exploitation for Privilege Escalation", runtime},
	{"T1069", "Permission Groups Discovery", ""}, {"T1070", "Indicator Removal", ""}, {"T1078", "Valid Accounts", ""}, {"T1078.001", "Default Accounts", ""},
	{"T1078.003", "Local Accounts", ""}, {"T1098", "Account Manipulation", ""}, {"T1098.006", "Additional Container Cluster Roles", ""}, {"T1110", "Brute Force", ""},
	{"T1133", "External Remote Services", ""}, {"T1136", "Create Account", ""}, {"T1190", "Exploit Public-Facing Application", runtime}, {"T1204.003", "Malicious Image", ""},
	{"T1485", "Data Destruction", ""}, {"T1490", "Inhibit System Recovery", ""}, {"T1496", "Resource Hijacking", ""}, {"T1498", "Network Denial of Service", runtime},
	{"T1499", "Endpoint Denial of Service", ""}, {"T1525", "Implant Internal Image", "needs image scanning"}, {"T1528", "Steal Application Access Token", ""},
	{"T1543.005", "Container Service", ""}, {"T1550.001", "Application Access Token", ""}, {"T1552", "Unsecured Credentials", ""}, {"T1552.001", "Credentials In Files", ""},
	{"T1552.007", "Container API", ""}, {"T1562", "Impair Defenses", ""}, {"T1562.001", "Disable or Modify Tools", ""}, {"T1609", "Container Administration Command", ""},
	{"T1610", "Deploy Container", ""}, {"T1611", "Escape to Host", ""}, {"T1612", "Build Image on Host", runtime}, {"T1613", "Container and Resource Discovery", ""},
}

// defender is the control-plane alerts of Defender for Containers
// (alerts-containers.md of 2024-06).
var defender = []row{
	{"K8S_ExposedPostgresTrustAuth", "", ""}, {"K8S_ExposedPostgresBroadIPRange", "", ""},
	{"K8S_AbnormalMiActivity", "", ""}, {"K8S_ServiceAccountRareOperation", "", ""}, {"K8S_SensitiveMount", "", ""},
	{"K8S_CoreDnsModification", "", ""}, {"K8S_AdmissionController", "", ""}, {"K8S_MaliciousContainerImage", "", ""}, {"K8S_ExposedKubeflow", "", ""},
	{"K8S_ExposedDashboard", "", ""}, {"K8S_ExposedService", "", ""}, {"K8S_ExposedRedis", "", ""}, {"K8S_TI_Proxy", "", ""}, {"K8S_DeleteEvents", "", ""},
	{"K8S_PenTestToolsKubeHunter", "", ""}, {"K8S_KubeSystemContainer", "", ""}, {"K8S_HighPrivilegesRole", "", ""}, {"K8S_PrivilegedContainer", "", ""},
	{"K8S_ClusterAdminBinding", "", ""},
}

// defenderRules are the rules for alerts whose rules do not name them.
var defenderRules = map[string]string{
	"K8S_SensitiveMount": "sensitive-host-path", "K8S_PrivilegedContainer": "privileged-container", "K8S_ClusterAdminBinding": "cluster-admin-binding",
}

func coveragePage(rules []*dogwatch.Rule) string {
	var b strings.Builder
	b.WriteString("# What the rules cover\n\n<!-- Written by make update from the rules' tags. -->\n\nRules say by their tags what they cover. What no audit or activity log shows is named with what it needs.\n")
	by := func(match func(r *dogwatch.Rule, id string) bool) func(id string) []string {
		return func(id string) []string {
			var out []string
			for _, r := range rules {
				if match(r, id) {
					out = append(out, r.Short)
				}
			}
			return out
		}
	}
	table(&b, "Threat Matrix for Kubernetes", matrix, by(func(r *dogwatch.Rule, id string) bool { return slices.Contains(r.Tags, id) }))
	table(&b, "ATT&CK, Containers (18.1)", containers, by(func(r *dogwatch.Rule, id string) bool {
		return slices.ContainsFunc(r.Techniques, func(t string) bool { return t == id || strings.HasPrefix(t, id+".") })
	}))
	table(&b, "Alerts of Defender for Containers, control plane", defender, by(func(r *dogwatch.Rule, id string) bool {
		return slices.Contains(r.Tags, "defender:"+id) || defenderRules[id] == r.Short
	}))
	table(&b, "By tag", missionRows(rules), by(func(r *dogwatch.Rule, id string) bool { return slices.Contains(r.Tags, "mission:"+id) }))
	return b.String()
}

// missionRows are what the tags mission:ID name: A of the Azure alerts, K of
// the Kubernetes alerts, S of Sentinel's queries, W of the protections that
// dogwatch set out to build.
func missionRows(rules []*dogwatch.Rule) []row {
	seen := map[string]bool{}
	var out []row
	for _, r := range rules {
		for _, tag := range r.Tags {
			if id, ok := strings.CutPrefix(tag, "mission:"); ok && !seen[id] {
				seen[id] = true
				out = append(out, row{id: id})
			}
		}
	}
	slices.SortFunc(out, func(x, y row) int {
		return cmp.Or(cmp.Compare(x.id[0], y.id[0]), cmp.Compare(len(x.id), len(y.id)), strings.Compare(x.id, y.id))
	})
	return out
}

func table(b *strings.Builder, title string, rows []row, rules func(id string) []string) {
	covered := 0
	var lines []string
	for _, r := range rows {
		list := rules(r.id)
		text := r.without
		if len(list) > 0 {
			covered++
			var links []string
			for _, short := range list {
				links = append(links, fmt.Sprintf("[%s](rules/%s.md)", short, short))
			}
			text = strings.Join(links, ", ")
		} else if text == "" {
			text = "no rule yet"
		}
		lines = append(lines, fmt.Sprintf("| %s | %s | %s |", r.id, r.name, text))
	}
	fmt.Fprintf(b, "\n## %s\n\n%d of %d.\n\n| | | rules |\n| --- | --- | --- |\n%s\n", title, covered, len(rows), strings.Join(lines, "\n"))
}
