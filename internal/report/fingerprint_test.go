package report

import (
	"fmt"
	"testing"
	"time"
)

func TestFingerprints(t *testing.T) {
	seen := map[string]bool{}
	const users, dates = 50, 50
	for user := range users {
		for rotated := range dates {
			name := fmt.Sprintf("user-%d", user)
			print := Fingerprint(name, ago(time.Duration(rotated)*day))
			if len(print) != 6 || print[:3] != Fingerprint(name, time.Time{})[:3] {
				t.Fatalf("fingerprint %q of %s does not begin with the user's own half", print, name)
			}
			seen[print] = true
		}
	}
	if twice := users*dates - len(seen); twice > 3 { // 1.3 are to be expected of 46,656 halves
		t.Errorf("%d of %d fingerprints are not the only one", twice, users*dates)
	}
	if zoned := judged.In(time.FixedZone("elsewhere", 3600)); Fingerprint("alice", judged) != Fingerprint("alice", zoned) {
		t.Error("the time zone of the same moment matters")
	}
	// Rules remember fingerprints: another way to make them forgets every slot.
	if got, want := Fingerprint("alice", judged), "yunkt7"; got != want {
		t.Errorf("fingerprint is %q, was %q", got, want)
	}
}
