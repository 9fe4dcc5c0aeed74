package segment

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"
	"slices"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/delta"
	"github.com/parquet-go/parquet-go/encoding/rle"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"github.com/dogwatch-dev/dogwatch/internal/store/zst"
)

// Segments are written without the library, which goes through every value a
// few times: it knows neither that the values come with dictionaries nor that
// the bytes of records need not be copied. What it has for the format is used:
// the structures of headers, and the encodings.

const magic = "PAR1"

// A parquetFile is a Parquet file that is being written, a row group after the
// other, each column by column.
type parquetFile struct {
	out    io.Writer
	at     int64
	nodes  []parquet.Field // the columns, in order
	number map[string]int
	meta   format.FileMetaData
	chunks []*chunk // of the group at hand, by column
	groups [][]*chunk

	header bytes.Buffer
	levels []byte
	packed []byte
	zst    zst.Encoder
}

// A chunk is a column of a group.
type chunk struct {
	field      parquet.Field
	codec      format.CompressionCodec
	encodings  []format.Encoding
	places     []format.PageLocation // from where the chunk starts
	text       []byte                // pages that are not in the file yet
	start      int64                 // in the file, -1 before anything is there
	size       int64                 // of its pages
	unpacked   int64                 // size before they were compressed
	dictionary int64                 // size of the page of the dictionary
	rows       int64
	nulls      int64
	least      []byte
	most       []byte
}

func newParquetFile(out io.Writer, schema *parquet.Schema, meta map[string]string) (*parquetFile, error) {
	f := &parquetFile{out: out, nodes: schema.Fields(), number: map[string]int{}}
	f.meta = format.FileMetaData{Version: 2, CreatedBy: "dogwatch version 1(build 0)"}
	f.meta.Schema = append(f.meta.Schema, format.SchemaElement{Name: schema.Name(), NumChildren: thrift.New(int32(len(f.nodes)))})
	for i, n := range f.nodes {
		f.number[n.Name()] = i
		f.meta.Schema = append(f.meta.Schema, schemaElement(n))
		f.meta.ColumnOrders = append(f.meta.ColumnOrders, *n.Type().ColumnOrder())
	}
	for k, v := range meta {
		f.meta.KeyValueMetadata = append(f.meta.KeyValueMetadata, format.KeyValue{Key: k, Value: v})
	}
	slices.SortFunc(f.meta.KeyValueMetadata, func(a, b format.KeyValue) int { return bytes.Compare([]byte(a.Key), []byte(b.Key)) })
	f.begin()
	return f, f.write([]byte(magic))
}

func schemaElement(n parquet.Field) format.SchemaElement {
	t := n.Type()
	e := format.SchemaElement{Name: n.Name(), Type: thrift.New(*t.PhysicalType()), RepetitionType: thrift.New(format.Required)}
	if n.Optional() {
		e.RepetitionType = thrift.New(format.Optional)
	}
	if t.Kind() == parquet.FixedLenByteArray {
		e.TypeLength = thrift.New(int32(t.Length()))
	}
	if l := t.LogicalType(); l != nil {
		e.LogicalType = *l
	}
	if c := t.ConvertedType(); c != nil {
		e.ConvertedType = thrift.New(*c)
	}
	return e
}

func (f *parquetFile) write(b []byte) error {
	n, err := f.out.Write(b)
	f.at += int64(n)
	return err
}

// begin starts a group.
func (f *parquetFile) begin() {
	f.chunks = make([]*chunk, len(f.nodes))
	for i, n := range f.nodes {
		f.chunks[i] = &chunk{field: n, start: -1}
		if n.Compression() != nil {
			f.chunks[i].codec = n.Compression().CompressionCodec()
		}
	}
}

// column is a column of the group at hand.
func (f *parquetFile) column(name string) *chunk { return f.chunks[f.number[name]] }

// A page is what is to become one.
type page struct {
	values   []byte
	encoding format.Encoding
	rows     int
	present  []byte // by row, of optional columns; nil: all are
}

func (p *page) nulls() int {
	return bytes.Count(p.present, []byte{0})
}

// data puts a page behind those of a chunk.
func (f *parquetFile) data(c *chunk, p page) error {
	levels, err := f.levelsOf(c, &p)
	if err != nil {
		return err
	}
	nulls := p.nulls()
	body := f.pack(c, levels, p.values, p.encoding == format.DeltaLengthByteArray)
	at := c.size
	err = f.page(c, body, &format.PageHeader{
		Type:                 format.DataPageV2,
		UncompressedPageSize: int32(len(levels) + len(p.values)),
		DataPageHeaderV2: thrift.New(format.DataPageHeaderV2{
			NumValues: int32(p.rows), NumNulls: int32(nulls), NumRows: int32(p.rows), Encoding: p.encoding,
			DefinitionLevelsByteLength: int32(len(levels)), IsCompressed: thrift.New(c.codec != format.Uncompressed),
		}),
	})
	c.places = append(c.places, format.PageLocation{Offset: at, CompressedPageSize: int32(c.size - at), FirstRowIndex: c.rows})
	c.rows += int64(p.rows)
	c.nulls += int64(nulls)
	c.encoded(p.encoding)
	return err
}

// levelsOf says which rows have a value.
func (f *parquetFile) levelsOf(c *chunk, p *page) (levels []byte, err error) {
	if !c.field.Optional() {
		return nil, nil
	}
	c.encoded(format.RLE)
	if p.present == nil {
		f.levels = append(binary.AppendUvarint(f.levels[:0], uint64(p.rows)<<1), 1)
		return f.levels, nil
	}
	f.levels, err = (&rle.Encoding{BitWidth: 1}).EncodeLevels(f.levels, p.present)
	return f.levels, err
}

// words puts the page of a dictionary before those of a chunk.
func (f *parquetFile) words(c *chunk, values []byte, n int) error {
	body := f.pack(c, nil, values, false)
	err := f.page(c, body, &format.PageHeader{
		Type:                 format.DictionaryPage,
		UncompressedPageSize: int32(len(values)),
		DictionaryPageHeader: thrift.New(format.DictionaryPageHeader{NumValues: int32(n), Encoding: format.Plain}),
	})
	c.dictionary = c.size
	c.encoded(format.Plain)
	return err
}

// pack is what stands behind the header of a page. Texts are most of all bytes.
func (f *parquetFile) pack(c *chunk, levels, values []byte, texts bool) []byte {
	f.packed = append(f.packed[:0], levels...)
	switch {
	case c.codec == format.Uncompressed:
		f.packed = append(f.packed, values...)
	case texts:
		f.packed = f.zst.Append(f.packed, values)
	default:
		f.packed = codec{}.append(f.packed, values)
	}
	return f.packed
}

// page writes a page to the text of a chunk.
func (f *parquetFile) page(c *chunk, body []byte, head *format.PageHeader) error {
	head.CompressedPageSize = int32(len(body))
	head.CRC = int32(crc32.ChecksumIEEE(body))
	f.header.Reset()
	if err := thrift.NewEncoder((&thrift.CompactProtocol{}).NewWriter(&f.header)).Encode(head); err != nil {
		return err
	}
	c.text = append(append(c.text, f.header.Bytes()...), body...)
	c.size += int64(f.header.Len() + len(body))
	c.unpacked += int64(f.header.Len()) + int64(head.UncompressedPageSize)
	return nil
}

func (c *chunk) encoded(e format.Encoding) {
	if !slices.Contains(c.encodings, e) {
		c.encodings = append(c.encodings, e)
	}
}

// flush writes the pages of a chunk. Those of another must not come between the
// first and the last.
func (f *parquetFile) flush(c *chunk) error {
	if c.start < 0 {
		c.start = f.at
	}
	err := f.write(c.text)
	c.text = c.text[:0]
	return err
}

// end ends a group.
func (f *parquetFile) end(rows int64) error {
	g := format.RowGroup{NumRows: rows, Ordinal: int16(len(f.groups)), FileOffset: f.at}
	for _, c := range f.chunks {
		if err := f.flush(c); err != nil {
			return err
		}
		c.text = nil
		g.FileOffset = min(g.FileOffset, c.start)
		g.TotalByteSize += c.unpacked
		g.TotalCompressedSize += c.size
		g.Columns = append(g.Columns, format.ColumnChunk{MetaData: c.metaData()})
	}
	f.meta.RowGroups = append(f.meta.RowGroups, g)
	f.meta.NumRows += rows
	f.groups = append(f.groups, f.chunks)
	f.begin()
	return nil
}

func (c *chunk) metaData() format.ColumnMetaData {
	m := format.ColumnMetaData{
		Type: *c.field.Type().PhysicalType(), Encoding: c.encodings, PathInSchema: []string{c.field.Name()}, Codec: c.codec,
		NumValues: c.rows, TotalUncompressedSize: c.unpacked, TotalCompressedSize: c.size, DataPageOffset: c.start + c.dictionary,
		Statistics: format.Statistics{NullCount: c.nulls, MinValue: c.least, MaxValue: c.most},
	}
	if c.dictionary > 0 {
		m.DictionaryPageOffset = c.start
	}
	return m
}

// close writes what the file says of itself.
func (f *parquetFile) close() error {
	for i, chunks := range f.groups {
		for k, c := range chunks {
			for p := range c.places {
				c.places[p].Offset += c.start
			}
			column := &f.meta.RowGroups[i].Columns[k]
			column.OffsetIndexOffset = f.at
			n, err := f.encode(&format.OffsetIndex{PageLocations: c.places})
			if err != nil {
				return err
			}
			column.OffsetIndexLength = int32(n)
		}
	}
	n, err := f.encode(&f.meta)
	if err != nil {
		return err
	}
	return f.write(append(binary.LittleEndian.AppendUint32(nil, uint32(n)), magic...))
}

func (f *parquetFile) encode(v any) (n int, err error) {
	f.header.Reset()
	if err := thrift.NewEncoder((&thrift.CompactProtocol{}).NewWriter(&f.header)).Encode(v); err != nil {
		return 0, err
	}
	return f.header.Len(), f.write(f.header.Bytes())
}

// numbers is a whole column of numbers, of which some may be missing.
func (f *parquetFile) numbers(name string, values []int64, rows int, present []byte) error {
	c := f.column(name)
	encoded, err := (&delta.BinaryPackedEncoding{}).EncodeInt64(nil, values)
	if err != nil {
		return err
	}
	if len(values) > 0 {
		c.least = binary.LittleEndian.AppendUint64(nil, uint64(slices.Min(values)))
		c.most = binary.LittleEndian.AppendUint64(nil, uint64(slices.Max(values)))
	}
	return f.data(c, page{encoded, format.DeltaBinaryPacked, rows, present})
}

// coded is a whole column with a dictionary of n values, as Parquet writes them
// plainly; codes are those of the rows that have one.
func (f *parquetFile) coded(name string, dictionary []byte, n int, codes []int32, rows int, present []byte) error {
	c := f.column(name)
	if n == 0 {
		return f.data(c, page{nil, format.Plain, rows, present})
	}
	if err := f.words(c, dictionary, n); err != nil {
		return err
	}
	width := max(1, bitsFor(n-1))
	encoded, err := (&rle.Encoding{BitWidth: width}).EncodeInt32(nil, codes)
	if err != nil {
		return err
	}
	return f.data(c, page{append([]byte{byte(width)}, encoded...), format.RLEDictionary, rows, present})
}
