package fakeaws

import "slices"

// Codes that every service words in its own way. A fault with one of them and
// no Message gets the code, status and message the service itself would send.
const (
	AccessDenied = "AccessDenied"
	Throttled    = "Throttled"
)

// Fault makes calls fail. Empty fields match every call.
type Fault struct {
	Service, Op, Region string
	// Resource is compared with Call.Resource.
	Resource string
	// Match is asked last. It runs under the Cloud's lock and must not call it.
	Match func(Call) bool

	// Skip lets the first n matching calls through, then Times calls fail, or
	// all if Times is zero.
	Skip, Times int

	// Code, Status and Message are the error sent. Status defaults to what AWS
	// sends with that code. See also AccessDenied and Throttled.
	Code    string
	Status  int
	Message string

	// After lets the call have its effect before the error is sent.
	After bool
	// Reset cuts the connection instead of answering.
	Reset bool
	// FailedEntries makes PutTargets and RemoveTargets answer 200 and report
	// their entries failed with this code, without effect. FailedIDs limits it
	// to these target IDs; the other entries are carried out.
	FailedEntries string
	FailedIDs     []string
}

type activeFault struct {
	Fault
	seen, fired int
}

// Inject adds a fault; of several that match a call, the oldest one with
// failures left is used. The returned function takes it out again.
func (c *Cloud) Inject(f Fault) (remove func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	active := &activeFault{Fault: f}
	c.faults = append(c.faults, active)
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.faults = slices.DeleteFunc(c.faults, func(a *activeFault) bool { return a == active })
	}
}

// Deny refuses an operation, as for a principal without the permission. An
// empty op denies the whole service. The returned function grants it again.
func (c *Cloud) Deny(service, op string) (remove func()) {
	return c.Inject(Fault{Service: service, Op: op, Code: AccessDenied})
}

// faultFor finds the fault that a call runs into, nil for none.
func (c *Cloud) faultFor(q *request) *Fault {
	for _, f := range c.faults {
		if !f.matches(q) {
			continue
		}
		f.seen++
		if f.seen <= f.Skip || f.Times > 0 && f.fired >= f.Times {
			continue
		}
		f.fired++
		return &f.Fault
	}
	return nil
}

func (f *activeFault) matches(q *request) bool {
	return (f.Service == "" || f.Service == q.call.Service) &&
		(f.Op == "" || f.Op == q.call.Op) &&
		(f.Region == "" || f.Region == q.call.Region) &&
		(f.Resource == "" || f.Resource == q.call.Resource) &&
		(f.Match == nil || f.Match(q.whole()))
}

// error is what the fault sends to this caller for this call.
func (f *Fault) error(c *Cloud, q *request) *apiError {
	code, message, status := f.Code, f.Message, f.Status
	if code == AccessDenied || code == Throttled {
		worded := denied(c, q)
		if code == Throttled {
			worded = throttled(q.call.Service)
		}
		code = worded.code
		if message == "" {
			message = worded.message
		}
		if status == 0 {
			status = worded.status
		}
	}
	if message == "" {
		message = "Injected failure"
	}
	if status == 0 {
		status = statusOf(code)
	}
	return &apiError{code: code, message: message, status: status}
}
