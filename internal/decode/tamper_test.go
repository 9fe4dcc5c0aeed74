package decode

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dogwatch-dev/dogwatch"
)

// asked is one request as the audit log has it.
func asked(id, user, uri, at string) string {
	return fmt.Sprintf(`{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":%q,"stage":"ResponseComplete","requestURI":%q,"verb":"list","user":{"username":%q},"responseStatus":{"code":200},"requestReceivedTimestamp":%q,"stageTimestamp":%q}`,
		id, uri, user, at, at)
}

func TestAuditIDReused(t *testing.T) {
	tests := []struct {
		name    string
		records []string
		want    string
	}{
		{"its own id each", []string{
			asked("a", "ann", "/api/v1/pods", "2026-11-21T07:00:00.000001Z"),
			asked("b", "ann", "/api/v1/pods", "2026-11-21T07:00:01.000001Z"),
		}, "ff"},
		{"another address", []string{
			asked("a", "ann", "/api/v1/pods", "2026-11-21T07:00:00.000001Z"),
			asked("a", "ann", "/api/v1/secrets", "2026-11-21T07:00:00.500001Z"),
		}, "ft"},
		{"another user", []string{
			asked("a", "ann", "/api/v1/pods", "2026-11-21T07:00:00.000001Z"),
			asked("a", "bob", "/api/v1/pods", "2026-11-21T07:00:00.000001Z"),
		}, "ft"},
		{"again and again the same", []string{
			asked("a", "ann", "/api/v1/secrets", "2026-11-21T07:00:00.000001Z"),
			asked("a", "ann", "/api/v1/secrets", "2026-11-21T07:05:00.000001Z"),
			asked("a", "ann", "/api/v1/secrets", "2026-11-21T07:10:00.000001Z"),
		}, "ftt"},
		{"what an aggregated server writes too, past a whole minute", []string{
			asked("a", "ann", "/apis/metrics.k8s.io/v1beta1/pods", "2026-11-21T07:00:59.999990Z"),
			asked("a", "ann", "/apis/metrics.k8s.io/v1beta1/pods", "2026-11-21T07:01:00.000010Z"),
		}, "ff"},
		{"no id at all", []string{
			asked("", "ann", "/api/v1/pods", "2026-11-21T07:00:00.000001Z"),
			asked("", "ann", "/api/v1/secrets", "2026-11-21T07:00:01.000001Z"),
		}, "ff"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			rows := readRows(t, Options{}, "KubeAudit", []string{"AuditIDReused"}, testInput{"log", strings.Join(test.records, "\n")})
			got := ""
			for _, row := range rows {
				if strings.Contains(row, "true") {
					got += "t"
				} else {
					got += "f"
				}
			}
			if got != test.want {
				t.Errorf("got %s, want %s: %v", got, test.want, rows)
			}
		})
	}
}

// Of a request that was cut only its copy shows what it asked.
func TestAuditIDReusedAfterACutCopy(t *testing.T) {
	whole := asked("a", "ann", "/api/v1/pods", "2026-11-21T07:00:00.000001Z")
	log := inEnvelope(whole)
	log = log[:len(log)-len(`:33Z"}`)] + "\n" + inEnvelope(whole) + "\n" + inEnvelope(asked("a", "bob", "/api/v1/pods", "2026-11-21T07:00:00.000001Z")) + "\n"
	for name, sieve := range map[string]dogwatch.Sieve{"one by one": nil, "sifted": aSieve{}} {
		out := tellOf(t, []byte(log), sieve, 1, false)
		if len(out.rows) < 2 || !strings.HasSuffix(out.rows[0], " ann  true false ") || !strings.HasSuffix(out.rows[1], " bob  false true ") {
			t.Errorf("%s: %q", name, out.rows)
		}
	}
	kept := keptBy(t, Options{}, []byte(log))
	if got := kept["AuditIDReused"]; !slices.Equal(got, []string{"false", "", "true"}) {
		t.Errorf("kept: %v", got)
	}
}

func TestInFuture(t *testing.T) {
	clock := time.Date(2026, 11, 21, 7, 0, 0, 0, time.UTC)
	at := func(d time.Duration) int64 {
		ticks := newSigns(clock.Add(d)).sooner - clockSkew
		return ticks
	}
	hour, day := time.Hour, 24*time.Hour
	tests := []struct {
		name  string
		times []time.Duration
		want  string
	}{
		{"a year ahead, and then the present again", []time.Duration{-hour, 365 * day, -hour + time.Second, 365 * day}, "ftft"},
		{"a clock that is a little fast", []time.Duration{-time.Second, 5 * time.Minute}, "ff"},
		{"a weekend without records", []time.Duration{-3 * day, -time.Second}, "ff"},
		{"this machine's clock is wrong", []time.Duration{30 * day, 30*day + hour, 30*day + 2*hour}, "fff"},
		{"older files come later", []time.Duration{-hour, -30 * day, -29 * day}, "fff"},
	}
	for _, test := range tests {
		s, got := newSigns(clock), ""
		for _, d := range test.times {
			if s.isInFuture("log", at(d)) {
				got += "t"
			} else {
				got += "f"
			}
		}
		if got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

// The last of very many audit IDs are known, whatever their hashes are, and of those
// before as many in each scan; a short log takes little memory.
func TestAuditIDsAreKnown(t *testing.T) {
	for _, n := range []int{100, 10_000, maxAsked, rememberRequests, rememberRequests + 7, 5*maxAsked + 1} {
		key, known := newHashKey(), askedIDs{}
		for i := range n {
			if known.isReused(key.numbers(uint64(i)), 1, int32(i)) {
				t.Fatalf("of %d, %d is known before it came", n, i)
			}
		}
		if n == 10_000 && len(known.newer.slots)+len(known.older.slots) > 2*n {
			t.Errorf("%d take the memory of %d", n, len(known.newer.slots))
		}
		first := max(0, (n-1)/maxAsked-1) * maxAsked // of those that are known
		for i := n - 1; i >= 0; i -= 1 + i/1000 {
			found := known.newer.find(key.numbers(uint64(i))|1) != nil || known.older.find(key.numbers(uint64(i))|1) != nil
			if found != (i >= first) {
				t.Fatalf("of %d, known is %v of %d: the first that should be is %d", n, found, i, first)
			}
		}
	}
}
