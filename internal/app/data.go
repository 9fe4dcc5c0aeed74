package app

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/dogwatch-dev/dogwatch/internal/store"
	"github.com/dogwatch-dev/dogwatch/internal/store/embedded"
)

// A Store keeps records in a folder.
type Store = embedded.Store

// StoreOptions say how a store is kept.
type StoreOptions = embedded.Options

// StoreStatus is what a store keeps.
type StoreStatus = store.Status

// StoreProof is what the verification of a store found.
type StoreProof = store.Proof

// StoreProgress is how far something has come.
type StoreProgress = store.Progress

// A StoreHead says what all records up to one amount to.
type StoreHead = store.Head

// ErrNoStore is about a folder that holds no store.
var ErrNoStore = embedded.ErrNoStore

// OpenStore opens the store of a folder.
func OpenStore(opt StoreOptions) (*Store, error) { return embedded.Open(opt) }

// TimeOfTicks is the time of a store's ticks; the zero time for 0.
func TimeOfTicks(ticks int64) time.Time {
	if ticks == 0 {
		return time.Time{}
	}
	return store.TimeOf(ticks)
}

// Export writes the records of a store, a line each, in the order of their
// time: those from one time on and before another, where they are not zero.
func Export(ctx context.Context, s *Store, w io.Writer, from, to time.Time, tell func(StoreProgress)) (records int64, err error) {
	out := bufio.NewWriterSize(w, 1<<20)
	req := store.Request{Progress: tell}
	if !from.IsZero() {
		req.From = store.Ticks(from)
	}
	if !to.IsZero() {
		req.To = store.Ticks(to) - 1
	}
	scanned, err := s.Scan(ctx, req, func(b store.Block) error {
		for _, row := range b.Rows() {
			raw, _, err := b.Text(row)
			if err != nil {
				return err
			}
			// A line break may stand between the members of a record that was
			// printed over many lines, and nowhere else.
			if strings.ContainsAny(raw, "\r\n") {
				raw = lines.Replace(raw)
			}
			if _, err := out.WriteString(raw + "\n"); err != nil {
				return err
			}
			records++
		}
		return nil
	})
	if flushed := out.Flush(); err == nil {
		err = flushed
	}
	return records, errors.Join(append(scanned.Problems, err)...)
}

var lines = strings.NewReplacer("\r", " ", "\n", " ")

// SignHead signs a head with an ed25519 key in the 32 bytes of its seed.
func SignHead(h StoreHead, seed []byte) (StoreHead, error) {
	if len(seed) != ed25519.SeedSize {
		return h, fmt.Errorf("a key of %d bytes: an ed25519 seed has %d", len(seed), ed25519.SeedSize)
	}
	key := ed25519.NewKeyFromSeed(seed)
	public, _ := key.Public().(ed25519.PublicKey)
	h.Key, h.Signature = hex.EncodeToString(public), hex.EncodeToString(ed25519.Sign(key, h.Text()))
	return h, nil
}

// CheckHead checks a head's signature, by a given public key if there is one.
// A head without a signature is good where no key is asked for.
func CheckHead(h StoreHead, public []byte) error {
	if h.Signature == "" && public == nil {
		return nil
	}
	key, err := hex.DecodeString(h.Key)
	if err != nil || len(key) != ed25519.PublicKeySize {
		return fmt.Errorf("head of record %d: it has no ed25519 key", h.Seq)
	}
	if public != nil && string(public) != string(key) {
		return fmt.Errorf("head of record %d: it is signed with another key", h.Seq)
	}
	signature, err := hex.DecodeString(h.Signature)
	if err != nil || !ed25519.Verify(key, h.Text(), signature) {
		return fmt.Errorf("head of record %d: the signature is wrong", h.Seq)
	}
	return nil
}
