package watch

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/google/go-cmp/cmp"
)

func ids(targets []types.Target) []string {
	var ids []string
	for _, t := range targets {
		ids = append(ids, *t.Id)
	}
	return ids
}

// scripted answers PutTargets and RemoveTargets from scripts of failed entries;
// an exhausted script succeeds.
type scripted struct {
	Writer
	put, remove [][]string // error codes by target ID "a", "b", ...; "" succeeds
	asked       [][]string // IDs of each call
	count       int        // adds to FailedEntryCount
}

func (s *scripted) next(script *[][]string, ids []string) (failed []types.PutTargetsResultEntry) {
	s.asked = append(s.asked, ids)
	if len(*script) == 0 {
		return nil
	}
	codes := (*script)[0]
	*script = (*script)[1:]
	for _, id := range ids {
		if i := int(id[0] - 'a'); i < len(codes) && codes[i] != "" {
			failed = append(failed, types.PutTargetsResultEntry{TargetId: &id, ErrorCode: &codes[i]})
		}
	}
	return failed
}

func (s *scripted) PutTargets(_ context.Context, in *eventbridge.PutTargetsInput, _ ...func(*eventbridge.Options)) (*eventbridge.PutTargetsOutput, error) {
	failed := s.next(&s.put, ids(in.Targets))
	return &eventbridge.PutTargetsOutput{FailedEntries: failed, FailedEntryCount: int32(len(failed) + s.count)}, nil
}

func (s *scripted) RemoveTargets(_ context.Context, in *eventbridge.RemoveTargetsInput, _ ...func(*eventbridge.Options)) (*eventbridge.RemoveTargetsOutput, error) {
	var failed []types.RemoveTargetsResultEntry
	for _, e := range s.next(&s.remove, in.Ids) {
		failed = append(failed, types.RemoveTargetsResultEntry(e))
	}
	return &eventbridge.RemoveTargetsOutput{FailedEntries: failed, FailedEntryCount: int32(len(failed) + s.count)}, nil
}

func TestEntriesThatCollideAreSentAgain(t *testing.T) {
	const collided = "ConcurrentModificationException"
	for _, tc := range []struct {
		name   string
		script [][]string
		count  int
		asked  [][]string
		err    string
	}{
		{"all accepted", nil, 0, [][]string{{"a", "b"}}, ""},
		{"only what failed is sent again", [][]string{{"", collided}, {"", collided}}, 0, [][]string{{"a", "b"}, {"b"}, {"b"}}, ""},
		{"another error is final", [][]string{{collided, "LimitExceeded"}}, 0, [][]string{{"a", "b"}}, `target "b" failed: LimitExceeded`},
		{"five times is enough", [][]string{{collided, ""}, {collided}, {collided}, {collided}, {collided}, {collided}}, 0,
			[][]string{{"a", "b"}, {"a"}, {"a"}, {"a"}, {"a"}}, `target "a" failed: ` + collided},
		{"entries that are counted and not named", nil, 1, [][]string{{"a", "b"}}, "1 entries failed and 0 are named"},
	} {
		run := func(t *testing.T, s *scripted, o ops) {
			synctest.Test(t, func(t *testing.T) {
				err := (&applier{api: s}).change(t.Context(), "rule", o)
				if diff := cmp.Diff(tc.asked, s.asked); diff != "" {
					t.Error(diff)
				}
				if (err == nil) != (tc.err == "") || err != nil && !strings.Contains(err.Error(), tc.err) {
					t.Errorf("error %v, want %q", err, tc.err)
				}
			})
		}
		t.Run("PutTargets: "+tc.name, func(t *testing.T) {
			run(t, &scripted{put: slices.Clone(tc.script), count: tc.count}, ops{targets: []types.Target{{Id: aws.String("a")}, {Id: aws.String("b")}}})
		})
		t.Run("RemoveTargets: "+tc.name, func(t *testing.T) {
			run(t, &scripted{remove: slices.Clone(tc.script), count: tc.count}, ops{remove: []string{"a", "b"}})
		})
	}
}
