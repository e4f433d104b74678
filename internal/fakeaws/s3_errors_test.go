package fakeaws

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func TestObjectsAreNotOverwritten(t *testing.T) {
	b := newBox(t, Options{})
	b.CreateBucket(Bucket{Name: "archive"})
	client := b.s3Client()
	in := putInput("k", "first")
	in.IfNoneMatch = aws.String("*")
	must[*s3.PutObjectOutput](t)(client.PutObject(t.Context(), in))
	in = putInput("k", "second")
	in.IfNoneMatch = aws.String("*")
	_, err := client.PutObject(t.Context(), in)
	wantCode(t, err, "PreconditionFailed")
	if got := wantAs[*awshttp.ResponseError](t, err).HTTPStatusCode(); got != http.StatusPreconditionFailed {
		t.Error(got)
	}
	in.IfNoneMatch = aws.String("an-etag")
	_, err = client.PutObject(t.Context(), in)
	wantCode(t, err, "NotImplemented")
	if got := getString(t, client, "k"); got != "first" {
		t.Error(got)
	}
}

func TestChecksumsAreCompared(t *testing.T) {
	b := newBox(t, Options{})
	b.CreateBucket(Bucket{Name: "archive"})
	client := b.s3Client()
	for name, tc := range map[string]struct {
		change func(*s3.PutObjectInput)
		code   string
	}{
		"another content's SHA-256": {func(in *s3.PutObjectInput) {
			in.ChecksumSHA256 = aws.String("n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=")
		}, "BadDigest"},
		"no SHA-256": {func(in *s3.PutObjectInput) { in.ChecksumSHA256 = aws.String("bm9uZQ==") }, "InvalidRequest"},
		"another algorithm": {func(in *s3.PutObjectInput) {
			in.ChecksumAlgorithm, in.ChecksumCRC32 = types.ChecksumAlgorithmSha256, aws.String("AAAAAA==")
		}, "InvalidRequest"},
		"two": {func(in *s3.PutObjectInput) {
			in.ChecksumCRC32, in.ChecksumCRC32C = aws.String("AAAAAA=="), aws.String("AAAAAA==")
		}, "InvalidRequest"},
		"another content's MD5":  {func(in *s3.PutObjectInput) { in.ContentMD5 = aws.String("CY9rzUYh03PK3k6DJie09g==") }, "BadDigest"},
		"no MD5":                 {func(in *s3.PutObjectInput) { in.ContentMD5 = aws.String("bm9uZQ==") }, "InvalidDigest"},
		"a KMS key but no KMS":   {func(in *s3.PutObjectInput) { in.SSEKMSKeyId = aws.String("alias/k") }, "InvalidArgument"},
		"an unknown encryption":  {func(in *s3.PutObjectInput) { in.ServerSideEncryption = "rot13" }, "InvalidArgument"},
		"a key that is too long": {func(in *s3.PutObjectInput) { in.Key = aws.String(strings.Repeat("k", 1025)) }, "KeyTooLongError"},
		"somebody else's bucket": {func(in *s3.PutObjectInput) { in.ExpectedBucketOwner = aws.String("999999999999") }, "AccessDenied"},
		"a bucket that is none":  {func(in *s3.PutObjectInput) { in.Bucket = aws.String("none") }, "NoSuchBucket"},
	} {
		t.Run(name, func(t *testing.T) {
			in := putInput("k", "body")
			tc.change(in)
			_, err := client.PutObject(t.Context(), in)
			wantCode(t, err, tc.code)
		})
	}
	if got := b.Objects("archive"); len(got) != 0 {
		t.Error("a refused upload was stored:", got)
	}
	in := putInput("k", "body")
	in.ServerSideEncryption, in.SSEKMSKeyId = types.ServerSideEncryptionAwsKms, aws.String("alias/k")
	out := must[*s3.PutObjectOutput](t)(client.PutObject(t.Context(), in))
	if out.ServerSideEncryption != types.ServerSideEncryptionAwsKms || *out.SSEKMSKeyId != "alias/k" {
		t.Errorf("%+v", out)
	}
}

// raw sends a request as no SDK would; the signature is not looked at.
func (b *box) raw(t *testing.T, method, path, body string, header map[string]string) (status int, answer string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, b.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+OperatorKeyID+"/20261122/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0")
	for name, value := range header {
		r.Header.Set(name, value)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

func TestBodiesThatDoNotFit(t *testing.T) {
	b := newBox(t, Options{})
	b.CreateBucket(Bucket{Name: "archive"})
	hash := func(s string) string { h := sha256.Sum256([]byte(s)); return hex.EncodeToString(h[:]) }
	streaming := func(trailer string) map[string]string {
		return map[string]string{"X-Amz-Content-Sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "X-Amz-Decoded-Content-Length": "4", "X-Amz-Trailer": trailer}
	}
	const crc = "x-amz-checksum-crc32"
	for _, tc := range []struct {
		name, body string
		header     map[string]string
		code       string
	}{
		{"no payload hash", "body", nil, "InvalidRequest"},
		{"another payload hash", "body", map[string]string{"X-Amz-Content-Sha256": hash("else")}, "XAmzContentSHA256Mismatch"},
		{"an algorithm and no checksum", "body", map[string]string{"X-Amz-Content-Sha256": hash("body"), "X-Amz-Sdk-Checksum-Algorithm": "SHA256"}, "InvalidRequest"},
		{"a chunk that ends early", "4\r\nbod", streaming(crc), "IncompleteBody"},
		{"a chunk without end", "4\r\nbodyx\r\n0\r\n\r\n", streaming(crc), "IncompleteBody"},
		{"no last chunk", "4\r\nbody\r\n", streaming(crc), "IncompleteBody"},
		{"fewer bytes than announced", "3\r\nbod\r\n0\r\n\r\n", streaming(crc), "IncompleteBody"},
		{"an endless trailer", "4\r\nbody\r\n0\r\n" + crc + ":AAAA", streaming(crc), "IncompleteBody"},
		{"a trailer that is none", "4\r\nbody\r\n0\r\nwhat\r\n\r\n", streaming(crc), "MalformedTrailerError"},
		{"a trailer that does not come", "4\r\nbody\r\n0\r\n\r\n", streaming(crc), "MalformedTrailerError"},
		{"a trailer that is wrong", "4\r\nbody\r\n0\r\n" + crc + ":AAAAAA==\r\n\r\n", streaming(crc), "BadDigest"},
		{"as it should be", "2;chunk-signature=0\r\nbo\r\n2\r\ndy\r\n0\r\n" + crc + ":26gLsg==\r\n\r\n", streaming(crc), ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			status, answer := b.raw(t, http.MethodPut, "/archive/k", tc.body, tc.header)
			switch {
			case tc.code == "" && (status != http.StatusOK || !bytes.Equal(b.Objects("archive")["k"], []byte("body"))):
				t.Error(status, answer, b.Objects("archive"))
			case tc.code != "" && (status != http.StatusBadRequest || !strings.Contains(answer, "<Code>"+tc.code+"</Code>")):
				t.Error(status, answer)
			}
		})
	}
	for path, method := range map[string]string{"/archive/k?tagging": http.MethodGet, "/archive?versions": http.MethodGet, "/archive": http.MethodPut, "/": http.MethodGet, "/archive/k": http.MethodPost} {
		if status, answer := b.raw(t, method, path, "", nil); status != http.StatusNotImplemented {
			t.Error(method, path, status, answer)
		}
	}
	if status, _ := b.raw(t, http.MethodGet, "/archive/k", "", map[string]string{"Range": "bytes=0-1"}); status != http.StatusNotImplemented {
		t.Error("a range:", status)
	}
	if status, answer := b.raw(t, http.MethodGet, "/archive?list-type=2&max-keys=0", "", nil); status != http.StatusOK || !strings.Contains(answer, "<IsTruncated>false<") {
		t.Error("a list of nothing:", status, answer)
	}
	b.raw(t, http.MethodPut, "/archive/odd%20+%26%01%2Fkey", "", map[string]string{"X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD"})
	if _, answer := b.raw(t, http.MethodGet, "/archive?list-type=2&encoding-type=url&prefix=odd", "", nil); !strings.Contains(answer, "<Key>odd%20%2B%26%01/key</Key>") {
		t.Error("an encoded key:", answer)
	}
	for _, query := range []string{"encoding-type=none", "max-keys=x", "max-keys=-1", "continuation-token=!"} {
		if status, answer := b.raw(t, http.MethodGet, "/archive?list-type=2&"+query, "", nil); status != http.StatusBadRequest {
			t.Error(query, status, answer)
		}
	}
}

func TestWhatIsNotThere(t *testing.T) {
	b := newBox(t, Options{})
	b.CreateBucket(Bucket{Name: "archive"})
	b.CreateBucket(Bucket{Name: "west", Region: "us-west-2"})
	b.CreateBucket(Bucket{Name: "closed", ListDenied: true})
	client := b.s3Client()
	get := func(bucket string) error {
		_, err := client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &bucket, Key: aws.String("k")})
		return err
	}
	wantType[*types.NoSuchKey](t, get("archive"))
	wantCode(t, get("none"), "NoSuchBucket")
	wantCode(t, get("west"), "AuthorizationHeaderMalformed")
	wantCode(t, get("closed"), "AccessDenied")
	_, err := client.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: aws.String("archive"), Key: aws.String("k")})
	wantType[*types.NotFound](t, err)
	_, err = client.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String("none")})
	wantType[*types.NoSuchBucket](t, err)
	_, err = client.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String("closed")})
	wantCode(t, err, "AccessDenied")
	_, err = s3.NewFromConfig(b.config("AKIAUNKNOWN", "us-east-1")).ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String("archive")})
	wantCode(t, err, "InvalidAccessKeyId")
}

func TestFaultsOfS3(t *testing.T) {
	b := newBox(t, Options{RateLimits: map[string]RateLimit{"s3": {Burst: 5}}})
	b.CreateBucket(Bucket{Name: "archive"})
	client := b.s3Client()
	b.Inject(Fault{Service: "s3", Op: "PutObject", Resource: "archive/k", Times: 1, Code: "ConditionalRequestConflict"})
	b.Inject(Fault{Service: "s3", Op: "PutObject", Times: 1, Code: Throttled})
	b.Inject(Fault{Service: "s3", Op: "PutObject", After: true, Reset: true, Times: 1})
	put := func() error {
		_, err := client.PutObject(t.Context(), putInput("k", "body"))
		return err
	}
	err := put()
	wantCode(t, err, "ConditionalRequestConflict")
	if got := wantAs[*awshttp.ResponseError](t, err).HTTPStatusCode(); got != http.StatusConflict {
		t.Error(got)
	}
	err = put()
	wantCode(t, err, "SlowDown")
	if got := wantAs[*awshttp.ResponseError](t, err).HTTPStatusCode(); got != http.StatusServiceUnavailable {
		t.Error(got)
	}
	if err := put(); err == nil || len(b.Objects("archive")) != 1 {
		t.Error("an effect without an answer:", err)
	}
	b.Deny("s3", "GetObject")
	_, err = client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("archive"), Key: aws.String("k")})
	wantCode(t, err, "AccessDenied")
	if !strings.Contains(err.Error(), `s3:GetObject on resource: "arn:aws:s3:::archive/k" because`) {
		t.Error(err)
	}
	b.Deny("s3", "ListObjectsV2")
	_, err = client.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String("archive")})
	wantCode(t, err, "AccessDenied")
	if !strings.Contains(err.Error(), `s3:ListBucket on resource: "arn:aws:s3:::archive" because`) {
		t.Error(err)
	}
	wantCode(t, put(), "SlowDown")
	if got := b.Writes(); got != 4 {
		t.Errorf("%d writes", got)
	}
}
