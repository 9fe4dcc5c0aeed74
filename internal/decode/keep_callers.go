package decode

import "math/bits"

// callers are callers, by name and agent, and whether their address tells who
// they are: of most it does not, whatever it is.
type callers struct {
	known   numbering
	matters []bool
}

// begin starts a batch.
func (c *callers) begin() {
	if c.known.full() {
		c.known.forget()
		c.matters = c.matters[:0]
	}
}

// addressMatters says whether the columns IsSystem, IsHuman and IsOperator depend
// on the address of an event that is seen.
func (c *callers) addressMatters(rec *record, x *sight) bool {
	at, isNew := c.known.of(bits.RotateLeft64(x.parts[partCaller], 29)*fibonacci ^ x.parts[partAgent])
	if isNew {
		r, user, agent := rec.facts.r, rec.event.username(), rec.event.str(fUserAgent)
		known := len(r.identities.lines(caller{user, agent})) > 0
		c.matters = append(c.matters, known || r.operators.has(user) && isProgram(agent))
	}
	return c.matters[at]
}
