package fakeaws

import (
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"time"
)

type bucket struct{ service, region string }

type tokens struct {
	left float64
	at   time.Time
}

// throttle takes a token for the call, or says that there is none.
func (c *Cloud) throttle(call Call) *apiError {
	limit, limited := c.opt.RateLimits[call.Service]
	if !limited {
		return nil
	}
	now := c.opt.Now()
	at := bucket{call.Service, call.Region}
	if call.Service == "iam" { // one global endpoint
		at.region = ""
	}
	t := c.buckets[at]
	if t == nil {
		t = &tokens{left: float64(limit.Burst), at: now}
		c.buckets[at] = t
	}
	t.left = min(float64(limit.Burst), t.left+now.Sub(t.at).Seconds()*limit.PerSecond)
	t.at = now
	if t.left < 1 {
		return throttled(call.Service)
	}
	t.left--
	return nil
}

// uuid makes up an ID such as events and requests have.
func (c *Cloud) uuid() string { return uuid(c.random) }

func uuid(random *rand.Rand) string {
	raw := binary.BigEndian.AppendUint64(nil, random.Uint64()&^(0xf<<12)|4<<12) // version 4
	raw = binary.BigEndian.AppendUint64(raw, random.Uint64()&^(3<<62)|1<<63)    // variant 1
	s := hex.EncodeToString(raw)
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}
