package evidence

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
)

// S3Client is the part of S3 that an archive needs: nothing that deletes.
type S3Client interface {
	PutObject(context.Context, *s3.PutObjectInput, ...func(*s3.Options)) (*s3.PutObjectOutput, error)
	GetObject(context.Context, *s3.GetObjectInput, ...func(*s3.Options)) (*s3.GetObjectOutput, error)
	ListObjectsV2(context.Context, *s3.ListObjectsV2Input, ...func(*s3.Options)) (*s3.ListObjectsV2Output, error)
}

// S3Options say how objects are written. The zero value leaves it to the bucket.
type S3Options struct {
	KMSKeyID string // encrypt with this KMS key: ID, ARN or alias
	// BucketOwner is the account the bucket must belong to, so that nothing goes
	// to a stranger who took over the name of a bucket that was deleted.
	BucketOwner string
}

// S3 is a store in a bucket. It works with Object Lock, and only with that, or
// with a policy that denies s3:DeleteObject, are bundles safe from who may write.
type S3 struct {
	client         S3Client
	bucket, prefix string
	options        S3Options
}

// NewS3 is a store in a bucket, below a prefix if that is not empty. The client's
// Region must be the bucket's. Endpoint and addressing are the client's too: for
// one like http://localhost:4566 it needs s3.Options.UsePathStyle.
func NewS3(client S3Client, bucket, prefix string, options S3Options) *S3 {
	if prefix = strings.Trim(prefix, "/"); prefix != "" {
		prefix += "/"
	}
	return &S3{client: client, bucket: bucket, prefix: prefix, options: options}
}

// String is the place as ParseLocation reads it.
func (s *S3) String() string { return "s3://" + path.Join(s.bucket, s.prefix) }

func (s *S3) owner() *string {
	if s.options.BucketOwner == "" {
		return nil
	}
	return &s.options.BucketOwner
}

// Put writes an object if there is none of that name.
func (s *S3) Put(ctx context.Context, name string, data []byte) error {
	sum := sha256.Sum256(data)
	in := &s3.PutObjectInput{
		Bucket: &s.bucket, Key: aws.String(s.prefix + name), ExpectedBucketOwner: s.owner(),
		Body: bytes.NewReader(data), ContentLength: aws.Int64(int64(len(data))),
		IfNoneMatch: aws.String("*"),
		// Object Lock asks for a checksum. It is given, and not left to the
		// SDK, so that what arrives is what the manifest records.
		ChecksumAlgorithm: types.ChecksumAlgorithmSha256,
		ChecksumSHA256:    aws.String(base64.StdEncoding.EncodeToString(sum[:])),
	}
	if s.options.KMSKeyID != "" {
		in.ServerSideEncryption, in.SSEKMSKeyId = types.ServerSideEncryptionAwsKms, &s.options.KMSKeyID
	}
	_, err := s.client.PutObject(ctx, in, retryConflicts)
	if hasCode(err, "PreconditionFailed") {
		return fmt.Errorf("evidence: %s/%s is there already: %w", s, name, fs.ErrExist)
	}
	return s.explain("put", name, "s3:PutObject, and kms:GenerateDataKey for a KMS key", err)
}

// retryConflicts has a write tried again that met another call for the same key:
// S3 asks for that, and the SDK does not do it by itself.
func retryConflicts(o *s3.Options) {
	o.Retryer = retry.AddWithErrorCodes(o.Retryer, "ConditionalRequestConflict")
}

// Get reads an object. The SDK compares it with the checksum it was written with.
func (s *S3) Get(ctx context.Context, name string) ([]byte, error) {
	const permission = "s3:GetObject, s3:ListBucket to tell what is missing, and kms:Decrypt for a KMS key"
	out, err := s.client.GetObject(ctx, &s3.GetObjectInput{
		Bucket: &s.bucket, Key: aws.String(s.prefix + name), ExpectedBucketOwner: s.owner(), ChecksumMode: types.ChecksumModeEnabled,
	})
	if hasCode(err, "NoSuchKey") {
		return nil, fmt.Errorf("evidence: %s/%s: %w", s, name, fs.ErrNotExist)
	}
	if err != nil {
		return nil, s.explain("get", name, permission, err)
	}
	defer out.Body.Close()
	data, err := io.ReadAll(io.LimitReader(out.Body, largest+1))
	if err == nil && len(data) > largest {
		return nil, fmt.Errorf("evidence: %s/%s is nothing that a run wrote: more than %d bytes", s, name, largest)
	}
	return data, s.explain("get", name, permission, err)
}

// List reads every page.
func (s *S3) List(ctx context.Context, prefix, delimiter string) ([]string, error) {
	in := &s3.ListObjectsV2Input{Bucket: &s.bucket, Prefix: aws.String(s.prefix + prefix), ExpectedBucketOwner: s.owner()}
	if delimiter != "" {
		in.Delimiter = &delimiter
	}
	var names []string
	add := func(key *string) { names = append(names, strings.TrimPrefix(aws.ToString(key), s.prefix)) }
	for pages := s3.NewListObjectsV2Paginator(s.client, in); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, s.explain("list", prefix, "s3:ListBucket", err)
		}
		for _, object := range page.Contents {
			folder := strings.HasSuffix(aws.ToString(object.Key), "/") && aws.ToInt64(object.Size) == 0
			if !folder { // as the console makes one
				add(object.Key)
			}
		}
		for _, common := range page.CommonPrefixes {
			add(common.Prefix)
		}
	}
	slices.Sort(names)
	return names, nil
}

// explain says what failed, where, and what to do about it.
func (s *S3) explain(verb, name, permission string, err error) error {
	if err == nil {
		return nil
	}
	hint := ""
	switch {
	case hasCode(err, "AccessDenied"):
		hint = "; allow " + permission
	case hasCode(err, "NoSuchBucket"):
		hint = "; create the bucket, or correct its name"
	case hasCode(err, "AuthorizationHeaderMalformed", "PermanentRedirect"):
		hint = "; the bucket is in another Region than the client"
	}
	return fmt.Errorf("evidence: %s %s/%s: %w%s", verb, s, name, err, hint)
}

func hasCode(err error, codes ...string) bool {
	api, ok := errors.AsType[smithy.APIError](err)
	for _, code := range codes {
		if ok && api.ErrorCode() == code {
			return true
		}
	}
	return false
}
