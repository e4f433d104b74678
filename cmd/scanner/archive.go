package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"keywatch/config"
	"keywatch/internal/evidence"
)

// openArchive is the store at a folder's path or s3://bucket/prefix. It looks at
// nothing yet.
func (a *app) openArchive(ctx context.Context, s config.Settings, log *slog.Logger, place string, o evidence.S3Options) (evidence.Store, error) {
	location, err := evidence.ParseLocation(place)
	if err != nil {
		return nil, &usageError{err}
	}
	if location.Folder != "" {
		return evidence.NewFolder(location.Folder), nil
	}
	cfg, err := a.awsConfig(ctx, s, log)
	if err != nil {
		return nil, fmt.Errorf("the AWS configuration cannot be read: %w: check --profile and AWS_PROFILE", err)
	}
	return evidence.NewS3(archiveClient(cfg, s.Evidence.Region), location.Bucket, location.Prefix, o), nil
}

// archiveClient reaches S3 in a bucket's Region, or else in the run's own. An endpoint that is not AWS's own, such as one on
// localhost, seldom has a name for each bucket, so the bucket goes into the path.
func archiveClient(cfg aws.Config, region string) *s3.Client {
	return s3.NewFromConfig(cfg, func(o *s3.Options) {
		o.Region = cmp.Or(region, o.Region)
		o.UsePathStyle = o.UsePathStyle || o.BaseEndpoint != nil && !strings.Contains(*o.BaseEndpoint, ".amazonaws.com")
	})
}

// shelf is an archive, and the account whose bundles in it are meant.
type shelf struct {
	store   evidence.Store
	account string
}

// openShelf finds the account where the archive holds only one, and nobody
// chose.
func openShelf(ctx context.Context, store evidence.Store, account string) (shelf, error) {
	if account != "" {
		return shelf{store, account}, nil
	}
	accounts, err := evidence.Accounts(ctx, store)
	switch {
	case err != nil:
		return shelf{}, err
	case len(accounts) == 0:
		return shelf{}, fmt.Errorf("there is no bundle in %s: is it the right place?", store)
	case len(accounts) > 1:
		return shelf{}, usagef("%s holds the evidence of several accounts: choose one with --account, of %s", store, strings.Join(accounts, ", "))
	}
	return shelf{store, accounts[0]}, nil
}

// find gives the name of the one bundle that begins with prefix.
func (s shelf) find(ctx context.Context, prefix string) (string, error) {
	names, err := evidence.Bundles(ctx, s.store, s.account, prefix)
	switch {
	case err != nil:
		return "", err
	case len(names) == 0:
		return "", fmt.Errorf("there is no bundle %s... of account %s in %s: %w", prefix, s.account, s.store, fs.ErrNotExist)
	case len(names) > 1:
		some := slices.Concat(names[:min(len(names), 3)])
		return "", usagef("%d bundles of account %s begin with %s, such as %s: write more of the name", len(names), s.account, prefix, strings.Join(some, ", "))
	}
	return names[0], nil
}

// load gives a bundle by the beginning of its name, or as latest or previous.
func (s shelf) load(ctx context.Context, name string) (evidence.Bundle, error) {
	switch name {
	case latestBundle:
		return s.latest(ctx)
	case previousBundle:
		latest, err := s.latest(ctx)
		if err != nil {
			return evidence.Bundle{}, err
		}
		return s.before(ctx, latest)
	}
	name, err := s.find(ctx, name)
	if err != nil {
		return evidence.Bundle{}, err
	}
	b, err := evidence.Load(ctx, s.store, s.account, name)
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("the bundle %s is unfinished: it has no manifest: %w", name, err)
	}
	return b, err
}

const (
	latestBundle   = "latest"
	previousBundle = "previous"
)

func (s shelf) latest(ctx context.Context) (evidence.Bundle, error) {
	b, found, err := evidence.Latest(ctx, s.store, s.account)
	if err == nil && !found {
		err = fmt.Errorf("there is no complete bundle of account %s in %s", s.account, s.store)
	}
	return b, err
}

// before gives the bundle that another one follows, as it was when it was
// followed.
func (s shelf) before(ctx context.Context, b evidence.Bundle) (evidence.Bundle, error) {
	if b.Previous == (evidence.Link{}) {
		return evidence.Bundle{}, fmt.Errorf("the bundle %s is the first one of account %s in %s: there is none before it", b.Bundle, s.account, s.store)
	}
	before, err := evidence.Load(ctx, s.store, s.account, b.Previous.Bundle)
	if err != nil {
		return evidence.Bundle{}, err
	}
	if before.Link() != b.Previous {
		return evidence.Bundle{}, fmt.Errorf("the bundle %s is not the one that %s follows: verify the archive", before.Bundle, b.Bundle)
	}
	return before, nil
}

// isBundleName tells that a text is a whole bundle's name.
func isBundleName(text string) bool {
	return regexp.MustCompile(`^\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}Z-[0-9a-f]{8}$`).MatchString(text)
}

func isAccountID(text string) bool { return regexp.MustCompile(`^\d{12}$`).MatchString(text) }

// checkAccountFlag refuses what is no account.
func checkAccountFlag(account string) error {
	if account != "" && !isAccountID(account) {
		return usagef("--account %q is not an account ID of 12 digits", account)
	}
	return nil
}

// archivePlace is the archive named on the command line, or else in the settings.
func archivePlace(named string, s config.Settings, how string) (string, error) {
	place := cmp.Or(named, s.Evidence.Archive)
	if place == "" {
		return "", usagef("no archive is named: give a folder or s3://bucket/prefix %s, or set evidence.archive", how)
	}
	return place, nil
}
