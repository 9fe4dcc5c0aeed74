package exec

import (
	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A Cache keeps what parts of queries gave, for queries with the same parts that run
// over the same rows: groups, lists, single values, and whether there was anything at
// all. It is used by one goroutine.
type Cache struct {
	keys    *plan.NodeKeys
	views   map[string]int
	rows    map[part]cachedRows
	values  map[part]value.Value
	lists   map[listPart]listed
	crowds  map[part]reached
	nothing map[part]bool // whole queries that gave no row
	size    int64         // bytes of all that
}

// maxCached is how many bytes a Cache takes: what comes when it is full is not kept.
const maxCached = 16 << 20

// NewCache returns an empty Cache.
func NewCache() *Cache {
	return &Cache{
		keys: plan.NewNodeKeys(), views: map[string]int{}, rows: map[part]cachedRows{}, values: map[part]value.Value{},
		lists: map[listPart]listed{}, crowds: map[part]reached{}, nothing: map[part]bool{},
	}
}

// A Cached database's rows are looked at by several queries.
type Cached interface {
	Timed
	// Cache is where what they have in common is kept, nil if nowhere. Where view is
	// the same, the same rows are looked at.
	Cache() (c *Cache, view string)
	// Passing tells apart by a number, from 0 on, which rows a leaf of the query let
	// through (see Sifted).
	Passing(leaf int) int
}

// A part of a query, run over some rows at some time.
type part struct {
	step, view int
	now        int64
	origin     int // how many source rows of each result are remembered
}

type listPart struct {
	part
	op string
	of value.Type
}

type cachedRows struct {
	store *rowStore
	used  int64 // memory that the run took for them
}

// reached is for how many rows, at most, a group of a crowd is known to have as many,
// and for how many, at least, none has; 0: for none.
type reached struct{ enough, tooMany int }

// cached makes ready to use the database's cache, if it has one.
func (r *run) cached() {
	db, ok := r.db.(Cached)
	if !ok || r.made == nil || r.opt.Profile != nil {
		return
	}
	cache, view := db.Cache()
	if cache == nil {
		return
	}
	id, ok := cache.views[view]
	if !ok {
		if !cache.fits(int64(len(view))) {
			return
		}
		id = len(cache.views)
		cache.views[view] = id
	}
	r.cache, r.view = cache, id
}

// reader is what reads the keys of the steps of the query, or the test of it, that
// is at work.
func (r *run) reader() *plan.NodeReader {
	m := r.made
	if m.readersOf != r.cache {
		m.readersOf, m.readers = r.cache, map[int]*plan.NodeReader{}
	}
	if m.readers[r.asks] == nil {
		sifting, db := r.sifting, r.db.(Cached)
		m.readers[r.asks] = &plan.NodeReader{
			Keys: r.cache.keys, Needed: r.needed(), Holds: sifting.holds,
			Rows: func(n *plan.Scan) int {
				if leaf, ok := sifting.leaf(n); ok {
					return db.Passing(leaf)
				}
				return -1
			},
		}
	}
	return m.readers[r.asks]
}

// keyOf is what a step is known by in the cache, if it is.
func (r *run) keyOf(n plan.Node) (p part, ok bool) {
	if r.cache == nil {
		return p, false
	}
	key, ok := r.reader().Of(n)
	return r.partOf(key), ok
}

func (r *run) partOf(key plan.NodeKey) part {
	p := part{step: key.ID, view: r.view}
	if key.Timed {
		p.now = r.opt.Now
	}
	return p
}

// rowsOf is what the rows of a step that are kept are known by in the cache.
func (r *run) rowsOf(n plan.Node) (p part, ok bool) {
	p, ok = r.keyOf(n)
	if r.opt.TrackOrigin {
		p.origin = r.opt.MaxOrigins
	}
	return p, ok
}

// isCached says whether the rows of a step are in the cache.
func (r *run) isCached(n plan.Node) bool {
	p, ok := r.rowsOf(n)
	return ok && r.cache.rows[p].store != nil
}

// KeyOf tells plans apart that are run over the same rows, without any let through
// before: those with one key give the same. It is not ok where that depends on more than
// the rows.
func (c *Cache) KeyOf(p *plan.Plan) (key int, ok bool) {
	reader := plan.NodeReader{
		Keys: c.keys, Needed: p.Needed(),
		Holds: func(*plan.Where) bool { return false }, Rows: func(*plan.Scan) int { return -1 },
	}
	k, ok := reader.OfResult(p.Root)
	return k.ID, ok && !k.Timed
}

// once gives the rows of a step that are kept, from the cache if they are there.
func (r *run) once(n plan.Node, make func() (*rowStore, error)) (*rowStore, error) {
	p, ok := r.rowsOf(n)
	if !ok {
		return make()
	}
	if known, ok := r.cache.rows[p]; ok {
		store := *known.store
		store.run = r
		return &store, r.grow(known.used, "")
	}
	before := r.used
	store, err := make()
	if used := r.used - before; err == nil && r.cache.fits(used) {
		kept := *store
		kept.run = nil
		r.cache.rows[p] = cachedRows{&kept, used}
	}
	return store, err
}

// entrySize is about what something takes in a Cache but for itself.
const entrySize = 200

// fits says whether there is room for something, and takes it.
func (c *Cache) fits(size int64) bool {
	if size += entrySize; c.size+size > maxCached {
		return false
	}
	c.size += size
	return true
}

// reachOnce says whether any group of a crowd has so many rows, from the cache if
// that is known.
func (r *run) reachOnce(c plan.Crowd, floor int) (enough bool, err error) {
	if r.cache == nil {
		return r.reach(c, floor)
	}
	key, ok := r.reader().OfCrowd(c)
	if !ok {
		return r.reach(c, floor)
	}
	p := r.partOf(key)
	switch known := r.cache.crowds[p]; {
	case floor <= known.enough:
		return true, nil
	case known.tooMany > 0 && floor >= known.tooMany:
		return false, nil
	}
	if enough, err = r.reach(c, floor); err != nil || !r.cache.fits(0) {
		return enough, err
	}
	known := r.cache.crowds[p]
	if enough {
		known.enough = max(known.enough, floor)
	} else if known.tooMany == 0 || floor < known.tooMany {
		known.tooMany = floor
	}
	r.cache.crowds[p] = known
	return enough, nil
}
