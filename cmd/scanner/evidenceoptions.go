package main

import (
	"context"
	"os"
	"strings"

	"keywatch/internal/evidence"
)

// verifyOptions are what to verify, and by what.
type verifyOptions struct{ evidence.VerifyOptions }

// choose finds the bundle that is meant and, since its name is one among those of
// an account, the account.
func (o *verifyOptions) choose(ctx context.Context, store evidence.Store) error {
	if o.Bundle == "" && o.Known.Bundle == "" {
		return nil
	}
	s, err := openShelf(ctx, store, o.AccountID)
	if err != nil {
		return err
	}
	o.AccountID = s.account
	if o.Bundle != "" && !isBundleName(o.Bundle) {
		if o.Bundle, err = s.find(ctx, o.Bundle); err != nil {
			return err
		}
	}
	if o.Bundle != "" && o.Known.Bundle != "" && o.Bundle != o.Known.Bundle {
		return usagef("--known is of %s and --bundle of %s: leave one of them out", o.Known.Bundle, o.Bundle)
	}
	return nil
}

// options are what the flags say, but for what needs a look at the archive.
func (f verifyFlags) options() (verifyOptions, error) {
	o := verifyOptions{evidence.VerifyOptions{AccountID: f.account, Bundle: f.bundle}}
	var err error
	if o.Since, err = parseTime("--since", f.since); err != nil {
		return o, err
	}
	if f.known != "" {
		name, sum, _ := strings.Cut(f.known, "=")
		if !isBundleName(name) || len(sum) != 64 || strings.Trim(sum, "0123456789abcdefABCDEF") != "" {
			return o, usagef("--known %q is not a bundle's name, =, and the SHA-256 of its manifest, like 2026-11-22T09-00-00Z-5f0c2a91=9f86...", f.known)
		}
		o.Known = evidence.Link{Bundle: name, ManifestSHA256: strings.ToLower(sum)}
	}
	for _, text := range f.publicKeys {
		key, err := publicKey(text)
		if err != nil {
			return o, err
		}
		o.PublicKeys = append(o.PublicKeys, key)
	}
	return o, nil
}

// publicKey reads a key's file, or the key itself.
func publicKey(text string) (evidence.PublicKey, error) {
	content, err := os.ReadFile(text)
	if err != nil {
		if !strings.HasPrefix(text, "RW") {
			return evidence.PublicKey{}, usagef("--public-key: %w", err)
		}
		content = []byte(text)
	}
	key, err := evidence.ParsePublicKey(content)
	if err != nil {
		return key, usagef("--public-key %q: %w", text, err)
	}
	return key, nil
}
