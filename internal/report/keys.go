package report

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// KeyAPI is what Keys asks of IAM.
type KeyAPI interface {
	ListAccessKeys(context.Context, *iam.ListAccessKeysInput, ...func(*iam.Options)) (*iam.ListAccessKeysOutput, error)
	GetAccessKeyLastUsed(context.Context, *iam.GetAccessKeyLastUsedInput, ...func(*iam.Options)) (*iam.GetAccessKeyLastUsedOutput, error)
}

// Keys reads users' access keys from IAM and remembers the answers, so that one
// run lists a user at most once. It is safe for concurrent use. A Keys lives for
// one run: what it remembers is never refreshed.
type Keys struct {
	api   KeyAPI
	mu    sync.Mutex
	users map[string]*listing
}

type listing struct {
	once sync.Once
	keys []listedKey
	err  error
}

// NewKeys returns a Keys that knows nothing yet.
func NewKeys(api KeyAPI) *Keys { return &Keys{api: api, users: map[string]*listing{}} }

// list returns all access keys of a user, every page of them, sorted by ID. A
// failure is remembered too.
func (k *Keys) list(ctx context.Context, user string) ([]listedKey, error) {
	k.mu.Lock()
	l := k.users[user]
	if l == nil {
		l = &listing{}
		k.users[user] = l
	}
	k.mu.Unlock()
	l.once.Do(func() {
		keys, err := k.pages(ctx, user)
		k.mu.Lock() // other reads other users' listings
		defer k.mu.Unlock()
		l.keys, l.err = keys, err
	})
	return l.keys, l.err
}

func (k *Keys) pages(ctx context.Context, user string) ([]listedKey, error) {
	var keys []listedKey
	pages := iam.NewListAccessKeysPaginator(k.api, &iam.ListAccessKeysInput{UserName: &user})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, m := range page.AccessKeyMetadata {
			keys = append(keys, listedKey{
				id:      aws.ToString(m.AccessKeyId),
				created: aws.ToTime(m.CreateDate).UTC(),
				active:  m.Status == types.StatusTypeActive, // a status not known is not active
			})
		}
		if page.IsTruncated && aws.ToString(page.Marker) == "" {
			return nil, errors.New("IAM says that there are more access keys and not where: the list is not whole")
		}
	}
	slices.SortFunc(keys, func(a, b listedKey) int { return strings.Compare(a.id, b.id) })
	return keys, nil
}

// lastUsed returns the owner of a key and its last use, zero if never.
func (k *Keys) lastUsed(ctx context.Context, id string) (user string, at time.Time, err error) {
	out, err := k.api.GetAccessKeyLastUsed(ctx, &iam.GetAccessKeyLastUsedInput{AccessKeyId: &id})
	if err != nil {
		return "", time.Time{}, err
	}
	if out.AccessKeyLastUsed != nil {
		at = aws.ToTime(out.AccessKeyLastUsed.LastUsedDate).UTC()
	}
	return aws.ToString(out.UserName), at, nil
}

// other returns a key of a user listed before, other than id, or "". Of several
// it is the smallest.
func (k *Keys) other(id string) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	found := ""
	for _, l := range k.users {
		for _, key := range l.keys {
			if key.id != id && (found == "" || key.id < found) {
				found = key.id
			}
		}
	}
	return found
}
