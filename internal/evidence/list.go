package evidence

import (
	"context"
	"fmt"
	"strings"
)

// Accounts lists the accounts that a store holds bundles of, sorted.
func Accounts(ctx context.Context, store Store) ([]string, error) {
	names, err := store.List(ctx, "", "/")
	if err != nil {
		return nil, err
	}
	var accounts []string
	for _, name := range names {
		if account, folder := strings.CutSuffix(name, "/"); folder && checkAccount(account) == nil {
			accounts = append(accounts, account)
		}
	}
	return accounts, nil
}

// Bundles lists the names of an account's bundles that begin with prefix, the
// oldest first, unfinished ones too. Any prefix is allowed, "" too.
func Bundles(ctx context.Context, store Store, account, prefix string) ([]string, error) {
	if err := checkAccount(account); err != nil {
		return nil, fmt.Errorf("evidence: %w", err)
	}
	if strings.Trim(prefix, "0123456789abcdefTZ-") != "" {
		return nil, nil // no bundle is called so, and a store may not take it
	}
	names, err := store.List(ctx, account+"/"+prefix, "/")
	if err != nil {
		return nil, err
	}
	var bundles []string
	for _, name := range names {
		id, folder := strings.CutSuffix(strings.TrimPrefix(name, account+"/"), "/")
		if _, ok := bundleTime(id); ok && folder {
			bundles = append(bundles, id)
		}
	}
	return bundles, nil
}
