package fakeaws

import (
	"crypto/md5"
	"encoding/hex"
	"net/http"
	"strings"
	"time"
)

// s3Answer is an answer of S3 that is no error.
type s3Answer struct {
	status int
	header http.Header
	body   []byte
}

// putObject stores an object in one piece. Of the headers it knows the checksums,
// If-None-Match: * and server-side encryption; it ignores metadata.
func (c *Cloud) putObject(q *request) (any, *apiError) {
	b, err := c.bucketOf(q)
	if err != nil {
		return nil, err
	}
	s := q.s3
	if len(s.key) > 1024 {
		return nil, fail("KeyTooLongError", "Your key is too long")
	}
	kept, err := s.verifyBody()
	if err != nil {
		return nil, err
	}
	if b.Retention > 0 && len(kept) == 0 && s.header.Get("Content-Md5") == "" {
		return nil, fail("InvalidRequest", "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters")
	}
	encryption, err := s.encryption()
	if err != nil {
		return nil, err
	}
	switch condition := s.header.Get("If-None-Match"); {
	case condition == "*" && b.current(s.key) != nil:
		return nil, fail("PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
	case condition != "" && condition != "*" || s.header.Get("If-Match") != "":
		return nil, errNotImplemented()
	}
	v := &s3Version{body: s.body, header: encryption}
	b.put(c, s.key, v)
	v.header.Set("ETag", `"`+hex.EncodeToString(sum(md5.New(), s.body))+`"`)
	if v.id != "" {
		v.header.Set("X-Amz-Version-Id", v.id)
	}
	answer := v.header.Clone()
	for name := range kept {
		answer.Set(name, kept.Get(name))
		v.header.Set(name, kept.Get(name))
	}
	v.header.Set("Content-Type", s.contentType())
	if b.Retention > 0 {
		v.keep = v.at.Add(b.Retention)
		v.header.Set("X-Amz-Object-Lock-Mode", "COMPLIANCE")
		v.header.Set("X-Amz-Object-Lock-Retain-Until-Date", v.keep.UTC().Format("2006-01-02T15:04:05.000Z"))
	}
	return &s3Answer{status: http.StatusOK, header: answer}, nil
}

func (s *s3Request) contentType() string {
	if t := s.header.Get("Content-Type"); t != "" {
		return t
	}
	return "binary/octet-stream"
}

// encryption is how S3 says an object is encrypted: since 2023 every one is.
func (s *s3Request) encryption() (http.Header, *apiError) {
	const kind, key = "X-Amz-Server-Side-Encryption", "X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id"
	encryption := http.Header{}
	switch asked, keyID := s.header.Get(kind), s.header.Get(key); {
	case strings.HasPrefix(asked, "aws:kms"):
		encryption.Set(kind, asked)
		if keyID != "" {
			encryption.Set(key, keyID)
		}
	case keyID != "":
		return nil, fail("InvalidArgument", "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms")
	case asked != "" && asked != "AES256":
		return nil, fail("InvalidArgument", "The encryption method specified is not supported")
	default:
		encryption.Set(kind, "AES256")
	}
	return encryption, nil
}

// deleteObject removes an object. With versions it only hides it, unless it
// names a version; a version that Object Lock keeps stays.
func (c *Cloud) deleteObject(q *request) (any, *apiError) {
	b, err := c.bucketOf(q)
	if err != nil {
		return nil, err
	}
	key, header := q.s3.key, http.Header{}
	switch id := q.s3.query.Get("versionId"); {
	case id != "":
		header.Set("X-Amz-Version-Id", id)
		err = b.drop(key, id, c.opt.Now())
	case b.Versioned:
		marker := &s3Version{marker: true, header: http.Header{}}
		b.put(c, key, marker)
		header.Set("X-Amz-Delete-Marker", "true")
		header.Set("X-Amz-Version-Id", marker.id)
	default:
		delete(b.objects, key)
	}
	return &s3Answer{status: http.StatusNoContent, header: header}, err
}

func (b *s3Bucket) drop(key, id string, now time.Time) *apiError {
	for i, v := range b.objects[key] {
		if v.id != id {
			continue
		}
		if v.keep.After(now) {
			return fail("AccessDenied", "Access Denied because object protected by object lock.")
		}
		b.objects[key] = append(b.objects[key][:i:i], b.objects[key][i+1:]...)
		return nil
	}
	return nil // as S3 does: what is not there is deleted
}
