package memory

import (
	"testing"

	"github.com/dogwatch-dev/dogwatch/internal/store"
	"github.com/dogwatch-dev/dogwatch/internal/store/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, storetest.Engine{Open: func(*testing.T) store.Store { return New() }})
}
