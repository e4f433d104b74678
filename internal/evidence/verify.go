package evidence

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
)

// VerifyOptions say what to verify, and with what. The zero value verifies all
// accounts from what the archive says of itself.
type VerifyOptions struct {
	AccountID string // "" for every account
	// Bundle is the only bundle to look at, "" for the whole chain. With one,
	// forks and what follows it stay unseen.
	Bundle string
	// Since leaves out the bundles before that time, looked at already or gone
	// by a rule of the archive's; the first one may follow one of them.
	Since time.Time
	// PublicKeys have signatures verified, and every bundle must then be proved
	// by one, its own or that of a later bundle. A signature needs the key of
	// its ID. Without keys only the form of signatures is checked.
	PublicKeys []PublicKey
	// Against is a second copy of the archive, nil for none. Whatever differs
	// is named to the byte.
	Against Store
	// Known is a bundle that somebody has a note of, such as what Write returned
	// in some log. It must be there as it was, with everything that it follows. Of
	// runs at the same time the next one follows one only: that another was taken
	// away, Against tells, or a note of that one.
	Known Link
}

const (
	// atOnce is how many bundles are read at the same time.
	atOnce = 8
	// tooMany unread files are a store that fails, and no longer a finding.
	tooMany = 20
)

// Verify checks an archive. What it finds is in the report; the error is for what
// could not be done at all, and for an archive in which there is nothing. With an
// error the report holds what was found until then.
func Verify(ctx context.Context, store Store, o VerifyOptions) (Report, error) {
	report := Report{Each: []Checked{}, Newest: map[string]Link{}, Problems: []Remark{}, Notes: []Remark{}}
	if err := o.check(); err != nil {
		return report, err
	}
	accounts, err := o.accounts(ctx, store)
	if err != nil {
		return report, err
	}
	for _, account := range accounts {
		if err := verifyAccount(ctx, store, account, o, &report); err != nil {
			report.close()
			return report, err
		}
	}
	report.close()
	if report.Bundles+report.Unfinished+len(report.Problems) == 0 {
		return report, fmt.Errorf("evidence: there is no bundle in %s%s: is it the right place and account?", store, suffix(o.AccountID, o.Bundle))
	}
	return report, nil
}

func suffix(account, bundle string) string {
	if account == "" {
		return ""
	}
	return "/" + path.Join(account, bundle)
}

// check refuses options that contradict each other.
func (o VerifyOptions) check() error {
	knownAt, _ := bundleTime(o.Known.Bundle)
	switch {
	case o.AccountID == "" && (o.Bundle != "" || o.Known != Link{}):
		return errors.New("evidence: verify: a bundle needs its account ID")
	case o.Known != (Link{}) && o.Bundle != "" && o.Known.Bundle != o.Bundle, o.Known != (Link{}) && knownAt.Before(o.Since):
		return fmt.Errorf("evidence: verify: %s is to be found and is not among the bundles to look at", o.Known.Bundle)
	case o.Bundle != "":
		return checkBundleName(o.AccountID, o.Bundle)
	case o.AccountID != "":
		if err := checkAccount(o.AccountID); err != nil {
			return fmt.Errorf("evidence: verify: %w", err)
		}
	}
	return nil
}

// accounts are those to verify, sorted.
func (o VerifyOptions) accounts(ctx context.Context, store Store) ([]string, error) {
	if o.AccountID != "" {
		return []string{o.AccountID}, nil
	}
	var accounts []string
	for _, s := range []Store{store, o.Against} {
		if s == nil {
			continue
		}
		there, err := Accounts(ctx, s)
		if err != nil {
			return nil, err
		}
		accounts = append(accounts, there...)
	}
	slices.Sort(accounts)
	return slices.Compact(accounts), nil
}

func verifyAccount(ctx context.Context, store Store, account string, o VerifyOptions, report *Report) error {
	here, err := contents(ctx, store, account, o.Bundle)
	if err != nil {
		return err
	}
	there := inventory{}
	if o.Against != nil {
		if there, err = contents(ctx, o.Against, account, o.Bundle); err != nil {
			return err
		}
	}
	here.dropBefore(o.Since)
	there.dropBefore(o.Since)
	report.add(here.remarks(account, there, o.Against != nil)...)
	bundles, err := checkAll(ctx, store, account, here, there, o)
	if err != nil {
		return err
	}
	for _, b := range bundles {
		report.add(b.remarks...)
		report.count(b)
		report.Each = append(report.Each, b.summary(account))
		if !b.unread && b.sum != "" {
			report.Newest[account] = Link{Bundle: b.bundle, ManifestSHA256: b.sum}
		}
	}
	if o.Bundle != "" {
		if bundles, err = withPredecessor(ctx, store, account, bundles); err != nil {
			return err
		}
		if len(bundles) == 2 && bundles[1].unread {
			report.add(Remark{Kind: Unread, AccountID: account, Bundle: o.Bundle, Text: "follows " + bundles[1].bundle + ", whose manifest could not be read"})
		}
	}
	report.add(chain(account, bundles, o.Since)...)
	if len(o.PublicKeys) > 0 {
		report.add(vouch(account, bundles)...)
	}
	if o.Known != (Link{}) {
		report.add(known(account, bundles, o.Known)...)
	}
	return nil
}

// checkAll checks the bundles side by side, and gives them sorted by name.
func checkAll(ctx context.Context, store Store, account string, here, there inventory, o VerifyOptions) ([]checked, error) {
	names := here.bundles()
	bundles := make([]checked, len(names))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	errs := &unreadable{left: tooMany}
	for i, name := range names {
		group.Go(func() error {
			h, err := read(ctx, store, account, name, here.files[name], errs)
			if err != nil {
				return err
			}
			var second *held
			if o.Against != nil {
				if second, err = readSecond(ctx, o.Against, h, there.files[name], errs); err != nil {
					return err
				}
			}
			bundles[i] = checkBundle(h, second, o.PublicKeys)
			return nil
		})
	}
	return bundles, group.Wait()
}
