package config

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func date(t *testing.T, text string) Date {
	t.Helper()
	d, err := ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// reviewed fills what e leaves out as the test files do.
func reviewed(t *testing.T, e Exception) Exception {
	t.Helper()
	for text, standard := range map[*string]string{&e.Reason: "r", &e.Owner: "o", &e.Ticket: "t"} {
		if *text == "" {
			*text = standard
		}
	}
	if e.Expires.IsZero() {
		e.Expires = date(t, "2027-01-31")
	}
	return e
}

func TestWhomAnExceptionIsFor(t *testing.T) {
	name, path := strings.Repeat("n", 64), strings.Repeat("p", 509)
	const noName, noARN = "is not the name of an IAM user", "is not the ARN of an IAM user or of root"
	for _, test := range []struct{ key, value, want string }{
		{"user", "alice+b=c,d.e@f_g-h", ""},
		{"user", "*", ""},
		{"user", "???", ""},
		{"user", "ci-*-?", ""},
		{"user", rootUser, ""},
		{"user", name, ""},
		{"user", name + "n", "fits no IAM user"},
		{"user", name[:63] + "??", "fits no IAM user"},
		{"user", name + strings.Repeat("*", 64), ""},
		{"user", name + strings.Repeat("*", 65), "is longer than 128 characters"},
		{"user", "<root_account", noName},
		{"user", "<root_*>", noName},
		{"user", "älice", noName},
		{"user", "a/b", noName},
		{"user", " a", noName},
		{"user", "a\n", noName},
		{"user", "arn:aws:iam::{account}:user/alice", "is an ARN: give it as arn"},

		{"arn", "arn:aws:iam::111122223333:user/alice", ""},
		{"arn", "arn:aws-us-gov:iam::{account}:user/a/b@c/" + name, ""},
		{"arn", "arn:aws-cn:iam::{account}:root", ""},
		{"arn", "arn:aws:iam::{account}:user/" + path + "p/" + name, ""},
		{"arn", "arn:aws:iam::{account}:user/" + path + "pp/" + name, noARN},
		{"arn", "arn:aws:iam::{account}:user/" + name + "n", noARN},
		{"arn", "arn:aws:iam::{account}:user/", noARN},
		{"arn", "arn:aws:iam::{account}:user/a/", noARN},
		{"arn", "arn:aws:iam:us-east-1:{account}:user/a", noARN},
		{"arn", "arn:aws:iam:::user/a", noARN},
		{"arn", "arn:aws:sts::{account}:assumed-role/a/b", noARN},
		{"arn", rootUser, noARN},
		{"arn", "arn:{partition}:iam::{account}:root", `holds "{partition}", which is not filled in here`},
		{"arn", "arn:aws:iam::{account}:user/?", "holds a wildcard"},

		{"key", "AKIAIOSFODNN7EXAMPLE", ""},
		{"key", strings.Repeat("K", 16), ""},
		{"key", strings.Repeat("K", 15), "is not an access key ID"},
		{"key", strings.Repeat("K", 128), ""},
		{"key", strings.Repeat("K", 129), "is not an access key ID"},
		{"key", "AKIAIOSFODNN7EXAMPL*", "is not an access key ID"},

		{"path", "/", ""},
		{"path", "/*", ""},
		{"path", "/ci/", ""},
		{"path", "/ci*", ""},
		{"path", "/a?/*/deploy/", ""},
		{"path", "/" + path + "p/", ""},
		{"path", "/" + path + "pp/", "is not an IAM path of up to 512"},
		{"path", "/a b/", "is not an IAM path"},
		{"path", "/ci", "ends with neither"},
		{"path", "/ci?", "ends with neither"},
		{"path", "*/ci/", `does not begin with "/"`},
	} {
		got := selector{test.key, test.value}.wrong()
		if !strings.Contains(got, test.want) || (test.want == "") != (got == "") {
			t.Errorf("%s %q: %s; want %q", test.key, test.value, got, test.want)
		}
	}
}

func TestASecretInThePlaceOfAnIDIsNotRepeated(t *testing.T) {
	const secret = "not/a+key/ID/but/what/should/stay/secret"
	for key := range strings.SplitSeq("user arn path", " ") {
		// The others are names, and telling which one is wrong helps.
		if got := (selector{key, secret}).wrong(); !strings.Contains(got, secret) {
			t.Errorf("%s: %s", key, got)
		}
	}
	if got := (selector{"key", secret}).wrong(); got == "" || strings.Contains(got, secret) {
		t.Errorf("key: %s", got)
	}
}

func TestTextsOfAnExceptionAreOneShortLine(t *testing.T) {
	for text, want := range map[string]string{
		strings.Repeat("é", 100): "",
		strings.Repeat("é", 101): "is 101 characters long, but at most 100 are read: shorten it",
		"":                       "must not be empty: write it",
		" \t":                    "must not be empty: write it",
		"\u00a0":                 "must not be empty: write it",
		"a\nb":                   "holds a line break: write it on one line",
		"a\u2029":                "holds a line break: write it on one line",
		"a\tb":                   "holds the control character U+0009: take it out",
		"a\x7f":                  "holds the control character U+007F: take it out",
		"\u2066a":                "holds the control character U+2066: take it out",
		"a\xff":                  "is not UTF-8 text: write it",
	} {
		if got := wrongLine(text, 100, "write it"); got != want {
			t.Errorf("%q %s; want %q", text, got, want)
		}
	}
}

func TestAtMost500Exceptions(t *testing.T) {
	file := "exceptions:\n"
	for i := range 502 {
		file += fmt.Sprintf("  - {user: u%d, checks: [key-stale], reason: r, owner: o, ticket: t, expires: 2027-01-31}\n", i)
		switch i + 1 {
		case 500:
			settings, err := Load("f", []byte(file), nil)
			if err != nil || len(settings.Exceptions) != 500 {
				t.Fatalf("%d exceptions, %v", len(settings.Exceptions), err)
			}
			if err := schemaVerdict(t, []byte(file)); err != nil {
				t.Error(err)
			}
		case 502:
			_, err := Load("f", []byte(file), nil)
			const want = "f:502:5: exceptions[500]: is exception number 501, but at most 500 are read: take 2 out"
			if err == nil || err.Error() != want {
				t.Errorf("got %v", err)
			}
			if schemaVerdict(t, []byte(file)) == nil {
				t.Error("the schema takes 502")
			}
		}
	}
}

func TestExceptionsOfOneUserMayDiffer(t *testing.T) {
	const rest = ", reason: r, owner: o, ticket: t, expires: 2027-01-31}\n"
	for name, file := range map[string]string{
		"in the check":             "- {user: a, checks: [key-stale]" + rest + "- {user: a, checks: [key-unrotated]" + rest,
		"in the name":              "- {user: a*, checks: [key-stale]" + rest + "- {user: a, checks: [key-stale]" + rest,
		"in what the text selects": "- {user: AKIAIOSFODNN7EXAMPLE, checks: [key-stale]" + rest + "- {key: AKIAIOSFODNN7EXAMPLE, checks: [key-stale]" + rest,
	} {
		if _, err := Load("f", []byte("exceptions:\n"+file), nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestACheckThatIsNotMadeMayBeExcepted(t *testing.T) {
	const file = `
risk: {checks: {signing-certificate: {enabled: false}}}
exceptions: [{user: a, checks: [signing-certificate], reason: r, owner: o, ticket: t, expires: 2027-01-31}]
`
	if _, err := Load("f", []byte(file), nil); err != nil {
		t.Error(err)
	}
}

// TestTheSamplesExceptionsAreSound reads them as a user would have them: without
// the comment signs.
func TestTheSamplesExceptionsAreSound(t *testing.T) {
	_, after, found := bytes.Cut(Sample(), []byte("\n# exceptions:\n"))
	if !found {
		t.Fatal("the sample has no example")
	}
	example, _, _ := bytes.Cut(after, []byte("\nexceptions: []"))
	file := "exceptions:\n" + strings.ReplaceAll("\n"+string(example), "\n#", "\n")
	settings, err := Load("sample.yaml", []byte(file), nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, file)
	}
	want := []Exception{{
		User: "ci-*", Checks: []string{"key-unrotated"},
		Reason: "The build system cannot rotate its keys before the move in January",
		Owner:  "platform-team", Ticket: "SEC-1234", Expires: date(t, "2027-01-31"),
	}}
	if diff := cmp.Diff(want, settings.Exceptions); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
