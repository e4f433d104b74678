package fakeaws

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"
)

// s3Client adds checksums and compares them, as one made with the SDK's default
// configuration does.
func (b *box) s3Client(options ...func(*s3.Options)) *s3.Client {
	cfg := b.config(OperatorKeyID, "us-east-1")
	cfg.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenSupported
	cfg.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenSupported
	return s3.NewFromConfig(cfg, options...)
}

func putInput(key, body string) *s3.PutObjectInput {
	return &s3.PutObjectInput{Bucket: aws.String("archive"), Key: &key, Body: strings.NewReader(body)}
}

// getString reads an object to its end, so that the SDK compares its checksum.
func getString(t *testing.T, client *s3.Client, key string) string {
	t.Helper()
	out := must[*s3.GetObjectOutput](t)(client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("archive"), Key: &key}))
	defer out.Body.Close()
	body, err := io.ReadAll(out.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestObjectsComeBackAsTheyWent(t *testing.T) {
	b := newBox(t, Options{})
	b.CreateBucket(Bucket{Name: "archive"})
	client := b.s3Client()
	for _, key := range []string{"a", "a/b/c.csv", "odd +&=?#%2F key/ü"} {
		put := must[*s3.PutObjectOutput](t)(client.PutObject(t.Context(), putInput(key, "body of "+key)))
		if put.ChecksumCRC32 == nil || put.VersionId != nil || put.ServerSideEncryption != "AES256" {
			t.Errorf("%s: %+v", key, put)
		}
		if got := getString(t, client, key); got != "body of "+key {
			t.Errorf("%s: %q", key, got)
		}
		head := must[*s3.HeadObjectOutput](t)(client.HeadObject(t.Context(), &s3.HeadObjectInput{
			Bucket: aws.String("archive"), Key: &key, ChecksumMode: types.ChecksumModeEnabled}))
		if *head.ContentLength != int64(len("body of "+key)) || *head.ETag != *put.ETag || *head.ChecksumCRC32 != *put.ChecksumCRC32 || !head.LastModified.Equal(start) {
			t.Errorf("%s: %+v", key, head)
		}
	}
	if got := b.Objects("archive"); len(got) != 3 || string(got["a"]) != "body of a" {
		t.Error(got)
	}
}

// The SDK addresses a bucket by path where the endpoint is an IP address, and by
// a host name below localhost where it is that name; resolving it is the
// client's affair, or s3.Options.UsePathStyle.
func TestBucketsAreFoundInPathAndHost(t *testing.T) {
	b := newBox(t, Options{})
	b.CreateBucket(Bucket{Name: "archive"})
	address := strings.TrimPrefix(b.url, "http://")
	_, port, _ := net.SplitHostPort(address)
	loopback := awshttp.NewBuildableClient().WithTransportOptions(func(tr *http.Transport) {
		tr.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, address)
		}
	})
	for name, options := range map[string]func(*s3.Options){
		"an IP address": func(*s3.Options) {},
		"path style":    func(o *s3.Options) { o.UsePathStyle = true },
		"localhost":     func(o *s3.Options) { o.BaseEndpoint = aws.String("http://localhost:" + port); o.HTTPClient = loopback },
		"a name as AWS has it": func(o *s3.Options) {
			o.BaseEndpoint = aws.String("http://s3.us-east-1.amazonaws.com")
			o.HTTPClient = loopback
		},
	} {
		client := b.s3Client(options)
		must[*s3.PutObjectOutput](t)(client.PutObject(t.Context(), putInput("x/"+name, name)))
		if got := getString(t, client, "x/"+name); got != name {
			t.Errorf("%s: %q", name, got)
		}
	}
	if got := len(b.Objects("archive")); got != 4 {
		t.Errorf("%d objects", got)
	}
	for host, want := range map[string]string{
		"archive.s3.us-east-1.amazonaws.com:443":       "archive|k/l",
		"archive.s3-fips.us-gov-west-1.amazonaws.com":  "archive|k/l",
		"with.dots.s3.dualstack.us-east-1.example.com": "with.dots|k/l",
		"archive.localhost:8080":                       "archive|k/l",
		"s3.us-east-1.amazonaws.com":                   "k|l",
		"[::1]:8080":                                   "k|l",
	} {
		bucket, key := bucketAndKey(host, "/k/l")
		if got := bucket + "|" + key; got != want {
			t.Errorf("%s: %s", host, got)
		}
	}
}

// Over TLS the SDK sends the body in chunks and the checksum behind it.
func TestTrailingChecksums(t *testing.T) {
	b := newBox(t, Options{})
	b.CreateBucket(Bucket{Name: "archive", Retention: time.Hour})
	server := httptest.NewTLSServer(b.Cloud)
	t.Cleanup(server.Close)
	client := b.s3Client(func(o *s3.Options) { o.BaseEndpoint, o.HTTPClient = &server.URL, server.Client() })
	for _, algorithm := range []types.ChecksumAlgorithm{"", "SHA256", "SHA1", "CRC32C", "CRC64NVME"} {
		in := putInput("k", strings.Repeat("body ", 30_000))
		in.ChecksumAlgorithm = algorithm
		must[*s3.PutObjectOutput](t)(client.PutObject(t.Context(), in))
		if got := getString(t, client, "k"); len(got) != 150_000 {
			t.Errorf("%s: %d bytes", algorithm, len(got))
		}
	}
	calls := b.CallsSince(0)
	if got := calls[0].Params["X-Amz-Trailer"]; got != "x-amz-checksum-crc32" {
		t.Errorf("no trailer was sent but %v", got)
	}
	in := putInput("k", "body")
	in.ChecksumAlgorithm = "XXHASH3"
	in.ChecksumXXHASH3 = aws.String("AAAAAAAAAAA=")
	_, err := client.PutObject(t.Context(), in)
	wantCode(t, err, "NotImplemented")
}

func TestObjectsAreListedPageByPage(t *testing.T) {
	b := newBox(t, Options{})
	b.CreateBucket(Bucket{Name: "archive", ListPage: 3})
	client := b.s3Client()
	for _, key := range []string{"a/1/x", "a/1/y", "a/2/x", "a/3", "a-b", "b", "c/", "c/1", "z"} {
		must[*s3.PutObjectOutput](t)(client.PutObject(t.Context(), putInput(key, key)))
	}
	for _, tc := range []struct {
		name  string
		in    s3.ListObjectsV2Input
		want  string
		pages int
	}{
		{"everything", s3.ListObjectsV2Input{}, "a-b a/1/x a/1/y a/2/x a/3 b c/ c/1 z", 3},
		{"a prefix", s3.ListObjectsV2Input{Prefix: aws.String("a/")}, "a/1/x a/1/y a/2/x a/3", 2},
		{"what begins alike", s3.ListObjectsV2Input{Delimiter: aws.String("/")}, "a-b a/… b c/… z", 2},
		{"below a prefix", s3.ListObjectsV2Input{Prefix: aws.String("a/"), Delimiter: aws.String("/")}, "a/1/… a/2/… a/3", 1},
		{"another delimiter", s3.ListObjectsV2Input{Delimiter: aws.String("-"), Prefix: aws.String("a")}, "a-… a/1/x a/1/y a/2/x a/3", 2},
		{"after a key", s3.ListObjectsV2Input{StartAfter: aws.String("a/2/x")}, "a/3 b c/ c/1 z", 2},
		{"after a key among others", s3.ListObjectsV2Input{StartAfter: aws.String("a/1/x"), Delimiter: aws.String("/")}, "a/… b c/… z", 2},
		{"two a page", s3.ListObjectsV2Input{MaxKeys: aws.Int32(2)}, "a-b a/1/x a/1/y a/2/x a/3 b c/ c/1 z", 5},
		{"nothing there", s3.ListObjectsV2Input{Prefix: aws.String("q")}, "", 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.in.Bucket = aws.String("archive")
			pages, n, got := s3.NewListObjectsV2Paginator(client, &tc.in), 0, []string{}
			for ; pages.HasMorePages(); n++ {
				out := must[*s3.ListObjectsV2Output](t)(pages.NextPage(t.Context()))
				if int(*out.KeyCount) != len(out.Contents)+len(out.CommonPrefixes) {
					t.Error("key count", *out.KeyCount)
				}
				i, j := 0, 0 // both lists are sorted: merged they are one
				for i < len(out.Contents) || j < len(out.CommonPrefixes) {
					if j == len(out.CommonPrefixes) || i < len(out.Contents) && *out.Contents[i].Key < *out.CommonPrefixes[j].Prefix {
						got = append(got, *out.Contents[i].Key)
						i++
					} else {
						got = append(got, *out.CommonPrefixes[j].Prefix+"…")
						j++
					}
				}
			}
			if diff := cmp.Diff(tc.want, strings.Join(got, " ")); diff != "" || n != tc.pages {
				t.Error(n, "pages", diff)
			}
		})
	}
}

func TestObjectLock(t *testing.T) {
	b := newBox(t, Options{})
	b.CreateBucket(Bucket{Name: "archive", Retention: 24 * time.Hour})
	bare := b.s3Client(func(o *s3.Options) { o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired })
	_, err := bare.PutObject(t.Context(), putInput("k", "first"))
	wantCode(t, err, "InvalidRequest")
	if !strings.Contains(err.Error(), "required for Put Object requests with Object Lock") {
		t.Error(err)
	}
	client := b.s3Client()
	first := must[*s3.PutObjectOutput](t)(client.PutObject(t.Context(), putInput("k", "first")))
	version := &s3.DeleteObjectInput{Bucket: aws.String("archive"), Key: aws.String("k"), VersionId: first.VersionId}
	_, err = client.DeleteObject(t.Context(), version)
	wantCode(t, err, "AccessDenied")

	// What Object Lock does not stop: a newer version, and a delete marker.
	must[*s3.PutObjectOutput](t)(client.PutObject(t.Context(), putInput("k", "second")))
	if got := getString(t, client, "k"); got != "second" {
		t.Error(got)
	}
	marker := must[*s3.DeleteObjectOutput](t)(client.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String("archive"), Key: aws.String("k")}))
	if !aws.ToBool(marker.DeleteMarker) || len(b.Objects("archive")) != 0 {
		t.Error("not hidden", b.Objects("archive"))
	}
	old := must[*s3.GetObjectOutput](t)(client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("archive"), Key: aws.String("k"), VersionId: first.VersionId}))
	if body, err := io.ReadAll(old.Body); err != nil || string(body) != "first" || old.ObjectLockMode != types.ObjectLockModeCompliance || !old.ObjectLockRetainUntilDate.Equal(start.Add(24*time.Hour)) {
		t.Errorf("%q %v %+v", body, err, old)
	}
	in := putInput("k", "third")
	in.IfNoneMatch = aws.String("*")
	must[*s3.PutObjectOutput](t)(client.PutObject(t.Context(), in)) // a delete marker is no object

	b.clock.add(25 * time.Hour)
	must[*s3.DeleteObjectOutput](t)(client.DeleteObject(t.Context(), version))
	_, err = client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("archive"), Key: aws.String("k"), VersionId: first.VersionId})
	wantCode(t, err, "NoSuchVersion")
}

func TestDeletingWithoutVersions(t *testing.T) {
	b := newBox(t, Options{})
	b.CreateBucket(Bucket{Name: "archive"})
	client := b.s3Client()
	must[*s3.PutObjectOutput](t)(client.PutObject(t.Context(), putInput("k", "body")))
	for range 2 { // also what is not there is deleted
		must[*s3.DeleteObjectOutput](t)(client.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String("archive"), Key: aws.String("k")}))
	}
	if got := b.Objects("archive"); len(got) != 0 {
		t.Error(got)
	}
}

func TestUseOfS3IsNoManagementEvent(t *testing.T) {
	b := newBox(t, Options{LastUsedLag: -1})
	key := b.AddUser(User{Name: "alice", Keys: []Key{{}}})[0]
	queue := b.CreateQueue("us-east-1", "q", true)
	b.watch(t, "all-of-alice", key, queue)
	b.CreateBucket(Bucket{Name: "archive"})
	cfg := b.config(key, "us-east-1")
	must[*s3.PutObjectOutput](t)(s3.NewFromConfig(cfg).PutObject(t.Context(), putInput("k", "body")))
	if got := b.Messages(queue); len(got) != 0 {
		t.Error("a data event that nobody logs reached the rule:", got)
	}
	if used := b.keys[key].uses; len(used) != 1 || used[0].service != "s3" || used[0].region != "N/A" {
		t.Errorf("last use: %+v", used)
	}
}
