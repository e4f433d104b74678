package evidence

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"aead.dev/minisign"
)

// Signer signs manifests, so that `minisign -V -m manifest.json` proves them.
type Signer struct{ key minisign.PrivateKey }

// ParseSigner reads a minisign secret key file. The password is for a key that
// has one, else it must be empty. Opening such a key takes seconds and 1 GiB of
// memory, by minisign's design: in a small container use one made with
// `minisign -G -W` and keep the file itself secret.
func ParseSigner(file []byte, password string) (*Signer, error) {
	var s Signer
	var err error
	switch encrypted := minisign.IsEncrypted(file); {
	case encrypted && password == "":
		return nil, errors.New("evidence: the signing key has a password and none is given")
	case encrypted:
		s.key, err = minisign.DecryptKey(password, file)
	case password != "":
		return nil, errors.New("evidence: a password is given and the signing key has none")
	default:
		err = s.key.UnmarshalText(file)
	}
	if err != nil {
		return nil, fmt.Errorf("evidence: the signing key: %w; it must be a secret key file of minisign, and the password right", err)
	}
	return &s, nil
}

// KeyID is the key's ID as minisign writes it, and is in SignedBy.
func (s *Signer) KeyID() string { return keyID(s.key.ID()) }

func keyID(id uint64) string { return fmt.Sprintf("%016X", id) }

func isKeyID(s string) bool { return len(s) == 16 && strings.Trim(s, "0123456789ABCDEF") == "" }

// sign gives the content of the signature file of a manifest.
func (s *Signer) sign(m Manifest, manifest []byte) []byte {
	// Hashed before, as minisign itself does; the other form is its old one.
	r := minisign.NewReader(bytes.NewReader(manifest))
	_, _ = io.Copy(io.Discard, r) // reading from memory cannot fail
	trusted, untrusted := comments(m)
	return r.SignWithComments(s.key, trusted, untrusted)
}

// comments are the two lines of text in a signature file. The untrusted one is
// not signed, so it has one form only, and any other is reported.
func comments(m Manifest) (trusted, untrusted string) {
	return "account=" + m.AccountID + " bundle=" + m.Bundle, "signature of a keywatch evidence manifest by key " + m.SignedBy
}

// PublicKey verifies signatures.
type PublicKey struct{ key minisign.PublicKey }

// ParsePublicKey reads a minisign public key file, or its second line alone.
func ParsePublicKey(text []byte) (PublicKey, error) {
	var p PublicKey
	if err := p.key.UnmarshalText(bytes.TrimSpace(text)); err != nil {
		return PublicKey{}, fmt.Errorf("evidence: the public key: %w; it must be a public key file of minisign, or the line that begins with RW", err)
	}
	return p, nil
}

// KeyID is the key's ID as minisign writes it.
func (p PublicKey) KeyID() string { return keyID(p.key.ID()) }

// PublicKey is the one that verifies what the Signer signs.
func (s *Signer) PublicKey() PublicKey {
	return PublicKey{key: s.key.Public().(minisign.PublicKey)}
}

// verifies tells whether a signature file proves a manifest, in its canonical
// form, and says so of the right bundle.
func (p PublicKey) verifies(m Manifest, file []byte) bool {
	var s minisign.Signature
	trusted, _ := comments(m)
	return s.UnmarshalText(file) == nil && s.TrustedComment == trusted && minisign.Verify(p.key, m.encode(), file)
}

// String is the line that `minisign -P` takes.
func (p PublicKey) String() string { return p.key.String() }

// signatureForm tells whether a signature file is in the one form that sign gives
// it: all of it but the signatures themselves can be checked without a key.
func signatureForm(m Manifest, file []byte) (p Place, why string) {
	var s minisign.Signature
	if err := s.UnmarshalText(file); err != nil {
		return Place{}, err.Error()
	}
	if got := keyID(s.KeyID); got != m.SignedBy {
		return Place{}, fmt.Sprintf("it is of key %s and the manifest names key %s", got, m.SignedBy)
	}
	s.TrustedComment, s.UntrustedComment = comments(m)
	want, err := s.MarshalText()
	if err != nil {
		return Place{}, err.Error()
	}
	if p, differs := firstDifference(file, want); differs {
		return p, "its comments or its form are not those it was written with"
	}
	return Place{}, ""
}
