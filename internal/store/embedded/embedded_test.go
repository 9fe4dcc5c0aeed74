package embedded

import (
	"context"
	"testing"

	"github.com/dogwatch-dev/dogwatch/internal/store"
	"github.com/dogwatch-dev/dogwatch/internal/store/storetest"
)

func open(t testing.TB, opt Options) *Store {
	t.Helper()
	s, err := Open(opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestStore(t *testing.T) {
	for name, seal := range map[string]int{"in the log": 64 << 20, "sealed as it comes": 100 << 10} {
		fresh := func(t *testing.T) store.Store { return open(t, Options{Dir: t.TempDir(), SealBytes: seal}) }
		ways := map[string]func(t *testing.T, s *Store){
			"replayed":  func(*testing.T, *Store) {},
			"sealed":    flush,
			"compacted": compact,
		}
		for way, do := range ways {
			t.Run(name+", "+way, func(t *testing.T) {
				storetest.Run(t, storetest.Engine{Open: fresh, Reopen: func(t *testing.T, s store.Store) store.Store {
					e := s.(*Store)
					do(t, e)
					if err := e.Close(); err != nil {
						t.Fatal(err)
					}
					return open(t, Options{Dir: e.opt.Dir, SealBytes: seal})
				}})
			})
		}
	}
}

func flush(t *testing.T, s *Store) {
	if err := s.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func compact(t *testing.T, s *Store) {
	if err := s.Compact(context.Background()); err != nil {
		t.Fatal(err)
	}
}
