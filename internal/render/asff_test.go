package render

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/securityhub"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"keywatch/internal/audit"
	"keywatch/internal/report"
)

func TestASFFKeepsToTheFormat(t *testing.T) {
	o := options(0)
	o.All = true
	for name, r := range map[string]audit.Result{"mixed": mixed(), "spotless": spotless(), "many": many(40), "from a file": fromFile()} {
		ids := map[string]bool{}
		for _, f := range asffFindings(t, r, o) {
			for _, fault := range faultsOf(f) {
				t.Errorf("%s: %s", name, fault)
			}
			if len(*f.AwsAccountId) != 12 || *f.ProductArn != "arn:aws:securityhub:us-east-1:111122223333:product/111122223333/default" {
				t.Errorf("%s: account %s, product %s", name, *f.AwsAccountId, *f.ProductArn)
			}
			if ids[*f.Id] {
				t.Errorf("%s: %s is there twice", name, *f.Id)
			}
			ids[*f.Id] = true
		}
	}
}

// TestASFFKeepsToTheFormatWhateverTheText looks at no more than the format: what
// an unknown account is called is not ours to mend.
func TestASFFKeepsToTheFormatWhateverTheText(t *testing.T) {
	pure(t)
	rapid.Check(t, func(t *rapid.T) {
		s := nasty().Draw(t, "text")
		if n := rapid.SampledFrom([]int{1, 1, 100, 1000}).Draw(t, "times"); n > 1 {
			s = strings.Repeat(s, n)
		}
		for _, f := range asffFindings(t, spoilt(s), options(0)) {
			for _, fault := range faultsOf(f) {
				t.Fatalf("%q: %s", s, fault)
			}
		}
	})
}

func TestHostileTextIsDataInASFF(t *testing.T) {
	for _, s := range hostile() {
		for _, f := range asffFindings(t, spoilt(s), options(0)) {
			if f.ProductFields["keywatch/check"] != completeness && f.ProductFields["keywatch/user"] != clean(s) {
				t.Errorf("user %q reads back as %q", s, f.ProductFields["keywatch/user"])
			}
		}
	}
}

func TestASFFStates(t *testing.T) {
	want := map[report.Status][3]string{
		report.Fail:     {"FAILED", "NEW", "MEDIUM"},
		report.Unknown:  {"WARNING", "NEW", "MEDIUM"},
		report.Excepted: {"FAILED", "SUPPRESSED", "MEDIUM"},
		report.Pass:     {"PASSED", "RESOLVED", "INFORMATIONAL"},
	}
	for status, want := range want {
		r := mixed()
		r.Findings, r.Incomplete = r.Findings[7:8], nil
		r.Findings[0].Status = status
		o := options(0)
		o.All = true
		f := asffFindings(t, r, o)[1]
		if got := [3]string{string(f.Compliance.Status), string(f.Workflow.Status), string(f.Severity.Label)}; got != want {
			t.Errorf("%s: got %v, want %v", status, got, want)
		}
		if noted := f.Note != nil; noted != (status == report.Excepted) {
			t.Errorf("%s: noted: %v", status, noted)
		}
	}
}

func TestASFFFilesFindingsUnderTheHomeRegion(t *testing.T) {
	for _, test := range []struct{ partition, region, want string }{
		{"aws", "", "us-east-1"},
		{"aws", "eu-central-1", "eu-central-1"},
		{"aws", "us-gov-west-1", "us-east-1"},
		{"aws-us-gov", "", "us-gov-west-1"},
		{"aws-us-gov", "us-east-1", "us-gov-west-1"}, // the settings' default
		{"aws-us-gov", "us-gov-east-1", "us-gov-east-1"},
		{"aws-cn", "", "cn-north-1"},
		{"aws-eusc", "us-east-1", "eusc-de-east-1"},
	} {
		r := mixed()
		r.Partition = test.partition
		o := options(0)
		o.Region = test.region
		f := asffFindings(t, r, o)[1]
		if want := "arn:" + test.partition + ":securityhub:" + test.want + ":111122223333:product/111122223333/default"; *f.ProductArn != want || *f.Resources[0].Region != test.want {
			t.Errorf("%v: got %s and %s", test, *f.ProductArn, *f.Resources[0].Region)
		}
		if _, err := json.Marshal(f); err != nil || len(faultsOf(f)) > 0 {
			t.Errorf("%v: %v %v", test, err, faultsOf(f))
		}
	}
}

// TestASFFLosesNoReason: a description is too short for many reasons.
func TestASFFLosesNoReason(t *testing.T) {
	for _, n := range []int{1, 2, 20, 150} {
		r := mixed()
		r.Incomplete = nil
		for i := range n {
			r.Incomplete = append(r.Incomplete, fmt.Sprintf("reason %d: %s", i+1, strings.Repeat("x", 200)))
		}
		f := asffFindings(t, r, options(0))[0]
		told := *f.Description
		for _, name := range slices.Sorted(maps.Keys(f.ProductFields)) {
			if strings.HasPrefix(name, "keywatch/incomplete") {
				told += "; " + f.ProductFields[name]
			}
		}
		for _, reason := range r.Incomplete {
			if !strings.Contains(told, reason) {
				t.Errorf("of %d: lost %.12s", n, reason)
			}
		}
		if faults := faultsOf(f); len(faults) > 0 {
			t.Errorf("of %d: %v", n, faults)
		}
	}
	r := mixed()
	r.Incomplete = slices.Repeat([]string{strings.Repeat("x", 2000)}, 30)
	if got := asffFindings(t, r, options(0))[0].ProductFields["keywatch/incomplete_25"]; got != "and 6 more (cut)" {
		t.Errorf("of too many reasons it says %q", got)
	}
}

// TestTheSDKSendsWhatWeWrite puts a batch through the real client: it checks what
// is required, and what arrives is what was written.
func TestTheSDKSendsWhatWeWrite(t *testing.T) {
	var arrived struct{ Findings []any }
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || json.Unmarshal(body, &arrived) != nil {
			t.Errorf("the body is no JSON: %v", err)
		}
		w.Write([]byte(`{"FailedCount": 0, "SuccessCount": 1}`))
	}))
	defer server.Close()
	client := securityhub.New(securityhub.Options{
		Region: "us-east-1", BaseEndpoint: &server.URL, HTTPClient: server.Client(),
		Credentials: credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "secret", ""),
	})
	o := options(0)
	o.All = true
	for _, r := range []audit.Result{mixed(), many(5), fromFile()} {
		r.Findings = r.Findings[:min(len(r.Findings), 90)] // a call takes 100
		if _, err := client.BatchImportFindings(t.Context(), &securityhub.BatchImportFindingsInput{Findings: asffFindings(t, r, o)}); err != nil {
			t.Fatal(err)
		}
		var sent []any
		if err := json.Unmarshal([]byte(written(t, writeAudit, "asff", r, o)), &sent); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(sent, arrived.Findings); diff != "" {
			t.Errorf("what arrives differs (-written +arrived):\n%s", diff)
		}
		for line := range bytes.Lines([]byte(written(t, writeAudit, "asff", spoilt(strings.Repeat("x", 5000)), o))) {
			if len(line) > 240<<10 {
				t.Errorf("a finding has %d bytes", len(line))
			}
		}
	}
}
