package segment

import (
	"fmt"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// The bytes of records are most of what is read, and most of them are not what
// is looked for. Their pages are read without the library, which copies what it
// decompressed once more, into memory that serves the next page.

// texts are the bytes of a block's records.
type texts struct {
	raws, priors []string // priors is nil until they are asked for
	memory       [][]byte // that they point into
}

// close gives the memory back.
func (t *texts) close() {
	for _, m := range t.memory {
		unpacked.put(m)
	}
}

// Text is a record's bytes, good until Forget.
func (u *Unit) Text(row int32) (raw, prior string, err error) {
	t, err := u.textsOf(row)
	if err != nil {
		return "", "", err
	}
	if t.priors == nil {
		if err := u.loadPriors(t, int(row)/BlockRows); err != nil {
			return "", "", err
		}
	}
	return t.raws[row%BlockRows], t.priors[row%BlockRows], nil
}

// Raw is a record's bytes without those of its prior.
func (u *Unit) Raw(row int32) (string, error) {
	t, err := u.textsOf(row)
	if err != nil {
		return "", err
	}
	return t.raws[row%BlockRows], nil
}

func (u *Unit) textsOf(row int32) (*texts, error) {
	if err := u.Ready(); err != nil {
		return nil, err
	}
	if row < 0 || int(row) >= u.rows {
		return nil, fmt.Errorf("no record %d", row)
	}
	b := int(row) / BlockRows
	if t := u.texts[b]; t != nil {
		return t, nil
	}
	u.Opened++
	t := &texts{raws: make([]string, min(BlockRows, u.rows-b*BlockRows))}
	for _, name := range []string{colRaw, colRawBytes} {
		if err := u.textPage(name, b, t.raws, t); err != nil {
			t.close()
			return nil, err
		}
	}
	u.texts[b] = t
	return t, nil
}

func (u *Unit) loadPriors(t *texts, b int) error {
	t.priors = make([]string, len(t.raws))
	return u.textPage(colPrior, b, t.priors, t)
}

// textPage reads the page of a block into out, as far as it has values.
func (u *Unit) textPage(name string, b int, out []string, t *texts) (err error) {
	defer guard(&err)
	chunk, ok := u.chunks[u.r.number[name]].(*parquet.FileColumnChunk)
	if !ok {
		return fmt.Errorf("column %q: no chunk: %w", name, ErrDamaged)
	}
	if name != colRaw && chunk.NullCount() == int64(u.rows) {
		return nil
	}
	index, err := chunk.OffsetIndex()
	if err != nil {
		return fmt.Errorf("column %q: %w", name, damaged(err))
	}
	if b >= index.NumPages() || index.FirstRowIndex(b) != int64(b)*BlockRows {
		return fmt.Errorf("column %q: block %d has no page: %w", name, b, ErrDamaged)
	}
	n, memory, err := u.r.readTexts(index.Offset(b), index.CompressedPageSize(b), out)
	u.Bytes += n
	t.memory = append(t.memory, memory)
	if err != nil {
		return fmt.Errorf("column %q: %w", name, damaged(err))
	}
	return nil
}

// readTexts reads a page of optional texts. They point into the memory.
func (r *Reader) readTexts(at, size int64, out []string) (read int64, memory []byte, err error) {
	if size <= 0 || size > mostPage || at < 0 {
		return 0, nil, fmt.Errorf("a page of %d bytes: %w", size, ErrDamaged)
	}
	data := packed.get(int(size))[:size]
	defer packed.put(data)
	if _, err := r.file.ReadAt(data, at); err != nil {
		return 0, nil, err
	}
	page, body, err := pageHeader(data)
	if err != nil {
		return 0, nil, err
	}
	head := &page.DataPageHeaderV2.V
	if head.NumRows != int32(len(out)) || head.RepetitionLevelsByteLength != 0 || head.DefinitionLevelsByteLength < 0 || int(head.DefinitionLevelsByteLength) > len(body) {
		return 0, nil, fmt.Errorf("a page of %d records for a block of %d: %w", head.NumRows, len(out), ErrDamaged)
	}
	levels, body := body[:head.DefinitionLevelsByteLength], body[head.DefinitionLevelsByteLength:]
	memory, err = unpack(&page, body)
	if err == nil {
		err = fillTexts(out, memory, levels, head)
	}
	return size + int64(len(memory)), memory, err
}

// unpack decompresses the values of a page.
func unpack(page *format.PageHeader, body []byte) ([]byte, error) {
	size := int(page.UncompressedPageSize)
	if size < 0 || size > mostPage {
		return nil, fmt.Errorf("a page of %d bytes: %w", size, ErrDamaged)
	}
	if c := page.DataPageHeaderV2.V.IsCompressed; c.Valid && !c.V {
		return append(unpacked.get(len(body)), body...), nil
	}
	return codec{}.Decode(unpacked.get(size), body)
}
