package rule

import (
	"regexp"
	"slices"
	"strings"
)

// tactics are Sentinel's names of ATT&CK's tactics.
var tactics = []string{
	"Reconnaissance", "ResourceDevelopment", "InitialAccess", "Execution", "Persistence",
	"PrivilegeEscalation", "DefenseEvasion", "CredentialAccess", "Discovery", "LateralMovement",
	"Collection", "CommandAndControl", "Exfiltration", "Impact", "ImpairProcessControl",
	"InhibitResponseFunction", "PreAttack",
}

// tactic finds a tactic however it is written: "Command and Control",
// "CommandandControl", "defense-evasion".
func tactic(text string) (string, bool) {
	bare := strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '_' {
			return -1
		}
		return r
	}, text)
	for _, t := range tactics {
		if strings.EqualFold(t, bare) {
			return t, true
		}
	}
	if strings.EqualFold(bare, "DefenceEvasion") {
		return "DefenseEvasion", true
	}
	return text, false
}

var techniqueForm = regexp.MustCompile(`^T\d{4}(\.\d{3})?$`)

// belongs says whether a technique is one of a tactic's. known is false for
// techniques that this table does not have.
func belongs(technique string, to []string) (ok, known bool) {
	base, _, _ := strings.Cut(technique, ".")
	for _, id := range []string{technique, base} {
		if of, ok := techniqueTactics[id]; ok {
			return slices.ContainsFunc(of, func(t string) bool { return slices.Contains(to, t) }), true
		}
	}
	return false, false
}

// techniqueTactics are the tactics of the techniques that logs of clusters and
// clouds show, of ATT&CK 18.1. A sub-technique that is missing has its
// technique's.
var techniqueTactics = map[string][]string{
	"T1018": {"Discovery"},
	"T1021": {"LateralMovement"},
	"T1036": {"DefenseEvasion"},
	"T1040": {"CredentialAccess", "Discovery"},
	"T1041": {"Exfiltration"},
	"T1046": {"Discovery"},
	"T1048": {"Exfiltration"},
	"T1053": {"Execution", "Persistence", "PrivilegeEscalation"},
	"T1059": {"Execution"},
	"T1068": {"PrivilegeEscalation"},
	"T1069": {"Discovery"},
	"T1070": {"DefenseEvasion"},
	"T1071": {"CommandAndControl"},
	"T1078": {"InitialAccess", "Persistence", "PrivilegeEscalation", "DefenseEvasion"},
	"T1082": {"Discovery"},
	"T1087": {"Discovery"},
	"T1090": {"CommandAndControl"},
	"T1098": {"Persistence", "PrivilegeEscalation"},
	"T1105": {"CommandAndControl"},
	"T1110": {"CredentialAccess"},
	"T1133": {"InitialAccess", "Persistence"},
	"T1134": {"DefenseEvasion", "PrivilegeEscalation"},
	"T1136": {"Persistence"},
	"T1190": {"InitialAccess"},
	"T1195": {"InitialAccess"},
	"T1199": {"InitialAccess"},
	"T1204": {"Execution"},
	"T1210": {"LateralMovement"},
	"T1219": {"CommandAndControl"},
	"T1484": {"DefenseEvasion", "PrivilegeEscalation"},
	"T1485": {"Impact"},
	"T1489": {"Impact"},
	"T1490": {"Impact"},
	"T1496": {"Impact"},
	"T1498": {"Impact"},
	"T1499": {"Impact"},
	"T1505": {"Persistence"},
	"T1525": {"Persistence"},
	"T1526": {"Discovery"},
	"T1528": {"CredentialAccess"},
	"T1530": {"Collection"},
	"T1531": {"Impact"},
	"T1537": {"Exfiltration"},
	"T1538": {"Discovery"},
	"T1543": {"Persistence", "PrivilegeEscalation"},
	"T1546": {"Persistence", "PrivilegeEscalation"},
	"T1548": {"PrivilegeEscalation", "DefenseEvasion"},
	"T1550": {"DefenseEvasion", "LateralMovement"},
	"T1552": {"CredentialAccess"},
	"T1555": {"CredentialAccess"},
	"T1556": {"CredentialAccess", "DefenseEvasion", "Persistence"},
	"T1557": {"CredentialAccess", "Collection"},
	"T1562": {"DefenseEvasion"},
	"T1564": {"DefenseEvasion"},
	"T1565": {"Impact"},
	"T1567": {"Exfiltration"},
	"T1570": {"LateralMovement"},
	"T1571": {"CommandAndControl"},
	"T1572": {"CommandAndControl"},
	"T1578": {"DefenseEvasion"},
	"T1580": {"Discovery"},
	"T1595": {"Reconnaissance"},
	"T1606": {"CredentialAccess"},
	"T1609": {"Execution"},
	"T1610": {"DefenseEvasion", "Execution"},
	"T1611": {"PrivilegeEscalation"},
	"T1612": {"DefenseEvasion"},
	"T1613": {"Discovery"},
	"T1619": {"Discovery"},
	"T1621": {"CredentialAccess"},
	"T1648": {"Execution"},
	"T1649": {"CredentialAccess"},
	"T1651": {"Execution"},
	"T1657": {"Impact"},
}

// entityTypes are Sentinel's entity types, and what identifies each; ours are
// objects of a cluster.
var entityTypes = map[string][]string{
	"Account":          {"FullName", "Sid", "Name", "AadUserId", "PUID", "ObjectGuid", "NTDomain", "DnsDomain", "UPNSuffix", "AadTenantId", "IsDomainJoined", "DisplayName"},
	"Host":             {"FullName", "HostName", "NetBiosName", "AzureID", "OMSAgentID", "DnsDomain", "NTDomain", "OSFamily", "OSVersion", "IsDomainJoined"},
	"IP":               {"Address"},
	"URL":              {"Url"},
	"DNS":              {"DomainName"},
	"AzureResource":    {"ResourceId"},
	"CloudApplication": {"AppId", "Name", "InstanceName"},
	"File":             {"Name", "Directory"},
	"FileHash":         {"Algorithm", "Value"},
	"Process":          {"CommandLine", "ProcessId", "ElevationToken", "CreationTimeUtc"},
	"Malware":          {"Name", "Category"},
	"RegistryKey":      {"Hive", "Key"},
	"RegistryValue":    {"Name", "Value", "ValueType"},
	"SecurityGroup":    {"DistinguishedName", "SID", "ObjectGuid"},
	"IoTDevice":        nil,
	"Mailbox":          nil,
	"MailMessage":      nil,
	"MailCluster":      nil,
	"SubmissionMail":   nil,
}

// legacyEntities are columns that rules of 2020 to 2022 have instead of
// entityMappings.
var legacyEntities = []struct{ column, entity, identifier string }{
	{"AccountCustomEntity", "Account", "FullName"},
	{"IPCustomEntity", "IP", "Address"},
	{"HostCustomEntity", "Host", "FullName"},
	{"URLCustomEntity", "URL", "Url"},
	{"FileHashCustomEntity", "FileHash", "Value"},
}

// named finds a name in any case among the keys of a map.
func named[V any](m map[string]V, name string) (string, bool) {
	if _, ok := m[name]; ok {
		return name, true
	}
	for k := range m {
		if strings.EqualFold(k, name) {
			return k, true
		}
	}
	return name, false
}
