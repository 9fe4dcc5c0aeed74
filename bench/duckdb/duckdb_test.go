// Package duckdb runs the benchmarks of kql/kqltest in DuckDB, over the same
// rows. It is a module of its own: the product has nothing to do with DuckDB.
package duckdb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"flag"
	"syscall"
	"testing"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/kqltest"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

var rows = flag.Int("rows", 1_000_000, "rows of the table")

// BenchmarkDuckDB measures one thread of DuckDB, as kqltest's BenchmarkRun
// measures one of ours; rows/s counts the time of the processors.
func BenchmarkDuckDB(b *testing.B) {
	db := open(b, *rows)
	for _, bench := range kqltest.Benchmarks {
		b.Run(bench.Name, func(b *testing.B) {
			start := processorTime()
			for b.Loop() {
				var answer any
				if err := db.QueryRow(bench.SQL).Scan(&answer); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(*rows)*float64(b.N)/(processorTime()-start).Seconds(), "rows/s")
		})
	}
}

// TestSameAnswers says that both queries of a benchmark count the same rows.
func TestSameAnswers(t *testing.T) {
	table := kqltest.Events(20_000)
	db := open(t, table.N)
	for _, bench := range kqltest.Benchmarks {
		if bench.Name == "sort" {
			continue // any user
		}
		q, err := kql.Compile(diag.NewFile(bench.Name, bench.Query), table)
		if err != nil {
			t.Fatal(err)
		}
		var ours int64
		err = q.Run(context.Background(), table, kql.RunOptions{Now: kqltest.Now}, func(b *value.Batch) error {
			ours = b.At(int(b.Rows()[0]), 0).Int()
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		var theirs int64
		if err := db.QueryRow(bench.SQL).Scan(&theirs); err != nil {
			t.Fatal(err)
		}
		if ours != theirs || ours == 0 {
			t.Errorf("%s: %d here, %d in DuckDB", bench.Name, ours, theirs)
		}
	}
}

// open makes a database in memory with a table of n events.
func open(tb testing.TB, n int) *sql.DB {
	tb.Helper()
	c, err := duckdb.NewConnector("", nil)
	if err != nil {
		tb.Fatal(err)
	}
	db := sql.OpenDB(c)
	tb.Cleanup(func() { db.Close() })
	run := func(text string) {
		if _, err := db.Exec(text); err != nil {
			tb.Fatal(err)
		}
	}
	run("SET threads = 1")
	// the appender would make a JSON string of what is JSON already
	run("CREATE TABLE Raw (Time TIMESTAMP, User VARCHAR, Verb VARCHAR, Code BIGINT, Text VARCHAR, Body VARCHAR)")
	conn, err := c.Connect(context.Background())
	if err != nil {
		tb.Fatal(err)
	}
	defer conn.Close()
	run("CREATE TABLE T AS SELECT * REPLACE (Body::JSON AS Body) FROM Raw")
	err = kqltest.EventParts(n, 1_000_000, func(part *kqltest.Columns) error {
		if err := fill(conn, part); err != nil {
			return err
		}
		run("INSERT INTO T SELECT * FROM Raw")
		run("DELETE FROM Raw")
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	run("DROP TABLE Raw")
	return db
}

func fill(conn driver.Conn, table *kqltest.Columns) error {
	a, err := duckdb.NewAppenderFromConn(conn, "", "Raw")
	if err != nil {
		return err
	}
	for i := range table.N {
		err := a.AppendRow(
			kql.TimeOf(table.Vals[0][i].Int()), table.Vals[1][i].Str(), table.Vals[2][i].Str(),
			table.Vals[3][i].Int(), table.Vals[4][i].Str(), table.Vals[5][i].Str(),
		)
		if err != nil {
			return err
		}
	}
	return a.Close()
}

// processorTime is what this process has taken so far.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
