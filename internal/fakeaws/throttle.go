package fakeaws

import (
	"fmt"
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
func (c *Cloud) uuid() string {
	a, b := c.random.Uint64(), c.random.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x", a>>32, a>>16&0xffff, a&0xfff, b>>48&0x3fff|0x8000, b&0xffffffffffff)
}
