package report

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"keywatch/internal/fakeaws"
)

func TestKeysListsAUserOnce(t *testing.T) {
	b := newBox(t, fakeaws.Options{KeysPage: 1})
	b.user("alice", ago(100*day), ago(90*day), ago(80*day))
	keys := NewKeys(b.iam)
	var wait sync.WaitGroup
	for range 10 {
		wait.Go(func() {
			if listed, err := keys.list(t.Context(), "alice"); err != nil || len(listed) != 3 {
				t.Errorf("listed %v, %v", listed, err)
			}
			keys.other("")
		})
	}
	wait.Wait()
	for range 2 { // a failure is remembered, too
		if _, err := keys.list(t.Context(), "nobody"); !missing(err) {
			t.Errorf("error is %v, want NoSuchEntity", err)
		}
	}
	b.wantCalls(t, map[string]int{"alice": 3, "nobody": 1}, noCalls)
}

// TestListingsAreReadWhileOthersAreMade is for the race detector.
func TestListingsAreReadWhileOthersAreMade(t *testing.T) {
	keys := NewKeys(pages{list: iam.ListAccessKeysOutput{AccessKeyMetadata: []types.AccessKeyMetadata{{AccessKeyId: aws.String("AKIA1"), Status: types.StatusTypeActive}}}})
	var wait sync.WaitGroup
	for i := range 200 {
		wait.Go(func() { _, _ = keys.list(t.Context(), fmt.Sprint(i)) })
		wait.Go(func() { keys.other("") })
	}
	wait.Wait()
	if some, beside := keys.other(""), keys.other("AKIA1"); some != "AKIA1" || beside != "" {
		t.Errorf("found %q, and %q beside it; want AKIA1 and none", some, beside)
	}
}

// pages is an IAM of one answer.
type pages struct {
	KeyAPI
	list iam.ListAccessKeysOutput
	err  error // of ListAccessKeys
	used iam.GetAccessKeyLastUsedOutput
}

func (p pages) ListAccessKeys(context.Context, *iam.ListAccessKeysInput, ...func(*iam.Options)) (*iam.ListAccessKeysOutput, error) {
	return &p.list, p.err
}

func (p pages) GetAccessKeyLastUsed(context.Context, *iam.GetAccessKeyLastUsedInput, ...func(*iam.Options)) (*iam.GetAccessKeyLastUsedOutput, error) {
	return &p.used, nil
}

func TestAListNotReadToItsEndIsNone(t *testing.T) {
	api := pages{list: iam.ListAccessKeysOutput{IsTruncated: true, AccessKeyMetadata: []types.AccessKeyMetadata{{AccessKeyId: aws.String("AKIA1")}}}}
	if keys, err := NewKeys(api).list(t.Context(), "alice"); err == nil || keys != nil {
		t.Errorf("listed %v, %v; want an error", keys, err)
	}
}

func TestOnlyActiveIsActive(t *testing.T) {
	for _, status := range []types.StatusType{types.StatusTypeActive, types.StatusTypeInactive, types.StatusTypeExpired, "Suspended", ""} {
		api := pages{list: iam.ListAccessKeysOutput{AccessKeyMetadata: []types.AccessKeyMetadata{{AccessKeyId: aws.String("AKIA1"), Status: status}}}}
		keys, err := NewKeys(api).list(t.Context(), "alice")
		if err != nil || len(keys) != 1 || keys[0].active != (status == "Active") {
			t.Errorf("a key that is %q is listed as %+v, %v", status, keys, err)
		}
	}
}
