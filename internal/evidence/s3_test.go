package evidence

import (
	"errors"
	"io/fs"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"

	"keywatch/internal/fakeaws"
)

// bucket is an S3 in a box with one bucket, and a client whose retries do not
// wait.
type bucket struct {
	*fakeaws.Cloud
	client *s3.Client
}

func newBucket(t *testing.T, b fakeaws.Bucket) bucket {
	t.Helper()
	cloud := fakeaws.New(fakeaws.Options{Now: func() time.Time { return start }})
	b.Name = "archive"
	cloud.CreateBucket(b)
	server := httptest.NewTLSServer(cloud) // as S3 is: uploads then look otherwise
	t.Cleanup(server.Close)
	return bucket{cloud, s3.New(s3.Options{
		Region: "us-east-1", BaseEndpoint: &server.URL, HTTPClient: server.Client(), Credentials: credentials.NewStaticCredentialsProvider(fakeaws.OperatorKeyID, "secret", ""),
		Retryer: retry.NewStandard(func(o *retry.StandardOptions) {
			o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
		}),
	})}
}

func (b bucket) store(prefix string, o S3Options) *S3 { return NewS3(b.client, "archive", prefix, o) }

// onlyOnce is the store without retries, as if the first failure killed the run.
func (b bucket) onlyOnce(prefix string) *S3 {
	options := b.client.Options()
	options.Retryer = aws.NopRetryer{}
	return NewS3(s3.New(options), "archive", prefix, S3Options{})
}

func TestObjectsAreWrittenWithEverythingAskedFor(t *testing.T) {
	b := newBucket(t, fakeaws.Bucket{Retention: time.Hour})
	archive(t, b.store("a", S3Options{KMSKeyID: "alias/evidence", BucketOwner: b.AccountID()}), 1, nil)
	var order []string
	for _, call := range b.Calls() {
		if call.Op != "PutObject" {
			continue
		}
		order = append(order, call.Resource[strings.LastIndex(call.Resource, "/")+1:])
		for name, want := range map[string]string{
			"If-None-Match": "*", "X-Amz-Sdk-Checksum-Algorithm": "SHA256", "X-Amz-Expected-Bucket-Owner": b.AccountID(),
			"X-Amz-Server-Side-Encryption": "aws:kms", "X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id": "alias/evidence",
		} {
			if got := call.Params[name]; got != want {
				t.Errorf("%s: %s is %v, want %s", call.Resource, name, got, want)
			}
		}
		if call.Params["X-Amz-Checksum-Sha256"] == nil {
			t.Error(call.Resource, "has no checksum")
		}
	}
	if diff := cmp.Diff([]string{FindingsFile, PlanFile, ReportFile, RunFile, SettingsFile, ManifestFile}, order); diff != "" {
		t.Error("the manifest is the last:", diff)
	}
	if n := b.Count("s3", "DeleteObject"); n != 0 {
		t.Error("deleted", n)
	}
}

func TestS3ErrorsSayWhatToDo(t *testing.T) {
	for name, tc := range map[string]struct {
		bucket fakeaws.Bucket
		change func(b bucket)
		owner  string
		want   []string
	}{
		"no permission to write": {change: func(b bucket) { b.Deny("s3", "PutObject") },
			want: []string{"put s3://archive/p/111122223333/", "/findings.json: ", "AccessDenied", "allow s3:PutObject"}},
		"no permission to list": {bucket: fakeaws.Bucket{ListDenied: true},
			want: []string{"list s3://archive/p/111122223333/: ", "allow s3:ListBucket"}},
		"somebody else's bucket": {owner: "999999999999", want: []string{"AccessDenied"}},
		"another Region":         {bucket: fakeaws.Bucket{Region: "eu-west-1"}, want: []string{"is in another Region than the client"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBucket(t, tc.bucket)
			if tc.change != nil {
				tc.change(b)
			}
			_, err := Write(t.Context(), b.store("p", S3Options{BucketOwner: tc.owner}), sampleRun(0), nil)
			for _, want := range tc.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("%v does not say %q", err, want)
				}
			}
		})
	}
	b := newBucket(t, fakeaws.Bucket{})
	if _, err := Write(t.Context(), NewS3(b.client, "none", "", S3Options{}), sampleRun(0), nil); err == nil || !strings.Contains(err.Error(), "create the bucket") {
		t.Error(err)
	}
	b.Deny("s3", "GetObject")
	if _, err := b.store("", S3Options{}).Get(t.Context(), "x"); err == nil || errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "allow s3:GetObject") {
		t.Error(err)
	}
}
