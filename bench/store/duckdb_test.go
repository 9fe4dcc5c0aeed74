package store

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2" // the engine that is measured beside ours
)

// duckdb opens a database that uses one thread, as a scan of ours does.
func duckdb(t *testing.T, file string) *sql.DB {
	db, err := sql.Open("duckdb", file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(`set threads = 1; set timezone = 'UTC'`); err != nil {
		t.Fatal(err)
	}
	return db
}

// TestDuckDB asks DuckDB: over a table of its own, and over the Parquet files
// that it writes of that table.
func TestDuckDB(t *testing.T) {
	if *dir == "" {
		t.Skip("-dir does not say where the stores lie: see README.md")
	}
	file, parquet := *dir+"/duck.db", *dir+"/duck.parquet"
	_, err := os.Stat(file)
	fresh := err != nil
	db := duckdb(t, file)
	if fresh {
		fillDuckDB(t, db, parquet)
	}
	ask(t, db, "table", "ev")
	ask(t, db, "parquet", "read_parquet('"+parquet+"')")
}

func fillDuckDB(t *testing.T, db *sql.DB, parquet string) {
	c0, w0 := cpu(), time.Now()
	// A line is read as text and taken apart in SQL: the quickest way in that
	// keeps the bytes.
	_, err := db.Exec(`create table ev as select raw,
		json_extract_string(raw, '$.requestReceivedTimestamp')::timestamp ts, json_extract_string(raw, '$.verb') verb,
		json_extract_string(raw, '$.user.username') username, json_extract_string(raw, '$.responseStatus.code')::int code,
		json_extract_string(raw, '$.sourceIPs[#-1]') ip, json_extract_string(raw, '$.auditID') auditID
		from read_csv('` + *events + `', columns = {'raw': 'VARCHAR'}, delim = '\0', quote = '', escape = '', header = false, max_line_size = 4000000, auto_detect = false)`)
	if err != nil {
		t.Fatal(err)
	}
	c := cost{cpu() - c0, time.Since(w0)}
	var n int64
	if err := db.QueryRow(`select count(*) from ev`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	fmt.Printf("duckdb table   ingest %s: %.0f events per CPU-second\n", c, float64(n)/c.cpu.Seconds())
	c0, w0 = cpu(), time.Now()
	if _, err := db.Exec(`copy (select * from ev order by ts) to '` + parquet + `' (format parquet, compression zstd)`); err != nil {
		t.Fatal(err)
	}
	fmt.Printf("duckdb parquet copy   %s\n", cost{cpu() - c0, time.Since(w0)})
	for _, name := range []string{*dir + "/duck.db", parquet} {
		if info, err := os.Stat(name); err == nil {
			fmt.Printf("duckdb %s: %d MB\n", filepath.Base(name), info.Size()>>20)
		}
	}
}

func ask(t *testing.T, db *sql.DB, kind, from string) {
	for _, q := range questions {
		text := strings.NewReplacer("from ev a", "from "+from+" a", "join ev b", "join "+from+" b", "from ev ", "from "+from+" ").Replace(q.filled(q.sql) + " ")
		c, rows, err := best(func() (int64, error) { return drain(db, text) })
		if err != nil {
			t.Errorf("%s: %v", q.name, err)
			continue
		}
		fmt.Printf("duckdb %-8s %-42s %s  %6d rows\n", kind, q.name, c, rows)
	}
}

func drain(db *sql.DB, text string) (n int64, err error) {
	ctx, stop := context.WithTimeout(context.Background(), 3*time.Minute)
	defer stop()
	rows, err := db.QueryContext(ctx, text)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return 0, err
	}
	cells := make([]any, len(columns))
	for i := range cells {
		cells[i] = new(any)
	}
	for rows.Next() {
		if err := rows.Scan(cells...); err != nil {
			return n, err
		}
		n++
	}
	return n, rows.Err()
}

// TestDuckDBReadsOurFiles opens the segments of the store as they are.
func TestDuckDBReadsOurFiles(t *testing.T) {
	if *dir == "" {
		t.Skip("-dir does not say where the stores lie: see README.md")
	}
	db := duckdb(t, "")
	ours := "read_parquet('" + *dir + "/dogwatch/segments/*.parquet')"
	for _, text := range []string{
		`select count(*) from ` + ours,
		`select Verb, count(*) n, min("Time"), max("Time") from ` + ours + ` where RowOfKubeAudit group by 1 order by n desc limit 3`,
		`select json_extract_string(Raw, '$.requestURI') from ` + ours + ` where Code = 403 order by "Time" limit 3`,
	} {
		rows, err := db.Query(text)
		if err != nil {
			t.Fatal(err)
		}
		columns, _ := rows.Columns()
		for rows.Next() {
			cells := make([]any, len(columns))
			for i := range cells {
				cells[i] = new(any)
			}
			if err := rows.Scan(cells...); err != nil {
				t.Fatal(err)
			}
			for i := range cells {
				fmt.Print(*(cells[i].(*any)), " ")
			}
			fmt.Println()
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		rows.Close()
	}
}
