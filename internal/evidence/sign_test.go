package evidence

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"aead.dev/minisign"
	"github.com/google/go-cmp/cmp"
)

func TestSignaturesAreMinisigns(t *testing.T) {
	signer, store := newSigner(t), newMemory()
	link := archive(t, store, 1, signer)[0]
	manifest, file := store.files[in(link, ManifestFile)], store.files[in(link, SignatureFile)]
	if !minisign.Verify(signer.PublicKey().key, manifest, file) {
		t.Error("the library does not verify it")
	}
	var s minisign.Signature
	if err := s.UnmarshalText(file); err != nil || s.Algorithm != minisign.HashEdDSA || s.TrustedComment != "account="+account+" bundle="+link.Bundle {
		t.Errorf("%+v %v", s, err)
	}
}

// What auditors have is the tool.
func TestMinisignTheTool(t *testing.T) {
	tool, err := exec.LookPath("minisign")
	if err != nil {
		t.Skip("minisign is not installed")
	}
	dir := t.TempDir()
	run := func(args ...string) string {
		t.Helper()
		command := exec.CommandContext(t.Context(), tool, args...)
		command.Dir = dir
		out, err := command.CombinedOutput()
		if err != nil {
			t.Fatalf("minisign %v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	run("-G", "-W", "-s", "secret.key", "-p", "public.key")
	signer := must(ParseSigner(must(os.ReadFile(filepath.Join(dir, "secret.key")))(t), ""))(t)
	public := must(ParsePublicKey(must(os.ReadFile(filepath.Join(dir, "public.key")))(t)))(t)
	if signer.KeyID() != public.KeyID() || signer.PublicKey().String() != public.String() {
		t.Error("the keys are read differently")
	}
	store := NewFolder(filepath.Join(dir, "evidence"))
	link := archive(t, store, 1, signer)[0]
	manifest := filepath.Join("evidence", account, link.Bundle, ManifestFile)
	for _, key := range [][]string{{"-p", "public.key"}, {"-P", public.String()}} {
		out := run(append([]string{"-V", "-m", manifest}, key...)...)
		if !strings.Contains(out, "Signature and comment signature verified") || !strings.Contains(out, "account="+account+" bundle="+link.Bundle) {
			t.Error(out)
		}
	}
	if report := verify(t, store, VerifyOptions{PublicKeys: []PublicKey{public}}); !report.Sound() || report.Signed != 1 {
		t.Errorf("%+v", report)
	}
}

func TestKeysWithPasswords(t *testing.T) {
	locked := must(os.ReadFile(filepath.Join("testdata", "password.key")))(t)
	signer := must(ParseSigner(locked, "test"))(t)
	if signer.KeyID() != "99E40588B3294A06" {
		t.Error(signer.KeyID())
	}
	open, err := newSigner(t).key.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		file           []byte
		password, want string
	}{
		"no password":       {locked, "", "has a password and none is given"},
		"another password":  {locked, "Test", "and the password right"},
		"a needless one":    {open, "test", "a password is given and the signing key has none"},
		"a public key":      {[]byte(signer.PublicKey().String()), "", "must be a secret key file of minisign"},
		"nothing":           {nil, "", "must be a secret key file of minisign"},
		"something else":    {[]byte("-----BEGIN PRIVATE KEY-----\nMC4=\n"), "", "must be a secret key file of minisign"},
		"an unfinished key": {open[:len(open)-20], "", "must be a secret key file of minisign"},
	} {
		if _, err := ParseSigner(tc.file, tc.password); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v does not say %q", name, err, tc.want)
		}
	}
	for _, text := range []string{"", "RW", string(open)} {
		if _, err := ParsePublicKey([]byte(text)); err == nil || !strings.Contains(err.Error(), "must be a public key file") {
			t.Errorf("%q: %v", text, err)
		}
	}
	if k, err := ParsePublicKey([]byte("untrusted comment: x\n" + signer.PublicKey().String() + "\n")); err != nil || k.KeyID() != signer.KeyID() {
		t.Error(err)
	}
}

func TestSignaturesThatProveNothing(t *testing.T) {
	signer, other := newSigner(t), newSigner(t)
	store := newMemory()
	links := archive(t, store, 2, signer)
	proof := in(links[1], SignatureFile)
	with := func(keys ...*Signer) VerifyOptions {
		o := VerifyOptions{}
		for _, k := range keys {
			o.PublicKeys = append(o.PublicKeys, k.PublicKey())
		}
		return o
	}
	m := must(Load(t.Context(), store, account, links[1].Bundle))(t).Manifest
	// A key of the right ID that is not the key: IDs are not secret.
	forged := *other
	forge := minisign.Signature{}
	if err := forge.UnmarshalText(forged.sign(m, m.encode())); err != nil {
		t.Fatal(err)
	}
	forge.KeyID = signer.key.ID()
	forgery, err := forge.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name string
		file []byte
		o    VerifyOptions
		want []string
	}{
		{"as written", store.files[proof], with(other, signer), nil},
		{"no key given", store.files[proof], with(), nil},
		{"another key given", store.files[proof], with(other), []string{
			"signature: #0/manifest.json.minisig is of key " + signer.KeyID() + ", which is none of those given",
			"signature: #1/manifest.json.minisig is of key " + signer.KeyID() + ", which is none of those given"}},
		{"signed by another key", other.sign(m, m.encode()), with(other, signer), []string{
			"signature: #1/manifest.json.minisig was changed: it is of key " + other.KeyID() + " and the manifest names key " + signer.KeyID()}},
		{"forged with a key of that ID", forgery, with(signer), []string{
			"signature: #1/manifest.json.minisig does not prove the manifest: it was changed, or made with another key"}},
		{"another comment", []byte(strings.Replace(string(store.files[proof]), "signature of", "Signature of", 1)), with(signer), []string{
			"signature: #1/manifest.json.minisig was changed: its comments or its form are not those it was written with"}},
		{"no signature", []byte("trust me\n"), with(signer), []string{
			"signature: #1/manifest.json.minisig was changed: minisign: invalid signature"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			damaged := store.copy()
			damaged.files[proof] = tc.file
			report := verify(t, damaged, tc.o)
			if diff := cmp.Diff(append([]string{}, tc.want...), lines(report.Problems, links)); diff != "" {
				t.Error(diff)
			}
			if len(tc.o.PublicKeys) == 0 && report.Unchecked != 2 || tc.name == "as written" && report.Signed != 2 {
				t.Errorf("%+v", report)
			}
		})
	}
}

// A signature vouches for every bundle before it, down to the first.
func TestUnsignedBundles(t *testing.T) {
	signer, store := newSigner(t), newMemory()
	links := archive(t, store, 2, nil)
	o := VerifyOptions{PublicKeys: []PublicKey{signer.PublicKey()}}
	unsigned := func(i int) string {
		return []string{
			"signature: #0 is not signed, and no signed bundle follows it that would vouch for it",
			"signature: #1 is not signed, and no signed bundle follows it that would vouch for it",
			"signature: #2 is not signed, and no signed bundle follows it that would vouch for it",
			"signature: #3 is not signed, and no signed bundle follows it that would vouch for it",
		}[i]
	}
	if diff := cmp.Diff([]string{unsigned(0), unsigned(1)}, lines(verify(t, store, o).Problems, links)); diff != "" {
		t.Error(diff)
	}
	links = append(links, must(Write(t.Context(), store, sampleRun(2), signer))(t))
	if report := verify(t, store, o); !report.Sound() || report.Unsigned != 2 || report.Signed != 1 {
		t.Errorf("%+v", report)
	}
	links = append(links, must(Write(t.Context(), store, sampleRun(3), nil))(t))
	if diff := cmp.Diff([]string{unsigned(3)}, lines(verify(t, store, o).Problems, links)); diff != "" {
		t.Error(diff)
	}
	if report := verify(t, store, VerifyOptions{}); !report.Sound() {
		t.Error("without a key nobody asks for signatures:", lines(report.Problems, links))
	}
	// A link that is broken carries no further.
	replace(store, in(links[1], ManifestFile), "v1.2.3", "v1.2.4")
	want := []string{
		"changed: #1/manifest.json was changed: what it says does not fit the bundle's name",
		"changed: #1/manifest.json is not the one that #2 follows: it was changed later, or put in its place",
		unsigned(0), unsigned(3),
	}
	if diff := cmp.Diff(want, lines(verify(t, store, o).Problems, links)); diff != "" {
		t.Error(diff)
	}
}
